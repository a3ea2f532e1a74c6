"""Ties the built-in controllers to a control plane: its store as their view, its requests as their verbs."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from mendloop.controlplane.controllers.loop import Loop, Pace
from mendloop.controlplane.resources import Resource
from mendloop.controlplane.store import Change, Collection, Happened, Stored
from mendloop.controlplane.watching import WatchStream
from mendloop.controlplane.wire import Asked, Request, Response, User
from mendloop.model.kinds import Kind, split_api_version

if TYPE_CHECKING:
    from mendloop.controlplane.plane import ControlPlane

Hear = Callable[[Kind, Change], None]
DEFAULT_PACE = Pace()


class Attached:
    """A control plane as controllers see it. New kinds are found after the request that brought them."""

    def __init__(self, plane: ControlPlane) -> None:
        self._plane = plane
        self._hearers: list[Hear] = []
        self._stops: dict[int, Callable[[], None]] = {}
        self._kinds: dict[tuple[str, str], Kind] = {}
        self._known_generation = -1

    def ask(self, request: Request, user: str) -> Response:
        answer = self._plane.handle(request, User(user, user, ("system:masters", "system:authenticated")))
        assert isinstance(answer, Response)  # controllers read the store and never watch
        return answer

    def kinds(self) -> Iterable[Kind]:
        self._find_new_kinds()
        return list(self._kinds.values())

    def kind_of(self, api_version: str, kind: str) -> Kind | None:
        group, version = split_api_version(api_version)
        resource = self._plane.world.registry.kind(group, kind, version)
        if resource is None:
            return None
        self._find_new_kinds()
        return self._kinds.get(resource.storage_id)

    def stored(self, kind: Kind, namespace: str, name: str) -> Stored | None:
        return self._collection(kind).get(namespace, name)

    def all_stored(self, kind: Kind, namespace: str = "") -> list[Stored]:
        return self._collection(kind).now(namespace)

    def subscribe(self, hear: Hear) -> Callable[[], None]:
        self._find_new_kinds()
        self._hearers.append(hear)
        if self._look_for_new_kinds not in self._plane.after:
            self._plane.after.append(self._look_for_new_kinds)
        return self.close

    def close(self) -> None:
        """Hears nothing any more."""
        self._hearers.clear()
        for stop in self._stops.values():
            stop()
        self._stops.clear()
        if self._look_for_new_kinds in self._plane.after:
            self._plane.after.remove(self._look_for_new_kinds)

    def _collection(self, kind: Kind) -> Collection:
        return self._plane.world.store.collection(kind.group, kind.plural)

    def _look_for_new_kinds(
        self, request: Asked, user: User, answer: Response | WatchStream
    ) -> Response | WatchStream:
        self._find_new_kinds()
        return answer

    def _find_new_kinds(self) -> None:
        registry = self._plane.world.registry
        if registry.generation == self._known_generation:
            return
        self._known_generation = registry.generation
        self._kinds = {}
        for resource in registry:
            if registry.kind(resource.group, resource.kind) is resource:
                self._kinds[resource.storage_id] = _kind(resource)
        for kind in self._kinds.values():
            self._listen(kind)

    def _listen(self, kind: Kind) -> None:
        collection = self._collection(kind)
        if id(collection) in self._stops:
            return

        def hear(change: Change) -> None:
            for each in tuple(self._hearers):
                each(kind, change)

        self._stops[id(collection)] = collection.listen(hear)
        for stored in collection.now():
            hear(Change(Happened.ADDED, stored, None))


def _kind(resource: Resource) -> Kind:
    return Kind(resource.group, resource.version, resource.kind, resource.plural, resource.namespaced)


@asynccontextmanager
async def running(plane: ControlPlane, pace: Pace = DEFAULT_PACE) -> AsyncIterator[Loop]:
    """Runs all built-in controllers on `plane` for the length of the block, on the loop's clock.

    Errors: a bug in a controller ends the block with an `ExceptionGroup` that holds it.
    """
    from mendloop.controlplane.controllers import builtin_controllers

    loop = builtin_controllers(Attached(plane), plane.world.timestamp, pace)
    failed: Exception | None = None
    async with asyncio.TaskGroup() as own:
        task = own.create_task(loop.run(), name="built-in controllers")
        try:
            yield loop
        except Exception as error:
            failed = error  # raised below: within the group it would come out wrapped
        finally:
            task.cancel()
    if failed is not None:
        raise failed
