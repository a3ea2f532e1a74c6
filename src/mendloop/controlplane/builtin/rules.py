"""Which rules an object of a built-in kind breaks, alone and as a change."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mendloop.controlplane.causes import Cause
from mendloop.controlplane.schema import check_crd

Object = dict[str, Any]
Check = Callable[[Object], list[Cause]]
CheckChange = Callable[[Object, Object], list[Cause]]

_DEFINITION = "apiextensions.k8s.io/v1/CustomResourceDefinition"
_CHECKS: dict[str, Check] = {_DEFINITION: check_crd}
_CHANGES: dict[str, CheckChange] = {}


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
