"""The control plane as its built-in controllers see it."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from mendloop.controlplane.resources import Resource
from mendloop.controlplane.store import Change, Collection, Stored
from mendloop.controlplane.watching import WatchStream
from mendloop.controlplane.wire import Asked, Request, Response, User
from mendloop.controlplane.world import World
from mendloop.model.kinds import Kind

Handle = Callable[[Asked, User], Response | WatchStream]

_GROUPS = ("system:masters", "system:authenticated")


class ControllersPlane:
    """The `Plane` of `mendloop.controlplane.controllers`: reads from the store, writes as requests."""

    def __init__(self, world: World, handle: Handle) -> None:
        self._world = world
        self._handle = handle
        self._kinds: dict[tuple[str, str], Kind] = {}
        self._known_at = -1

    def ask(self, request: Request, user: str) -> Response:
        """The whole answer to one request, as this user, who may do everything."""
        answer = self._handle(request, User(user, user, _GROUPS))
        if isinstance(answer, WatchStream):
            answer.close()
            raise TypeError("controllers subscribe instead of watching")
        return answer

    def kinds(self) -> Iterable[Kind]:
        """The kinds served at present, each once."""
        return self._by_resource().values()

    def kind_of(self, api_version: str, kind: str) -> Kind | None:
        """The served kind that an owner reference names, whatever the version there is called."""
        group, _, version = api_version.rpartition("/")
        if not self._world.registry.serves(group, version):
            return None
        found = self._world.registry.kind(group, kind)
        return None if found is None else _kind(found)

    def stored(self, kind: Kind, namespace: str, name: str) -> Stored | None:
        return self._collection(kind).get(namespace if kind.namespaced else "", name)

    def all_stored(self, kind: Kind, namespace: str = "") -> list[Stored]:
        return self._collection(kind).now(namespace)

    def subscribe(self, hear: Callable[[Kind, Change], None]) -> Callable[[], None]:
        """Calls `hear` on each change from now on, until the returned function is called."""

        def tell(resource: tuple[str, str], change: Change) -> None:
            kind = self._by_resource().get(resource) or self._kinds.get(resource)
            if kind is not None:
                hear(kind, change)

        return self._world.store.listen(tell)

    def _collection(self, kind: Kind) -> Collection:
        return self._world.store.collection(kind.group, kind.plural)

    def _by_resource(self) -> dict[tuple[str, str], Kind]:
        registry = self._world.registry
        if self._known_at != registry.generation:
            self._known_at = registry.generation
            self._kinds = {
                found.storage_id: _kind(found)
                for found in registry
                if registry.kind(found.group, found.kind) is found and found.storage_id[0] == found.group
            }
        return self._kinds


def _kind(resource: Resource) -> Kind:
    return Kind(resource.group, resource.version, resource.kind, resource.plural, resource.namespaced)
