"""Built-in kinds as the API server treats them: decoded, defaulted, allocated for, validated.

The way of an object: `complete` (types, unknown fields, defaults), then ownership is tracked, then
`prepare_create` or `prepare_update` (what the server gives, and what it refuses).
"""

from __future__ import annotations

from typing import Any

from mendloop.controlplane.builtin import preparing, rules, services
from mendloop.controlplane.builtin.allocation import Allocations
from mendloop.controlplane.builtin.defaults import default
from mendloop.controlplane.builtin.goleaves import Undecodable
from mendloop.controlplane.builtin.gotypes import decode, is_known, zero
from mendloop.controlplane.causes import Cause

__all__ = [
    "Allocations",
    "Undecodable",
    "complete",
    "decode",
    "default",
    "is_known",
    "prepare_create",
    "prepare_update",
    "zero",
]

Object = dict[str, Any]


def complete(gvk: str, obj: Object) -> tuple[Object, list[str]]:
    """The object with types checked, zeros left out and defaults filled in; and its unknown fields.

    Errors: `Undecodable` (a 400), in the words of Go's decoder.
    """
    written, unknown = decode(gvk, obj)
    default(gvk, written)
    return written, unknown


def prepare_create(gvk: str, obj: Object, alloc: Allocations) -> list[Cause]:
    """Gives a new object what the server gives it, in place; the rules that it breaks.

    Assumptions: `obj` came from `complete`; its uid is set.
    """
    preparing.begin(gvk, obj)
    causes = rules.check(gvk, obj)
    if gvk == "v1/Service" and not causes:
        causes = services.allocate(obj, None, alloc)
    return causes


def prepare_update(gvk: str, old: Object, new: Object, alloc: Allocations) -> list[Cause]:
    """Keeps what an update cannot mean to drop, in place; the rules that the change or the object breaks."""
    preparing.carry_on(gvk, old, new)
    if gvk == "v1/Service" and (causes := services.allocate(new, old, alloc)):
        return causes
    return rules.check_change(gvk, old, new)
