"""RFC 7386, by the RFC's own table and java-json-tools' cases."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest

from mendloop.controlplane.patch import PatchRefused, merge_patch

DATA = (
    Path(__file__).parents[4]
    / "shared/vectors/java-json-tools-json-patch/src/test/resources/jsonpatch/mergepatch/patch-object.json"
)
RFC = [
    ({"a": "b"}, {"a": "c"}, {"a": "c"}),
    ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
    ({"a": "b"}, {"a": None}, {}),
    ({"a": "b", "b": "c"}, {"a": None}, {"b": "c"}),
    ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
    ({"a": "c"}, {"a": ["b"]}, {"a": ["b"]}),
    ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
    ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
    ({"e": None}, {"a": 1}, {"e": None, "a": 1}),
    ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
]


def foreign() -> list[Any]:
    if not DATA.is_file():
        return []
    rows = msgspec.json.decode(DATA.read_bytes())
    return [(row["victim"], row["patch"], row["result"]) for row in rows if isinstance(row["victim"], dict)]


@pytest.mark.parametrize(("document", "patch", "expected"), [*RFC, *foreign()])
def test_follows_the_rfc(document: Any, patch: Any, expected: Any) -> None:
    assert merge_patch(document, patch) == expected


def test_drops_nulls_within_new_lists_too() -> None:
    """Unlike the RFC, which takes a list as it stands."""
    assert merge_patch({}, {"a": [{"b": None, "c": 1}, None]}) == {"a": [{"c": 1}, None]}


@pytest.mark.parametrize(("patch", "kind"), [([], "array"), ("x", "string"), (1, "number")])
def test_refuses_what_is_no_object(patch: Any, kind: str) -> None:
    with pytest.raises(PatchRefused) as refused:
        merge_patch({}, patch)
    text = f"json: cannot unmarshal {kind} into Go value of type map[string]interface {{}}"
    assert (refused.value.code, refused.value.message) == (400, f"error decoding patch: {text}")
