"""Somebody else's object as it would be without us.

An operator that owns a few fields of a foreign object must not read them back as if they were the user's:
having labelled it, it would see a label, wish nothing, thereby remove it, and begin again.
"""

from __future__ import annotations

from typing import Any

import msgspec

from mendloop.model import fieldset
from mendloop.model.fieldset import FieldSet
from mendloop.model.resource import KindRef, Object, Resource


def is_foreign(ref: KindRef) -> bool:
    """Whether a handled kind is somebody else's: only named, or declared with `crd=False`."""
    return isinstance(ref, str) or not (issubclass(ref, Resource) and ref.DEFINITION.ours)


def without_owned(raw: bytes, owned: bytes) -> bytes:
    """The object in `raw` less the fields of `owned`, the `fieldsV1` of our Apply entry (may be empty).

    A field that another manager states too goes as well: the bytes do not tell.
    """
    if not owned or owned == b"{}":
        return raw
    tree: Any = msgspec.json.decode(raw)
    _remove(tree, fieldset.parse(owned))
    return msgspec.json.encode(tree)


def view_without_ours(obj: Object, owned: bytes) -> Object:
    """The same view of the object without the fields that only we set."""
    return type(obj).from_raw(without_owned(obj.raw, owned))


def _remove(tree: Any, owned: FieldSet) -> None:
    if isinstance(tree, dict):
        for name, below in owned.fields:
            _remove_from(tree, name, below)
    elif isinstance(tree, list):
        _remove_items(tree, owned)


def _remove_from(tree: dict[str, Any], name: str, owned: FieldSet) -> None:
    if name not in tree:
        return
    if not owned.leaf:
        _remove(tree[name], owned)
    # What is empty now was there for our fields' sake; an empty map and none mean the same.
    if owned.leaf or tree[name] in ({}, []):
        del tree[name]


def _remove_items(items: list[Any], owned: FieldSet) -> None:
    kept = []
    for item in items:
        mine = next((below for key, below in owned.items if _is_item(item, key.pairs)), None)
        if mine is not None and mine.leaf:
            continue
        if mine is not None:
            _remove(item, mine)
        if item not in ({}, *(member.value for member, _ in owned.members)):
            kept.append(item)
    items[:] = kept


def _is_item(item: Any, pairs: tuple[tuple[str, Any], ...]) -> bool:
    return isinstance(item, dict) and all(item.get(name) == value for name, value in pairs)
