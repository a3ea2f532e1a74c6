"""Which CustomResourceDefinitions are taken, and in which words the others are refused."""

from __future__ import annotations

from typing import Any

import pytest

from mendloop.controlplane.causes import summary
from mendloop.controlplane.schema import check_crd

ROOT = "spec.validation.openAPIV3Schema"


def definition(schema: Any = None, **changes: Any) -> dict[str, Any]:
    version = {
        "name": "v1",
        "served": True,
        "storage": True,
        "schema": {
            "openAPIV3Schema": {"type": "object", "properties": {"a": schema}}
            if schema
            else {"type": "object"}
        },
    }
    spec = {
        "group": "t.example.com",
        "scope": "Namespaced",
        "names": {"plural": "gizmos", "singular": "gizmo", "kind": "Gizmo", "listKind": "GizmoList"},
        "versions": [version],
        **changes,
    }
    return {
        "metadata": {"name": "gizmos.t.example.com"},
        "spec": spec,
        "status": {"storedVersions": ["v1"]},
    }


def test_takes_a_plain_definition() -> None:
    assert check_crd(definition({"type": "string"})) == []


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({"description": "x"}, "type: Required value: must not be empty for specified object fields"),
        ({"type": "array"}, "items: Required value: must be specified"),
        (
            {"type": "string", "pattern": "("},
            'pattern: Invalid value: "(": must be a valid regular expression, but isn\'t: '
            "error parsing regexp: missing closing ): `(`",
        ),
        (
            {"type": "array", "items": {"type": "object"}, "x-kubernetes-list-type": "map"},
            "x-kubernetes-list-map-keys: Required value: must not be empty if x-kubernetes-list-type is map",
        ),
        (
            {"type": "integer", "default": "x"},
            'default: Invalid value: "string":  in body must be of type integer: "string"',
        ),
        (
            {
                "type": "object",
                "properties": {"b": {"type": "string"}},
                "additionalProperties": {"type": "string"},
            },
            "additionalProperties: Forbidden: additionalProperties and properties are mutual exclusive",
        ),
        (
            {"type": "string", "anyOf": [{"type": "string"}]},
            "anyOf[0].type: Forbidden: must be empty to be structural",
        ),
        ({"type": "string", "$ref": "#/x"}, "$ref: Forbidden: $ref is not supported"),
        (
            {"type": "array", "items": {"type": "string"}, "uniqueItems": True},
            "uniqueItems: Forbidden: uniqueItems cannot be set to true since the runtime complexity"
            " becomes quadratic",
        ),
    ],
)
def test_names_the_rule_that_a_schema_breaks(schema: Any, expected: str) -> None:
    assert summary(check_crd(definition(schema))) == f"{ROOT}.properties[a].{expected}"


def test_refuses_cel_rules_clearly() -> None:
    schema = {"type": "integer", "x-kubernetes-validations": [{"rule": "self > 1"}]}
    [cause] = check_crd(definition(schema))
    assert cause.reason == "FieldValueForbidden"
    assert "CEL rules are not supported by this control plane" in cause.message


@pytest.mark.parametrize(
    ("changes", "field", "message"),
    [
        (
            {"group": "x"},
            "metadata.name",
            'Invalid value: "gizmos.t.example.com": must be spec.names.plural+"."+spec.group',
        ),
        (
            {"scope": "Foo"},
            "spec.scope",
            'Unsupported value: "Foo": supported values: "Cluster", "Namespaced"',
        ),
    ],
)
def test_names_the_rule_that_the_rest_breaks(changes: Any, field: str, message: str) -> None:
    cause = check_crd(definition(**changes))[0]
    assert (cause.field, cause.message) == (field, message)


def test_needs_exactly_one_storage_version() -> None:
    crd = definition()
    crd["spec"]["versions"][0]["storage"] = False
    crd["status"] = {}
    assert [cause.field for cause in check_crd(crd)] == ["spec.versions", "status.storedVersions"]


def test_keeps_the_group_and_what_is_stored() -> None:
    old, new = definition(), definition(group="z.example.com")
    assert check_crd(new, old)[0].message == 'Invalid value: "z.example.com": field is immutable'
    renamed = definition()
    renamed["spec"]["versions"][0]["name"] = "v2"
    assert "status.storedVersions[0]" in [cause.field for cause in check_crd(renamed, old)]
