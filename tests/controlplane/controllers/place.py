"""One way to talk to a control plane, embedded or real, so that one test shows that both do the same."""

from __future__ import annotations

import asyncio
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from mendloop.controlplane import ControlPlane, Request, Response
from mendloop.controlplane.real import RealControlPlane

Object = dict[str, Any]
Send = Callable[[str, str, bytes | None, str, tuple[tuple[str, str], ...]], tuple[int, bytes]]


class Refused(AssertionError):
    """Raised for an answer that is no success; carries it."""

    def __init__(self, status: int, body: bytes) -> None:
        super().__init__(f"{status} {body.decode()}")
        self.status = status
        self.answer: Object = msgspec.json.decode(body)


class Place:
    """A namespace of a control plane. Paths begin with `{ns}` where they are below the namespace."""

    def __init__(self, send: Send, namespace: str, *, patience_s: float) -> None:
        self._send = send
        self.namespace = namespace
        self._patience_s = patience_s

    def ask(self, method: str, path: str, body: Object | None = None, **query: str) -> Object:
        kind = "application/merge-patch+json" if method == "PATCH" else "application/json"
        path = path.replace("{ns}", f"/api/v1/namespaces/{self.namespace}")
        raw = None if body is None else msgspec.json.encode(body)
        status, answer = self._send(method, path, raw, kind, tuple(query.items()))
        if status >= 400:
            raise Refused(status, answer)
        return msgspec.json.decode(answer)

    def items(self, path: str) -> list[Object]:
        return list(self.ask("GET", path)["items"])

    def names(self, path: str) -> list[str]:
        return sorted(each["metadata"]["name"] for each in self.items(path))

    async def until(self, holds: Callable[[], bool]) -> None:
        """Returns once it holds; fails the test where it does not come to that."""
        async with asyncio.timeout(30):
            while not holds():  # noqa: ASYNC110
                await asyncio.sleep(0.05)

    async def stays(self, holds: Callable[[], bool]) -> None:
        """Holds now, and after some patience still."""
        assert holds()
        await asyncio.sleep(self._patience_s)
        assert holds()


def embedded(plane: ControlPlane) -> Place:
    def send(
        method: str, path: str, body: bytes | None, kind: str, query: tuple[tuple[str, str], ...]
    ) -> tuple[int, bytes]:
        answer = plane.handle(Request(method, path, query, {"content-type": kind}, body))
        assert isinstance(answer, Response)
        return answer.status, answer.body

    return Place(send, "default", patience_s=600)


def real(plane: RealControlPlane, namespace: str) -> Place:
    context = plane.ssl_context()

    def send(
        method: str, path: str, body: bytes | None, kind: str, query: tuple[tuple[str, str], ...]
    ) -> tuple[int, bytes]:
        options = "&".join(f"{name}={value}" for name, value in query)
        headers = {"Authorization": f"Bearer {plane.token('admin')}", "Content-Type": kind}
        request = urllib.request.Request(
            f"{plane.url}{path}?{options}", method=method, data=body, headers=headers
        )
        try:
            with urllib.request.urlopen(request, context=context, timeout=30) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as refused:
            return refused.code, refused.read()

    return Place(send, namespace, patience_s=1.5)


BOTH = ("embedded", pytest.param("real", marks=[pytest.mark.real, pytest.mark.real_time]))

__all__ = ["BOTH", "Place", "Refused", "embedded", "real"]
