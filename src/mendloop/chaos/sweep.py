"""Sweeps: a scenario run once without faults, then once for each place where something can go wrong.

    report = crash_after_each_write(scenario)
    report.check()

A run must end in the state of the faultless one, having created and deleted as many objects of each kind.
Every run has a control plane and a virtual-time loop of its own.
"""

from __future__ import annotations

import asyncio
import difflib
from collections import Counter
from collections.abc import Callable, Coroutine, Mapping
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol

import msgspec

from mendloop.aio.virtual import VirtualTimeLoop
from mendloop.chaos.faults import Fault, Kill, Reset
from mendloop.chaos.plan import FaultPlan
from mendloop.chaos.state import comparable
from mendloop.chaos.transport import FaultyTransport, Made, OperatorKilled
from mendloop.kube.transport import Transport

# What comes and goes by the clock and not by the wish.
_NOT_COUNTED = frozenset({"events", "leases"})


class World(Protocol):
    """A control plane of one run."""

    @property
    def transport(self) -> Transport: ...

    def objects(self) -> list[dict[str, Any]]:
        """Everything whose end state counts."""
        ...


class Scenario(Protocol):
    """What a sweep runs again and again."""

    @property
    def name(self) -> str: ...

    def open(self) -> AbstractAsyncContextManager[World]:
        """A new world."""
        ...

    def operate(self, transport: Transport) -> Coroutine[Any, Any, None]:
        """The operator, which runs until it is cancelled; called again after each crash."""
        ...

    def drive(self, world: World) -> Coroutine[Any, Any, None]:
        """What users do, then the wait until all is as wished. Errors: whatever says that it never was."""
        ...


class Outcome(msgspec.Struct, frozen=True):
    """How one run ended."""

    state: Mapping[str, str]
    counts: Mapping[str, int]
    attempts: int
    kills: int


class Broken(msgspec.Struct, frozen=True):
    """One plan under which the scenario ended otherwise."""

    plan: str
    story: str
    differences: str


class Report(msgspec.Struct, frozen=True):
    """What a sweep found."""

    scenario: str
    plans: int
    kills: int
    broken: tuple[Broken, ...]

    def check(self) -> None:
        """Errors: `AssertionError` with each broken plan, its story and how to run it again."""
        if self.broken:
            raise AssertionError(self.describe())

    def describe(self) -> str:
        lines = [f"{self.scenario}: {self.plans} plans, {len(self.broken)} broken"]
        for each in self.broken:
            lines += ["", each.story, each.differences, f"again: replay(scenario, {each.plan!r})"]
        return "\n".join(lines)


def crash_after_each_write(scenario: Scenario, *, seed: int = 0) -> Report:
    """Sweep S1: the operator dies right after its i-th write, for each i, and starts again."""
    return sweep_writes(scenario, lambda: Kill(after=True), seed=seed)


def crash_before_each_write(scenario: Scenario, *, seed: int = 0) -> Report:
    """The operator dies right before its i-th write reaches the server, for each i, and starts again."""
    return sweep_writes(scenario, lambda: Kill(after=False), seed=seed)


def lose_each_reply(scenario: Scenario, *, seed: int = 0) -> Report:
    """Sweep S2: the i-th write is committed and its reply is lost, for each i."""
    return sweep_writes(scenario, lambda: Reset(after_commit=True), seed=seed)


def sweep_writes(scenario: Scenario, fault: Callable[[], Fault], *, seed: int = 0) -> Report:
    """Runs the scenario once without faults, then once for each of its writes with `fault` at that write.

    Errors: what the faultless run raises; a scenario must end well before faults can tell anything.
    """
    expected = _run(scenario, FaultPlan(seed))
    broken: list[Broken] = []
    kills = 0
    for number in range(1, expected.attempts + 1):
        plan = FaultPlan(seed)
        plan.add(fault(), "write", nth=number)
        outcome, failure = _tried(scenario, plan, expected)
        kills += outcome.kills if outcome is not None else 0
        if failure:
            broken.append(Broken(plan.to_json(), _story(plan), failure))
    return Report(scenario.name, expected.attempts, kills, tuple(broken))


def replay(scenario: Scenario, plan: str) -> str:
    """Runs one plan that a report printed; the differences to the faultless run, empty if there are none."""
    expected = _run(scenario, FaultPlan())
    return _tried(scenario, FaultPlan.from_json(plan), expected)[1]


def _tried(scenario: Scenario, plan: FaultPlan, expected: Outcome) -> tuple[Outcome | None, str]:
    try:
        outcome = _run(scenario, plan)
    except Exception as error:
        return None, f"did not end well: {type(error).__name__}: {error}"
    if not plan.hits:
        return outcome, "the fault hit nothing: the scenario does not repeat itself"
    return outcome, _differences(expected, outcome)


def _run(scenario: Scenario, plan: FaultPlan) -> Outcome:
    with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
        return runner.run(_life(scenario, plan))


async def _life(scenario: Scenario, plan: FaultPlan) -> Outcome:
    made: list[Made] = []
    kills = 0
    async with scenario.open() as world:
        driver = asyncio.create_task(scenario.drive(world), name="drive")
        try:
            while True:
                transport = FaultyTransport(world.transport, plan)
                died = await _one_life(scenario, transport, driver)
                made += transport.made
                if not died:
                    break
                kills += 1
            driver.result()
            state = comparable(world.objects())
        finally:
            driver.cancel()
    attempts = sum(each.call.writes for each in made)
    return Outcome(state, _counts(made), attempts, kills)


async def _one_life(scenario: Scenario, transport: FaultyTransport, driver: asyncio.Task[None]) -> bool:
    """Runs the operator until the driver is through or the operator is killed; whether it was killed.

    Errors: what the operator raised where it ended by itself.
    """
    operator = asyncio.create_task(scenario.operate(transport), name="operator")
    killed = asyncio.create_task(transport.killed.wait(), name="wait for the kill")
    try:
        await asyncio.wait((operator, killed, driver), return_when=asyncio.FIRST_COMPLETED)
        if not transport.killed.is_set() and not driver.done():
            operator.result()
            raise RuntimeError("the operator ended by itself")
        return transport.killed.is_set() and not driver.done()
    finally:
        killed.cancel()
        await _end(operator)


async def _end(operator: asyncio.Task[None]) -> None:
    operator.cancel()
    await asyncio.wait((operator,))
    if operator.cancelled():
        return
    error = operator.exception()
    if error is not None and not _only_kills(error):
        raise error


def _only_kills(error: BaseException) -> bool:
    if isinstance(error, BaseExceptionGroup):
        return all(map(_only_kills, error.exceptions))
    return isinstance(error, OperatorKilled | asyncio.CancelledError)


def _counts(made: list[Made]) -> dict[str, int]:
    counted: Counter[str] = Counter()
    for each in made:
        call = each.call
        if not call.writes or call.subresource or call.plural in _NOT_COUNTED or not 0 < each.status < 400:
            continue
        if call.verb == "delete":
            counted[f"deleted {call.plural}"] += 1
        elif each.status == 201:
            counted[f"created {call.plural}"] += 1
    return dict(counted)


def _differences(expected: Outcome, found: Outcome) -> str:
    lines = [
        f"{what}: {found.counts.get(what, 0)} instead of {expected.counts.get(what, 0)}"
        for what in sorted({*expected.counts, *found.counts})
        if found.counts.get(what, 0) != expected.counts.get(what, 0)
    ]
    for key in sorted({*expected.state, *found.state}):
        before, after = expected.state.get(key, ""), found.state.get(key, "")
        if before != after:
            lines += difflib.unified_diff(
                before.splitlines(), after.splitlines(), f"{key} without faults", f"{key} here", "", "", 1, ""
            )
    return "\n".join(lines)


def _story(plan: FaultPlan) -> str:
    hits = [f"  at {hit.at_s:g} s: {hit.call}" for hit in plan.hits]
    return "\n".join([plan.describe(), *hits])
