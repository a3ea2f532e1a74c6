"""Copies what a kube-apiserver says of itself into the package's data: OpenAPI v3 and discovery.

    python scripts/dump_openapi.py [--check]

It starts the real control plane that `make kube` built. Two rooms get their share:

- `controlplane/data`: `openapi/<group>_<version>.json.gz` as served, and `discovery.json.gz`, by path; with
  them the embedded control plane answers kubectl's explain, apply and api-resources.
- `model/data`: the same schemas without texts and lists of kinds, which is what comparing needs.

The output depends on the server only: `--check` says whether what is committed is what it would write.
"""

from __future__ import annotations

import argparse
import asyncio
import gzip
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import aiohttp
import msgspec

from mendloop.controlplane.real import RealControlPlane
from mendloop.model.schemas import data_name

ROOT = Path(__file__).parent.parent
BINARIES = ROOT / ".kube" / "bin"
SERVED = ROOT / "src" / "mendloop" / "controlplane" / "data"
COMPARED = ROOT / "src" / "mendloop" / "model" / "data"

GROUP_VERSIONS = (
    "v1",
    "admissionregistration.k8s.io/v1",
    "apiextensions.k8s.io/v1",
    "apps/v1",
    "autoscaling/v2",
    "batch/v1",
    "certificates.k8s.io/v1",
    "coordination.k8s.io/v1",
    "discovery.k8s.io/v1",
    "events.k8s.io/v1",
    "networking.k8s.io/v1",
    "node.k8s.io/v1",
    "policy/v1",
    "rbac.authorization.k8s.io/v1",
    "scheduling.k8s.io/v1",
    "storage.k8s.io/v1",
)
AGGREGATED = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"

Json = dict[str, Any]
Get = Callable[..., Any]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--check", action="store_true", help="write nothing, say what would change")
    check: bool = parser.parse_args().check
    wanted = asyncio.run(_gather())
    stale = [path for path, data in wanted.items() if not path.is_file() or path.read_bytes() != data]
    if check:
        sys.exit("\n".join(f"{path.relative_to(ROOT)} is not current" for path in stale) or None)
    for path in stale:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(wanted[path])
    for folder in (SERVED, COMPARED):
        sizes = [len(data) for path, data in wanted.items() if path.is_relative_to(folder)]
        print(f"{folder.relative_to(ROOT)}: {len(sizes)} files, {sum(sizes):,} bytes")


async def _gather() -> dict[Path, bytes]:
    files: dict[Path, bytes] = {}
    async with RealControlPlane(binaries=BINARIES, controllers=()) as plane:
        headers = {"Authorization": f"Bearer {plane.token()}"}
        connector = aiohttp.TCPConnector(ssl=plane.ssl_context())
        async with aiohttp.ClientSession(plane.url, connector=connector, headers=headers) as http:
            files[SERVED / "discovery.json.gz"] = _pack(await _discovery(http))
            for api_version in GROUP_VERSIONS:
                document = await _get(http, f"/openapi/v3{_path(api_version)}")
                files[SERVED / "openapi" / data_name(api_version)] = _pack(document)
                files[COMPARED / data_name(api_version)] = _pack(comparable(document))
    return files


async def _get(http: aiohttp.ClientSession, path: str, accept: str = "application/json") -> Any:
    async with http.get(path, headers={"Accept": accept}, raise_for_status=True) as answer:
        return msgspec.json.decode(await answer.read())


async def _discovery(http: aiohttp.ClientSession) -> Json:
    """Discovery by path, cut down to the groups above; `aggregated` is the newer form of /api and /apis."""
    groups = await _get(http, "/apis")
    groups["groups"] = [cut for group in groups["groups"] if (cut := _served_versions(group))]
    core = await _get(http, "/api")
    core["serverAddressByClientCIDRs"] = []  # an address of the machine that this ran on
    found: Json = {"/api": core, "/apis": groups}
    for api_version in GROUP_VERSIONS:
        found[_path(api_version)] = await _get(http, _path(api_version))
    found["aggregated"] = {root: await _aggregated(http, root) for root in ("/api", "/apis")}
    return found


def _served_versions(group: Json) -> Json | None:
    kept = [version for version in group["versions"] if version["groupVersion"] in GROUP_VERSIONS]
    return {"name": group["name"], "versions": kept, "preferredVersion": kept[0]} if kept else None


async def _aggregated(http: aiohttp.ClientSession, root: str) -> Json:
    answer = await _get(http, root, AGGREGATED)
    kept = []
    for group in answer["items"]:
        name = group["metadata"].get("name", "")
        group["metadata"] = {"name": name} if name else {}
        versions = [v for v in group["versions"] if f"{name}/{v['version']}".lstrip("/") in GROUP_VERSIONS]
        if versions:
            kept.append({**group, "versions": versions})
    return {**answer, "items": kept}


def _path(api_version: str) -> str:
    return f"/apis/{api_version}" if "/" in api_version else f"/api/{api_version}"


def comparable(document: Mapping[str, Any]) -> Json:
    """The document's kinds and what they are made of, with neither texts nor paths nor lists of kinds."""
    schemas: Mapping[str, Json] = document["components"]["schemas"]
    roots = [name for name, schema in schemas.items() if _is_kind(name, schema)]
    kept: Json = {}
    while roots:
        name = roots.pop()
        if name not in kept:
            kept[name] = _without_texts(schemas[name])
            roots += _references(kept[name])
    return {"components": {"schemas": kept}}


def _is_kind(name: str, schema: Json) -> bool:
    # What belongs to every group (DeleteOptions, WatchEvent) names many kinds.
    is_list = name.endswith("List") and "items" in schema.get("properties", {})
    return len(schema.get("x-kubernetes-group-version-kind", ())) == 1 and not is_list


def _without_texts(node: Any) -> Any:
    """A copy without the keyword `description`; a property of that name is a schema, and stays."""
    if isinstance(node, list):
        return [_without_texts(item) for item in node]
    if not isinstance(node, dict):
        return node
    return {
        key: _without_texts(value)
        for key, value in node.items()
        if not (key == "description" and isinstance(value, str))
    }


def _references(node: Any) -> Iterator[str]:
    if isinstance(node, list):
        for item in node:
            yield from _references(item)
    elif isinstance(node, dict):
        ref = node.get("$ref")
        if isinstance(ref, str):
            yield ref.rpartition("/")[2]
        for value in node.values():
            yield from _references(value)


def _pack(value: Any) -> bytes:
    # No time and a fixed order: equal content gives equal bytes.
    return gzip.compress(msgspec.json.encode(value, order="deterministic"), 9, mtime=0)


if __name__ == "__main__":
    main()
