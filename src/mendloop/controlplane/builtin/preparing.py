"""What the server makes of a built-in object on its way in, beyond defaults: status, labels, selectors.

Source: the strategies of the kinds in the API reference; measured on kube-apiserver 1.36.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mendloop.controlplane.builtin.defaults import TEMPLATE_GENERATION
from mendloop.controlplane.builtin.gotypes import zero
from mendloop.controlplane.builtin.pods import qos_class, tolerate_lost_nodes

Object = dict[str, Any]

# Kinds whose status a create may set, or that have none worth clearing.
_KEEPS_STATUS = {"v1/Node", "v1/Namespace", "v1/Pod"}


def _pod(pod: Object) -> None:
    spec = pod["spec"]
    tolerate_lost_nodes(spec)
    if (spec.get("terminationGracePeriodSeconds") or 0) < 0:
        spec["terminationGracePeriodSeconds"] = 1
    spec.setdefault("priority", 0)
    spec.setdefault("preemptionPolicy", "PreemptLowerPriority")
    pod["status"] = {"phase": "Pending", "qosClass": qos_class(spec)}


def _pending(obj: Object) -> None:
    obj["status"] = {**obj.get("status", {}), "phase": "Pending"}


def _namespace(namespace: Object) -> None:
    finalizers = namespace.setdefault("spec", {}).get("finalizers") or []
    if "kubernetes" not in finalizers:
        namespace["spec"]["finalizers"] = [*finalizers, "kubernetes"]
    namespace["status"] = {"phase": "Active"}


def _job(job: Object) -> None:
    """A Job that does not select its pods by hand gets labels that no other Job's pods can have."""
    spec, metadata = job["spec"], job["metadata"]
    if spec.get("manualSelector"):
        return
    template = spec.setdefault("template", {}).setdefault("metadata", {})
    labels = template.setdefault("labels", {})
    uid, name = metadata.get("uid", ""), metadata.get("name", "")
    for prefix in ("", "batch.kubernetes.io/"):
        labels.setdefault(f"{prefix}controller-uid", uid)
        labels.setdefault(f"{prefix}job-name", name)
    if not metadata.get("labels"):
        metadata["labels"] = dict(labels)
    selector = spec.get("selector") or {}
    stated = selector.get("matchLabels") or {}
    key = "batch.kubernetes.io/controller-uid"
    spec["selector"] = {**selector, "matchLabels": {**stated, key: stated.get(key, uid)}}


def _definition(crd: Object) -> None:
    stored = [each["name"] for each in crd["spec"].get("versions") or () if each.get("storage")][:1]
    crd["status"] = {
        "conditions": None,
        "acceptedNames": {"plural": "", "kind": ""},
        "storedVersions": stored,
    }


def _daemonset(daemonset: Object) -> None:
    daemonset["metadata"].setdefault("annotations", {})[TEMPLATE_GENERATION] = "1"


_CREATE: dict[str, Callable[[Object], None]] = {
    "v1/Pod": _pod,
    "v1/PersistentVolumeClaim": _pending,
    "v1/PersistentVolume": _pending,
    "v1/Namespace": _namespace,
    "batch/v1/Job": _job,
    "apps/v1/DaemonSet": _daemonset,
    "apiextensions.k8s.io/v1/CustomResourceDefinition": _definition,
}


def begin(gvk: str, obj: Object) -> None:
    """What a new object is given."""
    if gvk not in _KEEPS_STATUS:
        if "status" in (empty := zero(gvk)):
            obj["status"] = empty["status"]
        else:
            obj.pop("status", None)
    if (prepare := _CREATE.get(gvk)) is not None:
        prepare(obj)


def carry_on(gvk: str, old: Object, new: Object) -> None:
    """What an update cannot change by leaving it out."""
    if gvk == "v1/Namespace":
        new["spec"] = old.get("spec", {})
    elif gvk == "v1/Pod":
        for name in ("priority", "preemptionPolicy"):
            if name in old["spec"]:
                new["spec"].setdefault(name, old["spec"][name])
    elif gvk == "apps/v1/DaemonSet":
        annotations = new["metadata"].setdefault("annotations", {})
        counted = int((old["metadata"].get("annotations") or {}).get(TEMPLATE_GENERATION) or 0)
        moved = old["spec"].get("template") != new["spec"].get("template")
        annotations[TEMPLATE_GENERATION] = str(counted + moved)
