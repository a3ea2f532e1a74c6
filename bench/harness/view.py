"""The harness's own view of the cluster: two watches, and which Echoes are not yet as they should be."""

from __future__ import annotations

import asyncio
import hashlib
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import aiohttp
import msgspec

from harness.cluster import Cluster
from harness.job import CONFIG_MAPS, ECHOES, Tree, child_data

_WATCH_S = 3000


@dataclass(frozen=True, slots=True)
class SeenEcho:
    """What of an Echo the job is about."""

    uid: str
    generation: int
    observed_generation: int | None
    ready: bool
    finalizer: bool
    spec: Tree


@dataclass(frozen=True, slots=True)
class SeenChild:
    """What of a ConfigMap the job is about; `owner` is its controller's uid."""

    owner: str
    data: Tree | None


class View:
    """Follows Echoes and ConfigMaps; tells when what one waits for has come true."""

    def __init__(self, cluster: Cluster) -> None:
        self.echoes: dict[str, SeenEcho] = {}
        self.children: dict[str, SeenChild] = {}
        self.wrong: set[str] = set()
        self.renewals = 0
        self._cluster = cluster
        self._waiting: list[tuple[Callable[[], bool], asyncio.Future[float]]] = []

    async def follow(self) -> None:
        """Follows both kinds until cancelled."""
        async with asyncio.TaskGroup() as own:
            own.create_task(self._watch(ECHOES, self._echo_changed))
            own.create_task(self._watch(CONFIG_MAPS, self._child_changed))

    async def until(self, holds: Callable[[], bool], limit_s: float) -> float | None:
        """When the condition came true, on `time.monotonic`; None when it did not within `limit_s`."""
        if holds():
            return time.monotonic()
        waiting = (holds, asyncio.get_running_loop().create_future())
        self._waiting.append(waiting)
        try:
            return await asyncio.wait_for(waiting[1], limit_s)
        except TimeoutError:
            return None
        finally:
            if waiting in self._waiting:
                self._waiting.remove(waiting)

    def all_done(self, count: int, generation: int = 1) -> bool:
        """Whether `count` Echoes are there, each of at least this generation and as it should be."""
        if self.wrong or len(self.echoes) != count:
            return False
        return all(echo.generation >= generation for echo in self.echoes.values())

    def digest(self) -> str:
        """A hash of the state that is the same for all who did the same work."""
        state = [
            (name, echo.spec, echo.ready, echo.generation == echo.observed_generation, echo.finalizer)
            for name, echo in sorted(self.echoes.items())
        ]
        children = [
            (name, child.data, child.owner == self.echoes[name].uid if name in self.echoes else False)
            for name, child in sorted(self.children.items())
        ]
        text = msgspec.json.encode((state, children), order="deterministic")
        return hashlib.sha256(text).hexdigest()[:12]

    # -- how it is kept

    async def _watch(self, path: str, changed: Callable[[Tree], None]) -> None:
        version = "0"
        while True:
            query = {"watch": "true", "resourceVersion": version, "timeoutSeconds": str(_WATCH_S)}
            try:
                async with self._cluster.http.get(path, params=query) as answer:
                    version = await self._read(answer, changed, version)
            except aiohttp.ClientError as error:
                print(f"the harness's watch of {path} broke: {error}", file=sys.stderr)
            self.renewals += (
                1  # the server ends a watch whose reader is too slow; it goes on from where it was
            )
            await asyncio.sleep(0.05)

    async def _read(
        self, answer: aiohttp.ClientResponse, changed: Callable[[Tree], None], version: str
    ) -> str:
        rest = b""
        async for chunk in answer.content.iter_any():
            *lines, rest = (rest + chunk).split(b"\n")
            for line in lines:
                event = msgspec.json.decode(line)
                if event["type"] == "ERROR":
                    return "0"
                changed(event)
                version = event["object"]["metadata"]["resourceVersion"]
        return version

    def _echo_changed(self, event: Tree) -> None:
        tree = event["object"]
        name = tree["metadata"]["name"]
        if event["type"] == "DELETED":
            self.echoes.pop(name, None)
        else:
            self.echoes[name] = _echo(tree)
        self._judge(name)

    def _child_changed(self, event: Tree) -> None:
        tree = event["object"]
        name = tree["metadata"]["name"]
        if event["type"] == "DELETED":
            self.children.pop(name, None)
        else:
            self.children[name] = _child(tree)
        self._judge(name)

    def _judge(self, name: str) -> None:
        echo = self.echoes.get(name)
        if echo is None or self._as_it_should_be(echo, self.children.get(name)):
            self.wrong.discard(name)
        else:
            self.wrong.add(name)
        now = time.monotonic()
        for holds, told in [one for one in self._waiting if one[0]()]:
            self._waiting.remove((holds, told))
            if not told.done():
                told.set_result(now)

    def _as_it_should_be(self, echo: SeenEcho, child: SeenChild | None) -> bool:
        reported = echo.ready and echo.finalizer and echo.observed_generation == echo.generation
        return reported and child == SeenChild(echo.uid, child_data(echo.spec))


def _echo(tree: Tree) -> SeenEcho:
    metadata: Tree = tree["metadata"]
    status: Tree = tree.get("status") or {}
    conditions: list[Any] = status.get("conditions") or []
    return SeenEcho(
        uid=metadata["uid"],
        generation=metadata["generation"],
        observed_generation=status.get("observedGeneration"),
        ready=any(one["type"] == "Ready" and one["status"] == "True" for one in conditions),
        finalizer=bool(metadata.get("finalizers")),
        spec=tree["spec"],
    )


def _child(tree: Tree) -> SeenChild:
    owners = tree["metadata"].get("ownerReferences") or []
    owner = next((one["uid"] for one in owners if one.get("controller")), "")
    return SeenChild(owner, tree.get("data"))
