"""The way of one change, from an object to its children and its status."""

from __future__ import annotations

from typing import Any

from stage import Stage

from mendloop.k8s import ConfigMap
from mendloop.model.resource import Resource
from mendloop.model.types import Spec, Status
from mendloop.wish.child import Manifests
from mendloop.wish.context import Context, Writer
from mendloop.wish.operator import Operator


class EchoSpec(Spec):
    message: str
    copies: int = 1


class EchoStatus(Status):
    said: str = ""


class Echo(Resource[EchoSpec, EchoStatus], group="e2e.example.com", version="v1"):
    """Says something in a ConfigMap."""


def config_map(name: str, **data: str) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": data}


def echo_operator() -> Operator:
    op = Operator("e2e.example.com")

    @op.desired(Echo, owns=[ConfigMap])
    def desired(echo: Echo, ctx: Context) -> Manifests:
        for copy in range(echo.spec.copies):
            yield config_map(f"{echo.name}-{copy}", message=echo.spec.message)
        echo.status.said = echo.spec.message

    return op


async def test_creates_changes_prunes_and_reports(stage: Stage) -> None:
    await stage.install(Echo)
    async with stage.run(echo_operator()) as one:
        await stage.create(Echo, "a", spec={"message": "hi", "copies": 2})
        await stage.settled(one)
        assert await stage.names(ConfigMap) == ["a-0", "a-1"]
        status = (await stage.here(Echo, "a"))["status"]
        assert status["said"] == "hi" and status["observedGeneration"] == 1
        await stage.patch(Echo, "a", {"spec": {"message": "ho", "copies": 1}})
        await stage.settled(one)
        assert await stage.names(ConfigMap) == ["a-0"]
        assert (await stage.here(ConfigMap, "a-0"))["data"] == {"message": "ho"}
        ready = await stage.condition(Echo, "a", "Ready")
        assert ready is not None and ready["status"] == "True" and ready["observedGeneration"] == 2


async def test_one_child_and_a_status_cost_two_writes_to_create_and_two_to_change(stage: Stage) -> None:
    await stage.install(Echo)
    async with stage.run(echo_operator()) as one:
        await stage.create(Echo, "a", spec={"message": "hi"})
        await stage.settled(one)
        assert len(stage.writes) == 2, list(map(str, stage.writes))
        await stage.patch(Echo, "a", {"spec": {"message": "ho"}})
        await stage.settled(one)
        assert len(stage.writes) == 4, list(map(str, stage.writes))


async def test_a_finalizer_costs_one_more_write_and_its_end_one(stage: Stage) -> None:
    await stage.install(Echo)
    op = echo_operator()
    cleaned: list[str] = []

    @op.cleanup(Echo)
    async def cleanup(echo: Echo, ctx: Writer) -> None:
        cleaned.append(echo.name)

    async with stage.run(op) as one:
        await stage.create(Echo, "a", spec={"message": "hi"})
        await stage.settled(one)
        assert len(stage.writes) == 3, list(map(str, stage.writes))
        assert (await stage.here(Echo, "a"))["metadata"]["finalizers"] == ["e2e.example.com/finalizer"]
        await stage.delete(Echo, "a")
        await stage.settled(one)
        assert await stage.get(Echo, "a") is None
        assert cleaned == ["a"]
        assert len(stage.writes) == 4, list(map(str, stage.writes))


async def test_c12_drift_is_repaired(stage: Stage) -> None:
    await stage.install(Echo)
    async with stage.run(echo_operator()) as one:
        await stage.create(Echo, "a", spec={"message": "hi", "copies": 2})
        await stage.settled(one)
        await stage.patch(ConfigMap, "a-0", {"data": {"message": "tampered"}})
        await stage.delete(ConfigMap, "a-1")
        await stage.settled(one)
        assert (await stage.here(ConfigMap, "a-0"))["data"] == {"message": "hi"}
        assert (await stage.here(ConfigMap, "a-1"))["data"] == {"message": "hi"}


async def test_at_rest_nothing_is_sent_through_resyncs_and_a_restart_writes_nothing(stage: Stage) -> None:
    await stage.install(Echo)
    async with stage.run(echo_operator()) as one:
        for number in range(10):
            await stage.create(Echo, f"a{number}", spec={"message": "hi"})
        await stage.settled(one)
        before = len(stage.recorder.sent)
        for _ in range(3):
            one.resync()
            await stage.settled(one)
        assert stage.recorder.sent[before:] == []
    written = len(stage.writes)
    async with stage.run(echo_operator()) as one:
        await stage.settled(one)
    assert len(stage.writes) == written


async def test_what_was_edited_while_the_operator_was_down_is_repaired_at_its_start(stage: Stage) -> None:
    await stage.install(Echo)
    async with stage.run(echo_operator()) as one:
        await stage.create(Echo, "a", spec={"message": "hi"})
        await stage.settled(one)
    await stage.patch(ConfigMap, "a-0", {"data": {"message": "tampered"}})
    await stage.patch(Echo, "a", {"spec": {"copies": 2}})
    async with stage.run(echo_operator()) as one:
        await stage.settled(one)
        assert (await stage.here(ConfigMap, "a-0"))["data"] == {"message": "hi"}
        assert await stage.names(ConfigMap) == ["a-0", "a-1"]
