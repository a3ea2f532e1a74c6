"""What an object would be once a delta is applied, for patches where server-side apply is not to be had."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mendloop.delta.difference import Delta
from mendloop.model.fieldpath import Key, Member, Path, Segment, parse


def applied(delta: Delta, observed: Mapping[str, Any]) -> dict[str, Any]:
    """`observed` with the delta's changes made; it shares what did not change.

    `merge_patch(observed, applied(delta, observed))`, or `json_patch`, is then the minimal patch. Raises
    ValueError where a path of the delta leads nowhere in `observed`: they do not belong together.
    """
    result: Any = dict(observed)
    # Items leave a list from behind, so that an index still means what it meant when the delta was made.
    for change in sorted(delta.changes, key=lambda change: change.after is None):
        result = _with(result, parse(change.path), change.after)
    done: dict[str, Any] = result
    return done


def _with(value: Any, path: Path, after: Any) -> Any:
    """`value` with one field set, or taken out where `after` is None."""
    segment, rest = path[0], path[1:]
    if isinstance(segment, str):
        if not isinstance(value, dict):
            raise ValueError(f"there is no object that could hold {segment!r}")
        inner = after if not rest else _with(value.get(segment), rest, after)
        return {k: v for k, v in value.items() if k != segment} | ({} if inner is None else {segment: inner})
    if not isinstance(value, list):
        raise ValueError(f"there is no list that could hold {segment!r}")
    place = _place(value, segment)
    if rest and place == len(value):
        raise ValueError(f"there is no item {segment!r}")
    inner = after if not rest else _with(value[place], rest, after)
    return [*value[:place], *([] if inner is None else [inner]), *value[place + 1 :]]


def _place(items: list[Any], segment: Segment) -> int:
    """Where an item stands; past the end where it is not there."""
    for place, item in enumerate(items):
        match segment:
            case Key(pairs) if isinstance(item, dict) and all(_has(item, *pair) for pair in pairs):
                return place
            case Member(value) if item == value:
                return place
            case int() if place == segment:
                return place
    return len(items)


def _has(item: Mapping[str, Any], name: str, value: Any) -> bool:
    # A key that is not stated has its default, which the path spells out.
    return bool(item.get(name, value) == value)
