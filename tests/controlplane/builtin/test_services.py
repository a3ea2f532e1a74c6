"""What Services are given, and what they keep."""

from __future__ import annotations

from typing import Any

from mendloop.controlplane.builtin import Allocations, complete, prepare_create, prepare_update

GVK = "v1/Service"


def service(**spec: Any) -> dict[str, Any]:
    obj, _ = complete(GVK, {"metadata": {"name": "s"}, "spec": {"ports": [{"port": 80}], **spec}})
    return obj


def created(taken: list[Any] | None = None, **spec: Any) -> dict[str, Any]:
    obj = service(**spec)
    assert prepare_create(GVK, obj, Allocations(lambda: taken or [])) == []
    return obj


def test_gets_the_lowest_address_that_is_free() -> None:
    first = created()
    second = created([first])
    assert (first["spec"]["clusterIP"], second["spec"]["clusterIP"]) == ("10.0.0.2", "10.0.0.3")
    assert first["spec"]["clusterIPs"] == ["10.0.0.2"]


def test_a_headless_one_gets_none() -> None:
    assert created(clusterIP="None", selector={"a": "b"})["spec"]["clusterIPs"] == ["None"]


def test_an_address_is_given_once() -> None:
    first = created()
    other = service(clusterIP=first["spec"]["clusterIP"])
    [cause] = prepare_create(GVK, other, Allocations(lambda: [first]))
    assert cause.field == "spec.clusterIPs"
    assert cause.message.endswith("provided IP is already allocated")


def test_an_update_that_does_not_mention_them_keeps_address_and_ports() -> None:
    old = created(type="NodePort")
    new = service(type="NodePort")
    assert prepare_update(GVK, old, new, Allocations(lambda: [old])) == []
    assert new["spec"]["clusterIP"] == old["spec"]["clusterIP"]
    assert new["spec"]["ports"] == old["spec"]["ports"]


def test_node_ports_go_with_the_type() -> None:
    old = created(type="NodePort")
    new = {**old, "spec": {**old["spec"], "type": "ClusterIP"}}
    assert prepare_update(GVK, old, new, Allocations(lambda: [old])) == []
    assert "nodePort" not in new["spec"]["ports"][0]
    assert "externalTrafficPolicy" not in new["spec"]


def test_an_address_cannot_be_changed() -> None:
    old = created()
    new = {**old, "spec": {**old["spec"], "clusterIP": "10.0.0.9", "clusterIPs": ["10.0.0.9"]}}
    causes = prepare_update(GVK, old, new, Allocations(lambda: [old]))
    assert [cause.message for cause in causes] == ['Invalid value: ["10.0.0.9"]: may not change once set']
