"""What a wish means (the rules of the wish that the spine carries), on both control planes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from stage import Stage

from mendloop.errors import Invalid, Permanent, Transient, Waiting
from mendloop.k8s import ConfigMap, Deployment, Namespace, PersistentVolumeClaim, Secret
from mendloop.model.resource import Object, Resource
from mendloop.model.types import Spec, Status
from mendloop.wish.child import Absent, Child, Manifests
from mendloop.wish.context import Context
from mendloop.wish.operator import Operator

NAME = "wish.example.com"


class BoxSpec(Spec):
    items: list[str] = []
    mode: str = ""
    replicas: int | None = None


class BoxStatus(Status):
    said: str = ""
    note: str = ""


class Box(Resource[BoxSpec, BoxStatus], group="wish.example.com", version="v1"):
    """Holds a ConfigMap for each item."""


def config_map(name: str, namespace: str = "", **data: str) -> dict[str, Any]:
    metadata = {"name": name, **({"namespace": namespace} if namespace else {})}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": data}


def deployment(name: str, **spec: Any) -> dict[str, Any]:
    labels = {"app": name}
    pod = {"metadata": {"labels": labels}, "spec": {"containers": [{"name": "main", "image": "i:1"}]}}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name},
        "spec": {"selector": {"matchLabels": labels}, "template": pod, **spec},
    }


def claim(name: str) -> dict[str, Any]:
    spec = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}
    return {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {"name": name}, "spec": spec}


def operator(desired: Callable[[Box, Context], Any], *, reads: list[Any] | None = None) -> Operator:
    op = Operator(NAME)
    kinds: list[Any] = [ConfigMap, Deployment, PersistentVolumeClaim, Secret]
    op.desired(Box, owns=kinds, reads=reads or [])(desired)
    return op


def items(box: Box, ctx: Context) -> Manifests:
    for item in box.spec.items:
        yield config_map(f"{box.name}-{item}", item=item)


def is_open(child: Object) -> bool:
    return child.at("data.open", str) == "yes"


async def test_wish_01_a_pass_is_drained_before_the_first_write(stage: Stage) -> None:
    def desired(box: Box, ctx: Context) -> Manifests:
        yield config_map("first")
        raise Permanent("no more")

    await stage.install(Box)
    async with stage.run(operator(desired)) as one:
        await stage.create(Box, "b", spec={})
        await stage.settled(one)
        assert await stage.names(ConfigMap) == []


async def test_wish_02_a_swallowed_error_makes_a_pass_incomplete(stage: Stage) -> None:
    def desired(box: Box, ctx: Context) -> Manifests:
        yield config_map("always")
        try:
            ctx.require(Secret, "key")
            yield config_map("with-key")
        except Waiting:
            pass

    await stage.install(Box)
    async with stage.run(operator(desired)) as one:
        await stage.create(Secret, "key")
        await stage.create(Box, "b", spec={})
        await stage.settled(one)
        assert await stage.names(ConfigMap) == ["always", "with-key"]
        await stage.delete(Secret, "key")
        await stage.settled(one, quiet_s=2.0)
        assert await stage.names(ConfigMap) == ["always", "with-key"]
        ready = await stage.condition(Box, "b", "Ready")
        assert ready is not None and ready["status"] == "False" and "key" in ready["message"]


async def test_wish_02_a_function_that_yields_nothing_is_no_wish(stage: Stage) -> None:
    answers: list[Any] = [[config_map("a")]]

    def desired(box: Box, ctx: Context) -> Any:
        return answers[0]

    await stage.install(Box)
    async with stage.run(operator(desired)) as one:
        await stage.create(Box, "b", spec={})
        await stage.settled(one)
        ready = await stage.condition(Box, "b", "Ready")
        assert ready is not None and ready["reason"] == "InternalError"
        assert await stage.names(ConfigMap) == []


async def test_wish_03_what_was_yielded_before_a_wait_is_applied(stage: Stage) -> None:
    def desired(box: Box, ctx: Context) -> Manifests:
        yield config_map("before")
        if box.spec.mode == "wait":
            ctx.require(Secret, "missing")
        if box.spec.mode == "transient":
            raise Transient("try again")
        if box.spec.mode == "invalid":
            raise Invalid("wrong", field="spec.mode")
        yield config_map("after")

    await stage.install(Box)
    async with stage.run(operator(desired)) as one:
        await stage.create(Box, "b", spec={"mode": "wait"})
        await stage.settled(one)
        assert await stage.names(ConfigMap) == ["before"]
        await stage.patch(Box, "b", {"spec": {"mode": ""}})
        await stage.settled(one)
        assert await stage.names(ConfigMap) == ["after", "before"]
        await stage.delete(ConfigMap, "before")
        await stage.patch(Box, "b", {"spec": {"mode": "transient"}})
        await stage.until(lambda: _there(stage, "before"))
        assert await stage.names(ConfigMap) == ["after", "before"]


async def _there(stage: Stage, name: str) -> bool:
    return await stage.get(ConfigMap, name) is not None


async def test_wish_03_an_invalid_pass_applies_nothing_and_keeps_what_was(stage: Stage) -> None:
    def desired(box: Box, ctx: Context) -> Manifests:
        yield config_map("a", mode=box.spec.mode)
        if box.spec.mode == "bad":
            raise Invalid("wrong", field="spec.mode")
        yield config_map("b")

    await stage.install(Box)
    async with stage.run(operator(desired)) as one:
        await stage.create(Box, "b", spec={"mode": "good"})
        await stage.settled(one)
        await stage.patch(Box, "b", {"spec": {"mode": "bad"}})
        await stage.settled(one)
        assert (await stage.here(ConfigMap, "a"))["data"] == {"mode": "good"}
        assert await stage.names(ConfigMap) == ["a", "b"]
        stalled = await stage.condition(Box, "b", "Stalled")
        assert stalled is not None and stalled["status"] == "True"
        assert (await stage.here(Box, "b"))["status"]["observedGeneration"] == 1
        await stage.patch(Box, "b", {"spec": {"mode": "better"}})
        await stage.settled(one)
        assert (await stage.here(ConfigMap, "a"))["data"] == {"mode": "better"}
        assert await stage.condition(Box, "b", "Stalled") is None


async def test_wish_04_a_refused_child_keeps_what_is_left_over(stage: Stage) -> None:
    def desired(box: Box, ctx: Context) -> Manifests:
        if box.spec.mode != "next":
            yield config_map("old")
        else:
            yield config_map("new")
            yield {**config_map("odd"), "data": {"not a key!": "x"}}

    await stage.install(Box)
    async with stage.run(operator(desired)) as one:
        await stage.create(Box, "b", spec={})
        await stage.settled(one)
        await stage.patch(Box, "b", {"spec": {"mode": "next"}})
        await stage.settled(one)
        assert await stage.names(ConfigMap) == ["new", "old"]


async def test_wish_04_fields_of_a_child_shrink_only_in_a_complete_pass(stage: Stage) -> None:
    def desired(box: Box, ctx: Context) -> Manifests:
        yield config_map("a", **dict.fromkeys(box.spec.items, "x"))
        if box.spec.mode == "bad":
            ctx.require(Secret, "missing")

    await stage.install(Box)
    async with stage.run(operator(desired)) as one:
        await stage.create(Box, "b", spec={"items": ["one", "two"]})
        await stage.settled(one)
        await stage.patch(Box, "b", {"spec": {"items": ["one", "three"], "mode": "bad"}})
        await stage.settled(one)
        assert (await stage.here(ConfigMap, "a"))["data"] == {"one": "x", "two": "x", "three": "x"}
        await stage.patch(Box, "b", {"spec": {"mode": ""}})
        await stage.settled(one)
        assert (await stage.here(ConfigMap, "a"))["data"] == {"one": "x", "three": "x"}


async def test_wish_06_a_wish_that_shrinks_too_much_is_held_until_it_is_approved(stage: Stage) -> None:
    def desired(box: Box, ctx: Context) -> Manifests:
        wanted = ctx.get(ConfigMap, "source")
        count = 6 if wanted is None else int(wanted.data["count"])
        for number in range(count):
            yield config_map(f"c{number}")

    await stage.install(Box)
    async with stage.run(operator(desired)) as one:
        await stage.create(Box, "b", spec={})
        await stage.settled(one)
        await stage.create(ConfigMap, "source", data={"count": "1"})
        await stage.settled(one, quiet_s=2.0)
        everything = [f"c{number}" for number in range(6)]
        assert await stage.names(ConfigMap) == [*everything, "source"]
        held = await stage.condition(Box, "b", "PruneHeld")
        assert held is not None and held["status"] == "True" and "c5" in held["message"]
        digest = held["message"].partition("approve ")[2].partition(" ")[0]
        await stage.patch(Box, "b", {"metadata": {"annotations": {f"{NAME}/approve-prune": "another"}}})
        await stage.settled(one)
        assert await stage.names(ConfigMap) == [*everything, "source"]
        await stage.patch(Box, "b", {"metadata": {"annotations": {f"{NAME}/approve-prune": digest}}})
        await stage.settled(one)
        assert await stage.names(ConfigMap) == ["c0", "source"]
        assert await stage.condition(Box, "b", "PruneHeld") is None


async def test_wish_06_its_own_change_may_shrink_it_by_more_than_half(stage: Stage) -> None:
    await stage.install(Box)
    async with stage.run(operator(items)) as one:
        await stage.create(Box, "b", spec={"items": list("abcdef")})
        await stage.settled(one)
        await stage.patch(Box, "b", {"spec": {"items": ["a"]}})
        await stage.settled(one)
        assert await stage.names(ConfigMap) == ["b-a"]


async def test_wish_06_an_operator_deletes_no_more_than_twenty_in_ten_minutes(stage: Stage) -> None:
    await stage.install(Box)
    async with stage.run(operator(items)) as one:
        await stage.create(Box, "b", spec={"items": [f"i{n}" for n in range(25)]})
        await stage.settled(one)
        await stage.patch(Box, "b", {"spec": {"items": ["i0"]}})
        await stage.settled(one)
        assert len(await stage.names(ConfigMap)) == 25
        assert await stage.condition(Box, "b", "PruneHeld") is not None


async def test_wish_07_what_holds_data_never_goes_by_omission_or_with_its_owner(stage: Stage) -> None:
    def desired(box: Box, ctx: Context) -> Manifests:
        if box.spec.mode != "less":
            yield claim("data")
            yield Child(config_map("kept"), gone="retain")
        yield config_map("free")

    await stage.install(Box)
    async with stage.run(operator(desired)) as one:
        await stage.create(Box, "b", spec={})
        await stage.settled(one, quiet_s=1.0)
        for kind, name in ((PersistentVolumeClaim, "data"), (ConfigMap, "kept")):
            assert "ownerReferences" not in (await stage.here(kind, name))["metadata"]
        await stage.patch(Box, "b", {"spec": {"mode": "less"}})
        await stage.settled(one)
        assert await stage.get(PersistentVolumeClaim, "data") and await stage.get(ConfigMap, "kept")
        await stage.delete(Box, "b")
        await stage.until(lambda: _gone(stage, Box, "b"))
        await stage.until(lambda: _gone(stage, ConfigMap, "free"))
        await stage.settled(one)
        assert await stage.get(PersistentVolumeClaim, "data") and await stage.get(ConfigMap, "kept")


async def _gone(stage: Stage, kind: Any, name: str) -> bool:
    return await stage.get(kind, name) is None


async def test_wish_07_only_a_stated_absence_deletes_what_is_retained(stage: Stage) -> None:
    def desired(box: Box, ctx: Context) -> Manifests:
        if box.spec.mode == "":
            yield Child(config_map("kept"), gone="retain")
        elif box.spec.mode == "away":
            yield Absent(ConfigMap, "kept")

    await stage.install(Box)
    async with stage.run(operator(desired)) as one:
        await stage.create(Box, "b", spec={})
        await stage.settled(one)
        await stage.patch(Box, "b", {"spec": {"mode": "forgotten"}})
        await stage.settled(one)
        assert await stage.names(ConfigMap) == ["kept"]
        await stage.patch(Box, "b", {"spec": {"mode": "away"}})
        await stage.settled(one)
        assert await stage.names(ConfigMap) == []


async def test_wish_09_every_delete_names_the_uid_and_the_version(stage: Stage) -> None:
    await stage.install(Box)
    async with stage.run(operator(items)) as one:
        await stage.create(Box, "b", spec={"items": ["a", "b"]})
        await stage.settled(one)
        await stage.patch(Box, "b", {"spec": {"items": ["a"]}})
        await stage.settled(one)
    deletes = [sent for sent in stage.writes if sent.method == "DELETE"]
    assert len(deletes) == 1 and deletes[0].path.endswith("/configmaps/b-b")
    assert b'"uid"' in (deletes[0].body or b"") and b'"resourceVersion"' in (deletes[0].body or b"")


async def test_wish_10_a_child_waits_for_its_predecessor_and_its_drift_does_not(stage: Stage) -> None:
    def desired(box: Box, ctx: Context) -> Manifests:
        first = Child(config_map("first", open=box.spec.mode), ready=is_open)
        yield first
        yield Child(config_map("second", mode=box.spec.mode), after=[first])

    await stage.install(Box)
    async with stage.run(operator(desired)) as one:
        await stage.create(Box, "b", spec={"mode": "no"})
        await stage.settled(one)
        assert await stage.names(ConfigMap) == ["first"]
        await stage.patch(Box, "b", {"spec": {"mode": "yes"}})
        await stage.settled(one)
        assert (await stage.here(ConfigMap, "second"))["data"] == {"mode": "yes"}
        await stage.patch(Box, "b", {"spec": {"mode": "closed"}})
        await stage.settled(one)
        assert (await stage.here(ConfigMap, "second"))["data"] == {"mode": "yes"}  # the change is held
        ready = await stage.condition(Box, "b", "Ready")
        assert ready is not None and ready["status"] == "False"


async def test_wish_10_drift_behind_a_gate_is_repaired(stage: Stage) -> None:
    gate: dict[str, str] = {"open": "yes"}

    def ready(child: Object) -> bool:
        return gate["open"] == "yes"

    def desired(box: Box, ctx: Context) -> Manifests:
        first = Child(config_map("first"), ready=ready)
        yield first
        yield Child(config_map("second", a="1"), after=[first])

    await stage.install(Box)
    async with stage.run(operator(desired)) as one:
        await stage.create(Box, "b", spec={})
        await stage.settled(one)
        gate["open"] = "no"
        await stage.patch(ConfigMap, "second", {"data": {"a": "tampered"}})
        await stage.settled(one)
        assert (await stage.here(ConfigMap, "second"))["data"] == {"a": "1"}


async def test_wish_12_the_finalizer_and_the_record_come_before_a_child_out_of_reach(stage: Stage) -> None:
    other = f"{stage.namespace}-other"

    def desired(box: Box, ctx: Context) -> Manifests:
        yield config_map("near")
        if box.spec.mode == "far":
            yield config_map("far", other)

    await stage.admin.create(
        stage.ref(Namespace.KIND), {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": other}}
    )
    await stage.install(Box)
    settings = stage.settings()
    import dataclasses

    async with stage.run(operator(desired), settings=dataclasses.replace(settings, namespace="")) as one:
        await stage.create(Box, "b", spec={})
        await stage.settled(one)
        assert "finalizers" not in (await stage.here(Box, "b"))["metadata"]
        before = len(stage.writes)
        await stage.patch(Box, "b", {"spec": {"mode": "far"}})
        await stage.settled(one)
        paths = [sent.path.rpartition("/")[2] for sent in stage.writes[before:]]
        assert paths == ["b", "far", "status"], paths
        meta = (await stage.here(Box, "b"))["metadata"]
        assert meta["finalizers"] == [f"{NAME}/finalizer"]
        assert meta["annotations"][f"{NAME}/holds"] == f"ConfigMap/{other}"
        await stage.delete(Box, "b")
        await stage.until(lambda: _gone(stage, Box, "b"))
        far = stage.ref(ConfigMap.KIND, "far")._replace(namespace=other)
        found = [page async for page in stage.admin.pages(far._replace(name=""))]
        assert all(b'"far"' not in bytes(raw) for page in found for raw in page.items or ())


async def test_wish_14_replicas_stated_no_longer_are_given_up_not_removed(stage: Stage) -> None:
    def desired(box: Box, ctx: Context) -> Manifests:
        stated = {} if box.spec.replicas is None else {"replicas": box.spec.replicas}
        yield Child(deployment("web", **stated), ready=lambda child: True)

    await stage.install(Box)
    async with stage.run(operator(desired)) as one:
        await stage.create(Box, "b", spec={"replicas": 5})
        await stage.settled(one, quiet_s=1.0)
        await stage.patch(Box, "b", {"spec": {"replicas": None, "mode": "x"}})
        await stage.settled(one, quiet_s=1.0)
        assert (await stage.here(Deployment, "web"))["spec"]["replicas"] == 5
        await stage.patch(Deployment, "web", {"spec": {"replicas": 7}}, "scale")
        await stage.settled(one, quiet_s=1.0)
        assert (await stage.here(Deployment, "web"))["spec"]["replicas"] == 7


async def test_wish_14_what_was_initial_is_left_to_who_changes_it(stage: Stage) -> None:
    def desired(box: Box, ctx: Context) -> Manifests:
        yield Child(config_map("a", seed="1", mode=box.spec.mode), initial=["data.seed"])

    await stage.install(Box)
    async with stage.run(operator(desired)) as one:
        await stage.create(Box, "b", spec={"mode": "x"})
        await stage.settled(one)
        await stage.patch(ConfigMap, "a", {"data": {"seed": "2"}})
        await stage.settled(one)
        assert (await stage.here(ConfigMap, "a"))["data"] == {"seed": "2", "mode": "x"}
        await stage.patch(Box, "b", {"spec": {"mode": "y"}})
        await stage.settled(one)
        assert (await stage.here(ConfigMap, "a"))["data"] == {"seed": "2", "mode": "y"}


async def test_wish_16_a_wish_that_chance_decides_is_refused_and_the_first_one_stays(stage: Stage) -> None:
    drawn = iter(range(1000))

    def desired(box: Box, ctx: Context) -> Manifests:
        yield config_map(f"random-{next(drawn)}")

    await stage.install(Box)
    async with stage.run(operator(desired)) as one:
        await stage.create(Box, "b", spec={})
        await stage.settled(one)
        (first,) = await stage.names(ConfigMap)
        one.resync()
        await stage.settled(one)
        assert await stage.names(ConfigMap) == [first]
        ready = await stage.condition(Box, "b", "Ready")
        assert ready is not None and ready["status"] == "False"


async def test_wish_23_of_several_children_one_refused_holds_only_its_successors(stage: Stage) -> None:
    def desired(box: Box, ctx: Context) -> Manifests:
        bad = Child({**config_map("bad"), "data": {"not a key!": "x"}})
        yield bad
        yield config_map("good")
        yield Child(config_map("after-bad"), after=[bad])

    await stage.install(Box)
    async with stage.run(operator(desired)) as one:
        await stage.create(Box, "b", spec={})
        await stage.settled(one)
        assert await stage.names(ConfigMap) == ["good"]
        ready = await stage.condition(Box, "b", "Ready")
        assert ready is not None and ready["status"] == "False" and ready["reason"] == "ChildInvalid"
        assert "bad" in ready["message"] and "data" in ready["message"]
        assert "observedGeneration" not in (await stage.here(Box, "b"))["status"]
        before = len(stage.writes)
        await stage.settled(one, quiet_s=3.0)
        assert len(stage.writes) == before


async def test_wish_25_an_absent_name_and_an_empty_selection_wake_when_they_appear(stage: Stage) -> None:
    def desired(box: Box, ctx: Context) -> Manifests:
        key = ctx.get(Secret, "key")
        found = ctx.list(ConfigMap, labels={"feed": "yes"})
        box.status.said = "with key" if key else "without"
        box.status.note = ",".join(one.name for one in found)
        yield config_map("a")

    await stage.install(Box)
    async with stage.run(operator(desired)) as one:
        await stage.create(Box, "b", spec={})
        await stage.settled(one)
        await stage.create(Secret, "key")
        await stage.settled(one, quiet_s=1.5)
        assert (await stage.here(Box, "b"))["status"]["said"] == "with key"
        await stage.create(ConfigMap, "fed", metadata={"labels": {"feed": "yes"}})
        await stage.settled(one, quiet_s=1.5)
        assert (await stage.here(Box, "b"))["status"]["note"] == "fed"
        await stage.delete(ConfigMap, "fed")
        await stage.settled(one, quiet_s=1.5)
        assert "note" not in (await stage.here(Box, "b"))["status"]


async def test_wish_26_a_kind_that_is_not_declared_is_the_authors_mistake(stage: Stage) -> None:
    def desired(box: Box, ctx: Context) -> Manifests:
        ctx.get(Namespace, "default")
        yield config_map("a")

    await stage.install(Box)
    async with stage.run(operator(desired)) as one:
        await stage.create(Box, "b", spec={})
        await stage.settled(one)
        ready = await stage.condition(Box, "b", "Ready")
        assert ready is not None and ready["reason"] == "InternalError"
        assert await stage.names(ConfigMap) == []


async def test_wish_27_desired_is_never_asked_of_an_object_that_goes(stage: Stage) -> None:
    asked: list[bool] = []

    def desired(box: Box, ctx: Context) -> Manifests:
        asked.append(box.deleting)
        first = Child(config_map("first"))
        yield first
        yield Child(config_map("second"), after=[first])

    await stage.install(Box)
    async with stage.run(operator(desired)) as one:
        await stage.create(Box, "b", spec={})
        await stage.settled(one)
        assert await stage.names(ConfigMap) == ["first", "second"]
        await stage.delete(Box, "b")
        await stage.until(lambda: _gone(stage, Box, "b"))
        assert await stage.names(ConfigMap) == []
        assert asked and not any(asked)
    deleted = [sent.path.rpartition("/")[2] for sent in stage.writes if sent.method == "DELETE"]
    assert deleted == ["second", "first"]


async def test_wish_27_a_blocked_deletion_says_by_what_and_only_the_uid_forces_it(stage: Stage) -> None:
    def desired(box: Box, ctx: Context) -> Manifests:
        first = Child(config_map("first"))
        yield first
        yield Child(config_map("second"), after=[first])

    await stage.install(Box)
    async with stage.run(operator(desired)) as one:
        await stage.create(Box, "b", spec={})
        await stage.settled(one)
        await stage.patch(ConfigMap, "second", {"metadata": {"finalizers": ["example.com/busy"]}})
        await stage.delete(Box, "b")
        await stage.settled(one)
        ready = await stage.condition(Box, "b", "Ready")
        assert ready is not None and "second" in ready["message"]
        await stage.patch(Box, "b", {"metadata": {"annotations": {f"{NAME}/force-delete": "no"}}})
        await stage.settled(one)
        uid = (await stage.here(Box, "b"))["metadata"]["uid"]
        await stage.patch(Box, "b", {"metadata": {"annotations": {f"{NAME}/force-delete": uid}}})
        await stage.until(lambda: _gone(stage, Box, "b"))
        await stage.patch(ConfigMap, "second", {"metadata": {"finalizers": None}})


async def test_c12_a_field_that_two_keep_changing_is_left_alone_for_a_while(embedded: Stage) -> None:
    stage = embedded

    def desired(box: Box, ctx: Context) -> Manifests:
        yield config_map("a", who="us")

    await stage.install(Box)
    async with stage.run(operator(desired)) as one:
        await stage.create(Box, "b", spec={})
        await stage.settled(one)
        for _ in range(40):
            await stage.patch(ConfigMap, "a", {"data": {"who": "them"}})
            await asyncio.sleep(0.5)
        assert len(stage.writes_to("/configmaps/a")) <= 8
        ready = await stage.condition(Box, "b", "Ready")
        assert ready is not None and ready["status"] == "False" and "data.who" in ready["message"]
        await asyncio.sleep(3600)
        assert (await stage.here(ConfigMap, "a"))["data"] == {"who": "us"}


async def test_fields_of_a_foreign_object_are_owned_and_given_back(stage: Stage) -> None:
    op = Operator(NAME)

    @op.desired("v1/Secret", reads=[Namespace])
    def label(secret: Object, ctx: Context) -> Manifests:
        if "team" in secret.labels or secret.annotations.get("skip") == "yes":
            return
        yield secret.overlay({"metadata": {"labels": {"team": "ours"}}})

    async with stage.run(op) as one:
        await stage.create(Secret, "plain")
        await stage.create(Secret, "theirs", metadata={"labels": {"team": "them"}})
        await stage.settled(one, quiet_s=1.5)
        assert (await stage.here(Secret, "plain"))["metadata"]["labels"] == {"team": "ours"}
        assert (await stage.here(Secret, "theirs"))["metadata"]["labels"] == {"team": "them"}
        written = len(stage.writes)
        one.resync()
        await stage.settled(one, quiet_s=1.5)
        assert len(stage.writes) == written
        await stage.patch(Secret, "plain", {"metadata": {"annotations": {"skip": "yes"}}})
        await stage.settled(one, quiet_s=1.5)
        assert "labels" not in (await stage.here(Secret, "plain"))["metadata"]
