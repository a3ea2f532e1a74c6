"""The schemas of kinds as the server publishes them, fetched a group at a time and only when needed.

Source: Kubernetes, "OpenAPI V3": `/openapi/v3` lists one document for each group and version, under an
address that changes with its content.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from urllib.parse import parse_qsl

import msgspec

from mendloop.errors.exceptions import Transient, Waiting
from mendloop.kube.client import Client
from mendloop.model.kinds import Kind
from mendloop.model.openapi import Schema
from mendloop.model.schemas import Schemas

TIMEOUT_S = 60.0  # a server computes a document on its first demand


class _Address(msgspec.Struct):
    server_relative_url: str = msgspec.field(name="serverRelativeURL", default="")


class _Index(msgspec.Struct):
    paths: dict[str, _Address]


class ServerSchemas:
    """Brings the server's schemas into `schemas`, which others read."""

    def __init__(self, client: Client, schemas: Schemas) -> None:
        self._client = client
        self._schemas = schemas
        self._loaded: dict[str, str] = {}
        self._turn = asyncio.Lock()

    async def load(self, kind: Kind, *, again: bool = False) -> Schema:
        """The schema of a kind, from the server unless it is known; `again`: if it has changed meanwhile.

        Errors: `Waiting` when the server publishes none (yet); what the requests raise.
        """
        found = None if again else self._schemas.get(kind.gvk)
        if found is None:
            async with self._turn:
                await self._fetch(kind)
            found = self._schemas.get(kind.gvk)
        if found is None:
            raise Waiting(f"the server publishes no schema of {kind.gvk}", reason="NoSchema")
        return found

    async def _fetch(self, kind: Kind) -> None:
        group = f"apis/{kind.api_version}" if kind.group else f"api/{kind.version}"
        address = (await self._index()).get(group)
        if address is None or self._loaded.get(group) == address.server_relative_url:
            return
        path, _, query = address.server_relative_url.partition("?")
        pairs = tuple(parse_qsl(query, keep_blank_values=True))
        response = await self._client.raw("GET", path, query=pairs, timeout_s=TIMEOUT_S)
        if response.status >= 300:
            # The document changed since the index was read, and this address leads on to its next one.
            response = await self._client.raw("GET", path, timeout_s=TIMEOUT_S)
        self._schemas.add(response.body)
        self._loaded[group] = address.server_relative_url

    async def _index(self) -> Mapping[str, _Address]:
        response = await self._client.raw("GET", "/openapi/v3", timeout_s=TIMEOUT_S)
        try:
            return msgspec.json.decode(response.body, type=_Index).paths
        except msgspec.DecodeError as error:
            raise Transient(f"/openapi/v3 cannot be read: {error}", reason="BadOpenAPI") from error
