"""What a table says about a pod: how many containers are ready, its state in one word, its restarts."""

from __future__ import annotations

from typing import Any

from mendloop.controlplane.resources import dig
from mendloop.controlplane.wire import Object

_DONE = ("Succeeded", "Failed")


def ready(pod: Object) -> str:
    return "{}/{}".format(*_ready(pod))


def _ready(pod: Object) -> tuple[int, int]:
    lasting = {each["name"] for each in dig(pod, "spec.initContainers") or [] if _is_lasting(each)}
    total = len(dig(pod, "spec.containers") or []) + len(lasting)
    begun = [each for each in dig(pod, "status.initContainerStatuses") or [] if each["name"] in lasting]
    running = [
        each for each in dig(pod, "status.containerStatuses") or [] if dig(each, "state.running") is not None
    ]
    return sum(1 for each in [*begun, *running] if each.get("ready")), total


def _is_lasting(container: Object) -> bool:
    return bool(container.get("restartPolicy") == "Always")


def status(pod: Object) -> str:
    """One word (`Running`, `CrashLoopBackOff`, `Init:0/1`, `Terminating`), as `kubectl get` shows it."""
    phase = dig(pod, "status.phase") or ""
    reason = dig(pod, "status.reason") or phase
    conditions = dig(pod, "status.conditions") or []
    if any(each.get("reason") == "SchedulingGated" for each in conditions):
        reason = "SchedulingGated"
    beginning = _initializing(pod)
    initialized = any(each["type"] == "Initialized" and each["status"] == "True" for each in conditions)
    waits = beginning and not initialized
    reason = beginning if waits else _running_reason(pod, reason, conditions)
    if pod["metadata"].get("deletionTimestamp"):
        if dig(pod, "status.reason") == "NodeLost":
            return "Unknown"
        if phase not in _DONE:
            return "Terminating"
    return str(reason)


def _initializing(pod: Object) -> str:
    specs = {each["name"]: each for each in dig(pod, "spec.initContainers") or []}
    for number, container in enumerate(dig(pod, "status.initContainerStatuses") or []):
        state = container.get("state") or {}
        ended, waiting = state.get("terminated"), state.get("waiting") or {}
        if ended is not None and ended.get("exitCode") == 0:
            continue
        if _is_lasting(specs.get(container["name"], {})) and container.get("started"):
            continue
        if ended is not None:
            return f"Init:{_end(ended)}"
        if waiting.get("reason") not in (None, "", "PodInitializing"):
            return f"Init:{waiting['reason']}"
        return f"Init:{number}/{len(specs)}"
    return ""


def _end(ended: Object) -> str:
    if ended.get("reason"):
        return str(ended["reason"])
    if ended.get("signal"):
        return f"Signal:{ended['signal']}"
    return f"ExitCode:{ended.get('exitCode', 0)}"


def _running_reason(pod: Object, reason: str, conditions: list[Object]) -> str:
    running, fault = False, ""
    for container in reversed(dig(pod, "status.containerStatuses") or []):
        state = container.get("state") or {}
        if (state.get("waiting") or {}).get("reason"):
            reason = state["waiting"]["reason"]
        elif state.get("terminated") is not None:
            reason = _end(state["terminated"])
            fault = reason if state["terminated"].get("exitCode") else fault
        elif container.get("ready") and state.get("running") is not None:
            running = True
    if reason != "Completed":
        return reason
    if running and any(each["type"] == "Ready" and each["status"] == "True" for each in conditions):
        return "Running"
    return fault or ("NotReady" if running else reason)


def restarts(pod: Object, ago: Any) -> str:
    """The count, and how long ago the last one was; `ago` prints the age of a timestamp."""
    count, last = 0, ""
    for container in dig(pod, "status.containerStatuses") or []:
        count += container.get("restartCount", 0)
        last = max(last, dig(container, "lastState.terminated.finishedAt") or "")
    return f"{count} ({ago(last)} ago)" if count and last else str(count)


def address(pod: Object) -> str:
    addresses = dig(pod, "status.podIPs") or []
    return addresses[0].get("ip", "") if addresses else ""


def gates(pod: Object) -> str:
    wanted = [each["conditionType"] for each in dig(pod, "spec.readinessGates") or []]
    conditions = {each["type"]: each["status"] for each in dig(pod, "status.conditions") or []}
    return f"{sum(conditions.get(gate) == 'True' for gate in wanted)}/{len(wanted)}" if wanted else ""
