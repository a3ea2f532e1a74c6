"""The server's schemas, whose addresses change with their content."""

from __future__ import annotations

from typing import Any

import msgspec

from mendloop.kube.client import Client
from mendloop.kube.openapi import ServerSchemas
from mendloop.kube.transport import Request, Response
from mendloop.model.kinds import Kind
from mendloop.model.schemas import Schemas

OVEN = Kind("food.example.org", "v1", "Oven", "ovens")
ROOT = "/openapi/v3/apis/food.example.org/v1"
NAMED = {"group": "food.example.org", "version": "v1", "kind": "Oven"}
DOCUMENT = {
    "components": {
        "schemas": {"org.example.Oven": {"type": "object", "x-kubernetes-group-version-kind": [NAMED]}}
    }
}


class Moved:
    """Answers as an API server does whose document changed after its index was read."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    async def request(self, request: Request, *, timeout_s: float) -> Response:
        query = "".join(f"?{name}={value}" for name, value in request.query if name == "hash")
        self.asked.append(f"{request.path}{query}")
        if request.path == "/openapi/v3":
            paths = {"apis/food.example.org/v1": {"serverRelativeURL": f"{ROOT}?hash=OLD"}}
            return Response(200, {}, msgspec.json.encode({"paths": paths}))
        if query:
            return Response(301, {"location": f"{ROOT}?hash=NEW"}, b"")
        return Response(200, {}, msgspec.json.encode(DOCUMENT))

    def stream(self, request: Request, *, connect_timeout_s: float) -> Any:
        raise NotImplementedError

    async def close(self) -> None: ...


async def test_a_document_that_changed_since_its_index_was_read_is_read_as_it_is_now() -> None:
    moved = Moved()
    schema = await ServerSchemas(Client(moved), Schemas()).load(OVEN)
    assert schema.type == "object"
    assert moved.asked == ["/openapi/v3", f"{ROOT}?hash=OLD", ROOT]
