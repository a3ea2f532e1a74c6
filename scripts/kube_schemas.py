"""The bundled OpenAPI documents as one: which structs there are, and which module each of them belongs to."""

from __future__ import annotations

import gzip
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import msgspec
from dump_openapi import GROUP_VERSIONS, SERVED

from mendloop.model.kinds import split_api_version
from mendloop.model.schemas import data_name

PODS = "pods"
POD_KINDS = {"Pod", "PodTemplate", "ReplicationController"}
LEFT_OUT = {"Binding", "ComponentStatus"}  # neither can be watched

REF = "#/components/schemas/"
META = "io.k8s.apimachinery.pkg.apis.meta.v1."
# Schemas that are no structs of their own here: the type that stands for them.
INSTEAD = {
    "io.k8s.apimachinery.pkg.api.resource.Quantity": "Amount",
    "io.k8s.apimachinery.pkg.util.intstr.IntOrString": "int | str",
    "io.k8s.apimachinery.pkg.runtime.RawExtension": "Any",
    "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSON": "Any",
    "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaProps": "Mapping[str, Any]",
    META + "Condition": "Condition",
    META + "ManagedFieldsEntry": "Any",
    META + "MicroTime": "datetime",
    META + "Time": "datetime",
}
# A claim within a StatefulSet is a template: it has no life of its own.
RENAMED = {"io.k8s.api.core.v1.PersistentVolumeClaim": "io.k8s.api.core.v1.PersistentVolumeClaimTemplate"}

Node = dict[str, Any]


@dataclass(frozen=True)
class KindInfo:
    """A kind as discovery lists it, and the schema that describes it."""

    module: str
    group: str
    version: str
    kind: str
    plural: str
    namespaced: bool
    scaled: bool
    schema: str


@dataclass
class Module:
    """One file: its kinds, its structs, and the code written so far."""

    name: str
    kinds: list[KindInfo] = field(default_factory=list)
    structs: list[str] = field(default_factory=list)

    @property
    def names(self) -> list[str]:
        return sorted([kind.kind for kind in self.kinds] + [short(name) for name in self.structs])


class Source:
    """All bundled documents as one: schemas by name, and where each of them is written to."""

    def __init__(self) -> None:
        self.schemas: dict[str, Node] = {}
        for api_version in GROUP_VERSIONS:
            document = _read(SERVED / "openapi" / data_name(api_version))
            self.schemas |= document["components"]["schemas"]
        self.kinds = list(self._kinds(_read(SERVED / "discovery.json.gz")))

    def _kinds(self, discovery: Node) -> Iterator[KindInfo]:
        by_gvk = {
            (gvk["group"], gvk["version"], gvk["kind"]): name
            for name, schema in self.schemas.items()
            for gvk in schema.get("x-kubernetes-group-version-kind", ())
        }
        for api_version in GROUP_VERSIONS:
            group, version = split_api_version(api_version)
            listed = discovery[f"/apis/{api_version}" if group else f"/api/{api_version}"]["resources"]
            scaled = {r["name"].partition("/")[0] for r in listed if r["name"].endswith("/scale")}
            for resource in listed:
                kind, plural = resource["kind"], resource["name"]
                if "/" in plural or kind in LEFT_OUT:
                    continue
                where = PODS if not group and kind in POD_KINDS else group.partition(".")[0] or "core"
                schema = by_gvk[group, version, kind]
                yield KindInfo(
                    where, group, version, kind, plural, resource["namespaced"], plural in scaled, schema
                )

    @cached_property
    def modules(self) -> dict[str, Module]:
        """Every struct in the module of its group; in core what is needed without pods, in pods the rest."""
        made = {kind.module: Module(kind.module) for kind in self.kinds}
        without_pods = self.reachable(k for k in self.kinds if k.module not in (PODS, "apps", "batch"))
        for kind in self.kinds:
            made[kind.module].kinds.append(kind)
        for name in self.reachable(self.kinds):
            made[_home(name, name in without_pods)].structs.append(name)
        for module in made.values():
            module.structs = self.in_order(module.structs)
        return made

    def reachable(self, kinds: Iterable[KindInfo]) -> set[str]:
        """The structs that these kinds are made of."""
        found: set[str] = set()
        waiting = [ref for kind in kinds for ref in self.parts_of(kind)]
        while waiting:
            name = waiting.pop()
            if name not in found:
                found.add(name)
                waiting += references(self.schemas[name])
        return found

    def parts_of(self, kind: KindInfo) -> list[str]:
        properties = self.schemas[kind.schema]["properties"]
        return [ref for name, node in properties.items() if name != "metadata" for ref in references(node)]

    def in_order(self, names: Iterable[str]) -> list[str]:
        """Parts before the whole, since a struct's default may be another struct."""
        wanted, done = set(names), dict[str, None]()

        def visit(name: str, above: tuple[str, ...]) -> None:
            if name in done or name in above:
                return
            for ref in sorted(references(self.schemas[name])):
                visit(ref, (*above, name))
            done[name] = None

        for name in sorted(wanted):
            visit(name, ())
        return [name for name in done if name in wanted]

    @cached_property
    def specs(self) -> set[str]:
        return {ref for kind in self.kinds if (ref := self._part(kind, "spec"))}

    @cached_property
    def statuses(self) -> set[str]:
        return {ref for kind in self.kinds if (ref := self._part(kind, "status"))}

    @cached_property
    def conditions(self) -> set[str]:
        """What stands in the `conditions` of a status."""
        lists = (self.schemas[status]["properties"].get("conditions", {}) for status in self.statuses)
        return {ref for node in lists for ref in references(node)}

    def _part(self, kind: KindInfo, name: str) -> str | None:
        return next(iter(references(self.schemas[kind.schema]["properties"].get(name, {}))), None)


def _read(path: Path) -> Any:
    return msgspec.json.decode(gzip.decompress(path.read_bytes()))


def _home(schema: str, without_pods: bool) -> str:
    if schema.startswith(("io.k8s.api.core.", META)):
        return "core" if without_pods else PODS
    return schema.split(".")[-3].removesuffix("-apiserver")


def short(schema: str) -> str:
    """`io.k8s.api.core.v1.Container` is `Container`."""
    return schema.rpartition(".")[2]


def references(node: Any) -> list[str]:
    """The structs that a node speaks of, itself not counted."""
    if isinstance(node, list):
        return [ref for item in node for ref in references(item)]
    if not isinstance(node, dict):
        return []
    ref = node.get("$ref")
    if isinstance(ref, str):
        name = RENAMED.get(ref.removeprefix(REF), ref.removeprefix(REF))
        return [] if name in INSTEAD else [name]
    return [ref for key, value in node.items() if key != "default" for ref in references(value)]


def reference(node: Node) -> str | None:
    """The schema that a field is of; one that has a default names it within `allOf`."""
    several = node.get("allOf") or []
    ref = several[0].get("$ref") if len(several) == 1 else node.get("$ref")
    return ref.removeprefix(REF) if isinstance(ref, str) else None
