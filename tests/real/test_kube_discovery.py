"""Discovery and schemas, asked of a real kube-apiserver."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from mendloop.errors.exceptions import Waiting
from mendloop.kube.builtin import BUILTIN
from mendloop.kube.client import Client
from mendloop.kube.discovery import Discovery
from mendloop.kube.kubeconfig import read_kubeconfig
from mendloop.kube.openapi import ServerSchemas
from mendloop.kube.wire import AiohttpTransport
from mendloop.model.kinds import Kind
from mendloop.model.schemas import Schemas

CRD = {
    "apiVersion": "apiextensions.k8s.io/v1",
    "kind": "CustomResourceDefinition",
    "metadata": {"name": "ovens.food.example.org"},
    "spec": {
        "group": "food.example.org",
        "scope": "Namespaced",
        "names": {"kind": "Oven", "plural": "ovens", "singular": "oven"},
        "versions": [
            {
                "name": "v1",
                "served": True,
                "storage": True,
                "subresources": {
                    "status": {},
                    "scale": {
                        "specReplicasPath": ".spec.trays",
                        "statusReplicasPath": ".status.trays",
                    },
                },
                "schema": {
                    "openAPIV3Schema": {
                        "type": "object",
                        "properties": {
                            "spec": {"type": "object", "properties": {"trays": {"type": "integer"}}},
                            "status": {"type": "object", "properties": {"trays": {"type": "integer"}}},
                        },
                    }
                },
            }
        ],
    },
}


@pytest.fixture
async def wire(real: Any, tmp_path: Path) -> AsyncIterator[AiohttpTransport]:
    path = tmp_path / "kubeconfig"
    real.kubeconfig(path, "admin")
    transport = AiohttpTransport(read_kubeconfig([path]))
    yield transport
    await transport.close()


async def test_the_bundled_kinds_are_what_the_server_serves(wire: AiohttpTransport) -> None:
    discovery = Discovery(Client(wire))
    for gvk, kind in BUILTIN.items():
        served = await discovery.served(gvk)
        assert served.kind == kind
        assert {"get", "list", "watch"} <= served.verbs


async def test_a_kind_is_found_once_its_crd_is_there(wire: AiohttpTransport, call: Any) -> None:
    client = Client(wire)
    discovery, schemas = Discovery(client), Schemas()
    with pytest.raises(Waiting, match="does not serve food"):
        await discovery.kind("food.example.org/v1/Oven")
    call("POST", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", CRD)
    async with asyncio.timeout(20):
        while True:
            try:
                kind = await discovery.kind("food.example.org/v1/Oven")
                schema = await ServerSchemas(client, schemas).load(kind)
            except Waiting:
                await asyncio.sleep(0.2)
            else:
                break
    assert kind == Kind("food.example.org", "v1", "Oven", "ovens")
    assert await discovery.replicas_path(kind) == "spec.trays"
    spec = schema.field("spec")
    assert spec is not None and spec.field("trays") is not None
