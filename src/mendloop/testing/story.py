"""What a sweep needs to run an operator's whole story again and again: a scenario of a few lines.

async def story(cluster: Cluster) -> None:
    await cluster.create(Memcached("demo", spec=MemcachedSpec(size=2)))
    await cluster.settled()
    assert (await cluster.get(Memcached, "demo")).ready

crash_after_each_write(Story(op, story)).check()
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from mendloop.manager.running import running
from mendloop.manager.settings import RunSettings
from mendloop.model.resource import KindRef, gvk_of
from mendloop.testing.cluster import Cluster, declared_by

if TYPE_CHECKING:
    from mendloop.kube.transport import Transport
    from mendloop.wish.operator import Operator


class StoryWorld:
    """The cluster of one run, and what the operator was given for it."""

    def __init__(self, cluster: Cluster, user: str, kinds: Sequence[str], deps: object) -> None:
        self.cluster = cluster
        self.deps = deps
        self._user = user
        self._kinds = kinds

    @property
    def transport(self) -> Transport:
        return self.cluster.transport(self._user)

    def objects(self) -> list[dict[str, Any]]:
        return [obj for kind in self._kinds for obj in self.cluster.plane.objects(kind)]


class Story:
    """A scenario for sweeps: `tell` is what users do, and what they may rely on afterwards.

    `tell` should wait with `cluster.settled()`, which knows nothing of the operator here but that nobody
    writes any more. `deps` makes anew for each run what the operator gets as `ctx.deps`. The end state
    that is compared is that of the kinds that the operator names.
    """

    def __init__(
        self,
        op: Operator[Any],
        tell: Callable[[Cluster], Awaitable[None]],
        *,
        deps: Callable[[], object] | None = None,
        settings: RunSettings | None = None,
    ) -> None:
        self._op = op
        self._tell = tell
        self._deps = deps
        self._settings = settings or RunSettings(seed=0)
        self._world: StoryWorld | None = None

    @property
    def name(self) -> str:
        return f"{self._op.name}: {getattr(self._tell, '__name__', 'a story')}"

    @asynccontextmanager
    async def open(self) -> AsyncIterator[StoryWorld]:
        from mendloop.controlplane import ControlPlane

        plane = ControlPlane(seed=0)
        cluster = Cluster(plane)
        await cluster.install(*declared_by(self._op))
        deps = self._deps() if self._deps is not None else None
        self._world = StoryWorld(cluster, self._op.name, self._kinds(), deps)
        async with plane.running():
            yield self._world

    async def operate(self, transport: Transport) -> None:
        assert self._world is not None, "a story is told within the world that it opened"
        given: dict[str, Any] = {} if self._deps is None else {"deps": self._world.deps}
        wall = self._world.cluster.plane.world.now
        async with running(self._op, transport, settings=self._settings, wall=wall, **given) as one:
            await asyncio.shield(one.task)

    async def drive(self, world: StoryWorld) -> None:
        await self._tell(world.cluster)

    def _kinds(self) -> list[str]:
        refs: set[str] = set()
        for handler in self._op.handlers:
            owned: Sequence[KindRef] = (handler.kind_ref, *handler.owns)
            refs.update(map(gvk_of, owned))
        return sorted(refs)
