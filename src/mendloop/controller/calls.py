"""Calls that may be repeated at once, and the limits of it (SPEC 4.1, 4.2).

A short wait inside a pass saves a requeue; anything longer leaves the worker to others.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from mendloop.aio.tasks import remaining_s
from mendloop.controller.world import World
from mendloop.policy import call_retry

T = TypeVar("T")


async def patiently(call: Callable[[], Awaitable[T]], world: World, *, idempotent: bool = True) -> T:
    """What `call` gives, repeated while that is safe, soon, and within the pass' deadline.

    Errors: the last failure, as it is.
    """
    loop = asyncio.get_running_loop()
    began = loop.time()
    attempt = 0
    while True:
        attempt += 1
        try:
            return await call()
        except Exception as error:
            verdict = world.judge(error)
            elapsed_s = loop.time() - began
            delay_s = call_retry(
                verdict, attempt, elapsed_s, elapsed_s + remaining_s(), idempotent, world.rng
            )
            if delay_s is None:
                raise
        await asyncio.sleep(delay_s)
