"""One informer a kind and scope, shared by all who want to read it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from random import Random
from typing import Protocol

import msgspec

from mendloop.aio.tasks import Failure, OwnedTasks, supervise
from mendloop.cache.store import Store
from mendloop.kube.envelope import Meta
from mendloop.kube.transport import Transport
from mendloop.kube.watch.actions import Trouble
from mendloop.kube.watch.options import DEFAULTS, WatchOptions
from mendloop.kube.watch.run import EVERYTHING, Reflector, Scope
from mendloop.model.kinds import Kind
from mendloop.model.selectors import Selector


class CacheObserver(Protocol):
    """Told what the informers meet; each call is one thing that happened."""

    def trouble(self, kind: Kind, trouble: Trouble) -> None:
        """A view may be behind from now on."""
        ...

    def live(self, kind: Kind) -> None:
        """A view follows the server again."""
        ...

    def restarted(self, failure: Failure) -> None:
        """A watch task ended, which it never should, and is restarted."""
        ...


class ViewHealth(msgspec.Struct, frozen=True):
    """How well one kind is known; `stale_s` is None while the view follows the server."""

    kind: Kind
    scope: Scope
    synced: bool
    stale_s: float | None
    trouble: Trouble | None

    def is_ready(self, patience_s: float) -> bool:
        """Whether one may act on the view: listed, and behind for no longer than `patience_s`."""
        return self.synced and (self.stale_s is None or self.stale_s <= patience_s)


class Informer:
    """The store of one kind and scope, and the watch that fills it."""

    def __init__(self, store: Store, reflector: Reflector) -> None:
        self.store = store
        self.reflector = reflector

    @property
    def kind(self) -> Kind:
        return self.store.kind

    @property
    def synced(self) -> bool:
        return self.store.synced

    @property
    def stale_since(self) -> float | None:
        """Since when, on the loop's clock, the view may be behind; None while it follows the server."""
        return self.store.stale_since

    def health(self, now: float) -> ViewHealth:
        since = self.stale_since
        stale_s = None if since is None else now - since
        trouble = self.reflector.last_trouble if stale_s is not None else None
        return ViewHealth(self.kind, self.reflector.scope, self.synced, stale_s, trouble)

    async def until_synced(self) -> None:
        """Returns once the first list is whole; give it a deadline."""
        await self.store.until_synced()


class Caches:
    """All informers of one process.

        async with Caches(transport, rng=rng, manager="cache.example.com") as caches:
            memcacheds = caches.informer(MEMCACHED)
            await memcacheds.until_synced()

    Informers may be asked for before and while it runs. `manager` is the field manager whose ownership is
    kept with each entry, `tracking_label` the label that names an owner where no reference may.
    """

    def __init__(
        self,
        transport: Transport,
        *,
        rng: Random,
        observer: CacheObserver | None = None,
        manager: str = "",
        tracking_label: str = "",
        options: WatchOptions = DEFAULTS,
    ) -> None:
        self._transport = transport
        self._rng = rng
        self._observer = observer
        self._manager = manager
        self._tracking_label = tracking_label
        self._options = options
        self._informers: dict[tuple[Kind, Scope], Informer] = {}
        self._tasks: OwnedTasks | None = None

    async def __aenter__(self) -> Caches:
        self._tasks = OwnedTasks(on_failure=self._restarted)
        for informer in self._informers.values():
            self._start(informer)
        return self

    async def __aexit__(self, *_: object) -> None:
        tasks, self._tasks = self._tasks, None
        if tasks is not None:
            await tasks.close()

    def informer(self, kind: Kind, scope: Scope = EVERYTHING) -> Informer:
        """The one informer of this kind and scope; it is started if it is new."""
        if (informer := self._informers.get((kind, scope))) is None:
            informer = self._informers[kind, scope] = self._made(kind, scope)
            self._start(informer)
        return informer

    def health(self, now: float) -> list[ViewHealth]:
        """How well each kind is known, for `/readyz`; `now` is on the loop's clock."""
        return [informer.health(now) for informer in self._informers.values()]

    async def until_synced(self) -> None:
        """Returns once every kind was listed; give it a deadline."""
        await asyncio.gather(*(informer.until_synced() for informer in self._informers.values()))

    def _made(self, kind: Kind, scope: Scope) -> Informer:
        store = Store(
            kind,
            manager=self._manager,
            tracking_label=self._tracking_label,
            metadata_only=scope.metadata_only,
            covers=_covered_by(scope),
        )
        reflector = Reflector(
            self._transport,
            kind,
            store,
            rng=self._rng,
            scope=scope,
            options=self._options,
            observer=self._observer,
        )
        return Informer(store, reflector)

    def _start(self, informer: Informer) -> None:
        if self._tasks is None:
            return
        name = f"watch {informer.kind.gvk}"
        watch = supervise(name, informer.reflector.run, self._restarted, rng=self._rng)
        self._tasks.start(watch, name=name)

    def _restarted(self, failure: Failure) -> None:
        if self._observer is not None:
            self._observer.restarted(failure)


def _covered_by(scope: Scope) -> Callable[[Meta], bool]:
    """Whether an object that somebody else brings would have come by the watch of this scope too."""
    selector = Selector.parse(scope.labels)

    def covers(meta: Meta) -> bool:
        in_namespace = not scope.namespace or meta.namespace == scope.namespace
        # Fields are selected by the server's own rules: what they leave out cannot be told here.
        return in_namespace and not scope.fields and selector.matches(meta.labels or {})

    return covers
