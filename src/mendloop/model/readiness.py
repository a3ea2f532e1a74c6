"""Is an object what its last apply asked for? Read off the object alone, without a clock.

The rules are kstatus' (sigs.k8s.io/cli-utils `pkg/kstatus`, and Flux's fork of it), with two differences. A
Job is current when it has completed, as in Flux: what comes after a migration must not start beside it. A
built-in workload whose controller has not yet written `observedGeneration` is in progress, also with no
replicas.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum
from typing import Any, Final, NamedTuple, TypeAlias

Object: TypeAlias = Mapping[str, Any]


class Progress(StrEnum):
    """Where an object stands; the values are kstatus' names."""

    CURRENT = "Current"
    IN_PROGRESS = "InProgress"
    FAILED = "Failed"
    TERMINATING = "Terminating"
    NOT_FOUND = "NotFound"


class Readiness(NamedTuple):
    """Where an object stands, why (CamelCase), and that in words."""

    progress: Progress
    reason: str
    message: str

    @property
    def current(self) -> bool:
        return self.progress is Progress.CURRENT


def readiness(obj: Object | None) -> Readiness:
    """Where the object stands; None is one that is not there."""
    if obj is None:
        return Readiness(Progress.NOT_FOUND, "NotFound", "is not there")
    if (obj.get("metadata") or {}).get("deletionTimestamp"):
        return Readiness(Progress.TERMINATING, "Terminating", "is being deleted")
    group, _, _ = str(obj.get("apiVersion", "")).rpartition("/")
    rule = _RULES.get((group, str(obj.get("kind", ""))))
    found = _unobserved(obj, needed=rule in _OBSERVED) or _told_by_conditions(obj)
    if found is None and rule is not None:
        found = rule(obj)
    return found or _current("is as it was asked for")


def is_current(obj: Object | None) -> bool:
    """True where the object has become what was asked for."""
    return readiness(obj).current


def conditions(obj: Object) -> dict[str, Mapping[str, Any]]:
    """The object's conditions by type."""
    stated = _status(obj).get("conditions")
    if not isinstance(stated, list):
        return {}
    return {str(c.get("type")): c for c in stated if isinstance(c, dict)}


def _status(obj: Object) -> Mapping[str, Any]:
    status = obj.get("status")
    return status if isinstance(status, dict) else {}


def _current(message: str) -> Readiness:
    return Readiness(Progress.CURRENT, "Current", message)


def _waiting(reason: str, message: str) -> Readiness:
    return Readiness(Progress.IN_PROGRESS, reason, message)


def _failed(reason: str, message: str) -> Readiness:
    return Readiness(Progress.FAILED, reason, message)


# ---- what holds for every kind


def _unobserved(obj: Object, *, needed: bool) -> Readiness | None:
    generation = (obj.get("metadata") or {}).get("generation")
    observed = _status(obj).get("observedGeneration")
    if not isinstance(generation, int) or observed == generation or (observed is None and not needed):
        return None
    return _waiting(
        "LatestGenerationNotObserved", f"generation {generation}, observed is {observed or 'none'}"
    )


def _told_by_conditions(obj: Object) -> Readiness | None:
    """kstatus' own conditions. Stalled comes first: who is stalled waits for somebody, not for time."""
    held = conditions(obj)
    if _is(held.get("Stalled"), "True"):
        return _failed(*_words(held["Stalled"], "Stalled"))
    if _is(held.get("Reconciling"), "True"):
        return _waiting(*_words(held["Reconciling"], "Reconciling"))
    ready = held.get("Ready")
    # A Pod's or Node's Ready has its own rule; for all others not ready means not yet.
    if ready is not None and not _is(ready, "True") and obj.get("kind") not in ("Pod", "Node"):
        return _waiting(*_words(ready, "NotReady"))
    return None


def _is(condition: Mapping[str, Any] | None, status: str) -> bool:
    return condition is not None and condition.get("status") == status


def _words(condition: Mapping[str, Any], reason: str) -> tuple[str, str]:
    told = str(condition.get("reason") or reason)
    return told, str(condition.get("message") or told)


# ---- workloads


def _behind(counts: Iterable[tuple[str, int, int]]) -> Readiness | None:
    """The first count that has not reached its goal."""
    for name, have, goal in counts:
        if have < goal:
            return _waiting(f"Less{name}", f"{name}: {have}/{goal}")
    return None


def _surplus(have: int, goal: int) -> Readiness | None:
    return _waiting("ExtraPods", f"Pending termination: {have - goal}") if have > goal else None


def _count(obj: Object, name: str) -> int:
    value = _status(obj).get(name)
    return value if isinstance(value, int) else 0


def _wanted(obj: Object) -> int:
    replicas = (obj.get("spec") or {}).get("replicas")
    return replicas if isinstance(replicas, int) else 1


def _deployment(obj: Object) -> Readiness | None:
    held, goal = conditions(obj), _wanted(obj)
    progressing = held.get("Progressing", {})
    if progressing.get("reason") == "ProgressDeadlineExceeded":
        return _failed("ProgressDeadlineExceeded", str(progressing.get("message") or "made no progress"))
    replicas, updated = _count(obj, "replicas"), _count(obj, "updatedReplicas")
    found = (
        _behind((("Replicas", replicas, goal), ("Updated", updated, goal)))
        or _surplus(replicas, updated)
        or _behind((("Available", _count(obj, "availableReplicas"), goal),))
        or _behind((("Ready", _count(obj, "readyReplicas"), goal),))
    )
    if found is None and not _is(held.get("Available"), "True"):
        return _waiting("DeploymentNotAvailable", "is not available")
    return found or _current(f"Available: {goal}")


def _replica_set(obj: Object) -> Readiness | None:
    failure = conditions(obj).get("ReplicaFailure")
    if _is(failure, "True") and failure is not None:
        return _waiting(*_words(failure, "ReplicaFailure"))
    goal = _wanted(obj)
    return (
        _behind(
            (
                ("Labelled", _count(obj, "fullyLabeledReplicas"), goal),
                ("Available", _count(obj, "availableReplicas"), goal),
                ("Ready", _count(obj, "readyReplicas"), goal),
            )
        )
        or _surplus(_count(obj, "replicas"), goal)
        or _current(f"Available: {goal}")
    )


def _stateful_set(obj: Object) -> Readiness | None:
    strategy = (obj.get("spec") or {}).get("updateStrategy") or {}
    if strategy.get("type") == "OnDelete":
        return _current("is updated when its pods are deleted")
    goal, replicas = _wanted(obj), _count(obj, "replicas")
    found = _behind((("Replicas", replicas, goal), ("Ready", _count(obj, "readyReplicas"), goal)))
    found = found or _surplus(replicas, goal)
    if found is not None:
        return found
    partition = (strategy.get("rollingUpdate") or {}).get("partition") or 0
    updated = _count(obj, "updatedReplicas")
    if partition:
        return _behind((("Updated", updated, max(goal - partition, 0)),)) or _current(
            "is updated up to its partition"
        )
    status = _status(obj)
    if status.get("currentRevision") != status.get("updateRevision"):
        return _waiting("RevisionMismatch", f"Updated: {updated}/{goal}")
    return _behind((("Current", _count(obj, "currentReplicas"), goal),)) or _current(f"Ready: {goal}")


def _daemon_set(obj: Object) -> Readiness | None:
    goal = _status(obj).get("desiredNumberScheduled")
    if not isinstance(goal, int):
        return _waiting("NoDesiredNumber", "its number of pods is not known yet")
    counts = (
        ("Current", "currentNumberScheduled"),
        ("Updated", "updatedNumberScheduled"),
        ("Available", "numberAvailable"),
        ("Ready", "numberReady"),
    )
    return _behind((name, _count(obj, field), goal) for name, field in counts) or _current(f"Ready: {goal}")


def _job(obj: Object) -> Readiness | None:
    held = conditions(obj)
    if _is(held.get("Complete"), "True"):
        return _current("has completed")
    if _is(held.get("Failed"), "True"):
        return _failed(*_words(held["Failed"], "JobFailed"))
    if _is(held.get("Suspended"), "True"):
        return _waiting("JobSuspended", "is suspended")
    if not _status(obj).get("startTime"):
        return _waiting("JobNotStarted", "has not started")
    done, failed = _count(obj, "succeeded"), _count(obj, "failed")
    return _waiting("JobInProgress", f"Succeeded: {done}, active: {_count(obj, 'active')}, failed: {failed}")


def _pod(obj: Object) -> Readiness | None:
    held, phase = conditions(obj), _status(obj).get("phase")
    match phase:
        case "Succeeded":
            return _current("has completed")
        case "Failed":
            return _failed("PodFailed", str(_status(obj).get("message") or "has failed"))
        case "Running" if _is(held.get("Ready"), "True"):
            return _current("is ready")
        case "Running":
            crashing = _crashing(obj)
            if crashing:
                return _failed("ContainerCrashLooping", f"in a crash loop: {', '.join(crashing)}")
            return _waiting("PodRunningNotReady", "is running and not ready")
    scheduled = held.get("PodScheduled")
    if _is(scheduled, "False") and scheduled is not None:
        return _waiting(*_words(scheduled, "Unschedulable"))
    return _waiting("PodPending", f"phase is {phase or 'not known yet'}")


def _crashing(obj: Object) -> list[str]:
    status = _status(obj)
    found = []
    for container in (*(status.get("initContainerStatuses") or ()), *(status.get("containerStatuses") or ())):
        waiting = (container.get("state") or {}).get("waiting") or {}
        if waiting.get("reason") == "CrashLoopBackOff":
            found.append(str(container.get("name")))
    return found


# ---- others


def _claim(obj: Object) -> Readiness | None:
    match _status(obj).get("phase"):
        case "Bound":
            return _current("is bound")
        case "Lost":
            return _failed("ClaimLost", "its volume is lost")
        case phase:
            return _waiting("NotBound", f"phase is {phase or 'not known yet'}")


def _service(obj: Object) -> Readiness | None:
    spec = obj.get("spec") or {}
    if spec.get("type") == "LoadBalancer" and not spec.get("clusterIP"):
        return _waiting("NoIPAssigned", "has no cluster IP yet")
    return None


def _crd(obj: Object) -> Readiness | None:
    held = conditions(obj)
    if _is(held.get("NamesAccepted"), "False"):
        return _failed(*_words(held["NamesAccepted"], "NamesNotAccepted"))
    established = held.get("Established", {})
    if _is(established, "True"):
        return _current("is established")
    if _is(established, "False") and established.get("reason") != "Installing":
        return _failed(*_words(established, "NotEstablished"))
    return _waiting("Installing", "is being installed")


def _disruption_budget(obj: Object) -> Readiness | None:
    return _current(f"allowed disruptions: {_count(obj, 'disruptionsAllowed')}")


def _namespace(obj: Object) -> Readiness | None:
    phase = _status(obj).get("phase")
    return None if phase in (None, "Active") else _waiting("NotActive", f"phase is {phase}")


_Rule: TypeAlias = Callable[[Object], Readiness | None]
_RULES: Final[Mapping[tuple[str, str], _Rule]] = {
    ("apps", "Deployment"): _deployment,
    ("apps", "ReplicaSet"): _replica_set,
    ("apps", "StatefulSet"): _stateful_set,
    ("apps", "DaemonSet"): _daemon_set,
    ("batch", "Job"): _job,
    ("", "Pod"): _pod,
    ("", "PersistentVolumeClaim"): _claim,
    ("", "Service"): _service,
    ("", "Namespace"): _namespace,
    ("policy", "PodDisruptionBudget"): _disruption_budget,
    ("apiextensions.k8s.io", "CustomResourceDefinition"): _crd,
}
# Their controllers always write observedGeneration, so that its absence means that they have not looked yet.
_OBSERVED: Final = frozenset({_deployment, _replica_set, _stateful_set, _daemon_set, _disruption_budget})
