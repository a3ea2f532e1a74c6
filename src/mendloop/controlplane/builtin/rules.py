"""Which rules an object of a built-in kind breaks, alone and as a change."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mendloop.controlplane.causes import Cause

Object = dict[str, Any]
Check = Callable[[Object], list[Cause]]
CheckChange = Callable[[Object, Object], list[Cause]]

_CHECKS: dict[str, Check] = {}
_CHANGES: dict[str, CheckChange] = {}


def check(gvk: str, obj: Object) -> list[Cause]:
    """The rules that the object breaks, in the order of a real server."""
    found = _CHECKS.get(gvk)
    return found(obj) if found is not None else []


def check_change(gvk: str, old: Object, new: Object) -> list[Cause]:
    """The rules that a change breaks, whatever the objects are by themselves."""
    found = _CHANGES.get(gvk)
    return found(old, new) if found is not None else []
