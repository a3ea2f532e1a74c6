"""The `cluster` fixture, used as a user would."""

from __future__ import annotations

from typing import Annotated, Any

import pytest

from mendloop import Context, Manifests, Meta, Operator, Resource, Spec, Status
from mendloop.k8s import ConfigMap, Deployment, Secret
from mendloop.testing import Cluster, NotSettled

op = Operator("cache.example.com")


class MemcachedSpec(Spec):
    image: str = "memcached:1.6"
    size: Annotated[int, Meta(ge=1, le=9)] = 1


class MemcachedStatus(Status):
    endpoint: str = ""


class Memcached(Resource[MemcachedSpec, MemcachedStatus], group="cache.example.com", version="v1"):
    """A cache."""


@op.desired(Memcached, owns=[Deployment], reads=[Secret])
def desired(cache: Memcached, ctx: Context) -> Manifests:
    ctx.require(Secret, "pull-secret")
    labels = {"app": cache.name}
    pod = {"containers": [{"name": "memcached", "image": cache.spec.image}]}
    yield {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": cache.name},
        "spec": {
            "replicas": cache.spec.size,
            "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels}, "spec": pod},
        },
    }
    cache.status.endpoint = f"{cache.name}.{cache.namespace}.svc"


def memcached(**spec: Any) -> Memcached:
    return Memcached("demo", spec=MemcachedSpec(**spec))


def secret() -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "pull-secret"}}


async def test_runs_an_operator_until_it_settles(cluster: Cluster) -> None:
    await cluster.create(secret())
    async with cluster.run(op):
        await cluster.create(memcached(size=2))
        await cluster.settled()
        deployment = await cluster.get(Deployment, "demo")
        assert deployment.spec.replicas == 2 and deployment.ready
        cache = await cluster.get(Memcached, "demo")
        assert cache.status.endpoint == "demo.default.svc" and cache.ready


async def test_waits_for_what_is_not_there_and_heals(cluster: Cluster) -> None:
    async with cluster.run(op):
        await cluster.create(memcached())
        await cluster.settled()
        assert not (await cluster.get(Memcached, "demo")).ready
        assert await cluster.find(Deployment, "demo") is None
        await cluster.create(secret())
        await cluster.settled()
        assert (await cluster.get(Memcached, "demo")).ready


async def test_writes_nothing_at_rest_and_after_a_restart(cluster: Cluster) -> None:
    await cluster.create(secret())
    async with cluster.run(op):
        await cluster.create(memcached())
        await cluster.settled()
        writes = cluster.writes
        assert writes > 0
        await cluster.advance(24 * 3600)
        assert cluster.writes == writes
    async with cluster.run(op):
        await cluster.settled()
        assert cluster.writes == writes


async def test_a_planned_fault_hits_the_operator(cluster: Cluster) -> None:
    await cluster.create(secret())
    cluster.faults.fail("apply", kind="apps/Deployment", status=503, times=2)
    async with cluster.run(op):
        await cluster.create(memcached())
        await cluster.settled()
    assert len(cluster.faults.hits) == 2
    assert (await cluster.get(Deployment, "demo")).ready


async def test_says_what_goes_on_where_it_does_not_settle(cluster: Cluster) -> None:
    await cluster.create(secret())
    cluster.faults.fail("apply", kind="apps/Deployment", status=503, times=None)
    async with cluster.run(op):
        await cluster.create(memcached())
        with pytest.raises(
            NotSettled, match=r"(?s)Memcached default/demo: .*apply apps/Deployment \(always\)"
        ):
            await cluster.settled(within=20)


async def test_edits_and_deletes_as_a_user_would(cluster: Cluster) -> None:
    await cluster.create(secret())
    async with cluster.run(op):
        cache = await cluster.create(memcached())
        await cluster.settled()
        await cluster.patch(cache, {"spec": {"size": 3}})
        await cluster.settled()
        assert (await cluster.get(Deployment, "demo")).spec.replicas == 3
        await cluster.delete(cache)
        await cluster.settled()
    assert await cluster.find(Memcached, "demo") is None
    assert list(await cluster.list(Deployment)) == []


@pytest.mark.parametrize(
    "kind", ["StatefulSet", "DaemonSet", "Job", "Pod", "PersistentVolumeClaim", "Service"]
)
async def test_sets_a_built_in_kind_ready(cluster: Cluster, kind: str) -> None:
    from mendloop.model.readiness import is_current
    from mendloop.testing.readying import ready_status

    group = {"StatefulSet": "apps/v1", "DaemonSet": "apps/v1", "Job": "batch/v1"}.get(kind, "v1")
    obj = {
        "apiVersion": group,
        "kind": kind,
        "metadata": {"name": "x", "generation": 2, "creationTimestamp": "2026-01-01T00:00:00Z"},
        "spec": {"clusterIP": "10.0.0.1"},
    }
    assert is_current({**obj, "status": ready_status(obj)})


async def test_plays_the_controller_of_a_foreign_kind(cluster: Cluster) -> None:
    await cluster.install(Memcached)
    await cluster.create(memcached())
    await cluster.set_ready(Memcached, "demo")
    assert (await cluster.get("cache.example.com/v1/Memcached", "demo")).ready


async def test_two_objects_of_one_name_are_told_apart(cluster: Cluster) -> None:
    first = await cluster.create(ConfigMap("a"))
    await cluster.delete(first)
    second = await cluster.create(ConfigMap("a"))
    from mendloop.errors import ApiError

    with pytest.raises(ApiError, match="UID in the precondition"):
        await cluster.delete(first)
    assert (await cluster.get(ConfigMap, "a")).uid == second.uid
