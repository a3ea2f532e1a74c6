"""The loop that drives the built-in controllers: one queue, one task, on the event loop's clock.

The control plane is synchronous and so is every controller; the order of work is that of the changes,
which makes a run repeat exactly under virtual time.
"""

from __future__ import annotations

import asyncio
import heapq
from collections import Counter, deque
from collections.abc import Callable, Iterable
from typing import NamedTuple, Protocol

import msgspec

from mendloop.controlplane.controllers.api import Plane, Refused, Seen, View
from mendloop.controlplane.store import Change, Happened

_FIRST_RETRY_S = 0.005  # the rate limiter of the real controllers: 5 ms doubling to 1000 s
_LAST_RETRY_S = 1000.0
_BATCH = 64  # objects looked at before others on the loop get their turn


class Target(NamedTuple):
    """What a controller looks at: an object's address, or its uid where names are not enough."""

    namespace: str
    name: str
    uid: str = ""


class Controller(Protocol):
    """One built-in controller; it keeps no state that the objects do not have."""

    name: str

    def concerns(self, seen: Seen, change: Change) -> Iterable[Target]:
        """Which targets to look at because of this change."""
        ...

    def look(self, target: Target, now: float) -> float | None:
        """Brings the target one step on. Gives the seconds after which to look again, if time matters."""
        ...


class Loop:
    """Feeds changes to controllers and carries their work out, for as long as `run` runs."""

    def __init__(
        self,
        plane: Plane,
        make: Callable[[View], Iterable[Controller]],
        *,
        reaction_s: float = 0.005,
    ) -> None:
        self._plane = plane
        self._make = make
        self._controllers: dict[str, Controller] = {}
        self._reaction_s = reaction_s
        self._queue: deque[tuple[str, Target]] = deque()
        self._queued: set[tuple[str, Target]] = set()
        self._later: list[tuple[float, int, str, Target]] = []
        self._due: dict[tuple[str, Target], float] = {}
        self._failures: Counter[tuple[str, Target]] = Counter()
        self._sequence = 0
        self._wake = asyncio.Event()

    async def run(self) -> None:
        """Runs until it is cancelled. Begins with everything that is stored already."""
        view = View(self._plane)
        self._controllers = {controller.name: controller for controller in self._make(view)}
        stop = self._plane.subscribe(lambda kind, change: self._tell(view.hear(kind, change), change))
        try:
            for seen in view:
                self._tell(seen, Change(Happened.ADDED, seen.stored, None))
            while True:
                await self._until_work()
                await self._work_off()
        finally:
            stop()

    @property
    def idle(self) -> bool:
        """Nothing is queued; timers may still be set."""
        return not self._queue

    def _tell(self, seen: Seen, change: Change) -> None:
        for name, controller in self._controllers.items():
            for target in controller.concerns(seen, change):
                self._enqueue((name, target))

    def _enqueue(self, item: tuple[str, Target]) -> None:
        if item not in self._queued:
            self._queued.add(item)
            self._queue.append(item)
            self._wake.set()

    async def _until_work(self) -> None:
        if not self._queue:
            self._wake.clear()
            try:
                async with asyncio.timeout_at(self._later[0][0] if self._later else None):
                    await self._wake.wait()
            except TimeoutError:
                pass  # a timer is due
            else:
                await asyncio.sleep(self._reaction_s)
        self._take_due(asyncio.get_running_loop().time())

    def _take_due(self, now: float) -> None:
        while self._later and self._later[0][0] <= now:
            when, _, name, target = heapq.heappop(self._later)
            if self._due.get((name, target)) == when:
                del self._due[name, target]
                self._enqueue((name, target))

    async def _work_off(self) -> None:
        for done in range(1, len(self._queue) + 1):
            item = self._queue.popleft()
            self._queued.discard(item)
            self._look(item)
            if done % _BATCH == 0:
                await asyncio.sleep(0)

    def _look(self, item: tuple[str, Target]) -> None:
        name, target = item
        now = asyncio.get_running_loop().time()
        try:
            again_s = self._controllers[name].look(target, now)
        except Refused:
            self._failures[item] += 1
            again_s = min(_FIRST_RETRY_S * 2.0 ** (self._failures[item] - 1), _LAST_RETRY_S)
        else:
            self._failures.pop(item, None)
        if again_s is not None:
            self._look_again(item, now + again_s)

    def _look_again(self, item: tuple[str, Target], when: float) -> None:
        """The earlier of two times counts, as a look sets its time anew."""
        if self._due.get(item, when + 1) <= when:
            return
        self._sequence += 1
        self._due[item] = when
        heapq.heappush(self._later, (when, self._sequence, *item))


class Pace(msgspec.Struct, frozen=True, kw_only=True):
    """How fast the simulated world moves, in seconds."""

    reaction_s: float = 0.005
    pod_start_s: float = 1.0
    pod_run_s: float = 2.0  # how long a container of a Job works
    pod_stop_s: float = 0.5
