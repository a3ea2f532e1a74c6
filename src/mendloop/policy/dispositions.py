"""One table from class to what follows (SPEC 3.1); users override rows by class, kind and reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Final

from mendloop.errors import Class
from mendloop.policy.backoff import Backoff

LEVELS: Final = ("", "debug", "info", "warning", "error", "critical")


class Next(StrEnum):
    """What a disposition plans."""

    RETRY = "retry"  # after the backoff's delay
    AWAIT = "await"  # a new generation or a change of what was read; the backoff is the safety retry
    AT_ONCE = "at-once"  # read again and decide again, a few times; then the backoff
    DONE = "done"  # nothing is left to do
    NOTHING = "nothing"  # it never happened


class Shown(StrEnum):
    """What of a failure is shown to users, on the object and in its Event."""

    MESSAGE = "message"
    NOTHING_INTERNAL = "nothing-internal"  # only that it happened, and where to look


@dataclass(frozen=True, slots=True, kw_only=True)
class Disposition:
    """What follows from a failure.

    `conditions` name type and status; `settled` holds them back until the failure has repeated, so that
    a blip costs no write. `event` is a Warning once per episode and reason. `failure` says whether the
    failure counts against the object. `reason` stands in for the verdict's own in conditions and Events.
    """

    next: Next
    backoff: Backoff | None = None
    at_once: int = 0
    conditions: Mapping[str, bool] = field(default_factory=dict)
    settled: bool = False
    event: bool = False
    log: str = "warning"
    log_once: bool = True
    failure: bool = True
    episode: bool = True
    alert: bool = False
    reason: str = ""
    shown: Shown = Shown.MESSAGE


TRANSIENT: Final = Backoff(first_s=0.1, cap_s=300.0)
SLOW: Final = Backoff(first_s=60.0, cap_s=1800.0, spread=0.2)
SAFETY: Final = Backoff(first_s=3600.0, cap_s=3600.0, spread=0.2)

# `False` means: to be taken off where it stands, as kstatus wants of Reconciling and Stalled.
RECONCILING: Final = {"Reconciling": True, "Stalled": False}
NOT_READY: Final = {"Ready": False, "Stalled": False}
STALLED: Final = {"Ready": False, "Stalled": True, "Reconciling": False}

ROWS: Final[Mapping[Class, Disposition]] = {
    Class.TRANSIENT: Disposition(next=Next.RETRY, backoff=TRANSIENT, conditions=RECONCILING, settled=True),
    Class.THROTTLED: Disposition(
        next=Next.RETRY,
        backoff=Backoff(first_s=1.0, cap_s=300.0),
        conditions=RECONCILING,
        settled=True,
        log="info",
    ),
    Class.TIMEOUT: Disposition(
        next=Next.RETRY,
        backoff=Backoff(first_s=5.0, cap_s=300.0, spread=0.5),
        conditions=RECONCILING,
        settled=True,
    ),
    Class.CONFLICT: Disposition(
        next=Next.AT_ONCE, at_once=5, backoff=TRANSIENT, log="debug", log_once=False, failure=False
    ),
    Class.WAITING: Disposition(
        next=Next.AWAIT,
        backoff=Backoff(first_s=300.0, cap_s=300.0, spread=0.2),
        conditions=NOT_READY,
        log="info",
        failure=False,
    ),
    Class.GONE: Disposition(next=Next.DONE, log="debug", log_once=False, failure=False),
    Class.INVALID: Disposition(next=Next.AWAIT, backoff=SAFETY, conditions=STALLED, event=True),
    Class.DENIED: Disposition(next=Next.RETRY, backoff=SLOW, conditions=NOT_READY, event=True, log="error"),
    Class.PERMANENT: Disposition(
        next=Next.AWAIT, backoff=SAFETY, conditions=STALLED, event=True, log="error"
    ),
    Class.INTERNAL: Disposition(
        next=Next.RETRY,
        backoff=Backoff(first_s=5.0, cap_s=900.0, spread=0.5),
        conditions=NOT_READY,
        event=True,
        log="critical",
        alert=True,
        reason="InternalError",
        shown=Shown.NOTHING_INTERNAL,
    ),
    Class.DEPENDENCY_DOWN: Disposition(
        next=Next.RETRY, backoff=Backoff(first_s=5.0, cap_s=300.0, spread=0.5), conditions={"Degraded": True}
    ),
    Class.CANCELED: Disposition(next=Next.NOTHING, log="", failure=False, episode=False),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """Another disposition for the failures that fit; what is left open fits all."""

    then: Disposition
    klass: Class | None = None
    reason: str = ""
    kind: str = ""  # "apps/v1/Deployment", as `Kind.gvk` writes it

    def fits(self, klass: Class, reason: str, kind: str) -> bool:
        """Whether this override is for such a failure."""
        return self.klass in (None, klass) and self.reason in ("", reason) and self.kind in ("", kind)


OVERRIDES: Final = (
    # A delay that the user asked for is no failure, and nothing to show.
    Override(
        klass=Class.WAITING,
        reason="RequeueAfter",
        then=Disposition(next=Next.RETRY, log="", failure=False, episode=False),
    ),
    # Two managers want one field: applying again at once would be a hot loop between them.
    Override(
        klass=Class.CONFLICT,
        reason="FieldManagerConflict",
        then=Disposition(next=Next.RETRY, backoff=SLOW, conditions=NOT_READY, event=True),
    ),
    # The kind's arrival is not watched until it is there.
    Override(
        klass=Class.WAITING,
        reason="ResourceNotInstalled",
        then=replace(
            ROWS[Class.WAITING],
            next=Next.RETRY,
            backoff=Backoff(first_s=5.0, cap_s=300.0, spread=0.5),
            event=True,
        ),
    ),
)


@dataclass(frozen=True, slots=True)
class Table:
    """The table that decides; a later override wins over an earlier one, any override over the rows."""

    rows: Mapping[Class, Disposition] = field(default_factory=lambda: ROWS)
    overrides: tuple[Override, ...] = OVERRIDES
    kind: str = ""

    def override(self, *overrides: Override) -> Table:
        """This table with `overrides`, the last of which is asked first."""
        return replace(self, overrides=self.overrides + overrides)

    def for_kind(self, kind: str) -> Table:
        """This table as it is for objects of one kind (`Kind.gvk`)."""
        return replace(self, kind=kind)

    def of(self, klass: Class, reason: str = "") -> Disposition:
        """What follows from a failure of this class and reason."""
        for each in reversed(self.overrides):
            if each.fits(klass, reason, self.kind):
                return each.then
        return self.rows[klass]


TABLE: Final = Table()
