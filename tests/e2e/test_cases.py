"""Failures that people had in the field, each by its id: the kind must be impossible here."""

from __future__ import annotations

import asyncio
import random
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
import yaml
from stage import Stage

from mendloop.errors import Transient
from mendloop.k8s import ConfigMap, Deployment, Namespace, Secret, Service
from mendloop.model.naming import child_name
from mendloop.model.resource import Resource
from mendloop.model.types import Condition, Spec, Status
from mendloop.wish.child import Child, Manifests
from mendloop.wish.context import Context, Writer
from mendloop.wish.operator import Operator

VECTORS = Path(__file__).parent.parent / "vectors" / "cases"
MINUTE = 60.0


def vector(name: str) -> Any:
    text = (VECTORS / name).read_text(encoding="utf-8")
    return msgspec.json.decode(text) if name.endswith(".json") else list(yaml.safe_load_all(text))


class BakerySpec(Spec):
    ovens: int = 1


class BakeryStatus(Status):
    ovens: int = 0
    phase: str = ""


class Bakery(Resource[BakerySpec, BakeryStatus], group="food.example.org", version="v1", plural="bakeries"):
    """Bakes."""


def config_map(name: str, **data: str) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": data}


def bakery_operator() -> Operator:
    op = Operator("bakery.example.org")

    @op.desired(Bakery, owns=[ConfigMap])
    def desired(bakery: Bakery, ctx: Context) -> Manifests:
        yield config_map(bakery.name, ovens=str(bakery.spec.ovens))
        bakery.status.ovens = bakery.spec.ovens

    return op


async def test_r01_a_refused_status_is_not_written_again_and_again(embedded: Stage) -> None:
    stage = embedded
    answer = vector("R01-status-422.json")
    stage.plan.fail(
        "patch", kind="Bakery", name="shop-a", subresource="status", status=422,
        message=answer["message"], reason=answer["reason"], details=answer["details"], times=None,
    )  # fmt: skip
    await stage.install(Bakery)
    async with stage.run(bakery_operator()) as one:
        for letter in "abcdefghijklmnopqrstu":
            await stage.create(Bakery, f"shop-{letter}", spec={})
        await asyncio.sleep(MINUTE)
        first = len(stage.plan.hits)
        assert 1 <= first <= 3
        await asyncio.sleep(9 * MINUTE)
        assert len(stage.plan.hits) == first
        for letter in "bcdefghijklmnopqrstu":
            ready = await stage.condition(Bakery, f"shop-{letter}", "Ready")
            assert ready is not None and ready["status"] == "True"
        text = one.metrics.text().decode()
        assert 'class="invalid",controller="bakery"' in text
        events = await _events(stage, "shop-a")
        assert len(events) == 1 and "status.ovens" in events[0]["message"]


async def _events(stage: Stage, about: str) -> list[dict[str, Any]]:
    from mendloop.controller.events import EVENTS

    found = []
    async for page in stage.admin.pages(stage.ref(EVENTS)):
        found += [msgspec.json.decode(raw) for raw in page.items or ()]
    return [one for one in found if one["involvedObject"]["name"] == about]


async def test_r09_own_writes_never_reset_the_backoff(embedded: Stage) -> None:
    stage = embedded
    op = Operator("bakery.example.org")
    times: list[float] = []

    @op.reconcile(Bakery)
    async def reconcile(bakery: Bakery, ctx: Writer) -> None:
        times.append(asyncio.get_running_loop().time())
        bakery.status.ovens = len(times)
        # its own object too, so that its resourceVersion is another at each attempt
        await stage.patch(Bakery, bakery.name, {"metadata": {"labels": {"attempt": str(len(times))}}})
        raise Transient("the oven is cold")

    await stage.install(Bakery)
    async with stage.run(op):
        await stage.create(Bakery, "shop", spec={})
        await asyncio.sleep(10 * MINUTE)
        assert 5 <= len(times) <= 30
        before = len(times)
        await stage.patch(Bakery, "shop", {"spec": {"ovens": 2}})
        await asyncio.sleep(1.0)
        assert len(times) > before


@pytest.mark.parametrize(
    "seed", [*range(12), *(pytest.param(seed, marks=pytest.mark.long) for seed in range(12, 200))]
)
async def test_r19_no_object_is_stuck_after_any_mix_of_deletions_and_restarts(
    embedded: Stage, seed: int
) -> None:
    stage, rng = embedded, random.Random(seed)
    op = bakery_operator()

    @op.cleanup(Bakery)
    async def cleanup(bakery: Bakery, ctx: Writer) -> None:
        await asyncio.sleep(0.05)

    await stage.install(Bakery)
    settings = stage.settings(workers=1 + seed % 3)
    there: set[str] = set()
    stack = AsyncExitStack()
    one = await stack.enter_async_context(stage.run(op, settings=settings))
    try:
        for _ in range(200):
            name = f"shop-{rng.randrange(8)}"
            action = rng.choice(["create", "delete", "change", "restart"])
            if action == "create" and await stage.get(Bakery, name) is None:
                await stage.create(Bakery, name, spec={"ovens": rng.randrange(5)})
                there.add(name)
            elif action == "delete" and name in there:
                if await stage.get(Bakery, name) is not None:
                    await stage.delete(Bakery, name)
                there.discard(name)
            elif action == "change" and name in there:
                await stage.patch(Bakery, name, {"spec": {"ovens": rng.randrange(5)}})
            elif action == "restart" and rng.random() < 0.2:
                await stack.aclose()
                stack = AsyncExitStack()
                one = await stack.enter_async_context(stage.run(op, settings=settings))
            await asyncio.sleep(0.1)
        await stage.settled(one, within_s=120)
        assert await stage.names(Bakery) == sorted(there), f"seed {seed}"
        for name in there:
            ovens = str((await stage.here(Bakery, name))["spec"]["ovens"])
            assert (await stage.here(ConfigMap, name))["data"] == {"ovens": ovens}, f"seed {seed}"
        assert not one.controllers["food.example.org/v1/Bakery"].queue.busy
    finally:
        await stack.aclose()


class HarbourSpec(Spec):
    boats: int = 1


class Harbour(Resource[HarbourSpec, BakeryStatus], group="fleet.example.org", version="v1"):
    """Wishes boats."""


class Boat(Resource[HarbourSpec, BakeryStatus], group="fleet.example.org", version="v1"):
    """A boat."""


async def test_r20_a_cache_that_lags_makes_no_second_boat(embedded: Stage) -> None:
    from mendloop.chaos import Hold, Reset

    stage = embedded
    op = Operator("fleet.example.org")

    @op.desired(Harbour, owns=[Boat])
    def desired(harbour: Harbour, ctx: Context) -> Manifests:
        for number in range(harbour.spec.boats):
            yield {
                "apiVersion": "fleet.example.org/v1",
                "kind": "Boat",
                "metadata": {"name": f"{harbour.name}-{number}"},
                "spec": {},
            }

    (cr,) = vector("R20-cr.yaml")
    stage.plan.add(Hold(MINUTE), "watch", kind="Boat", times=None)
    stage.plan.add(Reset(after_commit=True), "apply", kind="Boat")
    await stage.install(Harbour, Boat)
    for run in range(2):  # the second run is another leader, which sees nothing of the first
        async with stage.run(op) as one:
            if run == 0:
                await stage.create(Harbour, cr["metadata"]["name"], spec=cr["spec"])
            for touch in range(6):
                note = {"metadata": {"annotations": {"touched": f"{run}{touch}"}}}
                await stage.patch(Harbour, cr["metadata"]["name"], note)
                await asyncio.sleep(2.0)
            await stage.settled(one)
    assert await stage.names(Boat) == ["east-0"]
    created = [sent for sent in stage.writes_to("/boats") if sent.status == 201]
    assert len(created) == 1


class BoroughSpec(Spec):
    parts: list[dict[str, str]] = []


class Borough(Resource[BoroughSpec, BakeryStatus], group="city.example.org", version="v1"):
    """Has parts."""


async def test_r24_names_are_made_of_parent_and_key_the_same_at_each_attempt(embedded: Stage) -> None:
    stage = embedded
    op = Operator("city.example.org")

    @op.desired(Borough, owns=[ConfigMap])
    def desired(borough: Borough, ctx: Context) -> Manifests:
        for part in borough.spec.parts:
            yield config_map(child_name(borough.name, part["key"]), kind=part["kind"])

    (parent,) = vector("R24-parent.yaml")
    stage.plan.fail("apply", kind="ConfigMap", name="west-school", status=403, times=2)
    await stage.install(Borough)
    async with stage.run(op):
        await stage.create(Borough, "west", spec=parent["spec"])
        await asyncio.sleep(15 * MINUTE)
        assert await stage.names(ConfigMap) == ["west-park", "west-school"]
    made = {sent.path for sent in stage.writes_to("/configmaps/") if sent.status == 201}
    assert len(made) == 2


async def test_r25_zero_values_that_a_typed_client_prints_are_no_fight(stage: Stage) -> None:
    wishes = vector("R25-desired.yaml")
    for wish in wishes:
        del wish["metadata"]["namespace"]
    op = Operator("bakery.example.org")

    @op.desired(Bakery, owns=[Deployment, Service])
    def desired(bakery: Bakery, ctx: Context) -> Manifests:
        for wish in wishes:
            yield Child(wish, ready=lambda child: True)

    await stage.install(Bakery)
    async with stage.run(op) as one:
        await stage.create(Bakery, "shop", spec={})
        await stage.settled(one, quiet_s=1.5)
        written = len(stage.writes)
        for _ in range(2):
            one.resync()
            await stage.settled(one)
        assert len(stage.writes) == written
        assert (await stage.here(Deployment, "mill"))["spec"]["replicas"] == 0
    async with stage.run(op) as one:
        await stage.settled(one)
    assert len(stage.writes) == written
    assert not stage.writes_to("deployments/mill/status")


async def test_r29_a_condition_that_only_has_a_new_time_is_not_written(stage: Stage) -> None:
    passes = vector("R29-status.yaml")[0]
    op = Operator("bakery.example.org")

    @op.desired(Bakery, owns=[ConfigMap])
    def desired(bakery: Bakery, ctx: Context) -> Manifests:
        yield config_map(bakery.name)
        stamped = Condition(type="Baked", status="True", reason="AllGood", last_transition_time=ctx.now)
        others = [one for one in bakery.status.conditions if one.type != "Baked"]
        bakery.status.conditions = [*reversed(others), stamped]

    assert [one["conditions"][0]["reason"] for one in passes] == ["AllGood", "AllGood"]
    await stage.install(Bakery)
    async with stage.run(op) as one:
        await stage.create(Bakery, "shop", spec={})
        await stage.settled(one)
        since = datetime(2031, 6, 1, 8, tzinfo=UTC).isoformat().replace("+00:00", "Z")
        foreign = {
            "type": "Foreign",
            "status": "True",
            "reason": "Theirs",
            "message": "",
            "lastTransitionTime": since,
        }
        known = (await stage.here(Bakery, "shop"))["status"]["conditions"]
        await stage.patch(Bakery, "shop", {"status": {"conditions": [foreign, *known]}}, "status")
        await stage.settled(one)
        written = len(stage.writes_to("/status"))
        before = (await stage.here(Bakery, "shop"))["status"]
        for _ in range(3):
            await asyncio.sleep(1.1)
            one.resync()
            await stage.settled(one)
        assert len(stage.writes_to("/status")) == written
        assert (await stage.here(Bakery, "shop"))["status"] == before
        assert "Foreign" in [one["type"] for one in before["conditions"]]


async def test_r33_what_an_older_operator_left_behind_costs_nothing(stage: Stage) -> None:
    (left,) = vector("R33-leftover.yaml")
    await stage.install(Bakery)
    metadata = {name: left["metadata"][name] for name in ("annotations", "finalizers")}
    await stage.create(Bakery, "old-shop", metadata=metadata, spec=left["spec"])
    await stage.patch(Bakery, "old-shop", {"status": left["status"] | {"conditions": []}}, "status")
    async with stage.run(bakery_operator()) as one:
        await stage.settled(one)
        written = len(stage.writes)
        for _ in range(2):
            one.resync()
            await stage.settled(one)
        assert len(stage.writes) == written
        await stage.delete(Bakery, "old-shop")
        await stage.settled(one)
        kept = await stage.here(Bakery, "old-shop")
        assert kept["metadata"]["finalizers"] == ["bakery.example.org/cleanup-v0"]
        ready = await stage.condition(Bakery, "old-shop", "Ready")
        assert ready is not None and "bakery.example.org/cleanup-v0" in ready["message"]


class MailboxSpec(Spec):
    server: str = ""
    credentials: dict[str, str] = {}


class Mailbox(
    Resource[MailboxSpec, BakeryStatus], group="mail.example.org", version="v1", plural="mailboxes"
):
    """A mailbox on an outside server."""


async def test_r35_a_namespace_goes_although_the_credentials_went_first(embedded: Stage) -> None:
    stage = embedded
    stage.namespace = "attic"
    documents = vector("R35-ns.yaml")
    op = Operator("mail.example.org")
    server = {"mouse": "there", "up": "yes"}

    @op.desired(Mailbox, owns=[ConfigMap], reads=[Secret])
    def desired(box: Mailbox, ctx: Context) -> Manifests:
        ctx.require(Secret, box.spec.credentials["name"])
        yield config_map(box.name)

    @op.cleanup(Mailbox)
    async def cleanup(box: Mailbox, ctx: Writer) -> None:
        secret = ctx.get(Secret, box.spec.credentials["name"])
        if secret is None:
            return  # told by the finalizer's end: what is left outside is named by the user's own Event
        if server["up"] != "yes":
            raise Transient("the mail server is down")
        server.pop(box.name, None)

    await stage.install(Mailbox)
    await stage.admin.create(stage.ref(Namespace.KIND), documents[0])
    await stage.admin.create(stage.ref(Secret.KIND), documents[1])
    async with stage.run(op) as one:
        await stage.create(Mailbox, "mouse", spec=documents[2]["spec"])
        await stage.settled(one)
        await stage.delete(Secret, "attic-key")
        await stage.admin.delete(stage.ref(Namespace.KIND, "attic"), uid="")
        await stage.until(lambda: _namespace_gone(stage, "attic"), within_s=5 * MINUTE)


async def _namespace_gone(stage: Stage, name: str) -> bool:
    return await stage.get(Namespace, name) is None


async def test_r37_a_finalizer_that_comes_too_late_is_no_fault_of_the_user(embedded: Stage) -> None:
    stage = embedded
    refusal = vector("R37-status.json")
    op = bakery_operator()

    @op.cleanup(Bakery)
    async def cleanup(bakery: Bakery, ctx: Writer) -> None:
        return None

    stage.plan.fail(
        "patch", kind="Bakery", name="blue", subresource="", status=422,
        message=refusal["message"], reason=refusal["reason"], details=refusal["details"],
    )  # fmt: skip
    await stage.install(Bakery)
    async with stage.run(op) as one:
        await stage.create(Bakery, "blue", spec={})
        await asyncio.sleep(1.0)
        assert len(stage.plan.hits) == 1
        await stage.delete(Bakery, "blue")
        await stage.until(lambda: _bakery_gone(stage, "blue"))
        assert 'class="invalid"' not in one.metrics.text().decode()


async def _bakery_gone(stage: Stage, name: str) -> bool:
    return await stage.get(Bakery, name) is None


async def test_r42_ready_of_the_old_generation_is_not_ready_of_the_new(stage: Stage) -> None:
    await stage.install(Bakery)
    async with stage.run(bakery_operator()) as one:
        await stage.create(Bakery, "shop", spec={})
        for ovens in (2, 3):
            await stage.patch(Bakery, "shop", {"spec": {"ovens": ovens}})
        await stage.settled(one)
    await stage.patch(Bakery, "shop", {"spec": {"ovens": 4}})  # nobody is there to answer
    frozen = await stage.here(Bakery, "shop")
    ready = next(one for one in frozen["status"]["conditions"] if one["type"] == "Ready")
    assert frozen["metadata"]["generation"] == 4
    assert frozen["status"]["observedGeneration"] == 3 and ready["observedGeneration"] == 3
    from mendloop.model.readiness import Progress, readiness

    assert readiness(frozen).progress is Progress.IN_PROGRESS
    async with stage.run(bakery_operator()) as one:
        await stage.settled(one)
    thawed = await stage.here(Bakery, "shop")
    assert thawed["status"]["observedGeneration"] == 4
    assert readiness(thawed).progress is Progress.CURRENT


async def test_r46_a_peer_that_never_answers_does_not_hold_the_others(embedded: Stage) -> None:
    stage = embedded
    op = Operator("bakery.example.org")

    @op.reconcile(Bakery, owns=[ConfigMap])
    async def reconcile(bakery: Bakery, ctx: Writer) -> None:
        if bakery.name == "silent":
            await asyncio.get_running_loop().create_future()
        if bakery.name == "deaf":
            try:
                await asyncio.get_running_loop().create_future()
            except asyncio.CancelledError:
                await asyncio.sleep(3600)
        await ctx.apply(config_map(bakery.name))

    await stage.install(Bakery)
    async with stage.run(op, settings=stage.settings(workers=1, pass_s=10.0, grace_s=1.0)) as one:
        for name in ("deaf", "silent", *(f"shop-{number}" for number in range(8))):
            await stage.create(Bakery, name, spec={})
        await stage.until(lambda: _all_there(stage), within_s=60)
        await asyncio.sleep(2 * MINUTE)
        assert 'class="timeout",controller="bakery"' in one.metrics.text().decode()
        ready = await stage.condition(Bakery, "silent", "Reconciling")
        assert ready is not None
    await asyncio.sleep(3600)  # what was left behind ends by itself: nothing is leaked


async def _all_there(stage: Stage) -> bool:
    return len(await stage.names(ConfigMap)) == 8
