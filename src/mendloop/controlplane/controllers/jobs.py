"""Jobs: pods until as many succeeded as stated, or too many failed; gone after their time to live.

Source: kubernetes pkg/controller/job and ttlafterfinished. Not here: indexed completion and the
policies on failed pods.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime

from mendloop.controlplane.controllers.api import Seen, Verbs, View
from mendloop.controlplane.controllers.loop import Target
from mendloop.controlplane.controllers.pods_of import (
    JOB,
    POD,
    condition,
    controller_reference,
    is_active,
    is_ready,
    pod_from,
    write_status,
)
from mendloop.controlplane.controllers.replicasets import targets_by_controller
from mendloop.controlplane.store import Change
from mendloop.controlplane.wire import Object


class Jobs:
    """Runs `parallelism` pods at a time until `completions` of them succeeded."""

    name = "job"

    def __init__(self, view: View, verbs: Verbs, timestamp: Callable[[], str]) -> None:
        self._view = view
        self._verbs = verbs
        self._timestamp = timestamp

    def concerns(self, seen: Seen, change: Change) -> Iterable[Target]:
        yield from targets_by_controller(seen, JOB)

    def look(self, target: Target, now: float) -> float | None:
        seen = self._view.get(JOB, target.namespace, target.name)
        if seen is None or seen.deleting:
            return None
        obj = seen.object()
        if _finished(obj):
            return self._expire(seen, obj)
        pods = self._pods(seen.uid)
        succeeded, failed = _count(pods, "Succeeded"), _count(pods, "Failed")
        wanted = obj["spec"].get("completions", 1)
        if failed > obj["spec"].get("backoffLimit", 6):
            self._give_up(seen)
        elif succeeded < wanted and not obj["spec"].get("suspend"):
            active = sum(map(is_active, pods))
            for _ in range(min(obj["spec"].get("parallelism", 1), wanted - succeeded) - active):
                self._verbs.create(POD, _pod(obj))
        self._report(seen.uid)
        return None

    def _pods(self, uid: str) -> list[Object]:
        return [each.object() for each in self._view.controlled(uid, POD)]

    def _give_up(self, seen: Seen) -> None:
        for each in self._view.controlled(seen.uid, POD):
            if is_active(each.object()):
                self._verbs.delete(each)

    def _expire(self, seen: Seen, obj: Object) -> float | None:
        live_s = obj["spec"].get("ttlSecondsAfterFinished")
        if live_s is None:
            return None
        ended = condition(obj, "Complete") or condition(obj, "Failed")
        assert ended is not None
        left_s = float(live_s) - _between(ended["lastTransitionTime"], self._timestamp())
        if left_s > 0:
            return left_s
        self._verbs.delete(seen, policy="Foreground")
        return None

    def _report(self, uid: str) -> None:
        seen = self._view.by_uid(uid)
        if seen is not None:
            obj = seen.object()
            write_status(self._verbs, seen, obj, _status(obj, self._pods(uid), self._timestamp()))


def _pod(obj: Object) -> Object:
    pod = pod_from(obj["spec"]["template"], obj["metadata"]["namespace"], controller_reference(JOB, obj))
    own: dict[str, str] = {}
    for name, value in (("controller-uid", obj["metadata"]["uid"]), ("job-name", obj["metadata"]["name"])):
        own |= {f"batch.kubernetes.io/{name}": value, name: value}
    pod["metadata"]["labels"] = {**pod["metadata"].get("labels", {}), **own}
    pod["metadata"]["generateName"] = f"{obj['metadata']['name']}-"
    return pod


def _status(obj: Object, pods: list[Object], now: str) -> Object:
    before = obj.get("status") or {}
    succeeded, failed, active = _count(pods, "Succeeded"), _count(pods, "Failed"), sum(map(is_active, pods))
    status: Object = {"uncountedTerminatedPods": {}, "ready": sum(map(is_ready, pods))}
    if not obj["spec"].get("suspend"):
        status["startTime"] = before.get("startTime", now)
    counts = {"active": active, "succeeded": succeeded, "failed": failed}
    status |= {name: count for name, count in counts.items() if count}
    if failed > obj["spec"].get("backoffLimit", 6):
        text = "Job has reached the specified backoff limit"
        kinds, reason = ("FailureTarget", "Failed"), "BackoffLimitExceeded"
    elif succeeded >= obj["spec"].get("completions", 1):
        text = "Reached expected number of succeeded pods"
        kinds, reason = ("SuccessCriteriaMet", "Complete"), "CompletionsReached"
        status["completionTime"] = now
    else:
        return status
    times = {"lastProbeTime": now, "lastTransitionTime": now}
    status["conditions"] = [
        {"type": each, "status": "True", **times, "reason": reason, "message": text} for each in kinds
    ]
    return status


def _finished(obj: Object) -> bool:
    ends = (condition(obj, "Complete"), condition(obj, "Failed"))
    return any(end is not None and end["status"] == "True" for end in ends)


def _count(pods: list[Object], phase: str) -> int:
    return sum((pod.get("status") or {}).get("phase") == phase for pod in pods)


def _between(earlier: str, later: str) -> float:
    return (datetime.fromisoformat(later) - datetime.fromisoformat(earlier)).total_seconds()
