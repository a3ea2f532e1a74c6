"""All objects of one kind, as new as the watch and our own writes make them."""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import count

from mendloop.cache.entry import Change, Entry, EntryMaker
from mendloop.cache.index import Index, KeysOf, by_label, by_owner, labels_of
from mendloop.kube.envelope import Meta, read_partial
from mendloop.kube.watch.inputs import EventType, ObjectEvent
from mendloop.model.kinds import Key, Kind
from mendloop.model.selectors import Selector
from mendloop.wish.reads import Unsynced

Subscriber = Callable[[Change], None]


def _everything(_: Meta) -> bool:
    return True


class Store:
    """The objects of one kind and scope.

    Guarantees: never older than what was learned from an answer to our own write; an object that was
    forgotten does not come back by an older event; each change is told once, in order, and an event that
    tells what is known already is no change. It is complete: it never sheds.
    `manager` is the field manager whose ownership is kept, `tracking_label` the label that names an owner
    where no reference may; with `metadata_only` no body is kept, whoever brings it. `covers` tells which
    objects belong to the scope: nothing else is learned.
    Errors: `get`, `list` and `owned` raise `Unsynced` until the first list was whole.
    """

    def __init__(
        self,
        kind: Kind,
        *,
        manager: str = "",
        tracking_label: str = "",
        metadata_only: bool = False,
        covers: Callable[[Meta], bool] = _everything,
    ) -> None:
        self.kind = kind
        self.version = -1  # everything up to here was delivered
        self.stale_since: float | None = None  # on the loop's clock; None while events come as they happen
        self._maker = EntryMaker(
            kind.id, manager=manager, tracking_label=tracking_label, metadata_only=metadata_only
        )
        self._covers = covers
        self._spaces: dict[str, dict[str, Entry]] = {}
        self._size = 0
        self._owners = Index(by_owner)
        self._indexes: dict[str, Index] = {"owner": self._owners}
        # Objects known to be gone, by uid: an event about one of them is from before its end.
        self._gone: dict[str, int] = {}
        self._in_flight: dict[tuple[str, str], list[ObjectEvent]] = {}
        self._subscribers: list[Subscriber] = []
        self._waiters: list[tuple[int, int, asyncio.Future[None]]] = []
        self._ticket = count()
        self._first_list = asyncio.Event()

    def __len__(self) -> int:
        return self._size

    @property
    def synced(self) -> bool:
        """Whether the first list is whole: from then on what is not there is known to be absent."""
        return self._first_list.is_set()

    # Reading

    def get(self, key: Key) -> Entry | None:
        """The object with this name; None when it certainly is not there."""
        self._must_be_synced()
        return self.peek(key.namespace, key.name)

    def list(self, *, namespace: str = "", selector: Selector | None = None) -> list[Entry]:
        """The objects of a namespace, or of all, that the selector matches; sorted by namespace and name."""
        self._must_be_synced()
        entries = self._candidates(namespace if self.kind.namespaced else "", selector)
        if selector is not None:
            entries = (entry for entry in entries if selector.matches(labels_of(entry)))
        return sorted(entries, key=lambda entry: (entry.namespace, entry.name))

    def owned(self, owner: str) -> tuple[Entry, ...]:
        """The objects whose controlling owner has this uid, or whose tracking label has this value."""
        self._must_be_synced()
        return self._owners.get(owner)

    def peek(self, namespace: str, name: str) -> Entry | None:
        """What is known of an object, whether or not the first list is there: None proves nothing."""
        space = self._spaces.get(namespace)
        return None if space is None else space.get(name)

    def index(self, name: str, keys_of: KeysOf) -> Callable[[str], tuple[Entry, ...]]:
        """Keeps an index by a pure function of the entry from now on; the answer looks a key up in it."""
        return self._index(name, keys_of).get

    # What the watch brings: the store is a `Sink`

    def hold(self, meta: Meta, raw: bytes) -> Entry:
        """The entry for a listed object: the one that is known already, where it is the same."""
        return self.made(meta, raw)

    def made(self, meta: Meta, raw: bytes) -> Entry:
        """The entry that an answer makes, whether or not something newer is known by now."""
        known = self.peek(meta.namespace, meta.name)
        if known is not None and known.uid == meta.uid and known.version == meta.version >= 0:
            return known
        return self._maker.make(meta, raw)

    def missing(self, held: Sequence[Entry]) -> tuple[int, int]:
        listed = {(entry.namespace, entry.name) for entry in held}
        found = sum((entry.namespace, entry.name) in listed for entry in self._all())
        return self._size - found, self._size

    def replace(self, held: Sequence[Entry], resource_version: str, *, complete: bool, reset: bool) -> None:
        """Takes a whole list: what it lacks was deleted unseen, unless it is newer than the list."""
        version = int(resource_version) if resource_version.isdecimal() else -1
        initial = not self.synced
        if complete:
            for events in self._in_flight.values():
                events.clear()  # the list is from after them
            self._drop_missing(held, version, reset)
            listed = {entry.uid for entry in held}
            self._gone = {uid: at for uid, at in self._gone.items() if uid in listed and not reset}
        for entry in held:
            self._take(entry, None, initial=initial, reset=reset)
        self._first_list.set()
        self.version = version if reset else max(self.version, version)
        self._wake()

    def deliver(self, events: Sequence[ObjectEvent]) -> None:
        for event in events:
            self.apply(event)

    def passed(self, resource_version: str) -> None:
        if resource_version.isdecimal():
            self.version = max(self.version, int(resource_version))
            self._forget_the_forgotten()
            self._wake()

    def behind_since(self, since: float | None) -> None:
        self.stale_since = since

    def apply(self, event: ObjectEvent) -> tuple[Change, ...]:
        """Takes one event. The answer is empty when nothing changed by it: an echo, a replay."""
        meta = event.meta
        if self._in_flight and (held := self._in_flight.get((meta.namespace, meta.name))) is not None:
            held.append(event)
            return ()
        if event.type is EventType.DELETED:
            return self._deleted(meta)
        if meta.uid in self._gone:
            return ()
        known = self.peek(meta.namespace, meta.name)
        if known is not None and not _is_newer(meta, known):
            return ()
        return self._take(self._maker.make(meta, event.raw), meta)

    # What our own requests told

    @contextmanager
    def writing(self, key: Key) -> Iterator[None]:
        """Holds events about one object back while a write to it is on its way.

        The watch is often faster than the answer: without this, an own write would be told as somebody
        else's. What was held is told at the end, but for what the answer had told already.
        """
        address = (key.namespace, key.name)
        if address in self._in_flight:
            yield
            return
        self._in_flight[address] = []
        try:
            yield
        finally:
            for event in self._in_flight.pop(address):
                self.apply(event)

    def learn(self, meta: Meta, raw: bytes, *, writer: object | None = None) -> tuple[Change, ...]:
        """Takes an object from an answer of the API server, so that no read is older than it.

        The event that will tell the same is dropped. Subscribers hear of it with `writer` in the change,
        so that who wrote it is not woken by itself.
        """
        known = self.peek(meta.namespace, meta.name)
        if meta.uid in self._gone or (known is not None and not _is_newer(meta, known)):
            return ()
        if known is None and (self._ended_meanwhile(meta) or not self._covers(meta)):
            return ()
        return self._take(self._maker.make(meta, raw), meta, writer=writer)

    def forget(self, key: Key, uid: str, version: int = -1, *, writer: object | None = None) -> Change | None:
        """Takes note that the object with this uid is gone, as an answer to a delete or a read told.

        `version` is that of the deletion, where the answer said it: the note is kept until the watch has
        passed it, else until the deletion's own event, or the next list.
        """
        if 0 <= version <= self.version:
            return None
        known = self.peek(key.namespace, key.name)
        self._gone[uid] = version
        if known is None or known.uid != uid:
            return None
        return self._drop(known, None, writer)

    # Being told

    def subscribe(self, subscriber: Subscriber, *, replay: bool = True) -> Callable[[], None]:
        """Calls `subscriber` for each change from now on, on the loop; the answer ends that.

        `replay`: what is known already comes first, as initial changes.
        """
        if replay:
            for entry in tuple(self._all()):
                subscriber(Change(None, entry, entry.meta, initial=True))
        self._subscribers.append(subscriber)
        return lambda: self._subscribers.remove(subscriber)

    async def until_synced(self) -> None:
        """Returns once the first list is whole; give it a deadline."""
        await self._first_list.wait()

    async def caught_up(self, resource_version: str | int) -> None:
        """Returns once everything up to this version was delivered; give it a deadline."""
        version = int(resource_version)
        if self.version >= version:
            return
        future = asyncio.get_running_loop().create_future()
        heapq.heappush(self._waiters, (version, next(self._ticket), future))
        await future

    async def until(self, key: Key, is_met: Callable[[Entry | None], bool]) -> Entry | None:
        """The object once `is_met` says yes to it, or to its absence; give it a deadline.

        What the watch goes through meanwhile is no business of the caller's: it sees whole objects only.
        """
        await self.until_synced()
        met: asyncio.Future[Entry | None] = asyncio.get_running_loop().create_future()

        def look(change: Change | None = None) -> None:
            entry = self.peek(key.namespace, key.name)
            if not met.done() and is_met(entry):
                met.set_result(entry)

        look()
        stop = self.subscribe(look, replay=False)
        try:
            return await met
        finally:
            stop()

    # Inside

    def _must_be_synced(self) -> None:
        if not self.synced:
            raise Unsynced(self.kind)

    def _all(self) -> Iterator[Entry]:
        for space in self._spaces.values():
            yield from space.values()

    def _candidates(self, namespace: str, selector: Selector | None) -> Iterable[Entry]:
        """The fewest entries that an index can name; they still have to be looked at."""
        named = [
            (self._label_index(stated.key), value)
            for stated in (selector.requirements if selector is not None else ())
            if stated.operator == "In" and len(stated.values) == 1
            for value in stated.values
        ]
        if named:
            index, value = min(named, key=lambda each: each[0].count(each[1]))
            found: Iterable[Entry] = index.get(value)
            return [entry for entry in found if entry.namespace == namespace] if namespace else found
        return tuple(self._spaces.get(namespace, {}).values()) if namespace else self._all()

    def _label_index(self, label: str) -> Index:
        return self._index(f"label {label}", by_label(label))

    def _index(self, name: str, keys_of: KeysOf) -> Index:
        if (found := self._indexes.get(name)) is None:
            found = self._indexes[name] = Index(keys_of)
            for entry in self._all():
                found.add(entry)
        return found

    def _take(
        self,
        entry: Entry,
        meta: Meta | None,
        *,
        initial: bool = False,
        reset: bool = False,
        writer: object | None = None,
    ) -> tuple[Change, ...]:
        known = self.peek(entry.namespace, entry.name)
        if known is entry or (entry.uid in self._gone and not reset):
            return ()
        if known is not None and not reset and 0 <= entry.version <= known.version:
            return ()
        gone: tuple[Change, ...] = ()
        if known is not None and known.uid != entry.uid:
            # A namesake: whoever remembers something by uid must hear that the old one ended (A17).
            gone, known = (self._drop(known, None, writer),), None
        self._put(entry, known)
        change = Change(known, entry, meta or entry.meta, initial, writer)
        self._tell(change)
        return (*gone, change)

    def _put(self, entry: Entry, known: Entry | None) -> None:
        if known is None:
            self._size += 1
        else:
            self._unindex(known)
        self._spaces.setdefault(entry.namespace, {})[entry.name] = entry
        for index in self._indexes.values():
            index.add(entry)

    def _unindex(self, entry: Entry) -> None:
        for index in self._indexes.values():
            index.remove(entry)

    def _drop(self, entry: Entry, meta: Meta | None, writer: object | None) -> Change:
        space = self._spaces[entry.namespace]
        del space[entry.name]
        if not space:
            del self._spaces[entry.namespace]
        self._size -= 1
        self._unindex(entry)
        change = Change(entry, None, meta or read_partial(entry.raw).metadata, writer=writer)
        self._tell(change)
        return change

    def _ended_meanwhile(self, meta: Meta) -> bool:
        """Whether the watch has passed this version and yet the object is not there: it came and went."""
        held = self._in_flight.get((meta.namespace, meta.name), ())
        is_held = any(event.meta.version == meta.version for event in held)
        return 0 <= meta.version <= self.version and not is_held

    def _drop_missing(self, held: Sequence[Entry], version: int, reset: bool) -> None:
        listed = {(entry.namespace, entry.name) for entry in held}
        for known in tuple(self._all()):
            is_newer = not reset and 0 <= version < known.version
            if (known.namespace, known.name) not in listed and not is_newer:
                self._drop(known, None, None)

    def _deleted(self, meta: Meta) -> tuple[Change, ...]:
        self._gone.pop(meta.uid, None)
        known = self.peek(meta.namespace, meta.name)
        if known is None:
            return ()
        if 0 <= meta.version < known.version:
            # Told late: what is known is from after it, by a namesake or by coming back into the selection.
            return ()
        return (self._drop(known, meta if known.uid == meta.uid else None, None),)

    def _forget_the_forgotten(self) -> None:
        if self._gone:
            self._gone = {uid: at for uid, at in self._gone.items() if at < 0 or at > self.version}

    def _tell(self, change: Change) -> None:
        failed: Exception | None = None
        for subscriber in tuple(self._subscribers):
            try:
                subscriber(change)
            except Exception as error:  # the others must hear of it all the same
                failed = failed or error
        if failed is not None:
            raise failed

    def _wake(self) -> None:
        while self._waiters and self._waiters[0][0] <= self.version:
            future = heapq.heappop(self._waiters)[2]
            if not future.done():
                future.set_result(None)


def _is_newer(meta: Meta, known: Entry) -> bool:
    """Whether an object tells more than what is known; without numbers, whatever comes last does.

    Source: KEP-5504; versions of one resource compare as integers.
    """
    version = meta.version
    return version < 0 or known.version < 0 or version > known.version
