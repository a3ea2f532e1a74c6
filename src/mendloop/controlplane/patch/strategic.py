"""Strategic merge patch: lists with a merge key are merged item by item, directives say the exceptions.

Directives: `$patch: replace|delete`, `$retainKeys`, `$deleteFromPrimitiveList/f`, `$setElementOrder/f`.

Source: the Kubernetes contributor notes on strategic merge patch; `x-kubernetes-patch-strategy` and
`x-kubernetes-patch-merge-key` in the OpenAPI; answers measured on kube-apiserver 1.36.
"""

from __future__ import annotations

import copy
from typing import Any

from mendloop.controlplane.gotext import go_type, go_value, json_kind
from mendloop.controlplane.patch.merge_patch import without_nulls
from mendloop.controlplane.patch.ordering import interleave
from mendloop.controlplane.patch.refusals import PatchRefused, bad_request, broken, rejected
from mendloop.model.openapi import Schema

PATCH, RETAIN = "$patch", "$retainKeys"
DELETE_FROM, SET_ORDER = "$deleteFromPrimitiveList", "$setElementOrder"

Object = dict[str, Any]
Items = list[Any]


def strategic_merge_patch(document: Object, patch: Any, schema: Schema | None) -> Object:
    """The document after the patch; neither input is changed.

    Errors: `PatchRefused` 415 without a schema (a custom resource), 400 for a malformed directive, 500 for
    an unknown directive or a list item without its merge key, as a real server has it.
    """
    if schema is None:
        accepted = "application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml"
        text = "the body of the request was in an unknown format - accepted media types include: "
        raise PatchRefused(415, "UnsupportedMediaType", text + accepted)
    if not isinstance(patch, dict):
        into = "Go value of type map[string]interface {}"
        raise bad_request(f"json: cannot unmarshal {json_kind(patch)} into {into}")
    return _merge_map(copy.deepcopy(document), copy.deepcopy(patch), schema)


def _merge_map(original: Object, patch: Object, schema: Schema | None) -> Object:
    if PATCH in patch:
        return _directed(patch)
    _retain_keys(original, patch)
    for name in [name for name in patch if name.startswith(SET_ORDER)]:
        _set_order(original, patch, name, schema)
    for name, value in patch.items():
        _merge_field(original, name, value, schema)
    return original


def _directed(patch: Object) -> Object:
    match patch[PATCH]:
        case "replace":
            return {name: value for name, value in patch.items() if name != PATCH}
        case "delete":
            return {}
        case other:
            raise _unknown(other, patch)


def _unknown(directive: Any, patch: Object) -> PatchRefused:
    return broken(f"unknown patch type: {go_value(directive)} in map: {go_value(patch)}")


def _retain_keys(original: Object, patch: Object) -> None:
    if RETAIN not in patch:
        return
    retained = patch.pop(RETAIN)
    if not isinstance(retained, list):
        raise bad_request("invalid patch format of retainKeys")
    for name, value in patch.items():
        if value is not None and not name.startswith((DELETE_FROM, SET_ORDER)) and name not in retained:
            raise bad_request("invalid patch format of retainKeys")
    for name in [name for name in original if name not in retained]:
        del original[name]


def _merge_field(original: Object, name: str, value: Any, schema: Schema | None) -> None:
    deleting = name.startswith(DELETE_FROM)
    if deleting:
        name = _target(name, DELETE_FROM, "primitive")
    if value is None:
        original.pop(name, None)
        return
    old = original.get(name)
    if isinstance(old, dict) and isinstance(value, dict):
        below = _field(schema, name)
        replace = below is not None and "replace" in below.patch_strategy
        original[name] = value if replace else _merge_map(old, value, below)
    elif isinstance(old, list) and isinstance(value, list):
        original[name] = _merge_items(old, value, _field(schema, name), deleting)
    elif not deleting:
        # New here, or of another kind than before: the patch stands, once its directives are gone.
        _place(original, name, without_nulls(value))


def _target(name: str, prefix: str, what: str) -> str:
    head, slash, field = name.partition("/")
    if not slash or head != prefix:
        raise bad_request(f"invalid patch format of {what} list")
    return field


def _field(schema: Schema | None, name: str) -> Schema | None:
    return schema.field(name) if schema is not None else None


def _place(original: Object, name: str, value: Any) -> None:
    if isinstance(value, dict) and PATCH in value:
        original.pop(name, None)
    else:
        original[name] = _without_directives(value)


def _without_directives(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            name: _without_directives(inner)
            for name, inner in value.items()
            if not (isinstance(inner, dict) and PATCH in inner)
        }
    if isinstance(value, list):
        return [_without_directives(item) for item in value if not (isinstance(item, dict) and PATCH in item)]
    return value


# Lists ----------------------------------------------------------------------------------------------


def _merge_items(original: Items, patch: Items, schema: Schema | None, deleting: bool) -> Items:
    if deleting:
        return [item for item in original if item not in patch]
    if schema is None or "merge" not in schema.patch_strategy:
        return patch
    if not original and not patch:
        return original
    if not _of_maps(original, patch):
        stated = list(dict.fromkeys(patch))
        kept = [item for item in dict.fromkeys(original) if item not in patch]
        return interleave(kept, stated, original, None)
    key = schema.merge_key
    if key is None:
        raise broken(f"cannot merge lists without merge key for {schema.name.rpartition('.')[2]}")
    return _merge_keyed(original, patch, key, schema.items)


def _of_maps(*lists: Items) -> bool:
    kinds = {go_type(item): item for items in lists for item in items}
    if len(kinds) > 1:
        raise broken(f"list element types are not identical: [{' '.join(map(go_value, lists))}]")
    if "[]interface {}" in kinds:
        raise rejected()
    return "map[string]interface {}" in kinds


def _merge_keyed(original: Items, patch: Items, key: str, schema: Schema | None) -> Items:
    left, stated = _special_items(original, patch, key)
    merged = list(left)
    for item in stated:
        if key not in item:
            raise _no_key(item, key)
        at = _index(merged, key, item[key])
        if at is None:
            merged.append(_without_directives(item))
        else:
            merged[at] = _merge_map(merged[at], item, schema)
    keys = [item[key] for item in stated]
    for item in merged:
        if key not in item:
            raise _no_key(item, key)
    chosen = [item for wanted in dict.fromkeys(keys) for item in merged if item[key] == wanted]
    kept = [item for item in merged if item[key] not in keys]
    return interleave(kept, chosen, left, key)


def _special_items(original: Items, patch: Items, key: str) -> tuple[Items, Items]:
    """The list without the items that a directive deletes, and the patch without its directives."""
    left, stated, replacing = list(original), [], False
    for item in patch:
        match item.get(PATCH, ""):
            case "" if PATCH not in item:
                stated.append(item)
            case "delete":
                if key not in item:
                    raise _no_key(item, key)
                left = [other for other in left if other.get(key) != item[key]]
            case "replace":
                replacing = True
            case "merge":
                raise broken("merging lists cannot yet be specified in the patch")
            case other:
                raise _unknown(other, item)
    return (stated, []) if replacing else (left, stated)


def _index(items: Items, key: str, value: Any) -> int | None:
    return next((at for at, item in enumerate(items) if key in item and item[key] == value), None)


def _no_key(item: Object, key: str) -> PatchRefused:
    return broken(f"map: {go_value(item)} does not contain declared merge key: {key}")


# $setElementOrder -----------------------------------------------------------------------------------


def _set_order(original: Object, patch: Object, directive: str, schema: Schema | None) -> None:
    order = patch.pop(directive)
    _as_list(order)
    name = _target(directive, SET_ORDER, "setElementOrder")
    old, stated = original.get(name), patch.get(name)
    below = _field(schema, name)
    if below is None:
        owner = schema.name.rpartition(".")[2] if schema is not None else ""
        raise broken(f'unable to find api field in struct {owner} for the json field "{name}"')
    key = below.merge_key
    _check_order(_as_list(stated or []), order, key)
    if name not in original and name not in patch:
        return
    merged = _without_directives(stated) if name not in original else _as_list(old)
    if name in original and name in patch:
        merged = _merge_items(_as_list(old), _as_list(stated), below, False)
    original[name] = _ordered(merged, order, _as_list(old or []), key)
    patch.pop(name, None)


def _ordered(merged: Items, order: Items, live: Items, key: str | None) -> Items:
    wanted = [_identity(item, key) for item in order]
    chosen = sorted(
        (item for item in merged if _identity(item, key) in wanted),
        key=lambda item: wanted.index(_identity(item, key)),
    )
    kept = [item for item in merged if _identity(item, key) not in wanted]
    return interleave(kept, chosen, live, key)


def _identity(item: Any, key: str | None) -> Any:
    if key is None:
        return item
    if not isinstance(item, dict):
        raise broken(f"expected a map[string]interface {{}}, but received a {go_type(item)}")
    if key not in item:
        raise _no_key(item, key)
    return item[key]


def _check_order(stated: Items, order: Items, key: str | None) -> None:
    """The items that the patch states must come in the order that it gives."""
    plain = [item for item in stated if not (isinstance(item, dict) and PATCH in item)]
    if not plain or not order:
        return
    rest = iter(_identity(item, key) for item in order)
    for item in plain:
        wanted = _identity(item, key)
        if not any(each == wanted for each in rest):
            lists = f"The order in patch list:\n{go_value(stated)}\n doesn't match {SET_ORDER} list:\n"
            raise broken(f"{lists}{go_value(order)}\n")


def _as_list(value: Any) -> Items:
    if not isinstance(value, list):
        raise broken(f"expected a []interface {{}}, but received a {go_type(value)}")
    return value
