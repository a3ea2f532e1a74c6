"""Tasks with an owner: bounded calls, supervised loops, and a check for what was left behind.

All times are seconds on the running loop's clock, so that a virtual-time loop drives them.
"""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import Awaitable, Callable, Collection, Coroutine
from dataclasses import dataclass
from random import Random
from types import TracebackType
from typing import Any, NoReturn, TypeVar

from mendloop.aio.virtual import where_it_waits
from mendloop.errors.exceptions import Timeout

T = TypeVar("T")

_PLACES = 3  # awaits that a deadline's message names

_ends_at: contextvars.ContextVar[float] = contextvars.ContextVar("ends_at", default=float("inf"))

# Tasks that ignored their cancellation. Held here, so that they are not collected half-way through,
# until they end by themselves.
_abandoned: set[asyncio.Task[Any]] = set()


class deadline:
    """Ends what runs inside it after `limit_s`, with `Timeout`; the shorter of nested deadlines wins.

    `None` sets no limit. A `TimeoutError` that something inside raises by itself passes through as it is.
    """

    def __init__(self, limit_s: float | None, *, what: str = "") -> None:
        self._limit_s = limit_s
        self._what = what
        self._timeout: asyncio.Timeout | None = None
        self._token: contextvars.Token[float] | None = None

    async def __aenter__(self) -> deadline:
        if self._limit_s is not None:
            ends_at = asyncio.get_running_loop().time() + self._limit_s
            self._timeout = asyncio.timeout_at(ends_at)
            await self._timeout.__aenter__()
            self._token = _ends_at.set(min(ends_at, _ends_at.get()))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._timeout is None:
            return
        if self._token is not None:
            _ends_at.reset(self._token)
        try:
            await self._timeout.__aexit__(kind, error, trace)
        except TimeoutError as expired:
            raise _timeout(self._what, self._limit_s or 0.0) from expired


def remaining_s() -> float:
    """Seconds until the nearest enclosing deadline; infinite where there is none."""
    return max(0.0, _ends_at.get() - asyncio.get_running_loop().time())


async def run_bounded(
    work: Coroutine[Any, Any, T],
    limit_s: float,
    grace_s: float = 2.0,
    *,
    name: str = "bounded work",
    on_abandoned: Callable[[asyncio.Task[Any]], None] | None = None,
) -> T:
    """The result of `work`, which gets `limit_s` seconds, and `grace_s` more to end once it is cancelled.

    Work that ignores its cancellation is abandoned: `on_abandoned` is called with its task, which is kept
    alive but awaited no longer, so that one bad call never holds its caller for ever.
    Errors: `Timeout` when the limit passed, whatever the work made of its cancellation; else what it raises.
    """
    loop = asyncio.get_running_loop()
    task = loop.create_task(_within(work, limit_s), name=name)
    # As asyncio.wait, which costs three times as much for one task; every pass comes through here.
    over: asyncio.Future[None] = loop.create_future()

    def end(_: object) -> None:
        if not over.done():
            over.set_result(None)

    task.add_done_callback(end)
    timer = loop.call_later(limit_s, end, None)
    try:
        await over
    except asyncio.CancelledError:
        await _end(task, grace_s, on_abandoned)
        raise
    finally:
        timer.cancel()
    if task.done():
        return task.result()
    # The innermost awaits tell whom it waits for; the outer ones are how it came there.
    place = " > ".join(where_it_waits(task).split(" > ")[-_PLACES:])
    await _end(task, grace_s, on_abandoned)
    raise _timeout(f"{name}, waiting in {place}", limit_s)


async def _within(work: Coroutine[Any, Any, T], limit_s: float) -> T:
    _ends_at.set(min(asyncio.get_running_loop().time() + limit_s, _ends_at.get()))
    return await work


async def _end(
    task: asyncio.Task[Any], grace_s: float, on_abandoned: Callable[[asyncio.Task[Any]], None] | None
) -> None:
    """Cancels the task and waits until it has ended, but no longer than `grace_s`."""
    task.cancel()
    await asyncio.wait((task,), timeout=grace_s)
    if not task.done():
        _abandoned.add(task)
        task.add_done_callback(_returned_after_all)
        if on_abandoned is not None:
            on_abandoned(task)
    elif not task.cancelled():
        task.exception()  # seen: its deadline is what the caller hears of


def _returned_after_all(task: asyncio.Task[Any]) -> None:
    _abandoned.discard(task)
    if not task.cancelled():
        task.exception()


def _timeout(what: str, limit_s: float) -> Timeout:
    subject = f"{what} " if what else ""
    return Timeout(f"{subject}took longer than {limit_s:g} s", reason="DeadlineExceeded")


def abandoned_tasks() -> frozenset[asyncio.Task[Any]]:
    """Tasks that ignored their cancellation and still run."""
    return frozenset(_abandoned)


def leaked_tasks(known: Collection[asyncio.Task[Any]] = ()) -> list[str]:
    """What still runs besides the caller and the `known` tasks: name and where it waits, sorted."""
    mine = {asyncio.current_task(), *known}
    return sorted(f"{task.get_name()}: {where_it_waits(task)}" for task in asyncio.all_tasks() - mine)


@dataclass(frozen=True, slots=True)
class Restarts:
    """How fast a supervised task comes back: doubling from `first_s`, never slower than `cap_s`.

    A run of `healthy_s` counts as recovered: the next failure waits `first_s` again.
    """

    first_s: float = 0.5
    cap_s: float = 30.0
    healthy_s: float = 60.0

    def delay_s(self, failures: int, rng: Random) -> float:
        """The wait after so many failures in a row: the upper half is jitter, so it is never next to none."""
        full = min(self.cap_s, self.first_s * 2.0 ** min(failures - 1, 60))
        return rng.uniform(full / 2, full)


@dataclass(frozen=True, slots=True)
class Failure:
    """One end of a supervised task; `error` is None when it returned although it never should."""

    name: str
    error: Exception | None
    failures: int
    delay_s: float


async def supervise(
    name: str,
    factory: Callable[[], Awaitable[object]],
    on_failure: Callable[[Failure], None],
    *,
    rng: Random,
    restarts: Restarts = Restarts(),
) -> NoReturn:
    """Runs `factory()` again and again, for ever: whatever ends it is reported, then it is restarted.

    A return counts as a failure too: a stream that ends silently is the worst of all. Cancellation ends
    it at once and is not reported.
    """
    loop = asyncio.get_running_loop()
    failures = 0
    while True:
        began = loop.time()
        error: Exception | None = None
        try:
            await factory()
        except asyncio.CancelledError:
            # Without a request to cancel this task it came from some library: one more way to end silently.
            if (task := asyncio.current_task()) is None or task.cancelling():
                raise
        except Exception as raised:
            error = raised
        failures = 1 if loop.time() - began >= restarts.healthy_s else failures + 1
        delay_s = restarts.delay_s(failures, rng)
        on_failure(Failure(name, error, failures, delay_s))
        await asyncio.sleep(delay_s)


class OwnedTasks:
    """Background tasks that end with their owner, within a bound.

        async with OwnedTasks(on_failure=report) as own:
            own.start(serve(), name="serve")

    Leaving cancels all of them and waits up to `grace_s`; what ignores that is abandoned and reported by
    `on_failure` with a `Timeout`. A task that fails is reported at once; it does not end its siblings.
    """

    def __init__(self, *, on_failure: Callable[[Failure], None], grace_s: float = 5.0) -> None:
        self._on_failure = on_failure
        self._grace_s = grace_s
        self._tasks: set[asyncio.Task[Any]] = set()

    async def __aenter__(self) -> OwnedTasks:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    def start(self, work: Coroutine[Any, Any, object], *, name: str) -> asyncio.Task[Any]:
        """Runs `work` as a task of this owner."""
        task = asyncio.create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    async def close(self) -> None:
        """Ends every task; returns after `grace_s` at the latest."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks, timeout=self._grace_s)
        for task in tasks:
            if not task.done():
                _abandoned.add(task)
                task.add_done_callback(_returned_after_all)
                self._report(task, _timeout(f"ending {task.get_name()}", self._grace_s))

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        error = None if task.cancelled() else task.exception()
        if isinstance(error, Exception):
            self._report(task, error)

    def _report(self, task: asyncio.Task[Any], error: Exception) -> None:
        self._on_failure(Failure(task.get_name(), error, failures=1, delay_s=0.0))
