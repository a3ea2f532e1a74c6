"""The snapshot that a pass reads: the caches as they stand, for as long as the pass does not await.

`desired` is a plain generator and is drained without a pause, so no event can come in between: what it
reads is one consistent state of each kind.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from mendloop.cache.entry import Entry
from mendloop.cache.store import Store
from mendloop.controller.world import World
from mendloop.model.kinds import Key, Kind
from mendloop.model.selectors import Selector
from mendloop.wish.reads import Observed


class Seen(NamedTuple):
    """A cache entry as a pass sees it."""

    key: Key
    uid: str
    version: str
    raw: bytes


def seen(entry: Entry) -> Seen:
    return Seen(entry.key, entry.uid, str(entry.version), entry.raw)


class CacheView:
    """Implements `wish.View` over the caches, whose stores raise its `Unsynced`."""

    def __init__(self, world: World) -> None:
        self._world = world

    def get(self, kind: Kind, namespace: str, name: str) -> Observed | None:
        entry = self._store(kind).get(kind.key(namespace, name))
        return None if entry is None else seen(entry)

    def list(self, kind: Kind, namespace: str | None, labels: Mapping[str, str]) -> Sequence[Observed]:
        selector = Selector.equal_to(labels) if labels else None
        return [seen(entry) for entry in self._store(kind).list(namespace=namespace or "", selector=selector)]

    def owned(self, kind: Kind, owner_uid: str) -> Sequence[Observed]:
        return [seen(entry) for entry in sorted(self._store(kind).owned(owner_uid), key=_by_name)]

    def _store(self, kind: Kind) -> Store:
        return self._world.store(kind.id)


def _by_name(entry: Entry) -> tuple[str, str]:
    return entry.namespace, entry.name
