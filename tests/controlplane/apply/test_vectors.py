"""Field sets of structured-merge-diff's own test data."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest
import yaml

from mendloop.controlplane.apply.paths import decode, encode
from mendloop.controlplane.apply.shapes import WHOLE, ListShape, MapShape, Shape
from mendloop.controlplane.apply.values import difference, misfits, paths_of

DATA = Path(__file__).parents[4] / "shared/vectors/structured-merge-diff/internal/testdata"
PAIRS = [
    ("k8s-schema.yaml", "io.k8s.api.core.v1.Pod", "pod.yaml", "podset.json"),
    ("k8s-schema.yaml", "io.k8s.api.core.v1.Node", "node.yaml", "nodeset.json"),
    ("k8s-schema.yaml", "io.k8s.api.core.v1.Endpoints", "endpoints.yaml", "endpointsset.json"),
]


class Parser:
    """Reads the schema language of structured-merge-diff, which only its test data use."""

    def __init__(self, document: dict[str, Any]) -> None:
        self.types = {each["name"]: each for each in document["types"]}
        self.made: dict[str, Shape] = {}

    def named(self, name: str) -> Shape:
        if name not in self.made:
            self.made[name] = Shape()
            self.fill(self.made[name], self.types[name])
        return self.made[name]

    def inner(self, node: dict[str, Any] | None) -> Shape:
        if not node:
            return WHOLE
        if "namedType" in node:
            return self.named(node["namedType"])
        shape = Shape()
        self.fill(shape, node)
        return shape

    def fill(self, shape: Shape, node: dict[str, Any]) -> None:
        shape.scalar = node.get("scalar")
        if "list" in node:
            stated = node["list"]
            associative = stated.get("elementRelationship") == "associative"
            shape.list = ListShape(
                self.inner(stated.get("elementType")), not associative, tuple(stated.get("keys") or ())
            )
        if "map" in node:
            stated = node["map"]
            rest = self.inner(stated["elementType"]) if "elementType" in stated else None
            fields = {each["name"]: self.inner(each["type"]) for each in stated.get("fields") or ()}
            defaults = {e["name"]: e["default"] for e in stated.get("fields") or () if "default" in e}
            shape.map = MapShape(fields, rest, stated.get("elementRelationship") == "atomic", defaults)


def load(name: str) -> Any:
    if not DATA.is_dir():
        pytest.skip("the vectors are not here")
    return yaml.load((DATA / name).read_text(), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))


def jsonable(value: Any) -> Any:
    return msgspec.json.decode(msgspec.json.encode(value))


@pytest.mark.parametrize(("schema", "kind", "given", "expected"), PAIRS)
def test_a_new_object_adds_the_paths_of_the_reference(
    schema: str, kind: str, given: str, expected: str
) -> None:
    """The recorded sets hold structs as well as leaves, as everything does that was not there before."""
    shape = Parser(load(schema)).named(kind)
    value = jsonable(load(given))
    assert misfits(shape, value) == []
    assert encode(difference(shape, {}, value).added) == encode(decode(load(expected)))


@pytest.mark.parametrize(("schema", "kind", "given", "expected"), PAIRS)
def test_a_manager_owns_leaves_and_items_but_not_structs(
    schema: str, kind: str, given: str, expected: str
) -> None:
    shape = Parser(load(schema)).named(kind)
    value = jsonable(load(given))
    owned, added = paths_of(shape, value), decode(load(expected))
    assert difference(shape, value, value).taken == frozenset()
    assert owned < added
    assert all(path[-1].startswith("f:") for path in added - owned)
