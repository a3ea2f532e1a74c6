"""The status with which an object counts as ready, for tests that play its controller."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

Object = Mapping[str, Any]


def ready_status(obj: Object) -> dict[str, Any]:
    """A status that kstatus calls Current: by the rules of the built-in kinds, else a condition `Ready`."""
    kind = (str(obj["apiVersion"]).rpartition("/")[0], str(obj["kind"]))
    status = dict(obj.get("status") or {})
    if generation := obj["metadata"].get("generation"):
        status["observedGeneration"] = generation
    return {**status, **_OF_KIND.get(kind, _by_condition)(obj)}


def _by_condition(obj: Object) -> dict[str, Any]:
    return {"conditions": [_condition(obj, "Ready")]}


def _deployment(obj: Object) -> dict[str, Any]:
    available, progressing = _condition(obj, "Available"), _condition(obj, "Progressing")
    progressing["reason"] = "NewReplicaSetAvailable"
    return {**_counts(obj), "unavailableReplicas": 0, "conditions": [available, progressing]}


def _stateful_set(obj: Object) -> dict[str, Any]:
    revision = f"{obj['metadata']['name']}-1"
    replicas = obj["spec"].get("replicas", 1)
    return {
        **_counts(obj),
        "currentReplicas": replicas,
        "currentRevision": revision,
        "updateRevision": revision,
    }


def _daemon_set(obj: Object) -> dict[str, Any]:
    counts = ("desiredNumberScheduled", "currentNumberScheduled", "updatedNumberScheduled", "numberAvailable")
    return {**dict.fromkeys((*counts, "numberReady"), 1), "numberMisscheduled": 0}


def _job(obj: Object) -> dict[str, Any]:
    completions = obj["spec"].get("completions", 1)
    complete = _condition(obj, "Complete")
    times = {"startTime": complete["lastTransitionTime"], "completionTime": complete["lastTransitionTime"]}
    conditions = [_condition(obj, "SuccessCriteriaMet"), complete]
    return {"succeeded": completions, "conditions": conditions, **times}


def _pod(obj: Object) -> dict[str, Any]:
    return {"phase": "Running", "conditions": [_condition(obj, "Ready")]}


def _claim(obj: Object) -> dict[str, Any]:
    return {"phase": "Bound"}


def _counts(obj: Object) -> dict[str, int]:
    names = ("replicas", "updatedReplicas", "readyReplicas", "availableReplicas")
    return dict.fromkeys(names, obj["spec"].get("replicas", 1))


def _condition(obj: Object, name: str) -> dict[str, Any]:
    return {
        "type": name,
        "status": "True",
        "reason": "SetByTest",
        "message": "",
        "lastTransitionTime": obj["metadata"]["creationTimestamp"],
    }


_OF_KIND: Final[Mapping[tuple[str, str], Callable[[Object], dict[str, Any]]]] = {
    ("apps", "Deployment"): _deployment,
    ("apps", "ReplicaSet"): _counts,
    ("apps", "StatefulSet"): _stateful_set,
    ("apps", "DaemonSet"): _daemon_set,
    ("batch", "Job"): _job,
    ("", "Pod"): _pod,
    ("", "PersistentVolumeClaim"): _claim,
}
