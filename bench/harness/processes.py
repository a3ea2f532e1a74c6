"""What a process and its children use, from /proc (Linux)."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

TICK: Final = os.sysconf("SC_CLK_TCK")
_GONE: Final = (FileNotFoundError, ProcessLookupError)


@dataclass(frozen=True, slots=True)
class Memory:
    """Resident memory of a process tree, now and at most since `reset_peak`."""

    rss_mib: float
    peak_mib: float


@dataclass(frozen=True, slots=True)
class Machine:
    """CPU seconds of the whole machine since it started."""

    busy_s: float
    stolen_s: float


def tree(pid: int) -> list[int]:
    """A process and all that it started, parents before children."""
    found, todo = [], [pid]
    while todo:
        one = todo.pop()
        with suppress(*_GONE):
            for thread in os.listdir(f"/proc/{one}/task"):
                todo += map(int, Path(f"/proc/{one}/task/{thread}/children").read_text().split())
            found.append(one)
    return found


def cpu_s(pid: int) -> float:
    """CPU seconds of a process, of its living children and of those it has waited for."""
    ticks = 0
    for one in tree(pid):
        with suppress(*_GONE):
            fields = Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()
            ticks += sum(map(int, fields[11:15]))
    return ticks / TICK


def memory(pid: int) -> Memory:
    rss_kib = peak_kib = 0
    for one in tree(pid):
        for name, value_kib in _sizes(one):
            rss_kib += value_kib if name == "VmRSS" else 0
            peak_kib += value_kib if name == "VmHWM" else 0
    return Memory(rss_kib / 1024, peak_kib / 1024)


def _sizes(pid: int) -> Iterator[tuple[str, int]]:
    with suppress(*_GONE):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            name, _, value = line.partition(":")
            if name in ("VmRSS", "VmHWM"):
                yield name, int(value.split()[0])


def reset_peak(pid: int) -> None:
    """Lets the peak begin anew, where the kernel allows it."""
    for one in tree(pid):
        with suppress(OSError):
            Path(f"/proc/{one}/clear_refs").write_text("5")


def machine() -> Machine:
    fields = [int(field) for field in Path("/proc/stat").read_text().partition("\n")[0].split()[1:]]
    return Machine((sum(fields[:3]) + sum(fields[5:7])) / TICK, fields[7] / TICK)


def kill(pid: int) -> None:
    """Ends a process and all that it started, without a chance to say goodbye."""
    for one in reversed(tree(pid)):
        with suppress(ProcessLookupError):
            os.kill(one, signal.SIGKILL)
