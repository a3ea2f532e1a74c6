"""What the API server itself does about pods: a grace period, a binding, an eviction."""

from __future__ import annotations

from typing import Any

from mendloop.controlplane import ControlPlane

from .asking import MERGE, PODS, ask, create

SPEC = {"containers": [{"name": "c", "image": "i"}]}


def _running(plane: ControlPlane, name: str = "p", **metadata: Any) -> None:
    create(plane, name, path=PODS, spec=SPEC, metadata=metadata)
    bound = ask(plane, "POST", f"{PODS}/{name}/binding", {"target": {"kind": "Node", "name": "n1"}})
    assert bound.status == 201
    ask(plane, "PATCH", f"{PODS}/{name}/status", {"status": {"phase": "Running"}}, type=MERGE)


def test_a_pod_that_never_ran_goes_at_once() -> None:
    plane = ControlPlane(seed=1)
    create(plane, "p", path=PODS, spec=SPEC)
    assert ask(plane, "DELETE", f"{PODS}/p").body["kind"] == "Pod"
    assert ask(plane, "GET", f"{PODS}/p").status == 404


def test_a_running_pod_gets_its_grace_period_and_goes_when_that_is_cut() -> None:
    now = [1000.0]
    plane = ControlPlane(lambda: now[0], seed=1)
    _running(plane)
    begun = ask(plane, "DELETE", f"{PODS}/p").body["metadata"]
    assert (begun["deletionGracePeriodSeconds"], begun["deletionTimestamp"]) == (30, "1970-01-01T00:17:10Z")
    longer = ask(plane, "DELETE", f"{PODS}/p", {"gracePeriodSeconds": 60}).body["metadata"]
    assert longer["resourceVersion"] == begun["resourceVersion"]
    now[0] += 5
    shorter = ask(plane, "DELETE", f"{PODS}/p", {"gracePeriodSeconds": 10}).body["metadata"]
    assert (shorter["deletionGracePeriodSeconds"], shorter["deletionTimestamp"]) == (
        10,
        "1970-01-01T00:16:50Z",
    )
    ask(plane, "DELETE", f"{PODS}/p", {"gracePeriodSeconds": 0})
    assert ask(plane, "GET", f"{PODS}/p").status == 404


def test_a_pod_is_bound_once() -> None:
    plane = ControlPlane(seed=1)
    _running(plane)
    assert ask(plane, "GET", f"{PODS}/p").body["spec"]["nodeName"] == "n1"
    again = ask(plane, "POST", f"{PODS}/p/binding", {"target": {"name": "n2"}})
    assert again.body["message"] == (
        'Operation cannot be fulfilled on pods/binding "p": pod p is already assigned to node "n1"'
    )


def test_an_eviction_asks_the_disruption_budget() -> None:
    plane = ControlPlane(seed=1)
    _running(plane, labels={"app": "x"})
    budgets = "/apis/policy/v1/namespaces/default/poddisruptionbudgets"
    create(plane, "b", path=budgets, spec={"minAvailable": 1, "selector": {"matchLabels": {"app": "x"}}})
    stale = ask(plane, "POST", f"{PODS}/p/eviction", {"metadata": {"name": "p"}})
    assert (stale.status, stale.headers["retry-after"]) == (429, "10")
    status = {"observedGeneration": 1, "disruptionsAllowed": 0, "desiredHealthy": 1, "currentHealthy": 1}
    status["expectedPods"] = 1
    assert ask(plane, "PATCH", f"{budgets}/b/status", {"status": status}, type=MERGE).status == 200
    blocked = ask(plane, "POST", f"{PODS}/p/eviction", {"metadata": {"name": "p"}})
    assert (blocked.status, "retry-after" in blocked.headers) == (429, False)
    assert blocked.body["details"]["causes"] == [
        {
            "reason": "DisruptionBudget",
            "message": "The disruption budget b needs 1 healthy pods and has 1 currently",
        }
    ]
    ask(plane, "PATCH", f"{budgets}/b/status", {"status": {"disruptionsAllowed": 1}}, type=MERGE)
    assert ask(plane, "POST", f"{PODS}/p/eviction", {"metadata": {"name": "p"}}).status == 201
    assert "deletionTimestamp" in ask(plane, "GET", f"{PODS}/p").body["metadata"]
