"""The one seam between mendloop and the wire: aiohttp in production, a direct call in simulation."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager
from typing import Protocol

import msgspec


class Request(msgspec.Struct, frozen=True):
    """One HTTP request; `path` is percent-encoded and has no query, header names are lower-case."""

    method: str
    path: str
    query: tuple[tuple[str, str], ...] = ()
    headers: Mapping[str, str] = {}
    body: bytes | None = None


class Response(msgspec.Struct, frozen=True):
    """One HTTP answer, whatever its status; header names are lower-case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Stream(Protocol):
    """An answer that is read while it comes: a watch."""

    @property
    def status(self) -> int: ...

    @property
    def headers(self) -> Mapping[str, str]: ...

    def chunks(self) -> AsyncIterator[bytes]:
        """Bytes as they arrive, cut anywhere; ends at the end of the stream."""
        ...


class Transport(Protocol):
    """Carries requests to one API server. A status from 400 up is an answer here, not an exception."""

    async def request(self, request: Request, *, timeout_s: float) -> Response:
        """The whole answer.

        Errors: `TimeoutError` after `timeout_s`; what the library below raises, as it is.
        """
        ...

    def stream(self, request: Request, *, connect_timeout_s: float) -> AbstractAsyncContextManager[Stream]:
        """The answer's head within `connect_timeout_s`, its body as it comes."""
        ...

    async def close(self) -> None: ...
