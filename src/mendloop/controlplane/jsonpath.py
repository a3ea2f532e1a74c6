"""The subset of JSONPath that printer columns and selectable fields are written in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

_STEP = re.compile(
    r"""\.(?P<name>(?:\\.|[^.\[\\])+)      # .name, with \. for a dot in it
      | \[(?P<index>-?\d+)\]               # [0]
      | \[\*\]                             # [*]
      | \['(?P<quoted>[^']*)'\]            # ['a.name']
      | \[\?\(@\.(?P<key>[\w.]+)\s*==\s*["'](?P<value>[^"']*)["']\)\]""",
    re.VERBOSE,
)
_Step = tuple[str, Any, str]


@lru_cache(maxsize=1024)
def compile_path(path: str) -> tuple[_Step, ...]:
    """The steps of a path like `.status.conditions[?(@.type=="Ready")].status`.

    Errors: `ValueError` where it is none, or asks for more than this subset.
    """
    steps: list[_Step] = []
    at = 0
    while at < len(path):
        found = _STEP.match(path, at)
        if found is None:
            raise ValueError(f"JSON path {path!r} is not understood from {path[at:]!r} on")
        steps.append(_step(found))
        at = found.end()
    return tuple(steps)


def _step(found: re.Match[str]) -> _Step:
    if (name := found["name"]) is not None:
        return "key", name.replace("\\", ""), ""
    if (quoted := found["quoted"]) is not None:
        return "key", quoted.replace("\\", ""), ""
    if (index := found["index"]) is not None:
        return "index", int(index), ""
    if (key := found["key"]) is not None:
        return "where", key.split("."), found["value"]
    return "each", None, ""


def find(document: Any, path: str) -> list[Any]:
    """Every value at `path`, in order."""
    values = [document]
    for step in compile_path(path):
        values = [found for value in values for found in _take(value, step)]
    return values


def _take(value: Any, step: _Step) -> Iterator[Any]:
    kind, argument, wanted = step
    if kind == "key" and isinstance(value, dict):
        if argument in value:
            yield value[argument]
    elif kind == "index" and isinstance(value, list):
        if -len(value) <= argument < len(value):
            yield value[argument]
    elif kind == "each":
        yield from value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    elif kind == "where" and isinstance(value, list):
        yield from (item for item in value if _at(item, argument) == wanted)


def _at(item: Any, keys: list[str]) -> Any:
    for key in keys:
        item = item.get(key) if isinstance(item, dict) else None
    return item
