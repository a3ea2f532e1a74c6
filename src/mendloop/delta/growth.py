"""A manifest that takes nothing away: for a pass that may have stopped before it had said everything."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mendloop.delta.diff import comparable, wished
from mendloop.delta.ownership import unstated
from mendloop.delta.shape import Shape
from mendloop.model.fieldpath import Key, Member, Path
from mendloop.model.openapi import Schema


def grown(
    desired: Mapping[str, Any], observed: Mapping[str, Any], schema: Schema | None, owned: bytes
) -> dict[str, Any]:
    """The manifest, which states again, with its live value, all that was ours and is stated no longer.

    `owned` is the `fieldsV1` of our Apply entry, empty where there is none.
    Guarantees: applied, it adds and changes, and removes no map key, list item or field (WISH 4).
    """
    manifest: dict[str, Any] = dict(desired)
    if owned:
        for path, live, _ in unstated(comparable(owned), wished(desired), observed, Shape.of(schema)):
            manifest = _with(manifest, path, live)
    return manifest


def _with(value: Any, path: Path, live: Any) -> Any:
    """A copy of `value` in which `live` stands at `path`."""
    head, rest = path[0], path[1:]
    if isinstance(head, str):
        fields = dict(value) if isinstance(value, Mapping) else {}
        fields[head] = _with(fields.get(head), rest, live) if rest else live
        return fields
    items = list(value) if isinstance(value, list) else []
    if isinstance(head, Member) or not rest:
        return [*items, live]
    for place, item in enumerate(items):
        if isinstance(head, Key) and _is(item, head):
            return [*items[:place], _with(item, rest, live), *items[place + 1 :]]
    return [*items, _with(dict(head.pairs) if isinstance(head, Key) else {}, rest, live)]


def _is(item: Any, key: Key) -> bool:
    return isinstance(item, Mapping) and all(item.get(name, value) == value for name, value in key.pairs)
