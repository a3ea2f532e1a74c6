"""One event loop a test: runs it, gives async fixtures tasks of their own, finds what it left."""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import gc
from collections.abc import AsyncGenerator, Coroutine, Iterator
from typing import Any, TypeVar

import pytest

T = TypeVar("T")

# Turns of the loop in which a task that was cancelled, or a transport that was closed, may still end.
_TURNS_TO_END = 5


class LoopOfTest:
    """The loop of one test, from its first async fixture to its teardown.

    Every piece runs in one context, so that a fixture's context variables are seen by the test.
    """

    def __init__(self, name: str, *, virtual: bool) -> None:
        self._name = name
        self._virtual = virtual
        self._runner = asyncio.Runner(loop_factory=_virtual_loop if virtual else None)
        self._context = contextvars.copy_context()
        self._fixtures: set[asyncio.Task[None]] = set()
        self._unseen: list[str] = []
        self._failed = False
        self._runner.get_loop().set_exception_handler(self._note_unseen)

    def run(self, coroutine: Coroutine[Any, Any, T], *, name: str) -> T:
        """The coroutine's result; its task is called `name`."""

        async def named() -> T:
            task = asyncio.current_task()
            assert task is not None
            task.set_name(name)
            return await coroutine

        return self._runner.run(named(), context=self._context)

    def run_test(self, test: Coroutine[Any, Any, object]) -> None:
        """Runs the test's body. Fails it for what it left, unless fixtures are up that may own that."""
        try:
            self.run(test, name=self._name)
        except BaseException:
            self._failed = True  # what a broken-off test leaves behind says nothing more
            raise
        if not self._fixtures:
            self._fail_for_leftovers()

    @contextlib.contextmanager
    def entered(self, generator: AsyncGenerator[T, None], *, name: str) -> Iterator[T]:
        """What the generator yields, for the length of the block.

        The generator begins and ends in one task: a task group or a timeout that it holds over its
        `yield` belongs to the task that entered it and could not be left in another.
        """
        loop = self._runner.get_loop()
        value: asyncio.Future[T] = loop.create_future()
        done = asyncio.Event()

        async def start() -> asyncio.Task[None]:
            task = asyncio.create_task(_live(generator, value, done), name=name)
            await asyncio.wait((task, value), return_when=asyncio.FIRST_COMPLETED)
            return task

        task = self.run(start(), name=f"start of {name}")
        if not value.done():
            task.result()  # raises what the fixture raised
            raise RuntimeError(f"{name} ended without a yield")
        self._fixtures.add(task)
        try:
            yield value.result()
        finally:
            self._fixtures.discard(task)
            self.run(_finish(task, done), name=f"end of {name}")

    def close(self) -> None:
        """Ends the loop; fails the test for tasks, timers and unseen exceptions that were left on it."""
        try:
            self._fail_for_leftovers()
        finally:
            # Cancels what is left, closes async generators and the executor's threads.
            self._runner.close()

    def _fail_for_leftovers(self) -> None:
        if self._failed:
            return
        left = self.run(self._leftovers(), name="leak check")
        # A task's unseen exception is reported when the task is freed; its frames hold it in a cycle.
        gc.collect(1)
        left += self._unseen
        if left:
            self._failed = True  # once is enough
            pytest.fail("the test left on its event loop:\n" + "\n".join(f"  {each}" for each in left), False)

    async def _leftovers(self) -> list[str]:
        for _ in range(_TURNS_TO_END):
            await asyncio.sleep(0)
        tasks = asyncio.all_tasks() - {asyncio.current_task()} - self._fixtures
        found = [f"task {_describe_task(task)}" for task in tasks if task is not None]
        if self._virtual and not tasks:
            found += [f"timer {handle!r}" for handle in _timers(asyncio.get_running_loop())]
        return sorted(found)

    def _note_unseen(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        error = context.get("exception")
        what = context.get("task") or context.get("future") or context.get("handle") or ""
        self._unseen.append(f"{context['message']}: {error!r} {what}".rstrip())


async def _live(generator: AsyncGenerator[T, None], value: asyncio.Future[T], done: asyncio.Event) -> None:
    async with contextlib.aclosing(generator):
        async for each in generator:
            if value.done():
                raise RuntimeError("a fixture yields once")
            value.set_result(each)
            await done.wait()


async def _finish(task: asyncio.Task[None], done: asyncio.Event) -> None:
    done.set()
    await task


def _describe_task(task: asyncio.Task[Any]) -> str:
    from mendloop.aio.virtual import where_it_waits

    return f"{task.get_name()!r}, waiting in {where_it_waits(task)}"


def _timers(loop: asyncio.AbstractEventLoop) -> list[asyncio.TimerHandle]:
    """Timers nobody cancelled. asyncio has no public list of them; the virtual loop is a base loop."""
    scheduled: list[asyncio.TimerHandle] = getattr(loop, "_scheduled", [])
    return [handle for handle in scheduled if not handle.cancelled()]


def _virtual_loop() -> asyncio.AbstractEventLoop:
    from mendloop.aio.virtual import VirtualTimeLoop

    return VirtualTimeLoop()
