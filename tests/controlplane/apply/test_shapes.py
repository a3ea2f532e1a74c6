"""OpenAPI to shapes, by the conversion pairs of kube-openapi."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from mendloop.controlplane.apply.shapes import Shape, shape_of
from mendloop.model.openapi import Schema

from .test_vectors import Parser

DATA = Path(__file__).parents[4] / "shared/vectors/kube-openapi/pkg/schemaconv/testdata"


def load(name: str) -> Any:
    if not DATA.is_dir():
        pytest.skip("the vectors are not here")
    return yaml.safe_load((DATA / name).read_text().replace("\t", "  "))


def drawn(shape: Shape | None, depth: int = 4) -> Any:
    """A shape as plain data, down to a depth, since free-form JSON contains itself."""
    if shape is None or depth == 0:
        return None
    found: dict[str, Any] = {"scalar": shape.scalar}
    if shape.list is not None:
        found["list"] = (shape.list.atomic, shape.list.keys, drawn(shape.list.item, depth - 1))
    if shape.map is not None:
        fields = {name: drawn(shape.map.fields[name], depth - 1) for name in shape.map.fields}
        found["map"] = (shape.map.atomic, fields, drawn(shape.map.rest, depth - 1), dict(shape.map.defaults))
    return found


@pytest.mark.parametrize("name", ["preserve-unknown", "defaults"])
def test_converts_as_the_reference_does(name: str) -> None:
    definitions = load(f"{name}.json")["definitions"]
    expected = Parser(load(f"{name}.yaml"))
    for definition, node in definitions.items():
        made = shape_of(Schema.from_openapi({definition: node}, definition))
        if made.scalar is None:
            assert drawn(made) == drawn(expected.named(definition)), definition
