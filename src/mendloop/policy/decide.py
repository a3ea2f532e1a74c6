"""From a verdict and an object's history to what follows. Pure: the controller carries it out."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Final, TypeAlias

from mendloop.errors import Class, Verdict
from mendloop.policy.backoff import CALL, CALL_ATTEMPTS, stated_s
from mendloop.policy.dispositions import ROWS, TABLE, Disposition, Next, Shown, Table
from mendloop.policy.history import History, after, shows

MAX_MESSAGE_BYTES: Final = 1024  # a condition may hold 32 KiB; nobody reads that, and it fills etcd
_ELLIPSIS: Final = " … "
_INTERNAL_MESSAGE: Final = "an internal error of the operator; its log has the details"


@dataclass(frozen=True, slots=True)
class Retry:
    """Come again after `after_s`, not before, whatever else wakes the object but a new generation."""

    after_s: float


@dataclass(frozen=True, slots=True)
class AwaitChange:
    """Wait for a new generation or a change of what was read; after `safety_s` come again anyway."""

    safety_s: float


@dataclass(frozen=True, slots=True)
class AtOnce:
    """Read again and decide again now; the cache has to have caught up with what is known."""


@dataclass(frozen=True, slots=True)
class Done:
    """Nothing is left to do for this object."""


@dataclass(frozen=True, slots=True)
class Nothing:
    """Leave everything as it is: no retry, no status, no count."""


NextStep: TypeAlias = Retry | AwaitChange | AtOnce | Done | Nothing


@dataclass(frozen=True, slots=True)
class ConditionWish:
    """A condition as it should be on the object; `status` False on an abnormal type takes it off."""

    type: str
    status: bool
    reason: str
    message: str


@dataclass(frozen=True, slots=True)
class EventWish:
    """An Event to write; `type` is Warning or Normal."""

    type: str
    reason: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Labels:
    """What a failure is counted under; bounded, as reasons come from rules and the server's own list."""

    klass: str
    reason: str
    rule: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What follows from one failure of one object.

    `history` is the object's from now on. `log_level` is empty where nothing is to be logged (that is also
    the case from the second time on, where once per episode is enough). `alert` asks for the full snapshot
    and the alert counter. `failure` is False for what does not count as one.
    """

    next: NextStep
    conditions: tuple[ConditionWish, ...] = ()
    event: EventWish | None = None
    log_level: str = ""
    count: Labels
    failure: bool = True
    alert: bool = False
    history: History

    @property
    def delay_s(self) -> float | None:
        """When to come again at the latest; `None`: not at all."""
        match self.next:
            case Retry(delay) | AwaitChange(delay):
                return delay
            case AtOnce():
                return 0.0
            case _:
                return None


@dataclass(frozen=True, slots=True)
class Recovery:
    """The end of an episode: how long it took, and what tells of it."""

    duration_s: float
    failures: int
    event: EventWish | None


def decide(
    verdict: Verdict,
    history: History,
    now: float,
    rng: random.Random,
    table: Table = TABLE,
    *,
    itself: bool = False,
) -> Decision:
    """What follows from `verdict` for an object with this `history`, at `now` on a monotonic clock.

    `itself` says that what the failure was about is the object itself: only then does `gone` end the work;
    another object that is gone means to read again and decide again.
    Guarantees: the next step comes within a known bound (`AwaitChange` and `Retry` at most some 72 minutes,
    unless the user stated more), except for `Done` and `Nothing`.
    """
    planned = table.of(verdict.klass, verdict.reason)
    then = after(history, verdict, now, table)
    repeated = (verdict.klass, verdict.reason) in history.reasons
    message = _message(planned, then.last_message)
    reason = planned.reason or verdict.reason
    return Decision(
        next=_next(planned, verdict, then, rng, itself),
        conditions=_conditions(planned, reason, message) if shows(planned, history, verdict) else (),
        event=EventWish("Warning", reason, message) if planned.event and not repeated else None,
        log_level="" if repeated and planned.log_once else planned.log,
        count=Labels(klass=verdict.klass.value, reason=verdict.reason, rule=verdict.rule),
        failure=planned.failure,
        alert=planned.alert,
        history=then,
    )


def recovered(history: History, now: float) -> Recovery | None:
    """How the episode ended, or `None` where there was none.

    The Normal Event is written only where something of the failure was shown: a blip that nobody saw needs
    no all-clear. Conditions are the caller's: Ready is what the pass found.
    """
    if history.first_failed_at is None:
        return None
    duration_s = max(0.0, now - history.first_failed_at)
    times = "1 failed attempt" if history.failures == 1 else f"{history.failures} failed attempts"
    text = f"recovered from {history.told} after {_human(duration_s)}, {times}"
    event = EventWish("Normal", "Recovered", text) if history.told else None
    return Recovery(duration_s, history.failures, event)


def call_retry(
    verdict: Verdict,
    attempt: int,
    elapsed_s: float,
    deadline_s: float | None,
    idempotent: bool,
    rng: random.Random,
) -> float | None:
    """Seconds until a call inside one reconcile may be repeated, `None` when it may not (SPEC 4.1, 4.2).

    `attempt` counts from 1; `deadline_s` is what the whole may take. Repeated is only what is safe to
    repeat, passes soon, and leaves time before the deadline; all else becomes a requeue.
    """
    if verdict.klass not in (Class.TRANSIENT, Class.THROTTLED, Class.TIMEOUT):
        return None
    if attempt > CALL_ATTEMPTS or not (idempotent or untouched(verdict)):
        return None
    wait_s = CALL.delay_s(attempt, rng)
    if verdict.retry_after is not None:
        wait_s = max(wait_s, verdict.retry_after)
    if wait_s > CALL.cap_s or (deadline_s is not None and elapsed_s + wait_s >= deadline_s):
        return None
    return wait_s


def untouched(verdict: Verdict) -> bool:
    """Whether the call surely changed nothing: it was never sent, or was turned away at the door."""
    return verdict.facts.family in ("connect", "dns") or verdict.facts.status == 429


def cut(text: str, limit: int = MAX_MESSAGE_BYTES) -> str:
    """`text` within `limit` bytes of UTF-8, never within a character; an ellipsis shows what was left out.

    Both ends stay: an API server quotes the value first, and says last what is wrong with it.
    """
    raw = text.encode(errors="replace")
    if len(raw) <= limit:
        return text
    tail = limit // 4
    head = limit - tail - len(_ELLIPSIS.encode())
    return raw[:head].decode(errors="ignore") + _ELLIPSIS + raw[len(raw) - tail :].decode(errors="ignore")


def _next(
    planned: Disposition, verdict: Verdict, then: History, rng: random.Random, itself: bool
) -> NextStep:
    if planned.next is Next.NOTHING:
        return Nothing()
    if verdict.explicit and verdict.retry_after is not None:
        return Retry(max(0.0, verdict.retry_after))
    if planned.next is Next.DONE and itself:
        return Done()
    if planned.next is Next.DONE:
        planned = ROWS[Class.CONFLICT]
    if planned.next is Next.AT_ONCE and then.conflicts <= planned.at_once and verdict.retry_after is None:
        return AtOnce()
    wait_s = _wait_s(planned, verdict, then, rng)
    return AwaitChange(wait_s) if planned.next is Next.AWAIT else Retry(wait_s)


def _wait_s(planned: Disposition, verdict: Verdict, then: History, rng: random.Random) -> float:
    attempt = then.attempts.get(verdict.klass, 1)
    if planned.next is Next.AT_ONCE:
        attempt = max(1, then.conflicts - planned.at_once)
    grown = planned.backoff.delay_s(attempt, rng) if planned.backoff else 0.0
    if verdict.retry_after is None:
        return grown
    stated = stated_s(verdict.retry_after, rng)
    # Where the next step is a change anyway, what the server states only makes the safety retry sooner.
    return stated if planned.next is Next.AWAIT else max(grown, stated)


def _conditions(planned: Disposition, reason: str, message: str) -> tuple[ConditionWish, ...]:
    return tuple(ConditionWish(kind, status, reason, message) for kind, status in planned.conditions.items())


def _message(planned: Disposition, message: str) -> str:
    return _INTERNAL_MESSAGE if planned.shown is Shown.NOTHING_INTERNAL else cut(message)


def _human(duration_s: float) -> str:
    minutes, seconds = divmod(round(duration_s), 60)
    hours, minutes = divmod(minutes, 60)
    parts = ((hours, "h"), (minutes, "m"), (seconds, "s"))
    return " ".join(f"{value}{unit}" for value, unit in parts if value) or "less than a second"
