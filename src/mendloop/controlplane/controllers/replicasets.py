"""ReplicaSets: as many pods as stated, and a status that counts them."""

from __future__ import annotations

from collections.abc import Iterable

from mendloop.controlplane.controllers.api import Seen, Verbs, View
from mendloop.controlplane.controllers.loop import Target
from mendloop.controlplane.controllers.pods_of import (
    POD,
    REPLICA_SET,
    adopt,
    controller_reference,
    is_active,
    is_ready,
    pod_from,
    selects,
    write_status,
)
from mendloop.controlplane.store import Change
from mendloop.controlplane.wire import Object


class ReplicaSets:
    """Creates and deletes pods; what is not ready goes first."""

    name = "replicaset"

    def __init__(self, view: View, verbs: Verbs) -> None:
        self._view = view
        self._verbs = verbs

    def concerns(self, seen: Seen, change: Change) -> Iterable[Target]:
        yield from targets_by_controller(seen, REPLICA_SET)
        if seen.kind == POD and seen.controller is None:
            yield from _sets_that_select(self._view, seen)

    def look(self, target: Target, now: float) -> float | None:
        seen = self._view.get(REPLICA_SET, target.namespace, target.name)
        if seen is None:
            return None
        obj = seen.object()
        adopt(self._view, self._verbs, seen, POD, obj["spec"]["selector"])
        pods = [each for each in self._view.controlled(seen.uid, POD) if is_active(each.object())]
        wanted = obj["spec"].get("replicas", 1)
        if not seen.deleting:
            self._meet(obj, pods, wanted)
        pods = self._view.controlled(seen.uid, POD)
        active = [found for each in pods if is_active(found := each.object())]
        going = sum(each.deleting for each in pods)
        write_status(self._verbs, seen, obj, _status(obj, active, going))
        return None

    def _meet(self, obj: Object, pods: list[Seen], wanted: int) -> None:
        for _ in range(wanted - len(pods)):
            self._verbs.create(POD, _pod(obj))
        surplus = sorted(pods, key=lambda each: (is_ready(each.object()), -each.stored.rv))
        for seen in surplus[: max(0, len(pods) - wanted)]:
            self._verbs.delete(seen)


def targets_by_controller(seen: Seen, kind: object) -> Iterable[Target]:
    """The object itself if it is of `kind`, or its controller if that is."""
    if seen.kind == kind:
        yield Target(seen.stored.namespace, seen.stored.name)
    elif (who := seen.controller) is not None and who.kind == getattr(kind, "kind", ""):
        yield Target(seen.stored.namespace, who.name)


def _sets_that_select(view: View, pod: Seen) -> Iterable[Target]:
    for stored in view.in_namespace(REPLICA_SET, pod.stored.namespace):
        if selects(stored.object()["spec"]["selector"], pod.stored.labels):
            yield Target(stored.namespace, stored.name)


def _pod(obj: Object) -> Object:
    owner = controller_reference(REPLICA_SET, obj)
    pod = pod_from(obj["spec"]["template"], obj["metadata"]["namespace"], owner)
    pod["metadata"]["generateName"] = f"{obj['metadata']['name']}-"
    return pod


def _status(obj: Object, pods: list[Object], going: int) -> Object:
    wanted: dict[str, str] = (obj["spec"]["template"].get("metadata") or {}).get("labels") or {}
    labelled = [pod for pod in pods if wanted.items() <= (pod["metadata"].get("labels") or {}).items()]
    ready = sum(map(is_ready, pods))
    status: Object = {"replicas": len(pods), "observedGeneration": obj["metadata"]["generation"]}
    counts = {"fullyLabeledReplicas": len(labelled), "readyReplicas": ready, "availableReplicas": ready}
    # The real one leaves zeros out, but for `replicas`.
    status |= {name: count for name, count in counts.items() if count}
    status["terminatingReplicas"] = going
    if conditions := (obj.get("status") or {}).get("conditions"):
        status["conditions"] = conditions
    return status
