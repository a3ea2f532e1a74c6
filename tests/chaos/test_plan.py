from __future__ import annotations

import msgspec
import pytest

from mendloop.chaos import (
    Call,
    Cut,
    Delay,
    FaultPlan,
    Frames,
    Hang,
    Kill,
    Match,
    Reset,
    Silence,
    call_of,
    error_frame,
)
from mendloop.kube.transport import Request

DEPLOYMENT = "/apis/apps/v1/namespaces/shop/deployments"
APPLY = {"content-type": "application/apply-patch+yaml"}


@pytest.mark.parametrize(
    ("request_", "call"),
    [
        (Request("GET", DEPLOYMENT), Call("list", "apps", "deployments", "shop")),
        (Request("GET", DEPLOYMENT, (("watch", "1"),)), Call("watch", "apps", "deployments", "shop")),
        (Request("GET", f"{DEPLOYMENT}/a"), Call("get", "apps", "deployments", "shop", "a")),
        (Request("POST", DEPLOYMENT), Call("create", "apps", "deployments", "shop")),
        (Request("PATCH", f"{DEPLOYMENT}/a"), Call("patch", "apps", "deployments", "shop", "a")),
        (Request("PATCH", f"{DEPLOYMENT}/a", (), APPLY), Call("apply", "apps", "deployments", "shop", "a")),
        (
            Request("PUT", f"{DEPLOYMENT}/a/status"),
            Call("update", "apps", "deployments", "shop", "a", "status"),
        ),
        (Request("DELETE", f"{DEPLOYMENT}/a"), Call("delete", "apps", "deployments", "shop", "a")),
        (Request("DELETE", DEPLOYMENT), Call("deletecollection", "apps", "deployments", "shop")),
        (
            Request("PATCH", f"{DEPLOYMENT}/a", (("dryRun", "All"),), APPLY),
            Call("dry-run", "apps", "deployments", "shop", "a"),
        ),
        (Request("GET", "/api/v1/namespaces/shop"), Call("get", "", "namespaces", "", "shop")),
        (
            Request("PUT", "/api/v1/namespaces/shop/finalize"),
            Call("update", "", "namespaces", "", "shop", "finalize"),
        ),
        (
            Request("GET", "/apis/rbac.example/v1/things/a%2Fb"),
            Call("get", "rbac.example", "things", "", "a/b"),
        ),
        (Request("GET", "/openapi/v3"), Call("other", name="/openapi/v3")),
    ],
)
def test_reads_a_call_off_the_request(request_: Request, call: Call) -> None:
    assert call_of(request_) == call


@pytest.mark.parametrize(
    ("match", "selected"),
    [
        (Match(), True),
        (Match("patch"), True),
        (Match("apply"), True),
        (Match("write"), True),
        (Match("read"), False),
        (Match("update"), False),
        (Match(kind="Deployment"), True),
        (Match(kind="apps/Deployment"), True),
        (Match(kind="apps/v1/Deployment"), True),
        (Match(kind="v1/Deployment"), False),
        (Match(kind="StatefulSet"), False),
        (Match(namespace="shop", name="a"), True),
        (Match(name="b"), False),
        (Match(subresource=""), True),
        (Match(subresource="status"), False),
    ],
)
def test_selects_calls_by_what_they_are(match: Match, selected: bool) -> None:
    assert match.selects(Call("apply", "apps", "deployments", "shop", "a")) is selected


def test_a_dry_run_is_no_write() -> None:
    assert not Match("write").selects(Call("dry-run", "", "secrets", "shop", "a"))


def test_hits_the_nth_call_and_as_many_as_stated() -> None:
    plan = FaultPlan()
    plan.fail("get", status=500, nth=2, times=2)
    call = Call("get", "", "secrets", "shop", "a")
    assert [plan.first_for(call, 0.0) is not None for _ in range(5)] == [False, True, True, False, False]


def test_the_first_of_two_rules_decides_and_both_count() -> None:
    plan = FaultPlan()
    plan.fail("get", status=500)
    plan.fail("get", status=503, times=2)
    call = Call("get", "", "secrets", "shop", "a")
    statuses = [getattr(plan.first_for(call, 0.0), "status", 0) for _ in range(3)]
    assert statuses == [500, 503, 0]


def test_chance_follows_from_the_seed() -> None:
    def draws(seed: int) -> list[bool]:
        plan = FaultPlan(seed)
        plan.add(Hang(), times=None, chance=0.5)
        return [plan.first_for(Call("get"), 0.0) is not None for _ in range(64)]

    assert draws(1) == draws(1) != draws(2)
    assert 16 < sum(draws(1)) < 48


def test_survives_json() -> None:
    plan = FaultPlan(seed=42)
    plan.fail("patch", kind="apps/Deployment", status=429, retry_after_s=3, times=None)
    plan.fail("list", status=503, text="no endpoints available", page=2)
    plan.add(Kill(after=False), "write", nth=7)
    plan.add(Reset(after_commit=True), "create", chance=0.25)
    plan.add(Frames((error_frame(410, "too old resource version"),), after=1, then_end=True), "watch")
    plan.add(Cut(after=2, tail=b"\xff"), "watch")
    plan.add(Silence(), "watch", kind="Secret")
    plan.add(Delay(1.5))
    again = FaultPlan.from_json(plan.to_json())
    assert (again.seed, again.rules) == (42, plan.rules)


def test_says_what_it_is_not() -> None:
    with pytest.raises(
        msgspec.ValidationError, match=r"Invalid value 'Meteor' - at `\$.rules\[0\].fault.type`"
    ):
        FaultPlan.from_json('{"seed": 1, "rules": [{"fault": {"type": "Meteor"}}]}')


def test_describes_itself_for_people() -> None:
    plan = FaultPlan(seed=3)
    plan.fail("patch", kind="apps/Deployment", status=409)
    plan.add(Kill(), "write", nth=4)
    plan.first_for(Call("apply", "apps", "deployments", "shop", "a"), 1.0)
    assert plan.describe() == (
        "fault plan, seed 3\n"
        "  patch apps/Deployment (call 1): answered 409 [1 hits]\n"
        "  write (call 4): kills the operator right after it [0 hits]"
    )
