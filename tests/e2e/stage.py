"""A control plane with an operator on it, the same to a test whether embedded or real."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from mendloop.chaos import FaultPlan, FaultyTransport
from mendloop.controller.world import Limits
from mendloop.errors import ApiError
from mendloop.kube.client import Client, Ref
from mendloop.kube.transport import Request, Response, Transport
from mendloop.kube.watch.options import WatchOptions
from mendloop.manager import Running, RunSettings, running
from mendloop.model.crd import crd
from mendloop.model.kinds import Kind
from mendloop.model.resource import Resource
from mendloop.wish.operator import Operator

CRDS = Kind("apiextensions.k8s.io", "v1", "CustomResourceDefinition", "customresourcedefinitions", False)
WRITES = {"POST", "PUT", "PATCH", "DELETE"}


@dataclass(frozen=True)
class Sent:
    """One request of the operator."""

    method: str
    path: str
    query: dict[str, str]
    body: bytes | None
    status: int

    @property
    def is_write(self) -> bool:
        return self.method in WRITES and "dryRun" not in self.query and "/events" not in self.path

    def __str__(self) -> str:
        return f"{self.method} {self.path} {self.status}"


class Recorder:
    """A transport that remembers what the operator asked, watches aside."""

    def __init__(self, inner: Transport) -> None:
        self._inner = inner
        self.sent: list[Sent] = []

    async def request(self, request: Request, *, timeout_s: float) -> Response:
        response = await self._inner.request(request, timeout_s=timeout_s)
        self.sent.append(
            Sent(request.method, request.path, dict(request.query), request.body, response.status)
        )
        return response

    def stream(self, request: Request, *, connect_timeout_s: float) -> Any:
        return self._inner.stream(request, connect_timeout_s=connect_timeout_s)

    async def close(self) -> None:
        await self._inner.close()


@dataclass
class Stage:
    """What a test holds: an administrator's client, a namespace of its own, and operators to run in it."""

    transport: Transport
    namespace: str
    real: bool
    plan: FaultPlan = field(default_factory=FaultPlan)

    def __post_init__(self) -> None:
        self.admin = Client(self.transport)
        self.recorder = Recorder(self.transport)

    # -- the administrator

    async def install(self, *resources: type[Resource[Any, Any]]) -> None:
        for resource in resources:
            definition = crd(resource)
            ref = Ref(CRDS, "", definition["metadata"]["name"])
            await self.admin.apply(ref, definition, manager="tests", force=True)
            await self.until(lambda ref=ref: self._established(ref))

    async def _established(self, ref: Ref) -> bool:
        conditions = ((await self.admin.get(ref)).decoded().get("status") or {}).get("conditions") or []
        return any(one["type"] == "Established" and one["status"] == "True" for one in conditions)

    def ref(self, kind: Kind | type[Resource[Any, Any]], name: str = "", subresource: str = "") -> Ref:
        known = kind if isinstance(kind, Kind) else kind.KIND
        return Ref(known, self.namespace if known.namespaced else "", name, subresource)

    async def create(self, kind: type[Resource[Any, Any]], name: str, **fields: Any) -> dict[str, Any]:
        metadata = {"name": name, **fields.pop("metadata", {})}
        body = {"apiVersion": kind.KIND.api_version, "kind": kind.KIND.kind, "metadata": metadata, **fields}
        return (await self.admin.create(self.ref(kind), body)).decoded()

    async def get(self, kind: type[Resource[Any, Any]], name: str) -> dict[str, Any] | None:
        try:
            return (await self.admin.get(self.ref(kind, name))).decoded()
        except ApiError as error:
            if error.status == 404:
                return None
            raise

    async def here(self, kind: type[Resource[Any, Any]], name: str) -> dict[str, Any]:
        found = await self.get(kind, name)
        assert found is not None, f"{kind.__name__} {name} is not there"
        return found

    async def names(self, kind: type[Resource[Any, Any]]) -> list[str]:
        found = []
        async for page in self.admin.pages(self.ref(kind)):
            for raw in page.items or ():
                import msgspec

                found.append(msgspec.json.decode(raw)["metadata"]["name"])
        return sorted(name for name in found if name != "kube-root-ca.crt")

    async def patch(
        self, kind: type[Resource[Any, Any]], name: str, patch: Mapping[str, Any], sub: str = ""
    ) -> None:
        await self.admin.merge_patch(self.ref(kind, name, sub), patch)

    async def delete(self, kind: type[Resource[Any, Any]], name: str) -> None:
        await self.admin.delete(self.ref(kind, name), uid="")

    async def condition(self, kind: type[Resource[Any, Any]], name: str, type_: str) -> dict[str, Any] | None:
        conditions = ((await self.here(kind, name)).get("status") or {}).get("conditions") or []
        return next((one for one in conditions if one["type"] == type_), None)

    # -- the operator

    @asynccontextmanager
    async def run(
        self, op: Operator[Any], *, settings: RunSettings | None = None, **more: Any
    ) -> AsyncIterator[Running]:
        transport = FaultyTransport(self.recorder, self.plan)
        async with running(op, transport, settings=settings or self.settings(), **more) as one:
            await self.until(one.started.is_set)
            yield one

    def settings(self, **limits: Any) -> RunSettings:
        return RunSettings(
            namespace=self.namespace,
            seed=0,
            limits=Limits(**limits),
            watch=WatchOptions(first_s=0.1, cap_s=1.0),
            sync_patience_s=2.0,
        )

    @property
    def writes(self) -> list[Sent]:
        """What the operator wrote, Events and dry runs aside."""
        return [sent for sent in self.recorder.sent if sent.is_write]

    def writes_to(self, part: str) -> list[Sent]:
        return [sent for sent in self.writes if part in sent.path]

    # -- time

    async def settled(self, one: Running, *, quiet_s: float = 0.5, within_s: float = 20.0) -> None:
        """Returns once the operator has had nothing to do for a while."""
        quiet, last = 0.0, -1
        async with asyncio.timeout(within_s):
            while quiet < quiet_s:
                await asyncio.sleep(0.05)
                same = one.idle and len(self.recorder.sent) == last
                quiet = quiet + 0.05 if same else 0.0
                last = len(self.recorder.sent)

    async def until(self, holds: Callable[[], Any], *, within_s: float = 20.0) -> None:
        """Returns once a condition holds; it may be a coroutine function."""
        async with asyncio.timeout(within_s):
            while True:
                answer = holds()
                if asyncio.iscoroutine(answer):
                    answer = await answer
                if answer:
                    return
                await asyncio.sleep(0.05)
