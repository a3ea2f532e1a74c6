"""The transport that has no wire: a direct call into the control plane."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager

from mendloop.controlplane.watching import WatchStream
from mendloop.controlplane.wire import Asked, Response, User

Handle = Callable[[Asked, User], Response | WatchStream]


class LocalStream:
    """An answer that is read while it comes."""

    def __init__(self, answer: Response | WatchStream) -> None:
        self._answer = answer

    @property
    def status(self) -> int:
        return self._answer.status

    @property
    def headers(self) -> Mapping[str, str]:
        return self._answer.headers

    async def chunks(self) -> AsyncIterator[bytes]:
        """Bytes as they come: whole lines here, though readers must not rely on that."""
        if isinstance(self._answer, Response):
            yield self._answer.body
            return
        lines = self._answer.lines()
        try:
            async for text in lines:
                yield text
        finally:
            await lines.aclose()


class LocalTransport:
    """Has the shape of `mendloop.kube.transport.Transport`; never raises for what the server answers."""

    def __init__(self, handle: Handle, user: User) -> None:
        self._handle = handle
        self._user = user

    async def request(self, request: Asked, *, timeout_s: float) -> Response:
        """The answer, after the loop had a chance to run others; it never takes long enough to time out."""
        await asyncio.sleep(0)
        answer = self._handle(request, self._user)
        if isinstance(answer, Response):
            return answer
        answer.close()
        return Response(answer.status, answer.headers, b"".join(answer.take()))

    @asynccontextmanager
    async def stream(self, request: Asked, *, connect_timeout_s: float) -> AsyncIterator[LocalStream]:
        await asyncio.sleep(0)
        answer = self._handle(request, self._user)
        try:
            yield LocalStream(answer)
        finally:
            if isinstance(answer, WatchStream):
                answer.close()

    async def close(self) -> None:
        """Nothing to close: there is no connection."""
