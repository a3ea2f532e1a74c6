"""A wire on which a watch can die the worst way: open, without an error, and without a byte."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from mendloop.chaos import call_of
from mendloop.kube.transport import Request, Response, Stream, Transport


class Wire:
    """Passes everything to another transport, until `silence` is called on what it streams."""

    def __init__(self, inner: Transport) -> None:
        self._inner = inner
        self._open: dict[_Chunks, str] = {}

    async def request(self, request: Request, *, timeout_s: float) -> Response:
        return await self._inner.request(request, timeout_s=timeout_s)

    def stream(self, request: Request, *, connect_timeout_s: float) -> AbstractAsyncContextManager[Stream]:
        return self._stream(request, connect_timeout_s)

    async def close(self) -> None:
        await self._inner.close()

    def silence(self, plurals: Collection[str]) -> int:
        """From now on the watches of these kinds that are open deliver nothing; how many there were.

        Watches that are opened later are healthy: it is the connection that died, not the server.
        """
        struck = [chunks for chunks, plural in self._open.items() if plural in plurals]
        for chunks in struck:
            chunks.silent = True
        return len(struck)

    @asynccontextmanager
    async def _stream(self, request: Request, connect_timeout_s: float) -> AsyncIterator[Stream]:
        async with self._inner.stream(request, connect_timeout_s=connect_timeout_s) as stream:
            chunks = _Chunks(stream.chunks())
            self._open[chunks] = call_of(request).plural
            try:
                yield _Watched(stream, chunks)
            finally:
                del self._open[chunks]


class _Watched:
    """A stream whose body comes through here."""

    def __init__(self, stream: Stream, chunks: _Chunks) -> None:
        self._stream, self._chunks = stream, chunks

    @property
    def status(self) -> int:
        return self._stream.status

    @property
    def headers(self) -> Mapping[str, str]:
        return self._stream.headers

    def chunks(self) -> AsyncIterator[bytes]:
        return self._chunks


class _Chunks:
    def __init__(self, inner: AsyncIterator[bytes]) -> None:
        self._inner = inner
        self.silent = False

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self

    async def __anext__(self) -> bytes:
        chunk = await anext(self._inner)
        if self.silent:
            await asyncio.Event().wait()
        return chunk

    async def aclose(self) -> None:
        close = getattr(self._inner, "aclose", None)
        if close is not None:
            await close()
