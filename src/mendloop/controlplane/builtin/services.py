"""Services: cluster addresses, node ports and IP families, given at creation and kept over updates."""

from __future__ import annotations

from typing import Any

from mendloop.controlplane.builtin.allocation import Allocations
from mendloop.controlplane.causes import Cause

Object = dict[str, Any]
_WITH_ADDRESS = ("ClusterIP", "NodePort", "LoadBalancer")
_WITH_PORTS = ("NodePort", "LoadBalancer")


def allocate(service: Object, old: Object | None, alloc: Allocations) -> list[Cause]:
    """Gives a Service what it needs; keeps what it has, gives up what its type no longer knows."""
    spec = service["spec"]
    before = (old or {}).get("spec") or {}
    if before:
        _keep(spec, before)
    if spec.get("type") not in _WITH_ADDRESS:
        _release_address(spec, before)
        return []
    causes = _address(spec, before, alloc)
    return causes or _ports(spec, before, alloc)


def _keep(spec: Object, before: Object) -> None:
    """An update that does not mention what was allocated means to keep it."""
    if before.get("type") in _WITH_ADDRESS and spec.get("type") in _WITH_ADDRESS:
        if not spec.get("clusterIP") and not spec.get("clusterIPs"):
            _copy(spec, before, "clusterIP")
            _copy(spec, before, "clusterIPs")
        for name in ("ipFamilies", "ipFamilyPolicy"):
            if not spec.get(name):
                _copy(spec, before, name)
    if before.get("type") in _WITH_PORTS and spec.get("type") in _WITH_PORTS:
        known = {_port_id(port): port for port in before.get("ports") or ()}
        for port in spec.get("ports") or ():
            if not port.get("nodePort") and (same := known.get(_port_id(port))):
                _copy(port, same, "nodePort")
    if spec.get("type") not in _WITH_PORTS:
        _release_ports(spec, before)


def _release_address(spec: Object, before: Object) -> None:
    """An ExternalName has no address; what it held before goes unless it is stated anew."""
    for name in ("clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy", "internalTrafficPolicy"):
        if spec.get(name) == before.get(name):
            spec.pop(name, None)


def _copy(spec: Object, before: Object, name: str) -> None:
    if name in before:
        spec[name] = before[name]


def _port_id(port: Object) -> tuple[Any, Any]:
    return port.get("port"), port.get("protocol")


def _release_ports(spec: Object, before: Object) -> None:
    held = {port.get("nodePort") for port in before.get("ports") or ()}
    for port in spec.get("ports") or ():
        if port.get("nodePort") in held:
            port.pop("nodePort", None)
    if before.get("type") in _WITH_PORTS:
        for name in ("externalTrafficPolicy", "healthCheckNodePort", "allocateLoadBalancerNodePorts"):
            if spec.get(name) == before.get(name) and not spec.get("externalIPs"):
                spec.pop(name, None)


def _address(spec: Object, before: Object, alloc: Allocations) -> list[Cause]:
    headless = spec.get("clusterIP") == "None"
    spec.setdefault(
        "ipFamilyPolicy", "SingleStack" if not (headless and not spec.get("selector")) else "RequireDualStack"
    )
    if headless:
        spec["clusterIPs"] = ["None"]
        families = ["IPv4"] if spec["ipFamilyPolicy"] == "SingleStack" else ["IPv4", "IPv6"]
        spec.setdefault("ipFamilies", families)
        return []
    spec.setdefault("ipFamilies", ["IPv4"])
    stated = spec.get("clusterIP") or next(iter(spec.get("clusterIPs") or ()), None)
    if stated is None:
        stated = alloc.next_address()
    elif stated != before.get("clusterIP") and (causes := alloc.refuse_address(stated)):
        return causes
    spec["clusterIP"] = stated
    spec.setdefault("clusterIPs", [stated])
    return []


def _ports(spec: Object, before: Object, alloc: Allocations) -> list[Cause]:
    if spec.get("type") not in _WITH_PORTS or spec.get("allocateLoadBalancerNodePorts") is False:
        return []
    held = {port.get("nodePort") for port in before.get("ports") or ()}
    taken: dict[int, set[str]] = {}
    causes: list[Cause] = []
    for at, port in enumerate(spec.get("ports") or ()):
        if stated := port.get("nodePort"):
            taken.setdefault(stated, set()).add(port.get("protocol", "TCP"))
            if stated not in held:
                causes += alloc.refuse_port(stated, at)
    for port in spec.get("ports") or ():
        if not port.get("nodePort"):
            port["nodePort"] = alloc.next_port(set(taken))
            taken[port["nodePort"]] = {port.get("protocol", "TCP")}
    local = spec.get("type") == "LoadBalancer" and spec.get("externalTrafficPolicy") == "Local"
    if local and not spec.get("healthCheckNodePort"):
        spec["healthCheckNodePort"] = before.get("healthCheckNodePort") or alloc.next_port(set(taken))
    return causes
