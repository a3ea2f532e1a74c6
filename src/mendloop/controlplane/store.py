"""The versioned store: one revision for everything, and a bounded memory of changes per resource.

Objects are kept as the bytes of their JSON alone. Whoever wants to change one decodes its own
copy, so nothing that was handed out can alter what is stored or what a watcher will read.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from enum import StrEnum
from functools import partial
from typing import Generic, ParamSpec

import msgspec

from mendloop.controlplane.wire import Object

decode: Callable[[bytes], Object] = msgspec.json.Decoder(Object).decode
encode = msgspec.json.Encoder().encode


class Happened(StrEnum):
    """What a watch calls a change."""

    ADDED = "ADDED"
    MODIFIED = "MODIFIED"
    DELETED = "DELETED"


class Stored:
    """One object at one version; never changed once made."""

    __slots__ = ("fields", "key", "labels", "name", "namespace", "raw", "rv", "uid")

    def __init__(self, obj: Object, rv: int) -> None:
        metadata = obj["metadata"]
        metadata["resourceVersion"] = str(rv)
        self.namespace: str = metadata.get("namespace", "")
        self.name: str = metadata["name"]
        self.key = storage_key(self.namespace, self.name)
        self.uid: str = metadata.get("uid", "")
        self.rv = rv
        self.labels: Mapping[str, str] = metadata.get("labels") or {}
        self.raw: bytes = encode(obj)
        self.fields: Mapping[str, str] | None = None  # selectable fields, computed when first asked for

    def object(self) -> Object:
        """A fresh copy that the caller may change."""
        return decode(self.raw)


class Change:
    """One step of one object; `before` is what it replaced."""

    __slots__ = ("before", "happened", "now", "rv")

    def __init__(self, happened: Happened, now: Stored, before: Stored | None) -> None:
        self.happened = happened
        self.now = now
        self.before = before
        self.rv = now.rv


def storage_key(namespace: str, name: str) -> str:
    """The key below the resource's prefix; its byte order is the order of lists, as in etcd."""
    return f"{namespace}/{name}" if namespace else name


class TooOld(Exception):
    """Raised where a version is asked for that is no longer remembered."""


P = ParamSpec("P")


class Listeners(Generic[P]):
    """Whoever wants to hear of something, in the order in which they came."""

    def __init__(self) -> None:
        self._hearing: dict[int, Callable[P, None]] = {}
        self._next = 0

    def __len__(self) -> int:
        return len(self._hearing)

    def add(self, hear: Callable[P, None]) -> Callable[[], None]:
        """Calls `hear` each time from now on, until the returned function is called."""
        number = self._next
        self._next += 1
        self._hearing[number] = hear

        def stop() -> None:
            self._hearing.pop(number, None)

        return stop

    def tell(self, *args: P.args, **kwargs: P.kwargs) -> None:
        for hear in tuple(self._hearing.values()):
            hear(*args, **kwargs)


class Collection:
    """All objects of one resource, sorted by key, with the changes of late.

    The memory holds `window` changes; older ones are forgotten and a reader of them gets `TooOld`.
    """

    def __init__(self, window: int, floor: int) -> None:
        self.items: dict[str, Stored] = {}
        self.history: deque[Change] = deque()
        self.floor = floor  # the oldest revision from which every later change is still known
        self.window = window
        self._order: list[str] = []
        self._listeners: Listeners[[Change]] = Listeners()

    def get(self, namespace: str, name: str) -> Stored | None:
        return self.items.get(f"{namespace}/{name}" if namespace else name)

    def keys(self, namespace: str = "") -> list[str]:
        """Keys in order; of one namespace where given."""
        if not namespace:
            return self._order
        prefix = f"{namespace}/"
        first = bisect_left(self._order, prefix)
        return self._order[first : bisect_left(self._order, f"{namespace}0")]

    def now(self, namespace: str = "") -> list[Stored]:
        """What is stored at present, in key order."""
        items = self.items
        return [items[key] for key in self.keys(namespace)]

    def at(self, revision: int, namespace: str = "") -> list[Stored]:
        """What was stored at `revision`, in key order.

        Errors: `TooOld` where the changes since then are not all remembered.
        """
        if revision < self.floor:
            raise TooOld
        undone: dict[str, Stored | None] = {}
        for change in reversed(self.history):
            if change.rv <= revision:
                break
            undone[change.now.key] = change.before
        if not undone:
            return self.now(namespace)
        past = {**self.items, **undone}
        prefix = f"{namespace}/" if namespace else ""
        alive = [found for key, found in past.items() if found is not None and key.startswith(prefix)]
        return sorted(alive, key=lambda found: found.key)

    def since(self, revision: int) -> list[Change]:
        """Every change after `revision`, oldest first.

        Errors: `TooOld` where the changes since then are not all remembered.
        """
        if revision < self.floor:
            raise TooOld
        recent: list[Change] = []
        for change in reversed(self.history):
            if change.rv <= revision:
                break
            recent.append(change)
        recent.reverse()
        return recent

    def put(self, stored: Stored) -> Change:
        before = self.items.get(stored.key)
        self.items[stored.key] = stored
        if before is None:
            insort(self._order, stored.key)
        return self._record(Change(Happened.MODIFIED if before else Happened.ADDED, stored, before))

    def remove(self, last: Stored) -> Change:
        before = self.items.pop(last.key)
        del self._order[bisect_left(self._order, last.key)]
        return self._record(Change(Happened.DELETED, last, before))

    def forget_before(self, revision: int) -> None:
        """Compaction: changes up to `revision` are no longer known."""
        while self.history and self.history[0].rv <= revision:
            self.history.popleft()
        self.floor = max(self.floor, revision)

    def listen(self, hear: Callable[[Change], None]) -> Callable[[], None]:
        """Calls `hear` on each change from now on, until the returned function is called."""
        return self._listeners.add(hear)

    def _record(self, change: Change) -> Change:
        self.history.append(change)
        if len(self.history) > self.window:
            self.floor = self.history.popleft().rv
        self._listeners.tell(change)
        return change


Listener = Callable[[tuple[str, str], Change], None]


class Store:
    """Every resource's collection under one growing revision, as etcd has it.

    `window`: how many changes of each resource are remembered.
    """

    def __init__(self, *, window: int = 10_000) -> None:
        self.window = window
        self.revision = 1
        self._compacted = 0
        self._collections: dict[tuple[str, str], Collection] = {}
        self._listeners: Listeners[[tuple[str, str], Change]] = Listeners()

    def collection(self, group: str, plural: str) -> Collection:
        """The collection of one resource, made at the first call."""
        found = self._collections.get((group, plural))
        if found is None:
            found = self._collections[group, plural] = Collection(self.window, self._compacted)
            found.listen(partial(self._tell, (group, plural)))
        return found

    def listen(self, hear: Listener) -> Callable[[], None]:
        """Calls `hear` with each resource's change from now on, until the returned function is called."""
        return self._listeners.add(hear)

    def _tell(self, resource: tuple[str, str], change: Change) -> None:
        self._listeners.tell(resource, change)

    def collections(self) -> Iterator[tuple[tuple[str, str], Collection]]:
        yield from self._collections.items()

    def put(self, collection: Collection, obj: Object) -> Stored:
        """Stores `obj` under the next revision; the caller has checked all there is to check."""
        stored = Stored(obj, self.revision + 1)
        self.revision += 1
        collection.put(stored)
        return stored

    def remove(self, collection: Collection, obj: Object) -> Stored:
        """Removes the object; `obj` is its last state, which watchers see with the new revision."""
        last = Stored(obj, self.revision + 1)
        self.revision += 1
        collection.remove(last)
        return last

    def compact(self, revision: int | None = None) -> None:
        """Forgets every change up to `revision` (all of them by default): older reads get 410."""
        upto = self.revision if revision is None else revision
        self._compacted = max(self._compacted, upto)
        for collection in self._collections.values():
            collection.forget_before(upto)
