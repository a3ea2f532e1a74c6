"""Events on objects: what a person sees under `kubectl describe`.

They aggregate as client-go's do: the same words about the same object raise a count instead of adding an
Event, and one object may say only so much (a burst of 25, then one in five minutes). Writing them is
never part of a pass: a full or refusing event store must not hold a repair, nor report itself.
"""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict, deque
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple

from mendloop.errors import classify
from mendloop.errors.classes import Class
from mendloop.kube.client import Client, Ref
from mendloop.model.kinds import Kind

log = logging.getLogger("mendloop.events")

EVENTS: Final = Kind("", "v1", "Event", "events")
MAX_MESSAGE: Final = 1024  # the API refuses a longer one
MAX_WAITING: Final = 1000  # beyond it the oldest is shed: an Event is an account, not a state
MAX_KNOWN: Final = 4096
BURST: Final = 25
REFILL_S: Final = 300.0
TRIES: Final = 3


class About(NamedTuple):
    """The object that an Event is about."""

    kind: Kind
    namespace: str
    name: str
    uid: str


class Event(NamedTuple):
    """What is said; `type` is Normal or Warning."""

    about: About
    type: str
    reason: str
    message: str


class _Known(NamedTuple):
    name: str
    times: int
    first: str


class Events:
    """Writes Events in the background, in the order in which they were said.

    `now` gives seconds on a monotonic clock, `wall` seconds since the epoch.
    """

    def __init__(
        self, client: Client, component: str, now: Callable[[], float], wall: Callable[[], float]
    ) -> None:
        self._client, self._component, self._now, self._wall = client, component, now, wall
        self._waiting: deque[Event] = deque()
        self._bell = asyncio.Event()
        self._known: OrderedDict[Event, _Known] = OrderedDict()
        self._tokens: OrderedDict[str, tuple[float, float]] = OrderedDict()  # uid: tokens, as of when
        self._serial = 0
        self.shed = 0

    def say(self, event: Event) -> None:
        """Takes an Event to be written; returns at once."""
        event = event._replace(message=event.message[:MAX_MESSAGE])
        if not self._allowed(event.about.uid):
            self.shed += 1
            return
        if len(self._waiting) >= MAX_WAITING:
            self._waiting.popleft()
            self.shed += 1
        self._waiting.append(event)
        self._bell.set()

    @property
    def waiting(self) -> int:
        return len(self._waiting)

    async def run(self) -> None:
        """Writes what is said, until cancelled."""
        while True:
            while not self._waiting:
                self._bell.clear()
                await self._bell.wait()
            await self._deliver(self._waiting[0])
            if self._waiting:
                self._waiting.popleft()

    async def flush(self, within_s: float) -> None:
        """Writes what still waits, at the end of the process; gives up after `within_s`."""
        try:
            async with asyncio.timeout(within_s):
                while self._waiting:
                    await self._deliver(self._waiting.popleft())
        except TimeoutError:
            log.warning("ended with Events unwritten", extra={"unwritten": len(self._waiting)})

    async def _deliver(self, event: Event) -> None:
        for attempt in range(TRIES):
            try:
                await self._write(event)
                return
            except Exception as error:
                verdict = classify(error)
                if verdict.klass not in (Class.TRANSIENT, Class.TIMEOUT, Class.THROTTLED):
                    break
                await asyncio.sleep(verdict.retry_after or 2.0**attempt)
        # The one place where a failure ends: an Event about an Event would never stop.
        log.warning(
            "an Event could not be written", extra={"reason": event.reason, "about": str(event.about)}
        )

    async def _write(self, event: Event) -> None:
        known = self._known.get(event)
        if known is not None and await self._count_up(event, known):
            return
        self._serial += 1
        stamp = self._stamp()
        name = f"{event.about.name[:200]}.{int(self._wall() * 1e6):x}{self._serial % 4096:03x}"
        namespace = event.about.namespace or "default"
        await self._client.create(Ref(EVENTS, namespace), self._body(event, name, namespace, stamp))
        self._remember(event, _Known(name, 1, stamp))

    async def _count_up(self, event: Event, known: _Known) -> bool:
        """Raises the count of an Event that was written before; False where it is not there any more."""
        ref = Ref(EVENTS, event.about.namespace or "default", known.name)
        patch = {"count": known.times + 1, "lastTimestamp": self._stamp()}
        try:
            await self._client.merge_patch(ref, patch)
        except Exception as error:
            if classify(error).klass is Class.GONE:
                del self._known[event]
                return False
            raise
        self._remember(event, known._replace(times=known.times + 1))
        return True

    def _remember(self, event: Event, known: _Known) -> None:
        self._known[event] = known
        self._known.move_to_end(event)
        if len(self._known) > MAX_KNOWN:
            self._known.popitem(last=False)

    def _body(self, event: Event, name: str, namespace: str, stamp: str) -> dict[str, Any]:
        about = event.about
        involved = {
            "apiVersion": about.kind.api_version,
            "kind": about.kind.kind,
            "name": about.name,
            "uid": about.uid,
            **({"namespace": about.namespace} if about.namespace else {}),
        }
        return {
            "apiVersion": "v1",
            "kind": "Event",
            "metadata": {"name": name, "namespace": namespace},
            "involvedObject": involved,
            "type": event.type,
            "reason": event.reason,
            "message": event.message,
            "source": {"component": self._component},
            "reportingComponent": self._component,
            "firstTimestamp": stamp,
            "lastTimestamp": stamp,
            "count": 1,
        }

    def _stamp(self) -> str:
        return datetime.fromtimestamp(self._wall(), UTC).isoformat(timespec="seconds").replace("+00:00", "Z")

    def _allowed(self, uid: str) -> bool:
        now = self._now()
        tokens, since = self._tokens.pop(uid, (float(BURST), now))
        tokens = min(float(BURST), tokens + (now - since) / REFILL_S)
        allowed = tokens >= 1.0
        self._tokens[uid] = (tokens - 1.0 if allowed else tokens, now)
        if len(self._tokens) > MAX_KNOWN:
            self._tokens.popitem(last=False)
        return allowed
