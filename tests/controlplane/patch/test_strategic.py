"""Strategic merge patch on a Pod-like schema; the refusals are those of a real server."""

from __future__ import annotations

from typing import Any

import pytest

from mendloop.controlplane.patch import PatchRefused, strategic_merge_patch
from mendloop.model.openapi import Schema

STRING = {"type": "string"}
STRINGS = {"type": "array", "items": STRING}
MERGE_BY_NAME = {"x-kubernetes-patch-strategy": "merge", "x-kubernetes-patch-merge-key": "name"}
CONTAINER = {
    "type": "object",
    "properties": {
        "name": STRING,
        "image": STRING,
        "args": STRINGS,
        "env": {
            "type": "array",
            "items": {"type": "object", "properties": {"name": STRING, "value": STRING}},
            **MERGE_BY_NAME,
        },
    },
}
SCHEMA = Schema.from_openapi(
    {},
    {
        "type": "object",
        "properties": {
            "labels": {"type": "object", "additionalProperties": STRING},
            "finalizers": {**STRINGS, "x-kubernetes-patch-strategy": "merge"},
            "args": STRINGS,
            "strategy": {
                "type": "object",
                "x-kubernetes-patch-strategy": "retainKeys",
                "properties": {"type": STRING, "rollingUpdate": {"type": "object"}},
            },
            "containers": {"type": "array", "items": CONTAINER, **MERGE_BY_NAME},
        },
    },
)


def patched(document: Any, patch: Any) -> Any:
    return strategic_merge_patch(document, patch, SCHEMA)


def names(items: list[dict[str, Any]]) -> str:
    return "".join(item["name"] for item in items)


def containers(text: str) -> list[dict[str, Any]]:
    return [{"name": each, "image": "i"} for each in text]


@pytest.mark.parametrize(
    ("document", "patch", "expected"),
    [
        ({"labels": {"a": "1"}}, {"labels": {"b": "2"}}, {"labels": {"a": "1", "b": "2"}}),
        ({"labels": {"a": "1"}}, {"labels": {"a": None}}, {"labels": {}}),
        ({"labels": {"a": "1"}}, {"labels": {"$patch": "replace", "b": "2"}}, {"labels": {"b": "2"}}),
        ({"labels": {"a": "1"}}, {"labels": {"$patch": "delete"}}, {"labels": {}}),
        ({}, {"labels": {"a": None, "b": "2"}}, {"labels": {"b": "2"}}),
        ({"args": ["a"]}, {"args": ["b"]}, {"args": ["b"]}),
        ({"finalizers": ["a", "b"]}, {"finalizers": ["c"]}, {"finalizers": ["c", "a", "b"]}),
        ({"finalizers": ["a", "b"]}, {"$deleteFromPrimitiveList/finalizers": ["a"]}, {"finalizers": ["b"]}),
        (
            {"finalizers": ["a", "b"]},
            {"$setElementOrder/finalizers": ["b", "a"]},
            {"finalizers": ["b", "a"]},
        ),
        (
            {"strategy": {"type": "RollingUpdate", "rollingUpdate": {}}},
            {"strategy": {"$retainKeys": ["type"], "type": "Recreate"}},
            {"strategy": {"type": "Recreate"}},
        ),
    ],
)
def test_merges(document: Any, patch: Any, expected: Any) -> None:
    assert patched(document, patch) == expected


def test_merges_items_by_their_key() -> None:
    document = {"containers": [{"name": "a", "image": "1", "env": [{"name": "X", "value": "1"}]}]}
    patch = {"containers": [{"name": "a", "image": "2", "env": [{"name": "Y", "value": "2"}]}]}
    [item] = patched(document, patch)["containers"]
    assert item["image"] == "2"
    assert names(item["env"]) == "YX"


def test_puts_new_items_first() -> None:
    """APIFACTS 27."""
    after = patched({"containers": containers("ab")}, {"containers": containers("c")})
    assert names(after["containers"]) == "cab"


@pytest.mark.parametrize(
    ("live", "stated", "order", "expected"),
    [("abc", "", "ca", "bca"), ("ab", "c", "cba", "cba"), ("ab", "c", "abc", "abc"), ("", "ab", "ba", "")],
)
def test_orders_items_as_told(live: str, stated: str, order: str, expected: str) -> None:
    patch: dict[str, Any] = {"$setElementOrder/containers": [{"name": each} for each in order]}
    if stated:
        patch["containers"] = containers(stated)
    if not expected:
        with pytest.raises(PatchRefused, match="The order in patch list"):
            patched({}, patch)
        return
    assert names(patched({"containers": containers(live)}, patch)["containers"]) == expected


def test_deletes_and_replaces_items() -> None:
    live = {"containers": containers("ab")}
    assert names(patched(live, {"containers": [{"name": "a", "$patch": "delete"}]})["containers"]) == "b"
    patch = {"containers": [{"$patch": "replace"}, *containers("c")]}
    assert names(patched(live, patch)["containers"]) == "c"


@pytest.mark.parametrize(
    ("patch", "code", "message"),
    [
        ({"labels": {"$patch": "frob"}}, 500, "unknown patch type: frob in map: map[$patch:frob]"),
        (
            {"containers": [{"image": "z"}]},
            500,
            "map: map[image:z] does not contain declared merge key: name",
        ),
        (
            {"containers": [{"name": "a", "$patch": "merge"}]},
            500,
            "merging lists cannot yet be specified in the patch",
        ),
        (
            {"$setElementOrder/containers": [{"name": "zz"}], "containers": [{"image": "q", "name": "a"}]},
            500,
            "The order in patch list:\n[map[image:q name:a]]\n doesn't match $setElementOrder list:\n"
            "[map[name:zz]]\n",
        ),
        ({"strategy": {"$retainKeys": "x"}}, 400, "invalid patch format of retainKeys"),
        ([], 400, "json: cannot unmarshal array into Go value of type map[string]interface {}"),
    ],
)
def test_refuses_in_a_real_servers_words(patch: Any, code: int, message: str) -> None:
    live = {"labels": {"a": "1"}, "containers": containers("a"), "strategy": {"type": "x"}}
    with pytest.raises(PatchRefused) as refused:
        patched(live, patch)
    assert (refused.value.code, refused.value.message) == (code, message)


def test_is_not_for_custom_resources() -> None:
    with pytest.raises(PatchRefused) as refused:
        strategic_merge_patch({}, {}, None)
    assert refused.value.code == 415
