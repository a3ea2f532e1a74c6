"""The control plane over HTTP: for kubectl, other languages, and an operator's own process."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager

from aiohttp import web

from mendloop.controlplane.answers import Refusal
from mendloop.controlplane.bodies import BODY_LIMIT
from mendloop.controlplane.tokens import Authenticator
from mendloop.controlplane.watching import WatchStream
from mendloop.controlplane.wire import Asked, Request, Response, User

Handle = Callable[[Asked, User], Response | WatchStream]

# One byte above the limit is enough to see that a body is too large; more need not be read.
_READ_LIMIT = BODY_LIMIT + 1
_SHUTDOWN_S = 1.0


class HttpServer:
    """Serves one control plane on one address, loopback unless told otherwise."""

    def __init__(self, handle: Handle, authenticator: Authenticator) -> None:
        self._handle = handle
        self._authenticator = authenticator
        self._streams: set[WatchStream] = set()

    @asynccontextmanager
    async def serve(self, host: str, port: int, ssl_context: ssl.SSLContext | None) -> AsyncIterator[str]:
        """The base URL, for as long as the block runs; port 0 takes a free one.

        Errors: `OSError` where the address cannot be had.
        """
        app = web.Application(client_max_size=0)
        app.router.add_route("*", "/{path:.*}", self._answer)
        # Cancelling handlers is how a watch learns that its client is gone.
        runner = web.AppRunner(app, handler_cancellation=True, access_log=None, shutdown_timeout=_SHUTDOWN_S)
        await runner.setup()
        try:
            site = web.TCPSite(runner, host, port, ssl_context=ssl_context)
            await site.start()
            bound = runner.addresses[0][1]
            shown = f"[{host}]" if ":" in host else host
            yield f"{'https' if ssl_context else 'http'}://{shown}:{bound}"
        finally:
            for stream in tuple(self._streams):
                stream.close()
            await runner.cleanup()

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        headers = {name.lower(): value for name, value in request.headers.items()}
        try:
            user = self._user(headers)
        except Refusal as refusal:
            return _plain(refusal.response())
        body = await request.content.read(_READ_LIMIT) if request.body_exists else b""
        while request.body_exists and len(body) < _READ_LIMIT and (more := await request.content.readany()):
            body += more
        asked = Request(
            request.method,
            request.rel_url.raw_path,
            tuple(request.rel_url.query.items()),
            headers,
            body[:_READ_LIMIT],
        )
        answer = self._handle(asked, user)
        if isinstance(answer, Response):
            return _plain(answer)
        return await self._stream(request, answer)

    def _user(self, headers: Mapping[str, str]) -> User:
        """The authenticated user, or the one that a cluster administrator impersonates."""
        user = self._authenticator.user(headers)
        wanted = headers.get("impersonate-user")
        if not wanted:
            return user
        if "system:masters" not in user.groups:
            message = f'users "{wanted}" is forbidden: User "{user.name}" cannot impersonate resource "users"'
            raise Refusal(
                403,
                "Forbidden",
                f'{message} in API group "" at the cluster scope',
                {"name": wanted, "kind": "users"},
            )
        groups = tuple(filter(None, headers.get("impersonate-group", "").split(",")))
        return User(wanted, headers.get("impersonate-uid", ""), (*groups, "system:authenticated"))

    async def _stream(self, request: web.Request, stream: WatchStream) -> web.StreamResponse:
        response = web.StreamResponse(status=stream.status, headers=dict(stream.headers))
        response.headers["cache-control"] = "no-cache, private"
        response.enable_chunked_encoding()
        self._streams.add(stream)
        try:
            await response.prepare(request)
            async for text in stream.lines():
                await response.write(text)
            await response.write_eof()
        except ConnectionResetError:
            pass  # the client left; there is nobody to tell
        finally:
            stream.close()
            self._streams.discard(stream)
        return response


def _plain(answer: Response) -> web.Response:
    headers = {**answer.headers, "cache-control": "no-cache, private"}
    return web.Response(status=answer.status, headers=headers, body=answer.body)
