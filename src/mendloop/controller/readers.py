"""Who reads what: so that a change wakes those who read it, also where nothing was found (WISH 25)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final, TypeVar

from mendloop.cache.entry import Change, Entry
from mendloop.cache.index import labels_of
from mendloop.model.kinds import Key, KindId
from mendloop.wish.reads import Reads, Selection

_NONE: Final[frozenset[Key]] = frozenset()


class Readers:
    """Objects by what their last passes read."""

    def __init__(self) -> None:
        self._by_key: dict[Key, set[Key]] = {}
        self._by_selection: dict[KindId, dict[Selection, set[Key]]] = {}
        self._reads: dict[Key, frozenset[Key | Selection]] = {}

    def note(self, reader: Key, reads: Reads, *, complete: bool) -> None:
        """Remembers what a pass read. An incomplete pass adds to the last ones: it may have stopped early."""
        new = frozenset(read for read in reads.seen if not (isinstance(read, Selection) and read.owner_uid))
        if not complete:
            new |= self._reads.get(reader, frozenset())
        old = self._reads.get(reader, frozenset())
        if new == old:
            return
        for read in old - new:
            self._drop(reader, read)
        for read in new - old:
            self._add(reader, read)
        if new:
            self._reads[reader] = new
        else:
            self._reads.pop(reader, None)

    def forget(self, reader: Key) -> None:
        for read in self._reads.pop(reader, frozenset()):
            self._drop(reader, read)

    def of(self, change: Change) -> list[Key]:
        """Whoever read the object that changed, or a selection that it is or was in, in order of address.

        The order is the queue's: a set's would make one seed another trace in each process.
        """
        entry = change.entry
        found = set(self._by_key.get(entry.key, _NONE))
        selections = self._by_selection.get(entry.kind)
        if selections:
            for selection, readers in selections.items():
                if any(_selects(selection, seen.namespace, labels_of(seen)) for seen in _sides(change)):
                    found |= readers
        return sorted(found)

    def _add(self, reader: Key, read: Key | Selection) -> None:
        if isinstance(read, Selection):
            self._by_selection.setdefault(read.kind, {}).setdefault(read, set()).add(reader)
        else:
            self._by_key.setdefault(read, set()).add(reader)

    def _drop(self, reader: Key, read: Key | Selection) -> None:
        if isinstance(read, Selection):
            _discard(self._by_selection.get(read.kind, {}), read, reader)
        else:
            _discard(self._by_key, read, reader)


R = TypeVar("R", Key, Selection)


def _discard(table: dict[R, set[Key]], read: R, reader: Key) -> None:
    readers = table.get(read)
    if readers is not None:
        readers.discard(reader)
        if not readers:
            del table[read]


def _sides(change: Change) -> Iterator[Entry]:
    for entry in (change.old, change.new):
        if entry is not None:
            yield entry


def _selects(selection: Selection, namespace: str, labels: Mapping[str, str]) -> bool:
    if selection.namespace is not None and selection.namespace != namespace:
        return False
    return all(labels.get(name) == value for name, value in selection.labels)
