"""A loop that stands still is seen from outside."""

import asyncio
import threading

import pytest

from mendloop.manager.watchdog import Stall, Watchdog


def blocks_until(told: threading.Event) -> None:
    """User code that holds the loop."""
    told.wait(10)


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
        while watchdog.stalled_s:
            await asyncio.sleep(0.01)
    finally:
        watchdog.stop()
    assert len(stalls) == 1
    assert "blocks_until" in stalls[0].stack and stalls[0].seconds > 0.1
