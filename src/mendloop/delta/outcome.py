"""What an object would be once a delta is applied, for patches where server-side apply is not to be had."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mendloop.delta.difference import Delta
from mendloop.delta.ownership import has_key
from mendloop.delta.shape import Shape
from mendloop.model.fieldpath import Key, Member, Path, Segment, parse
from mendloop.model.openapi import Schema


def applied(delta: Delta, observed: Mapping[str, Any], schema: Schema | None = None) -> dict[str, Any]:
    """`observed` with the delta's changes made; it shares what did not change.

    `schema` is the one that the delta was made with. `merge_patch(observed, applied(...))`, or `json_patch`,
    is then the minimal patch. Raises ValueError where a path of the delta leads nowhere in `observed`: they
    do not belong together.
    """
    result: Any = dict(observed)
    shape = Shape.of(schema)
    for change in delta.changes:
        result = _with(result, parse(change.path), change.after, shape)
    done: dict[str, Any] = result
    return done


def _with(value: Any, path: Path, after: Any, shape: Shape) -> Any:
    """`value` with one field set, or taken out where `after` is None."""
    segment, rest = path[0], path[1:]
    if isinstance(segment, str):
        if not isinstance(value, dict):
            raise ValueError(f"there is no object that could hold {segment!r}")
        inner = _with(value.get(segment), rest, after, shape.kids[segment]) if rest else after
        return {k: v for k, v in value.items() if k != segment} | ({} if inner is None else {segment: inner})
    if not isinstance(value, list):
        raise ValueError(f"there is no list that could hold {segment!r}")
    place = _place(value, segment, shape)
    if rest and place == len(value):
        raise ValueError(f"there is no item {segment!r}")
    inner = _with(value[place], rest, after, shape.item) if rest else after
    return [*value[:place], *([] if inner is None else [inner]), *value[place + 1 :]]


def _place(items: list[Any], segment: Segment, shape: Shape) -> int:
    """Where an item stands; past the end where it is not there."""
    if isinstance(segment, int):
        return segment
    for place, item in enumerate(items):
        match segment:
            case Key() if isinstance(item, dict) and has_key(item, segment, shape):
                return place
            case Member(value) if item == value:
                return place
    return len(items)
