"""What follows from a wish: which child may be touched now, what goes, and what is too much to go.

Everything here judges plain values; the controller gathers them and carries the answer out.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from mendloop.model.kinds import Key, KindId

# WISH 7: what holds data, or holds what holds data, never goes by omission.
PROTECTED: Final[frozenset[KindId]] = frozenset(
    {
        KindId("", "PersistentVolumeClaim"),
        KindId("", "PersistentVolume"),
        KindId("", "Namespace"),
        KindId("apiextensions.k8s.io", "CustomResourceDefinition"),
    }
)


@dataclass(frozen=True, slots=True)
class Owned:
    """An existing object that belongs to an owner, seen from its end."""

    key: Key
    uid: str
    version: str
    retained: bool = False  # stays when it is wished no longer
    deleting: bool = False
    wave: int = 0  # how deep it stands along `after`: deleted from the deepest up


def depths(after: Mapping[Key, Collection[Key]]) -> dict[Key, int]:
    """How deep each child stands along `after`: 0 without predecessors, else one below the deepest.

    Assumptions: no cycle (the wish was refused if it had one); a predecessor that is no key counts as 0.
    """
    if not any(after.values()):
        return dict.fromkeys(after, 0)
    found: dict[Key, int] = {}

    def depth(key: Key) -> int:
        if key not in found:
            found[key] = 1 + max((depth(before) for before in after.get(key, ())), default=-1)
        return found[key]

    for key in after:
        depth(key)
    return found


def ordered(after: Mapping[Key, Collection[Key]]) -> frozenset[Key]:
    """The children that deletion must take in order: those with a predecessor and those that are one."""
    successors = {key for key, before in after.items() if before}
    if not successors:
        return frozenset()
    return frozenset(successors.union(*(after[key] for key in successors)))


class Gate(StrEnum):
    """What may be done to a child now (WISH 10)."""

    OPEN = "open"
    DRIFT_ONLY = "drift only"  # a predecessor is not ready: what others changed is repaired, no more
    SHUT = "shut"  # a predecessor was refused, or not ready and the child is not there yet


def gate(predecessors: Iterable[Key], ready: Collection[Key], exists: bool) -> Gate:
    """Whether a child may be created or changed: once all its predecessors are ready."""
    if all(key in ready for key in predecessors):
        return Gate.OPEN
    return Gate.DRIFT_ONLY if exists else Gate.SHUT


def leftovers(owned: Iterable[Owned], wished: Collection[Key]) -> tuple[Owned, ...]:
    """What exists, is wished no longer and may go by omission, in a stable order."""
    going = (
        one
        for one in owned
        if one.key not in wished and not one.retained and not one.deleting and one.key.kind not in PROTECTED
    )
    return tuple(sorted(going, key=lambda one: (-one.wave, one.key)))


@dataclass(frozen=True, slots=True)
class PruneLimits:
    """How much may go at once without a human's word (WISH 6)."""

    few: int = 3  # this many of one object's children always may
    share: float = 0.5  # and up to this share of them
    per_operator: int = 20  # in `window_s`, whatever the reason
    window_s: float = 600.0


@dataclass(frozen=True, slots=True)
class Pruning:
    """What goes, or what is held and why."""

    go: tuple[Owned, ...] = ()
    held: tuple[Owned, ...] = ()
    why: str = ""
    digest: str = ""  # names the held list; an approval is bound to it


def judge_prune(
    going: Sequence[Owned],
    *,
    children: int,
    own_change: bool,
    recent: int,
    approved: str,
    limits: PruneLimits = PruneLimits(),
) -> Pruning:
    """All of `going`, or nothing at all and the reason.

    `children` is how many the object has, those that go included; `own_change`: its own generation moved
    since the last accepted pass; `recent`: deletions by this operator within the window; `approved`: the
    digest that a human approved, or "".
    """
    digest = list_digest(going)
    why = _too_much(len(going), children, own_change, recent, limits)
    if not why or approved == digest:
        return Pruning(go=tuple(going))
    return Pruning(held=tuple(going), why=why, digest=digest)


def _too_much(going: int, children: int, own_change: bool, recent: int, limits: PruneLimits) -> str:
    if not going:
        return ""
    if recent + going > limits.per_operator:
        return (
            f"{going} objects would go after {recent} in the last {limits.window_s / 60:g} minutes; "
            f"more than {limits.per_operator} need an approval"
        )
    if not own_change and going > limits.few and going > limits.share * children:
        return f"{going} of {children} children would go although the object itself did not change"
    return ""


def list_digest(going: Iterable[Owned]) -> str:
    """Names a list of objects, whatever its order: twelve characters."""
    text = "\n".join(sorted(f"{one.key}/{one.uid}" for one in going))
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def next_wave(owned: Iterable[Owned]) -> tuple[tuple[Owned, ...], int]:
    """What is deleted next at the owner's end, and how many are still to go after it.

    The deepest wave first; the next one only when none of it is left (WISH 11). What is already being
    deleted is waited for, not deleted again.
    """
    here = [one for one in owned if not one.retained and one.key.kind not in PROTECTED]
    if not here:
        return (), 0
    deepest = max(one.wave for one in here)
    wave = tuple(sorted((one for one in here if one.wave == deepest), key=lambda one: one.key))
    return wave, len(here) - len(wave)
