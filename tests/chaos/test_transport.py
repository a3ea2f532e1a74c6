from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest

from mendloop.chaos import (
    Cut,
    Delay,
    EmptyList,
    End,
    Fault,
    FaultPlan,
    FaultyTransport,
    Frames,
    Hang,
    Hide,
    Hold,
    Kill,
    OperatorKilled,
    Repeat,
    Reset,
    Silence,
    StaleView,
    error_frame,
)
from mendloop.controlplane import ControlPlane
from mendloop.kube.transport import Request, Response

MAPS = "/api/v1/namespaces/default/configmaps"
JSON = {"content-type": "application/json"}


@pytest.fixture
def plane() -> ControlPlane:
    return ControlPlane(seed=0)


@pytest.fixture
async def faulty(plane: ControlPlane) -> FaultyTransport:
    return FaultyTransport(plane.transport(), FaultPlan())


def create(name: str) -> Request:
    return Request("POST", MAPS, (), JSON, msgspec.json.encode({"metadata": {"name": name}}))


def names(response: Response) -> list[str]:
    return [each["metadata"]["name"] for each in msgspec.json.decode(response.body)["items"]]


async def listed(transport: FaultyTransport, **query: str) -> Response:
    return await transport.request(Request("GET", MAPS, tuple(query.items())), timeout_s=5)


async def watched(faulty: FaultyTransport, plane: ControlPlane, *faults: Fault) -> bytes:
    """What a watch delivers while a and b are created and a is deleted, one a second; then it is left."""
    for fault in faults:
        faulty.plan.add(fault, "watch")
    request = Request("GET", MAPS, (("watch", "1"), ("resourceVersion", str(plane.world.store.revision))))
    seen = b""

    async def change() -> None:
        direct = plane.transport()
        for step in (create("a"), create("b"), Request("DELETE", f"{MAPS}/a")):
            await asyncio.sleep(1)
            await direct.request(step, timeout_s=5)

    async with asyncio.TaskGroup() as own:
        own.create_task(change())
        try:
            async with asyncio.timeout(60), faulty.stream(request, connect_timeout_s=5) as stream:
                async for chunk in stream.chunks():
                    seen += chunk
        except TimeoutError:
            seen += b"(still open)"
    return seen


def events(seen: bytes) -> list[str]:
    found = []
    for line in seen.splitlines():
        if line == b"(still open)":
            found.append("open")
            continue
        frame: dict[str, Any] = msgspec.json.decode(line)
        found.append(f"{frame['type']} {frame['object'].get('metadata', {}).get('name', '')}".strip())
    return found


async def test_passes_everything_on_without_a_plan(faulty: FaultyTransport, plane: ControlPlane) -> None:
    assert (await faulty.request(create("x"), timeout_s=5)).status == 201
    assert names(await listed(faulty)) == ["x"]
    assert events(await watched(faulty, plane)) == ["ADDED a", "ADDED b", "DELETED a", "open"]
    assert [str(each.call) for each in faulty.writes()] == ["create configmaps default"]


async def test_a_planned_answer_reaches_no_server(faulty: FaultyTransport, plane: ControlPlane) -> None:
    faulty.plan.fail("create", status=429, retry_after_s=7)
    answer = await faulty.request(create("x"), timeout_s=5)
    assert (answer.status, answer.headers["retry-after"]) == (429, "7")
    assert msgspec.json.decode(answer.body)["reason"] == "TooManyRequests"
    assert plane.writes() == [] and faulty.writes() == []


async def test_overload_protection_speaks_plain_text(faulty: FaultyTransport) -> None:
    faulty.plan.fail("list", status=429, text="Too many requests, please try again later.\n")
    answer = await listed(faulty)
    assert answer.headers["content-type"].startswith("text/plain") and answer.body.startswith(b"Too many")


async def test_b5_a_lost_reply_leaves_the_write_done(faulty: FaultyTransport, plane: ControlPlane) -> None:
    faulty.plan.add(Reset(after_commit=True), "create")
    with pytest.raises(ConnectionResetError):
        await faulty.request(create("x"), timeout_s=5)
    assert len(plane.writes()) == 1 and len(faulty.writes()) == 1


async def test_a_reset_before_the_commit_leaves_nothing(faulty: FaultyTransport, plane: ControlPlane) -> None:
    faulty.plan.add(Reset(), "create")
    with pytest.raises(ConnectionResetError):
        await faulty.request(create("x"), timeout_s=5)
    assert plane.writes() == []


async def test_a_hang_ends_with_the_clients_patience(faulty: FaultyTransport) -> None:
    faulty.plan.add(Hang(), "list")
    began = asyncio.get_running_loop().time()
    with pytest.raises(TimeoutError):
        await listed(faulty)
    assert asyncio.get_running_loop().time() - began == 5


async def test_a_delay_is_waited_out(faulty: FaultyTransport) -> None:
    faulty.plan.add(Delay(3), "list")
    assert (await listed(faulty)).status == 200
    assert asyncio.get_running_loop().time() == 3


async def test_a_killed_operator_does_nothing_more(faulty: FaultyTransport, plane: ControlPlane) -> None:
    faulty.plan.add(Kill(after=True), "write", nth=2)
    await faulty.request(create("one"), timeout_s=5)
    with pytest.raises(OperatorKilled):
        await faulty.request(create("two"), timeout_s=5)
    with pytest.raises(OperatorKilled):
        await faulty.request(create("three"), timeout_s=5)
    assert faulty.killed.is_set() and len(plane.writes()) == 2


async def test_a_kill_before_the_write_prevents_it(faulty: FaultyTransport, plane: ControlPlane) -> None:
    faulty.plan.add(Kill(after=False), "write")
    with pytest.raises(OperatorKilled):
        await faulty.request(create("one"), timeout_s=5)
    assert plane.writes() == []


async def test_a_list_comes_back_empty(faulty: FaultyTransport) -> None:
    await faulty.request(create("x"), timeout_s=5)
    faulty.plan.add(EmptyList(), "list")
    assert names(await listed(faulty)) == [] and names(await listed(faulty)) == ["x"]


async def test_the_second_page_fails(faulty: FaultyTransport) -> None:
    for name in "abc":
        await faulty.request(create(name), timeout_s=5)
    faulty.plan.fail("list", status=503, page=2)
    first = await listed(faulty, limit="1")
    token = msgspec.json.decode(first.body)["metadata"]["continue"]
    query = {"limit": "1", "continue": token}
    assert (first.status, (await listed(faulty, **query)).status) == (200, 503)
    assert (await listed(faulty, **query)).status == 200


async def test_a_stale_view_shows_the_past(faulty: FaultyTransport, plane: ControlPlane) -> None:
    await faulty.request(create("old"), timeout_s=5)
    version = str(plane.world.store.revision)
    await faulty.request(create("new"), timeout_s=5)
    rule = faulty.plan.add(StaleView(version), "read", times=None)
    assert names(await listed(faulty)) == ["old"]
    faulty.plan.remove(rule)
    assert names(await listed(faulty)) == ["new", "old"]


async def test_a_watch_falls_silent(faulty: FaultyTransport, plane: ControlPlane) -> None:
    assert events(await watched(faulty, plane, Silence(after=1))) == ["ADDED a", "open"]


async def test_a_watch_ends_in_good_order(faulty: FaultyTransport, plane: ControlPlane) -> None:
    assert events(await watched(faulty, plane, End(after_s=2.5))) == ["ADDED a", "ADDED b"]


async def test_a_watch_breaks_off_within_a_line(faulty: FaultyTransport, plane: ControlPlane) -> None:
    seen = await watched(faulty, plane, Cut(after=1, tail=b"\xff"))
    whole, rest = seen.splitlines(keepends=True)
    assert events(whole) == ["ADDED a"] and rest.startswith(b'{"type":"ADDED"') and rest.endswith(b"\xff")


async def test_foreign_frames_come_in_between(faulty: FaultyTransport, plane: ControlPlane) -> None:
    fault = Frames((error_frame(500, "etcdserver: leader changed"),), after=1)
    assert events(await watched(faulty, plane, fault)) == ["ADDED a", "ERROR", "ADDED b", "DELETED a", "open"]


async def test_a_frame_may_be_the_last(faulty: FaultyTransport, plane: ControlPlane) -> None:
    fault = Frames((error_frame(410, "too old resource version: 1 (5)"),), then_end=True)
    assert events(await watched(faulty, plane, fault)) == ["ERROR"]


async def test_events_come_twice(faulty: FaultyTransport, plane: ControlPlane) -> None:
    assert events(await watched(faulty, plane, Repeat())) == 2 * ["ADDED a"] + 2 * ["ADDED b"] + 2 * [
        "DELETED a"
    ] + ["open"]


async def test_old_events_come_again(faulty: FaultyTransport, plane: ControlPlane) -> None:
    seen = events(await watched(faulty, plane, Repeat(replay=True)))
    assert seen == ["ADDED a", "ADDED b", "ADDED a", "DELETED a", "ADDED a", "ADDED b", "open"]


async def test_a_delete_is_missed(faulty: FaultyTransport, plane: ControlPlane) -> None:
    assert events(await watched(faulty, plane, Hide())) == ["ADDED a", "ADDED b", "open"]


async def test_events_come_late(faulty: FaultyTransport, plane: ControlPlane) -> None:
    seen = await watched(faulty, plane, Hold(10), End(after_s=12.5))
    assert events(seen) == ["ADDED a", "ADDED b"]


async def test_a_watch_is_refused(faulty: FaultyTransport, plane: ControlPlane) -> None:
    faulty.plan.fail("watch", status=410)
    async with faulty.stream(Request("GET", MAPS, (("watch", "1"),)), connect_timeout_s=5) as stream:
        assert stream.status == 410
        assert msgspec.json.decode(b"".join([part async for part in stream.chunks()]))["reason"] == "Expired"


async def test_a_connection_breaks_at_each_setup_of_a_watch(faulty: FaultyTransport) -> None:
    faulty.plan.add(Reset(), "watch", times=2)
    request = Request("GET", MAPS, (("watch", "1"),))
    for _ in range(2):
        with pytest.raises(ConnectionResetError):
            async with faulty.stream(request, connect_timeout_s=5):
                pass
    async with faulty.stream(request, connect_timeout_s=5) as stream:
        assert stream.status == 200
    assert isinstance(stream.chunks(), AsyncIterator)
