"""An event loop on which waiting costs nothing: its clock jumps to the next timer when nobody can run.

Everything that waits in mendloop waits on the loop's clock, so one loop turns hours of backoff into
milliseconds of test, in the same order every time. `VirtualTimeLoop` itself is the loop factory:

    with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
        runner.run(main())

or, for one coroutine, `run(main())`.
"""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from types import FrameType
from typing import Any, TypeVar, TypeVarTuple

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

_SELF_PIPE_FDS = 1  # what asyncio registers for itself: the pipe that wakes it from another thread


class Deadlock(RuntimeError):
    """Raised when nothing is ready, no timer is set and nothing outside can wake a task any more."""


class VirtualTimeLoop(asyncio.SelectorEventLoop):
    """An asyncio loop whose `time()` moves only when nothing is ready: straight to the next timer.

    Guarantees: the same program takes the same steps at the same times; no real waiting for timers.
    Sockets still work: they are polled before each jump, for up to `io_grace_s` real seconds when any is
    open, so that both ends of a connection may live on this loop. Work in threads (`asyncio.to_thread`,
    name resolution) is waited for in real time, up to `thread_grace_s`, before time may jump over it.
    Errors: `Deadlock`, naming each task and where it waits, out of `run_until_complete`.
    """

    def __init__(self, *, start: float = 0.0, io_grace_s: float = 0.001, thread_grace_s: float = 5.0) -> None:
        self._now = start
        self._work_outside = 0
        self._io_grace_s = io_grace_s
        self._thread_grace_s = thread_grace_s
        super().__init__(_JumpingSelector(self))

    def time(self) -> float:
        return self._now

    def run(self, main: Coroutine[Any, Any, T]) -> T:
        """The coroutine's result; the loop stays open for another run."""
        return self.run_until_complete(main)

    def run_in_executor(
        self, executor: Executor | None, func: Callable[[*Ts], T], *args: *Ts
    ) -> asyncio.Future[T]:
        future = super().run_in_executor(executor, func, *args)
        self._work_outside += 1
        future.add_done_callback(self._work_came_back)
        return future

    async def shutdown_default_executor(self, *timeout: Any) -> None:
        with self._working_outside():
            await super().shutdown_default_executor(*timeout)

    @contextmanager
    def _working_outside(self) -> Iterator[None]:
        self._work_outside += 1
        try:
            yield
        finally:
            self._work_outside -= 1

    def _work_came_back(self, _: asyncio.Future[Any]) -> None:
        self._work_outside -= 1

    def _outside_patience_s(self, fds: int) -> float:
        """How long, in real seconds, something outside this loop gets to be faster than a timer."""
        if self._work_outside:
            return self._thread_grace_s
        return self._io_grace_s if fds > _SELF_PIPE_FDS else 0.0

    def _can_be_woken(self, fds: int) -> bool:
        return self._work_outside > 0 or fds > _SELF_PIPE_FDS

    def _jump(self, by: float) -> None:
        # The timer's own value, where there is one: adding a difference may miss it by one rounding.
        timers: list[asyncio.TimerHandle] = self._scheduled  # type: ignore[attr-defined]
        self._now = max(self._now, timers[0].when()) if timers else self._now + by


class _JumpingSelector(selectors.DefaultSelector):
    """Where an asyncio loop would sleep: looks at the sockets, then lets time jump instead."""

    def __init__(self, loop: VirtualTimeLoop) -> None:
        super().__init__()
        self._loop = loop

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        if ready or timeout == 0:
            return ready
        fds = len(self.get_map())
        if timeout is None:
            if not self._loop._can_be_woken(fds):
                raise Deadlock(_deadlock_message(self._loop))
            return super().select(None)
        if patience_s := self._loop._outside_patience_s(fds):
            ready = super().select(patience_s)
        if not ready:
            self._loop._jump(timeout)
        return ready


def run(main: Coroutine[Any, Any, T], *, start: float = 0.0) -> T:
    """The coroutine's result, run on a new virtual-time loop that is closed afterwards.

    Tasks left behind are cancelled and awaited, as `asyncio.run` does.
    """
    with asyncio.Runner(loop_factory=lambda: VirtualTimeLoop(start=start)) as runner:
        return runner.run(main)


def _deadlock_message(loop: asyncio.AbstractEventLoop) -> str:
    tasks = sorted(asyncio.all_tasks(loop), key=lambda task: task.get_name())
    lines = [f"  {task.get_name()}: {where_it_waits(task)}" for task in tasks]
    head = f"at {loop.time():g} s nothing is ready, no timer is set, and {len(tasks)} tasks wait for ever"
    return "\n".join([head, *lines])


def where_it_waits(task: asyncio.Task[Any]) -> str:
    """The chain of awaits of a suspended task, outermost first: `main (app.py:3) > get (queues.py:158)`."""
    places = []
    awaited: Any = task.get_coro()
    while awaited is not None:
        frame: FrameType | None = getattr(awaited, "cr_frame", None) or getattr(awaited, "gi_frame", None)
        if frame is None:
            break
        name = frame.f_code.co_filename.rpartition("/")[2]
        places.append(f"{frame.f_code.co_qualname} ({name}:{frame.f_lineno})")
        awaited = getattr(awaited, "cr_await", None) or getattr(awaited, "gi_yieldfrom", None)
    return " > ".join(places) or "not started"
