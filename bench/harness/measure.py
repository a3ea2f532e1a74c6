"""Plays the phases with one operator and measures what each costs."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

from harness.cluster import Cluster
from harness.operator import Command, Operator
from harness.phases import PHASES, RESTING, Plan, Stage, objects_in
from harness.processes import Machine, cpu_s, machine, memory, reset_peak
from harness.view import View

_START: Final = "start"
_START_LIMIT_S: Final = 60.0


class Measured(msgspec.Struct, kw_only=True):
    """What one phase cost. `other_cpu_s` is what the rest of the machine did: if it is large, wall times
    say little. `work` is the same for all operators that did the same."""

    wall_s: float | None
    cpu_s: float
    server_cpu_s: float = 0.0
    rss_mib: float
    peak_mib: float = 0.0
    requests: int
    requests_but_watches: int = 0
    writes: int = 0
    objects: int = 0
    asked: dict[str, int] = {}
    refused: dict[str, int] = {}
    other_cpu_s: float = 0.0
    stolen_cpu_s: float = 0.0
    notes: dict[str, float | None] = {}
    work: str = ""

    @property
    def writes_each(self) -> float:
        return self.writes / self.objects if self.objects else 0.0


class Run(msgspec.Struct, kw_only=True):
    """All phases of one operator on one fresh cluster."""

    peer: str
    version: str
    cluster: str
    count: int
    pad: int
    phases: dict[str, Measured]


class OperatorEnded(RuntimeError):
    """Raised when the operator under measure ends by itself; the message has the end of its log."""


@dataclass(frozen=True, slots=True)
class Subject:
    """Who is measured."""

    name: str
    version: str
    command: Command


Tell = Callable[[str, Measured], None]
MakeCluster = Callable[[], AbstractAsyncContextManager[Cluster]]


async def measure(
    subject: Subject, make_cluster: MakeCluster, plan: Plan, phases: Sequence[str], log: Path, tell: Tell
) -> Run:
    """Plays `phases` (of `PHASES`, in their order) and calls `tell` after each.

    Errors: `OperatorEnded`; what the cluster raises.
    """
    async with make_cluster() as cluster:
        operator = Operator(subject.command, cluster.kubeconfig, log)
        stage = Stage(plan, cluster, operator, View(cluster))
        measured: dict[str, Measured] = {}
        try:
            async with stage.followed():
                for name in (_START, *phases):
                    measured[name] = await (_start(stage) if name == _START else _play(name, stage))
                    tell(name, measured[name])
                    if not operator.alive:
                        raise OperatorEnded(f"{subject.name} ended in phase {name}:\n{operator.last_words}")
        finally:
            operator.kill()
        return Run(
            peer=subject.name,
            version=subject.version,
            cluster=cluster.name,
            count=plan.count,
            pad=plan.pad,
            phases=measured,
        )


async def _start(stage: Stage) -> Measured:
    """On the empty cluster, until it has come to rest."""
    began = time.monotonic()
    stage.operator.start()
    last = await stage.quiet(stage.plan.start_quiet_s, _START_LIMIT_S, cpu_too=True)
    tally = stage.cluster.requests.take()
    used = memory(stage.operator.pid)
    return Measured(
        wall_s=None if last is None else last - began,
        cpu_s=cpu_s(stage.operator.pid),
        rss_mib=used.rss_mib,
        peak_mib=used.peak_mib,
        requests=tally.total,
        requests_but_watches=tally.total_but_watches,
        writes=tally.writes,
        asked=dict(tally.asked.most_common()),
    )


async def _play(name: str, stage: Stage) -> Measured:
    operator, requests = stage.operator, stage.cluster.requests
    await stage.quiet(0.5, 5.0)
    requests.take()
    reset_peak(operator.pid)
    pid, began = operator.pid, time.monotonic()
    operator_s, server_s, own_s, before = _clocks(stage)
    done = await PHASES[name](stage)
    if name not in RESTING:
        await stage.quiet(stage.plan.tail_s, stage.plan.settle_limit_s)
    await asyncio.sleep(0)
    operator_after_s, server_after_s, own_after_s, after = _clocks(stage)
    tally, used = requests.take(), memory(operator.pid)
    return Measured(
        wall_s=None if done.at is None else done.at - began,
        cpu_s=operator_after_s - (operator_s if operator.pid == pid else 0.0),
        server_cpu_s=server_after_s - server_s,
        rss_mib=used.rss_mib,
        peak_mib=used.peak_mib,
        requests=tally.total,
        requests_but_watches=tally.total_but_watches,
        writes=tally.writes,
        objects=objects_in(name, stage.plan),
        asked=dict(tally.asked.most_common()),
        refused=dict(tally.refused),
        # The cluster and the operator are children of this process.
        other_cpu_s=after.busy_s - before.busy_s - (own_after_s - own_s),
        stolen_cpu_s=after.stolen_s - before.stolen_s,
        notes=done.notes,
        work=stage.view.digest(),
    )


def _clocks(stage: Stage) -> tuple[float, float, float, Machine]:
    """CPU seconds of the operator, of the server and of this process with its children; the machine's."""
    return cpu_s(stage.operator.pid), stage.cluster.server_cpu_s(), cpu_s(os.getpid()), machine()
