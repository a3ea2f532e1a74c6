"""What it all came to: injected, healed, how fast, and at which cost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median

from mendloop.demo.judge import Wound


@dataclass(frozen=True, slots=True, kw_only=True)
class ActResult:
    """One act; `faults` is how many calls or watches were really struck."""

    title: str
    about: str
    faults: int
    wounds: tuple[Wound, ...]
    classes: Counter[str]

    @property
    def healed(self) -> list[float]:
        """Seconds to heal, of what is healed."""
        return sorted(one.healed_s - one.at_s for one in self.wounds if one.healed_s is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rest:
    """What was sent while nothing had to be done: over `seconds`, with a resync and a restart in it."""

    seconds: float
    writes: tuple[str, ...]
    reads: int  # watches aside; a restart lists each kind once


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """The end of a demonstration."""

    databases: int
    seconds: float
    acts: Sequence[ActResult]
    rest: Rest
    writes_each: float  # committed by the operator until a database had converged
    noop_writes: int
    broken: Sequence[str] = field(default=())  # databases that are not whole, and why; broken promises
    command: str = ""

    @property
    def failures(self) -> list[str]:
        """Why this must not end with exit code 0, one line each; empty if all is well."""
        found = [
            f"{one.database}: {one.what} in act {act.title!r} did not heal"
            for act in self.acts
            for one in act.wounds
            if one.healed_s is None
        ]
        found += self.broken
        found += [f"a write at rest: {write}" for write in self.rest.writes]
        return found

    def lines(self) -> list[str]:
        """The summary for people."""
        head = ("act", "faults", "hurt", "healed", "p50", "max", "errors by class")
        rows: list[tuple[str, ...]] = [head, *(_row(act) for act in self.acts)]
        widths = [max(len(row[n]) for row in rows) for n in range(len(rows[0]))]
        table = ["  ".join(_aligned(row, widths)).rstrip() for row in rows]
        return ["", *table, "", *self._costs(), *self._verdict()]

    def _costs(self) -> list[str]:
        rest = self.rest
        return [
            f"API writes per converged object   {self.writes_each:.1f}  (finalizer, 5 children, status)",
            f"writes at rest                    {len(rest.writes)}  "
            f"(over {rest.seconds:.1f} s, with a resync and a restart; {rest.reads} reads)",
            f"writes that changed nothing       {self.noop_writes}",
        ]

    def _verdict(self) -> list[str]:
        if not self.failures:
            return ["", f"all {self.databases} databases are whole after {self.seconds:.0f} s"]
        return ["", *(f"FAILED {line}" for line in self.failures), f"again: {self.command}"]


def _row(act: ActResult) -> tuple[str, ...]:
    healed = act.healed
    times = (f"{median(healed):.2f} s", f"{healed[-1]:.2f} s") if healed else ("", "")
    classes = ", ".join(f"{klass} {count}" for klass, count in sorted(act.classes.items()))
    return (act.title, str(act.faults), str(len(act.wounds)), str(len(healed)), *times, classes)


def _aligned(row: tuple[str, ...], widths: list[int]) -> list[str]:
    first, *numbers, last = row
    middle = [cell.rjust(width) for cell, width in zip(numbers, widths[1:-1], strict=True)]
    return [first.ljust(widths[0]), *middle, last]
