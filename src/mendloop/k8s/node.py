"""Read models of node.k8s.io.

Made by scripts/generate_k8s.py from a kube-apiserver's OpenAPI; not edited by hand.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Unpack

from mendloop.k8s.base import Amount, NoSpec, Part, stated
from mendloop.k8s.core import Toleration
from mendloop.model.resource import Given, Object, Resource
from mendloop.model.types import Model, NoStatus

__all__ = [
    "Overhead",
    "RuntimeClass",
    "Scheduling",
]


class Overhead(Model):
    """Overhead structure represents the resource overhead associated with running a pod."""

    pod_fixed: Mapping[str, Amount] = {}


class Scheduling(Model):
    """Scheduling specifies the scheduling constraints for nodes supporting a RuntimeClass."""

    node_selector: Mapping[str, str] = {}
    tolerations: Sequence[Toleration] = ()


class RuntimeClass(
    Resource[NoSpec, NoStatus],
    group="node.k8s.io",
    version="v1",
    plural="runtimeclasses",
    scope="Cluster",
    crd=False,
):
    """RuntimeClass defines a class of container runtime supported in the cluster."""

    __slots__ = ()
    handler: Part[str] = Part(str, "handler", str)
    overhead: Part[Overhead | None] = Part(Overhead, "overhead")
    scheduling: Part[Scheduling | None] = Part(Scheduling, "scheduling")

    def __init__(
        self,
        name: str,
        *,
        handler: str | None = None,
        overhead: Overhead | None = None,
        scheduling: Scheduling | None = None,
        fields: Mapping[str, Any] | None = None,
        **meta: Unpack[Given],
    ) -> None:
        Object.__init__(
            self,
            name,
            fields=stated(fields, {"handler": handler, "overhead": overhead, "scheduling": scheduling}),
            **meta,
        )
