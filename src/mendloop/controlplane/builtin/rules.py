"""Which rules an object of a built-in kind breaks, alone and as a change."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mendloop.controlplane.builtin import corerules as core
from mendloop.controlplane.builtin import policyrules as policy
from mendloop.controlplane.builtin import workloadrules as workload
from mendloop.controlplane.causes import Cause
from mendloop.controlplane.schema import check_crd

Object = dict[str, Any]
Check = Callable[[Object], list[Cause]]
CheckChange = Callable[[Object, Object], list[Cause]]

_DEFINITION = "apiextensions.k8s.io/v1/CustomResourceDefinition"
_RBAC = "rbac.authorization.k8s.io/v1"
_CHECKS: dict[str, Check] = {
    _DEFINITION: check_crd,
    "v1/Pod": core.check_pod,
    "v1/Secret": core.check_secret,
    "v1/ConfigMap": core.check_configmap,
    "v1/Service": core.check_service,
    "v1/PersistentVolumeClaim": core.check_claim,
    "v1/ResourceQuota": core.check_quota,
    "v1/Event": core.check_event,
    "apps/v1/Deployment": workload.check_deployment,
    "apps/v1/ReplicaSet": workload.check_replicaset,
    "apps/v1/StatefulSet": workload.check_statefulset,
    "apps/v1/DaemonSet": workload.check_daemonset,
    "batch/v1/Job": workload.check_job,
    "batch/v1/CronJob": workload.check_cronjob,
    "autoscaling/v2/HorizontalPodAutoscaler": policy.check_autoscaler,
    "policy/v1/PodDisruptionBudget": policy.check_budget,
    "coordination.k8s.io/v1/Lease": policy.check_lease,
    f"{_RBAC}/Role": policy.check_role,
    f"{_RBAC}/ClusterRole": policy.check_role,
    f"{_RBAC}/RoleBinding": policy.check_binding,
    f"{_RBAC}/ClusterRoleBinding": policy.check_binding,
    "networking.k8s.io/v1/NetworkPolicy": policy.check_network_policy,
    "networking.k8s.io/v1/Ingress": policy.check_ingress,
}
_CHANGES: dict[str, CheckChange] = {
    "v1/Pod": core.check_pod_change,
    "v1/Secret": core.check_secret_change,
    "v1/ConfigMap": core.check_configmap_change,
    "v1/Service": core.check_service_change,
    "v1/PersistentVolumeClaim": core.check_claim_change,
    "apps/v1/Deployment": workload.check_selector_kept,
    "apps/v1/ReplicaSet": workload.check_selector_kept,
    "apps/v1/DaemonSet": workload.check_selector_kept,
    "apps/v1/StatefulSet": workload.check_statefulset_change,
    "batch/v1/Job": workload.check_job_change,
    f"{_RBAC}/RoleBinding": policy.check_binding_change,
    f"{_RBAC}/ClusterRoleBinding": policy.check_binding_change,
}


def check(gvk: str, obj: Object) -> list[Cause]:
    """The rules that the object breaks, in the order of a real server."""
    found = _CHECKS.get(gvk)
    return found(obj) if found is not None else []


def check_change(gvk: str, old: Object, new: Object) -> list[Cause]:
    """The rules that the new object breaks, as a change of the old one and by itself."""
    if gvk == _DEFINITION:
        return check_crd(new, old)
    found = _CHANGES.get(gvk)
    return [*(found(old, new) if found is not None else ()), *check(gvk, new)]
