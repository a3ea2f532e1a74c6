"""Read models of autoscaling.

Made by scripts/generate_k8s.py from a kube-apiserver's OpenAPI; not edited by hand.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Unpack

from mendloop.k8s.base import Amount, stated
from mendloop.k8s.core import LabelSelector
from mendloop.model.resource import Given, Object, Resource
from mendloop.model.types import Condition, Model, Spec, Status

__all__ = [
    "ContainerResourceMetricSource",
    "ContainerResourceMetricStatus",
    "CrossVersionObjectReference",
    "ExternalMetricSource",
    "ExternalMetricStatus",
    "HPAScalingPolicy",
    "HPAScalingRules",
    "HorizontalPodAutoscaler",
    "HorizontalPodAutoscalerBehavior",
    "HorizontalPodAutoscalerCondition",
    "HorizontalPodAutoscalerSpec",
    "HorizontalPodAutoscalerStatus",
    "MetricIdentifier",
    "MetricSpec",
    "MetricStatus",
    "MetricTarget",
    "MetricValueStatus",
    "ObjectMetricSource",
    "ObjectMetricStatus",
    "PodsMetricSource",
    "PodsMetricStatus",
    "ResourceMetricSource",
    "ResourceMetricStatus",
]


class MetricTarget(Model):
    """MetricTarget defines the target value, average value, or average utilization of a specific ..."""

    average_utilization: int | None = None
    average_value: Amount | None = None
    type: str = ""
    value: Amount | None = None


class ContainerResourceMetricSource(Model):
    """ContainerResourceMetricSource indicates how to scale on a resource metric known to ..."""

    container: str = ""
    name: str = ""
    target: MetricTarget = MetricTarget()


class MetricValueStatus(Model):
    """MetricValueStatus holds the current value for a metric."""

    average_utilization: int | None = None
    average_value: Amount | None = None
    value: Amount | None = None


class ContainerResourceMetricStatus(Model):
    """ContainerResourceMetricStatus indicates the current value of a resource metric known to ..."""

    container: str = ""
    current: MetricValueStatus = MetricValueStatus()
    name: str = ""


class CrossVersionObjectReference(Model):
    """CrossVersionObjectReference contains enough information to let you identify the referred ..."""

    api_version: str | None = None
    kind: str = ""
    name: str = ""


class MetricIdentifier(Model):
    """MetricIdentifier defines the name and optionally selector for a metric."""

    name: str = ""
    selector: LabelSelector | None = None


class ExternalMetricSource(Model):
    """ExternalMetricSource indicates how to scale on a metric not associated with any Kubernetes ..."""

    metric: MetricIdentifier = MetricIdentifier()
    target: MetricTarget = MetricTarget()


class ExternalMetricStatus(Model):
    """ExternalMetricStatus indicates the current value of a global metric not associated with any ..."""

    current: MetricValueStatus = MetricValueStatus()
    metric: MetricIdentifier = MetricIdentifier()


class HPAScalingPolicy(Model):
    """HPAScalingPolicy is a single policy which must hold true for a specified past interval."""

    period_seconds: int = 0
    type: str = ""
    value: int = 0


class HPAScalingRules(Model):
    """HPAScalingRules configures the scaling behavior for one direction via scaling Policy Rules ..."""

    policies: Sequence[HPAScalingPolicy] = ()
    select_policy: str | None = None
    stabilization_window_seconds: int | None = None
    tolerance: Amount | None = None


class HorizontalPodAutoscalerBehavior(Model):
    """HorizontalPodAutoscalerBehavior configures the scaling behavior of the target in both Up ..."""

    scale_down: HPAScalingRules | None = None
    scale_up: HPAScalingRules | None = None


class HorizontalPodAutoscalerCondition(Condition):
    """HorizontalPodAutoscalerCondition describes the state of a HorizontalPodAutoscaler at a ..."""


class ObjectMetricSource(Model):
    """ObjectMetricSource indicates how to scale on a metric describing a kubernetes object (for ..."""

    described_object: CrossVersionObjectReference = CrossVersionObjectReference()
    metric: MetricIdentifier = MetricIdentifier()
    target: MetricTarget = MetricTarget()


class PodsMetricSource(Model):
    """PodsMetricSource indicates how to scale on a metric describing each pod in the current ..."""

    metric: MetricIdentifier = MetricIdentifier()
    target: MetricTarget = MetricTarget()


class ResourceMetricSource(Model):
    """ResourceMetricSource indicates how to scale on a resource metric known to Kubernetes, as ..."""

    name: str = ""
    target: MetricTarget = MetricTarget()


class MetricSpec(Model):
    """MetricSpec specifies how to scale based on a single metric (only type and one other ..."""

    container_resource: ContainerResourceMetricSource | None = None
    external: ExternalMetricSource | None = None
    object: ObjectMetricSource | None = None
    pods: PodsMetricSource | None = None
    resource: ResourceMetricSource | None = None
    type: str = ""


class HorizontalPodAutoscalerSpec(Spec):
    """HorizontalPodAutoscalerSpec describes the desired functionality of the HorizontalPodAutoscaler."""

    behavior: HorizontalPodAutoscalerBehavior | None = None
    max_replicas: int = 0
    metrics: Sequence[MetricSpec] = ()
    min_replicas: int | None = None
    scale_target_ref: CrossVersionObjectReference = CrossVersionObjectReference()


class ObjectMetricStatus(Model):
    """ObjectMetricStatus indicates the current value of a metric describing a kubernetes object ..."""

    current: MetricValueStatus = MetricValueStatus()
    described_object: CrossVersionObjectReference = CrossVersionObjectReference()
    metric: MetricIdentifier = MetricIdentifier()


class PodsMetricStatus(Model):
    """PodsMetricStatus indicates the current value of a metric describing each pod in the current ..."""

    current: MetricValueStatus = MetricValueStatus()
    metric: MetricIdentifier = MetricIdentifier()


class ResourceMetricStatus(Model):
    """ResourceMetricStatus indicates the current value of a resource metric known to Kubernetes ..."""

    current: MetricValueStatus = MetricValueStatus()
    name: str = ""


class MetricStatus(Model):
    """MetricStatus describes the last-read state of a single metric."""

    container_resource: ContainerResourceMetricStatus | None = None
    external: ExternalMetricStatus | None = None
    object: ObjectMetricStatus | None = None
    pods: PodsMetricStatus | None = None
    resource: ResourceMetricStatus | None = None
    type: str = ""


class HorizontalPodAutoscalerStatus(Status):
    """HorizontalPodAutoscalerStatus describes the current status of a horizontal pod autoscaler."""

    conditions: Sequence[HorizontalPodAutoscalerCondition] = ()
    current_metrics: Sequence[MetricStatus] = ()
    current_replicas: int | None = None
    desired_replicas: int = 0
    last_scale_time: datetime | None = None


class HorizontalPodAutoscaler(
    Resource[HorizontalPodAutoscalerSpec, HorizontalPodAutoscalerStatus],
    group="autoscaling",
    version="v2",
    plural="horizontalpodautoscalers",
    crd=False,
):
    """HorizontalPodAutoscaler is the configuration for a horizontal pod autoscaler, which ..."""

    __slots__ = ()

    def __init__(
        self,
        name: str,
        *,
        spec: HorizontalPodAutoscalerSpec | None = None,
        status: HorizontalPodAutoscalerStatus | None = None,
        fields: Mapping[str, Any] | None = None,
        **meta: Unpack[Given],
    ) -> None:
        Object.__init__(self, name, fields=stated(fields, {"spec": spec, "status": status}), **meta)
