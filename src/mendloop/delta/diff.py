"""`diff`: what has to change so that the observed object means the desired one."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Collection, Mapping
from functools import lru_cache
from typing import Any

import msgspec
from msgspec import UNSET

from mendloop.delta import compare
from mendloop.delta.difference import NOTHING, Change, Delta, GivenUp, Learned
from mendloop.delta.ownership import surely_stated, unstated
from mendloop.delta.shape import Shape
from mendloop.delta.walk import Owners, Walk, check, identical
from mendloop.model import fieldset
from mendloop.model.fieldpath import Segment, render
from mendloop.model.fieldset import FieldSet
from mendloop.model.openapi import Schema

# Names and versions address the object, the server writes the rest; none of them is a wish.
_NOT_COMPARED = frozenset({"apiVersion", "kind", "metadata", "status", "stringData"})
_META_FIELDS = ("labels", "annotations", "ownerReferences", "finalizers")
_NONE: Mapping[str, Any] = {}


def diff(
    desired: Mapping[str, Any],
    observed: Mapping[str, Any] | None,
    schema: Schema | None,
    owner: str,
    *,
    owned: bytes | None = None,
    learned: Learned = _NONE,
    give_up: Collection[str] = (),
) -> Delta:
    """The changes after which `observed` means `desired`, in field order.

    `owned` is the `fieldsV1` of the owner's Apply entry, where the caller keeps it apart from the object;
    otherwise it is read from the object's managedFields. `learned` maps a path to what was wished there and
    what the server made of it. `give_up` are paths whose live value stays when they are stated no longer.

    Guarantees: empty when both mean the same; applying it twice equals applying it once.
    Assumptions: both are of one kind and name; `owner` is the field manager that stated `desired`.
    Errors: `Invalid`, with the field path, where `desired` does not fit `schema`.
    Source: KEP-555 (server-side apply); API conventions, lists of named subobjects.
    """
    wish, shape = wished(desired), Shape.of(schema)
    if observed is None:
        check(wish, shape)
        return Delta(kind=str(desired.get("kind", "")), creates=True)
    if owned is None:
        owned = fieldset.bytes_of(observed, owner)
    if compare.fields_agree(wish, observed, shape) and (
        owned is None or surely_stated(owned, claims, wish, shape)
    ):
        return NOTHING
    ours = None if owned is None else comparable(owned)
    owners = Owners(ours, _others(observed, owner))
    walk = Walk(owners, learned)
    walk.fields(wish, observed, shape, ())
    removed, given_up = _unstated(wish, observed, shape, owners, give_up)
    return Delta(
        kind=str(desired.get("kind", "")),
        changes=(*walk.changes, *removed),
        given_up=given_up,
        tolerated=tuple(walk.tolerated),
    )


def wished(desired: Mapping[str, Any]) -> dict[str, Any]:
    """The part of a manifest that is compared: no address, no status, of the metadata what people state.

    A Secret's `stringData` counts as the `data` that a server makes of it.
    """
    wish = {name: value for name, value in desired.items() if name not in _NOT_COMPARED}
    meta = desired.get("metadata") or _NONE
    told = {name: meta[name] for name in _META_FIELDS if meta.get(name) is not None}
    if told:
        wish["metadata"] = told
    if desired.get("stringData") and desired.get("kind") == "Secret":
        wish["data"] = {**(desired.get("data") or _NONE), **encoded(desired["stringData"])}
    return wish


def encoded(texts: Mapping[str, Any]) -> dict[str, str]:
    """A Secret's `stringData` as `data`."""
    return {name: b64encode(str(text).encode()).decode() for name, text in texts.items()}


def claims(owned: bytes) -> dict[str, Any]:
    """As `comparable`, but still as JSON."""
    try:
        tree: dict[str, Any] = msgspec.json.decode(owned, type=dict[str, Any])
    except msgspec.DecodeError as problem:
        raise ValueError("fieldsV1 is no JSON object") from problem
    found = {name: inner for name, inner in tree.items() if name[2:] not in _NOT_COMPARED}
    meta = {name: inner for name, inner in tree.get("f:metadata", {}).items() if name[2:] in _META_FIELDS}
    if meta:
        found["f:metadata"] = meta
    return found


@lru_cache(maxsize=4096)
def comparable(owned: bytes) -> FieldSet:
    """Of what we own, the part that a wish can state."""
    ours = fieldset.parse(owned)
    fields: dict[Segment, FieldSet] = {
        name: inner for name, inner in ours.below.items() if name not in _NOT_COMPARED
    }
    meta = ours.below.get("metadata")
    if meta is not None:
        fields["metadata"] = fieldset.of_nodes({k: v for k, v in meta.below.items() if k in _META_FIELDS})
    return fieldset.of_nodes(fields)


def _others(observed: Mapping[str, Any], owner: str) -> list[tuple[str, FieldSet]]:
    """What everybody else owns, where the object still carries its managedFields."""
    entries = (observed.get("metadata") or _NONE).get("managedFields") or ()
    return [
        (str(entry.get("manager", "")), fieldset.parse(entry["fieldsV1"]))
        for entry in entries
        if entry.get("fieldsV1") and not (entry.get("manager") == owner and entry.get("operation") == "Apply")
    ]


def _unstated(
    wish: Mapping[str, Any],
    live: Mapping[str, Any],
    shape: Shape,
    owners: Owners,
    give_up: Collection[str],
) -> tuple[list[Change], tuple[GivenUp, ...]]:
    removed: list[Change] = []
    given_up: list[GivenUp] = []
    for path, have, kid in unstated(owners.ours, wish, live, shape) if owners.ours is not None else ():
        text = render(path)
        if text in give_up:
            given_up.append(GivenUp(text, have, "is stated no longer, and its live value stays"))
        elif others := owners.others(path):
            removed.append(
                Change(text, have, have, f"is stated no longer, and stays with {', '.join(others)}")
            )
        else:
            default = None if kid.default is UNSET else kid.default
            if not identical(default, have):
                removed.append(Change(text, have, default, "is stated no longer"))
    return removed, tuple(given_up)
