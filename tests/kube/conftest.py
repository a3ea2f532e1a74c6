"""A collection on a server that misbehaves as told: what a watch meets, one script at a time."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from random import Random
from typing import Any

import msgspec
import pytest

from mendloop.cache.informers import Caches, Informer
from mendloop.kube.transport import Request, Response
from mendloop.kube.watch.actions import Trouble
from mendloop.model.kinds import Kind

BAKERY = Kind("food.example.org", "v1", "Bakery", "bakeries")
STATUS_410 = {"kind": "Status", "apiVersion": "v1", "status": "Failure", "reason": "Expired", "code": 410}

Fault = Response | Exception | Callable[[Request], Response]


def bakery(name: str, uid: str, version: int, **more: Any) -> dict[str, Any]:
    metadata = {"name": name, "namespace": "d", "uid": uid, "resourceVersion": str(version)}
    return {
        "apiVersion": "food.example.org/v1",
        "kind": "Bakery",
        "metadata": metadata | more.pop("metadata", {}),
    } | more


def refusal(status: int, reason: str = "", message: str = "no", **headers: str) -> Response:
    body = {"kind": "Status", "apiVersion": "v1", "reason": reason, "message": message, "code": status}
    return Response(status, headers, msgspec.json.encode(body))


def line(type: str, object: Any) -> bytes:
    return msgspec.json.encode({"type": type, "object": object}) + b"\n"


class ScriptedServer:
    """One collection with a history; `list_faults` and `watch_faults` answer the next requests instead."""

    def __init__(self) -> None:
        self.version = 100
        self.objects: dict[str, dict[str, Any]] = {}
        self.history: list[tuple[int, bytes]] = []
        self.requests: list[tuple[float, Request]] = []
        self.list_faults: deque[Fault] = deque()
        self.watch_faults: deque[Fault | bytes | list[bytes]] = deque()
        self.page = 500
        self.streams: list[asyncio.Queue[bytes | Exception | None]] = []
        self.dead: list[asyncio.Queue[bytes | Exception | None]] = []
        self.bookmarks_every_s: float | None = 60.0

    # What others do to the collection

    def put(self, name: str, uid: str | None = None, **more: Any) -> dict[str, Any]:
        self.version += 1
        known = self.objects.get(name)
        uid = uid or (known["metadata"]["uid"] if known else f"u-{name}-{self.version}")
        self.objects[name] = made = bakery(name, uid, self.version, **more)
        self._send(line("MODIFIED" if known else "ADDED", made))
        return made

    def drop(self, name: str) -> None:
        self.version += 1
        gone = self.objects.pop(name)
        gone = gone | {"metadata": gone["metadata"] | {"resourceVersion": str(self.version)}}
        self._send(line("DELETED", gone))

    def compact(self) -> None:
        """Forgets all events: whoever was away has to list again."""
        self.history.clear()
        self._oldest = self.version

    _oldest = 0

    def _send(self, event: bytes) -> None:
        self.history.append((self.version, event))
        self.say(event)

    def say(self, data: bytes) -> None:
        """Sends bytes to every open watch."""
        for stream in self.streams:
            stream.put_nowait(data)

    def cut_silently(self) -> None:
        """From now on nothing passes on the connections that are open, and nobody is told."""
        self.dead.extend(self.streams)
        self.streams = []

    def hang_up(self, error: Exception | None = None) -> None:
        """Ends every open watch, in good order or with an error."""
        for stream in self.streams:
            stream.put_nowait(error)

    # What was asked

    def lists(self) -> list[Request]:
        return [request for _, request in self.requests if ("watch", "1") not in request.query]

    def watches(self) -> list[Request]:
        return [request for _, request in self.requests if ("watch", "1") in request.query]

    # The transport

    async def request(self, request: Request, *, timeout_s: float) -> Response:
        self.requests.append((asyncio.get_running_loop().time(), request))
        if self.list_faults:
            return _played(self.list_faults.popleft(), request)
        query = dict(request.query)
        names = sorted(self.objects)
        start = int(query.get("continue", "0"))
        limit = min(int(query["limit"]), self.page)
        meta: dict[str, Any] = {"resourceVersion": str(self.version)}
        if start + limit < len(names):
            meta["continue"] = str(start + limit)
        items = [self.objects[name] for name in names[start : start + limit]]
        body = {"kind": "BakeryList", "apiVersion": "food.example.org/v1", "metadata": meta, "items": items}
        return Response(200, {}, msgspec.json.encode(body))

    @asynccontextmanager
    async def stream(self, request: Request, *, connect_timeout_s: float) -> AsyncIterator[ScriptedStream]:
        self.requests.append((asyncio.get_running_loop().time(), request))
        version = dict(request.query)["resourceVersion"]
        queue: asyncio.Queue[bytes | Exception | None] = asyncio.Queue()
        fault = self.watch_faults.popleft() if self.watch_faults else None
        if isinstance(fault, bytes | list):
            for data in [fault] if isinstance(fault, bytes) else fault:
                queue.put_nowait(data)
            queue.put_nowait(None)
            yield ScriptedStream(200, queue, None)
            return
        if fault is not None:
            answer = _played(fault, request)
            queue.put_nowait(answer.body)
            queue.put_nowait(None)
            yield ScriptedStream(answer.status, queue, None, answer.headers)
            return
        if int(version) < self._oldest:
            queue.put_nowait(line("ERROR", STATUS_410))
        for at, event in self.history:
            if at > int(version):
                queue.put_nowait(event)
        self.streams.append(queue)
        try:
            yield ScriptedStream(200, queue, self)
        finally:
            (self.streams if queue in self.streams else self.dead).remove(queue)

    async def close(self) -> None: ...

    def bookmark(self) -> bytes:
        return line("BOOKMARK", {"kind": "Bakery", "metadata": {"resourceVersion": str(self.version)}})


class ScriptedStream:
    def __init__(
        self,
        status: int,
        queue: asyncio.Queue[bytes | Exception | None],
        server: ScriptedServer | None,
        headers: Any = None,
    ) -> None:
        self.status = status
        self.headers = dict(headers or {})
        self._queue = queue
        self._server = server

    async def chunks(self) -> AsyncIterator[bytes]:
        while True:
            every_s = self._server.bookmarks_every_s if self._server else None
            try:
                data = await asyncio.wait_for(self._queue.get(), every_s)
            except TimeoutError:
                assert self._server is not None
                if self._queue in self._server.dead:
                    await asyncio.Event().wait()
                if not self._queue.empty():
                    continue
                data = self._server.bookmark()
            if data is None:
                return
            if isinstance(data, Exception):
                raise data
            yield data


def _played(fault: Any, request: Request) -> Response:
    if isinstance(fault, Exception):
        raise fault
    return fault(request) if callable(fault) else fault


class Journal:
    """What the informers reported, and what became of the objects."""

    def __init__(self) -> None:
        self.troubles: list[str] = []
        self.lives: list[float] = []
        self.restarts: list[Any] = []
        self.changes: list[str] = []

    def trouble(self, kind: Kind, trouble: Trouble) -> None:
        self.troubles.append(trouble.kind)

    def live(self, kind: Kind) -> None:
        self.lives.append(asyncio.get_running_loop().time())

    def restarted(self, failure: Any) -> None:
        self.restarts.append(failure)

    def changed(self, change: Any) -> None:
        verb = "~" if change.old and change.new else "+" if change.new else "-"
        self.changes.append(f"{verb}{change.entry.name}/{change.entry.uid}")


class Follower:
    """An informer of the scripted collection, and its journal."""

    def __init__(self, server: ScriptedServer, informer: Informer, journal: Journal) -> None:
        self.server = server
        self.informer = informer
        self.store = informer.store
        self.journal = journal

    def equals_the_server(self) -> bool:
        known = {e.name: (e.uid, str(e.version)) for e in self.store.list()}
        return known == {
            name: (o["metadata"]["uid"], o["metadata"]["resourceVersion"])
            for name, o in self.server.objects.items()
        }


@pytest.fixture
def server() -> ScriptedServer:
    return ScriptedServer()


@pytest.fixture
def follow(server: ScriptedServer) -> Any:
    """Follows the scripted collection: `async with follow() as follower`."""

    @asynccontextmanager
    async def following(seed: int = 1, **options: Any) -> AsyncIterator[Follower]:
        journal = Journal()
        async with Caches(server, rng=Random(seed), observer=journal, **options) as caches:
            informer = caches.informer(BAKERY)
            informer.store.subscribe(journal.changed)
            yield Follower(server, informer, journal)
        assert not journal.restarts

    return following


@pytest.fixture
def script() -> Any:
    """The builders of answers and lines."""

    class Script:
        refusal = staticmethod(refusal)
        line = staticmethod(line)
        bakery = staticmethod(bakery)
        kind = BAKERY

    return Script
