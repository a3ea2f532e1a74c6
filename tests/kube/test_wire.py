"""The wire over real sockets: reuse, authorisation, what was sent, streams that break."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import web

from mendloop.kube.auth import Cluster, Fixed, TokenFile
from mendloop.kube.transport import Request
from mendloop.kube.wire import AiohttpTransport

Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def served(answer: Answer) -> AsyncIterator[str]:
    runner = web.ServerRunner(web.Server(answer, handler_cancellation=True))
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        port = site._server.sockets[0].getsockname()[1]  # type: ignore[union-attr]
        yield f"http://127.0.0.1:{port}"
    finally:
        await runner.cleanup()


@asynccontextmanager
async def connected(answer: Answer, credentials: object = None) -> AsyncIterator[AiohttpTransport]:
    async with served(answer) as url:
        transport = AiohttpTransport(Cluster(url, credentials or Fixed()))  # type: ignore[arg-type]
        try:
            yield transport
        finally:
            await transport.close()


async def test_path_query_headers_and_body_arrive_as_stated() -> None:
    async def answer(request: web.Request) -> web.Response:
        body = await request.read()
        assert request.raw_path == "/apis/x/system%3Aa?labelSelector=a+in+%28b%2Cc%29&limit=5"
        assert request.headers["accept"] == "application/json"
        assert request.headers["accept-encoding"] == "identity"
        assert request.headers["user-agent"].startswith("mendloop/")
        return web.Response(status=409, body=body, headers={"Retry-After": "3"})

    async with connected(answer) as transport:
        query = (("labelSelector", "a in (b,c)"), ("limit", "5"))
        request = Request("POST", "/apis/x/system%3Aa", query, {"accept": "application/json"}, b"body")
        response = await transport.request(request, timeout_s=5)
    assert (response.status, response.body, response.headers["retry-after"]) == (409, b"body", "3")


async def test_one_connection_serves_many_requests() -> None:
    peers = set()

    async def answer(request: web.Request) -> web.Response:
        assert request.transport is not None
        peers.add(request.transport.get_extra_info("peername"))
        return web.Response(body=b"{}")

    async with connected(answer) as transport:
        for _ in range(10):
            await transport.request(Request("GET", "/"), timeout_s=5)
    assert len(peers) == 1


async def test_b18_a_401_leads_to_a_fresh_token_and_one_repetition(tmp_path: Path) -> None:
    token = tmp_path / "token"
    token.write_text("old\n")
    seen = []

    async def answer(request: web.Request) -> web.Response:
        seen.append(request.headers["authorization"])
        if seen[-1] == "Bearer old":
            token.write_text("new\n")
            return web.Response(status=401)
        return web.Response(body=b"{}")

    async with connected(answer, TokenFile(token)) as transport:
        assert (await transport.request(Request("GET", "/"), timeout_s=5)).status == 200
    assert seen == ["Bearer old", "Bearer new"]


async def test_b18_a_401_without_a_fresh_token_is_the_answer(tmp_path: Path) -> None:
    seen = []

    async def answer(request: web.Request) -> web.Response:
        seen.append(request.headers["authorization"])
        return web.Response(status=401)

    async with connected(answer, Fixed(token="only")) as transport:
        assert (await transport.request(Request("GET", "/"), timeout_s=5)).status == 401
    assert seen == ["Bearer only"]


async def test_b18_many_requests_at_once_refresh_once(tmp_path: Path) -> None:
    class Counted:
        certificate, due_at, authorization, calls = None, 0.0, "", 0

        async def refresh(self, now: float, *, rejected: bool) -> None:
            self.calls += 1
            await asyncio.sleep(1)
            self.authorization, self.due_at = "Bearer x", float("inf")

    async def answer(request: web.Request) -> web.Response:
        return web.Response(text=request.headers["authorization"])

    counted = Counted()
    async with connected(answer, counted) as transport:
        requests = [transport.request(Request("GET", "/"), timeout_s=5) for _ in range(20)]
        assert {each.body for each in await asyncio.gather(*requests)} == {b"Bearer x"}
    assert counted.calls == 1


async def test_a_projected_token_is_read_again_after_a_minute(tmp_path: Path) -> None:
    token, now = tmp_path / "token", [1000.0]
    token.write_text("first")
    source = TokenFile(token)

    async def answer(request: web.Request) -> web.Response:
        return web.Response(text=request.headers["authorization"])

    async with served(answer) as url:
        transport = AiohttpTransport(Cluster(url, source), wall=lambda: now[0])
        said = []
        for at in (1000.0, 1059.0, 1061.0):
            now[0] = at
            said.append((await transport.request(Request("GET", "/"), timeout_s=5)).body)
            token.write_text("second")
        await transport.close()
    assert said == [b"Bearer first", b"Bearer first", b"Bearer second"]


async def test_nothing_was_sent_where_nobody_listens() -> None:
    transport = AiohttpTransport(Cluster("http://127.0.0.1:9", Fixed()))
    with pytest.raises(OSError, match="127") as refused:
        await transport.request(Request("POST", "/", body=b"x"), timeout_s=5)
    assert refused.value.sent is False  # type: ignore[attr-defined]
    await transport.close()


async def test_a_silent_peer_is_a_timeout_and_may_have_got_the_request() -> None:
    async def answer(request: web.Request) -> web.Response:
        await asyncio.sleep(100)
        return web.Response()

    async with connected(answer) as transport:
        with pytest.raises(TimeoutError) as late:
            await transport.request(Request("POST", "/", body=b"x"), timeout_s=5)
    assert getattr(late.value, "sent", True) is True


async def test_a_stream_comes_as_it_is_written_and_ends_with_the_server() -> None:
    async def answer(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        for part in (b"one\n", b"two"):
            await response.write(part)
            await asyncio.sleep(10)
        return response

    async with (
        connected(answer) as transport,
        transport.stream(Request("GET", "/"), connect_timeout_s=5) as stream,
    ):
        assert stream.status == 200
        assert b"".join([chunk async for chunk in stream.chunks()]) == b"one\ntwo"


async def test_a_stream_that_breaks_says_so() -> None:
    async def answer(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        await response.write(b"one\n")
        assert request.transport is not None
        request.transport.abort()
        return response

    async with connected(answer) as transport:
        with pytest.raises(Exception, match=r"payload|reset|disconnect"):
            async with transport.stream(Request("GET", "/"), connect_timeout_s=5) as stream:
                async for _ in stream.chunks():
                    pass


async def test_a_head_that_does_not_come_is_a_timeout() -> None:
    async def answer(request: web.Request) -> web.StreamResponse:
        await asyncio.sleep(100)
        return web.Response()

    async with connected(answer) as transport:
        with pytest.raises(TimeoutError):
            async with transport.stream(Request("GET", "/"), connect_timeout_s=5):
                pass
