"""Whatever a user may yield becomes the same manifest."""

# the stand-ins look like the classes that they stand in for

from __future__ import annotations

import dataclasses
from typing import Any

import msgspec
import pytest

from mendloop.k8s import ConfigMap
from mendloop.wish.manifests import to_manifest

WANTED = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c"}, "data": {"a": "b"}}
YAML = """
    apiVersion: v1
    kind: ConfigMap
    metadata: {name: c}
    data: {a: b}
"""


class LikeLightkube:
    def to_dict(self) -> dict[str, Any]:
        return dict(WANTED)


class LikePydantic:
    def model_dump(
        self, mode: str = "", by_alias: bool = False, exclude_none: bool = False
    ) -> dict[str, Any]:
        assert (mode, by_alias, exclude_none) == ("json", True, True)
        return dict(WANTED)


class LikeTheOfficialClient:
    """`to_dict` of its models has Python's names; `attribute_map` knows the wire's."""

    openapi_types = attribute_map = {
        "api_version": "apiVersion",
        "kind": "kind",
        "metadata": "metadata",
        "data": "data",
    }
    api_version, kind, data = "v1", "ConfigMap", {"a": "b"}

    def __init__(self) -> None:
        self.metadata = LikeItsMetadata()

    def to_dict(self) -> dict[str, Any]:
        return {"api_version": "v1"}


class LikeItsMetadata:
    openapi_types = attribute_map = {"name": "name", "generate_name": "generateName"}
    name, generate_name = "c", None


@dataclasses.dataclass
class Plain:
    apiVersion: str = "v1"
    kind: str = "ConfigMap"
    metadata: dict[str, str] = dataclasses.field(default_factory=lambda: {"name": "c"})
    data: dict[str, str] = dataclasses.field(default_factory=lambda: {"a": "b"})


class Struct(msgspec.Struct, rename="camel"):
    api_version: str = "v1"
    kind: str = "ConfigMap"
    metadata: dict[str, str] = msgspec.field(default_factory=lambda: {"name": "c"})
    data: dict[str, str] = msgspec.field(default_factory=lambda: {"a": "b"})


@pytest.mark.parametrize(
    "stated",
    [
        WANTED,
        YAML,
        "---\n" + "\n".join(line[4:] for line in YAML.splitlines()),
        ConfigMap("c", data={"a": "b"}),
        LikeLightkube(),
        LikePydantic(),
        LikeTheOfficialClient(),
        Plain(),
        Struct(),
    ],
    ids=lambda stated: type(stated).__name__,
)
def test_every_source_gives_the_same_manifest(stated: Any) -> None:
    assert to_manifest(stated) == WANTED


def test_r25_an_empty_status_as_typed_clients_print_it_is_left_out() -> None:
    assert to_manifest({**WANTED, "status": {"loadBalancer": {}}}) == WANTED
    assert to_manifest({**WANTED, "status": {"x": 0}})["status"] == {"x": 0}


def test_the_same_yaml_text_gives_a_fresh_manifest_each_time() -> None:
    to_manifest(YAML)["data"]["a"] = "changed"
    assert to_manifest(YAML) == WANTED
