"""The wire itself: HTTP/1.1 by aiohttp, with TLS verified, connections reused and credentials kept fresh.

Nothing is decided here: no retry but one after a 401, which a server sends before it does anything.
aiohttp is imported when a transport is opened, so that importing mendloop stays cheap.
"""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode, urlsplit

from mendloop._version import __version__
from mendloop.kube.auth import Cluster
from mendloop.kube.tls import TlsContexts
from mendloop.kube.transport import Request, Response

if TYPE_CHECKING:
    from ssl import SSLContext

    import aiohttp
    from multidict import CIMultiDict
    from yarl import URL

KEEPALIVE_S: Final = 60.0  # less than the 90 s after which an API server closes an idle connection
WATCH_BUFFER_BYTES: Final = 1 << 20
USER_AGENT: Final = f"mendloop/{__version__}"
_UNAUTHORIZED: Final = 401


class AiohttpTransport:
    """Requests to one cluster over the network.

    Guarantees: certificates are verified unless the kubeconfig says otherwise; a token or certificate
    that changed on disk, or expired, is replaced without a restart; an answer 401 leads to one fresh
    credential and one repetition. Exceptions carry `sent`: False where no connection came about.
    """

    def __init__(
        self, cluster: Cluster, *, user_agent: str = USER_AGENT, wall: Callable[[], float] = time.time
    ) -> None:
        self._cluster = cluster
        self._credentials = cluster.credentials
        self._wall = wall
        self._user_agent = user_agent
        self._base = cluster.server.rstrip("/")
        self._tls = TlsContexts(cluster.tls) if urlsplit(cluster.server).scheme == "https" else None
        self._session: aiohttp.ClientSession | None = None
        self._refreshing = asyncio.Lock()
        self._heads: dict[int, tuple[Mapping[str, str], CIMultiDict[str]]] = {}
        self._heads_for = ""
        self._fixed: dict[str, Any] = {"allow_redirects": False}
        if cluster.proxy_url:
            self._fixed["proxy"] = cluster.proxy_url
        if cluster.tls.server_name:
            self._fixed["server_hostname"] = cluster.tls.server_name

    async def request(self, request: Request, *, timeout_s: float) -> Response:
        response = await self._once(request, timeout_s)
        if response.status == _UNAUTHORIZED and await self._refresh(rejected=True):
            response = await self._once(request, timeout_s)
        return response

    @asynccontextmanager
    async def stream(self, request: Request, *, connect_timeout_s: float) -> AsyncIterator[_AiohttpStream]:
        async with asyncio.timeout(connect_timeout_s):
            answer = await self._open_stream(request, connect_timeout_s)
            if answer.status == _UNAUTHORIZED and await self._refresh(rejected=True):
                answer.close()
                answer = await self._open_stream(request, connect_timeout_s)
        try:
            yield _AiohttpStream(answer)
        finally:
            # Closed, not released: what is still to come of a watch is of no use to the next request.
            answer.close()

    async def close(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def _once(self, request: Request, timeout_s: float) -> Response:
        if self._wall() >= self._credentials.due_at:
            await self._refresh(rejected=False)
        answer = await self._send(request, _timeout(timeout_s, timeout_s, None))
        body = await answer.read()
        headers = answer.headers
        if answer.status >= 400:
            headers = {name.lower(): value for name, value in headers.items()}  # type: ignore[assignment]
        return Response(answer.status, headers, body)

    async def _open_stream(self, request: Request, connect_timeout_s: float) -> aiohttp.ClientResponse:
        if self._wall() >= self._credentials.due_at:
            await self._refresh(rejected=False)
        timeout = _timeout(None, connect_timeout_s, None)
        return await self._send(request, timeout, read_bufsize=WATCH_BUFFER_BYTES)

    async def _send(
        self, request: Request, timeout: aiohttp.ClientTimeout, **more: Any
    ) -> aiohttp.ClientResponse:
        session = self._session or self._opened()
        try:
            return await session.request(
                request.method,
                _url(self._base + request.path, request.query),
                data=request.body,
                headers=self._head(request.headers),
                timeout=timeout,
                ssl=self._ssl(),
                **self._fixed,
                **more,
            )
        except Exception as error:
            error.sent = not _is_before_sending(error)  # type: ignore[attr-defined]
            raise

    def _head(self, stated: Mapping[str, str]) -> CIMultiDict[str]:
        """The headers of a request, prepared once for each mapping that is used again and again."""
        authorization = self._credentials.authorization
        if authorization != self._heads_for or len(self._heads) > 64:
            self._heads.clear()
            self._heads_for = authorization
        found = self._heads.get(id(stated))
        if found is not None:
            return found[1]
        from multidict import CIMultiDict

        head = CIMultiDict({"user-agent": self._user_agent, "accept-encoding": "identity"})
        if authorization:
            head["authorization"] = authorization
        head.update(stated)
        # The mapping is kept beside its headers: while it lives, nothing else has its id.
        self._heads[id(stated)] = (stated, head)
        return head

    def _ssl(self) -> SSLContext | bool:
        if self._tls is None:
            return True
        return self._tls.current(self._credentials.certificate, self._wall())

    async def _refresh(self, *, rejected: bool) -> bool:
        """Whether there is another credential than the one that was in use."""
        before = (self._credentials.authorization, self._credentials.certificate)
        async with self._refreshing:
            now = (self._credentials.authorization, self._credentials.certificate)
            if now == before:
                try:
                    await self._credentials.refresh(self._wall(), rejected=rejected)
                except Exception as error:
                    error.sent = rejected  # type: ignore[attr-defined]
                    raise
        return (self._credentials.authorization, self._credentials.certificate) != before

    def _opened(self) -> aiohttp.ClientSession:
        import aiohttp

        # How many requests run at once is bounded by the workers that send them; watches come on top.
        connector = aiohttp.TCPConnector(
            limit=0, keepalive_timeout=KEEPALIVE_S, ttl_dns_cache=10, socket_factory=_socket
        )
        self._session = aiohttp.ClientSession(
            connector=connector, cookie_jar=aiohttp.DummyCookieJar(), trust_env=False
        )
        return self._session


class _AiohttpStream:
    def __init__(self, answer: aiohttp.ClientResponse) -> None:
        self._answer = answer

    @property
    def status(self) -> int:
        return self._answer.status

    @property
    def headers(self) -> Mapping[str, str]:
        return {name.lower(): value for name, value in self._answer.headers.items()}

    def chunks(self) -> AsyncIterator[bytes]:
        return aiter(self._answer.content.iter_any())


@lru_cache(maxsize=64)
def _timeout(total_s: float | None, connect_s: float, read_s: float | None) -> aiohttp.ClientTimeout:
    import aiohttp

    return aiohttp.ClientTimeout(total=total_s, sock_connect=connect_s, sock_read=read_s)


@lru_cache(maxsize=4096)
def _query(query: tuple[tuple[str, str], ...]) -> str:
    return "?" + urlencode(query)


def _url(path: str, query: tuple[tuple[str, str], ...]) -> URL:
    from yarl import URL

    return URL(path + _query(query) if query else path, encoded=True)


def _is_before_sending(error: Exception) -> bool:
    import aiohttp

    return isinstance(error, aiohttp.ClientConnectorError | aiohttp.ConnectionTimeoutError)


def _socket(address: Any) -> socket.socket:
    """A socket whose dead peer is noticed by the kernel within half a minute, also while nothing is sent."""
    family, kind, protocol, _, _ = address
    made = socket.socket(family, kind, protocol)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for option, value in (("TCP_KEEPIDLE", 15), ("TCP_KEEPINTVL", 5), ("TCP_KEEPCNT", 3)):
        if hasattr(socket, option):
            made.setsockopt(socket.IPPROTO_TCP, getattr(socket, option), value)
    return made
