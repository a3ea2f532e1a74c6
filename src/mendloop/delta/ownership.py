"""What was ours and is stated no longer.

Server-side apply removes a field when its only owner stops stating it; so the difference between what our
managedFields entry names and what is wished now is a change like any other. Source: KEP-555.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from hashlib import blake2b
from typing import Any, NamedTuple

import msgspec

from mendloop.delta.shape import Form, Shape
from mendloop.model.fieldpath import Key, Path
from mendloop.model.fieldset import FieldSet


class Unstated(NamedTuple):
    """An owned path that is not wished any more, what is there now, and its shape."""

    path: Path
    live: Any
    shape: Shape


_STATED_MOST = 4096
_stated: dict[tuple[bytes, bytes, Shape], None] = {}


def surely_stated(owned_text: bytes, owned: FieldSet, wish: Mapping[str, Any], shape: Shape) -> bool:
    """As `all_stated`, remembered per wish: one that is compared again and again is looked through once.

    `owned_text` is what `owned` was read from.
    """
    try:
        digest = blake2b(msgspec.json.encode(wish), digest_size=16).digest()
    except TypeError:  # no JSON, so that no server will take it, but it can be compared
        return all_stated(owned, wish, shape)
    known = (owned_text, digest, shape)
    if known in _stated:
        return True
    if not all_stated(owned, wish, shape):
        return False
    if len(_stated) >= _STATED_MOST:
        _stated.clear()
    _stated[known] = None
    return True


def all_stated(owned: FieldSet, wish: Mapping[str, Any], shape: Shape) -> bool:
    """True where every owned field is surely stated still; the quick form of `unstated`."""
    if not owned.leaves <= wish.keys():
        return False
    if None in wish.values() and any(wish[name] is None for name in owned.leaves):
        return False
    kids = shape.kids
    for name, inner in owned.branches:
        want = wish.get(name)
        if type(want) is dict:
            if not all_stated(inner, want, kids[name]):
                return False
        elif type(want) is not list or not _items_stated(inner, want, kids[name]):
            return False
    return True


def _items_stated(owned: FieldSet, wish: Sequence[Any], shape: Shape) -> bool:
    if owned.members and not all(member.value in wish for member, _ in owned.members):
        return False
    if owned.indexes:
        return False
    item, only = shape.item, shape.key
    count = len(wish)
    for place, (key, inner) in enumerate(owned.items):
        # managedFields keeps list-map items in the order in which they were applied, or sorted.
        want = wish[place] if place < count else None
        if type(want) is not dict or not (
            want.get(only) == key.pairs[0][1] if only is not None else has_key(want, key, shape)
        ):
            want = _find(wish, key, shape)
            if want is None:
                return False
        if inner.below and not all_stated(inner, want, item):
            return False
    return True


def unstated(owned: FieldSet, wish: Any, live: Any, shape: Shape, path: Path = ()) -> Iterator[Unstated]:
    """Owned paths that are still there and not wished any more, outermost first and only outermost."""
    for segment, inner in owned.below.items():
        have, kid = _step(live, segment, shape)
        if have is None or kid.form is Form.IGNORED:
            continue
        want, _ = _step(wish, segment, shape)
        below = (*path, segment)
        # A map's own `.` is no claim to the keys that others added, a list item's is to the item.
        if want is None and inner.whole and (inner.leaf or not isinstance(segment, str)):
            yield Unstated(below, have, kid)
        elif inner.below:
            yield from unstated(inner, want, have, kid, below)


def _step(value: Any, segment: Any, shape: Shape) -> tuple[Any, Shape]:
    """What lies one path segment further down, and its shape."""
    if isinstance(segment, str):
        return (value.get(segment) if isinstance(value, dict) else None), shape.kids[segment]
    if not isinstance(value, list):
        return None, shape.item
    if isinstance(segment, Key):
        return _find(value, segment, shape), shape.item
    if isinstance(segment, int):
        return (value[segment] if segment < len(value) else None), shape.item
    return (segment.value if segment.value in value else None), shape.item


def _find(items: Sequence[Any], key: Key, shape: Shape) -> Any:
    for item in items:
        if isinstance(item, dict) and has_key(item, key, shape):
            return item
    return None


def has_key(item: Mapping[str, Any], key: Key, shape: Shape) -> bool:
    """True where the key names this list-map item, what it does not state being its default."""
    defaults = shape.keys
    for name, value in key.pairs:
        stated = item.get(name)
        if stated is None:
            stated = next((default for known, default in defaults if known == name), None)
        if stated != value:
            return False
    return True
