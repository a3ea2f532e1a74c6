"""What one object has been through since it was last well: an episode."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from mendloop.errors import Class, Verdict
from mendloop.policy.dispositions import TABLE, Disposition, Table


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """One object's episode of failures; `HEALTHY` is the one without any. Immutable.

    `attempts` counts by class what has failed in a row, and drives the backoff: classes that take turns
    must not reset each other. It is kept per object, whatever its resourceVersion: own writes never reset
    it (R09), only success and a new generation do. `first_failed_at` is on the caller's monotonic clock.
    `told` is the reason of the last failure that was shown on the object or in an Event; `reasons` are
    those that came, at most `MAX_REASONS`.
    """

    failures: int = 0
    conflicts: int = 0
    attempts: Mapping[Class, int] = field(default_factory=dict)
    first_failed_at: float | None = None
    last_class: Class | None = None
    last_reason: str = ""
    last_message: str = ""
    reasons: frozenset[tuple[Class, str]] = frozenset()
    told: str = ""
    generation: int | None = None


MAX_REASONS: Final = 32  # of one episode; beyond, all but the newest are forgotten and may be told again
_NUMBERS: Final = re.compile(r"[0-9]+")

HEALTHY: Final = History()


def after(history: History, verdict: Verdict, now: float, table: Table = TABLE) -> History:
    """The history with one more failure; what is none (cancellation, `RequeueAfter`) leaves it as it is."""
    planned = table.of(verdict.klass, verdict.reason)
    if not planned.episode:
        return history
    same = (history.last_class, history.last_reason, _shape(history.last_message)) == (
        verdict.klass,
        verdict.reason,
        _shape(verdict.message),
    )
    return replace(
        history,
        failures=history.failures + planned.failure,
        conflicts=history.conflicts + (verdict.klass in (Class.CONFLICT, Class.GONE)),
        attempts={**history.attempts, verdict.klass: history.attempts.get(verdict.klass, 0) + 1},
        first_failed_at=now if history.first_failed_at is None else history.first_failed_at,
        last_class=verdict.klass,
        last_reason=verdict.reason,
        # Of one failure that repeats the first wording stays: a message that differs in nothing but a
        # number each time would cost a status write each time.
        last_message=history.last_message if same else verdict.message,
        told=_told(planned, history, verdict),
        reasons=_reasons(history, verdict),
    )


def shows(planned: Disposition, history: History, verdict: Verdict) -> bool:
    """Whether this failure is shown in conditions: one that is `settled` only from its second time on."""
    blip = planned.settled and not history.attempts.get(verdict.klass)
    return bool(planned.conditions) and not blip


def _told(planned: Disposition, history: History, verdict: Verdict) -> str:
    """To wait is no failure: its end needs no Event of its own, the condition turns."""
    if planned.event or (planned.failure and shows(planned, history, verdict)):
        return planned.reason or verdict.reason
    return history.told


def _reasons(history: History, verdict: Verdict) -> frozenset[tuple[Class, str]]:
    known = history.reasons if len(history.reasons) < MAX_REASONS else frozenset()
    return known | {(verdict.klass, verdict.reason)}


def at_generation(history: History, generation: int) -> History:
    """The history for an object that is at `generation` now: a new one starts counting anew.

    The episode itself stays open, so that its end is still told.
    """
    if history.generation in (None, generation):
        return replace(history, generation=generation)
    return replace(history, generation=generation, failures=0, conflicts=0, attempts={}, reasons=frozenset())


def _shape(message: str) -> str:
    """The message without its numbers."""
    return _NUMBERS.sub("0", message)
