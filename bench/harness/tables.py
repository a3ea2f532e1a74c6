"""The runs as Markdown tables: the baseline first, the others as multiples of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from harness.measure import Measured, Run

Value = Callable[[Run], float | None]


@dataclass(frozen=True, slots=True)
class Column:
    """One figure of every run; `compared` also as a multiple of the baseline's."""

    title: str
    value: Value
    digits: int = 2
    compared: bool = False


def phase(name: str, value: Callable[[Measured], float | None]) -> Value:
    """A figure of one phase; None where the phase was not played."""

    def of(run: Run) -> float | None:
        measured = run.phases.get(name)
        return None if measured is None else value(measured)

    return of


def note(name: str, key: str) -> Value:
    return phase(name, lambda measured: measured.notes.get(key))


def rate(measured: Measured) -> float | None:
    """Objects a second, from the first request until all is done."""
    return measured.objects / measured.wall_s if measured.wall_s else None


def each_ms(measured: Measured) -> float | None:
    """The operator's CPU milliseconds an object."""
    return measured.cpu_s / measured.objects * 1000 if measured.objects else None


def _bulk(name: str) -> list[Column]:
    return [
        Column("CPU ms/object", phase(name, each_ms), compared=True),
        Column("server CPU s", phase(name, lambda one: one.server_cpu_s)),
        Column("objects/s", phase(name, rate), 0, compared=True),
        Column("writes/object", phase(name, lambda one: one.writes_each)),
        Column("refused", phase(name, lambda one: float(sum(one.refused.values()))), 0),
        Column("RSS MiB", phase(name, lambda one: one.rss_mib), 1),
        Column("other CPU s", phase(name, lambda one: one.other_cpu_s), 1),
    ]


PHASE_TABLES: dict[str, list[Column]] = {
    "create": _bulk("create"),
    "update": _bulk("update"),
    "latency": [
        Column("to the child p50 ms", note("latency", "child_p50_ms"), 1, compared=True),
        Column("p99 ms", note("latency", "child_p99_ms"), 1),
        Column("to Ready p50 ms", note("latency", "ready_p50_ms"), 1, compared=True),
        Column("p99 ms", note("latency", "ready_p99_ms"), 1),
        Column("writes/update", phase("latency", lambda one: one.writes_each)),
        Column("refused", phase("latency", lambda one: float(sum(one.refused.values()))), 0),
    ],
    "drift": [
        Column("repaired", note("drift", "repaired"), 0),
        Column("of", note("drift", "of"), 0),
        Column("seconds", phase("drift", lambda one: one.wall_s)),
        Column("CPU ms/object", phase("drift", each_ms), compared=True),
        Column("writes/object", phase("drift", lambda one: one.writes_each)),
    ],
    "idle": [
        Column("requests", phase("idle", lambda one: float(one.requests)), 0),
        Column("CPU s", phase("idle", lambda one: one.cpu_s)),
    ],
    "restart": [
        Column("settled after s", note("restart", "settled_after_s"), compared=True),
        Column("CPU s", phase("restart", lambda one: one.cpu_s), compared=True),
        Column("requests but watches", phase("restart", lambda one: float(one.requests_but_watches)), 0),
        Column("writes", phase("restart", lambda one: float(one.writes)), 0),
        Column("RSS MiB", phase("restart", lambda one: one.rss_mib), 1),
    ],
    "delete": _bulk("delete"),
}


def kib_each(name: str) -> Value:
    """What an object and its child take after a phase, beyond the operator on an empty cluster."""

    def of(run: Run) -> float | None:
        start, full = run.phases.get("start"), run.phases.get(name)
        if start is None or full is None or full.wall_s is None:
            return None
        return (full.rss_mib - start.rss_mib) * 1024 / run.count

    return of


MEMORY: list[Column] = [
    Column("base RSS MiB", phase("start", lambda one: one.rss_mib), 1, compared=True),
    Column("KiB/object, created", kib_each("create"), 1, compared=True),
    Column("KiB/object, restarted", kib_each("restart"), 1, compared=True),
    Column("peak MiB", phase("create", lambda one: one.peak_mib), 1),
    *PHASE_TABLES["restart"],
]


def all_tables(runs: Sequence[Run], memory: Sequence[Run]) -> Iterator[str]:
    """Every table that there are runs for, lines of Markdown."""
    if runs:
        yield from table(
            "start, on an empty cluster",
            runs,
            [
                Column("seconds", phase("start", lambda one: one.wall_s)),
                Column("CPU s", phase("start", lambda one: one.cpu_s), compared=True),
                Column("RSS MiB", phase("start", lambda one: one.rss_mib), 1, compared=True),
            ],
        )
    for name, columns in PHASE_TABLES.items():
        played = [run for run in runs if name in run.phases]
        if played:
            yield from table(f"{name}, {played[0].count} objects", played, columns, works(played, name))
    if memory:
        title = f"memory and restart, {memory[0].count} objects of {memory[0].pad} bytes"
        yield from table(title, memory, MEMORY, works(memory, "create"))
    yield from _versions(runs or memory)


def works(runs: Iterable[Run], name: str) -> dict[str, str]:
    """The hash of what each operator left behind after a phase."""
    return {run.peer: run.phases[name].work for run in runs if name in run.phases}


def table(
    title: str, runs: Sequence[Run], columns: Sequence[Column], hashes: dict[str, str] | None = None
) -> Iterator[str]:
    heads = [
        part for column in columns for part in ([column.title, "x"] if column.compared else [column.title])
    ]
    if hashes:
        heads.append("work")
    yield f"\n### {title}\n"
    yield f"| | {' | '.join(heads)} |"
    yield f"|---|{'---:|' * len(heads)}"
    for run in runs:
        cells = [cell for column in columns for cell in _cells(column, run, runs[0])]
        if hashes:
            cells.append(hashes.get(run.peer, ""))
        yield f"| {run.peer} | {' | '.join(cells)} |"


def _cells(column: Column, run: Run, baseline: Run) -> list[str]:
    value, base = column.value(run), column.value(baseline)
    shown = "-" if value is None else f"{value:.{column.digits}f}"
    if not column.compared:
        return [shown]
    return [shown, f"{value / base:.2f}" if value is not None and base else "-"]


def _versions(runs: Sequence[Run]) -> Iterator[str]:
    yield "\nVersions:\n"
    for run in runs:
        yield f"- {run.peer} {run.version}"


def requests_by_phase(runs: Sequence[Run]) -> Iterator[str]:
    """What each asked in each phase, for a footnote."""
    for run in runs:
        for name, measured in run.phases.items():
            asked = ", ".join(f"{what} {count}" for what, count in measured.asked.items()) or "nothing"
            refused = f"; refused: {measured.refused}" if measured.refused else ""
            yield f"- {run.peer} {name}: {asked}{refused}"
