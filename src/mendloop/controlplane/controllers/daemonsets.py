"""DaemonSets on a cluster without nodes: nothing is scheduled, and the status says so."""

from __future__ import annotations

from collections.abc import Iterable

from mendloop.controlplane.controllers.api import Seen, Verbs, View
from mendloop.controlplane.controllers.loop import Target
from mendloop.controlplane.controllers.pods_of import write_status
from mendloop.controlplane.controllers.replicasets import targets_by_controller
from mendloop.controlplane.store import Change
from mendloop.model.kinds import Kind

DAEMON_SET = Kind("apps", "v1", "DaemonSet", "daemonsets")


class DaemonSets:
    """Reports that each DaemonSet runs on all of the zero nodes."""

    name = "daemonset"

    def __init__(self, view: View, verbs: Verbs) -> None:
        self._view = view
        self._verbs = verbs

    def concerns(self, seen: Seen, change: Change) -> Iterable[Target]:
        yield from targets_by_controller(seen, DAEMON_SET)

    def look(self, target: Target, now: float) -> float | None:
        seen = self._view.get(DAEMON_SET, target.namespace, target.name)
        if seen is None:
            return None
        obj = seen.object()
        status = {
            "currentNumberScheduled": 0,
            "numberMisscheduled": 0,
            "desiredNumberScheduled": 0,
            "numberReady": 0,
            "observedGeneration": obj["metadata"]["generation"],
        }
        write_status(self._verbs, seen, obj, status)
        return None
