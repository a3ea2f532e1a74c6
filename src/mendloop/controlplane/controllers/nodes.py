"""The life of a pod, as a kubelet would report it, without any container behind it.

A container's image says how it behaves (`behaviour_of`), so that tests and demonstrations can show a pod
that never comes up: `registry.example/missing:1`, `crash:latest`, `fail`, `unready`.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable
from enum import StrEnum

from mendloop.controlplane.controllers.api import Seen, Verbs, View
from mendloop.controlplane.controllers.loop import Pace, Target
from mendloop.controlplane.controllers.pods_of import POD
from mendloop.controlplane.store import Change
from mendloop.controlplane.wire import Object


class Behaviour(StrEnum):
    """What becomes of a container."""

    RUNS = "runs"
    MISSING = "missing"  # the image cannot be pulled
    CRASHES = "crash"  # ends with an error soon after each start
    FAILS = "fail"  # ends with an error; in a Job this counts as a failed pod
    UNREADY = "unready"  # runs, and never passes its readiness probe


def behaviour_of(image: str) -> Behaviour:
    """Read off the image's last path component: `missing...`, `crash...`, `fail...`, `unready...`."""
    name = image.rpartition("/")[2]
    for behaviour in (Behaviour.MISSING, Behaviour.CRASHES, Behaviour.FAILS, Behaviour.UNREADY):
        if name.startswith(behaviour.value):
            return behaviour
    return Behaviour.RUNS


class Kubelet:
    """Moves pods from Pending to their end, on the clock of the loop."""

    name = "kubelet"

    def __init__(self, view: View, verbs: Verbs, timestamp: Callable[[], str], pace: Pace) -> None:
        self._view = view
        self._verbs = verbs
        self._timestamp = timestamp
        self._pace = pace
        self._since: dict[str, tuple[str, float]] = {}  # uid -> stage, and when it began

    def concerns(self, seen: Seen, change: Change) -> Iterable[Target]:
        if seen.kind == POD:
            yield Target(seen.stored.namespace, seen.stored.name, seen.uid)

    def look(self, target: Target, now: float) -> float | None:
        seen = self._view.by_uid(target.uid)
        if seen is None:
            self._since.pop(target.uid, None)
            return None
        obj = seen.object()
        if seen.deleting:
            return self._stop(seen, now)
        phase = (obj.get("status") or {}).get("phase", "Pending")
        if phase in ("Succeeded", "Failed"):
            return None
        if not (obj.get("status") or {}).get("startTime"):
            return self._start(seen, obj, now)
        return self._go_on(seen, obj, now)

    def _left_s(self, seen: Seen, stage: str, lasts_s: float, now: float) -> float:
        known = self._since.get(seen.uid)
        if known is None or known[0] != stage:
            known = self._since[seen.uid] = (stage, now)
        return known[1] + lasts_s - now

    def _stop(self, seen: Seen, now: float) -> float | None:
        left_s = self._left_s(seen, "stopping", self._pace.pod_stop_s, now)
        if left_s > 0:
            return left_s
        if not seen.finalizers:
            self._verbs.delete(seen, grace_s=0)
        return None

    def _start(self, seen: Seen, obj: Object, now: float) -> float | None:
        left_s = self._left_s(seen, "starting", self._pace.pod_start_s, now)
        if left_s > 0:
            return left_s
        self._write(seen, obj, started(obj, self._timestamp()))
        return None

    def _go_on(self, seen: Seen, obj: Object, now: float) -> float | None:
        behaviour = _worst(obj)
        ends = obj["spec"].get("restartPolicy", "Always") == "Never" or _is_of_a_job(seen)
        if behaviour is Behaviour.MISSING or behaviour is Behaviour.UNREADY:
            return None
        if ends or behaviour in (Behaviour.FAILS, Behaviour.CRASHES):
            left_s = self._left_s(seen, "running", self._pace.pod_run_s, now)
            if left_s > 0:
                return left_s
        if ends:
            failed = behaviour in (Behaviour.FAILS, Behaviour.CRASHES)
            self._write(seen, obj, ended(obj, self._timestamp(), 1 if failed else 0))
        elif behaviour in (Behaviour.FAILS, Behaviour.CRASHES) and not _waits_to_restart(obj):
            self._write(seen, obj, crashed(obj, self._timestamp()))
        return None

    def _write(self, seen: Seen, obj: Object, status: Object) -> None:
        self._since.pop(seen.uid, None)
        self._verbs.update(POD, {**obj, "status": status}, "status")


def started(obj: Object, now: str) -> Object:
    """The status of a pod whose containers were just started."""
    behaviour = _worst(obj)
    ready = behaviour is Behaviour.RUNS
    running = behaviour is not Behaviour.MISSING
    ip = pod_ip(obj["metadata"]["uid"])
    state = {"running": {"startedAt": now}}
    if not running:
        state = {"waiting": {"reason": "ErrImagePull", "message": "the image cannot be pulled"}}
    return {
        **(obj.get("status") or {}),
        "phase": "Running" if running else "Pending",
        "startTime": now,
        "hostIP": "192.0.2.1",
        "hostIPs": [{"ip": "192.0.2.1"}],
        "podIP": ip,
        "podIPs": [{"ip": ip}],
        "conditions": _conditions(now, ready=ready),
        "containerStatuses": [
            _container(each, state, ready=ready, restarts=0) for each in obj["spec"]["containers"]
        ],
    }


def crashed(obj: Object, now: str) -> Object:
    """The status after a container ended with an error and waits for its next start."""
    text = "back-off restarting failed container"
    state = {"waiting": {"reason": "CrashLoopBackOff", "message": text}}
    last = {"terminated": {"exitCode": 1, "reason": "Error", "finishedAt": now, "startedAt": now}}
    statuses = [
        {**_container(each, state, ready=False, restarts=1), "lastState": last}
        for each in obj["spec"]["containers"]
    ]
    return {**obj["status"], "conditions": _conditions(now, ready=False), "containerStatuses": statuses}


def ended(obj: Object, now: str, code: int) -> Object:
    """The status of a pod whose containers ended for good."""
    began = obj["status"]["startTime"]
    reason = "Completed" if code == 0 else "Error"
    state = {"terminated": {"exitCode": code, "reason": reason, "startedAt": began, "finishedAt": now}}
    statuses = [_container(each, state, ready=False, restarts=0) for each in obj["spec"]["containers"]]
    conditions = _conditions(now, ready=False)
    for each in conditions:
        if each["status"] == "False":
            each["reason"] = "PodCompleted" if code == 0 else "PodFailed"
    phase = "Succeeded" if code == 0 else "Failed"
    return {**obj["status"], "phase": phase, "conditions": conditions, "containerStatuses": statuses}


def pod_ip(uid: str) -> str:
    """An address that follows from the uid, out of 10.0.0.0/8."""
    number = zlib.crc32(uid.encode()) % (1 << 24)
    return f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}"


def _conditions(now: str, *, ready: bool) -> list[Object]:
    states = {
        "PodReadyToStartContainers": True,
        "Initialized": True,
        "Ready": ready,
        "ContainersReady": ready,
        "PodScheduled": True,
    }
    found: list[Object] = [
        {"type": name, "status": str(holds), "lastTransitionTime": now} for name, holds in states.items()
    ]
    for each in found:
        if each["status"] == "False":
            each |= {"reason": "ContainersNotReady", "message": "containers with unready status"}
    return found


def _container(container: Object, state: Object, *, ready: bool, restarts: int) -> Object:
    running = "running" in state
    return {
        "name": container["name"],
        "image": container["image"],
        "imageID": ""
        if not running
        else f"{container['image']}@sha256:{zlib.crc32(container['image'].encode()):064x}",
        "state": state,
        "lastState": {},
        "ready": ready,
        "started": running,
        "restartCount": restarts,
    }


def _worst(obj: Object) -> Behaviour:
    found = [behaviour_of(each["image"]) for each in obj["spec"]["containers"]]
    return next((each for each in found if each is not Behaviour.RUNS), Behaviour.RUNS)


def _is_of_a_job(seen: Seen) -> bool:
    return (who := seen.controller) is not None and who.kind == "Job"


def _waits_to_restart(obj: Object) -> bool:
    statuses = (obj.get("status") or {}).get("containerStatuses") or []
    return any("waiting" in each["state"] for each in statuses)
