"""Sweeps over a scripted operator: one that is careful, and some that each have a well-known fault."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import msgspec
import pytest

from mendloop.chaos.state import comparable
from mendloop.chaos.sweep import crash_after_each_write, lose_each_reply, replay
from mendloop.controlplane import ControlPlane
from mendloop.kube.transport import Request, Response, Transport

MAPS = "/api/v1/namespaces/default/configmaps"
JSON = {"content-type": "application/json"}


class Embedded:
    def __init__(self) -> None:
        self.plane = ControlPlane(seed=0)

    @property
    def transport(self) -> Transport:
        return self.plane.transport("operator")

    def objects(self) -> list[dict[str, Any]]:
        return self.plane.objects("v1/ConfigMap", "default")


class ThreeMaps:
    """Wishes for three ConfigMaps; `named` says whether their names follow from the wish."""

    def __init__(self, *, named: bool = True, looks_first: bool = True, repeats: bool = True) -> None:
        self.name = "three maps"
        self._named = named
        self._looks_first = looks_first
        self._repeats = repeats

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Embedded]:
        yield Embedded()

    async def drive(self, world: Embedded) -> None:
        await asyncio.sleep(60)

    async def operate(self, transport: Transport) -> None:
        while True:
            for number in range(3):
                try:
                    await self._ensure(transport, number)
                except ConnectionResetError:
                    if not self._repeats:
                        await asyncio.sleep(600)
                    await asyncio.sleep(1)
                    break
            else:
                await asyncio.sleep(600)

    async def _ensure(self, transport: Transport, number: int) -> None:
        if self._looks_first:
            found = await _ask(transport, Request("GET", MAPS))
            if any(each["data"]["n"] == str(number) for each in msgspec.json.decode(found.body)["items"]):
                return
        name = {"name": f"map-{number}"} if self._named else {"generateName": "map-"}
        body = msgspec.json.encode({"metadata": name, "data": {"n": str(number)}})
        await _ask(transport, Request("POST", MAPS, (), JSON, body))


async def _ask(transport: Transport, request: Request) -> Response:
    return await transport.request(request, timeout_s=10)


def test_a_careful_operator_passes() -> None:
    report = crash_after_each_write(ThreeMaps())
    report.check()
    assert (report.plans, report.kills) == (3, 3), "each of the crashes happened"


def test_a_lost_reply_is_survived_by_who_looks_again() -> None:
    report = lose_each_reply(ThreeMaps())
    report.check()
    assert report.plans == 3


def test_random_names_without_a_look_make_a_second_one() -> None:
    report = crash_after_each_write(ThreeMaps(named=False, looks_first=False))
    assert len(report.broken) == 3
    assert "created configmaps: 4 instead of 3" in report.broken[0].differences
    with pytest.raises(AssertionError, match="kills the operator right after it"):
        report.check()


def test_an_operator_that_gives_up_is_found() -> None:
    report = lose_each_reply(ThreeMaps(repeats=False))
    assert [bool(each.differences) for each in report.broken] == [True, True]


def test_a_printed_plan_breaks_again_the_same_way() -> None:
    scenario = ThreeMaps(named=False, looks_first=False)
    broken = crash_after_each_write(scenario).broken[1]
    assert replay(scenario, broken.plan) == broken.differences


def test_two_runs_compare_equal_whatever_chance_named() -> None:
    def cluster(seed: int) -> dict[str, str]:
        plane = ControlPlane(seed=seed)
        for n in range(2):
            body = msgspec.json.encode({"metadata": {"generateName": "map-"}, "data": {"n": str(n)}})
            plane.handle(Request("POST", MAPS, (), JSON, body))
        return comparable(plane.objects("v1/ConfigMap", "default"))

    first, second = cluster(1), cluster(2)
    assert first.keys() == second.keys() == {"ConfigMap default/map-<1>", "ConfigMap default/map-<2>"}
    assert sorted(text.replace("<2>", "<1>") for text in first.values()) == sorted(
        text.replace("<2>", "<1>") for text in second.values()
    )
