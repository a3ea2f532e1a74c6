"""All peers, one after the other, each on a fresh cluster; rounds are interleaved."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from harness.cluster import embedded_cluster, real_cluster
from harness.goals import COMPARED, STORED, held_against
from harness.measure import MakeCluster, Measured, OperatorEnded, Run, Subject, measure
from harness.peers import BENCH, OUT, NotHere, named
from harness.phases import PHASES, Plan
from harness.tables import all_tables, requests_by_phase, works
from mendloop.controlplane.real import BinariesNotFound, find_binaries

BINARIES = BENCH.parent / ".kube" / "bin"
MEMORY_PHASES = ("create", "restart")


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What is compared. `memory` is the plan of the second run, with many large objects; None: without."""

    peers: Sequence[str]
    plan: Plan
    memory: Plan | None
    phases: Sequence[str] = tuple(PHASES)
    rounds: int = 1
    embedded: bool = False


@dataclass(frozen=True, slots=True)
class Compared:
    """The best round of each peer, and which did not do the same work."""

    runs: Sequence[Run]
    memory: Sequence[Run]
    unequal: Sequence[str]

    def lines(self) -> Iterator[str]:
        yield from all_tables(self.runs, self.memory)
        goals = [*held_against(COMPARED, self.runs), *held_against(STORED, self.memory)]
        if goals:
            yield "\n### mendloop against its goals\n\n| | measured | goal | |\n|---|---:|---:|---|"
            yield from goals
        yield "\nRequests:\n"
        yield from requests_by_phase([*self.runs, *self.memory])


async def compare(comparison: Comparison) -> Compared:
    """Errors: what the cluster raises. A peer that cannot be built here, or ends, is left out and said so."""
    make_cluster = cluster_maker(comparison.embedded)
    subjects = list(_prepared(comparison.peers))
    runs: dict[str, Run] = {}
    memory: dict[str, Run] = {}
    failed: list[str] = []
    for number in range(comparison.rounds):
        for subject in subjects:
            _say(f"{subject.name}, round {number + 1} of {comparison.rounds}")
            try:
                _keep(runs, await _one(subject, make_cluster, comparison.plan, comparison.phases))
                if comparison.memory is not None and number == 0:
                    _keep(memory, await _one(subject, make_cluster, comparison.memory, MEMORY_PHASES))
            except OperatorEnded as why:
                _say(str(why))
                failed.append(subject.name)
    return Compared(
        list(runs.values()),
        list(memory.values()),
        [*unequal(runs.values()), *(f"{name} ended" for name in failed)],
    )


def unequal(runs: Iterable[Run]) -> Iterator[str]:
    """Where somebody left other work behind than the first."""
    runs = list(runs)
    for name in runs[0].phases if runs else ():
        found = works(runs, name)
        if len(set(found.values())) > 1:
            yield f"{name}: {found}"


async def _one(subject: Subject, make_cluster: MakeCluster, plan: Plan, phases: Sequence[str]) -> Run:
    OUT.mkdir(exist_ok=True)
    log = OUT / f"{subject.name}.log"
    log.unlink(missing_ok=True)

    def tell(phase: str, measured: Measured) -> None:
        wall = "not done" if measured.wall_s is None else f"{measured.wall_s:.2f} s"
        notes = " ".join(f"{key}={value:.3g}" for key, value in measured.notes.items() if value is not None)
        _say(
            f"  {subject.name} {phase}: {wall}, CPU {measured.cpu_s:.2f} s, {measured.requests} requests, "
            f"{measured.writes} writes, RSS {measured.rss_mib:.1f} MiB {notes}"
        )

    return await measure(subject, make_cluster, plan, phases, log, tell)


def _keep(runs: dict[str, Run], run: Run) -> None:
    """Of each phase the round that cost the operator least; work is compared over all."""
    best = runs.setdefault(run.peer, run)
    for name, measured in run.phases.items():
        if measured.cpu_s < best.phases[name].cpu_s:
            best.phases[name] = measured


def _prepared(names: Sequence[str]) -> Iterator[Subject]:
    for peer in named(names):
        try:
            yield peer.prepare(peer.name)
        except NotHere as why:
            _say(f"{peer.name} is left out: {why}")


def cluster_maker(embedded: bool) -> MakeCluster:
    """Where it is measured: the real control plane if it was built here, else the embedded one."""
    if not embedded:
        try:
            find_binaries(BINARIES)
        except BinariesNotFound as why:
            _say(f"on the embedded control plane ({why}): compare CPU and requests, not time")
        else:
            return lambda: real_cluster(BINARIES)
    return embedded_cluster


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
