"""Structural schemas and CustomResourceDefinitions from types."""

# msgspec gives each value its own copy of an empty default

from __future__ import annotations

import dataclasses
import enum
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal

import pytest

from mendloop.model.crd import crd
from mendloop.model.resource import Resource, Scale
from mendloop.model.structural import Unstructural, schema_of
from mendloop.model.types import Meta, Model, Quantity, Spec, Status


class Level(str, enum.Enum):  # noqa: UP042  # the older spelling is what users have
    """How much is said."""

    quiet = "quiet"
    loud = "loud"


class ByName(Model, tag="byName"):
    name: str


class ByLabel(Model, tag="byLabel"):
    labels: dict[str, str]


class Port(Model):
    name: str
    port: Annotated[int, Meta(ge=1, le=65535)] = 80


@dataclasses.dataclass
class Plain:
    count: int = 1


class ThingSpec(Spec):
    """What is asked for."""

    level: Level = Level.quiet
    fallback: Level | None = None
    port: int | str = 80
    target: ByName | ByLabel
    extra: dict[str, Any] = {}
    window: timedelta = timedelta(minutes=5)
    size: Quantity = "1Gi"
    tags: set[str] = set()
    since: datetime | None = None
    mode: Literal["a", "b"] = "a"
    plain: Plain | None = None
    share: Annotated[float, Meta(gt=0, lt=1)] = 0.5
    name: Annotated[str, Meta(min_length=1, max_length=63, pattern="^[a-z]+$", description="A name.")] = "x"
    anything: Any = None
    weights: Mapping[str, int] = {}
    replicas: int = 1
    ports: Annotated[
        Sequence[Port],
        Meta(
            max_length=9,
            extra_json_schema={"x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["name"]},
        ),
    ] = ()


class ThingStatus(Status):
    replicas: int = 0
    phase: Literal["New", "Old"] = "New"


class Thing(
    Resource[ThingSpec, ThingStatus],
    group="e.example.com",
    version="v1",
    short_names=["th"],
    columns={"Level": "spec.level", "Replicas": "status.replicas", "Since": "spec.since"},
    scale=Scale(),
):
    """A thing."""


def version() -> dict[str, Any]:
    (only,) = crd(Thing)["spec"]["versions"]
    return dict(only)


def fields() -> dict[str, Any]:
    spec = version()["schema"]["openAPIV3Schema"]["properties"]["spec"]
    return dict(spec["properties"])


def test_names_and_scope_come_from_the_class() -> None:
    definition = crd(Thing)
    assert definition["metadata"]["name"] == "things.e.example.com"
    assert definition["spec"]["names"] == {
        "plural": "things",
        "singular": "thing",
        "kind": "Thing",
        "listKind": "ThingList",
        "shortNames": ["th"],
    }
    assert definition["spec"]["scope"] == "Namespaced"


def test_subresources_and_columns() -> None:
    assert version()["subresources"] == {
        "status": {},
        "scale": {"specReplicasPath": ".spec.replicas", "statusReplicasPath": ".status.replicas"},
    }
    columns = [(one["name"], one["type"]) for one in version()["additionalPrinterColumns"]]
    assert columns == [
        ("Ready", "string"),
        ("Level", "string"),
        ("Replicas", "integer"),
        ("Since", "date"),
        ("Age", "date"),
    ]


@pytest.mark.parametrize(
    ("field", "schema"),
    [
        ("mode", {"type": "string", "enum": ["a", "b"], "default": "a"}),
        ("port", {"x-kubernetes-int-or-string": True, "default": 80}),
        ("extra", {"type": "object", "x-kubernetes-preserve-unknown-fields": True}),
        ("anything", {"x-kubernetes-preserve-unknown-fields": True}),
        ("since", {"type": "string", "format": "date-time", "nullable": True}),
        ("tags", {"type": "array", "items": {"type": "string"}, "x-kubernetes-list-type": "set"}),
        ("weights", {"type": "object", "additionalProperties": {"type": "integer", "format": "int64"}}),
        ("replicas", {"type": "integer", "format": "int64", "default": 1}),
        (
            "share",
            {
                "type": "number",
                "minimum": 0,
                "exclusiveMinimum": True,
                "maximum": 1,
                "exclusiveMaximum": True,
                "default": 0.5,
            },
        ),
        (
            "name",
            {
                "type": "string",
                "minLength": 1,
                "maxLength": 63,
                "pattern": "^[a-z]+$",
                "description": "A name.",
                "default": "x",
            },
        ),
        (
            "fallback",
            {
                "type": "string",
                "pattern": "^(quiet|loud)$",
                "description": "How much is said.",
                "nullable": True,
            },
        ),
        (
            "plain",
            {
                "type": "object",
                "properties": {"count": {"type": "integer", "format": "int64", "default": 1}},
                "nullable": True,
            },
        ),
    ],
)
def test_each_type_has_one_structural_form(field: str, schema: dict[str, Any]) -> None:
    assert fields()[field] == schema


def test_null_is_allowed_only_where_the_type_says_so() -> None:
    nullable = {name for name, schema in fields().items() if schema.get("nullable")}
    assert nullable == {"fallback", "since", "plain"}


def test_durations_and_quantities_have_patterns_and_defaults_on_the_wire() -> None:
    assert fields()["window"]["default"] == "5m0s"
    assert fields()["size"]["x-kubernetes-int-or-string"]
    assert fields()["size"]["default"] == "1Gi"


def test_a_list_map_keeps_its_keys_and_bounds() -> None:
    ports = fields()["ports"]
    assert ports["x-kubernetes-list-map-keys"] == ["name"]
    assert ports["maxItems"] == 9
    assert ports["items"]["required"] == ["name"]


def test_a_tagged_union_is_one_object_whose_tag_decides() -> None:
    target = fields()["target"]
    assert set(target["properties"]) == {"type", "name", "labels"}
    assert target["required"] == ["type"]
    by_name, by_label = target["allOf"]
    other_tag, so = by_name["anyOf"]
    assert so == {
        "properties": {"type": {"enum": ["byName"]}},
        "required": ["name"],
        "not": {"anyOf": [{"required": ["labels"]}]},
    }
    assert other_tag == {"properties": {"type": {"not": {"enum": ["byName"]}}}}
    assert by_label["anyOf"][1]["required"] == ["labels"]


def test_a_status_has_conditions_as_a_list_map_and_no_defaults() -> None:
    status = version()["schema"]["openAPIV3Schema"]["properties"]["status"]["properties"]
    assert status["conditions"]["x-kubernetes-list-map-keys"] == ["type"]
    assert status["phase"] == {"type": "string", "enum": ["New", "Old"]}
    assert status["replicas"] == {"type": "integer", "format": "int64"}


def test_descriptions_come_from_docstrings() -> None:
    schema = version()["schema"]["openAPIV3Schema"]
    assert schema["description"] == "A thing."
    assert schema["properties"]["spec"]["description"] == "What is asked for."
    assert schema["required"] == ["spec"]


class Recursive(Model):
    children: Sequence[Recursive] = ()


class Outer(Spec):
    tree: Recursive | None = None


class Pairs(Spec):
    pair: tuple[int, str] = (1, "a")


class Mixed(Spec):
    choice: Literal[1, "a"] = 1


class Numbered(Spec):
    by_number: dict[int, str] = {}


class Sets(Spec):
    ports: frozenset[Port] = frozenset()


class Quarrel(Model, tag="quarrel"):
    name: int = 1


class Disagreeing(Spec):
    target: ByName | Quarrel | None = None


class Complex(Spec):
    number: complex = 1j


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        (Outer, r"Recursive\.children\[\]: Recursive contains itself"),
        (Pairs, r"Pairs\.pair"),
        (Mixed, r"Mixed\.choice: a choice among"),
        (Numbered, r"Numbered\.by_number: a mapping whose keys"),
        (Sets, r"Sets\.ports: a set of anything but"),
        (Disagreeing, r"Disagreeing\.target: the branches of this union disagree on 'name'"),
        (Complex, r"Complex\.number: 'complex'"),
    ],
)
def test_a_type_without_structural_form_is_refused_by_name(spec: type, message: str) -> None:
    with pytest.raises(Unstructural, match=message):
        schema_of(spec)


def test_a_column_that_leads_nowhere_is_refused() -> None:
    class Bad(Resource[ThingSpec], group="e.example.com", version="v1", columns={"X": "spec.nothing"}):
        """Bad."""

    with pytest.raises(Unstructural, match=r"column 'X' of Bad: there is no field 'spec\.nothing'"):
        crd(Bad)


def test_somebody_elses_kind_has_no_definition() -> None:
    class Theirs(Resource[ThingSpec], group="e.example.com", version="v1", crd=False):
        """Theirs."""

    with pytest.raises(Unstructural, match="not ours"):
        crd(Theirs)
