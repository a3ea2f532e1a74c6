"""What a schema in a CRD must be like: structural, within what the API allows, its defaults valid.

Source: the page on structural schemas of CustomResourceDefinition; wording measured on kube-apiserver 1.36.
"""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

from mendloop.controlplane.causes import Cause, forbidden, invalid, not_supported, required
from mendloop.controlplane.schema.patterns import BadPattern, compiled
from mendloop.controlplane.schema.pruning import prune_value
from mendloop.controlplane.schema.validation import validate

Node = dict[str, Any]
Causes = Iterator[Cause]

_TYPES = ("array", "boolean", "integer", "number", "object", "string")
_UNSUPPORTED = ("id", "additionalItems", "patternProperties", "definitions", "dependencies", "$ref")
_JUNCTORS = ("anyOf", "allOf", "oneOf")
_EMBEDDED, _PRESERVE = "x-kubernetes-embedded-resource", "x-kubernetes-preserve-unknown-fields"
_INT_OR_STRING, _RULES = "x-kubernetes-int-or-string", "x-kubernetes-validations"
_LIST_TYPE, _LIST_KEYS, _MAP_TYPE = (
    "x-kubernetes-list-type",
    "x-kubernetes-list-map-keys",
    "x-kubernetes-map-type",
)
# What may stand in a branch of allOf and the like only outside of it.
_NOT_NESTED = (
    ("type", "must be empty to be structural"),
    ("additionalProperties", "must be undefined to be structural"),
    ("default", "must be undefined to be structural"),
    ("title", "must be empty to be structural"),
    ("description", "must be empty to be structural"),
    ("nullable", "must be false to be structural"),
    (_PRESERVE, "must be false to be structural"),
    (_EMBEDDED, "must be false to be structural"),
    (_INT_OR_STRING, "must be false to be structural"),
    (_LIST_KEYS, "must be empty to be structural"),
    (_LIST_TYPE, "must be undefined to be structural"),
    (_MAP_TYPE, "must be undefined to be structural"),
    (_RULES, "must be empty to be structural"),
)
_LEVELS = {
    "root": "must not be empty at the root",
    "item": "must not be empty for specified array items",
    "field": "must not be empty for specified object fields",
}
_INT_OR_STRING_BRANCHES = [{"type": "integer"}, {"type": "string"}]


def check_structural(schema: Node, path: str) -> list[Cause]:
    """The rules that a version's `openAPIV3Schema` breaks; `path` is where it stands."""
    found = sorted(
        [*_invariants(schema, "root", path), *_complete(schema, path)],
        key=lambda cause: f"{cause.field}: {cause.message}",
    )
    if not found:
        found = list(_defaults(schema, path))
    return [*found, *_allowed(schema, path, root=True)]


# Structure ------------------------------------------------------------------------------------------


def _invariants(schema: Node, level: str, path: str) -> Causes:
    yield from _below(schema, path)
    yield from _own_type(schema, level, path)
    additional = schema.get("additionalProperties")
    if additional is not None and level == "root":
        yield forbidden(f"{path}.additionalProperties", "must not be used at the root")
    for name in (_PRESERVE, _EMBEDDED):
        if schema.get(_INT_OR_STRING) and schema.get(name):
            yield invalid(f"{path}.{name}", True, f"must be false if {_INT_OR_STRING} is true")
    if schema.get(_EMBEDDED):
        yield from _embedded(schema, path)
    yield from _value_rules(schema, path, skip_any=schema.get("anyOf") == _INT_OR_STRING_BRANCHES)
    yield from _type_meta(schema, level, path)


def _below(schema: Node, path: str) -> Causes:
    items = schema.get("items")
    if schema.get("type") == "array" and items is None:
        yield required(f"{path}.items", "must be specified")
    if isinstance(items, dict):
        yield from _invariants(items, "item", f"{path}.items")
    for name, inner in (schema.get("properties") or {}).items():
        yield from _invariants(inner, "field", f"{path}.properties[{name}]")
    if isinstance(schema.get("additionalProperties"), dict):
        yield from _invariants(schema["additionalProperties"], "field", f"{path}.additionalProperties")


def _own_type(schema: Node, level: str, path: str) -> Causes:
    kind = schema.get("type") or ""
    if schema.get(_EMBEDDED) and kind != "object":
        why = f"must be object if {_EMBEDDED} is true"
        yield invalid(f"{path}.type", kind, why) if kind else required(f"{path}.type", why)
    elif not kind and not schema.get(_INT_OR_STRING) and not schema.get(_PRESERVE):
        yield required(f"{path}.type", _LEVELS[level])
    if level == "root" and kind and kind != "object":
        yield invalid(f"{path}.type", kind, "must be object at the root")


def _embedded(schema: Node, path: str) -> Causes:
    if schema.get("additionalProperties") is not None:
        yield forbidden(f"{path}.additionalProperties", f"must not be used if {_EMBEDDED} is set")
    if not schema.get(_PRESERVE) and not schema.get("properties"):
        why = f"must not be empty if {_EMBEDDED} is true without {_PRESERVE}"
        yield required(f"{path}.properties", why)


def _type_meta(schema: Node, level: str, path: str) -> Causes:
    """`metadata` is known to the server; a schema may only restrict the name."""
    declared = schema.get("properties") or {}
    checked = level == "root" or schema.get(_EMBEDDED)
    for name in ("kind", "apiVersion"):
        if checked and name in declared and declared[name].get("type") != "string":
            yield invalid(f"{path}.properties[{name}].type", declared[name].get("type", ""), "must be string")
    metadata = declared.get("metadata")
    if metadata is None:
        return
    here = f"{path}.properties[metadata]"
    if checked and metadata.get("type") != "object":
        yield invalid(f"{here}.type", metadata.get("type", ""), "must be object")
    names = set(metadata.get("properties") or ())
    extra = set(metadata) - {"type", "properties", "default"}
    if level == "root" and (extra - {"description"} or not names <= {"name", "generateName"}):
        why = (
            "must not specify anything other than name and generateName, but metadata is implicitly specified"
        )
        yield forbidden(here, why)


def _value_rules(schema: Node, path: str, *, skip_any: bool = False) -> Causes:
    for junctor in _JUNCTORS:
        for at, inner in enumerate(schema.get(junctor) or ()):
            here = f"{path}.{junctor}[{at}]"
            if junctor == "anyOf" and skip_any:
                continue
            first_any = junctor == "allOf" and inner.get("anyOf") == _INT_OR_STRING_BRANCHES
            yield from _nested(inner, here, skip_any=first_any)
    if isinstance(schema.get("not"), dict):
        yield from _nested(schema["not"], f"{path}.not")
    if pattern := schema.get("pattern"):
        try:
            compiled(pattern)
        except BadPattern as fault:
            why = f"must be a valid regular expression, but isn't: {fault}"
            yield invalid(f"{path}.pattern", pattern, why)


def _nested(schema: Node, path: str, *, skip_any: bool = False) -> Causes:
    yield from _value_rules(schema, path, skip_any=skip_any)
    if isinstance(schema.get("items"), dict):
        yield from _nested(schema["items"], f"{path}.items")
    for name, inner in (schema.get("properties") or {}).items():
        yield from _nested(inner, f"{path}.properties[{name}]")
    for keyword, why in _NOT_NESTED:
        if schema.get(keyword) not in (None, "", False, []):
            yield forbidden(f"{path}.{keyword}", why)
    if "metadata" in (schema.get("properties") or {}):
        yield forbidden(f"{path}.properties[metadata]", "must not be specified in a nested context")


def _complete(schema: Node, path: str) -> Causes:
    """What a branch at the root restricts must be declared outside of it too; deeper ones are not asked."""
    for junctor in _JUNCTORS:
        for at, inner in enumerate(schema.get(junctor) or ()):
            yield from _declared(inner, schema, f"{path}.{junctor}[{at}]", path)
    if isinstance(schema.get("not"), dict):
        yield from _declared(schema["not"], schema, f"{path}.not", path)


def _declared(branch: Node, schema: Node, branch_path: str, path: str) -> Causes:
    if isinstance(branch.get("items"), dict):
        if not isinstance(schema.get("items"), dict):
            yield required(f"{path}.items", f"because it is defined in {branch_path}.items")
        else:
            yield from _declared(branch["items"], schema["items"], f"{branch_path}.items", f"{path}.items")
    declared = schema.get("properties") or {}
    for name, inner in (branch.get("properties") or {}).items():
        below, here = f"{branch_path}.properties[{name}]", f"{path}.properties[{name}]"
        if name not in declared:
            yield required(here, f"because it is defined in {below}")
        else:
            yield from _declared(inner, declared[name], below, here)
    for junctor in _JUNCTORS:
        for at, inner in enumerate(branch.get(junctor) or ()):
            yield from _declared(inner, schema, f"{branch_path}.{junctor}[{at}]", path)
    if isinstance(branch.get("not"), dict):
        yield from _declared(branch["not"], schema, f"{branch_path}.not", path)


def _defaults(schema: Node, path: str) -> Causes:
    """A default must have no unknown field, and be valid."""
    stated = schema.get("default")
    if stated is not None:
        pruned = deepcopy(stated)
        if prune_value(schema, pruned):
            yield invalid(f"{path}.default", stated, "must not have unknown fields")
        yield from validate(schema, stated, root=f"{path}.default")
    if isinstance(schema.get("items"), dict):
        yield from _defaults(schema["items"], f"{path}.items")
    for name, inner in (schema.get("properties") or {}).items():
        yield from _defaults(inner, f"{path}.properties[{name}]")


# What the API allows at all -------------------------------------------------------------------------


def _allowed(schema: Node, path: str, *, root: bool = False, no_default: str = "") -> Causes:
    yield from _keywords(schema, path, no_default)
    additional = schema.get("additionalProperties")
    declared = schema.get("properties") or {}
    if schema.get("uniqueItems"):
        why = "uniqueItems cannot be set to true since the runtime complexity becomes quadratic"
        yield forbidden(f"{path}.uniqueItems", why)
    if additional is not None and declared and additional is not True:
        why = "additionalProperties and properties are mutual exclusive"
        yield forbidden(f"{path}.additionalProperties", why)
    if isinstance(additional, dict):
        yield from _allowed(additional, f"{path}.additionalProperties", no_default=no_default)
    for name, inner in declared.items():
        top = root and name in ("metadata", "apiVersion", "kind")
        reason = f"in top-level {name}" if top else no_default
        yield from _allowed(inner, f"{path}.properties[{name}]", no_default=reason)
    yield from _allowed_in_branches(schema, path)
    if isinstance(schema.get("items"), dict):
        yield from _allowed(schema["items"], f"{path}.items", no_default=no_default)
    yield from _extensions(schema, path)


def _allowed_in_branches(schema: Node, path: str) -> Causes:
    if isinstance(schema.get("not"), dict):
        yield from _allowed(schema["not"], f"{path}.not")
    for junctor in ("allOf", "oneOf", "anyOf"):
        for at, inner in enumerate(schema.get(junctor) or ()):
            yield from _allowed(inner, f"{path}.{junctor}[{at}]")


def _keywords(schema: Node, path: str, no_default: str) -> Causes:
    kind = schema.get("type") or ""
    if kind and kind not in _TYPES:
        yield not_supported(f"{path}.type", kind, _TYPES)
    if no_default and schema.get("default") is not None:
        yield forbidden(f"{path}.default", f"must not be set {no_default}")
    for keyword in _UNSUPPORTED:
        if schema.get(keyword) not in (None, "", {}):
            yield forbidden(f"{path}.{keyword}", f"{keyword} is not supported")
    if kind == "null":
        yield forbidden(f"{path}.type", "type cannot be set to null, use nullable as an alternative")
    if isinstance(schema.get("items"), list):
        yield forbidden(f"{path}.items", "items must be a schema object and not an array")
    if schema.get(_RULES):
        why = "CEL rules are not supported by this control plane; use a real one, or take the rules out"
        yield forbidden(f"{path}.{_RULES}", why)


def _extensions(schema: Node, path: str) -> Causes:
    if schema.get(_PRESERVE) is False:
        yield invalid(f"{path}.{_PRESERVE}", False, "must be true or undefined")
    yield from _needs_type(schema, path, _MAP_TYPE, "object")
    if (map_type := schema.get(_MAP_TYPE)) is not None and map_type not in ("atomic", "granular"):
        yield not_supported(f"{path}.{_MAP_TYPE}", map_type, ("atomic", "granular"))
    yield from _needs_type(schema, path, _LIST_TYPE, "array")
    list_type, keys = schema.get(_LIST_TYPE), schema.get(_LIST_KEYS) or []
    items = schema.get("items")
    if list_type == "set" and schema.get("type") == "array" and isinstance(items, dict):
        yield from _set_items(items, f"{path}.items")
    if list_type is not None and list_type not in ("atomic", "set", "map"):
        yield not_supported(f"{path}.{_LIST_TYPE}", list_type, ("atomic", "set", "map"))
    if keys and list_type != "map":
        why = f"must be map if {_LIST_KEYS} is non-empty"
        here = f"{path}.{_LIST_TYPE}"
        yield required(here, why) if list_type is None else invalid(here, list_type, why)
    if list_type == "map":
        yield from _keyed_list(schema, keys, items, path)


def _needs_type(schema: Node, path: str, extension: str, wanted: str) -> Causes:
    kind = schema.get("type") or ""
    if schema.get(extension) is not None and kind != wanted:
        why = f"must be {wanted} if {extension} is specified"
        yield invalid(f"{path}.type", kind, why) if kind else required(f"{path}.type", why)


def _set_items(items: Node, path: str) -> Causes:
    if items.get("nullable"):
        yield forbidden(f"{path}.nullable", f"cannot be nullable when {_LIST_TYPE} is set")
    why = f"must be atomic as item of a list with {_LIST_TYPE}=set"
    if items.get("type") == "array" and items.get(_LIST_TYPE) not in (None, "atomic"):
        yield invalid(f"{path}.{_LIST_TYPE}", items.get(_LIST_TYPE), why)
    if items.get("type") == "object" and items.get(_MAP_TYPE) != "atomic":
        yield invalid(f"{path}.{_MAP_TYPE}", items.get(_LIST_TYPE), why)


def _keyed_list(schema: Node, keys: list[str], items: Any, path: str) -> Causes:
    if not keys:
        yield required(f"{path}.{_LIST_KEYS}", f"must not be empty if {_LIST_TYPE} is map")
    if items is None:
        yield required(f"{path}.items", f"must have a schema if {_LIST_TYPE} is map")
    if not isinstance(items, dict):
        return
    if items.get("type") != "object":
        why = f"must be object if parent array's {_LIST_TYPE} is map"
        yield invalid(f"{path}.items.type", items.get("type", ""), why)
        return
    yield from _keys_of(keys, items, path)


def _keys_of(keys: list[str], items: Node, path: str) -> Causes:
    declared = items.get("properties") or {}
    for at, key in enumerate(keys):
        here = f"{path}.{_LIST_KEYS}"
        if key not in declared:
            yield invalid(here, keys, "entries must all be names of item properties")
        elif declared[key].get("type") in ("array", "object"):
            why = f"must be a scalar type if parent array's {_LIST_TYPE} is map"
            yield invalid(f"{path}.items.properties[{key}].type", items.get("type"), why)
        if key in keys[:at]:
            yield invalid(here, keys, "must not contain duplicate entries")
    yield from _identifying(keys, items, path)


def _identifying(keys: list[str], items: Node, path: str) -> Causes:
    """Keys tell items apart, so none of them may be missing."""
    declared = items.get("properties") or {}
    if items.get("nullable"):
        yield forbidden(f"{path}.items.nullable", f"cannot be nullable when {_LIST_TYPE} is map")
    for key in keys:
        below, inner = f"{path}.items.properties[{key}]", declared.get(key)
        if inner is None:
            continue
        if key not in (items.get("required") or ()) and inner.get("default") is None:
            why = f"this property is in {_LIST_KEYS}, so it must have a default or be a required property"
            yield required(f"{below}.default", why)
        if inner.get("nullable"):
            why = f"this property is in {_LIST_KEYS}, so it cannot be nullable"
            yield forbidden(f"{below}.nullable", why)
