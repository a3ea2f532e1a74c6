"""RFC 6902 as kube-apiserver understands it, which is not quite what the RFC says (APIFACTS 7).

Where it differs: `replace` of a missing key succeeds and `test` of null on one passes; a missing `value`
is null; positions may be negative or have leading zeros; a path needs no leading slash and only `replace`
and `test` know the whole document.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Callable
from typing import Any

from mendloop.controlplane.gotext import json_kind
from mendloop.controlplane.patch.refusals import PatchRefused, rejected, undecodable

MAX_OPERATIONS = 10_000
_POSITION = re.compile(r"[+-]?[0-9]+")


class _Missing(Exception):
    """Raised within this module where an operation does not apply."""


def json_patch(document: Any, operations: Any) -> Any:
    """The document after all operations; the input is not changed.

    Errors: `PatchRefused` 400 where `operations` is no list of operations, 413 where there are more than
    10,000, 422 where one fails.
    """
    _check_form(operations)
    state = copy.deepcopy(document)
    for operation in operations:
        run = _OPERATIONS.get(operation.get("op"))
        if run is None:
            raise rejected()
        try:
            state = run(state, operation)
        except _Missing:
            raise rejected() from None
    return state


def _check_form(operations: Any) -> None:
    if not isinstance(operations, list):
        raise undecodable(_cannot(operations, "[]handlers.jsonPatchOp"))
    for operation in operations:
        if not isinstance(operation, dict):
            raise undecodable(_cannot(operation, "handlers.jsonPatchOp"))
        for name in ("op", "path", "from"):
            if not isinstance(operation.get(name), str | None):
                about = f"Go struct field jsonPatchOp.{name} of type string"
                raise undecodable(f"json: cannot unmarshal {json_kind(operation[name])} into {about}")
    if len(operations) > MAX_OPERATIONS:
        limit = f"The allowed maximum operations in a JSON patch is {MAX_OPERATIONS}, got {len(operations)}"
        raise PatchRefused(413, "RequestEntityTooLarge", f"Request entity too large: {limit}")


def _cannot(value: Any, into: str) -> str:
    return f"json: cannot unmarshal {json_kind(value)} into Go value of type {into}"


# Places ---------------------------------------------------------------------------------------------


def _pointer(operation: dict[str, Any], name: str) -> str:
    pointer = operation.get(name)
    if pointer is None:
        raise _Missing(name)
    return str(pointer)


def _place(state: Any, pointer: str) -> tuple[Any, str]:
    """The container that a pointer leads into, and the key within it."""
    _, *parts = pointer.split("/")
    if not parts:
        raise _Missing(pointer)
    *way, key = (part.replace("~1", "/").replace("~0", "~") for part in parts)
    here = state
    for part in way:
        here = _get(here, part)
        if not isinstance(here, dict | list):
            raise _Missing(pointer)
    return here, key


def _position(items: list[Any], key: str, size: int) -> int:
    if not _POSITION.fullmatch(key):
        raise _Missing(key)
    index = int(key)
    if not -size <= index < size:
        raise _Missing(key)
    return index + size if index < 0 else index


def _get(container: Any, key: str) -> Any:
    """The value under a key; a missing key of an object is null, a missing position fails."""
    if isinstance(container, dict):
        return container.get(key)
    return container[_position(container, key, len(container))]


def _put(container: Any, key: str, value: Any) -> None:
    if isinstance(container, dict):
        container[key] = value
    elif key == "-":
        container.append(value)
    else:
        container.insert(_position(container, key, len(container) + 1), value)


def _take(container: Any, key: str) -> Any:
    if isinstance(container, dict):
        if key not in container:
            raise _Missing(key)
        return container.pop(key)
    return container.pop(_position(container, key, len(container)))


# Operations -----------------------------------------------------------------------------------------


def _add(state: Any, operation: dict[str, Any]) -> Any:
    container, key = _place(state, _pointer(operation, "path"))
    _put(container, key, copy.deepcopy(operation.get("value")))
    return state


def _remove(state: Any, operation: dict[str, Any]) -> Any:
    _take(*_place(state, _pointer(operation, "path")))
    return state


def _replace(state: Any, operation: dict[str, Any]) -> Any:
    pointer, value = _pointer(operation, "path"), copy.deepcopy(operation.get("value"))
    if pointer == "":
        if not isinstance(value, dict | list):
            raise _Missing(pointer)
        return value
    container, key = _place(state, pointer)
    if isinstance(container, dict):
        container[key] = value
    else:
        container[_position(container, key, len(container))] = value
    return state


def _move(state: Any, operation: dict[str, Any]) -> Any:
    value = _take(*_place(state, _pointer(operation, "from")))
    _put(*_place(state, _pointer(operation, "path")), value)
    return state


def _copy(state: Any, operation: dict[str, Any]) -> Any:
    value = copy.deepcopy(_get(*_place(state, _pointer(operation, "from"))))
    _put(*_place(state, _pointer(operation, "path")), value)
    return state


def _test(state: Any, operation: dict[str, Any]) -> Any:
    pointer = _pointer(operation, "path")
    found = state if pointer == "" else _get(*_place(state, pointer))
    if not _equal(found, operation.get("value")):
        raise _Missing(pointer)
    return state


def _equal(left: Any, right: Any) -> bool:
    """Equal as JSON texts: 1 and 1.0 differ, and so do 1 and true."""
    if type(left) is not type(right):
        return False
    if isinstance(left, dict):
        return left.keys() == right.keys() and all(_equal(left[key], right[key]) for key in left)
    if isinstance(left, list):
        return len(left) == len(right) and all(map(_equal, left, right))
    return bool(left == right)


_OPERATIONS: dict[Any, Callable[[Any, dict[str, Any]], Any]] = {
    "add": _add,
    "remove": _remove,
    "replace": _replace,
    "move": _move,
    "copy": _copy,
    "test": _test,
}
