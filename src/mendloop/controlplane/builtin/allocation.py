"""Addresses and ports that the server hands out to Services; what is taken is read off the Services."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterable
from typing import Any

from mendloop.controlplane.causes import Cause, invalid

Object = dict[str, Any]

CLUSTER_RANGE = ipaddress.IPv4Network("10.0.0.0/16")
NODE_PORTS = range(30000, 32768)
# The first address belongs to the `kubernetes` Service.
_FIRST = 2


class Allocations:
    """Hands out what no Service holds; `services` gives all Services that are stored now."""

    def __init__(self, services: Callable[[], Iterable[Object]]) -> None:
        self._services = services

    def addresses(self) -> set[str]:
        """The cluster addresses that Services hold."""
        return {
            address
            for service in self._services()
            for address in service.get("spec", {}).get("clusterIPs") or ()
            if address != "None"
        }

    def ports(self) -> set[int]:
        """The node ports that Services hold, health checks included."""
        held = set()
        for service in self._services():
            spec = service.get("spec", {})
            held |= {port["nodePort"] for port in spec.get("ports") or () if port.get("nodePort")}
            if spec.get("healthCheckNodePort"):
                held.add(spec["healthCheckNodePort"])
        return held

    def next_address(self) -> str:
        """The lowest free cluster address, so that runs repeat. Raises OverflowError when none is left."""
        held = self.addresses()
        for offset in range(_FIRST, CLUSTER_RANGE.num_addresses - 1):
            address = str(CLUSTER_RANGE[offset])
            if address not in held:
                return address
        raise OverflowError("every cluster address is taken")

    def next_port(self, besides: set[int]) -> int:
        """A free node port outside of `besides`. Raises OverflowError when none is left."""
        held = self.ports() | besides
        for port in NODE_PORTS:
            if port not in held:
                return port
        raise OverflowError("every node port is taken")

    def refuse_address(self, address: str) -> list[Cause]:
        """Why a Service may not have the address that it states."""
        field = "spec.clusterIPs"
        try:
            stated = ipaddress.ip_address(address)
        except ValueError:
            return []  # its form is checked with the rest of the object
        if stated not in CLUSTER_RANGE:
            why = f"failed to allocate IP {address}: the provided network does not match the current range"
            return [invalid(field, [address], why)]
        if address in self.addresses():
            return [
                invalid(
                    field, [address], f"failed to allocate IP {address}: provided IP is already allocated"
                )
            ]
        return []

    def refuse_port(self, port: int, at: int) -> list[Cause]:
        """Why a Service may not have the node port that it states."""
        field = f"spec.ports[{at}].nodePort"
        if port not in NODE_PORTS:
            limits = f"{NODE_PORTS.start}-{NODE_PORTS.stop - 1}"
            why = f"provided port is not in the valid range. The range of valid ports is {limits}"
            return [invalid(field, port, why)]
        if port in self.ports():
            return [invalid(field, port, "provided port is already allocated")]
        return []
