"""FAULTS.md D: what may happen to the operator itself."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from mendloop.chaos import EmptyList, FaultPlan, Reset
from mendloop.chaos.sweep import Report, crash_after_each_write, crash_before_each_write, lose_each_reply
from mendloop.controlplane import ControlPlane
from mendloop.k8s import ConfigMap
from mendloop.kube.transport import Transport
from mendloop.manager import RunSettings, running
from mendloop.testing import Cluster

from .operators import Outside, Site, careful_operator, condition, made, pages, site, site_operator


class World:
    """A control plane of one run, and what is outside of it."""

    def __init__(self) -> None:
        self.plane = ControlPlane(seed=0)
        self.cluster = Cluster(self.plane)
        self.outside = Outside({"s"})

    @property
    def transport(self) -> Transport:
        return self.cluster.transport("faults.example.com")

    def objects(self) -> list[dict[str, Any]]:
        found = [*self.plane.objects("v1/ConfigMap"), *self.plane.objects("faults.example.com/v1/Site")]
        return [*found, *self.plane.objects("apps/v1/Deployment")]


class LifeOfASite:
    """Created, changed, shrunk and, in the end, deleted where `to_the_end`."""

    name = "the life of a site"

    def __init__(self, *, to_the_end: bool) -> None:
        self._to_the_end = to_the_end
        self._world: World | None = None

    @asynccontextmanager
    async def open(self) -> AsyncIterator[World]:
        world = self._world = World()
        await world.cluster.install(Site)
        async with world.plane.running():
            yield world

    async def operate(self, transport: Transport) -> None:
        assert self._world is not None
        op, wall = careful_operator(), self._world.plane.world.now
        settings = RunSettings(seed=0)
        async with running(op, transport, settings=settings, deps=self._world.outside, wall=wall) as one:
            await one.task

    async def drive(self, world: World) -> None:
        cluster = world.cluster
        found = await cluster.create(site(pages=3))
        await asyncio.sleep(60)
        await cluster.patch(found, {"spec": {"text": "b", "pages": 2}})
        await asyncio.sleep(60)
        await cluster.delete(await cluster.get(ConfigMap, "s-0"))
        await asyncio.sleep(60)
        assert await pages(cluster) == {"s-0": "b", "s-1": "b"}
        assert (await condition(cluster, "s")).status == "True"
        if self._to_the_end:
            await cluster.delete(found)
            await asyncio.sleep(60)
            assert await cluster.find(Site, "s") is None and not world.outside.entries


@pytest.mark.parametrize("to_the_end", [False, True])
def test_d1_a_crash_after_any_write_changes_nothing_in_the_end(to_the_end: bool) -> None:
    report: Report = crash_after_each_write(LifeOfASite(to_the_end=to_the_end))
    report.check()
    assert report.kills == report.plans > 8


def test_d2_a_crash_before_any_write_changes_nothing_in_the_end() -> None:
    report = crash_before_each_write(LifeOfASite(to_the_end=True))
    report.check()
    assert report.kills == report.plans > 8


def test_d1_a_lost_reply_to_any_write_changes_nothing_in_the_end() -> None:
    report = lose_each_reply(LifeOfASite(to_the_end=True))
    report.check()
    assert report.plans > 8


async def test_d4_starts_without_an_api_and_heals_when_it_comes(cluster: Cluster) -> None:
    await cluster.install(Site)
    await cluster.create(site())
    outage = cluster.faults.add(Reset(), times=None)
    async with cluster.run(site_operator()):
        await cluster.advance(3600)
        assert await pages(cluster) == {}
        assert len(made(cluster)) < 4 * 3600 / 5, "three kinds, each asked less than every ten seconds or so"
        cluster.faults.remove(outage)
        await cluster.advance(60)
        await cluster.settled()
        assert await pages(cluster) == {"s-0": "a"}
        assert (await condition(cluster, "s")).status == "True"


async def test_d4_survives_an_outage_in_the_middle(cluster: Cluster) -> None:
    async with cluster.run(site_operator()):
        found = await cluster.create(site())
        await cluster.settled()
        outage = cluster.faults.add(Reset(), "write", times=None)
        reads = cluster.faults.fail("read", status=503, text="no healthy upstream", times=None)
        await cluster.patch(found, {"spec": {"text": "b"}})
        await cluster.advance(1800)
        assert await pages(cluster) == {"s-0": "a"}
        cluster.faults.remove(outage)
        cluster.faults.remove(reads)
        await cluster.advance(310)
        await cluster.settled()
        assert await pages(cluster) == {"s-0": "b"}


async def test_d4_an_api_that_shows_nothing_at_first_deletes_nothing(cluster: Cluster) -> None:
    async with cluster.run(site_operator()):
        await cluster.create(site(pages=3))
        await cluster.settled()
    before = {each.name: each.uid for each in await cluster.list(ConfigMap)}
    plan: FaultPlan = cluster.faults
    plan.add(EmptyList(), "list", kind="Site", times=2)
    async with cluster.run(site_operator()):
        await cluster.advance(600)
        assert {each.name: each.uid for each in await cluster.list(ConfigMap)} == before
