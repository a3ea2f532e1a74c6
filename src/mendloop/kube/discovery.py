"""What the server serves: the plural, scope and subresources of a kind.

One group and version is asked for at a time, so that a broken aggregated API hides nothing but itself (B10).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from mendloop.errors.exceptions import ApiError, Transient, Waiting
from mendloop.kube.builtin import BUILTIN, REPLICAS_PATHS
from mendloop.kube.client import Client, Ref
from mendloop.model.kinds import Kind, split_api_version

_CRDS: Final = BUILTIN["apiextensions.k8s.io/v1/CustomResourceDefinition"]


class _Resource(msgspec.Struct, rename="camel"):
    name: str
    kind: str = ""
    namespaced: bool = False
    verbs: tuple[str, ...] | None = None


class _ResourceList(msgspec.Struct, rename="camel"):
    group_version: str = ""
    resources: list[_Resource] | None = None


class Served(msgspec.Struct, frozen=True):
    """A kind as a server serves it; subresources as in `status` or `scale`."""

    kind: Kind
    verbs: frozenset[str]
    subresources: frozenset[str]


class Discovery:
    """Looks kinds up on one server, each group and version once.

    Errors of all lookups: `Waiting` when the kind is not installed (yet); what the request raises.
    """

    def __init__(self, client: Client) -> None:
        self._client = client
        self._known: dict[str, Mapping[str, Served]] = {}
        self._replicas: dict[str, str] = {}

    async def kind(self, gvk: str) -> Kind:
        """The kind for `group/version/Kind`; built-in ones without a request."""
        return BUILTIN.get(gvk) or (await self.served(gvk)).kind

    async def served(self, gvk: str) -> Served:
        """The kind with what the server says of it."""
        api_version, _, name = gvk.rpartition("/")
        if not api_version or not name:
            raise ValueError(f"{gvk!r} is not of the form group/version/Kind")
        if name not in (kinds := self._known.get(api_version, {})):
            kinds = self._known[api_version] = await self._ask(api_version, gvk)
        if (found := kinds.get(name)) is None:
            raise _not_installed(gvk)
        return found

    async def replicas_path(self, kind: Kind) -> str:
        """Where the scale subresource keeps the number of replicas, as in `spec.replicas`; else empty."""
        if kind.gvk in REPLICAS_PATHS:
            return REPLICAS_PATHS[kind.gvk]
        if kind.gvk not in self._replicas:
            served = await self.served(kind.gvk)
            has_scale = "scale" in served.subresources
            self._replicas[kind.gvk] = await self._stated_by_crd(kind) if has_scale else ""
        return self._replicas[kind.gvk]

    def forget(self, group: str = "") -> None:
        """Asks anew from now on, for one group or for all: a CRD came, went or changed."""
        for api_version in [each for each in self._known if not group or each.startswith(f"{group}/")]:
            del self._known[api_version]
        self._replicas.clear()

    async def _ask(self, api_version: str, gvk: str) -> Mapping[str, Served]:
        group, version = split_api_version(api_version)
        path = f"/apis/{group}/{version}" if group else f"/api/{version}"
        try:
            response = await self._client.raw("GET", path)
        except ApiError as error:
            if error.status == 404:
                raise _not_installed(gvk) from error
            raise
        try:
            listed = msgspec.json.decode(response.body, type=_ResourceList)
        except msgspec.DecodeError as error:
            raise Transient(f"{path} is no list of resources: {error}", reason="BadDiscovery") from error
        return _by_kind(listed.resources or [], group, version)

    async def _stated_by_crd(self, kind: Kind) -> str:
        try:
            answer = await self._client.get(Ref(_CRDS, name=f"{kind.plural}.{kind.group}"))
        except ApiError as error:
            if error.status == 404:  # served by an aggregated API, which tells nobody
                return ""
            raise
        for version in answer.decoded()["spec"]["versions"]:
            if version["name"] == kind.version:
                scale: Mapping[str, Any] = (version.get("subresources") or {}).get("scale") or {}
                return str(scale.get("specReplicasPath", "")).lstrip(".")
        return ""


def _by_kind(resources: list[_Resource], group: str, version: str) -> Mapping[str, Served]:
    subresources: dict[str, set[str]] = {}
    for resource in resources:
        plural, _, subresource = resource.name.partition("/")
        if subresource:
            subresources.setdefault(plural, set()).add(subresource)
    return {
        each.kind: Served(
            Kind(group, version, each.kind, each.name, each.namespaced),
            frozenset(each.verbs or ()),
            frozenset(subresources.get(each.name, ())),
        )
        for each in resources
        if "/" not in each.name
    }


def _not_installed(gvk: str) -> Waiting:
    return Waiting(f"the server does not serve {gvk}", reason="KindNotInstalled")
