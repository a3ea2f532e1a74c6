"""A kind is followed through every fault, in virtual time; the view ends equal to the server."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import msgspec
import pytest

from mendloop.aio.tasks import deadline
from mendloop.errors.exceptions import Timeout
from mendloop.kube.transport import Response

VECTORS = Path(__file__).parents[1] / "vectors" / "watch"


async def test_lists_then_follows(server: Any, follow: Any) -> None:
    server.put("a", "u-a")
    async with follow() as follower:
        await follower.informer.until_synced()
        server.put("b", "u-b")
        server.put("a", spec={"bread": 1})
        server.drop("b")
        await asyncio.sleep(1)
        assert follower.journal.changes == ["+a/u-a", "+b/u-b", "~a/u-a", "-b/u-b"]
        assert follower.equals_the_server()
        assert follower.informer.stale_since is None


async def test_reads_a_list_in_pages(server: Any, follow: Any) -> None:
    server.page = 3
    for number in range(10):
        server.put(f"n{number}")
    async with follow() as follower:
        await follower.informer.until_synced()
        assert follower.equals_the_server()
        assert len(server.lists()) == 4


async def test_an_idle_watch_sends_no_request_and_advances_by_bookmarks(server: Any, follow: Any) -> None:
    """A6: hours of bookmarks only; after them a renewal still finds its version."""
    server.put("a")
    async with follow() as follower:
        await follower.informer.until_synced()
        before = len(server.requests)
        server.version = 5000
        await asyncio.sleep(7200)
        assert len(server.requests) == before
        assert follower.store.version == 5000
        server.compact()
        server.hang_up()
        server.put("b")
        await asyncio.sleep(5)
        assert follower.equals_the_server()
        assert len(server.lists()) == 1


async def test_a1_a_watch_refused_with_410_lists_again_and_drops_what_vanished(
    server: Any, follow: Any, script: Any
) -> None:
    server.put("a")
    server.put("b", "u-b")
    async with follow() as follower:
        await follower.informer.until_synced()
        await asyncio.sleep(60)
        server.watch_faults.append(script.refusal(410, "Expired"))
        silently_drop(server, "b")
        server.hang_up()
        await asyncio.sleep(5)
        assert follower.equals_the_server()
        assert follower.journal.changes[-1] == "-b/u-b"
        floor = dict(server.lists()[1].query)
        assert floor["resourceVersionMatch"] == "NotOlderThan"
        assert int(floor["resourceVersion"]) >= 102


async def test_a2_an_expiry_within_the_stream_lists_again(server: Any, follow: Any, script: Any) -> None:
    server.put("a", "u-a")
    async with follow() as follower:
        await follower.informer.until_synced()
        silently_drop(server, "a")
        server.say(script.line("ERROR", {"kind": "Status", "code": 410, "reason": "Gone"}))
        await asyncio.sleep(5)
        assert follower.journal.changes == ["+a/u-a", "-a/u-a"]
        assert len(server.lists()) == 2


@pytest.mark.parametrize("code", [500, 403, 599])
async def test_a3_other_errors_within_the_stream_resume_without_a_tight_loop(
    server: Any, follow: Any, script: Any, code: int
) -> None:
    server.put("a")
    status = {"kind": "Status", "status": "Failure", "code": code, "message": "broken inside"}
    async with follow() as follower:
        await follower.informer.until_synced()
        server.watch_faults.extend([script.line("ERROR", status)] * 8)
        server.hang_up()
        await asyncio.sleep(60)
        assert len(server.watches()) <= 12
        server.put("b")
        await asyncio.sleep(300)
        assert follower.equals_the_server()


async def test_a4_too_large_a_version_waits_and_empties_nothing(
    server: Any, follow: Any, script: Any
) -> None:
    server.put("a", "u-a")
    body = {
        "kind": "Status",
        "code": 504,
        "reason": "Timeout",
        "message": "Timeout: Too large resource version: 200, current: 150",
        "details": {"causes": [{"reason": "ResourceVersionTooLarge"}], "retryAfterSeconds": 1},
    }
    async with follow() as follower:
        await follower.informer.until_synced()
        server.watch_faults.append(script.refusal(410, "Expired"))
        server.list_faults.extend([Response(504, {}, msgspec.json.encode(body))] * 3)
        server.hang_up()
        server.put("b")
        await asyncio.sleep(30)
        assert follower.equals_the_server()
        assert "-a/u-a" not in follower.journal.changes
        assert "resourceVersion" not in dict(server.lists()[-1].query)


async def test_a5_works_with_a_server_that_sends_no_bookmarks(server: Any, follow: Any) -> None:
    server.bookmarks_every_s = None
    server.put("a")
    async with follow() as follower:
        await follower.informer.until_synced()
        await asyncio.sleep(3600)
        server.put("b")
        await asyncio.sleep(5)
        assert follower.equals_the_server()
        assert len(server.requests) < 80


async def test_a8_a_silent_dead_connection_is_noticed_and_replaced(server: Any, follow: Any) -> None:
    server.put("a")
    async with follow() as follower:
        await follower.informer.until_synced()
        await asyncio.sleep(10)
        server.cut_silently()
        server.put("b")
        await asyncio.sleep(130)
        assert len(follower.store) == 1
        await asyncio.sleep(30)
        assert follower.equals_the_server()
        assert "Silent" in follower.journal.troubles


async def test_a9_r13_resets_at_the_setup_of_a_watch_are_outlived(server: Any, follow: Any) -> None:
    server.put("a", "u-a")
    async with follow() as follower:
        await follower.informer.until_synced()
        await asyncio.sleep(31)
        server.watch_faults.extend([ConnectionResetError("reset by peer")] * 12)
        server.hang_up()
        await asyncio.sleep(1)
        server.put("a", spec={"bread": "rye"})
        assert follower.informer.stale_since is not None
        assert follower.informer.health(asyncio.get_running_loop().time() + 60).is_ready(30) is False
        await asyncio.sleep(300)
        assert follower.informer.stale_since is None
        assert follower.journal.changes[-1] == "~a/u-a"
        assert len(server.lists()) == 1


async def test_a10_a_stream_that_ends_every_second_is_asked_for_ever_more_slowly(
    server: Any, follow: Any
) -> None:
    server.put("a")
    async with follow() as follower:
        await follower.informer.until_synced()
        for _ in range(600):
            await asyncio.sleep(1)
            server.hang_up()
        assert len(server.watches()) <= 600 / 3
        assert len(server.lists()) == 1


@pytest.mark.parametrize(
    "damage",
    [
        b'{"type":"MODIFIED","object":{"apiVersion":"food.exam\n',
        b'{"type":"MODIFIED","object":{"metadata":{"name":"a","uid":"u","resourceVersion":"9999",'
        b'"labels":{"x":"\xff\xfe"}}}}\n',
        b'{"type":"MODIFIED","object":{"metadata":{"name":"a","uid":"u","resourceVersion":"9999"},'
        b'"spec":"\xff\xfe"}}\n',
        b"<html>Bad Gateway</html>\n",
        b'{"type":"ADDED"',
    ],
)
async def test_a11_a_damaged_line_costs_no_event(server: Any, follow: Any, damage: bytes) -> None:
    server.put("a")
    async with follow() as follower:
        await follower.informer.until_synced()
        server.put("b")
        server.say(damage)
        server.hang_up()
        server.put("c")
        await asyncio.sleep(10)
        assert follower.equals_the_server()
        assert len(server.lists()) == 1
        assert follower.store.version < 9999


async def test_a12_an_object_of_three_megabytes_cut_into_small_chunks_arrives(
    server: Any, follow: Any, script: Any
) -> None:
    async with follow() as follower:
        await follower.informer.until_synced()
        streams, server.streams = server.streams, []
        server.put("big", "u-big", spec={"text": "x" * 3_000_000})
        server.streams = streams
        data = server.history[-1][1]
        for at in range(0, len(data), 65_536):
            server.say(data[at : at + 65_536])
        await asyncio.sleep(1)
        assert follower.equals_the_server()


async def test_a13_what_is_told_twice_is_one_change(server: Any, follow: Any) -> None:
    async with follow() as follower:
        await follower.informer.until_synced()
        server.put("a", "u-a")
        for _ in range(3):
            server.say(server.history[-1][1])
        await asyncio.sleep(1)
        assert follower.journal.changes == ["+a/u-a"]


async def test_a14_a_stale_list_deletes_nothing(server: Any, follow: Any, script: Any) -> None:
    """An older server answers the relist; nothing is done on its word, and the next answer counts."""
    for name in "abc":
        server.put(name)
    async with follow() as follower:
        await follower.informer.until_synced()
        stale = {"kind": "BakeryList", "metadata": {"resourceVersion": "50"}, "items": []}
        server.list_faults.extend([Response(200, {}, msgspec.json.encode(stale))] * 4)
        server.watch_faults.append(script.refusal(410, "Expired"))
        server.hang_up()
        await asyncio.sleep(30)
        assert not [change for change in follower.journal.changes if change.startswith("-")]
        assert "StaleServer" in follower.journal.troubles
        assert follower.equals_the_server()


async def test_a15_versions_that_stay_lower_are_believed_after_a_while(
    server: Any, follow: Any, script: Any
) -> None:
    """etcd was restored from a backup: all versions are legitimately lower, and the kind must go on."""
    server.version = 5000
    for name in "abc":
        server.put(name)
    async with follow() as follower:
        await follower.informer.until_synced()
        server.version, server.history = 1000, []
        del server.objects["c"]
        for name in "ab":
            server.put(name)
        server.watch_faults.append(script.refusal(410, "Expired"))
        server.hang_up()
        await asyncio.sleep(30)
        assert len(follower.store) == 3
        await asyncio.sleep(120)
        assert "VersionsReset" in follower.journal.troubles
        assert follower.equals_the_server()
        server.put("d")
        await asyncio.sleep(1)
        assert follower.equals_the_server()


async def test_a16_a_delete_missed_during_an_outage_is_told(server: Any, follow: Any) -> None:
    server.put("a", "u-a")
    server.put("b", "u-b")
    async with follow() as follower:
        await follower.informer.until_synced()
        server.watch_faults.extend([OSError("down")] * 5)
        server.hang_up(OSError("down"))
        silently_drop(server, "a")
        server.compact()
        await asyncio.sleep(60)
        assert follower.journal.changes[-1] == "-a/u-a"
        assert follower.equals_the_server()


async def test_a17_a_namesake_made_during_an_outage_is_a_delete_and_a_create(
    server: Any, follow: Any
) -> None:
    server.put("a", "old")
    async with follow() as follower:
        await follower.informer.until_synced()
        server.hang_up(OSError("down"))
        silently_drop(server, "a")
        server.objects["a"] = server.put("a", "new")
        server.compact()
        await asyncio.sleep(60)
        assert follower.journal.changes == ["+a/old", "-a/old", "+a/new"]


async def test_a19_an_expired_page_token_begins_the_list_again(server: Any, follow: Any, script: Any) -> None:
    server.page = 2
    for number in range(5):
        server.put(f"n{number}")
    first = await server.request(_list_request(script), timeout_s=1)
    server.list_faults.extend([first, script.refusal(410, "Expired")])
    async with follow() as follower:
        await follower.informer.until_synced()
        assert follower.equals_the_server()


async def test_a20_a_page_that_fails_leaves_the_view_as_it_was(server: Any, follow: Any, script: Any) -> None:
    server.page = 2
    for number in range(5):
        server.put(f"n{number}")
    async with follow() as follower:
        await follower.informer.until_synced()
        first = await server.request(_list_request(script), timeout_s=1)
        server.list_faults.extend([first, *[script.refusal(503, "ServiceUnavailable")] * 3])
        server.watch_faults.append(script.refusal(410, "Expired"))
        server.hang_up()
        await asyncio.sleep(0.2)
        assert len(follower.store) == 5
        await asyncio.sleep(60)
        assert not [change for change in follower.journal.changes if change.startswith("-")]
        assert follower.equals_the_server()


async def test_a21_a_list_that_lacks_most_objects_is_read_twice(
    server: Any, follow: Any, script: Any
) -> None:
    for number in range(20):
        server.put(f"n{number:02}")
    async with follow() as follower:
        await follower.informer.until_synced()
        empty = {"kind": "BakeryList", "metadata": {"resourceVersion": "500"}, "items": []}
        server.version = 600
        server.list_faults.append(Response(200, {}, msgspec.json.encode(empty)))
        server.watch_faults.append(script.refusal(410, "Expired"))
        server.hang_up()
        await asyncio.sleep(30)
        assert "MassDisappearance" in follower.journal.troubles
        assert not [change for change in follower.journal.changes if change.startswith("-")]


async def test_r15_frames_of_any_shape_harm_nothing(server: Any, follow: Any) -> None:
    frames = (VECTORS / "R15-frames.jsonl").read_bytes().splitlines(keepends=True)
    server.put("z")
    async with follow() as follower:
        await follower.informer.until_synced()
        server.version = 5009
        server.put("a", "u-a")
        for frame in frames:
            server.say(frame)
            await asyncio.sleep(30)
            server.put(f"n{len(server.objects)}")
            await asyncio.sleep(120)
        silently_drop(server, "z")
        server.compact()
        server.hang_up()
        await asyncio.sleep(120)
        assert follower.equals_the_server()
        for request in server.watches():
            assert dict(request.query)["resourceVersion"].isdecimal()


async def test_r17_waiting_for_an_object_outlives_an_expiry_and_never_sees_a_status(
    server: Any, follow: Any, script: Any
) -> None:
    server.put("job", "u-job")
    key = script.kind.key("d", "job")
    seen: list[Any] = []

    def is_complete(entry: Any) -> bool:
        seen.append(entry.decoded())
        return bool(entry.decoded().get("status", {}).get("complete"))

    async with follow() as follower:
        waiting = asyncio.create_task(follower.store.until(key, is_complete))
        await asyncio.sleep(5)
        server.watch_faults.append(script.refusal(410, "Expired"))
        server.say(script.line("ERROR", {"kind": "Status", "code": 410, "reason": "Expired"}))
        await asyncio.sleep(5)
        server.put("job", status={"complete": True})
        job = await waiting
        assert job.decoded()["status"] == {"complete": True}
        assert {each["kind"] for each in seen} == {"Bakery"}
        with pytest.raises(Timeout):
            async with deadline(60):
                await follower.store.until(script.kind.key("d", "none"), lambda entry: entry is not None)


async def test_an_undecodable_object_in_a_list_wedges_nothing_and_deletes_nothing(
    server: Any, follow: Any, script: Any
) -> None:
    server.put("a", "u-a")
    server.put("b", "u-b")
    async with follow() as follower:
        await follower.informer.until_synced()
        odd = {"kind": "BakeryList", "metadata": {"resourceVersion": "900"}}
        odd["items"] = [{"metadata": {"name": 7, "labels": "none"}}, script.bakery("c", "u-c", 800)]
        server.version = 900
        server.list_faults.append(Response(200, {}, msgspec.json.encode(odd)))
        server.watch_faults.append(script.refusal(410, "Expired"))
        server.hang_up()
        await asyncio.sleep(5)
        assert follower.journal.changes == ["+a/u-a", "+b/u-b", "+c/u-c"]


async def test_a_kind_that_is_not_installed_is_tried_slowly_until_it_is(
    server: Any, follow: Any, script: Any
) -> None:
    server.list_faults.extend([script.refusal(404, "NotFound")] * 20)
    async with follow() as follower:
        await asyncio.sleep(300)
        assert not follower.informer.synced
        assert len(server.lists()) <= 15
        assert follower.informer.health(300.0).trouble.kind == "NotInstalled"
        await asyncio.sleep(900)
        assert follower.informer.synced


async def test_b15_rights_taken_and_given_back_need_no_restart(server: Any, follow: Any, script: Any) -> None:
    server.put("a")
    async with follow() as follower:
        await follower.informer.until_synced()
        server.watch_faults.extend([script.refusal(403, "Forbidden")] * 10)
        server.hang_up()
        await asyncio.sleep(120)
        assert follower.journal.troubles[-1] == "Denied"
        await asyncio.sleep(600)
        server.put("b")
        await asyncio.sleep(1)
        assert follower.equals_the_server()


async def test_b6_retry_after_is_honoured(server: Any, follow: Any) -> None:
    server.list_faults.append(Response(429, {"retry-after": "20"}, b"Too many requests, try again."))
    async with follow() as follower:
        await follower.informer.until_synced()
        assert 20 <= server.requests[1][0] <= 24


async def test_the_first_list_outlives_a_server_that_is_down(server: Any, follow: Any) -> None:
    server.put("a")
    server.list_faults.extend([OSError("connection refused")] * 30)
    async with follow() as follower:
        await asyncio.wait_for(follower.informer.until_synced(), 1200)
        assert follower.equals_the_server()


async def test_a_bug_in_a_subscriber_restarts_the_watch_and_loses_nothing(server: Any, follow: Any) -> None:
    bugs = [LookupError("bug"), LookupError("bug")]

    def buggy(change: Any) -> None:
        if bugs:
            raise bugs.pop()

    async with follow() as follower:
        await follower.informer.until_synced()
        follower.store.subscribe(buggy)
        server.put("a")
        server.put("b")
        await asyncio.sleep(1)
        server.put("c")
        await asyncio.sleep(30)
        assert follower.equals_the_server()
        assert len(follower.journal.restarts) == 2
        follower.journal.restarts.clear()


async def test_random_faults_end_equal_to_the_server(server: Any, follow: Any, script: Any) -> None:
    """Fifty seeds of edits, outages, compactions and damage; then quiet, then equality."""
    from random import Random

    for seed in range(50):
        rng = Random(seed)
        server.__init__()
        async with follow(seed) as follower:
            for _ in range(60):
                _one_event(server, script, rng)
                await asyncio.sleep(rng.choice([0, 0.1, 3, 40]))
            server.list_faults.clear()
            server.watch_faults.clear()
            await asyncio.sleep(600)
            assert follower.equals_the_server(), f"seed {seed}"


def _one_event(server: Any, script: Any, rng: Any) -> None:
    name = f"n{rng.randrange(6)}"
    match rng.randrange(10):
        case 0 | 1 | 2:
            server.put(name)
        case 3 if name in server.objects:
            server.drop(name)
        case 4 if name in server.objects:
            server.drop(name)
            server.put(name)
        case 5:
            server.hang_up(rng.choice([None, OSError("reset")]))
        case 6:
            server.compact()
        case 7:
            server.watch_faults.append(
                rng.choice([OSError("x"), script.refusal(410), script.refusal(500), b'{"type":'])
            )
        case 8:
            server.list_faults.append(
                rng.choice([OSError("x"), script.refusal(503), Response(200, {}, b"{")])
            )
        case 9:
            server.say(rng.choice([b"junk\n", b'{"type":"ADDED","object":null}\n']))


def _list_request(script: Any) -> Any:
    from mendloop.kube.transport import Request

    return Request("GET", script.kind.path(), (("limit", "500"),))


def silently_drop(server: Any, name: str) -> None:
    """Deletes without telling the open watches."""
    streams, server.streams = server.streams, []
    server.drop(name)
    server.streams = streams
