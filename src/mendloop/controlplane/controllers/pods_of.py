"""What Deployments, StatefulSets and Jobs do alike: pods from templates, ownership, readiness, hashes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from mendloop.controlplane.controllers.api import Seen, Verbs, View
from mendloop.controlplane.wire import Object
from mendloop.model.kinds import Kind

POD = Kind("", "v1", "Pod", "pods")
CLAIM = Kind("", "v1", "PersistentVolumeClaim", "persistentvolumeclaims")
SERVICE = Kind("", "v1", "Service", "services")
DEPLOYMENT = Kind("apps", "v1", "Deployment", "deployments")
REPLICA_SET = Kind("apps", "v1", "ReplicaSet", "replicasets")
STATEFUL_SET = Kind("apps", "v1", "StatefulSet", "statefulsets")
REVISION = Kind("apps", "v1", "ControllerRevision", "controllerrevisions")
JOB = Kind("batch", "v1", "Job", "jobs")

# rand.SafeEncodeString of apimachinery: no vowels and no digits that look like letters.
_SAFE = "bcdfghjklmnpqrstvwxz2456789"


def controller_reference(kind: Kind, obj: Object) -> Object:
    """The owner reference of what `obj` controls."""
    return {
        "apiVersion": kind.api_version,
        "kind": kind.kind,
        "name": obj["metadata"]["name"],
        "uid": obj["metadata"]["uid"],
        "controller": True,
        "blockOwnerDeletion": True,
    }


def pod_from(template: Mapping[str, Any], namespace: str, owner: Object) -> Object:
    """A Pod as the template says, without a name."""
    metadata = template.get("metadata") or {}
    kept = {key: metadata[key] for key in ("labels", "annotations", "finalizers") if metadata.get(key)}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"namespace": namespace, **kept, "ownerReferences": [owner]},
        "spec": template["spec"],
    }


def template_hash(template: object, collisions: int = 0) -> str:
    """A short name for the template's content; FNV-1a, spelt as Kubernetes spells it.

    The number itself differs from a real one's, which hashes Go's own print of the structure.
    """
    value = 0x811C9DC5
    for byte in msgspec.json.encode(template, order="deterministic") + (
        str(collisions).encode() * bool(collisions)
    ):
        value = ((value ^ byte) * 0x01000193) & 0xFFFFFFFF
    return "".join(_SAFE[ord(digit) % len(_SAFE)] for digit in str(value))


def condition(obj: Object, name: str) -> Object | None:
    """The condition of this type."""
    conditions: list[Object] = (obj.get("status") or {}).get("conditions") or []
    return next((each for each in conditions if each["type"] == name), None)


def is_ready(pod: Object) -> bool:
    ready = condition(pod, "Ready")
    return ready is not None and ready["status"] == "True" and not pod["metadata"].get("deletionTimestamp")


def is_active(pod: Object) -> bool:
    """Neither finished nor going."""
    phase = (pod.get("status") or {}).get("phase")
    return phase not in ("Succeeded", "Failed") and not pod["metadata"].get("deletionTimestamp")


def selects(selector: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    """Whether a LabelSelector selects these labels; one without requirements selects nothing here."""
    wanted = selector.get("matchLabels") or {}
    expressions = selector.get("matchExpressions") or []
    if not wanted and not expressions:
        return False
    return wanted.items() <= labels.items() and all(_holds(each, labels) for each in expressions)


def _holds(requirement: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    value = labels.get(requirement["key"])
    match requirement["operator"]:
        case "In":
            return value in requirement.get("values", ())
        case "NotIn":
            return value not in requirement.get("values", ())
        case "Exists":
            return value is not None
        case "DoesNotExist":
            return value is None
    raise ValueError(f"a label selector has no operator {requirement['operator']!r}")


def adopt(view: View, verbs: Verbs, owner: Seen, kind: Kind, selector: Mapping[str, Any]) -> None:
    """Takes what is free and selected under the owner's control, as an orphaned set is taken back."""
    if owner.deleting:
        return
    for seen in view.free(kind, owner.stored.namespace):
        if seen.deleting or not selects(selector, seen.stored.labels):
            continue
        references = seen.object()["metadata"].get("ownerReferences") or []
        mine = controller_reference(owner.kind, owner.object())
        metadata = {"ownerReferences": [*references, mine], "resourceVersion": str(seen.stored.rv)}
        verbs.patch(seen, {"metadata": metadata})


def write_status(verbs: Verbs, seen: Seen, obj: Object, status: Object) -> bool:
    """Writes the status if it says something else than it did; whether it did."""
    if (obj.get("status") or {}) == status:
        return False
    verbs.update(seen.kind, {**obj, "status": status}, "status")
    return True


def oldest_first(found: Iterable[Seen]) -> list[Seen]:
    return sorted(found, key=lambda seen: (seen.object()["metadata"]["creationTimestamp"], seen.stored.name))
