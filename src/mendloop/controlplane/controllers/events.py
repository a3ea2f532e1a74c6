"""Events that built-in controllers write."""

from __future__ import annotations

from collections.abc import Callable

from mendloop.controlplane.controllers.api import Seen, Verbs
from mendloop.model.kinds import Kind

EVENT = Kind("", "v1", "Event", "events")


class Recorder:
    """Writes Events about objects; those of cluster-scoped objects go to `default`, as they do for real."""

    def __init__(self, verbs: Verbs, component: str, now: Callable[[], str]) -> None:
        self._verbs = verbs
        self._component = component
        self._now = now

    def warn(self, seen: Seen, reason: str, message: str) -> None:
        stored = seen.stored
        now = self._now()
        about = {
            "kind": seen.kind.kind,
            "apiVersion": seen.kind.api_version,
            "namespace": stored.namespace,
            "name": stored.name,
            "uid": stored.uid,
        }
        event = {
            "apiVersion": "v1",
            "kind": "Event",
            # One Event per object, version and reason: a second look at the same does not write again.
            "metadata": {
                "name": f"{stored.name}.{stored.rv:x}.{reason.lower()}",
                "namespace": stored.namespace or "default",
            },
            "involvedObject": {key: value for key, value in about.items() if value},
            "reason": reason,
            "message": message,
            "type": "Warning",
            "source": {"component": self._component},
            "reportingComponent": self._component,
            "firstTimestamp": now,
            "lastTimestamp": now,
            "count": 1,
        }
        self._verbs.create(EVENT, event)
