"""Definitions and custom resources: what a real server takes, completes and refuses."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import pytest

STRING = {"type": "string"}
INTEGER = {"type": "integer"}
ITEM = {
    "type": "object",
    "required": ["name"],
    "properties": {"name": STRING, "value": {"type": "string", "default": "v"}},
}
SPEC = {
    "type": "object",
    "required": ["image"],
    "properties": {
        "image": STRING,
        "size": {"type": "integer", "minimum": 1, "maximum": 9, "default": 2},
        "small": {"type": "integer", "format": "int32"},
        "ratio": {"type": "number", "multipleOf": 0.5},
        "tags": {"type": "array", "items": STRING, "x-kubernetes-list-type": "set", "maxItems": 3},
        "args": {"type": "array", "items": STRING, "minItems": 1},
        "items": {
            "type": "array",
            "items": ITEM,
            "x-kubernetes-list-type": "map",
            "x-kubernetes-list-map-keys": ["name"],
        },
        "counts": {"type": "object", "additionalProperties": INTEGER, "maxProperties": 2},
        "mode": {"type": "string", "enum": ["a", "b"], "nullable": True, "default": "a"},
        "word": {"type": "string", "pattern": "^[a-z]+$", "minLength": 2, "maxLength": 5},
        "when": {"type": "string", "format": "date-time"},
        "mail": {"type": "string", "format": "email"},
        "port": {"x-kubernetes-int-or-string": True},
        "free": {"type": "object", "x-kubernetes-preserve-unknown-fields": True},
        "whole": {
            "type": "object",
            "x-kubernetes-map-type": "atomic",
            "properties": {"a": STRING, "b": STRING},
        },
        "one": {
            "type": "object",
            "properties": {"a": STRING, "b": STRING},
            "oneOf": [{"required": ["a"]}, {"required": ["b"]}],
        },
        "any": {
            "type": "object",
            "properties": {"a": STRING, "b": STRING},
            "anyOf": [{"required": ["a"]}, {"required": ["b"]}],
        },
        "all": {
            "type": "object",
            "properties": {"a": STRING, "b": STRING},
            "allOf": [{"required": ["a"]}, {"required": ["b"]}],
        },
        "not": {"type": "object", "properties": {"a": STRING}, "not": {"required": ["a"]}},
        "nested": {
            "type": "object",
            "properties": {"deep": {"type": "integer", "default": 1}},
            "default": {},
        },
    },
}
ROOT = {
    "type": "object",
    "properties": {
        "spec": SPEC,
        "status": {
            "type": "object",
            "properties": {
                "ready": INTEGER,
                "conditions": {
                    "type": "array",
                    "items": {
                        "type": "object",
                        "required": ["type"],
                        "properties": {"type": STRING, "status": STRING},
                    },
                    "x-kubernetes-list-type": "map",
                    "x-kubernetes-list-map-keys": ["type"],
                },
            },
        },
    },
}
_groups = itertools.count(1)


def definition(group: str, root: Any = None, *, status: bool = True, **spec: Any) -> dict[str, Any]:
    version = {"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": root or ROOT}}
    if status:
        version["subresources"] = {"status": {}}
    names = {"plural": "gadgets", "kind": "Gadget"}
    stated = {"group": group, "scope": "Namespaced", "names": names, "versions": [version], **spec}
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"gadgets.{group}"},
        "spec": stated,
    }


Script = list[tuple[Any, ...]]


def script(*steps: tuple[Any, ...], status: bool = True) -> Script:
    """Steps on gadgets of a definition of their own; `g/x` is one, and bodies are `{spec}` or more."""
    group = f"g{next(_groups)}.example.com"
    root = f"/apis/{group}/v1/namespaces/{{ns}}/gadgets"
    built: Script = [
        ("POST", "customresourcedefinitions", definition(group, status=status)),
        ("SERVED", root),
    ]
    for verb, place, *body in steps:
        obj = body[0] if body else None
        if isinstance(obj, dict) and verb.split()[0] in ("POST", "PUT", "APPLY", "FORCE"):
            named = {"name": "x", **obj.get("metadata", {})}
            obj = {"apiVersion": f"{group}/v1", "kind": "Gadget", **obj, "metadata": named}
        built.append((verb, root + place, obj))
    return built


def spec(**fields: Any) -> dict[str, Any]:
    return {"spec": {"image": "i", **fields}}


INVALID: dict[str, Any] = {
    "nothing": {},
    "no image": {"spec": {}},
    "a string for a number": spec(size="x"),
    "a fraction": spec(size=1.5),
    "a bool for a string": {"spec": {"image": True}},
    "a number too large for its format": spec(small=3_000_000_000),
    "null for a string": {"spec": {"image": None}},
    "null in a list": spec(args=[None]),
    "a string for a list": spec(args="x"),
    "a list for an object": {"spec": []},
    "too small": spec(size=0),
    "too large": spec(size=10),
    "no multiple": spec(ratio=0.7),
    "a duplicate in a set": spec(tags=["a", "a"]),
    "too many": spec(tags=["a", "b", "c", "d"]),
    "too few": spec(args=[]),
    "a key that is missing": spec(items=[{}]),
    "a key twice": spec(items=[{"name": "a"}, {"name": "a"}]),
    "a wrong value in a map": spec(counts={"a": "x"}),
    "too many keys": spec(counts={"a": 1, "b": 2, "c": 3}),
    "a value outside of the enum": spec(mode="z"),
    "a wrong pattern": spec(word="ABC"),
    "too short": spec(word="a"),
    "too long": spec(word="aaaaaa"),
    "no time": spec(when="yesterday"),
    "no mail": spec(mail="nope"),
    "an object for an int-or-string": spec(port={}),
    "none of one": spec(one={}),
    "both of one": spec(one={"a": "1", "b": "2"}),
    "none of any": spec(any={}),
    "half of all": spec(all={"a": "1"}),
    "what must not be": spec(**{"not": {"a": "1"}}),
    "several": spec(size=99, word="A", args=[]),
    "a bad name": {"metadata": {"name": "Bad_Name"}, **spec()},
    "a wrong status": {**spec(), "status": {"ready": "x"}},
}
SCRIPTS: dict[str, Script] = {
    "completes and prunes": script(
        ("POST u", "", {**spec(foo=1, free={"x": 1}, items=[{"name": "a", "y": 1}]), "bar": 1}),
        ("GET", "/x"),
    ),
    "null and defaults": script(("POST u", "", spec(size=None, mode=None, word=None, nested={"deep": None}))),
    "unknown fields, strictly": script(
        ("POST u", "?fieldValidation=Strict", {**spec(foo=1, bar=2, items=[{"name": "a", "y": 1}]), "z": 1}),
        ("POST u", "?fieldValidation=Strict", {"metadata": {"foo": 1}, **spec()}),
    ),
    "another kind and version": script(
        ("POST u", "", {"kind": "Other", **spec()}),
        ("POST u", "", {"apiVersion": "other/v1", **spec()}),
    ),
    "applies by two": script(
        ("APPLY a", "/x", spec(items=[{"name": "a", "value": "1"}], tags=["t"], whole={"a": "1"})),
        ("APPLY b", "/x", spec(items=[{"name": "b"}], tags=["u"])),
        ("APPLY b", "/x", spec(items=[{"name": "a", "value": "2"}], whole={"b": "1"})),
        ("APPLY a", "/x", spec(items=[])),
        ("APPLY b", "/x", {}),
        ("GET", "/x"),
    ),
    "applies what does not fit": script(
        ("APPLY a", "/x", spec(foo=1)),
        ("APPLY a", "/x", spec(size="x")),
        ("APPLY a", "/x", spec(items=[{}])),
        ("APPLY a", "/x", spec(items=[{"name": "a"}, {"name": "a"}])),
        ("APPLY a", "/x", spec(tags=["a", "a"])),
        ("APPLY a", "/x", spec(free={"deep": {"er": [1]}}, port="http")),
        ("APPLY b", "/x", spec(free={"deep": {"un": 1}}, port=80)),
    ),
    "status of its own": script(
        ("POST u", "", {**spec(), "status": {"ready": 1}}),
        (
            "MERGE c",
            "/x/status",
            {"status": {"ready": 2}, "spec": {"size": 5}, "metadata": {"labels": {"a": "b"}}},
        ),
        ("MERGE u", "/x", {"status": {"ready": 3}, "spec": {"size": 3}}),
        ("APPLY s", "/x/status", {"status": {"conditions": [{"type": "R", "status": "True"}]}}),
        ("APPLY t", "/x/status", {"status": {"conditions": [{"type": "S"}]}}),
        ("APPLY t", "/x/status", {"status": {"conditions": [{"type": "R", "status": "False"}]}}),
        ("MERGE c", "/x/status", {"status": {"ready": "x"}}),
        ("GET", "/x"),
    ),
    "status in the object": script(
        ("POST u", "", {**spec(), "status": {"ready": 1}}),
        ("MERGE u", "/x", {"status": {"ready": 2}}),
        ("APPLY a", "/x", {**spec(), "status": {"ready": 2}}),
        ("MERGE u", "/x/status", {"status": {"ready": 2}}),
        status=False,
    ),
    "ratchets": script(
        ("POST u", "", spec(size=3)),
        ("MERGE u", "/x", {"spec": {"size": 99}}),
        ("MERGE u", "/x", {"spec": {"size": 4, "args": ["a"]}}),
    ),
    "replaces": script(
        ("POST u", "", spec()),
        ("PUT u", "/x", spec(size=3)),
        ("PUT u", "/x", {"metadata": {"resourceVersion": "1"}, **spec(size=3)}),
        ("PUT u", "/y", {"metadata": {"name": "y"}, **spec()}),
    ),
    "patches": script(
        ("POST u", "", spec(items=[{"name": "a"}], args=["1"])),
        ("JSON u", "/x", [{"op": "add", "path": "/spec/args/-", "value": "2"}]),
        ("JSON u", "/x", [{"op": "test", "path": "/spec/args/0", "value": "no"}]),
        ("STRATEGIC u", "/x", {"spec": {"size": 1}}),
        ("MERGE u", "/x", {"spec": {"items": None, "args": ["3"]}}),
        ("MERGE u", "/x", {"kind": "Other"}),
        ("MERGE u", "/x", {"metadata": {"finalizers": ["bare"]}}),
    ),
}


@pytest.mark.parametrize("name", SCRIPTS)
def test_treats_custom_resources_as_a_real_server_does(name: str, compare: Callable[[Any], None]) -> None:
    compare(SCRIPTS[name])


def test_refuses_custom_resources_as_a_real_server_does(compare: Callable[[Any], None]) -> None:
    """One definition for all, since a real server takes a moment to serve each."""
    compare(script(*(("POST u", "", obj) for obj in INVALID.values())))


def listed(kind: str | None) -> dict[str, Any]:
    """A root whose list of ports and whose map are owned in one piece, or part by part."""
    keyed = (
        {"x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["name"]} if kind == "parts" else {}
    )
    ports = {"type": "array", "items": ITEM, **keyed}
    tags = {"type": "array", "items": STRING, **({"x-kubernetes-list-type": "set"} if keyed else {})}
    whole = {"type": "object", "additionalProperties": STRING}
    if kind == "whole":
        whole["x-kubernetes-map-type"] = "atomic"
    fields = {"ports": ports, "tags": tags, "map": whole}
    return {"type": "object", "properties": {"spec": {"type": "object", "properties": fields}}}


STATED = {"spec": {"ports": [{"name": "a"}, {"name": "b"}], "tags": ["x", "y"], "map": {"k": "1", "l": "2"}}}


@pytest.mark.parametrize(("before", "after"), [("whole", "parts"), ("parts", "whole")])
def test_ownership_follows_a_changed_schema(before: str, after: str, compare: Callable[[Any], None]) -> None:
    group = f"{before}.example.com"
    root = f"/apis/{group}/v1/namespaces/{{ns}}/gadgets"
    gadget = {"apiVersion": f"{group}/v1", "kind": "Gadget", "metadata": {"name": "x"}}
    change = definition(group, listed(after))["spec"]
    compare(
        [
            ("POST", "customresourcedefinitions", definition(group, listed(before))),
            ("SERVED", root),
            ("APPLY a", f"{root}/x", {**gadget, **STATED}),
            ("MERGE", f"customresourcedefinitions/gadgets.{group}?fieldManager=u", {"spec": change}),
            ("WAIT", "", 2),
            ("APPLY b", f"{root}/x", {**gadget, "spec": {"map": {"k": "1"}}}),
            ("APPLY b", f"{root}/x", {**gadget, "spec": {"map": {"k": "2"}, "tags": ["z"]}}),
            ("APPLY a", f"{root}/x", {**gadget, "spec": {"map": {"k": "1"}, "ports": [{"name": "a"}]}}),
            ("MERGE u", f"{root}/x", {"spec": {"map": {"m": "3"}}}),
            ("GET", f"{root}/x"),
        ]
    )


def of(schema: Any) -> dict[str, Any]:
    return definition("d.example.com", {"type": "object", "properties": {"a": schema}})


def versions(*flags: bool) -> list[dict[str, Any]]:
    schema = {"openAPIV3Schema": {"type": "object"}}
    return [
        {"name": f"v{at}", "served": True, "storage": flag, "schema": schema}
        for at, flag in enumerate(flags, 1)
    ]


LIST_MAP = {"x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["k"]}
KEYED = {"type": "object", "properties": {"k": STRING}}
DEFINITIONS: dict[str, dict[str, Any]] = {
    "sound": definition("d.example.com"),
    "no type": of({"description": "x"}),
    "no items": of({"type": "array"}),
    "an unknown type": of({"type": "foo"}),
    "a type of null": of({"type": "null"}),
    "a reference": of({"type": "object", "$ref": "#/x"}),
    "both kinds of properties": of(
        {"type": "object", "properties": {"b": STRING}, "additionalProperties": STRING}
    ),
    "unique items": of({"type": "array", "items": STRING, "uniqueItems": True}),
    "a type in a branch": of({"type": "string", "anyOf": [{"type": "string"}]}),
    "a field in a branch only": of({"type": "object", "anyOf": [{"properties": {"b": {"minLength": 1}}}]}),
    "a bad pattern": of({"type": "string", "pattern": "("}),
    "a default of another type": of({"type": "integer", "default": "x"}),
    "a default with unknown fields": of({"type": "object", "properties": {"b": STRING}, "default": {"c": 1}}),
    "a default out of bounds": of({"type": "integer", "minimum": 5, "default": 1}),
    "a list map without keys": of({"type": "array", "items": KEYED, "x-kubernetes-list-type": "map"}),
    "a list map with an optional key": of({"type": "array", "items": KEYED, **LIST_MAP}),
    "a list map of strings": of({"type": "array", "items": STRING, **LIST_MAP}),
    "a list map with an unknown key": of(
        {"type": "array", "items": {**KEYED, "properties": {"z": STRING}}, **LIST_MAP}
    ),
    "list keys without a type": of({"type": "array", "items": KEYED, "x-kubernetes-list-map-keys": ["k"]}),
    "an unknown list type": of({"type": "array", "items": STRING, "x-kubernetes-list-type": "foo"}),
    "a list type on an object": of({"type": "object", "x-kubernetes-list-type": "set"}),
    "a set of granular objects": of({"type": "array", "items": KEYED, "x-kubernetes-list-type": "set"}),
    "a map type on a string": of({"type": "string", "x-kubernetes-map-type": "atomic"}),
    "preserving nothing": of({"type": "object", "x-kubernetes-preserve-unknown-fields": False}),
    "an int-or-string": of(
        {"x-kubernetes-int-or-string": True, "anyOf": [{"type": "integer"}, {"type": "string"}]}
    ),
    "an embedded string": of({"type": "string", "x-kubernetes-embedded-resource": True}),
    "an embedded object": of({"type": "object", "x-kubernetes-embedded-resource": True}),
    "metadata with labels": definition(
        "d.example.com",
        {
            "type": "object",
            "properties": {"metadata": {"type": "object", "properties": {"labels": {"type": "object"}}}},
        },
    ),
    "metadata with a name": definition(
        "d.example.com",
        {
            "type": "object",
            "properties": {
                "metadata": {"type": "object", "properties": {"name": {**STRING, "maxLength": 5}}}
            },
        },
    ),
    "a root that is a string": definition("d.example.com", {"type": "string"}),
    "a root without a type": definition("d.example.com", {"properties": {"a": STRING}}),
    "another name": {**definition("d.example.com"), "metadata": {"name": "wrong.d.example.com"}},
    "no storage": definition("d.example.com", versions=versions(False)),
    "two storages": definition("d.example.com", versions=versions(True, True)),
    "no scope": definition("d.example.com", scope=""),
    "an unknown scope": definition("d.example.com", scope="Foo"),
    "a group without a dot": definition("d"),
    "a protected group": definition("d.k8s.io"),
    "a bad kind": definition("d.example.com", names={"plural": "gadgets", "kind": "Bad_Kind"}),
    "no kind": definition("d.example.com", names={"plural": "gadgets", "kind": ""}),
    "no schema": definition("d.example.com", versions=[{"name": "v1", "served": True, "storage": True}]),
    "a bad version": definition("d.example.com", versions=[{**versions(True)[0], "name": "V_1"}]),
    "a bad scale": definition(
        "d.example.com",
        versions=[
            {
                **versions(True)[0],
                "subresources": {"scale": {"specReplicasPath": ".status.x", "statusReplicasPath": ""}},
            }
        ],
    ),
    "a bad column": definition(
        "d.example.com",
        versions=[
            {**versions(True)[0], "additionalPrinterColumns": [{"name": "", "type": "foo", "jsonPath": ""}]}
        ],
    ),
}


@pytest.mark.parametrize("name", DEFINITIONS)
def test_judges_definitions_as_a_real_server_does(name: str, compare: Callable[[Any], None]) -> None:
    compare([("POST u", "customresourcedefinitions?dryRun=All", DEFINITIONS[name])])
