"""Which object is looked at next: one entry an object, delayed, prioritised, never two workers on one.

An object is in at most one of three places: `ready` (may be taken), `delayed` (not before its time) or
`busy` (a worker has it). One that is woken while busy is noted in `again` and comes back when it is done.
"""

from __future__ import annotations

import asyncio
import heapq
from collections import deque
from collections.abc import Callable
from enum import IntEnum
from typing import Generic, TypeVar

K = TypeVar("K")


class Priority(IntEnum):
    """What goes first: a change that somebody waits for, before what is only looked at again."""

    CHANGE = 0
    RETRY = 1
    RESYNC = 2


class Queue(Generic[K]):
    """Objects that want a pass; bound by their number, so it neither refuses nor sheds.

    `clock` gives seconds on the loop's clock; without one the running loop's is used.
    """

    def __init__(self, clock: Callable[[], float] | None = None) -> None:
        self._clock = clock or (lambda: asyncio.get_running_loop().time())
        self._ready: tuple[deque[K], ...] = tuple(deque() for _ in Priority)
        self._level: dict[K, Priority] = {}  # of what is ready
        self._due: dict[K, tuple[float, Priority]] = {}  # of what is delayed
        self._heap: list[tuple[float, int, K]] = []  # may hold entries that `_due` has replaced
        self._busy: set[K] = set()
        self._again: dict[K, tuple[float, Priority]] = {}
        self._takers: deque[asyncio.Future[None]] = deque()
        self._timer: asyncio.TimerHandle | None = None
        self._count = 0
        self._since_fair = 0

    def __len__(self) -> int:
        """Objects that may be taken now."""
        return len(self._level)

    @property
    def delayed(self) -> int:
        return len(self._due)

    @property
    def busy(self) -> frozenset[K]:
        return frozenset(self._busy)

    @property
    def idle(self) -> bool:
        """Nothing may be taken now and nobody works."""
        return not self._level and not self._busy

    def next_due(self) -> float | None:
        """When the earliest delayed object may be taken, on the queue's clock."""
        return min((due for due, _ in self._due.values()), default=None)

    def due(self, key: K) -> float | None:
        """When this object may be taken, if it is delayed."""
        found = self._due.get(key) or self._again.get(key)
        return found[0] if found else None

    def add(self, key: K, *, priority: Priority = Priority.CHANGE, not_before: float = 0.0) -> None:
        """Asks for a pass, not before a time; of several wishes the earliest and the best priority hold."""
        if key in self._busy:
            self._again[key] = _sooner(self._again.get(key), (not_before, priority))
        elif key in self._level:
            if not_before <= self._clock():
                self._raise_priority(key, priority)
        else:
            due, priority = _sooner(self._due.pop(key, None), (not_before, priority))
            self._place(key, due, priority)

    def hold(self, key: K, *, not_before: float) -> None:
        """Lets nothing that was asked for this object be earlier; asks for nothing by itself."""
        asked = self._again.get(key)
        if asked is not None:
            self._again[key] = (max(asked[0], not_before), asked[1])

    def forget(self, key: K) -> None:
        """Drops what was asked for this object; a worker that has it keeps it."""
        self._due.pop(key, None)
        self._again.pop(key, None)
        level = self._level.pop(key, None)
        if level is not None:
            self._ready[level].remove(key)

    async def take(self) -> K:
        """The next object; it is the caller's until `done`."""
        while not self._level:
            waiter = asyncio.get_running_loop().create_future()
            self._takers.append(waiter)
            try:
                await waiter
            except asyncio.CancelledError:
                self._pass_on(waiter)
                raise
        return self._pop()

    def done(self, key: K) -> None:
        """Gives the object back; if it was woken meanwhile it is due again."""
        self._busy.discard(key)
        again = self._again.pop(key, None)
        if again is not None:
            self.add(key, priority=again[1], not_before=again[0])

    def _pass_on(self, waiter: asyncio.Future[None]) -> None:
        # Cancelled after it was woken: without this the wake-up would be lost to all other takers.
        if waiter.done() and not waiter.cancelled():
            self._wake_taker()
        elif waiter in self._takers:
            self._takers.remove(waiter)

    def _pop(self) -> K:
        key = self._ready[self._next_level()].popleft()
        del self._level[key]
        self._busy.add(key)
        return key

    def _next_level(self) -> int:
        """The best level that has something; every eighth take the worst, so that nothing starves."""
        levels = [level for level in Priority if self._ready[level]]
        self._since_fair += 1
        if self._since_fair >= 8:
            self._since_fair = 0
            return levels[-1]
        return levels[0]

    def _place(self, key: K, due: float, priority: Priority) -> None:
        now = self._clock() if due > 0.0 else 0.0
        if due <= now:
            self._level[key] = priority
            self._ready[priority].append(key)
            self._wake_taker()
            return
        self._due[key] = (due, priority)
        self._count += 1
        heapq.heappush(self._heap, (due, self._count, key))
        self._set_timer()

    def _raise_priority(self, key: K, priority: Priority) -> None:
        level = self._level[key]
        if priority < level:
            self._ready[level].remove(key)
            self._level[key] = priority
            self._ready[priority].append(key)

    def _wake_taker(self) -> None:
        while self._takers:
            waiter = self._takers.popleft()
            if not waiter.done():
                waiter.set_result(None)
                return

    def _set_timer(self) -> None:
        due = self._heap[0][0]
        if self._timer is not None:
            if self._timer.when() <= due:
                return
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_at(due, self._ring)

    def _ring(self) -> None:
        self._timer = None
        now = self._clock()
        while self._heap and (self._heap[0][0] <= now or self._is_stale(self._heap[0])):
            due, _, key = heapq.heappop(self._heap)
            held = self._due.get(key)
            if held is not None and held[0] == due:
                del self._due[key]
                self._place(key, 0.0, held[1])
        if self._heap:
            self._set_timer()

    def _is_stale(self, entry: tuple[float, int, K]) -> bool:
        held = self._due.get(entry[2])
        return held is None or held[0] != entry[0]

    def close(self) -> None:
        """Stops the timer; what is queued stays."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


def _sooner(held: tuple[float, Priority] | None, asked: tuple[float, Priority]) -> tuple[float, Priority]:
    if held is None:
        return asked
    return min(held[0], asked[0]), min(held[1], asked[1])
