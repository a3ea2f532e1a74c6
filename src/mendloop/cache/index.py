"""Finding entries by something other than their name."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

import msgspec

from mendloop.cache.entry import Entry

KeysOf = Callable[[Entry], Iterable[str]]


class Index:
    """Entries by the keys that a pure function reads off them.

    One entry for a key, which is the common case, costs no container.
    """

    def __init__(self, keys_of: KeysOf) -> None:
        self._keys_of = keys_of
        self._found: dict[str, Entry | dict[int, Entry]] = {}

    def get(self, key: str) -> tuple[Entry, ...]:
        found = self._found.get(key)
        if found is None:
            return ()
        return tuple(found.values()) if isinstance(found, dict) else (found,)

    def count(self, key: str) -> int:
        found = self._found.get(key)
        return len(found) if isinstance(found, dict) else 0 if found is None else 1

    def add(self, entry: Entry) -> None:
        for key in self._keys_of(entry):
            found = self._found.get(key)
            if found is None:
                self._found[key] = entry
            elif isinstance(found, dict):
                found[id(entry)] = entry
            else:
                self._found[key] = {id(found): found, id(entry): entry}

    def remove(self, entry: Entry) -> None:
        for key in self._keys_of(entry):
            found = self._found.get(key)
            if isinstance(found, dict):
                found.pop(id(entry), None)
                if not found:
                    del self._found[key]
            elif found is entry:
                del self._found[key]


class _Labels(msgspec.Struct, gc=False):
    labels: dict[str, str] | None = None


class _Labelled(msgspec.Struct, gc=False):
    metadata: _Labels = msgspec.field(default_factory=_Labels)


_read_labels: Final = msgspec.json.Decoder(_Labelled).decode


def labels_of(entry: Entry) -> dict[str, str]:
    """The entry's labels, read off its bytes."""
    return _read_labels(entry.raw).metadata.labels or {}


def by_owner(entry: Entry) -> Iterable[str]:
    return (entry.owner,) if entry.owner else ()


def by_label(label: str) -> KeysOf:
    """The value of one label."""

    def keys_of(entry: Entry) -> Iterable[str]:
        value = labels_of(entry).get(label)
        return () if value is None else (value,)

    return keys_of
