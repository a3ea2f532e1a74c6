"""The limit to silence, in virtual time."""

from __future__ import annotations

import asyncio

import pytest

from mendloop.aio.alarm import SilenceAlarm


async def test_rings_after_so_much_silence_and_not_before() -> None:
    loop, alarm = asyncio.get_running_loop(), SilenceAlarm(10)
    for pause in (9.0, 9.9, 9.0):
        async with alarm:
            await asyncio.sleep(pause)
    began = loop.time()
    with pytest.raises(TimeoutError):
        async with alarm:
            await asyncio.Event().wait()
    assert loop.time() - began == pytest.approx(10)
    async with alarm:
        await asyncio.sleep(1)
    alarm.close()


async def test_time_spent_on_other_things_is_no_silence() -> None:
    alarm = SilenceAlarm(10)
    await asyncio.sleep(100)
    async with alarm:
        await asyncio.sleep(9)
    alarm.close()


async def test_a_cancellation_by_others_stays_one() -> None:
    async def listen() -> None:
        alarm = SilenceAlarm(10)
        try:
            async with alarm:
                await asyncio.Event().wait()
        finally:
            alarm.close()

    for cancel_at in (5, 10):
        task = asyncio.create_task(listen())
        asyncio.get_running_loop().call_later(cancel_at, task.cancel)
        with pytest.raises((asyncio.CancelledError, TimeoutError)):
            await task
        assert task.cancelled() or cancel_at == 10


async def test_an_error_inside_comes_through() -> None:
    alarm = SilenceAlarm(10)
    with pytest.raises(LookupError):
        async with alarm:
            raise LookupError
    alarm.close()
