"""Asks a real API server everything in `exchanges` and writes its answers down.

`python -m tests.controlplane.core.record [FOLDER OF BINARIES]` from the root of the repository.
"""

from __future__ import annotations

import asyncio
import http.client
import json
import ssl
import sys
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from mendloop.controlplane.real import RealControlPlane

from .exchanges import TALK, Step
from .talking import Ask, Reply, hold

RECORDED = Path(__file__).parents[2] / "vectors" / "controlplane" / "answers.jsonl"
_SERVED_WITHIN_S = 20.0


def asker(url: str, token: str, context: ssl.SSLContext | None) -> Ask:
    """Asks over HTTP, one connection a request; `WAIT` asks until a path is served."""
    place = urlsplit(url)

    def once(method: str, step: Step) -> Reply:
        port = place.port or 443
        host = place.hostname or ""
        connection = (
            http.client.HTTPSConnection(host, port, context=context, timeout=30)
            if context is not None
            else http.client.HTTPConnection(host, port, timeout=30)
        )
        headers = {"authorization": f"Bearer {token}", "user-agent": "talk/1"}
        if step.body is not None:
            headers["content-type"] = step.type
        if step.accept:
            headers["accept"] = step.accept
        connection.request(method, step.path, step.text(), headers)
        answer = connection.getresponse()
        reply = Reply(
            answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
        )
        connection.close()
        return reply

    def ask(step: Step) -> Reply:
        if step.method != "WAIT":
            return once(step.method, step)
        deadline = time.monotonic() + _SERVED_WITHIN_S
        while (reply := once("GET", step)).status != 200 and time.monotonic() < deadline:
            pass
        return reply

    return ask


async def main(binaries: str) -> None:
    async with RealControlPlane(binaries=binaries, controllers=()) as real:
        ask = asker(real.url, real.token("admin"), real.ssl_context())
        answers: dict[str, Any] = await asyncio.to_thread(hold, TALK, ask)
    RECORDED.parent.mkdir(parents=True, exist_ok=True)
    lines = [json.dumps({"id": name, **answer}, ensure_ascii=False) for name, answer in answers.items()]
    RECORDED.write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1] if len(sys.argv) > 1 else ".kube/bin"))
