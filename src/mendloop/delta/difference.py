"""What a comparison gives: changes with their reasons, and what was left alone on purpose."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

import msgspec

Learned: TypeAlias = Mapping[str, tuple[Any, Any]]


class Change(msgspec.Struct, frozen=True):
    """One field that has to change. None stands for absence.

    `after` of a field that is stated no longer is what the server will put there, as far as that is known.
    """

    path: str
    before: Any
    after: Any
    why: str


class GivenUp(msgspec.Struct, frozen=True):
    """A field that is still ours and not stated any more, whose live value must outlive our ownership."""

    path: str
    live: Any
    why: str


class Delta(msgspec.Struct, frozen=True):
    """The changes after which the observed object means the desired one, in field order.

    `creates` says that there was no object. `given_up` needs `release`, not an apply without the field.
    `tolerated` are paths that differ as the server or a webhook is known to rewrite them.
    """

    kind: str = ""
    changes: tuple[Change, ...] = ()
    given_up: tuple[GivenUp, ...] = ()
    tolerated: tuple[str, ...] = ()
    creates: bool = False

    @property
    def empty(self) -> bool:
        """True where nothing has to be sent to make both mean the same."""
        return not self.changes and not self.creates

    @property
    def paths(self) -> tuple[str, ...]:
        return tuple(change.path for change in self.changes)


NOTHING = Delta()
