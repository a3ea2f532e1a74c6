"""What is sent: the body of a server-side apply, and the patch that ends our ownership of a field.

Un-stating a field that we alone own removes it, and the server's default takes its place (a Deployment
goes from five replicas to one, also where an autoscaler had written the same five). To give a field up, its
path is first taken out of our managedFields entry; what nobody owns nobody removes. Source: KEP-555; the kind
of patch that client-go's `csaupgrade` moves ownership with.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from mendloop.delta.diff import encoded
from mendloop.delta.patches import Operation
from mendloop.model.fieldpath import Path, parse
from mendloop.model.fieldset import segment_of
from mendloop.model.openapi import Schema

_SERVERS_META: Final = frozenset(
    {
        "creationTimestamp",
        "deletionGracePeriodSeconds",
        "deletionTimestamp",
        "generation",
        "managedFields",
        "resourceVersion",
        "selfLink",
        "uid",
    }
)


def apply_body(desired: Mapping[str, Any], schema: Schema | None = None) -> dict[str, Any]:
    """The manifest as a server-side apply states it.

    Without status, what the server writes into metadata, and nulls at any level (`creationTimestamp: null`);
    a null stays where the schema is nullable, for there it is a value. A Secret's `stringData` becomes
    `data`: the server would record ownership of a field that it never stores.
    """
    body = {
        name: value for name, value in desired.items() if name not in ("status", "stringData", "metadata")
    }
    meta = desired.get("metadata") or {}
    body["metadata"] = {name: value for name, value in meta.items() if name not in _SERVERS_META}
    if desired.get("stringData"):
        if desired.get("kind") == "Secret":
            body["data"] = {**(desired.get("data") or {}), **encoded(desired["stringData"])}
        else:
            body["stringData"] = desired["stringData"]
    cleaned: dict[str, Any] = _without_nulls(body, schema)
    return cleaned


def _without_nulls(value: Any, schema: Schema | None) -> Any:
    if isinstance(value, dict):
        cleaned = {}
        for name, inner in value.items():
            field = schema.field(name) if schema is not None else None
            if inner is not None or (field is not None and field.nullable):
                cleaned[name] = _without_nulls(inner, field)
        return cleaned
    if isinstance(value, list):
        items = schema.items if schema is not None else None
        return [_without_nulls(inner, items) for inner in value]
    return value


def release(live: Mapping[str, Any], owner: str, paths: Iterable[str]) -> list[Operation]:
    """A JSON patch that ends our ownership of `paths` and leaves their values; empty where we own none.

    `live` is the object with its managedFields, read just before: the patch names its resourceVersion, and a
    server answers 409 if somebody wrote since. Send it before the apply that states the paths no longer.
    """
    meta = live.get("metadata") or {}
    gone = [parse(path) for path in paths]
    entries = [_entry_without(entry, owner, gone) for entry in meta.get("managedFields") or ()]
    if entries == list(meta.get("managedFields") or ()):
        return []
    return [
        {"op": "replace", "path": "/metadata/managedFields", "value": [e for e in entries if e["fieldsV1"]]},
        {"op": "replace", "path": "/metadata/resourceVersion", "value": meta["resourceVersion"]},
    ]


def _entry_without(entry: Mapping[str, Any], owner: str, paths: Iterable[Path]) -> dict[str, Any]:
    if entry.get("manager") != owner or entry.get("operation") != "Apply" or entry.get("subresource"):
        return dict(entry)
    tree = entry.get("fieldsV1") or {}
    for path in paths:
        tree = _without(tree, path)
    return {**entry, "fieldsV1": tree}


def _without(tree: Mapping[str, Any], path: Path) -> dict[str, Any]:
    """A fieldsV1 tree without one path and what is below it; parents that held nothing else go too."""
    kept = {}
    for name, inner in tree.items():
        if name != "." and segment_of(name) == path[0]:
            if len(path) == 1:
                continue
            left = _without(inner, path[1:])
            if not left and inner:
                continue
            inner = left
        kept[name] = inner
    return kept
