"""A limit to silence that costs next to nothing while there is none."""

from __future__ import annotations

import asyncio
from types import TracebackType


class SilenceAlarm:
    """Interrupts its task with `TimeoutError` when nothing was heard for `idle_s`.

        alarm = SilenceAlarm(idle_s)
        async with alarm:                  # while something is awaited
            chunk = await anext(chunks)
        alarm.close()                      # at the end of the stream

    One timer serves the whole stream: it is set again only when it fires too early, not at each chunk.
    """

    def __init__(self, idle_s: float) -> None:
        self._loop = asyncio.get_running_loop()
        self._idle_s = idle_s
        self._heard_at = self._loop.time()
        self._listening: asyncio.Task[object] | None = None
        self._rang = False
        self._timer = self._loop.call_later(idle_s, self._look)

    async def __aenter__(self) -> None:
        self._heard_at = self._loop.time()
        self._listening = asyncio.current_task()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        task, self._listening = self._listening, None
        if not self._rang:
            return
        self._rang = False
        # Somebody else may have cancelled the task too: that is not ours to swallow.
        if task is not None and task.uncancel() == 0 and kind is asyncio.CancelledError:
            raise TimeoutError from error

    def close(self) -> None:
        self._timer.cancel()

    def _look(self) -> None:
        due = self._heard_at + self._idle_s
        if self._listening is not None and self._loop.time() >= due:
            self._rang = True
            self._listening.cancel()
            due = self._loop.time() + self._idle_s
        self._timer = self._loop.call_at(max(due, self._loop.time() + 0.001), self._look)
