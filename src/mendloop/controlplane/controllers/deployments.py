"""Deployments: a ReplicaSet a template, rolled over step by step; the status that `kubectl rollout` reads.

Source: kubernetes pkg/controller/deployment. Not here: proportional scaling of several ReplicaSets in the
middle of a rollout; they are scaled by the rollout itself.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable

from mendloop.controlplane.controllers.api import Seen, Verbs, View
from mendloop.controlplane.controllers.deployment_status import deployment_status
from mendloop.controlplane.controllers.loop import Target
from mendloop.controlplane.controllers.pods_of import (
    DEPLOYMENT,
    POD,
    REPLICA_SET,
    adopt,
    controller_reference,
    is_active,
    oldest_first,
    template_hash,
    write_status,
)
from mendloop.controlplane.controllers.replicasets import targets_by_controller
from mendloop.controlplane.store import Change
from mendloop.controlplane.wire import Object

HASH = "pod-template-hash"
REVISION = "deployment.kubernetes.io/revision"
HISTORY = "deployment.kubernetes.io/revision-history"
DESIRED = "deployment.kubernetes.io/desired-replicas"
MAXIMUM = "deployment.kubernetes.io/max-replicas"


class Deployments:
    """Creates, scales and forgets ReplicaSets."""

    name = "deployment"

    def __init__(self, view: View, verbs: Verbs, timestamp: Callable[[], str]) -> None:
        self._view = view
        self._verbs = verbs
        self._timestamp = timestamp

    def concerns(self, seen: Seen, change: Change) -> Iterable[Target]:
        yield from targets_by_controller(seen, DEPLOYMENT)
        if seen.kind == POD and (who := seen.controller) is not None and who.kind == "ReplicaSet":
            # Recreate waits until the old pods are gone, which no ReplicaSet's status tells.
            replica_set = self._view.by_uid(who.uid)
            if replica_set is not None and (above := replica_set.controller) is not None:
                yield Target(seen.stored.namespace, above.name)

    def look(self, target: Target, now: float) -> float | None:
        seen = self._view.get(DEPLOYMENT, target.namespace, target.name)
        if seen is None:
            return None
        obj = seen.object()
        adopt(self._view, self._verbs, seen, REPLICA_SET, obj["spec"]["selector"])
        sets = oldest_first(self._view.controlled(seen.uid, REPLICA_SET))
        if not seen.deleting:
            self._roll(seen, obj, sets)
        return self._report(seen.uid)

    def _roll(self, seen: Seen, obj: Object, sets: list[Seen]) -> None:
        current = next((each for each in sets if same_template(each.object(), obj)), None)
        if obj["spec"].get("paused"):
            if current is not None:
                self._scale(obj, current, obj["spec"]["replicas"])
            return
        old = [each for each in sets if each is not current]
        recreate = _strategy(obj)["type"] == "Recreate"
        if recreate and self._still_runs(old, obj):
            return
        revision = 1 + max((_revision(each.object()) for each in old), default=0)
        if current is None:
            first = obj["spec"]["replicas"] if recreate else min(_room(obj, old), obj["spec"]["replicas"])
            self._verbs.create(REPLICA_SET, _replica_set(obj, revision, max(first, 0)))
            return
        self._number(current, revision)
        if recreate:
            self._scale(obj, current, obj["spec"]["replicas"])
        else:
            self._step(obj, current, old)
        self._forget(obj, old)

    def _still_runs(self, old: list[Seen], obj: Object) -> bool:
        for each in old:
            self._scale(obj, each, 0)
        pods = (pod for each in old for pod in self._view.controlled(each.uid, POD))
        return any(is_active(pod.object()) or pod.deleting for pod in pods)

    def _step(self, obj: Object, current: Seen, old: list[Seen]) -> None:
        """One step of a rolling update: up as far as the surge allows, down as far as availability does."""
        wanted = obj["spec"]["replicas"]
        now = _replicas(current.object())
        grown = now
        if now > wanted:
            grown = wanted
        elif now < wanted:
            grown = now + max(0, min(_room(obj, [current, *old]), wanted - now))
        self._scale(obj, current, grown)
        _, unavailable = rolling_bounds(obj)
        status = current.object().get("status") or {}
        not_available = grown - status.get("availableReplicas", 0)
        everything = grown + sum(_replicas(each.object()) for each in old)
        may_go = everything - (wanted - unavailable) - max(0, not_available)
        for each in sorted(old, key=_available):  # what does not serve goes first
            if may_go <= 0:
                return
            has = _replicas(each.object())
            less = min(has, may_go)
            self._scale(obj, each, has - less)
            may_go -= less

    def _scale(self, obj: Object, seen: Seen, replicas: int) -> None:
        annotations = _replica_annotations(obj)
        has = seen.object()
        same = annotations.items() <= (has["metadata"].get("annotations") or {}).items()
        if _replicas(has) == replicas and (same or _replicas(has) == 0):
            return
        self._verbs.patch(seen, {"metadata": {"annotations": annotations}, "spec": {"replicas": replicas}})

    def _number(self, seen: Seen, revision: int) -> None:
        """A template that comes back is the newest revision again."""
        obj = seen.object()
        if _revision(obj) >= revision:
            return
        annotations = obj["metadata"].get("annotations") or {}
        numbers = {REVISION: str(revision)}
        if known := annotations.get(REVISION):
            numbers[HISTORY] = ",".join(filter(None, (annotations.get(HISTORY), known)))
        self._verbs.patch(seen, {"metadata": {"annotations": numbers}})

    def _forget(self, obj: Object, old: list[Seen]) -> None:
        limit = obj["spec"].get("revisionHistoryLimit", 10)
        idle = [each for each in old if not _replicas(each.object()) and not each.deleting]
        idle = [each for each in idle if not (each.object().get("status") or {}).get("replicas")]
        for each in idle[: max(0, len(idle) - limit)]:
            self._verbs.delete(each)

    def _report(self, uid: str) -> float | None:
        seen = self._view.by_uid(uid)
        if seen is None:
            return None
        obj = seen.object()
        sets = [each.object() for each in self._view.controlled(uid, REPLICA_SET)]
        current = next((each for each in sets if same_template(each, obj)), None)
        _, unavailable = rolling_bounds(obj)
        status, again_s = deployment_status(obj, current, sets, unavailable, self._timestamp())
        if current is not None:
            # An annotation that comes with the status moves no generation, as the real one writes it.
            annotations = obj["metadata"].setdefault("annotations", {})
            if annotations.get(REVISION) != (revision := str(_revision(current))):
                annotations[REVISION] = revision
                self._verbs.update(DEPLOYMENT, {**obj, "status": status}, "status")
                return again_s
        write_status(self._verbs, seen, obj, status)
        return again_s


def same_template(replica_set: Object, deployment: Object) -> bool:
    """Whether the ReplicaSet stands for the deployment's present template."""
    template = replica_set["spec"]["template"]
    metadata = dict(template.get("metadata") or {})
    metadata["labels"] = {k: v for k, v in (metadata.get("labels") or {}).items() if k != HASH}
    wanted = deployment["spec"]["template"]
    return template["spec"] == wanted["spec"] and _filled(metadata) == _filled(wanted.get("metadata") or {})


def rolling_bounds(obj: Object) -> tuple[int, int]:
    """How many pods may be above and how many may be missing below the stated number."""
    replicas = obj["spec"]["replicas"]
    strategy = _strategy(obj)
    if strategy["type"] == "Recreate":
        return 0, 0
    rolling = strategy.get("rollingUpdate") or {}
    surge = _share(rolling.get("maxSurge", "25%"), replicas, math.ceil)
    unavailable = _share(rolling.get("maxUnavailable", "25%"), replicas, math.floor)
    if surge == 0 and unavailable == 0:
        unavailable = 1  # neither would be a rollout that cannot move
    return surge, min(unavailable, replicas)


def _strategy(obj: Object) -> Object:
    return obj["spec"].get("strategy") or {"type": "RollingUpdate"}


def _share(value: int | str, of: int, rounded: Callable[[float], int]) -> int:
    if isinstance(value, int):
        return value
    return rounded(int(value.removesuffix("%")) * of / 100)


def _room(obj: Object, sets: list[Seen]) -> int:
    surge, _ = rolling_bounds(obj)
    there = sum(_replicas(each.object()) for each in sets)
    return int(obj["spec"]["replicas"]) + surge - there


def _replica_set(obj: Object, revision: int, replicas: int) -> Object:
    template = obj["spec"]["template"]
    digest = template_hash(template)
    metadata = {**(template.get("metadata") or {})}
    labels = metadata["labels"] = {**(metadata.get("labels") or {}), HASH: digest}
    selector = obj["spec"]["selector"]
    own = {k: v for k, v in (obj["metadata"].get("annotations") or {}).items() if not _is_bookkeeping(k)}
    spec = {
        "replicas": replicas,
        "selector": {**selector, "matchLabels": {**(selector.get("matchLabels") or {}), HASH: digest}},
        "template": {**template, "metadata": metadata},
    }
    if seconds := obj["spec"].get("minReadySeconds"):
        spec["minReadySeconds"] = seconds
    return {
        "apiVersion": "apps/v1",
        "kind": "ReplicaSet",
        "metadata": {
            "name": f"{obj['metadata']['name']}-{digest}",
            "namespace": obj["metadata"]["namespace"],
            "labels": labels,
            "annotations": {**own, REVISION: str(revision), **_replica_annotations(obj)},
            "ownerReferences": [controller_reference(DEPLOYMENT, obj)],
        },
        "spec": spec,
    }


def _replica_annotations(obj: Object) -> dict[str, str]:
    surge, _ = rolling_bounds(obj)
    return {DESIRED: str(obj["spec"]["replicas"]), MAXIMUM: str(obj["spec"]["replicas"] + surge)}


def _is_bookkeeping(annotation: str) -> bool:
    return annotation in (
        REVISION,
        HISTORY,
        DESIRED,
        MAXIMUM,
        "kubectl.kubernetes.io/last-applied-configuration",
    )


def _filled(metadata: Object) -> Object:
    return {key: value for key, value in metadata.items() if value}


def _replicas(replica_set: Object) -> int:
    return int(replica_set["spec"].get("replicas", 1))


def _available(seen: Seen) -> int:
    return int((seen.object().get("status") or {}).get("availableReplicas", 0))


def _revision(replica_set: Object) -> int:
    return int((replica_set["metadata"].get("annotations") or {}).get(REVISION, 0))
