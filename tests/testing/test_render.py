"""`render`: one pass over a stated world, judged as a server would."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from mendloop import (
    Child,
    Context,
    Internal,
    Invalid,
    Manifests,
    Object,
    Operator,
    RequeueAfter,
    Resource,
    Spec,
    Status,
    Waiting,
)
from mendloop.k8s import ConfigMap, Deployment, Job, Namespace, Secret, StatefulSet
from mendloop.testing import render

sys.path.insert(0, str(Path(__file__).parent.parent / "wish"))

from ops.app import App, AppSpec
from ops.app import op as app_op
from ops.labels import op as label_op
from ops.profile import Profile, ProfileSpec
from ops.profile import op as profile_op
from ops.runner import Run, RunSpec, RunStatus
from ops.runner import op as run_op


class BoxStatus(Status):
    count: int = 0


class Box(Resource[Spec, BoxStatus], group="box.example.com", version="v1"):
    """A box."""


def operator(desired: Callable[..., Any]) -> Operator[object]:
    op = Operator("box.example.com")
    op.desired(Box, owns=[ConfigMap, Deployment], reads=[Secret])(desired)
    return op


BOX = Box("b", spec=Spec())


def config(name: str = "c", **data: str) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": data}


# -- the trial operators


def test_an_application_is_stated_whole_whatever_is_ready() -> None:
    out = render(app_op, App("shop", spec=AppSpec(image="shop:2")))
    assert out.complete
    assert [manifest["kind"] for manifest in out.manifests] == ["StatefulSet", "Job", "Deployment"]
    database, migration, web = out.wish.children
    assert (migration.after, web.after) == ((database.key,), (migration.key,))
    assert out.status.image == "shop:2"


def test_an_application_takes_its_image_from_the_canary() -> None:
    app = App("shop", spec=AppSpec(image="shop:2", canary_from="canary"))
    assert isinstance(render(app_op, app).error, Waiting)
    out = render(app_op, app, world=[ConfigMap("canary", data={"image": "shop:3"})])
    assert out.status.image == "shop:3"
    assert out.one(Deployment)["spec"]["template"]["spec"]["containers"][0]["image"] == "shop:3"


def test_a_runner_copies_the_result_of_the_current_generation() -> None:
    run = Run("r", spec=RunSpec(image="i"), status=RunStatus(observed_generation=2), generation=2)
    job = {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {"name": "r-2", "namespace": "default"},
        "status": {"succeeded": 1},
    }
    terminated = {"exitCode": 0, "message": "42"}
    pod = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
            "name": "p",
            "namespace": "default",
            "labels": {"batch.kubernetes.io/job-name": "r-2"},
        },
        "status": {
            "containerStatuses": [
                {
                    "name": "run",
                    "image": "i",
                    "imageID": "i",
                    "ready": False,
                    "restartCount": 0,
                    "state": {"terminated": terminated},
                }
            ]
        },
    }
    out = render(run_op, run, world=[job, pod])
    assert out.one(Job)["metadata"]["name"] == "r-2"
    assert (out.status.phase, out.status.result) == ("Succeeded", "42")
    assert render(run_op, run).status.phase == "Pending"


def test_an_ingress_gets_its_namespaces_team() -> None:
    ingress = Object("web", kind="networking.k8s.io/v1/Ingress")
    out = render(label_op, ingress, world=[Namespace("default", labels={"team": "blue"})])
    assert out.one("networking.k8s.io/v1/Ingress")["metadata"]["labels"] == {"team": "blue"}


def test_a_profile_reaches_every_matching_namespace() -> None:
    profile = Profile("p", spec=ProfileSpec(namespace_labels={"tenant": "a"}, quota={"pods": "3"}))
    world = [Namespace("n1", labels={"tenant": "a"}), Namespace("n2", labels={"tenant": "b"})]
    out = render(profile_op, profile, world=world)
    assert [(m["kind"], m["metadata"]["namespace"]) for m in out.manifests] == [
        ("RoleBinding", "n1"),
        ("ResourceQuota", "n1"),
    ]
    assert out.status.namespaces == 1


# -- judged as a server would


def deployment(**spec: Any) -> dict[str, Any]:
    container = {"name": "main", "image": "i"}
    stated = {
        "selector": {"matchLabels": {"a": "b"}},
        "template": {"metadata": {"labels": {"a": "b"}}, "spec": {"containers": [container]}},
        **spec,
    }
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "d"}, "spec": stated}


@pytest.mark.parametrize(
    ("spec", "field", "words"),
    [
        ({"replicaz": 3}, "spec.replicaz", "unknown field (did you mean 'replicas'?)"),
        ({"replicas": "3"}, "spec.replicas", "expected integer, got string '3'"),
        ({"replicas": True}, "spec.replicas", "expected integer, got boolean"),
        ({"paused": "yes"}, "spec.paused", "expected boolean"),
        ({"template": {"spec": {"containers": [{"image": "i"}]}}}, "containers[0].name", "required"),
        ({"template": []}, "spec.template", "expected object, got array"),
    ],
)
def test_a_child_that_a_server_would_refuse_is_an_error_with_its_path(
    spec: dict[str, Any], field: str, words: str
) -> None:
    def desired(one: Box, ctx: Context) -> Manifests:
        yield deployment(**spec)
        yield config()

    out = render(operator(desired), BOX)
    assert isinstance(out.error, Invalid)
    assert out.error.reason == "ChildInvalid"
    assert words in out.error.message
    assert field in out.error.field
    assert "Deployment.apps default/d" in out.error.message
    assert [manifest["kind"] for manifest in out.manifests] == [
        "ConfigMap"
    ]  # WISH 23: the others are applied


def test_an_overlay_need_not_have_what_is_required() -> None:
    op = Operator("labels.example.com")

    @op.desired(Deployment)
    def label(one: Deployment, ctx: Context) -> Manifests:
        yield one.overlay({"metadata": {"labels": {"a": "b"}}})

    assert render(
        op, Object.from_dict({**deployment(), "metadata": {"name": "d", "namespace": "x"}})
    ).complete


def test_wish_16_a_wish_that_differs_between_two_passes_is_refused() -> None:
    numbers = count()

    def desired(one: Box, ctx: Context) -> Manifests:
        yield config(data=str(next(numbers)))

    out = render(operator(desired), BOX)
    assert isinstance(out.error, Internal)
    assert out.error.reason == "NonDeterministicDesired"
    assert "ConfigMap default/c" in out.error.message
    assert not out.manifests


def test_wish_26_a_kind_that_was_not_declared_is_an_error_here_too() -> None:
    def desired(one: Box, ctx: Context) -> Manifests:
        ctx.get(StatefulSet, "s")
        yield config()

    error = render(operator(desired), BOX).error
    assert isinstance(error, Internal)
    assert "add StatefulSet to reads=[...]" in error.message


@pytest.mark.parametrize(
    ("error", "applied"), [(Waiting("w"), 1), (RequeueAfter(9), 1), (Invalid("i"), 0), (KeyError(), 0)]
)
def test_wish_03_what_was_yielded_before_an_error_is_applied_or_not_by_its_class(
    error: Exception, applied: int
) -> None:
    def desired(one: Box, ctx: Context) -> Manifests:
        yield config()
        raise error

    out = render(operator(desired), BOX)
    assert (len(out.manifests), out.error, out.complete) == (applied, error, False)


def test_checks_run_first() -> None:
    op = operator(lambda one, ctx: iter(()))
    op.check(Box)(lambda one, old: [Invalid("no", field="spec")])
    out = render(op, BOX)
    assert isinstance(out.error, Invalid)
    assert out.error.field == "spec"


# -- what a test says and gets


def test_the_object_is_left_as_it_is_and_the_status_is_handed_back() -> None:
    def desired(one: Box, ctx: Context) -> Manifests:
        one.status.count += 1
        yield from ()

    observed = Box("b", spec=Spec(), status=BoxStatus(count=2, observed_generation=1))
    out = render(operator(desired), observed)
    assert (out.status.count, out.status.observed_generation) == (3, 1)
    assert observed.status.count == 2


def test_the_next_wake_up_is_on_the_tests_own_clock() -> None:
    def desired(one: Box, ctx: Context) -> Manifests:
        yield config(now=ctx.now.isoformat())
        ctx.wake(timedelta(hours=1))

    noon = datetime(2030, 1, 1, 12, tzinfo=UTC)
    out = render(operator(desired), BOX, now=noon)
    assert out.wake_at == noon + timedelta(hours=1)
    assert out.one(ConfigMap)["data"] == {"now": "2030-01-01T12:00:00+00:00"}


def test_what_belongs_to_the_object_and_what_is_ready_can_be_said() -> None:
    def desired(one: Box, ctx: Context) -> Manifests:
        names = [child.name for child in ctx.owned(ConfigMap)]
        server = ctx.get(Deployment, "d")
        if server is not None and server.ready:
            names.append("server")
        one.status.count = len(names)
        yield config()

    ready = Object("d", kind="apps/v1/Deployment", ready=True)
    out = render(operator(desired), BOX, world=[ready, ConfigMap("free")], owned=[config("mine")])
    assert out.status.count == 2


def test_one_says_what_there_is_instead() -> None:
    def desired(one: Box, ctx: Context) -> Manifests:
        yield Child(config("a"))
        yield config("b")
        ctx.require(Secret, "s")

    out = render(operator(desired), BOX)
    assert out.one("v1/ConfigMap", "a")["metadata"]["namespace"] == "default"
    with pytest.raises(AssertionError, match=r"2 of v1/ConfigMap .*ConfigMap a, ConfigMap b; .*waiting for"):
        out.one(ConfigMap)


def test_what_render_cannot_run_is_refused() -> None:
    op = Operator("box.example.com")
    with pytest.raises(TypeError, match="handles nothing, not box"):
        render(op, BOX)

    @op.reconcile(Box)
    async def work(one: Box, ctx: Any) -> None:
        """Nothing."""

    with pytest.raises(TypeError, match="run it on a control plane"):
        render(op, BOX)
