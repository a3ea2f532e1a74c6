"""Read models of policy.

Made by scripts/generate_k8s.py from a kube-apiserver's OpenAPI; not edited by hand.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Unpack

from mendloop.k8s.base import stated
from mendloop.k8s.core import LabelSelector
from mendloop.model.resource import Given, Object, Resource
from mendloop.model.types import Spec, Status

__all__ = [
    "PodDisruptionBudget",
    "PodDisruptionBudgetSpec",
    "PodDisruptionBudgetStatus",
]


class PodDisruptionBudgetSpec(Spec):
    """PodDisruptionBudgetSpec is a description of a PodDisruptionBudget."""

    max_unavailable: int | str | None = None
    min_available: int | str | None = None
    selector: LabelSelector | None = None
    unhealthy_pod_eviction_policy: str | None = None


class PodDisruptionBudgetStatus(Status):
    """PodDisruptionBudgetStatus represents information about the status of a PodDisruptionBudget."""

    current_healthy: int = 0
    desired_healthy: int = 0
    disrupted_pods: Mapping[str, datetime] = {}
    disruptions_allowed: int = 0
    expected_pods: int = 0


class PodDisruptionBudget(
    Resource[PodDisruptionBudgetSpec, PodDisruptionBudgetStatus],
    group="policy",
    version="v1",
    plural="poddisruptionbudgets",
    crd=False,
):
    """PodDisruptionBudget is an object to define the max disruption that can be caused to a ..."""

    __slots__ = ()

    def __init__(
        self,
        name: str,
        *,
        spec: PodDisruptionBudgetSpec | None = None,
        status: PodDisruptionBudgetStatus | None = None,
        fields: Mapping[str, Any] | None = None,
        **meta: Unpack[Given],
    ) -> None:
        Object.__init__(self, name, fields=stated(fields, {"spec": spec, "status": status}), **meta)
