"""Causes as a real server gave them (tests/real asks one again)."""

from __future__ import annotations

from typing import Any

import pytest

from mendloop.controlplane.causes import summary
from mendloop.controlplane.schema import default, prune, validate

STRING = {"type": "string"}
SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["spec"],
    "properties": {
        "spec": {
            "type": "object",
            "properties": {
                "size": {"type": "integer", "minimum": 1, "maximum": 9},
                "mult": {"type": "number", "multipleOf": 0.5},
                "list": {"type": "array", "items": STRING, "minItems": 1, "maxItems": 2},
                "set": {"type": "array", "items": STRING, "x-kubernetes-list-type": "set"},
                "lmap": {
                    "type": "array",
                    "x-kubernetes-list-type": "map",
                    "x-kubernetes-list-map-keys": ["name"],
                    "items": {
                        "type": "object",
                        "required": ["name"],
                        "properties": {"name": STRING, "v": {"type": "string", "default": "d"}},
                    },
                },
                "map": {"type": "object", "additionalProperties": {"type": "integer"}},
                "kind": {"type": "string", "enum": ["a", "b"]},
                "pat": {"type": "string", "pattern": "^[a-z]+$", "minLength": 2, "maxLength": 5},
                "date": {"type": "string", "format": "date-time"},
                "email": {"type": "string", "format": "email"},
                "ios": {"x-kubernetes-int-or-string": True},
                "null": {"type": "string", "nullable": True, "default": "d"},
                "dflt": {"type": "integer", "default": 3},
                "free": {"type": "object", "x-kubernetes-preserve-unknown-fields": True},
                "any": {
                    "type": "object",
                    "properties": {"a": STRING, "b": STRING},
                    "oneOf": [{"required": ["a"]}, {"required": ["b"]}],
                },
            },
        },
        "status": {"type": "object", "properties": {"n": {"type": "integer"}}},
    },
}


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        (
            {"size": "x"},
            'spec.size: Invalid value: "string": spec.size in body must be of type integer: "string"',
        ),
        (
            {"list": [None]},
            'spec.list[0]: Invalid value: "null": spec.list[0] in body must be of type string: "null"',
        ),
        ({"kind": "z"}, 'spec.kind: Unsupported value: "z": supported values: "a", "b"'),
        ({"pat": "ABC"}, "spec.pat: Invalid value: \"ABC\": spec.pat in body should match '^[a-z]+$'"),
        ({"pat": "a"}, 'spec.pat: Invalid value: "a": spec.pat in body should be at least 2 chars long'),
        ({"pat": "aaaaaa"}, "spec.pat: Too long: may not be more than 5 bytes"),
        ({"size": 0}, "spec.size: Invalid value: 0: spec.size in body should be greater than or equal to 1"),
        ({"size": 10}, "spec.size: Invalid value: 10: spec.size in body should be less than or equal to 9"),
        ({"mult": 0.7}, "spec.mult: Invalid value: 0.7: spec.mult in body should be a multiple of 0.5"),
        ({"list": ["a", "b", "c"]}, "spec.list: Too many: 3: must have at most 2 items"),
        ({"list": []}, "spec.list: Invalid value: 0: spec.list in body should have at least 1 items"),
        (
            {"map": {"a": "x"}},
            'spec.map.a: Invalid value: "string": spec.map.a in body must be of type integer: "string"',
        ),
        (
            {"date": "yesterday"},
            'spec.date: Invalid value: "yesterday": spec.date in body must be of type date-time: "yesterday"',
        ),
        (
            {"email": "nope"},
            'spec.email: Invalid value: "nope": spec.email in body must be of type email: "nope"',
        ),
        ({"set": ["a", "a"]}, 'spec.set[1]: Duplicate value: "a"'),
        ({"lmap": [{}]}, "spec.lmap[0].name: Required value"),
        (
            {"ios": {}},
            'spec.ios: Invalid value: "object": spec.ios in body must be of type integer,string: "object"',
        ),
        (
            {"any": {"a": "1", "b": "2"}},
            '<nil>: Invalid value: "": "spec.any" must validate one and only one schema (oneOf).'
            " Found 2 valid alternatives",
        ),
    ],
)
def test_names_the_cause_as_a_real_server_does(spec: Any, expected: str) -> None:
    assert summary(validate(SCHEMA, {"spec": spec})) == expected


def test_a_fraction_is_refused_twice_as_on_a_real_server() -> None:
    causes = validate(SCHEMA, {"spec": {"size": 1.5}})
    assert [cause.message for cause in causes] == [
        'Invalid value: "number": spec.size in body must be of type integer: "number"',
        'Invalid value: "": Checked value must be of type integer (default format) in spec.size',
    ]


def test_none_of_several_names_the_first_branch() -> None:
    causes = validate(SCHEMA, {"spec": {"any": {}}})
    assert [cause.field for cause in causes] == ["<nil>", "spec.any.a"]


def test_the_root_is_named_in_fields_only() -> None:
    [cause] = validate(SCHEMA["properties"]["status"], {"n": "x"}, root="status")
    assert (cause.field, cause.message) == (
        "status.n",
        'Invalid value: "string": n in body must be of type integer: "string"',
    )


def test_what_did_not_change_is_not_judged_again() -> None:
    """Ratcheting, KEP-4008."""
    old = {"spec": {"size": 99, "list": ["x"]}}
    assert validate(SCHEMA, {"spec": {"size": 99, "list": ["y"]}}, old=old) == []
    assert validate(SCHEMA, {"spec": {"size": 98}}, old=old) != []


def test_prunes_what_the_schema_does_not_know() -> None:
    obj = {
        "apiVersion": "e.io/v1",
        "kind": "T",
        "metadata": {"name": "t", "foo": 1},
        "spec": {"size": 1, "nope": 1, "free": {"any": 1}, "lmap": [{"name": "a", "x": 1}], "map": {"k": 1}},
        "other": 1,
    }
    assert prune(SCHEMA, obj) == ["metadata.foo", "other", "spec.lmap[0].x", "spec.nope"]
    assert obj["spec"] == {"size": 1, "free": {"any": 1}, "lmap": [{"name": "a"}], "map": {"k": 1}}


def test_defaults_take_the_place_of_nulls_that_may_not_be() -> None:
    """APIFACTS 28."""
    obj = {"spec": {"null": None, "dflt": None, "kind": None, "lmap": [{"name": "a"}]}}
    default(SCHEMA, obj)
    assert obj == {"spec": {"null": None, "dflt": 3, "lmap": [{"name": "a", "v": "d"}]}}
