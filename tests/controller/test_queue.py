"""One entry an object, delayed, prioritised; one worker an object."""

import asyncio

import pytest

from mendloop.controller.queue import Priority, Queue


def now() -> float:
    return asyncio.get_running_loop().time()


async def taken(queue: Queue[str]) -> str:
    async with asyncio.timeout(1000):
        return await queue.take()


async def test_an_object_is_queued_once_however_often_it_is_woken() -> None:
    queue: Queue[str] = Queue()
    for _ in range(3):
        queue.add("a")
    assert len(queue) == 1
    assert await taken(queue) == "a"
    queue.done("a")
    assert queue.idle


async def test_no_two_workers_have_one_object() -> None:
    queue: Queue[str] = Queue()
    queue.add("a")
    assert await taken(queue) == "a"
    queue.add("a")
    assert len(queue) == 0
    queue.done("a")
    assert len(queue) == 1


async def test_keeps_the_earlier_of_two_requeues() -> None:
    queue: Queue[str] = Queue()
    start = now()
    queue.add("a", not_before=start + 60)
    queue.add("a", not_before=start + 5)
    assert await taken(queue) == "a"
    assert now() == start + 5
    queue.done("a")
    assert queue.idle and queue.delayed == 0


async def test_what_was_asked_while_busy_can_be_held_to_a_pace() -> None:
    """A change during a failing pass is not lost, and not faster than the backoff."""
    queue: Queue[str] = Queue()
    start = now()
    queue.add("a")
    await taken(queue)
    queue.add("a")
    queue.hold("a", not_before=start + 30)
    queue.done("a")
    assert await taken(queue) == "a"
    assert now() == start + 30


async def test_what_is_asked_while_busy_keeps_its_delay() -> None:
    queue: Queue[str] = Queue()
    start = now()
    queue.add("a")
    await taken(queue)
    queue.add("a", not_before=start + 7)
    queue.done("a")
    assert await taken(queue) == "a"
    assert now() == start + 7


async def test_changes_go_before_retries_and_these_before_a_resync() -> None:
    queue: Queue[str] = Queue()
    queue.add("resync", priority=Priority.RESYNC)
    queue.add("retry", priority=Priority.RETRY)
    queue.add("change")
    assert [await taken(queue) for _ in range(3)] == ["change", "retry", "resync"]


async def test_a_change_lifts_an_object_that_waits_for_a_resync() -> None:
    queue: Queue[str] = Queue()
    queue.add("a", priority=Priority.RESYNC)
    queue.add("b", priority=Priority.RESYNC)
    queue.add("b")
    assert await taken(queue) == "b"


async def test_a_flood_of_changes_does_not_starve_a_resync() -> None:
    queue: Queue[str] = Queue()
    queue.add("resync", priority=Priority.RESYNC)
    for i in range(20):
        queue.add(f"change-{i}")
    first = [await taken(queue) for _ in range(10)]
    assert "resync" in first


async def test_a_cancelled_taker_passes_its_wake_up_on() -> None:
    queue: Queue[str] = Queue()
    first = asyncio.create_task(queue.take())
    second = asyncio.create_task(queue.take())
    await asyncio.sleep(0)
    queue.add("a")
    first.cancel()
    assert await asyncio.wait_for(second, 5) == "a"
    with pytest.raises(asyncio.CancelledError):
        await first


async def test_forgets_what_was_asked_for_an_object() -> None:
    queue: Queue[str] = Queue()
    queue.add("a")
    queue.add("b", not_before=now() + 5)
    queue.forget("a")
    queue.forget("b")
    assert len(queue) == 0 and queue.delayed == 0
    queue.add("c", not_before=now() + 10)
    assert await taken(queue) == "c"
