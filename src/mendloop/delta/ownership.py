"""What was ours and is stated no longer.

Server-side apply removes a field when its only owner stops stating it; so the difference between what our
managedFields entry names and what is wished now is a change like any other. Source: KEP-555.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from hashlib import blake2b
from typing import Any, NamedTuple

import msgspec

from mendloop.delta.shape import Form, Shape
from mendloop.model.fieldpath import Key, Member, Path
from mendloop.model.fieldset import FieldSet, segment_of


class Unstated(NamedTuple):
    """An owned path that is not wished any more, what is there now, and its shape."""

    path: Path
    live: Any
    shape: Shape


Claims = Callable[[bytes], Mapping[str, Any]]
_STATED_MOST = 4096
_stated: dict[tuple[bytes, bytes, Shape], None] = {}


def surely_stated(owned: bytes, claims: Claims, wish: Mapping[str, Any], shape: Shape) -> bool:
    """True where every owned field is surely stated still; the quick form of `unstated`.

    `claims` gives, of the fieldsV1 in `owned`, what a wish can state. It is looked through as JSON: each
    object's ownership names its owner's uid, so that what was made of one would hardly serve another.
    Remembered per wish: one that is compared again and again is looked through once.
    """
    try:
        digest = blake2b(msgspec.json.encode(wish), digest_size=16).digest()
    except TypeError:  # no JSON, so that no server will take it, but it can be compared
        return _all_stated(claims(owned), wish, shape)
    known = (owned, digest, shape)
    if known in _stated:
        return True
    if not _all_stated(claims(owned), wish, shape):
        return False
    if len(_stated) >= _STATED_MOST:
        _stated.clear()
    _stated[known] = None
    return True


def _all_stated(owned: Mapping[str, Any], wish: Mapping[str, Any], shape: Shape) -> bool:
    for name, inner in owned.items():
        if name == ".":
            continue
        field = name[2:]
        want = wish.get(field)
        if want is None or not name.startswith("f:"):
            return False
        if not inner or (len(inner) == 1 and "." in inner):
            continue
        kid = shape.kids[field]
        if type(want) is dict:
            if not _all_stated(inner, want, kid):
                return False
        elif type(want) is not list or not _items_stated(inner, want, kid):
            return False
    return True


def _items_stated(owned: Mapping[str, Any], wish: Sequence[Any], shape: Shape) -> bool:
    count, place = len(wish), -1
    for name, inner in owned.items():
        if name == ".":
            continue
        segment = segment_of(name)
        if isinstance(segment, Member):
            if segment.value not in wish:
                return False
            continue
        if not isinstance(segment, Key):
            return False
        place += 1
        # managedFields keeps list-map items in the order in which they were applied, or sorted.
        want = wish[place] if place < count else None
        if type(want) is not dict or not _has_key(want, segment, shape):
            want = _find(wish, segment, shape)
            if want is None:
                return False
        if not _all_stated(inner, want, shape.item):
            return False
    return True


def _has_key(item: Mapping[str, Any], key: Key, shape: Shape) -> bool:
    only = shape.key
    return has_key(item, key, shape) if only is None else bool(item.get(only) == key.pairs[0][1])


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
