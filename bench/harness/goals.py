"""What our own operator is held against: shares of the floor's cost, and a few absolute bounds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from harness.measure import Run
from harness.tables import Value, each_ms, kib_each, note, phase

OURS = "mendloop"
FLOOR = "floor"


@dataclass(frozen=True, slots=True)
class Goal:
    """`limit`: of the figure itself, or with `of_floor` of its share of the floor's."""

    what: str
    value: Value
    limit: float
    of_floor: bool = False


COMPARED: Sequence[Goal] = (
    Goal("CPU to create, of the floor's", phase("create", each_ms), 1.3, True),
    Goal("CPU to change, of the floor's", phase("update", each_ms), 1.3, True),
    Goal("reaction to Ready p50, of the floor's", note("latency", "ready_p50_ms"), 1.2, True),
    Goal("writes to create", phase("create", lambda one: one.writes_each), 3.0),
    Goal("writes to change", phase("update", lambda one: one.writes_each), 2.0),
    Goal("writes of a restart", phase("restart", lambda one: float(one.writes)), 0.0),
    Goal("requests at rest but watches", phase("idle", lambda one: float(one.requests_but_watches)), 0.0),
)
STORED: Sequence[Goal] = (
    Goal("restart, s", note("restart", "settled_after_s"), 1.0),
    Goal("writes of a restart", phase("restart", lambda one: float(one.writes)), 0.0),
    Goal("base RSS, MiB", phase("start", lambda one: one.rss_mib), 50.0),
    Goal("KiB an object with its child", kib_each("restart"), 6.0),
)


def held_against(goals: Sequence[Goal], runs: Sequence[Run]) -> Iterator[str]:
    """One line of Markdown a goal; nothing where ours was not measured."""
    by_name = {run.peer: run for run in runs}
    ours = by_name.get(OURS)
    for goal in goals if ours is not None else ():
        assert ours is not None
        value = goal.value(ours)
        if goal.of_floor:
            base = goal.value(by_name[FLOOR]) if FLOOR in by_name else None
            value = value / base if value is not None and base else None
        if value is not None:
            verdict = "reached" if value <= goal.limit else "MISSED"
            yield f"| {goal.what} | {value:.2f} | {goal.limit:g} | {verdict} |"
