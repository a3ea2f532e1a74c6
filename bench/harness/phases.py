"""What is done to an operator, one phase after the other; each says when its work was done.

Every phase leaves a state that depends on nothing but the plan, so that a hash of it proves equal work.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final, TypeVar

from harness.cluster import Cluster
from harness.job import CONFIG_MAPS, ECHOES, GROUP, child_data, echo, name_of
from harness.operator import Operator
from harness.processes import cpu_s
from harness.view import View

T = TypeVar("T")

_CREATORS: Final = 8
_TICK_S: Final = 0.1
_BUSY_SHARE: Final = 0.2  # of a core, from where on an operator that asks nothing still counts as busy


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How much of everything; times are seconds."""

    count: int = 1000
    pad: int = 0  # bytes to which each Echo's message is padded
    single: int = 100  # updates whose latency is measured
    pause_s: float = 0.15  # between two of those
    drifts: int = 200  # children deleted, and as many edited
    idle_s: float = 20.0
    limit_s: float = 300.0
    repair_limit_s: float = 30.0
    start_quiet_s: float = 3.0  # quiet after which the start counts as over
    tail_s: float = 2.0  # quiet after which a phase's requests are complete
    settled_s: float = 10.0  # quiet after which a restart counts as over
    settle_limit_s: float = 120.0

    @property
    def drifting(self) -> int:
        return min(self.drifts, self.count // 4)


@dataclass(slots=True)
class Done:
    """`at`: when the work was done, on `time.monotonic`; None where it was not within its limit."""

    at: float | None
    notes: dict[str, float | None] = field(default_factory=dict)


@dataclass(slots=True)
class Stage:
    """What a phase plays on."""

    plan: Plan
    cluster: Cluster
    operator: Operator
    view: View

    @asynccontextmanager
    async def followed(self) -> AsyncIterator[None]:
        """Follows the cluster meanwhile."""
        task = asyncio.create_task(self.view.follow(), name="the harness's view")
        try:
            yield
        finally:
            task.cancel()
            await asyncio.wait((task,))

    async def quiet(self, quiet_s: float, limit_s: float, *, cpu_too: bool = False) -> float | None:
        """The last moment of activity before `quiet_s` without any; None when it never came to rest.

        Activity is a request, or with `cpu_too` also a share of the CPU; seen to a tenth of a second.
        """
        began = last = time.monotonic()
        used_s = cpu_s(self.operator.pid)
        while (now := time.monotonic()) - last < quiet_s:
            if now - began > limit_s:
                return None
            await asyncio.sleep(_TICK_S)
            before_s, used_s = used_s, cpu_s(self.operator.pid)
            busy = cpu_too and used_s - before_s > _BUSY_SHARE * _TICK_S
            if self.cluster.requests.poll() or busy:
                last = time.monotonic()
        return last


Phase = Callable[[Stage], Awaitable[Done]]


async def create(stage: Stage) -> Done:
    """All Echoes at once."""
    plan, send = stage.plan, stage.cluster.send

    async def one(number: int) -> None:
        await send("POST", ECHOES, echo(number, f"hello {number}", pad=plan.pad))

    await _each(range(plan.count), one)
    return await _all_done(stage, generation=1)


async def update(stage: Stage) -> Done:
    """Every Echo's spec changed at once."""
    plan = stage.plan

    async def one(number: int) -> None:
        change = {"message": f"changed {number}".ljust(plan.pad, "x"), "size": number + 1}
        await stage.cluster.patch(f"{ECHOES}/{name_of(number)}", {"spec": change})

    await _each(range(plan.count), one)
    return await _all_done(stage, generation=2)


async def latency(stage: Stage) -> Done:
    """Single changes on a quiet system: from the answer to the PATCH to our own watch event."""
    plan, view = stage.plan, stage.view
    to_child: list[float] = []
    to_ready: list[float] = []
    for number in range(plan.single):
        name, message = name_of(number * 7 % plan.count), f"single {number}"
        generation = view.echoes[name].generation + 1
        child = asyncio.create_task(view.until(lambda: _says(view, name, message), 20.0))  # noqa: B023
        ready = asyncio.create_task(
            view.until(lambda: view.echoes[name].observed_generation == generation, 20.0)  # noqa: B023
        )
        await asyncio.sleep(0)
        await stage.cluster.patch(f"{ECHOES}/{name}", {"spec": {"message": message}})
        sent = time.monotonic()
        for found, waiting in ((to_child, child), (to_ready, ready)):
            if (seen := await waiting) is not None:
                found.append(max(0.0, seen - sent) * 1000)
        await asyncio.sleep(plan.pause_s)
    notes = {
        "child_p50_ms": quantile(to_child, 0.5),
        "child_p99_ms": quantile(to_child, 0.99),
        "ready_p50_ms": quantile(to_ready, 0.5),
        "ready_p99_ms": quantile(to_ready, 0.99),
        "measured": float(len(to_ready)),
    }
    return Done(time.monotonic(), notes)


async def drift(stage: Stage) -> Done:
    """Children deleted and edited by others; what the operator leaves undone the harness repairs itself,
    so that all begin the next phase from the same state."""
    half, send = stage.plan.drifting, stage.cluster.send

    async def delete_child(number: int) -> None:
        await send("DELETE", f"{CONFIG_MAPS}/{name_of(number)}")

    async def edit_child(number: int) -> None:
        await stage.cluster.patch(f"{CONFIG_MAPS}/{name_of(number)}", {"data": {"message": "tampered"}})

    await asyncio.gather(_each(range(half), delete_child), _each(range(half, 2 * half), edit_child))
    # What was done may not have reached our own view when the last answer did.
    await stage.view.until(lambda: bool(stage.view.wrong), 0.5)
    done = await stage.view.until(lambda: not stage.view.wrong, stage.plan.repair_limit_s)
    left = sorted(stage.view.wrong)
    await _each(left, lambda name: _repair(stage, name))
    await stage.view.until(lambda: not stage.view.wrong, stage.plan.repair_limit_s)
    return Done(done, {"repaired": float(2 * half - len(left)), "of": float(2 * half)})


async def idle(stage: Stage) -> Done:
    await asyncio.sleep(stage.plan.idle_s)
    return Done(time.monotonic())


async def restart(stage: Stage) -> Done:
    """Killed and started again, until it has come to rest."""
    plan = stage.plan
    stage.operator.kill()
    stage.operator.start()
    began = time.monotonic()
    last = await stage.quiet(plan.settled_s, plan.settle_limit_s, cpu_too=True)
    return Done(last, {"settled_after_s": None if last is None else last - began})


async def delete(stage: Stage) -> Done:
    """All Echoes at once; their children go by garbage collection."""
    plan, view = stage.plan, stage.view

    async def one(number: int) -> None:
        await stage.cluster.send("DELETE", f"{ECHOES}/{name_of(number)}")

    await _each(range(plan.count), one)
    done = await view.until(lambda: not view.echoes, plan.limit_s)
    await view.until(lambda: not view.children, plan.limit_s)
    return Done(done, {"left": float(len(view.echoes)), "children_left": float(len(view.children))})


PHASES: Final[Mapping[str, Phase]] = {
    "create": create,
    "update": update,
    "latency": latency,
    "drift": drift,
    "idle": idle,
    "restart": restart,
    "delete": delete,
}
"""By name, in the order in which they are played."""

RESTING: Final = frozenset({"idle", "restart"})
"""Phases that are over when they end; after the others, requests may still come."""


def objects_in(phase: str, plan: Plan) -> int:
    """How many objects a phase's writes are shared by."""
    return {"latency": plan.single, "drift": 2 * plan.drifting}.get(phase, plan.count)


def quantile(values: list[float], share: float) -> float | None:
    """The value below which `share` of them lie; None for no values."""
    return sorted(values)[min(len(values) - 1, int(len(values) * share))] if values else None


def _says(view: View, name: str, message: str) -> bool:
    child = view.children.get(name)
    return child is not None and (child.data or {}).get("message") == message


async def _all_done(stage: Stage, *, generation: int) -> Done:
    plan, view = stage.plan, stage.view
    sent = time.monotonic()
    done = await view.until(lambda: view.all_done(plan.count, generation), plan.limit_s)
    return Done(done, {"lag_s": None if done is None else done - sent, "wrong": float(len(view.wrong))})


async def _repair(stage: Stage, name: str) -> None:
    echo_now = stage.view.echoes[name]
    data = child_data(echo_now.spec)
    if name in stage.view.children:
        await stage.cluster.patch(f"{CONFIG_MAPS}/{name}", {"data": data})
        return
    owner = {
        "apiVersion": f"{GROUP}/v1",
        "kind": "Echo",
        "name": name,
        "uid": echo_now.uid,
        "controller": True,
        "blockOwnerDeletion": True,
    }
    body = {"metadata": {"name": name, "ownerReferences": [owner]}, "data": data}
    await stage.cluster.send("POST", CONFIG_MAPS, body)


async def _each(items: Iterable[T], act: Callable[[T], Awaitable[None]]) -> None:
    """Does it for every item, some at a time."""
    left = iter(items)

    async def worker() -> None:
        for item in left:
            await act(item)

    async with asyncio.TaskGroup() as own:
        for _ in range(_CREATORS):
            own.create_task(worker())
