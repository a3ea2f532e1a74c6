"""StatefulSets: pods with names, one after the other, each with its claims; revisions and rolling updates.

Source: kubernetes pkg/controller/statefulset.
"""

from __future__ import annotations

from collections.abc import Iterable

from mendloop.controlplane.controllers.api import Seen, Verbs, View
from mendloop.controlplane.controllers.loop import Target
from mendloop.controlplane.controllers.pods_of import (
    CLAIM,
    POD,
    REVISION,
    STATEFUL_SET,
    adopt,
    controller_reference,
    is_ready,
    pod_from,
    template_hash,
    write_status,
)
from mendloop.controlplane.controllers.replicasets import targets_by_controller
from mendloop.controlplane.store import Change
from mendloop.controlplane.wire import Object

REVISION_LABEL = "controller-revision-hash"
NAME_LABEL = "statefulset.kubernetes.io/pod-name"
INDEX_LABEL = "apps.kubernetes.io/pod-index"


class StatefulSets:
    """Keeps pods 0 to replicas-1: ordered unless `podManagementPolicy` is Parallel."""

    name = "statefulset"

    def __init__(self, view: View, verbs: Verbs) -> None:
        self._view = view
        self._verbs = verbs

    def concerns(self, seen: Seen, change: Change) -> Iterable[Target]:
        yield from targets_by_controller(seen, STATEFUL_SET)

    def look(self, target: Target, now: float) -> float | None:
        seen = self._view.get(STATEFUL_SET, target.namespace, target.name)
        if seen is None:
            return None
        obj = seen.object()
        adopt(self._view, self._verbs, seen, POD, obj["spec"]["selector"])
        update = f"{obj['metadata']['name']}-{template_hash(obj['spec']['template'])}"
        if not seen.deleting:
            self._record_revision(obj, update)
            self._step(obj, update)
        self._report(seen.uid, update)
        return None

    def _record_revision(self, obj: Object, name: str) -> None:
        known = self._view.controlled(obj["metadata"]["uid"], REVISION)
        if any(each.stored.name == name for each in known):
            return
        revisions = [int(each.object().get("revision", 0)) for each in known]
        template = obj["spec"]["template"]
        labels = (template.get("metadata") or {}).get("labels") or {}
        revision = {
            "apiVersion": "apps/v1",
            "kind": "ControllerRevision",
            "metadata": {
                "name": name,
                "namespace": obj["metadata"]["namespace"],
                "labels": {**labels, "controller.kubernetes.io/hash": name.rpartition("-")[2]},
                "ownerReferences": [controller_reference(STATEFUL_SET, obj)],
            },
            "data": {"spec": {"template": {**template, "$patch": "replace"}}},
            "revision": 1 + max(revisions, default=0),
        }
        self._verbs.create(REVISION, revision)

    def _step(self, obj: Object, update: str) -> None:
        """As far as it goes now: create, then shrink, then roll, one pod at a time where order counts."""
        ordered = obj["spec"].get("podManagementPolicy", "OrderedReady") == "OrderedReady"
        first, wanted = _ordinals(obj)
        pods = self._pods(obj)
        for ordinal in range(first, first + wanted):
            pod = pods.get(ordinal)
            if pod is None:
                self._create(obj, ordinal, self._revision_for(obj, ordinal, update))
            elif (pod.object().get("status") or {}).get("phase") in ("Failed", "Succeeded"):
                self._verbs.delete(pod)
            if ordered and (pod is None or not is_ready(pod.object())):
                # A broken pod of an old revision would wait for ever for a readiness that cannot come;
                # the real one waits too (its known limitation), so does this.
                return
        surplus = [
            pods[ordinal] for ordinal in sorted(pods, reverse=True) if not first <= ordinal < first + wanted
        ]
        for pod in surplus[:1] if ordered else surplus:
            if not pod.deleting:
                self._verbs.delete(pod)
        if not surplus:
            self._roll(obj, update, pods)

    def _roll(self, obj: Object, update: str, pods: dict[int, Seen]) -> None:
        strategy = obj["spec"].get("updateStrategy") or {}
        if strategy.get("type") == "OnDelete":
            return
        first, wanted = _ordinals(obj)
        partition = (strategy.get("rollingUpdate") or {}).get("partition", 0)
        for ordinal in range(first + wanted - 1, first + partition - 1, -1):
            pod = pods.get(ordinal)
            if pod is None:
                return
            if pod.stored.labels.get(REVISION_LABEL) != update and not pod.deleting:
                self._verbs.delete(pod)
                return
            if not is_ready(pod.object()):
                return

    def _revision_for(self, obj: Object, ordinal: int, update: str) -> str:
        """Below the partition a pod comes back in the revision it had; its template is recorded."""
        first, _ = _ordinals(obj)
        rolling = (obj["spec"].get("updateStrategy") or {}).get("rollingUpdate") or {}
        current: str = (obj.get("status") or {}).get("currentRevision") or update
        return current if ordinal < first + rolling.get("partition", 0) else update

    def _create(self, obj: Object, ordinal: int, revision: str) -> None:
        name = f"{obj['metadata']['name']}-{ordinal}"
        owner = controller_reference(STATEFUL_SET, obj)
        pod = pod_from(self._template(obj, revision), obj["metadata"]["namespace"], owner)
        own = {REVISION_LABEL: revision, NAME_LABEL: name, INDEX_LABEL: str(ordinal)}
        pod["metadata"] |= {"name": name, "generateName": f"{obj['metadata']['name']}-"}
        pod["metadata"] |= {"labels": {**pod["metadata"].get("labels", {}), **own}}
        spec = pod["spec"] = {**pod["spec"], "hostname": name}
        if service := obj["spec"].get("serviceName"):
            spec["subdomain"] = service
        templates = obj["spec"].get("volumeClaimTemplates") or []
        claims = {each["metadata"]["name"]: f"{each['metadata']['name']}-{name}" for each in templates}
        mounted = [
            {"name": volume, "persistentVolumeClaim": {"claimName": claim}}
            for volume, claim in claims.items()
        ]
        others = [each for each in spec.get("volumes") or [] if each["name"] not in claims]
        if mounted or others:
            spec["volumes"] = [*mounted, *others]
        for each in templates:
            self._claim(obj, each, claims[each["metadata"]["name"]])
        self._verbs.create(POD, pod)

    def _template(self, obj: Object, revision: str) -> Object:
        recorded = self._view.get(REVISION, obj["metadata"]["namespace"], revision)
        if recorded is None:
            return dict(obj["spec"]["template"])
        template: Object = recorded.object()["data"]["spec"]["template"]
        return {key: value for key, value in template.items() if key != "$patch"}

    def _claim(self, obj: Object, template: Object, name: str) -> None:
        """Claims outlive their set, unless its retention policy ties them to it."""
        namespace = obj["metadata"]["namespace"]
        if self._view.get(CLAIM, namespace, name) is not None:
            return
        selected = (obj["spec"]["selector"].get("matchLabels")) or {}
        metadata = {"name": name, "namespace": namespace}
        metadata["labels"] = {**(template["metadata"].get("labels") or {}), **selected}
        if annotations := template["metadata"].get("annotations"):
            metadata["annotations"] = annotations
        policy = obj["spec"].get("persistentVolumeClaimRetentionPolicy") or {}
        if policy.get("whenDeleted") == "Delete":
            metadata["ownerReferences"] = [controller_reference(STATEFUL_SET, obj)]
        claim = {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": metadata}
        self._verbs.create(CLAIM, {**claim, "spec": template["spec"]})

    def _pods(self, obj: Object) -> dict[int, Seen]:
        prefix = f"{obj['metadata']['name']}-"
        found = {}
        for seen in self._view.controlled(obj["metadata"]["uid"], POD):
            ordinal = seen.stored.name.removeprefix(prefix)
            if ordinal.isdigit():
                found[int(ordinal)] = seen
        return found

    def _report(self, uid: str, update: str) -> None:
        seen = self._view.by_uid(uid)
        if seen is None:
            return
        obj = seen.object()
        pods = [each.object() for each in self._pods(obj).values() if not each.deleting]
        write_status(self._verbs, seen, obj, _status(obj, pods, update))


def _ordinals(obj: Object) -> tuple[int, int]:
    start = (obj["spec"].get("ordinals") or {}).get("start", 0)
    return int(start), int(obj["spec"].get("replicas", 1))


def _status(obj: Object, pods: list[Object], update: str) -> Object:
    before = obj.get("status") or {}
    current = before.get("currentRevision") or update

    def of(revision: str) -> int:
        return sum(pod["metadata"]["labels"].get(REVISION_LABEL) == revision for pod in pods)

    ready, updated = sum(map(is_ready, pods)), of(update)
    strategy = obj["spec"].get("updateStrategy") or {}
    if strategy.get("type") != "OnDelete" and updated == ready == len(pods) == obj["spec"].get("replicas", 1):
        current = update
    status: Object = {
        "observedGeneration": obj["metadata"]["generation"],
        "replicas": len(pods),
        "availableReplicas": ready,
        "collisionCount": before.get("collisionCount", 0),
        "currentRevision": current,
        "updateRevision": update,
    }
    counts = {"readyReplicas": ready, "currentReplicas": of(current), "updatedReplicas": updated}
    status |= {name: count for name, count in counts.items() if count}
    if before.get("conditions"):
        status["conditions"] = before["conditions"]
    return status
