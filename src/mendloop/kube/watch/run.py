"""The shell of a watch: the only part that awaits. It feeds the core and carries out what it asks for."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from random import Random
from typing import Any, Final, NoReturn, Protocol, assert_never

import msgspec

from mendloop.aio.alarm import SilenceAlarm
from mendloop.errors.answers import Answer, read_answer
from mendloop.kube.client import METADATA_HEADERS, METADATA_LIST_HEADERS, READ_HEADERS, Ref
from mendloop.kube.transport import Request, Stream, Transport
from mendloop.kube.watch.actions import (
    Action,
    Deliver,
    Discard,
    Live,
    OpenWatch,
    Passed,
    ReadOn,
    ReadPage,
    Replace,
    Trouble,
    Wait,
)
from mendloop.kube.watch.frames import FrameReader
from mendloop.kube.watch.inputs import (
    Arrived,
    Ended,
    Failed,
    Input,
    Opened,
    Refused,
    Silence,
    Started,
    Waited,
)
from mendloop.kube.watch.options import DEFAULTS, WatchOptions
from mendloop.kube.watch.sink import Listing, Sink
from mendloop.kube.watch.step import State, step
from mendloop.model.kinds import Kind

MAX_REFUSAL_BYTES: Final = 1 << 20


class Scope(msgspec.Struct, frozen=True):
    """Which objects of a kind: all, or those of a namespace or a selection; whole or metadata only."""

    namespace: str = ""
    labels: str = ""
    fields: str = ""
    metadata_only: bool = False

    @property
    def query(self) -> tuple[tuple[str, str], ...]:
        stated = (("labelSelector", self.labels), ("fieldSelector", self.fields))
        return tuple(pair for pair in stated if pair[1])


EVERYTHING: Final = Scope()


class WatchObserver(Protocol):
    """Told when a view falls behind, and when it follows again."""

    def trouble(self, kind: Kind, trouble: Trouble) -> None: ...

    def live(self, kind: Kind) -> None: ...


class Reflector:
    """Keeps a sink equal to one kind on the server, for ever.

    Guarantees: ends by cancellation only (a bug in the sink aside), reports every trouble, and comes back
    from each by itself. `stale_since` tells, on the loop's clock, since when the view may be behind.
    """

    def __init__(
        self,
        transport: Transport,
        kind: Kind,
        sink: Sink[Any],
        *,
        rng: Random,
        scope: Scope = EVERYTHING,
        options: WatchOptions = DEFAULTS,
        observer: WatchObserver | None = None,
    ) -> None:
        self.kind = kind
        self.scope = scope
        self.stale_since: float | None = None
        self.last_trouble: Trouble | None = None
        self._transport = transport
        self._path = Ref(kind, scope.namespace).path
        self._rng = rng
        self._options = options
        self._observer = observer
        self._state = State()
        self._listing: Listing[Any] = Listing(kind, sink)
        self._sink = sink
        self._open: AsyncExitStack | None = None
        self._chunks: AsyncIterator[bytes] | None = None
        self._alarm: SilenceAlarm | None = None
        self._reader = FrameReader()

    async def run(self) -> NoReturn:
        """Follows the kind until it is cancelled; may be called again, and then begins with a list."""
        loop = asyncio.get_running_loop()
        self._falls_behind(loop.time())
        arrived: Input = Started()
        try:
            while True:
                self._state, actions = step(self._state, arrived, loop.time(), self._rng, self._options)
                for action in actions[:-1]:
                    self._tell(action)
                arrived = await self._carry_out(actions[-1])
        finally:
            await self._close()

    def _tell(self, action: Action) -> None:
        match action:
            case Deliver(events):
                self._sink.deliver(events)
            case Passed(resource_version):
                self._sink.passed(resource_version)
            case Replace(resource_version, reset):
                self._listing.replace(resource_version, reset)
            case Discard():
                self._listing.discard()
            case Trouble():
                self._troubled(action)
            case Live():
                self._is_live()
            case ReadPage() | OpenWatch() | ReadOn() | Wait():
                raise AssertionError("what is awaited comes last")
            case _:
                assert_never(action)

    async def _carry_out(self, action: Action) -> Input:
        match action:
            case ReadOn():
                return await self._read_on()
            case ReadPage(token, not_older_than):
                await self._close()
                return await self._read_page(token, not_older_than)
            case OpenWatch(resource_version, timeout_s):
                await self._close()
                return await self._open_watch(resource_version, timeout_s)
            case Wait(delay_s):
                await self._close()
                await asyncio.sleep(delay_s)
                return Waited()
            case _:
                raise AssertionError(f"{type(action).__name__} brings no input")

    async def _read_page(self, token: str, not_older_than: str) -> Input:
        if not token:
            self._listing.discard()
        versions = (("resourceVersion", not_older_than), ("resourceVersionMatch", "NotOlderThan"))
        query = (
            ("limit", str(self._options.page)),
            *self.scope.query,
            *((("continue", token),) if token else ()),
            *(versions if not_older_than else ()),
        )
        headers = METADATA_LIST_HEADERS if self.scope.metadata_only else READ_HEADERS
        request = Request("GET", self._path, query, headers)
        try:
            response = await self._transport.request(request, timeout_s=self._options.list_timeout_s)
        except Exception as error:  # whatever broke, the kind is followed further: see `step`
            return Failed(_told(error))
        if response.status >= 400:
            return Refused(read_answer(response.status, response.headers, response.body))
        return self._listing.add(response.body)

    async def _open_watch(self, resource_version: str, timeout_s: int) -> Input:
        query = (
            ("watch", "1"),
            ("allowWatchBookmarks", "true"),
            ("resourceVersion", resource_version),
            ("timeoutSeconds", str(timeout_s)),
            *self.scope.query,
        )
        headers = METADATA_HEADERS if self.scope.metadata_only else READ_HEADERS
        request = Request("GET", self._path, query, headers)
        limit_s = self._options.connect_timeout_s
        try:
            async with asyncio.timeout(limit_s):
                self._open = AsyncExitStack()
                stream = await self._open.enter_async_context(
                    self._transport.stream(request, connect_timeout_s=limit_s)
                )
                if stream.status >= 400:
                    return Refused(await _read_refusal(stream))
        except Exception as error:
            return Failed(_told(error))
        self._chunks = stream.chunks()
        self._alarm = SilenceAlarm(self._options.idle_s)
        self._reader = FrameReader()
        return Opened()

    async def _read_on(self) -> Input:
        """The next whole lines; a chunk without one proves life, and no more."""
        assert self._chunks is not None and self._alarm is not None
        try:
            while True:
                async with self._alarm:
                    chunk = await anext(self._chunks)
                if frames := self._reader.feed(chunk):
                    return Arrived(frames)
        except StopAsyncIteration:
            return Ended() if self._reader.is_between_lines else Failed("the stream ended within a line")
        except TimeoutError:
            return Silence(self._options.idle_s)
        except Exception as error:
            return Failed(_told(error))

    async def _close(self) -> None:
        """Ends the open stream, if any; how that fails no longer matters to anybody."""
        if self._alarm is not None:
            self._alarm.close()
        stream, self._open, self._chunks = self._open, None, None
        try:
            if stream is not None:
                await stream.aclose()
        except Exception as error:
            self._troubled(Trouble("Unreachable", f"while closing: {_told(error)}"))

    def _troubled(self, trouble: Trouble) -> None:
        self.last_trouble = trouble
        self._falls_behind(asyncio.get_running_loop().time())
        if self._observer is not None:
            self._observer.trouble(self.kind, trouble)

    def _falls_behind(self, now: float) -> None:
        if self.stale_since is None:
            self.stale_since = now
            self._sink.behind_since(now)

    def _is_live(self) -> None:
        self.stale_since = None
        self._sink.behind_since(None)
        if self._observer is not None:
            self._observer.live(self.kind)


async def _read_refusal(stream: Stream) -> Answer:
    body = b""
    async for chunk in stream.chunks():
        body += chunk
        if len(body) > MAX_REFUSAL_BYTES:
            break
    return read_answer(stream.status, stream.headers, body)


def _told(error: Exception) -> str:
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
