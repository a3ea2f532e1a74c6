"""Minimal patches between two JSON values, for where server-side apply is not to be had."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, NotRequired, TypedDict

from mendloop.delta.walk import identical


class Operation(TypedDict):
    """One step of a JSON patch (RFC 6902)."""

    op: Literal["add", "remove", "replace", "test"]
    path: str
    value: NotRequired[Any]


def merge_patch(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    """The smallest JSON merge patch (RFC 7386) that makes `new` of `old`; `{}` where they are identical.

    Raises ValueError where `new` holds a null that `old` does not: a merge patch cannot say that.
    """
    patch: dict[str, Any] = {name: None for name in old if name not in new}
    for name, after in new.items():
        before = old.get(name)
        if name in old and identical(before, after):
            continue
        if after is None:
            raise ValueError(f"a merge patch cannot set {name!r} to null")
        if isinstance(before, dict) and isinstance(after, dict):
            patch[name] = merge_patch(before, after)
        else:
            patch[name] = _sendable(after)
    return patch


def _sendable(value: Any) -> Any:
    if isinstance(value, dict) and any(inner is None for inner in value.values()):
        raise ValueError("a merge patch cannot set a null")
    if isinstance(value, dict):
        return {name: _sendable(inner) for name, inner in value.items()}
    return value


def json_patch(old: Any, new: Any, *, tested: bool = False) -> list[Operation]:
    """A short JSON patch (RFC 6902) that makes `new` of `old`; empty where they are identical.

    With `tested`, each value that is replaced or removed is tested first, so that a patch made from an old
    view is refused instead of applied.
    """
    operations: list[Operation] = []
    _step(old, new, "", operations)
    if not tested:
        return operations
    return [step for operation in operations for step in _guarded(operation, old)]


def _step(old: Any, new: Any, path: str, out: list[Operation]) -> None:
    if identical(old, new):
        return
    if isinstance(old, dict) and isinstance(new, dict):
        _fields(old, new, path, out)
    elif isinstance(old, list) and isinstance(new, list):
        _items(old, new, path, out)
    else:
        out.append({"op": "replace", "path": path, "value": new})


def _fields(old: Mapping[str, Any], new: Mapping[str, Any], path: str, out: list[Operation]) -> None:
    out.extend({"op": "remove", "path": f"{path}/{_escaped(name)}"} for name in old if name not in new)
    for name, after in new.items():
        below = f"{path}/{_escaped(name)}"
        if name in old:
            _step(old[name], after, below, out)
        else:
            out.append({"op": "add", "path": below, "value": after})


def _items(old: Sequence[Any], new: Sequence[Any], path: str, out: list[Operation]) -> None:
    """Equal ends stay; what is between is changed in place, and the rest removed from behind or added."""
    head = _common(old, new)
    tail = _common(old[head:][::-1], new[head:][::-1])
    before, after = old[head : len(old) - tail], new[head : len(new) - tail]
    paired = min(len(before), len(after))
    for place in range(paired):
        _step(before[place], after[place], f"{path}/{head + place}", out)
    gone = reversed(range(head + paired, head + len(before)))
    out.extend({"op": "remove", "path": f"{path}/{place}"} for place in gone)
    come = enumerate(after[paired:], start=head + paired)
    out.extend({"op": "add", "path": f"{path}/{place}", "value": value} for place, value in come)


def _common(one: Sequence[Any], other: Sequence[Any]) -> int:
    length = 0
    for a, b in zip(one, other, strict=False):
        if not identical(a, b):
            break
        length += 1
    return length


def _guarded(operation: Operation, old: Any) -> list[Operation]:
    # Old places stay right all through the patch: a list's items are first changed in place, then removed
    # from behind, and only then added.
    if operation["op"] == "add":
        return [operation]
    return [{"op": "test", "path": operation["path"], "value": _at(old, operation["path"])}, operation]


def _at(value: Any, pointer: str) -> Any:
    for part in pointer.split("/")[1:]:
        name = part.replace("~1", "/").replace("~0", "~")
        value = value[int(name)] if isinstance(value, list) else value[name]
    return value


def _escaped(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")
