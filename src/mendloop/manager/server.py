"""`/healthz`, `/readyz` and `/metrics`."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

from aiohttp import web

from mendloop.errors import Invalid
from mendloop.manager.health import Check


def _answer(checks: Sequence[Check]) -> web.Response:
    text = "".join(f"{check}\n" for check in checks)
    return web.Response(text=text, status=200 if all(check.ok for check in checks) else 500)


@asynccontextmanager
async def health_server(
    host: str,
    port: int,
    *,
    live: Callable[[], Sequence[Check]],
    ready: Callable[[], Sequence[Check]],
    metrics: Callable[[], bytes],
) -> AsyncIterator[int]:
    """Serves while it is open; gives the port, which matters where 0 was asked for.

    Errors: `Invalid` naming the address where it cannot be bound.
    """

    async def healthz(_: web.Request) -> web.Response:
        return _answer(live())

    async def readyz(_: web.Request) -> web.Response:
        return _answer(ready())

    async def numbers(_: web.Request) -> web.Response:
        text = await asyncio.to_thread(metrics)
        return web.Response(body=text, headers={"Content-Type": "text/plain; version=0.0.4; charset=utf-8"})

    app = web.Application()
    app.add_routes([web.get("/healthz", healthz), web.get("/readyz", readyz), web.get("/metrics", numbers)])
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        site = web.TCPSite(runner, host, port)
        try:
            await site.start()
        except OSError as error:
            raise Invalid(
                f"cannot serve health and metrics on {host}:{port}: {error.strerror or error}; "
                "choose another with --health-port, or 0 for any",
                field="--health-port",
                reason="PortInUse",
            ) from error
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()
