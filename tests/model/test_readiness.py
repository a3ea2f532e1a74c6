"""Readiness, read off one object; rows follow kstatus' own tests where it has them."""

from __future__ import annotations

from typing import Any

import pytest

from mendloop.model.readiness import Progress, is_current, readiness


def obj(kind: str, *, status: dict[str, Any] | None = None, **fields: Any) -> dict[str, Any]:
    api_version, kind = kind.rsplit("/", 1)
    seen = {"observedGeneration": 1} if api_version in ("apps/v1", "policy/v1") else {}
    return {
        "apiVersion": api_version,
        "kind": kind,
        "metadata": {"name": "x", "generation": 1},
        "status": {**seen, **(status or {})},
        **fields,
    }


def condition(kind: str, status: str, reason: str = "Because", message: str = "") -> dict[str, Any]:
    return {"type": kind, "status": status, "reason": reason, "message": message}


DEPLOYED = {
    "replicas": 2,
    "updatedReplicas": 2,
    "availableReplicas": 2,
    "readyReplicas": 2,
    "conditions": [condition("Available", "True"), condition("Progressing", "True")],
}
STATEFUL = {
    "replicas": 2,
    "readyReplicas": 2,
    "currentReplicas": 2,
    "updatedReplicas": 2,
    "currentRevision": "r1",
    "updateRevision": "r1",
}
TWO = {"spec": {"replicas": 2}}

ROWS: list[tuple[str, dict[str, Any], str, str]] = [
    ("deployed", obj("apps/v1/Deployment", status=DEPLOYED, **TWO), "Current", "Current"),
    ("new", obj("apps/v1/Deployment", status={}, **TWO), "InProgress", "LessReplicas"),
    (
        "old pods",
        obj("apps/v1/Deployment", status={**DEPLOYED, "replicas": 3}, **TWO),
        "InProgress",
        "ExtraPods",
    ),
    (
        "no replicas wanted, not looked at",
        {
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "metadata": {"generation": 1},
            "spec": {"replicas": 0},
        },
        "InProgress",
        "LatestGenerationNotObserved",
    ),
    (
        "deadline",
        obj(
            "apps/v1/Deployment",
            status={"conditions": [condition("Progressing", "False", "ProgressDeadlineExceeded")]},
            **TWO,
        ),
        "Failed",
        "ProgressDeadlineExceeded",
    ),
    (
        "not available",
        obj("apps/v1/Deployment", status={**DEPLOYED, "conditions": []}, **TWO),
        "InProgress",
        "DeploymentNotAvailable",
    ),
    ("stateful", obj("apps/v1/StatefulSet", status=STATEFUL, **TWO), "Current", "Current"),
    (
        "stateful, rolling",
        obj("apps/v1/StatefulSet", status={**STATEFUL, "updateRevision": "r2"}, **TWO),
        "InProgress",
        "RevisionMismatch",
    ),
    (
        "stateful, up to its partition",
        obj(
            "apps/v1/StatefulSet",
            status={**STATEFUL, "updatedReplicas": 1, "updateRevision": "r2"},
            spec={"replicas": 2, "updateStrategy": {"rollingUpdate": {"partition": 1}}},
        ),
        "Current",
        "Current",
    ),
    ("daemons unknown", obj("apps/v1/DaemonSet"), "InProgress", "NoDesiredNumber"),
    ("no daemons", obj("apps/v1/DaemonSet", status={"desiredNumberScheduled": 0}), "Current", "Current"),
    (
        "replica set refused",
        obj(
            "apps/v1/ReplicaSet", status={"conditions": [condition("ReplicaFailure", "True", "Quota")]}, **TWO
        ),
        "InProgress",
        "Quota",
    ),
    (
        "job running",
        obj("batch/v1/Job", status={"startTime": "t", "active": 1}),
        "InProgress",
        "JobInProgress",
    ),
    (
        "job done",
        obj("batch/v1/Job", status={"conditions": [condition("Complete", "True")]}),
        "Current",
        "Current",
    ),
    (
        "job failed",
        obj("batch/v1/Job", status={"conditions": [condition("Failed", "True", "BackoffLimitExceeded")]}),
        "Failed",
        "BackoffLimitExceeded",
    ),
    ("pod pending", obj("v1/Pod", status={"phase": "Pending"}), "InProgress", "PodPending"),
    (
        "pod ready",
        obj("v1/Pod", status={"phase": "Running", "conditions": [condition("Ready", "True")]}),
        "Current",
        "Current",
    ),
    (
        "pod done",
        obj(
            "v1/Pod",
            status={"phase": "Succeeded", "conditions": [condition("Ready", "False", "PodCompleted")]},
        ),
        "Current",
        "Current",
    ),
    (
        "pod crashing",
        obj(
            "v1/Pod",
            status={
                "phase": "Running",
                "containerStatuses": [{"name": "c", "state": {"waiting": {"reason": "CrashLoopBackOff"}}}],
            },
        ),
        "Failed",
        "ContainerCrashLooping",
    ),
    ("claim bound", obj("v1/PersistentVolumeClaim", status={"phase": "Bound"}), "Current", "Current"),
    ("claim pending", obj("v1/PersistentVolumeClaim", status={"phase": "Pending"}), "InProgress", "NotBound"),
    ("service", obj("v1/Service", spec={"clusterIP": "10.0.0.1"}), "Current", "Current"),
    ("config", obj("v1/ConfigMap"), "Current", "Current"),
    (
        "crd installing",
        obj("apiextensions.k8s.io/v1/CustomResourceDefinition"),
        "InProgress",
        "Installing",
    ),
    (
        "crd, names taken",
        obj(
            "apiextensions.k8s.io/v1/CustomResourceDefinition",
            status={"conditions": [condition("NamesAccepted", "False", "KindConflict")]},
        ),
        "Failed",
        "KindConflict",
    ),
    ("budget", obj("policy/v1/PodDisruptionBudget"), "Current", "Current"),
    ("custom, silent", obj("food.example.org/v1/Bakery"), "Current", "Current"),
    (
        "custom, not observed",
        obj("food.example.org/v1/Bakery", status={"observedGeneration": 7}),
        "InProgress",
        "LatestGenerationNotObserved",
    ),
    (
        "custom, stalled and reconciling",
        obj(
            "food.example.org/v1/Bakery",
            status={
                "conditions": [condition("Reconciling", "True"), condition("Stalled", "True", "NoFlour")]
            },
        ),
        "Failed",
        "NoFlour",
    ),
    (
        "custom, not ready",
        obj("food.example.org/v1/Bakery", status={"conditions": [condition("Ready", "False", "Kneading")]}),
        "InProgress",
        "Kneading",
    ),
]


@pytest.mark.parametrize(
    ("manifest", "progress", "reason"), [row[1:] for row in ROWS], ids=[r[0] for r in ROWS]
)
def test_says_where_an_object_stands(manifest: dict[str, Any], progress: str, reason: str) -> None:
    found = readiness(manifest)
    assert (found.progress, found.reason) == (progress, reason)
    assert found.message


def test_absence_is_not_found_and_deletion_terminates() -> None:
    assert readiness(None).progress is Progress.NOT_FOUND
    gone = obj("apps/v1/Deployment", status=DEPLOYED, **TWO)
    gone["metadata"]["deletionTimestamp"] = "2031-01-01T00:00:00Z"
    assert readiness(gone).progress is Progress.TERMINATING
    assert not is_current(gone)
