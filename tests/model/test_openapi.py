"""Schemas: references, lists' relations, and what marks a node as quantity or as free-form."""

from __future__ import annotations

import pytest
from msgspec import UNSET

from mendloop.model.openapi import Schema, kinds_in
from mendloop.model.schemas import Schemas

REF = "#/components/schemas/"

DOCUMENT = {
    "components": {
        "schemas": {
            "io.k8s.api.apps.v1.Mill": {
                "type": "object",
                "x-kubernetes-group-version-kind": [{"group": "apps", "version": "v1", "kind": "Mill"}],
                "properties": {
                    "spec": {"allOf": [{"$ref": REF + "io.k8s.api.apps.v1.MillSpec"}], "default": {}},
                },
            },
            "io.k8s.api.apps.v1.MillSpec": {
                "type": "object",
                "required": ["stones"],
                "properties": {
                    "stones": {"type": "integer", "format": "int32"},
                    "flour": {"$ref": REF + "io.k8s.apimachinery.pkg.api.resource.Quantity"},
                    "door": {"$ref": REF + "io.k8s.apimachinery.pkg.util.intstr.IntOrString"},
                    "labels": {"type": "object", "additionalProperties": {"type": "string"}},
                    "inner": {"$ref": REF + "io.k8s.api.apps.v1.MillSpec"},
                    "raw": {"type": "object"},
                    "sacks": {
                        "type": "array",
                        "items": {"type": "string"},
                        "x-kubernetes-patch-strategy": "merge,retainKeys",
                        "x-kubernetes-patch-merge-key": "name",
                    },
                },
            },
            "io.k8s.apimachinery.pkg.api.resource.Quantity": {
                "oneOf": [{"type": "string"}, {"type": "number"}]
            },
            "io.k8s.apimachinery.pkg.util.intstr.IntOrString": {
                "format": "int-or-string",
                "oneOf": [{"type": "integer"}, {"type": "string"}],
            },
        }
    }
}


def mill() -> Schema:
    return kinds_in(DOCUMENT)["apps/v1/Mill"]


def field(schema: Schema, *names: str) -> Schema:
    for name in names:
        found = schema.field(name)
        assert found is not None, name
        schema = found
    return schema


def test_resolves_a_reference_beside_a_default() -> None:
    spec = field(mill(), "spec")
    assert spec.default == {}
    assert spec.name == "io.k8s.api.apps.v1.MillSpec"
    assert field(mill(), "spec", "stones").default is UNSET
    assert spec.required == {"stones"}


def test_a_kind_may_contain_itself() -> None:
    assert field(mill(), "spec", "inner", "inner", "inner", "stones").type == "integer"


def test_knows_quantities_and_int_or_string_by_their_definitions() -> None:
    spec = field(mill(), "spec")
    assert field(spec, "flour").quantity
    assert not field(spec, "flour").int_or_string
    assert field(spec, "door").int_or_string


def test_knows_controller_gens_quantity_by_its_pattern() -> None:
    node = {
        "anyOf": [{"type": "integer"}, {"type": "string"}],
        "pattern": r"^(\+|-)?(([0-9]+(\.[0-9]*)?)|(\.[0-9]+))(([KMGTPE]i)"
        r"|[numkMGTPE]|([eE](\+|-)?(([0-9]+(\.[0-9]*)?)|(\.[0-9]+))))?$",
        "x-kubernetes-int-or-string": True,
    }
    assert Schema.from_openapi({}, node).quantity


def test_takes_the_list_relation_from_the_patch_strategy_where_no_list_type_is_said() -> None:
    sacks = field(mill(), "spec", "sacks")
    assert (sacks.list_type, sacks.map_keys) == ("map", ("name",))
    assert not sacks.atomic


def test_a_map_gives_its_value_schema_for_any_key() -> None:
    labels = field(mill(), "spec", "labels")
    assert labels.is_map
    assert field(labels, "app").type == "string"


def test_an_object_without_properties_is_opaque() -> None:
    assert field(mill(), "spec", "raw").opaque
    assert not field(mill(), "spec").opaque
    assert field(mill(), "spec").field("missing") is None


def test_typed_is_what_comes_from_go_types_of_kubernetes() -> None:
    assert field(mill(), "spec", "stones").typed
    structural = {"type": "object", "properties": {"spec": {"type": "object", "properties": {}}}}
    bakery = Schema.from_crd(structural)
    assert not field(bakery, "spec").typed


def test_a_custom_resource_has_real_metadata() -> None:
    bakery = Schema.from_crd({"type": "object", "properties": {"metadata": {"type": "object"}}})
    assert field(bakery, "metadata", "finalizers").list_type == "set"
    assert field(bakery, "metadata", "ownerReferences").map_keys == ("uid",)
    assert field(bakery, "metadata", "labels", "app").type == "string"


def test_a_missing_definition_is_named() -> None:
    with pytest.raises(KeyError, match="no/such"):
        Schema.from_openapi(DOCUMENT, "no/such")


def test_the_index_prefers_what_was_handed_in() -> None:
    schemas = Schemas(bundled=False)
    assert schemas.get("apps/v1/Mill") is None
    assert schemas.add(DOCUMENT) == ("apps/v1/Mill",)
    assert schemas.of({"apiVersion": "apps/v1", "kind": "Mill"}) is schemas.get("apps/v1/Mill")


def test_the_index_learns_each_version_of_a_crd() -> None:
    crd = {
        "spec": {
            "group": "food.example.org",
            "names": {"kind": "Bakery"},
            "versions": [
                {"name": "v1", "schema": {"openAPIV3Schema": {"type": "object"}}},
                {"name": "v1beta1"},
            ],
        }
    }
    schemas = Schemas(bundled=False)
    assert schemas.add_crd(crd) == ("food.example.org/v1/Bakery",)
    schemas.drop(["food.example.org/v1/Bakery"])
    assert schemas.get("food.example.org/v1/Bakery") is None
