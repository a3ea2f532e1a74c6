"""A loop that stands still is seen from outside."""

import asyncio
import threading

import pytest

from mendloop.manager.watchdog import Stall, Watchdog


def blocks_until(told: threading.Event) -> None:
    """User code that holds the loop."""
    told.wait(10)


async def turned(watchdog: Watchdog) -> None:
    """Returns once the watchdog has seen the loop turn again."""
    loop = asyncio.get_running_loop()
    alive = loop.create_future()

    def look() -> None:
        if watchdog.stalled_s:
            loop.call_later(0.01, look)
        else:
            alive.set_result(None)

    look()
    await alive


@pytest.mark.real_time
async def test_r46_a_blocking_call_is_reported_with_the_stack_of_the_culprit() -> None:
    stalls: list[Stall] = []
    told = threading.Event()

    def report(stall: Stall) -> None:
        stalls.append(stall)
        told.set()

    watchdog = Watchdog(report, limit_s=0.1)
    watchdog.start()
    try:
        blocks_until(told)
        assert watchdog.stalled_s > 0
        async with asyncio.timeout(5):
            await turned(watchdog)
    finally:
        watchdog.stop()
    assert len(stalls) == 1
    assert "blocks_until" in stalls[0].stack and stalls[0].seconds > 0.1
