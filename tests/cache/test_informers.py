"""Informers on the embedded control plane: in process in virtual time, and over real HTTP."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from random import Random
from typing import Any

import pytest

from mendloop.aio.tasks import deadline
from mendloop.cache.entry import Change
from mendloop.cache.informers import Caches
from mendloop.controlplane import ControlPlane
from mendloop.kube.auth import Cluster, Fixed
from mendloop.kube.builtin import BUILTIN
from mendloop.kube.client import Client, Ref
from mendloop.kube.transport import Transport
from mendloop.kube.watch.run import Scope
from mendloop.kube.wire import AiohttpTransport
from mendloop.model.selectors import Selector

CONFIG_MAP = BUILTIN["v1/ConfigMap"]
SECRET = BUILTIN["v1/Secret"]
MANAGER = "cache.example.com"


def config_map(name: str, labels: dict[str, str] | None = None, **data: str) -> dict[str, Any]:
    metadata = {"name": name, "namespace": "default"} | ({"labels": labels} if labels else {})
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": data}


async def applied(client: Client, body: dict[str, Any], manager: str = "kubectl") -> Any:
    ref = Ref(CONFIG_MAP, "default", body["metadata"]["name"])
    return await client.apply(ref, body, manager=manager)


@asynccontextmanager
async def by_http(plane: ControlPlane) -> AsyncIterator[Transport]:
    async with plane.serve(port=0) as url:
        transport = AiohttpTransport(Cluster(url, Fixed(token="admin")))
        try:
            yield transport
        finally:
            await transport.close()


@asynccontextmanager
async def in_process(plane: ControlPlane) -> AsyncIterator[Transport]:
    yield plane.transport()


WAYS = pytest.mark.parametrize("way", [in_process, by_http])


@WAYS
async def test_a_view_follows_the_control_plane(control_plane: ControlPlane, way: Any) -> None:
    async with way(control_plane) as transport:
        client = Client(transport)
        await applied(client, config_map("a", x="1"))
        async with Caches(transport, rng=Random(1), manager=MANAGER) as caches:
            informer = caches.informer(CONFIG_MAP)
            changes: list[Change] = []
            async with deadline(30):
                await informer.until_synced()
            informer.store.subscribe(changes.append, replay=False)
            await applied(client, config_map("b", x="1"), manager=MANAGER)
            changed = await applied(client, config_map("a", x="2"))
            gone = await client.delete(Ref(CONFIG_MAP, "default", "a"), uid=changed.meta.uid)
            assert gone.gone
            async with deadline(30):
                await informer.store.until(CONFIG_MAP.key("default", "a"), lambda entry: entry is None)
            steps = [(c.entry.name, c.old is None, c.new is None) for c in changes if c.entry.name in "ab"]
            assert steps == [("b", True, False), ("a", False, False), ("a", False, True)]
            entry = informer.store.get(CONFIG_MAP.key("default", "b"))
            assert entry is not None
            assert entry.owned == b'{"f:data":{"f:x":{}}}'
            assert informer.stale_since is None


async def test_one_informer_serves_all_who_ask_for_a_kind(control_plane: ControlPlane) -> None:
    async with Caches(control_plane.transport(), rng=Random(1)) as caches:
        assert caches.informer(CONFIG_MAP) is caches.informer(CONFIG_MAP)
        assert caches.informer(CONFIG_MAP) is not caches.informer(CONFIG_MAP, Scope("default"))
        caches.informer(SECRET)
        async with deadline(10):
            await caches.until_synced()
        now = asyncio.get_running_loop().time()
        assert [health.is_ready(30.0) for health in caches.health(now)] == [True, True, True]


async def test_a_scope_holds_its_namespace_and_selection_only(control_plane: ControlPlane) -> None:
    client = Client(control_plane.transport())
    await applied(client, config_map("in", {"app": "x"}))
    await applied(client, config_map("out", {"app": "y"}))
    async with Caches(control_plane.transport(), rng=Random(1)) as caches:
        store = caches.informer(CONFIG_MAP, Scope("default", labels="app=x")).store
        async with deadline(10):
            await store.until_synced()
        assert [entry.name for entry in store.list()] == ["in"]
        await applied(client, config_map("out", {"app": "x"}))
        await applied(client, config_map("in", {"app": "z"}))
        await asyncio.sleep(1)
        assert [entry.name for entry in store.list()] == ["out"]
        assert store.list(selector=Selector.parse("app=z")) == []


async def test_a_scope_learns_nothing_that_lies_outside_of_it(control_plane: ControlPlane) -> None:
    client = Client(control_plane.transport())
    async with Caches(control_plane.transport(), rng=Random(1)) as caches:
        store = caches.informer(CONFIG_MAP, Scope("default", labels="app=x")).store
        async with deadline(10):
            await store.until_synced()
        for name, labels in (("in", {"app": "x"}), ("out", {"app": "y"})):
            answer = await applied(client, config_map(name, labels))
            store.learn(answer.meta, answer.raw)
        assert [entry.name for entry in store.list()] == ["in"]


async def test_a_view_survives_a_history_that_was_compacted_while_it_was_away(
    control_plane: ControlPlane,
) -> None:
    client = Client(control_plane.transport())
    transport = Gate(control_plane.transport())
    async with Caches(transport, rng=Random(1)) as caches:
        store = caches.informer(CONFIG_MAP, Scope("default")).store
        async with deadline(10):
            await store.until_synced()
        await asyncio.sleep(60)
        transport.shut()
        first = await applied(client, config_map("a"))
        for number in range(20):
            await applied(client, config_map("b", x=str(number)))
        await client.delete(Ref(CONFIG_MAP, "default", "a"), uid=first.meta.uid)
        transport.open()
        await asyncio.sleep(120)
        names = {entry.name: entry.decoded().get("data") for entry in store.list()}
        assert names["b"] == {"x": "19"}
        assert "a" not in names


class Gate:
    """A connection that can be shut: what is open breaks, what is new is refused."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner
        self._shut = asyncio.Event()

    def shut(self) -> None:
        self._shut.set()

    def open(self) -> None:
        self._shut = asyncio.Event()

    async def request(self, request: Any, *, timeout_s: float) -> Any:
        self._check()
        return await self._inner.request(request, timeout_s=timeout_s)

    @asynccontextmanager
    async def stream(self, request: Any, *, connect_timeout_s: float) -> AsyncIterator[Any]:
        self._check()
        async with self._inner.stream(request, connect_timeout_s=connect_timeout_s) as stream:
            yield Cut(stream, self._shut)

    async def close(self) -> None: ...

    def _check(self) -> None:
        if self._shut.is_set():
            raise ConnectionRefusedError("shut")


class Cut:
    def __init__(self, stream: Any, shut: asyncio.Event) -> None:
        self._stream = stream
        self._shut = shut
        self.status = stream.status
        self.headers = stream.headers

    async def chunks(self) -> AsyncIterator[bytes]:
        inner = self._stream.chunks()
        shut = asyncio.create_task(self._shut.wait())
        try:
            while True:
                chunk = asyncio.ensure_future(anext(inner))
                try:
                    await asyncio.wait((chunk, shut), return_when=asyncio.FIRST_COMPLETED)
                    if shut.done():
                        raise ConnectionResetError("shut")
                    yield chunk.result()
                finally:
                    if not chunk.done():
                        chunk.cancel()
                        await asyncio.wait((chunk,))
        finally:
            shut.cancel()
            await asyncio.wait((shut,))
            await inner.aclose()
