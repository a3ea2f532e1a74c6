"""diff: equal meaning costs nothing, a difference is named with its path."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest
import yaml

from mendloop.delta import Delta, diff
from mendloop.delta.shape import UNKNOWN, Shape
from mendloop.errors.exceptions import Invalid
from mendloop.model.openapi import Schema
from mendloop.model.schemas import Schemas

VECTORS = Path(__file__).parents[1] / "vectors" / "delta"
SCHEMAS = Schemas()
OWNER = "cellar.example.com"


def load(name: str) -> list[Any]:
    return list(yaml.safe_load_all((VECTORS / name).read_text()))


def schema(gvk: str) -> Schema:
    found = SCHEMAS.get(gvk)
    assert found is not None, gvk
    return found


def compare(gvk: str, desired: dict[str, Any], observed: dict[str, Any], **options: Any) -> Delta:
    return diff({"kind": gvk.split("/")[-1], **desired}, observed, schema(gvk), OWNER, **options)


def pod(**spec: Any) -> dict[str, Any]:
    return {"spec": {"containers": [{"name": "a", "image": "i:1"}], **spec}}


def container(**fields: Any) -> dict[str, Any]:
    return {"spec": {"containers": [{"name": "a", "image": "i:1", **fields}]}}


def test_an_absent_object_is_created() -> None:
    delta = diff({"kind": "ConfigMap"}, None, None, OWNER)
    assert delta.creates
    assert not delta.empty


PAIRS = yaml.safe_load((VECTORS / "R27-pairs.yaml").read_text())


@pytest.mark.parametrize("pair", PAIRS, ids=[pair["id"] for pair in PAIRS])
def test_r27_empty_null_and_absent_are_one(pair: dict[str, Any]) -> None:
    delta = compare("v1/Pod", pair["desired"], pair["live"])
    match pair["id"]:
        case "REAL-emptydir-removed":
            assert delta.paths == ("spec.volumes[name=t].emptyDir",)
        case "ONCE-nested-empty":
            assert delta.paths == ("spec.securityContext.seLinuxOptions",)
            assert compare("v1/Pod", pair["desired"], pair["desired"]).empty
        case _:
            assert delta.empty


def test_r25_zero_values_are_no_wishes() -> None:
    deployment, service = load("R25-desired.yaml")
    live = copy.deepcopy(deployment)
    live["status"] = {"observedGeneration": 1, "replicas": 0}
    live["metadata"] = {
        "name": "mill",
        "generation": 1,
        "annotations": {"deployment.kubernetes.io/revision": "1"},
    }
    live["spec"] |= {"strategy": {"type": "RollingUpdate"}, "revisionHistoryLimit": 10}
    spec = live["spec"]["template"]["spec"]
    del spec["tolerations"], spec["hostNetwork"]
    spec |= {"dnsPolicy": "ClusterFirst", "schedulerName": "default-scheduler"}
    (mill,) = spec["containers"]
    for name in ("env", "volumeMounts"):
        del mill[name]
    assert compare("apps/v1/Deployment", deployment, live).empty

    live["spec"]["replicas"] = 3
    (change,) = compare("apps/v1/Deployment", deployment, live).changes
    assert (change.path, change.before, change.after) == ("spec.replicas", 3, 0)

    live = {
        "spec": {
            "clusterIP": "10.0.0.1",
            "ports": [{"port": 80, "targetPort": 8080, "protocol": "TCP", "nodePort": 30001}],
            "selector": {"app": "mill"},
        },
        "status": {"loadBalancer": {"ingress": [{"ip": "10.0.0.2"}]}},
    }
    assert compare("v1/Service", service, live).empty


@pytest.mark.parametrize("form", ["live_old_server", "live_new_server"])
def test_r31_claim_templates_are_compared_by_what_they_ask_for(form: str) -> None:
    (case,) = load("R31-statefulset.yaml")
    live = copy.deepcopy(case["desired"])
    live["spec"] |= case[form]
    assert compare("apps/v1/StatefulSet", case["desired"], live).empty
    larger = copy.deepcopy(case["desired"])
    larger["spec"]["volumeClaimTemplates"][0]["spec"]["resources"]["requests"]["storage"] = "2Gi"
    (change,) = compare("apps/v1/StatefulSet", larger, live).changes
    assert change.path == "spec.volumeClaimTemplates[0].spec.resources.requests.storage"
    assert (change.before, change.after) == ("1Gi", "2Gi")


@pytest.mark.parametrize(
    ("wish", "live"),
    [
        ({"resources": {"limits": {"cpu": "1000m"}}}, {"resources": {"limits": {"cpu": "1"}}}),
        ({"resources": {"limits": {"cpu": 1}}}, {"resources": {"limits": {"cpu": "1"}}}),
        ({"ports": [{"containerPort": 80}]}, {"ports": [{"containerPort": 80, "protocol": "TCP"}]}),
        (
            {"env": [{"name": "A", "value": "1"}, {"name": "B", "value": "2"}]},
            {"env": [{"name": "B", "value": "2"}, {"name": "A", "value": "1"}]},
        ),
        (
            {"env": [{"name": "A", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}}]},
            {
                "env": [
                    {
                        "name": "A",
                        "valueFrom": {"fieldRef": {"apiVersion": "v1", "fieldPath": "metadata.name"}},
                    }
                ]
            },
        ),
        ({"livenessProbe": {"httpGet": {"port": "80"}}}, {"livenessProbe": {"httpGet": {"port": 80}}}),
        ({"stdin": False}, {}),
        ({"workingDir": ""}, {"workingDir": ""}),
        ({"terminationMessagePath": ""}, {"terminationMessagePath": "/dev/termination-log"}),
    ],
)
def test_equal_meaning_in_a_container(wish: dict[str, Any], live: dict[str, Any]) -> None:
    assert compare("v1/Pod", container(**wish), container(**live)).empty


@pytest.mark.parametrize(
    ("wish", "live", "path"),
    [
        ({"image": "i:2"}, {}, "spec.containers[name=a].image"),
        ({"ports": [{"containerPort": 53}]}, {"ports": [{"containerPort": 53, "protocol": "UDP"}]}, None),
        ({"stdin": True}, {"stdin": 1}, "spec.containers[name=a].stdin"),
        ({"args": ["a", "b"]}, {"args": ["b", "a"]}, "spec.containers[name=a].args[0]"),
        (
            {"securityContext": {"allowPrivilegeEscalation": False}},
            {"securityContext": {}},
            "spec.containers[name=a].securityContext.allowPrivilegeEscalation",
        ),
        (
            {"env": [{"name": "A", "value": "1"}, {"name": "B", "value": "$(A)"}]},
            {"env": [{"name": "B", "value": "$(A)"}, {"name": "A", "value": "1"}]},
            "spec.containers[name=a].env",
        ),
    ],
)
def test_a_real_difference_in_a_container(
    wish: dict[str, Any], live: dict[str, Any], path: str | None
) -> None:
    delta = compare("v1/Pod", container(**wish), container(**live))
    assert delta.paths[0] == (path or "spec.containers[name=a].ports[containerPort=53,protocol=TCP]")


def test_an_empty_label_is_not_the_absence_of_one() -> None:
    delta = compare("v1/ConfigMap", {"metadata": {"labels": {"a": ""}}}, {"metadata": {"labels": {}}})
    assert delta.paths == ("metadata.labels.a",)


def test_only_stated_metadata_is_compared() -> None:
    wish = {"metadata": {"name": "x", "uid": "1", "creationTimestamp": None, "labels": {"a": "b"}}}
    live = {"metadata": {"name": "x", "uid": "2", "labels": {"a": "b", "c": "d"}, "finalizers": ["x/y"]}}
    assert compare("v1/ConfigMap", wish, live).empty


def test_string_data_is_data() -> None:
    wish = {"stringData": {"password": "hunter2"}}
    assert compare("v1/Secret", wish, {"data": {"password": "aHVudGVyMg=="}}).empty
    assert compare("v1/Secret", wish, {"data": {"password": "b2xk"}}).paths == ("data.password",)


def test_selectors_are_compared_by_requirements() -> None:
    wish = {"spec": {"selector": {"matchExpressions": [{"key": "a", "operator": "In", "values": ["b"]}]}}}
    assert compare("apps/v1/Deployment", wish, {"spec": {"selector": {"matchLabels": {"a": "b"}}}}).empty
    more = {"spec": {"selector": {"matchLabels": {"a": "b", "c": "d"}}}}
    assert compare("apps/v1/Deployment", wish, more).paths == ("spec.selector",)


def test_tolerations_have_no_order_and_equal_is_implied() -> None:
    wish = pod(tolerations=[{"key": "a", "value": "1"}, {"key": "b", "operator": "Exists"}])
    live = pod(
        tolerations=[
            {"key": "b", "operator": "Exists", "value": ""},
            {"key": "a", "operator": "Equal", "value": "1"},
        ]
    )
    assert compare("v1/Pod", wish, live).empty


def test_a_pod_may_be_given_tolerations_a_template_may_not() -> None:
    own = [{"key": "a", "operator": "Exists"}]
    given = [*own, {"key": "node.kubernetes.io/not-ready", "operator": "Exists", "tolerationSeconds": 300}]
    assert compare("v1/Pod", pod(tolerations=own), pod(tolerations=given)).empty
    wish, live = ({"spec": {"template": pod(tolerations=held)}} for held in (own, given))
    assert not compare("apps/v1/Deployment", wish, live).empty


def test_injected_items_of_list_maps_are_nobodys_business() -> None:
    live = container(volumeMounts=[{"name": "token", "mountPath": "/var/run/secrets"}])
    live["spec"]["containers"].append({"name": "sidecar", "image": "proxy:1"})
    live["spec"]["volumes"] = [{"name": "token", "projected": {}}]
    assert compare("v1/Pod", container(), live).empty


def test_an_atomic_map_holds_exactly_what_is_stated() -> None:
    delta = compare(
        "v1/Service", {"spec": {"selector": {"a": "b"}}}, {"spec": {"selector": {"a": "b", "c": "d"}}}
    )
    (change,) = delta.changes
    assert (change.path, change.before, change.after) == ("spec.selector.c", "d", None)


def test_a_list_map_item_stated_twice_is_invalid() -> None:
    wish = container(env=[{"name": "A", "value": "1"}, {"name": "A", "value": "2"}])
    with pytest.raises(Invalid) as caught:
        compare("v1/Pod", wish, container())
    assert caught.value.field == "spec.containers[name=a].env[name=A]"


def test_a_list_where_an_object_belongs_is_invalid() -> None:
    with pytest.raises(Invalid, match=r"spec\.containers\[name=a\]\.resources must be of type object"):
        compare("v1/Pod", container(resources=["1"]), container(resources={}))


def test_durations_are_compared_where_a_hint_says_so() -> None:
    fields = {"timeout": {"type": "string"}, "note": {"type": "string"}}
    steps = {"type": "array", "items": {"type": "object", "properties": fields}}
    spec = {"type": "object", "properties": {**fields, "steps": steps}}
    plain = Schema.from_crd({"type": "object", "properties": {"spec": spec}})
    wish, live = (
        {"spec": {"timeout": text, "note": text, "steps": [{"timeout": text}]}} for text in ("90s", "1m30s")
    )
    paths = diff(wish, live, plain, OWNER).paths
    assert paths == ("spec.timeout", "spec.note", "spec.steps[0].timeout")
    hinted = plain.hinted("spec.timeout", "duration").hinted("spec.steps[0].timeout", "duration")
    assert diff(wish, live, hinted, OWNER).paths == ("spec.note",)
    with pytest.raises(KeyError, match="tiemout"):
        plain.hinted("spec.tiemout", "duration")


def test_times_are_instants() -> None:
    wish = {"spec": {"renewTime": "2031-06-01T10:00:02.000000+02:00", "leaseDurationSeconds": 15.0}}
    live = {"spec": {"renewTime": "2031-06-01T08:00:02.000000Z", "leaseDurationSeconds": 15}}
    assert compare("coordination.k8s.io/v1/Lease", wish, live).empty


def test_keys_of_maps_leave_nothing_behind() -> None:
    shape = Shape.of(schema("v1/ConfigMap"))
    for n in range(100):
        wish = {"metadata": {"labels": {f"label-{n}": "1"}}, "data": {f"key-{n}": "a"}}
        assert not compare("v1/ConfigMap", wish, {"data": {}, "metadata": {"labels": {}}}).empty
        diff(wish, {"data": {}, "metadata": {"labels": {}}}, None, OWNER)
    assert not shape.kids["data"].kids
    assert not UNKNOWN.kids


def test_a_key_that_is_no_plain_value_is_invalid() -> None:
    with pytest.raises(Invalid, match="must be of type string"):
        compare("v1/Pod", {"spec": {"containers": [{"name": ["a"], "image": "i:1"}]}}, container())
