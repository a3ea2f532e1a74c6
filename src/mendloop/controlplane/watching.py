"""Watches: a change becomes a line where the selection is concerned, until time or the reader ends it."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Callable, Mapping
from typing import Any

import msgspec

from mendloop.controlplane.answers import Refusal
from mendloop.controlplane.store import Change, Collection, Happened, Stored, decode, encode
from mendloop.controlplane.wire import JSON_HEADERS

INITIAL_EVENTS_END = "k8s.io/initial-events-end"

Matches = Callable[[Stored], bool]
Render = Callable[[Stored], bytes]


class WatchOptions(msgspec.Struct, frozen=True):
    """How one watch behaves."""

    timeout_s: float
    bookmarks: bool
    bookmark_every_s: float


def line(happened: str, document: bytes) -> bytes:
    return b'{"type":"' + happened.encode() + b'","object":' + document + b"}\n"


def error_line(refusal: Refusal) -> bytes:
    return line("ERROR", encode(refusal.status()))


def with_revision(stored: Stored, rv: int) -> Stored:
    """The same object under another revision: what a watcher sees that leaves a selection (APIFACTS 14)."""
    return Stored(decode(stored.raw), rv)


class WatchStream:
    """The answer to a watch: lines of JSON, each one event.

    Lines wait in an unbounded queue, as a test's watcher has no slow network; `backlog` tells how many.
    The stream ends after `options.timeout_s` on the running loop's clock, or at `close()`.
    """

    status = 200
    headers: Mapping[str, str] = JSON_HEADERS

    def __init__(
        self,
        collection: Collection,
        matches: Matches | None,
        render: Render,
        options: WatchOptions,
        bookmark: Callable[[int | None, bool], bytes],
    ) -> None:
        self._matches = matches
        self._render = render
        self._options = options
        self._bookmark = bookmark
        self._lines: deque[bytes] = deque()
        self._ready: asyncio.Future[None] | None = None
        self._closed = False
        self._collection = collection
        self._stop: Callable[[], None] = lambda: None

    @property
    def backlog(self) -> int:
        return len(self._lines)

    def begin(self, first: list[bytes], missed: list[Change]) -> None:
        """Queues what comes before the live changes, then listens."""
        self._lines.extend(first)
        for change in missed:
            self._hear(change)
        self._stop = self._collection.listen(self._hear)

    def fail(self, refusal: Refusal) -> None:
        """Ends the stream with an in-stream error, as the server does once its 200 is sent."""
        self._push(error_line(refusal))
        self.close()

    def close(self) -> None:
        """Ends the stream; lines that wait can still be read."""
        self._closed = True
        self._stop()
        self._wake()

    def take(self) -> list[bytes]:
        """The lines that wait now, without waiting for more."""
        lines = list(self._lines)
        self._lines.clear()
        return lines

    async def lines(self) -> AsyncGenerator[bytes, None]:
        """Each line as it comes, until the stream ends."""
        clock = asyncio.get_running_loop().time
        deadline = clock() + self._options.timeout_s
        next_bookmark = self._first_bookmark(clock(), deadline)
        try:
            while True:
                while self._lines:
                    yield self._lines.popleft()
                if self._closed or clock() >= deadline:
                    return
                if clock() >= next_bookmark:
                    next_bookmark = clock() + self._options.bookmark_every_s
                    yield self._bookmark(None, False)
                await self._wait(min(deadline, next_bookmark))
        finally:
            self.close()

    def _first_bookmark(self, now: float, deadline: float) -> float:
        if not self._options.bookmarks:
            return float("inf")
        return min(now + self._options.bookmark_every_s, max(now, deadline - 2.0))

    async def _wait(self, until: float) -> None:
        if self._lines or self._closed:
            return
        loop = asyncio.get_running_loop()
        self._ready = loop.create_future()
        timer = loop.call_at(until, self._wake)
        try:
            await self._ready
        finally:
            timer.cancel()
            self._ready = None

    def _wake(self) -> None:
        if self._ready is not None and not self._ready.done():
            self._ready.set_result(None)

    def _push(self, text: bytes) -> None:
        self._lines.append(text)
        self._wake()

    def _hear(self, change: Change) -> None:
        happened, stored = change.happened, change.now
        if self._matches is not None:
            seen = self._seen(change, self._matches)
            if seen is None:
                return
            happened, stored = seen
        self._push(line(happened, self._render(stored)))

    def _seen(self, change: Change, matches: Matches) -> tuple[Happened, Stored] | None:
        """The change as a selection sees it: entering is ADDED, leaving is DELETED."""
        was_in = change.before is not None and matches(change.before)
        if change.happened is Happened.DELETED:
            return (Happened.DELETED, change.now) if was_in else None
        if matches(change.now):
            return (Happened.MODIFIED if was_in else Happened.ADDED), change.now
        if was_in and change.before is not None:
            return Happened.DELETED, with_revision(change.before, change.rv)
        return None


def bookmark_document(kind: str, api_version: str, rv: int, *, initial_end: bool) -> dict[str, Any]:
    """The object of a BOOKMARK event: nothing but kind and revision."""
    metadata: dict[str, Any] = {"resourceVersion": str(rv)}
    if initial_end:
        metadata["annotations"] = {INITIAL_EVENTS_END: "true"}
    return {"kind": kind, "apiVersion": api_version, "metadata": metadata}
