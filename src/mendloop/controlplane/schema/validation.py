"""A custom resource against its schema, with the causes of a real API server.

On an update, what did not change is not judged again (ratcheting, KEP-4008).

Source: JSON Schema as OpenAPI v3 narrows it; the wording is measured on kube-apiserver 1.36.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
from msgspec import UNSET

from mendloop.controlplane.causes import (
    Cause,
    duplicate,
    invalid,
    not_supported,
    required,
    too_long,
    too_many,
    wrong_type,
)
from mendloop.controlplane.gotext import go_json, go_quote, go_value
from mendloop.controlplane.schema.formats import FORMATS
from mendloop.controlplane.schema.patterns import compiled
from mendloop.controlplane.schema.pruning import plain
from mendloop.model.openapi import Schema

Node = dict[str, Any]
Causes = Iterator[Cause]
_NO_FIELD = "<nil>"
_NUMBERS = ("integer", "number")


def validate(schema: Node | Schema, value: Any, *, old: Any = UNSET, root: str = "") -> list[Cause]:
    """The causes for which a value is refused; `old` is what is stored, for an update.

    `root` is put before the field of each cause (`status` where only the status is judged), not into texts.
    """
    stated = plain(schema)
    causes = [*_check(stated, value, old, ""), *_check_lists(stated, value, "")]
    if not root:
        return causes
    return [
        msgspec.structs.replace(
            cause, field=cause.field if cause.field == _NO_FIELD else _join(root, cause.field)
        )
        for cause in causes
    ]


def _join(path: str, name: str) -> str:
    if not path or name.startswith("["):
        return path + name
    return f"{path}.{name}" if name else path


def _about(path: str, text: str) -> str:
    return f"{path} in body {text}"


def _check(schema: Node, value: Any, old: Any, path: str) -> Causes:
    if old is not UNSET and _equal(value, old):
        return
    if (cause := _check_type(schema, value, path)) is not None:
        yield cause
    if "enum" in schema and not any(_equal(value, allowed) for allowed in schema["enum"]):
        texts = [each if isinstance(each, str) else go_json(each) for each in schema["enum"]]
        yield not_supported(path, value, texts)
    if value is None:
        return
    yield from _check_combinations(schema, value, old, path)
    if isinstance(value, str):
        yield from _check_text(schema, value, path)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield from _check_number(schema, value, path)
    elif isinstance(value, list):
        yield from _check_items(schema, value, old, path)
    elif isinstance(value, dict):
        yield from _check_fields(schema, value, old, path)


def _equal(left: Any, right: Any) -> bool:
    if isinstance(left, bool) != isinstance(right, bool):
        return False
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(_equal(left[key], right[key]) for key in left)
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(_equal, left, right))
    return bool(left == right)


# Types ----------------------------------------------------------------------------------------------


def _check_type(schema: Node, value: Any, path: str) -> Cause | None:
    wanted = _types(schema)
    found = _type_name(value)
    if not wanted or found in wanted:
        return None
    if found == "null":
        return None if schema.get("nullable") else _mistyped(path, wanted, "null")
    if found == "integer" and "number" in wanted:
        return None
    if found == "number" and "integer" in wanted and float(value).is_integer():
        return None
    if schema.get("format") in FORMATS and not isinstance(value, str | list):
        return _mistyped(path, (schema["format"],), _go_format(value))
    return _mistyped(path, wanted, found)


def _types(schema: Node) -> tuple[str, ...]:
    if schema.get("x-kubernetes-int-or-string"):
        return ("integer", "string")
    return (schema["type"],) if schema.get("type") else ()


def _type_name(value: Any) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "boolean"
        case int():
            return "integer"
        case float():
            return "number"
        case str():
            return "string"
        case list():
            return "array"
        case _:
            return "object"


def _go_format(value: Any) -> str:
    if isinstance(value, bool):
        return ""
    return {int: "int64", float: "double"}.get(type(value), "")


def _mistyped(path: str, wanted: tuple[str, ...], found: str) -> Cause:
    return wrong_type(path, found, _about(path, f"must be of type {','.join(wanted)}: {go_quote(found)}"))


# Scalars --------------------------------------------------------------------------------------------


def _check_text(schema: Node, value: str, path: str) -> Causes:
    most, least, pattern = schema.get("maxLength"), schema.get("minLength"), schema.get("pattern")
    # The first of these ends the search, as on a real server.
    if most is not None and len(value) > most:
        yield too_long(path, most)
    elif least is not None and len(value) < least:
        yield invalid(path, value, _about(path, f"should be at least {least} chars long"))
    elif pattern and not compiled(pattern).search(value):
        yield invalid(path, value, _about(path, f"should match '{pattern}'"))
    fits = FORMATS.get(schema.get("format") or "")
    if fits is not None and not fits(value):
        text = f"must be of type {schema['format']}: {go_quote(value)}"
        yield wrong_type(path, value, _about(path, text))


def _check_number(schema: Node, value: float, path: str) -> Causes:
    kind, form = schema.get("type"), schema.get("format")
    if kind == "integer" and not _fits_integer(value, form):
        named = f"with format {form}" if form else "(default format)"
        yield invalid(_NO_FIELD, "", f"Checked value must be of type integer {named} in {path}")
    factor = schema.get("multipleOf")
    if factor and abs(round(value / factor) - value / factor) > 1e-9:
        yield invalid(path, value, _about(path, f"should be a multiple of {go_value(factor)}"))
    most, least = schema.get("maximum"), schema.get("minimum")
    if most is not None and (value >= most if schema.get("exclusiveMaximum") else value > most):
        limit = "less than" if schema.get("exclusiveMaximum") else "less than or equal to"
        yield invalid(path, value, _about(path, f"should be {limit} {go_value(most)}"))
    if least is not None and (value <= least if schema.get("exclusiveMinimum") else value < least):
        limit = "greater than" if schema.get("exclusiveMinimum") else "greater than or equal to"
        yield invalid(path, value, _about(path, f"should be {limit} {go_value(least)}"))


def _fits_integer(value: float, form: str | None) -> bool:
    bits = 32 if form == "int32" else 64
    return float(value).is_integer() and -(1 << (bits - 1)) <= value < 1 << (bits - 1)


# Lists and maps -------------------------------------------------------------------------------------


def _check_items(schema: Node, value: list[Any], old: Any, path: str) -> Causes:
    items = schema.get("items") or {}
    known = _correlated(schema, old)
    for at, item in enumerate(value):
        yield from _check(items, item, known.get(_item_key(schema, item), UNSET), f"{path}[{at}]")
    if (least := schema.get("minItems")) is not None and len(value) < least:
        yield invalid(path, len(value), _about(path, f"should have at least {least} items"))
    if (most := schema.get("maxItems")) is not None and len(value) > most:
        yield too_many(path, len(value), most)


def _correlated(schema: Node, old: Any) -> dict[Any, Any]:
    """The stored items by their keys; only lists of type map say which item is which."""
    if not isinstance(old, list) or schema.get("x-kubernetes-list-type") != "map":
        return {}
    return {_item_key(schema, item): item for item in old}


def _item_key(schema: Node, item: Any) -> Any:
    if not isinstance(item, dict):
        return None
    return tuple(go_json(item.get(key)) for key in schema.get("x-kubernetes-list-map-keys") or ())


def _check_fields(schema: Node, value: Node, old: Any, path: str) -> Causes:
    before = old if isinstance(old, dict) else {}
    count = len(value)
    if (least := schema.get("minProperties")) is not None and count < least:
        yield invalid(path, count, _about(path, f"should have at least {least} properties"))
    if (most := schema.get("maxProperties")) is not None and count > most:
        yield too_many(path, count, most)
    declared = schema.get("properties") or {}
    additional = schema.get("additionalProperties")
    if isinstance(additional, dict):
        for name in value.keys() - declared.keys():
            yield from _check(additional, value[name], before.get(name, UNSET), _join(path, name))
    for name, inner in declared.items():
        if name in value:
            yield from _check(inner, value[name], before.get(name, UNSET), _join(path, name))
    for name in schema.get("required") or ():
        if name not in value:
            yield required(_join(path, name))


def _check_lists(schema: Node, value: Any, path: str) -> Causes:
    """Items of sets and keyed lists must differ; judged apart from the rest, as on a real server."""
    if isinstance(value, list):
        yield from _check_unique(schema, value, path)
        for at, item in enumerate(value):
            yield from _check_lists(schema.get("items") or {}, item, f"{path}[{at}]")
    elif isinstance(value, dict):
        declared, additional = schema.get("properties") or {}, schema.get("additionalProperties")
        for name, inner in value.items():
            below = declared.get(name, additional if isinstance(additional, dict) else None)
            if below is not None:
                yield from _check_lists(below, inner, _join(path, name))


def _check_unique(schema: Node, value: list[Any], path: str) -> Causes:
    kind, keys = schema.get("x-kubernetes-list-type"), schema.get("x-kubernetes-list-map-keys") or ()
    if kind not in ("set", "map"):
        return
    seen: set[str] = set()
    for at, item in enumerate(value):
        shown = item
        if kind == "map" and isinstance(item, dict):
            shown = {key: item[key] for key in keys if key in item}
        text = go_json(shown)
        if text in seen:
            yield duplicate(f"{path}[{at}]", shown)
        seen.add(text)


# allOf, anyOf, oneOf, not ---------------------------------------------------------------------------


def _check_combinations(schema: Node, value: Any, old: Any, path: str) -> Causes:
    yield from _check_any(schema.get("anyOf") or (), value, path)
    yield from _check_one(schema.get("oneOf") or (), value, path)
    failed = 0
    for inner in schema.get("allOf") or ():
        causes = list(_check(inner, value, old, path))
        failed += bool(causes)
        yield from causes
    if failed:
        tail = ". None validated" if failed == len(schema["allOf"]) else ""
        yield _combined(path, f"must validate all the schemas (allOf){tail}")
    if (forbidden := schema.get("not")) is not None and not any(_check(forbidden, value, UNSET, path)):
        yield _combined(path, "must not validate the schema (not)")


def _combined(path: str, text: str) -> Cause:
    return invalid(_NO_FIELD, "", f"{go_quote(path)} {text}")


def _check_any(schemas: Any, value: Any, path: str) -> Causes:
    if not schemas:
        return
    results = [list(_check(inner, value, UNSET, path)) for inner in schemas]
    if all(results):
        yield _combined(path, "must validate at least one schema (anyOf)")
        yield from results[0]


def _check_one(schemas: Any, value: Any, path: str) -> Causes:
    if not schemas:
        return
    results = [list(_check(inner, value, UNSET, path)) for inner in schemas]
    fitting = sum(not causes for causes in results)
    if fitting == 1:
        return
    found = f"Found {fitting} valid alternatives" if fitting else "Found none valid"
    yield _combined(path, f"must validate one and only one schema (oneOf). {found}")
    if not fitting:
        yield from results[0]
