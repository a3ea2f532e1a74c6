"""RFC 7386 (JSON merge patch) as kube-apiserver understands it.

Where it differs from the RFC: nulls go from objects within a list too, and a list or scalar in place of the
patch object is refused.
"""

from __future__ import annotations

from typing import Any

from mendloop.controlplane.gotext import json_kind
from mendloop.controlplane.patch.refusals import bad_request, undecodable


def merge_patch(document: dict[str, Any], patch: Any) -> dict[str, Any]:
    """The document with the patch laid over it: null removes, objects merge, all else replaces.

    Errors: `PatchRefused` 400 where the patch is no object.
    """
    if patch is None:
        raise bad_request("Invalid JSON Patch")
    if not isinstance(patch, dict):
        into = "Go value of type map[string]interface {}"
        raise undecodable(f"json: cannot unmarshal {json_kind(patch)} into {into}")
    return _merge(document, patch)


def _merge(document: dict[str, Any], patch: dict[str, Any]) -> dict[str, Any]:
    merged = dict(document)
    for name, value in patch.items():
        if value is None:
            merged.pop(name, None)
            continue
        old = merged.get(name)
        if not isinstance(old, dict):
            merged[name] = without_nulls(value)
        else:
            # A list that takes an object's place keeps its nulls, unlike one that comes anew.
            merged[name] = _merge(old, value) if isinstance(value, dict) else value
    return merged


def without_nulls(value: Any) -> Any:
    """The value without any object key that is null, within lists too."""
    if isinstance(value, dict):
        return {name: without_nulls(inner) for name, inner in value.items() if inner is not None}
    return [without_nulls(item) for item in value] if isinstance(value, list) else value
