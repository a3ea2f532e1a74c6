"""Amounts of resources: which names they may have and which values."""

from __future__ import annotations

from collections.abc import Iterator

from mendloop.controlplane.causes import Cause, invalid
from mendloop.model.quantity import Quantity

_STANDARD = ("cpu", "memory", "ephemeral-storage")
_OBJECTS = (
    "pods",
    "services",
    "replicationcontrollers",
    "resourcequotas",
    "secrets",
    "configmaps",
    "persistentvolumeclaims",
    "services.nodeports",
    "services.loadbalancers",
    "requests.cpu",
    "requests.memory",
    "requests.storage",
    "requests.ephemeral-storage",
    "limits.cpu",
    "limits.memory",
    "limits.ephemeral-storage",
    "storage",
)


def check_resource_name(name: str, path: str) -> Iterator[Cause]:
    """What is wrong with the name of a container's resource."""
    if "/" in name or name in _STANDARD or name.startswith("hugepages-"):
        return
    if name not in _OBJECTS:
        yield invalid(path, name, "must be a standard resource type or fully qualified")
    yield invalid(path, name, "must be a standard resource for containers")


def check_quota_name(name: str, path: str) -> Iterator[Cause]:
    """What is wrong with the name of a resource that a quota bounds."""
    if (
        "/" in name
        or name in (*_STANDARD, *_OBJECTS)
        or name.startswith(("hugepages-", "requests.hugepages-"))
    ):
        return
    yield invalid(path, name, "must be a standard resource type or fully qualified")
    yield invalid(path, name, "must be a standard resource for quota")


def check_amount(amount: str, path: str) -> Iterator[Cause]:
    """An amount may not be negative."""
    if Quantity.parse(amount).nanos < 0:
        yield invalid(path, amount, "must be greater than or equal to 0")
