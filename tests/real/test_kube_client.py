"""The client, the wire and the watch against a real kube-apiserver."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random
from typing import Any

import pytest

from mendloop.cache.informers import Caches
from mendloop.errors.exceptions import ApiError
from mendloop.kube.auth import Cluster, Fixed
from mendloop.kube.client import Client, Ref
from mendloop.kube.kubeconfig import read_kubeconfig
from mendloop.kube.tls import Tls
from mendloop.kube.watch.run import Scope
from mendloop.kube.wire import AiohttpTransport
from mendloop.model.kinds import Kind

CONFIG_MAP = Kind("", "v1", "ConfigMap", "configmaps")
MANAGER = "cache.example.com"


@asynccontextmanager
async def connected(real: Any, tmp_path: Path, user: str = "admin") -> AsyncIterator[Client]:
    path = tmp_path / "kubeconfig"
    real.kubeconfig(path, user)
    transport = AiohttpTransport(read_kubeconfig([path]))
    try:
        yield Client(transport)
    finally:
        await transport.close()


def config_map(name: str, namespace: str, **data: str) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": name, "namespace": namespace},
        "data": data,
    }


async def test_each_verb_does_what_it_says(real: Any, namespace: str, tmp_path: Path) -> None:
    async with connected(real, tmp_path) as client:
        ref = Ref(CONFIG_MAP, namespace, "one")
        made = await client.create(Ref(CONFIG_MAP, namespace), config_map("one", namespace, a="1"))
        assert (made.status, made.meta.name) == (201, "one")
        applied = await client.apply(ref, config_map("one", namespace, b="2"), manager=MANAGER)
        assert applied.decoded()["data"] == {"a": "1", "b": "2"}
        dry = await client.apply(ref, config_map("one", namespace, b="3"), manager=MANAGER, dry_run=True)
        assert dry.decoded()["data"]["b"] == "3"
        merged = await client.merge_patch(ref, {"data": {"a": None}})
        assert merged.decoded()["data"] == {"b": "2"}
        patched = await client.json_patch(ref, [{"op": "add", "path": "/data/c", "value": "3"}])
        assert patched.decoded()["data"] == {"b": "2", "c": "3"}
        replaced = await client.update(ref, patched.decoded() | {"data": {"d": "4"}})
        assert (await client.get(ref)).meta.resource_version == replaced.meta.resource_version
        with pytest.raises(ApiError) as conflict:
            await client.update(ref, patched.raw)
        assert (conflict.value.status, conflict.value.reason) == (409, "Conflict")
        with pytest.raises(ApiError) as other:
            await client.delete(ref, uid="00000000-0000-0000-0000-000000000000")
        assert other.value.status == 409
        deleted = await client.delete(ref, uid=replaced.meta.uid, timeout_s=10)
        assert (deleted.gone, deleted.uid) == (True, replaced.meta.uid)
        with pytest.raises(ApiError) as gone:
            await client.get(ref)
        assert (gone.value.status, gone.value.reason) == (404, "NotFound")


async def test_pages_hold_one_snapshot(real: Any, namespace: str, tmp_path: Path) -> None:
    async with connected(real, tmp_path) as client:
        for number in range(5):
            await client.create(
                Ref(CONFIG_MAP, namespace), config_map(f"n{number}", namespace, a=str(number))
            )
        pages = [page async for page in client.pages(Ref(CONFIG_MAP, namespace), limit=2)]
        assert [len(page.items or ()) for page in pages] == [2, 2, 1]
        assert len({page.metadata.resource_version for page in pages}) == 1


async def test_the_view_follows_and_drops_the_echo_of_its_own_write(
    real: Any, namespace: str, tmp_path: Path
) -> None:
    async with (
        connected(real, tmp_path) as client,
        Caches(client.transport, rng=Random(1), manager=MANAGER) as caches,
    ):
        informer = caches.informer(CONFIG_MAP, Scope(namespace))
        store, changes = informer.store, []
        async with asyncio.timeout(20):
            await informer.until_synced()
        store.subscribe(changes.append, replay=False)
        body = config_map("mine", namespace, a="1")
        key = CONFIG_MAP.key(namespace, "mine")
        with store.writing(key):
            written = await client.apply(Ref(CONFIG_MAP, namespace, "mine"), body, manager=MANAGER)
            store.learn(written.meta, written.raw, writer=client)
        entry = store.get(key)
        assert entry is not None
        assert b"managedFields" not in entry.raw
        assert entry.owned == b'{"f:data":{"f:a":{}}}'
        other = await client.merge_patch(Ref(CONFIG_MAP, namespace, "mine"), {"data": {"b": "2"}})
        async with asyncio.timeout(10):
            await store.caught_up(other.meta.version)
        assert [change.writer for change in changes] == [client, None]
        uid = written.meta.uid
        await client.delete(Ref(CONFIG_MAP, namespace, "mine"), uid=uid)
        store.forget(key, uid)
        assert store.get(key) is None
        await asyncio.sleep(0.5)
        assert [change.new is None for change in changes] == [False, False, True]


async def test_a_listed_entry_says_its_kind(real: Any, namespace: str, tmp_path: Path) -> None:
    """Items of a ConfigMapList come without apiVersion and kind."""
    async with connected(real, tmp_path) as client:
        await client.create(Ref(CONFIG_MAP, namespace), config_map("one", namespace, a="1"))
        async with Caches(client.transport, rng=Random(1)) as caches:
            informer = caches.informer(CONFIG_MAP, Scope(namespace))
            async with asyncio.timeout(20):
                await informer.until_synced()
            decoded = informer.store.get(CONFIG_MAP.key(namespace, "one")).decoded()  # type: ignore[union-attr]
            assert (decoded["apiVersion"], decoded["kind"]) == ("v1", "ConfigMap")


async def test_a_metadata_view_holds_no_bodies(real: Any, namespace: str, tmp_path: Path) -> None:
    async with connected(real, tmp_path) as client:
        await client.create(Ref(CONFIG_MAP, namespace), config_map("one", namespace, secret="body"))
        async with Caches(client.transport, rng=Random(1)) as caches:
            informer = caches.informer(CONFIG_MAP, Scope(namespace, metadata_only=True))
            async with asyncio.timeout(20):
                await informer.until_synced()
            two = config_map("two", namespace, secret="body")
            made = await client.create(Ref(CONFIG_MAP, namespace), two)
            async with asyncio.timeout(10):
                await informer.store.caught_up(made.meta.version)
            assert len(informer.store.list(namespace=namespace)) >= 2
            assert all(b"body" not in entry.raw for entry in informer.store.list())


async def test_without_rights_the_view_says_denied_and_stays_up(
    real: Any, namespace: str, tmp_path: Path
) -> None:
    async with (
        connected(real, tmp_path, "nobody") as client,
        Caches(client.transport, rng=Random(1)) as caches,
    ):
        informer = caches.informer(CONFIG_MAP)
        await asyncio.sleep(1)
        health = informer.health(asyncio.get_running_loop().time())
        assert not health.synced
        assert health.trouble is not None
        assert health.trouble.kind == "Denied"


async def test_a_wrong_token_is_a_401_and_is_not_repeated_for_ever(real: Any) -> None:
    cluster = Cluster(real.url, Fixed(token="wrong"), Tls(ca_file=str(real.ca)))
    transport = AiohttpTransport(cluster)
    try:
        with pytest.raises(ApiError) as refused:
            await Client(transport).get(Ref(CONFIG_MAP, "default", "x"))
        assert refused.value.status == 401
    finally:
        await transport.close()


async def test_an_unknown_authority_is_refused_before_anything_is_sent(real: Any) -> None:
    transport = AiohttpTransport(Cluster(real.url, Fixed(token=real.token("admin"))))
    try:
        with pytest.raises(OSError, match="certificate") as refused:
            await Client(transport).get(Ref(CONFIG_MAP, "default", "x"))
        assert refused.value.sent is False  # type: ignore[attr-defined]
    finally:
        await transport.close()


async def test_d12_a_rotated_authority_is_taken_without_a_restart(real: Any, tmp_path: Path) -> None:
    now, good = [1000.0], real.ca.read_bytes()
    authority = tmp_path / "ca.crt"
    authority.write_bytes(good)
    cluster = Cluster(real.url, Fixed(token=real.token("admin")), Tls(ca_file=str(authority)))
    transport = AiohttpTransport(cluster, wall=lambda: now[0])
    client = Client(transport)
    try:
        await client.raw("GET", "/version")
        authority.write_bytes(b"half a certificate")
        now[0] += 31
        await client.raw("GET", "/version")
        authority.write_bytes(good + b"\n")
        now[0] += 31
        await client.raw("GET", "/version")
    finally:
        await transport.close()


async def test_a4_a_list_of_the_future_is_a_504_with_its_cause(
    real: Any, namespace: str, tmp_path: Path
) -> None:
    """What the core of the watch relies on."""
    async with connected(real, tmp_path) as client:
        with pytest.raises(ApiError) as future:
            await client.raw(
                "GET",
                CONFIG_MAP.path(namespace),
                query=(("resourceVersion", "999999999"), ("resourceVersionMatch", "NotOlderThan")),
            )
        assert future.value.status == 504
        assert any(cause.reason == "ResourceVersionTooLarge" for cause in future.value.causes)


async def test_a_request_costs_little(real: Any, namespace: str, tmp_path: Path) -> None:
    async with connected(real, tmp_path) as client:
        ref = Ref(CONFIG_MAP, namespace, "one")
        body = config_map("one", namespace, a="1")
        await client.apply(ref, body, manager=MANAGER)
        began = time.process_time()
        for _ in range(300):
            await client.apply(ref, body, manager=MANAGER)
        assert (time.process_time() - began) / 300 < 0.003
