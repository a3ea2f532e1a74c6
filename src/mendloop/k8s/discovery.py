"""Read models of discovery.k8s.io.

Made by scripts/generate_k8s.py from a kube-apiserver's OpenAPI; not edited by hand.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Unpack

from mendloop.k8s.base import NoSpec, Part, stated
from mendloop.k8s.core import ObjectReference
from mendloop.model.resource import Given, Object, Resource
from mendloop.model.types import Model, NoStatus

__all__ = [
    "Endpoint",
    "EndpointConditions",
    "EndpointHints",
    "EndpointPort",
    "EndpointSlice",
    "ForNode",
    "ForZone",
]


class EndpointConditions(Model):
    """EndpointConditions represents the current condition of an endpoint."""

    ready: bool | None = None
    serving: bool | None = None
    terminating: bool | None = None


class ForNode(Model):
    """ForNode provides information about which nodes should consume this endpoint."""

    name: str = ""


class ForZone(Model):
    """ForZone provides information about which zones should consume this endpoint."""

    name: str = ""


class EndpointHints(Model):
    """EndpointHints provides hints describing how an endpoint should be consumed."""

    for_nodes: Sequence[ForNode] = ()
    for_zones: Sequence[ForZone] = ()


class Endpoint(Model):
    """Endpoint represents a single logical 'backend' implementing a service."""

    addresses: Sequence[str] = ()
    conditions: EndpointConditions = EndpointConditions()
    deprecated_topology: Mapping[str, str] = {}
    hints: EndpointHints | None = None
    hostname: str | None = None
    node_name: str | None = None
    target_ref: ObjectReference | None = None
    zone: str | None = None


class EndpointPort(Model):
    """EndpointPort represents a Port used by an EndpointSlice."""

    app_protocol: str | None = None
    name: str | None = None
    port: int | None = None
    protocol: str | None = None


class EndpointSlice(
    Resource[NoSpec, NoStatus], group="discovery.k8s.io", version="v1", plural="endpointslices", crd=False
):
    """EndpointSlice represents a set of service endpoints."""

    __slots__ = ()
    address_type: Part[str] = Part(str, "addressType", str)
    endpoints: Part[Sequence[Endpoint]] = Part(list[Endpoint], "endpoints", list)
    ports: Part[Sequence[EndpointPort]] = Part(list[EndpointPort], "ports", list)

    def __init__(
        self,
        name: str,
        *,
        address_type: str | None = None,
        endpoints: Sequence[Endpoint] | None = None,
        ports: Sequence[EndpointPort] | None = None,
        fields: Mapping[str, Any] | None = None,
        **meta: Unpack[Given],
    ) -> None:
        Object.__init__(
            self,
            name,
            fields=stated(fields, {"addressType": address_type, "endpoints": endpoints, "ports": ports}),
            **meta,
        )
