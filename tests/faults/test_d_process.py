"""FAULTS.md D: what may happen to the operator itself."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from mendloop.chaos import EmptyList, FaultPlan, Reset
from mendloop.chaos.sweep import crash_after_each_write, crash_before_each_write, lose_each_reply
from mendloop.k8s import ConfigMap
from mendloop.testing import Cluster, Story

from .operators import Outside, Site, careful_operator, condition, made, pages, site, site_operator


async def middle(cluster: Cluster) -> None:
    """A site is created, changed and shrunk, and a page of it deleted."""
    found = await cluster.create(site(pages=3))
    await cluster.settled()
    await cluster.patch(found, {"spec": {"text": "b", "pages": 2}})
    await cluster.settled()
    await cluster.delete(await cluster.get(ConfigMap, "s-0"))
    await cluster.settled()
    assert await pages(cluster) == {"s-0": "b", "s-1": "b"}
    assert (await condition(cluster, "s")).status == "True"


async def whole(cluster: Cluster) -> None:
    """The same, and then the site is deleted."""
    await middle(cluster)
    await cluster.delete(await cluster.get(Site, "s"))
    await cluster.settled()
    assert await cluster.find(Site, "s") is None


def story(tell: Callable[[Cluster], Awaitable[None]]) -> Story:
    return Story(careful_operator(), tell, deps=Outside)


@pytest.mark.parametrize("tell", [middle, whole])
def test_d1_a_crash_after_any_write_changes_nothing_in_the_end(
    tell: Callable[[Cluster], Awaitable[None]],
) -> None:
    report = crash_after_each_write(story(tell))
    report.check()
    assert report.kills == report.plans > 8


def test_d2_a_crash_before_any_write_changes_nothing_in_the_end() -> None:
    report = crash_before_each_write(story(whole))
    report.check()
    assert report.kills == report.plans > 8


def test_d1_a_lost_reply_to_any_write_changes_nothing_in_the_end() -> None:
    report = lose_each_reply(story(whole))
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
