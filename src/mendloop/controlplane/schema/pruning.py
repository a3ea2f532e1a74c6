"""Unknown fields out, defaults in: what happens to a custom resource before it is validated.

Schemas are the plain `openAPIV3Schema` of a version, as the CRD states it.

Source: the pages on pruning and defaulting of CustomResourceDefinition; APIFACTS 28.
"""

from __future__ import annotations

from collections.abc import Iterable
from copy import deepcopy
from typing import Any

from mendloop.model.openapi import META_V1, Schema

Node = dict[str, Any]
_TYPE_META = ("apiVersion", "kind", "metadata")


def plain(schema: Node | Schema) -> Node:
    """The schema as the CRD states it, also where it comes as a parsed tree."""
    return dict(schema.raw) if isinstance(schema, Schema) else schema


def prune(schema: Node | Schema, obj: Node) -> list[str]:
    """Takes fields that the schema does not know out of an object, in place; their paths in order.

    The object's own `apiVersion`, `kind` and `metadata` are known without being declared.
    """
    dropped: list[str] = []
    _prune(plain(schema), obj, "", True, dropped)
    return sorted(dropped)


def prune_value(schema: Node, value: Any) -> list[str]:
    """The same for a value that is no whole object, such as a default."""
    dropped: list[str] = []
    _prune(schema, value, "", bool(schema.get("x-kubernetes-embedded-resource")), dropped)
    return dropped


def _prune(schema: Node, value: Any, path: str, is_object: bool, dropped: list[str]) -> None:
    if isinstance(value, list):
        items = schema.get("items") or {}
        for at, item in enumerate(value):
            embedded = bool(items.get("x-kubernetes-embedded-resource"))
            _prune(items, item, f"{path}[{at}]", embedded, dropped)
    elif isinstance(value, dict):
        _prune_map(schema, value, path, is_object, dropped)


def _prune_map(schema: Node, value: Node, path: str, is_object: bool, dropped: list[str]) -> None:
    declared = schema.get("properties") or {}
    additional = schema.get("additionalProperties")
    preserving = schema.get("x-kubernetes-preserve-unknown-fields")
    for name in list(value):
        below = f"{path}.{name}" if path else name
        if is_object and name in _TYPE_META:
            if name == "metadata":
                _prune_metadata(value[name], below, dropped)
            continue
        inner = declared.get(name, additional if isinstance(additional, dict) else None)
        if inner is not None:
            _prune(inner, value[name], below, bool(inner.get("x-kubernetes-embedded-resource")), dropped)
        elif not preserving and additional is not True:
            del value[name]
            dropped.append(below)


def _prune_metadata(metadata: Any, path: str, dropped: list[str]) -> None:
    known = META_V1["ObjectMeta"]["properties"]
    for name in list(metadata) if isinstance(metadata, dict) else ():
        if name not in known:
            del metadata[name]
            dropped.append(f"{path}.{name}")


def default(schema: Node | Schema, value: Any) -> None:
    """Fills in defaults, in place. A null where the schema allows none counts as absent."""
    stated = plain(schema)
    if isinstance(value, list):
        items = stated.get("items") or {}
        for item in value:
            default(items, item)
    elif isinstance(value, dict):
        _default_map(stated, value)


def _default_map(schema: Node, value: Node) -> None:
    declared = schema.get("properties") or {}
    for name, inner in declared.items():
        stated = inner.get("default")
        if stated is not None and (name not in value or _is_bare_null(value[name], inner)):
            value[name] = deepcopy(stated)
    additional = schema.get("additionalProperties")
    for name in list(value):
        inner = declared.get(name, additional if isinstance(additional, dict) else None)
        if inner is None:
            continue
        if _is_bare_null(value[name], inner):
            del value[name]
        else:
            default(inner, value[name])


def _is_bare_null(value: Any, schema: Node) -> bool:
    return value is None and not schema.get("nullable")


def unknown_field_texts(paths: Iterable[str]) -> list[str]:
    """How strict validation and warnings name them: `unknown field "spec.foo"`."""
    return [f'unknown field "{path}"' for path in paths]
