"""Which schema belongs to which kind: bundled for the built-in kinds, and what a server publishes."""

from __future__ import annotations

import gzip
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import msgspec

from mendloop.model.kinds import split_api_version
from mendloop.model.openapi import Node, Schema, kinds_in


class Schemas:
    """Schemas by `apps/v1/Deployment`; what was added last wins, bundled data answer for the rest."""

    def __init__(self, *, bundled: bool = True) -> None:
        self._bundled = bundled
        self._known: dict[str, Schema] = {}

    def get(self, gvk: str) -> Schema | None:
        """The schema of a kind, or None where nobody has said what it looks like."""
        found = self._known.get(gvk)
        if found is None and self._bundled:
            api_version, _, _ = gvk.rpartition("/")
            found = _bundled(api_version).get(gvk)
        return found

    def of(self, manifest: Mapping[str, Any]) -> Schema | None:
        """The schema of an object by its `apiVersion` and `kind`."""
        return self.get(f"{manifest.get('apiVersion')}/{manifest.get('kind')}")

    def add(self, document: Node | bytes) -> tuple[str, ...]:
        """Take in one `/openapi/v3/...` document of a server; the kinds that it describes."""
        parsed: Node = msgspec.json.decode(document) if isinstance(document, bytes) else document
        found = kinds_in(parsed)
        self._known.update(found)
        return tuple(found)

    def add_crd(self, crd: Node) -> tuple[str, ...]:
        """Take in a CustomResourceDefinition; the kinds that it describes, one a served version."""
        spec = crd["spec"]
        added = []
        for version in spec["versions"]:
            structural = (version.get("schema") or {}).get("openAPIV3Schema")
            if structural is None:
                continue
            gvk = f"{spec['group']}/{version['name']}/{spec['names']['kind']}"
            self._known[gvk] = Schema.from_crd(structural)
            added.append(gvk)
        return tuple(added)

    def drop(self, gvks: Iterable[str]) -> None:
        """Forget kinds that a server serves no longer."""
        for gvk in gvks:
            self._known.pop(gvk, None)


def data_name(api_version: str) -> str:
    """The bundled file of a group and version: `core_v1.json.gz`, `apps_v1.json.gz`."""
    group, version = split_api_version(api_version)
    return f"{group or 'core'}_{version}.json.gz"


@cache
def _bundled(api_version: str) -> Mapping[str, Schema]:
    if not api_version:
        return {}
    file = files("mendloop.model") / "data" / data_name(api_version)
    if not file.is_file():
        return {}
    return kinds_in(msgspec.json.decode(gzip.decompress(file.read_bytes())))
