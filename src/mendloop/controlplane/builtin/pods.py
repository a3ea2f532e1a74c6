"""Pods: quality of service, and the tolerations that every pod gets."""

from __future__ import annotations

from typing import Any

from mendloop.model.quantity import Quantity

Object = dict[str, Any]
_COMPUTE = ("cpu", "memory")
_LOST_NODES = ("node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable")


def qos_class(spec: Object) -> str:
    """`Guaranteed`, `Burstable` or `BestEffort`, by what the containers request and are limited to."""
    containers = [*(spec.get("containers") or ()), *(spec.get("initContainers") or ())]
    stated = [container.get("resources") or {} for container in containers]
    sums = [_compute(resources, side) for resources in stated for side in ("requests", "limits")]
    if not any(sums):
        return "BestEffort"
    return "Guaranteed" if all(map(_is_guaranteed, stated)) else "Burstable"


def _compute(resources: Object, side: str) -> dict[str, Quantity]:
    amounts = resources.get(side) or {}
    parsed = {name: Quantity.parse(amounts[name]) for name in _COMPUTE if name in amounts}
    return {name: amount for name, amount in parsed.items() if amount.nanos}


def _is_guaranteed(resources: Object) -> bool:
    limits = _compute(resources, "limits")
    return set(limits) == set(_COMPUTE) and limits == _compute(resources, "requests")


def tolerate_lost_nodes(spec: Object) -> None:
    """A pod stays for five minutes on a node that is lost, unless it says otherwise."""
    tolerations = list(spec.get("tolerations") or ())
    for key in _LOST_NODES:
        if not any(_covers(toleration, key) for toleration in tolerations):
            tolerations.append(
                {"key": key, "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 300}
            )
    spec["tolerations"] = tolerations


def _covers(toleration: Object, key: str) -> bool:
    return toleration.get("key") in (key, None, "") and toleration.get("effect") in ("NoExecute", None, "")
