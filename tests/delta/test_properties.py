"""Laws of diff over generated manifests: nothing differs from itself, and a delta does what it says."""

from __future__ import annotations

import copy
from typing import Any

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from mendloop.delta import applied, diff, json_patch, learn, merge_patch
from mendloop.delta.walk import identical
from mendloop.model.openapi import Schema

OWNER = "laws.example.com"
LAW = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
QUANTITY = {
    "x-kubernetes-int-or-string": True,
    "pattern": r"^(\+|-)?(([0-9]+(\.[0-9]*)?)|(\.[0-9]+))(([KMGTPE]i)|[numkMGTPE]|)$",
}
ITEM = {
    "type": "object",
    "properties": {
        "name": {"type": "string"},
        "zone": {"type": "string", "default": "a"},
        "size": QUANTITY,
        "on": {"type": "boolean"},
    },
}
SCHEMA = Schema.from_crd(
    {
        "type": "object",
        "properties": {
            "spec": {
                "type": "object",
                "properties": {
                    "count": {"type": "integer"},
                    "text": {"type": "string"},
                    "size": QUANTITY,
                    "port": {"x-kubernetes-int-or-string": True},
                    "tags": {"type": "array", "items": {"type": "string"}, "x-kubernetes-list-type": "set"},
                    "rows": {
                        "type": "array",
                        "items": ITEM,
                        "x-kubernetes-list-type": "map",
                        "x-kubernetes-list-map-keys": ["name", "zone"],
                    },
                    "steps": {"type": "array", "items": ITEM},
                    "free": {"type": "object", "additionalProperties": {"type": "string"}},
                    "whole": {
                        "type": "object",
                        "additionalProperties": {"type": "string"},
                        "x-kubernetes-map-type": "atomic",
                    },
                    "any": {"x-kubernetes-preserve-unknown-fields": True},
                },
            }
        },
    }
)

WORDS = st.sampled_from(["", "a", "b", "c/d", 'e"f', "~"])
SIZES = st.sampled_from(["1", "1000m", 1, "1k", "1000", "0.5", "500m", "2Gi", "2048Mi"])
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers(0, 2) | st.sampled_from([1.0, 0.5]) | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=6,
)


def optional(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional=fields)


ITEMS = st.builds(
    lambda name, rest: {"name": name, **rest},
    st.sampled_from(["x", "y", "z"]),
    optional(zone=st.sampled_from(["a", "b"]), size=SIZES, on=st.booleans()),
)
ROWS = st.lists(ITEMS, max_size=4, unique_by=lambda item: (item["name"], item.get("zone", "a")))
SPECS = optional(
    count=st.integers(0, 3),
    text=WORDS,
    size=SIZES,
    port=st.sampled_from([80, "80", "http"]),
    tags=st.lists(WORDS, unique=True, max_size=3),
    rows=ROWS,
    steps=st.lists(ITEMS, max_size=3),
    free=st.dictionaries(WORDS, WORDS, max_size=3),
    whole=st.dictionaries(WORDS, WORDS, max_size=3),
    any=st.dictionaries(WORDS, ANYTHING, max_size=2),
)
META = optional(
    labels=st.dictionaries(WORDS, WORDS, max_size=2), finalizers=st.lists(WORDS, unique=True, max_size=2)
)
MANIFESTS = st.builds(lambda meta, spec: {"kind": "Law", "metadata": meta, "spec": spec}, META, SPECS)


@LAW
@given(MANIFESTS)
def test_nothing_differs_from_itself(manifest: dict[str, Any]) -> None:
    assert diff(manifest, copy.deepcopy(manifest), SCHEMA, OWNER).empty
    assert diff(manifest, copy.deepcopy(manifest), None, OWNER).empty


@LAW
@given(MANIFESTS, MANIFESTS)
def test_an_applied_delta_leaves_no_difference(wish: dict[str, Any], live: dict[str, Any]) -> None:
    delta = diff(wish, live, SCHEMA, OWNER)
    assert diff(wish, applied(delta, live, SCHEMA), SCHEMA, OWNER).empty


@LAW
@given(MANIFESTS, MANIFESTS)
def test_diff_changes_neither_side(wish: dict[str, Any], live: dict[str, Any]) -> None:
    before = copy.deepcopy((wish, live))
    applied(diff(wish, live, SCHEMA, OWNER), live, SCHEMA)
    assert identical([wish, live], list(before))


@LAW
@given(MANIFESTS, st.randoms(use_true_random=False))
def test_order_means_nothing_in_sets_and_list_maps(manifest: dict[str, Any], rng: Any) -> None:
    live = copy.deepcopy(manifest)
    for name in ("tags", "rows"):
        rng.shuffle(live["spec"].get(name, []))
    assert diff(manifest, live, SCHEMA, OWNER).empty


@LAW
@given(MANIFESTS, MANIFESTS)
def test_what_was_learned_is_not_fought_over(wish: dict[str, Any], answer: dict[str, Any]) -> None:
    learned = learn(wish, answer, SCHEMA, OWNER)
    delta = diff(wish, answer, SCHEMA, OWNER, learned=learned)
    assert delta.empty
    assert set(delta.tolerated) == set(learned)


@LAW
@given(ANYTHING, ANYTHING)
def test_a_json_patch_makes_the_new_of_the_old(old: Any, new: Any) -> None:
    for tested in (False, True):
        assert identical(patched(old, json_patch(old, new, tested=tested)), new)
    assert json_patch(old, copy.deepcopy(old)) == []


@LAW
@given(st.dictionaries(WORDS, ANYTHING, max_size=3), st.dictionaries(WORDS, ANYTHING, max_size=3))
def test_a_merge_patch_makes_the_new_of_the_old(old: dict[str, Any], new: dict[str, Any]) -> None:
    assume(not holds_null(new))
    patch = merge_patch(old, new)
    assert identical(merged(old, patch), new)
    assert merge_patch(new, copy.deepcopy(new)) == {}


def holds_null(value: Any) -> bool:
    """A null as an object's value, which a merge patch cannot write."""
    if isinstance(value, dict):
        return any(inner is None or holds_null(inner) for inner in value.values())
    return isinstance(value, list) and any(holds_null(inner) for inner in value)


def merged(target: Any, patch: Any) -> Any:
    """RFC 7386, section 2, word for word."""
    if not isinstance(patch, dict):
        return patch
    result = dict(target) if isinstance(target, dict) else {}
    for name, value in patch.items():
        if value is None:
            result.pop(name, None)
        else:
            result[name] = merged(result.get(name), value)
    return result


def patched(document: Any, patch: list[Any]) -> Any:
    """RFC 6902, the four operations that are written here."""
    document = copy.deepcopy(document)
    for step in patch:
        if not step["path"]:
            if step["op"] == "test":
                assert identical(document, step["value"])
            else:
                document = copy.deepcopy(step["value"])
            continue
        *above, last = [part.replace("~1", "/").replace("~0", "~") for part in step["path"].split("/")[1:]]
        target = document
        for part in above:
            target = target[int(part)] if isinstance(target, list) else target[part]
        place: Any = int(last) if isinstance(target, list) else last
        match step["op"]:
            case "test":
                assert identical(target[place], step["value"])
            case "remove":
                del target[place]
            case "add" if isinstance(target, list):
                target.insert(place, copy.deepcopy(step["value"]))
            case _:
                target[place] = copy.deepcopy(step["value"])
    return document
