"""Read models of apps.

Made by scripts/generate_k8s.py from a kube-apiserver's OpenAPI; not edited by hand.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Unpack

from mendloop.k8s.base import NoSpec, Part, stated
from mendloop.k8s.core import LabelSelector
from mendloop.k8s.pods import PersistentVolumeClaimTemplate, PodTemplateSpec
from mendloop.model.resource import Given, Object, Resource, Scale
from mendloop.model.types import Condition, Model, NoStatus, Spec, Status

__all__ = [
    "ControllerRevision",
    "DaemonSet",
    "DaemonSetCondition",
    "DaemonSetSpec",
    "DaemonSetStatus",
    "DaemonSetUpdateStrategy",
    "Deployment",
    "DeploymentCondition",
    "DeploymentSpec",
    "DeploymentStatus",
    "DeploymentStrategy",
    "ReplicaSet",
    "ReplicaSetCondition",
    "ReplicaSetSpec",
    "ReplicaSetStatus",
    "RollingUpdateDaemonSet",
    "RollingUpdateDeployment",
    "RollingUpdateStatefulSetStrategy",
    "StatefulSet",
    "StatefulSetCondition",
    "StatefulSetOrdinals",
    "StatefulSetPersistentVolumeClaimRetentionPolicy",
    "StatefulSetSpec",
    "StatefulSetStatus",
    "StatefulSetUpdateStrategy",
]


class DaemonSetCondition(Condition):
    """DaemonSetCondition describes the state of a DaemonSet at a certain point."""


class RollingUpdateDaemonSet(Model):
    """Spec to control the desired behavior of daemon set rolling update."""

    max_surge: int | str | None = None
    max_unavailable: int | str | None = None


class DaemonSetUpdateStrategy(Model):
    """DaemonSetUpdateStrategy is a struct used to control the update strategy for a DaemonSet."""

    rolling_update: RollingUpdateDaemonSet | None = None
    type: str | None = None


class DaemonSetSpec(Spec):
    """DaemonSetSpec is the specification of a daemon set."""

    min_ready_seconds: int | None = None
    revision_history_limit: int | None = None
    selector: LabelSelector | None = None
    template: PodTemplateSpec = PodTemplateSpec()
    update_strategy: DaemonSetUpdateStrategy = DaemonSetUpdateStrategy()


class DaemonSetStatus(Status):
    """DaemonSetStatus represents the current status of a daemon set."""

    collision_count: int | None = None
    conditions: Sequence[DaemonSetCondition] = ()
    current_number_scheduled: int = 0
    desired_number_scheduled: int = 0
    number_available: int | None = None
    number_misscheduled: int = 0
    number_ready: int = 0
    number_unavailable: int | None = None
    updated_number_scheduled: int | None = None


class DeploymentCondition(Condition):
    """DeploymentCondition describes the state of a deployment at a certain point."""

    last_update_time: datetime | None = None


class RollingUpdateDeployment(Model):
    """Spec to control the desired behavior of rolling update."""

    max_surge: int | str | None = None
    max_unavailable: int | str | None = None


class DeploymentStrategy(Model):
    """DeploymentStrategy describes how to replace existing pods with new ones."""

    rolling_update: RollingUpdateDeployment | None = None
    type: str | None = None


class DeploymentSpec(Spec):
    """DeploymentSpec is the specification of the desired behavior of the Deployment."""

    min_ready_seconds: int | None = None
    paused: bool | None = None
    progress_deadline_seconds: int | None = None
    replicas: int | None = None
    revision_history_limit: int | None = None
    selector: LabelSelector | None = None
    strategy: DeploymentStrategy = DeploymentStrategy()
    template: PodTemplateSpec = PodTemplateSpec()


class DeploymentStatus(Status):
    """DeploymentStatus is the most recently observed status of the Deployment."""

    available_replicas: int | None = None
    collision_count: int | None = None
    conditions: Sequence[DeploymentCondition] = ()
    ready_replicas: int | None = None
    replicas: int | None = None
    terminating_replicas: int | None = None
    unavailable_replicas: int | None = None
    updated_replicas: int | None = None


class ReplicaSetCondition(Condition):
    """ReplicaSetCondition describes the state of a replica set at a certain point."""


class ReplicaSetSpec(Spec):
    """ReplicaSetSpec is the specification of a ReplicaSet."""

    min_ready_seconds: int | None = None
    replicas: int | None = None
    selector: LabelSelector | None = None
    template: PodTemplateSpec = PodTemplateSpec()


class ReplicaSetStatus(Status):
    """ReplicaSetStatus represents the current status of a ReplicaSet."""

    available_replicas: int | None = None
    conditions: Sequence[ReplicaSetCondition] = ()
    fully_labeled_replicas: int | None = None
    ready_replicas: int | None = None
    replicas: int = 0
    terminating_replicas: int | None = None


class RollingUpdateStatefulSetStrategy(Model):
    """RollingUpdateStatefulSetStrategy is used to communicate parameter for ..."""

    max_unavailable: int | str | None = None
    partition: int | None = None


class StatefulSetCondition(Condition):
    """StatefulSetCondition describes the state of a statefulset at a certain point."""


class StatefulSetOrdinals(Model):
    """StatefulSetOrdinals describes the policy used for replica ordinal assignment in this ..."""

    start: int = 0


class StatefulSetPersistentVolumeClaimRetentionPolicy(Model):
    """StatefulSetPersistentVolumeClaimRetentionPolicy describes the policy used for PVCs created ..."""

    when_deleted: str | None = None
    when_scaled: str | None = None


class StatefulSetUpdateStrategy(Model):
    """StatefulSetUpdateStrategy indicates the strategy that the StatefulSet controller will use ..."""

    rolling_update: RollingUpdateStatefulSetStrategy | None = None
    type: str | None = None


class StatefulSetSpec(Spec):
    """A StatefulSetSpec is the specification of a StatefulSet."""

    min_ready_seconds: int | None = None
    ordinals: StatefulSetOrdinals | None = None
    persistent_volume_claim_retention_policy: StatefulSetPersistentVolumeClaimRetentionPolicy | None = None
    pod_management_policy: str | None = None
    replicas: int | None = None
    revision_history_limit: int | None = None
    selector: LabelSelector | None = None
    service_name: str = ""
    template: PodTemplateSpec = PodTemplateSpec()
    update_strategy: StatefulSetUpdateStrategy = StatefulSetUpdateStrategy()
    volume_claim_templates: Sequence[PersistentVolumeClaimTemplate] = ()


class StatefulSetStatus(Status):
    """StatefulSetStatus represents the current state of a StatefulSet."""

    available_replicas: int = 0
    collision_count: int | None = None
    conditions: Sequence[StatefulSetCondition] = ()
    current_replicas: int | None = None
    current_revision: str | None = None
    ready_replicas: int | None = None
    replicas: int = 0
    update_revision: str | None = None
    updated_replicas: int | None = None


class ControllerRevision(
    Resource[NoSpec, NoStatus], group="apps", version="v1", plural="controllerrevisions", crd=False
):
    """ControllerRevision implements an immutable snapshot of state data."""

    __slots__ = ()
    data: Part[Any] = Part(Any, "data")
    revision: Part[int] = Part(int, "revision", int)

    def __init__(
        self,
        name: str,
        *,
        data: Any | None = None,
        revision: int | None = None,
        fields: Mapping[str, Any] | None = None,
        **meta: Unpack[Given],
    ) -> None:
        Object.__init__(self, name, fields=stated(fields, {"data": data, "revision": revision}), **meta)


class DaemonSet(
    Resource[DaemonSetSpec, DaemonSetStatus], group="apps", version="v1", plural="daemonsets", crd=False
):
    """DaemonSet represents the configuration of a daemon set."""

    __slots__ = ()

    def __init__(
        self,
        name: str,
        *,
        spec: DaemonSetSpec | None = None,
        status: DaemonSetStatus | None = None,
        fields: Mapping[str, Any] | None = None,
        **meta: Unpack[Given],
    ) -> None:
        Object.__init__(self, name, fields=stated(fields, {"spec": spec, "status": status}), **meta)


class Deployment(
    Resource[DeploymentSpec, DeploymentStatus],
    group="apps",
    version="v1",
    plural="deployments",
    scale=Scale(selector="status.selector"),
    crd=False,
):
    """Deployment enables declarative updates for Pods and ReplicaSets."""

    __slots__ = ()

    def __init__(
        self,
        name: str,
        *,
        spec: DeploymentSpec | None = None,
        status: DeploymentStatus | None = None,
        fields: Mapping[str, Any] | None = None,
        **meta: Unpack[Given],
    ) -> None:
        Object.__init__(self, name, fields=stated(fields, {"spec": spec, "status": status}), **meta)


class ReplicaSet(
    Resource[ReplicaSetSpec, ReplicaSetStatus],
    group="apps",
    version="v1",
    plural="replicasets",
    scale=Scale(selector="status.selector"),
    crd=False,
):
    """ReplicaSet ensures that a specified number of pod replicas are running at any given time."""

    __slots__ = ()

    def __init__(
        self,
        name: str,
        *,
        spec: ReplicaSetSpec | None = None,
        status: ReplicaSetStatus | None = None,
        fields: Mapping[str, Any] | None = None,
        **meta: Unpack[Given],
    ) -> None:
        Object.__init__(self, name, fields=stated(fields, {"spec": spec, "status": status}), **meta)


class StatefulSet(
    Resource[StatefulSetSpec, StatefulSetStatus],
    group="apps",
    version="v1",
    plural="statefulsets",
    scale=Scale(selector="status.selector"),
    crd=False,
):
    """StatefulSet represents a set of pods with consistent identities."""

    __slots__ = ()

    def __init__(
        self,
        name: str,
        *,
        spec: StatefulSetSpec | None = None,
        status: StatefulSetStatus | None = None,
        fields: Mapping[str, Any] | None = None,
        **meta: Unpack[Given],
    ) -> None:
        Object.__init__(self, name, fields=stated(fields, {"spec": spec, "status": status}), **meta)
