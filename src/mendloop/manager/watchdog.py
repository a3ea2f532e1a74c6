"""Tells when the event loop stands still, and whose code it stands in.

A blocking call in user code (`requests.get`, `time.sleep`, a long computation) stops every object of
the process, and no task can report it. So a thread looks from outside.
"""

from __future__ import annotations

import asyncio
import logging
import sys
import threading
import time
import traceback
from collections.abc import Callable
from typing import NamedTuple

log = logging.getLogger("mendloop")


class Stall(NamedTuple):
    """The loop did not turn for so long; `stack` is where its thread stood, innermost line last."""

    seconds: float
    stack: str


def log_stall(stall: Stall) -> None:
    """Reports a stall with the stack of the culprit."""
    log.critical("the event loop stands still for %.1f s, in:\n%s", stall.seconds, stall.stack)


class Watchdog:
    """A thread that asks the loop for a sign of life.

    `on_stall` is called in that thread, once a stall; `stalled_s` says how long the present one lasts.
    """

    def __init__(self, on_stall: Callable[[Stall], None], *, limit_s: float = 5.0) -> None:
        self._on_stall = on_stall
        self._limit_s = limit_s
        self._sign = time.monotonic()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def stalled_s(self) -> float:
        """Seconds since the last sign of life, 0 while that is within the limit."""
        silent = time.monotonic() - self._sign
        return silent if self._thread is not None and silent > self._limit_s else 0.0

    def start(self) -> None:
        """Watches the running loop, from the thread that runs it."""
        loop = asyncio.get_running_loop()
        self._sign = time.monotonic()
        self._thread = threading.Thread(
            target=self._watch, args=(loop, threading.get_ident()), name="mendloop-watchdog", daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def _alive(self) -> None:
        self._sign = time.monotonic()

    def _watch(self, loop: asyncio.AbstractEventLoop, ident: int) -> None:
        reported = 0.0
        while not self._stop.wait(self._limit_s / 4):
            if loop.is_closed():
                return
            sign = self._sign
            loop.call_soon_threadsafe(self._alive)
            silent = time.monotonic() - sign
            if silent > self._limit_s and reported != sign:
                reported = sign
                self._on_stall(Stall(silent, _stack_of(ident)))


def _stack_of(ident: int) -> str:
    frame = sys._current_frames().get(ident)
    return "".join(traceback.format_stack(frame)) if frame is not None else "the thread has ended"
