"""A snapshot stated by a test, and passes over it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from mendloop import Object, Operator
from mendloop.model.kinds import Key, Kind, split_api_version
from mendloop.model.naming import plural_of
from mendloop.model.resource import KindRef
from mendloop.wish import Unsynced, Wish, drain

NOW = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Seen:
    key: Key
    uid: str
    version: str
    raw: bytes


class Snapshot:
    """Implements `View` over a few objects; kinds in `unsynced` cannot be answered yet."""

    def __init__(self, *objects: Object, unsynced: Sequence[str] = ()) -> None:
        self._objects, self._unsynced = objects, unsynced

    def get(self, kind: Kind, namespace: str, name: str) -> Seen | None:
        return next((one for one in self._all(kind) if one.key == kind.key(namespace, name)), None)

    def list(self, kind: Kind, namespace: str | None, labels: Mapping[str, str]) -> Sequence[Seen]:
        chosen = {
            one.key
            for one in self._objects
            if namespace in (None, one.namespace) and labels.items() <= one.labels.items()
        }
        return [one for one in self._all(kind) if one.key in chosen]

    def owned(self, kind: Kind, owner_uid: str) -> Sequence[Seen]:
        ours = {one.key for one in self._objects if any(owner.uid == owner_uid for owner in one.owners)}
        return [one for one in self._all(kind) if one.key in ours]

    def _all(self, kind: Kind) -> list[Seen]:
        if kind.gvk in self._unsynced:
            raise Unsynced(kind)
        return [
            Seen(one.key, one.uid, one.version, one.raw) for one in self._objects if one.key.kind == kind.id
        ]


def resolve(ref: KindRef) -> Kind:
    """A kind by its class, or by its name as a namespaced one."""
    if isinstance(ref, type):
        assert ref.KIND is not None
        return ref.KIND
    api_version, _, name = ref.rpartition("/")
    group, version = split_api_version(api_version)
    return Kind(group, version, name, plural_of(name))


def one_pass(
    op: Operator[Any], obj: Object, view: Snapshot | None = None, *, deps: object = None, now: datetime = NOW
) -> Wish:
    """A pass of the operator's only handler over a fresh view of `obj`."""
    (handler,) = op.handlers
    fresh = type(obj).from_raw(obj.raw)
    return drain(handler, fresh, view or Snapshot(), now=now, deps=deps, resolve=resolve)
