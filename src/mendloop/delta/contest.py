"""Fields that two parties keep changing: noticed, reported and backed off, never a hot loop."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

import msgspec

from mendloop.delta.difference import Change, Delta


class ContestLimits(msgspec.Struct, frozen=True, kw_only=True):
    """How often one field may be set back before it counts as contested, and how long to wait then."""

    flips: int = 4
    within_s: float = 600.0
    first_wait_s: float = 30.0
    most_wait_s: float = 1800.0


class Contested(NamedTuple):
    """Fields in dispute. `wait_s` is 0 where the delta holds other changes too: those are sent at once."""

    paths: tuple[str, ...]
    wait_s: float


class _Record(NamedTuple):
    wished: bytes
    times: tuple[float, ...]


DEFAULTS = ContestLimits()
NO_CONTEST = Contested((), 0.0)


class Contest(msgspec.Struct, frozen=True):
    """What was set back, and when, of one object; a value that is replaced, not changed.

    Only what is corrected to one and the same value counts: a new wish starts afresh.
    """

    records: Mapping[str, _Record] = {}

    def wrote(self, changes: Iterable[Change], now: float, limits: ContestLimits = DEFAULTS) -> Contest:
        """After a write of these changes at `now`, in seconds. Records past the longest wait are dropped."""
        oldest = now - max(limits.within_s, limits.most_wait_s)
        kept = {p: r for p, r in self.records.items() if r.times[-1] >= oldest}
        for change in changes:
            wished = msgspec.json.encode(change.after)
            before = kept.get(change.path)
            times = before.times if before is not None and before.wished == wished else ()
            # One more than the limit is enough to tell, and keeps the record bounded.
            kept[change.path] = _Record(wished, (*times, now)[-(limits.flips + _DOUBLINGS) :])
        return Contest(kept)

    def judge(self, delta: Delta, now: float, limits: ContestLimits = DEFAULTS) -> Contested:
        """Which of the changes are in dispute, and how long to leave them alone."""
        waits: dict[str, float] = {}
        for change in delta.changes:
            record = self.records.get(change.path)
            if record is not None and record.wished == msgspec.json.encode(change.after):
                waits[change.path] = _wait(record.times, now, limits)
        disputed = tuple(path for path, wait in waits.items() if wait >= 0)
        if not disputed:
            return NO_CONTEST
        alone = len(disputed) == len(delta.changes) and not delta.creates
        return Contested(disputed, max(waits[path] for path in disputed) if alone else 0.0)


_DOUBLINGS = 8


def _wait(times: tuple[float, ...], now: float, limits: ContestLimits) -> float:
    """Seconds until the field may be set back again; -1 where it is not in dispute."""
    # The window grows with the waits: a field that is left alone for half an hour is in dispute still.
    window = max(limits.within_s, 2 * limits.most_wait_s) if len(times) > limits.flips else limits.within_s
    recent = [time for time in times if now - time <= window]
    if len(recent) < limits.flips:
        return -1.0
    wait = min(limits.first_wait_s * 2.0 ** (len(recent) - limits.flips), limits.most_wait_s)
    return max(0.0, recent[-1] + wait - now)
