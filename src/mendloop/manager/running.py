"""One operator at work: its kinds resolved, its informers fed, its controllers turning."""

from __future__ import annotations

import asyncio
import logging
import os
import random
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from functools import partial
from typing import Any, Final

from mendloop.aio.tasks import Failure, OwnedTasks, supervise
from mendloop.cache.informers import Caches, ViewHealth
from mendloop.cache.store import Store
from mendloop.controller.events import Events
from mendloop.controller.loop import Controller
from mendloop.controller.marks import Marks
from mendloop.controller.omission import Omission
from mendloop.controller.owner import OwnerMarks
from mendloop.controller.passes import Passes
from mendloop.controller.prune import Deletions, Pruner
from mendloop.controller.status import StatusWriter
from mendloop.controller.teardown import Teardown
from mendloop.controller.world import SCALED, World
from mendloop.errors import Internal, classify
from mendloop.kube.client import Call, Client
from mendloop.kube.discovery import Discovery
from mendloop.kube.transport import Transport
from mendloop.kube.watch.actions import Trouble
from mendloop.kube.watch.run import Scope
from mendloop.manager.settings import RunSettings
from mendloop.model.kinds import Kind, KindId
from mendloop.model.resource import KindRef, Resource, gvk_of
from mendloop.model.schemas import Schemas
from mendloop.observe import Metrics, about
from mendloop.observe import Scope as LogScope
from mendloop.wish.operator import Handler, Operator

log = logging.getLogger("mendloop")

_UNSET: Final = object()


class _CacheReports:
    """Puts what the informers meet into the log, once an episode."""

    def trouble(self, kind: Kind, trouble: Trouble) -> None:
        log.warning("the view of %s may be behind: %s", kind.gvk, trouble)

    def live(self, kind: Kind) -> None:
        log.info("the view of %s follows the server again", kind.gvk)

    def restarted(self, failure: Failure) -> None:
        _restarted(failure)


def _restarted(failure: Failure) -> None:
    log.error("%s ended and is restarted in %.1f s", failure.name, failure.delay_s, exc_info=failure.error)


class Running:
    """An operator that runs on one cluster. Made by `running`."""

    def __init__(
        self,
        op: Operator[Any],
        transport: Transport,
        settings: RunSettings,
        metrics: Metrics,
        wall: Callable[[], float],
    ) -> None:
        self.op, self.settings, self.metrics = op, settings, metrics
        self.controllers: dict[str, Controller] = {}
        self.started = asyncio.Event()
        self.task: asyncio.Task[None]  # set by `running`
        self._wall = wall
        self._rng = random.Random(settings.seed)
        self._deps: object = None
        self._names = Marks(op.name)
        self.client = Client(transport, timeout_s=settings.limits.call_s, observer=self._asked)
        self.caches = Caches(
            transport,
            rng=self._rng,
            observer=_CacheReports(),
            manager=op.name,
            tracking_label=self._names.owner,
            options=settings.watch,
        )
        self.events = Events(self.client, op.name, self._now, wall)
        self.schemas = Schemas()
        self._deletions = Deletions(self._now, settings.prune.window_s)

    # -- what is seen from outside

    @property
    def idle(self) -> bool:
        """Nothing can be done now: no object is in hand or may be taken."""
        return self.started.is_set() and all(one.queue.idle for one in self.controllers.values())

    def next_due(self) -> float | None:
        """When the earliest delayed object is due, on the loop's clock."""
        dues = [due for one in self.controllers.values() if (due := one.queue.next_due()) is not None]
        return min(dues, default=None)

    def views(self) -> list[ViewHealth]:
        """How well each kind is known."""
        return self.caches.health(self._now())

    # -- its life

    async def until(self, stop: asyncio.Event) -> None:
        """Returns once `stop` is set; raises what ended the operator before that."""
        waiting = asyncio.create_task(stop.wait(), name="until stopped")
        try:
            await asyncio.wait((waiting, self.task), return_when=asyncio.FIRST_COMPLETED)
        finally:
            waiting.cancel()
        if self.task.done():
            self.task.result()

    async def live(self, deps: object, environ: Mapping[str, str]) -> None:
        """Works until cancelled. What does not answer at the start is asked again, for ever."""
        if deps is not _UNSET:
            await self._work(deps)
            return
        async with self.op.lifespan(environ) as made:
            await self._work(made)

    async def _work(self, deps: object) -> None:
        self._deps = deps
        kinds = await self._resolved()
        async with self.caches, OwnedTasks(on_failure=_restarted) as own:
            world = self._world(kinds)
            for handler in self.op.handlers:
                self._add(handler, world)
            own.start(self.events.run(), name="events")
            for handler in self.op.handlers:
                controller = self.controllers[handler.gvk]
                own.start(self._controller(controller, handler, world), name=f"controller {controller.name}")
            own.start(self._resync(), name="resync")
            self.started.set()
            await asyncio.Event().wait()

    async def stop(self) -> None:
        """Ends in good order: nothing new is begun, what is in hand gets `limits.stop_s`."""
        try:
            async with asyncio.timeout(self.settings.limits.stop_s):
                await asyncio.gather(*(one.stop() for one in self.controllers.values()))
        except TimeoutError:
            busy = sorted(str(key) for one in self.controllers.values() for key in one.queue.busy)
            log.warning("stopped in the middle of passes", extra={"objects": ", ".join(busy)})
        await self.events.flush(1.0)
        for controller in self.controllers.values():
            controller.queue.close()

    async def _controller(self, controller: Controller, handler: Handler, world: World) -> None:
        stores = [world.store(world.resolve(ref).id) for ref in handler.kinds]
        late = await self._wait_for(stores)
        async with OwnedTasks(on_failure=_restarted) as own:
            for store in late:
                own.start(self._when_listed(store, controller), name=f"first list of {store.kind.gvk}")
            await supervise(controller.name, controller.run, _restarted, rng=self._rng)

    async def _wait_for(self, stores: list[Store]) -> list[Store]:
        """The stores that are not listed after some patience: work goes on without them and says so."""
        try:
            async with asyncio.timeout(self.settings.sync_patience_s):
                await asyncio.gather(*(store.until_synced() for store in stores))
        except TimeoutError:
            pass
        return [store for store in stores if not store.synced]

    async def _when_listed(self, store: Store, controller: Controller) -> None:
        await store.until_synced()
        controller.resync()

    async def _resync(self) -> None:
        while True:
            await asyncio.sleep(self.settings.resync_s * self._rng.uniform(1.0, 1.1))
            self.resync()

    def resync(self) -> None:
        """Looks at every object again, behind everything else."""
        for controller in self.controllers.values():
            controller.resync()

    # -- how it is put together

    async def _resolved(self) -> dict[str, Kind]:
        """The kinds by how users name them; strings are looked up on the server, until it answers."""
        refs = {gvk_of(ref): ref for handler in self.op.handlers for ref in handler.kinds}
        discovery = Discovery(self.client)
        found: dict[str, Kind] = {}
        for gvk, ref in refs.items():
            found[gvk] = (
                ref.KIND if not isinstance(ref, str) and ref.KIND else await self._looked_up(discovery, gvk)
            )
        return found

    async def _looked_up(self, discovery: Discovery, gvk: str) -> Kind:
        failures = 0
        while True:
            try:
                return await discovery.kind(gvk)
            except Exception as error:
                failures += 1
                delay_s = self.settings.limits.pace_s * min(2.0**failures, 30.0) * self._rng.uniform(0.5, 1.0)
                if failures in (1, 10, 100):
                    log.warning("cannot look up %s: %s", gvk, classify(error).message)
            await asyncio.sleep(delay_s)

    def _world(self, kinds: Mapping[str, Kind]) -> World:
        scope = self.settings.namespace
        stores: dict[KindId, Store] = {}
        for kind in kinds.values():
            informer = self.caches.informer(kind, Scope(namespace=scope if kind.namespaced else ""))
            stores[kind.id] = informer.store
            self.metrics.synced.read_by((kind.gvk,), partial(_is_synced, informer.store))

        def resolve(ref: KindRef) -> Kind:
            kind = kinds.get(gvk_of(ref))
            if kind is None:
                raise Internal(f"{gvk_of(ref)} is neither in owns= nor in reads=", reason="UndeclaredKind")
            return kind

        self._teach_schemas()
        return World(
            marks=self._names,
            client=self.client,
            stores=stores,
            schemas=self.schemas,
            scales={**SCALED, **self._declared_scales()},
            kinds={kind.id: kind for kind in kinds.values()},
            resolve=resolve,
            now=self._now,
            wall=self._wall,
            rng=self._rng,
            limits=self.settings.limits,
            table=self.settings.table,
            rules=self.settings.rules,
            log_scope=lambda controller, key, number: about(LogScope(controller, key, number)),
        )

    def _declared_scales(self) -> dict[KindId, str]:
        refs = (ref for handler in self.op.handlers for ref in handler.kinds if isinstance(ref, type))
        return {
            ref.KIND.id: ref.DEFINITION.scale.spec
            for ref in refs
            if issubclass(ref, Resource) and ref.DEFINITION.scale is not None
        }

    def _teach_schemas(self) -> None:
        from mendloop.model.crd import crd

        for handler in self.op.handlers:
            for ref in handler.kinds:
                if isinstance(ref, type) and issubclass(ref, Resource) and ref.DEFINITION.ours:
                    self.schemas.add_crd(crd(ref))

    def _add(self, handler: Handler, world: World) -> None:
        kind = world.resolve(handler.kind_ref)
        observer = self.metrics.controller(kind.kind.lower())
        marks = OwnerMarks(world)
        pruner = Pruner(world, self._deletions, self.settings.prune)
        owned = [world.resolve(ref).id for ref in handler.owns]
        cleanup = any(part.gvk == handler.gvk for part in self.op.cleanups)
        passes = Passes(
            self.op,
            handler,
            world,
            omission=Omission(world, marks, pruner, owned, cleanup),
            teardown=Teardown(world, marks, pruner),
            observer=observer,
            deps=lambda: self._deps,
        )
        status = StatusWriter(world, kind, handler.kind_ref)
        controller = Controller(kind, passes, status, world, self.events, observer)
        for ref in handler.kinds:
            controller.follow(world.store(world.resolve(ref).id))
        self.controllers[handler.gvk] = controller
        self.metrics.watch_queue(controller.name, controller.queue, self.settings.limits.workers)

    # -- what its parts report

    def _asked(self, call: Call, status: int, seconds: float) -> None:
        code = str(status) if status else "<error>"
        self.metrics.requests.add((code, _METHODS.get(call.verb, "GET"), call.verb, call.ref.kind.kind))
        self.metrics.request_seconds.observe((call.verb,), seconds)

    def _now(self) -> float:
        return asyncio.get_running_loop().time()


def _is_synced(store: Store) -> float:
    return float(store.synced)


_METHODS: Final = {
    "create": "POST",
    "apply": "PATCH",
    "patch": "PATCH",
    "update": "PUT",
    "delete": "DELETE",
}


@asynccontextmanager
async def running(
    op: Operator[Any],
    transport: Transport,
    *,
    settings: RunSettings | None = None,
    metrics: Metrics | None = None,
    deps: object = _UNSET,
    environ: Mapping[str, str] | None = None,
    wall: Callable[[], float] = time.time,
) -> AsyncIterator[Running]:
    """Runs an operator while the context is open, and stops it in good order at its end.

    `deps` stands in for what the operator's lifespan would make. `wall` gives seconds since the epoch.
    Errors: what the operator's settings or lifespan raise, at the end of the context.
    """
    one = Running(op, transport, settings or RunSettings(), metrics or Metrics(), wall)
    environ = os.environ if environ is None else environ
    task = one.task = asyncio.create_task(one.live(deps, environ), name=f"operator {op.name}")
    try:
        yield one
    finally:
        if not task.done():
            await one.stop()
        task.cancel()
        (ended,) = await asyncio.gather(task, return_exceptions=True)
    if isinstance(ended, Exception):
        raise ended
