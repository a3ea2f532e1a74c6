"""What a pass read: so that it is woken when that changes, and so that two passes can be compared."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from mendloop.errors.exceptions import Waiting
from mendloop.model.kinds import Key, Kind, KindId


class Unsynced(Waiting):
    """Raised by a view that cannot answer yet: the pass ends quietly, and runs again."""

    default_reason = "CacheNotSynced"

    def __init__(self, kind: Kind) -> None:
        super().__init__(f"{kind.gvk} is not listed yet")
        self.kind = kind


class Observed(Protocol):
    """One object as the snapshot has it."""

    @property
    def key(self) -> Key: ...
    @property
    def uid(self) -> str: ...
    @property
    def version(self) -> str: ...
    @property
    def raw(self) -> bytes: ...


class View(Protocol):
    """The snapshot that a pass reads from. Each method raises `Unsynced` where it cannot answer yet."""

    def get(self, kind: Kind, namespace: str, name: str) -> Observed | None:
        """The object of that name; None where there surely is none."""

    def list(self, kind: Kind, namespace: str | None, labels: Mapping[str, str]) -> Sequence[Observed]:
        """All that carry the labels, in one namespace or (None) in all."""
        ...

    def owned(self, kind: Kind, owner_uid: str) -> Sequence[Observed]:
        """All that belong to the owner of that uid."""
        ...


class Selection(NamedTuple):
    """A read of many: of one kind, in a namespace or (None) all, with labels, of an owner or ("") any."""

    kind: KindId
    namespace: str | None
    labels: tuple[tuple[str, str], ...] = ()
    owner_uid: str = ""


Seen = tuple[tuple[Key, str, str], ...]
"""Key, uid and version of each object that a read gave."""


_NOTHING_READ = hashlib.sha256().hexdigest()[:16]


@dataclass(slots=True)
class Reads:
    """What was read, absent names and empty selections included, and what was seen there."""

    seen: dict[Key | Selection, Seen] = field(default_factory=dict)
    now: bool = False  # whether the time was read, so that no two passes have equal inputs

    @property
    def gets(self) -> frozenset[Key]:
        """The names that were asked for."""
        return frozenset(read for read in self.seen if isinstance(read, Key))

    @property
    def selections(self) -> frozenset[Selection]:
        """The selections that were asked for."""
        return frozenset(read for read in self.seen if isinstance(read, Selection))

    @property
    def digest(self) -> str:
        """Equal for two passes that read the same and saw the same."""
        if not self.seen:
            return _NOTHING_READ
        lines = sorted(f"{read!r} {seen!r}" for read, seen in self.seen.items())
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]

    def note(self, read: Key | Selection, found: Sequence[Observed]) -> None:
        """Remember a read and what it gave."""
        self.seen[read] = tuple((one.key, one.uid, one.version) for one in found)
