"""Dispositions in words, for people who ask what follows."""

from __future__ import annotations

from collections.abc import Iterator

from mendloop.policy.backoff import Backoff
from mendloop.policy.decide import AtOnce, AwaitChange, Done, NextStep, Nothing, Retry
from mendloop.policy.dispositions import Disposition, Next


def in_words(planned: Disposition) -> Iterator[tuple[str, str]]:
    """Pairs of a heading and a sentence: what comes next, what is shown, what is logged and counted."""
    yield "next", _next(planned)
    if planned.conditions:
        wanted = ", ".join(f"{kind}={status}" for kind, status in planned.conditions.items())
        yield "status", wanted + (", from the second failure on" if planned.settled else "")
    else:
        yield "status", "unchanged"
    yield "event", "one Warning per episode and reason" if planned.event else "none"
    if planned.log:
        yield "log", planned.log + (", once per episode and reason" if planned.log_once else "")
    else:
        yield "log", "nothing"
    yield "counts", "as a failure" if planned.failure else "not as a failure"
    if planned.alert:
        yield "alert", "yes, with the full snapshot in the log"


def _next(planned: Disposition) -> str:
    match planned.next:
        case Next.RETRY:
            return f"retry {span(planned.backoff)}" if planned.backoff else "retry after the delay stated"
        case Next.AWAIT:
            waits = "wait for a new generation or a change of what was read"
            return f"{waits}; safety retry {span(planned.backoff)}" if planned.backoff else waits
        case Next.AT_ONCE:
            times = f"read again and decide again at once, at most {planned.at_once} times"
            return f"{times}; then retry {span(planned.backoff)}" if planned.backoff else times
        case Next.DONE:
            return "done if it is the object itself; else read again and decide again"
        case Next.NOTHING:
            return "nothing"


def next_in_words(step: NextStep) -> str:
    """What was decided for one failure: `again in 1.5 s`."""
    match step:
        case Retry(after_s):
            return f"again in {after_s:.1f} s"
        case AwaitChange(safety_s):
            return f"waits for a change (looks anyway in {safety_s:.0f} s)"
        case AtOnce():
            return "reads again and decides again, at once"
        case Done() | Nothing():
            return "nothing more to do"


def span(backoff: Backoff) -> str:
    """The delays of a backoff: `after 100 ms, doubling up to 5 min, full jitter`."""
    jitter = "full jitter" if backoff.spread is None else f"plus up to {backoff.spread:.0%}"
    if backoff.first_s == backoff.cap_s:
        return f"after {duration(backoff.first_s)}, {jitter}"
    return f"after {duration(backoff.first_s)}, doubling up to {duration(backoff.cap_s)}, {jitter}"


def duration(seconds: float) -> str:
    """A delay as people write it: `100 ms`, `5 s`, `30 min`, `1 h`."""
    if seconds < 1:
        return f"{seconds * 1000:g} ms"
    for unit, size in (("h", 3600), ("min", 60)):
        if seconds >= size and seconds % size == 0:
            return f"{seconds / size:g} {unit}"
    return f"{seconds:g} s"
