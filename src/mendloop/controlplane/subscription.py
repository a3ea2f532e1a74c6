"""How built-in controllers follow the store: every change of some kinds, without a watch's wire."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable
from typing import Self

from mendloop.controlplane.store import Change, Collection, Stored
from mendloop.controlplane.wire import Object


class Subscription:
    """Yields (`ADDED` | `MODIFIED` | `DELETED`, object): first what is there, then each change in order.

    It listens from its making on, so nothing between that and the first iteration is missed. Its queue is
    unbounded: a reader in the same process that stops reading must `close()`.
    """

    def __init__(self, collections: Iterable[Collection]) -> None:
        self._waiting: deque[tuple[str, Stored]] = deque()
        self._ready: asyncio.Event = asyncio.Event()
        self._closed = False
        self._stops: list[Callable[[], None]] = []
        for collection in collections:
            self._waiting.extend(("ADDED", stored) for stored in collection.now())
            self._stops.append(collection.listen(self._hear))

    def _hear(self, change: Change) -> None:
        self._waiting.append((change.happened.value, change.now))
        self._ready.set()

    def take(self) -> list[tuple[str, Object]]:
        """What waits now, without waiting for more."""
        found = [(happened, stored.object()) for happened, stored in self._waiting]
        self._waiting.clear()
        return found

    def close(self) -> None:
        """Ends the subscription and whoever iterates over it."""
        self._closed = True
        for stop in self._stops:
            stop()
        self._ready.set()

    async def __aiter__(self) -> AsyncIterator[tuple[str, Object]]:
        try:
            while True:
                while self._waiting:
                    happened, stored = self._waiting.popleft()
                    yield happened, stored.object()
                if self._closed:
                    return
                self._ready.clear()
                await self._ready.wait()
        finally:
            self.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
