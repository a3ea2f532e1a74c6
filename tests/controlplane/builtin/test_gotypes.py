"""How Go reads and writes built-in objects; the words of its refusals are those of a real server."""

from __future__ import annotations

from typing import Any

import pytest

from mendloop.controlplane.builtin import Undecodable, complete, decode, zero

DEPLOYMENT = "apps/v1/Deployment"


def test_leaves_out_zeros_that_a_struct_cannot_tell_from_absence() -> None:
    pod = {
        "spec": {"hostNetwork": False, "nodeName": "", "volumes": [], "automountServiceAccountToken": False}
    }
    written, unknown = decode("v1/Pod", pod)
    assert written["spec"] == {"automountServiceAccountToken": False, "containers": None}
    assert unknown == []


def test_writes_structs_that_are_never_absent() -> None:
    assert zero(DEPLOYMENT) == {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {},
        "spec": {
            "selector": None,
            "template": {"metadata": {}, "spec": {"containers": None}},
            "strategy": {},
        },
        "status": {},
    }


def test_names_unknown_fields_in_the_order_of_the_body() -> None:
    spec = {"template": {"spec": {"containers": [{"name": "c", "imagee": "x"}]}}, "replicaz": 1}
    written, unknown = decode(DEPLOYMENT, {"spec": spec, "foo": 1})
    assert unknown == ["spec.template.spec.containers[0].imagee", "spec.replicaz", "foo"]
    assert "replicaz" not in written["spec"]


@pytest.mark.parametrize(
    ("gvk", "obj", "message"),
    [
        (
            DEPLOYMENT,
            {"spec": {"replicas": "1"}},
            "json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32",
        ),
        (
            DEPLOYMENT,
            {"spec": "x"},
            "json: cannot unmarshal string into Go struct field Deployment.spec of type v1.DeploymentSpec",
        ),
        (
            "v1/ConfigMap",
            {"data": {"a": 1}},
            "json: cannot unmarshal number into Go struct field ConfigMap.data of type string",
        ),
        (
            "v1/Service",
            {"spec": {"ports": [{"targetPort": True}]}},
            "json: cannot unmarshal bool into Go struct field ServicePort.spec.ports.targetPort of type"
            " int32",
        ),
        ("v1/Secret", {"data": {"a": "%"}}, "illegal base64 data at input byte 0"),
        (
            "v1/ConfigMap",
            {"metadata": {"creationTimestamp": "yesterday"}},
            'parsing time "yesterday" as "2006-01-02T15:04:05Z07:00": cannot parse "yesterday" as "2006"',
        ),
    ],
)
def test_refuses_in_the_words_of_gos_decoder(gvk: str, obj: Any, message: str) -> None:
    with pytest.raises(Undecodable) as refused:
        decode(gvk, obj)
    assert str(refused.value) == message


@pytest.mark.parametrize(
    ("stated", "stored"),
    [("1000", "1k"), ("1e3", "1e3"), ("+1", "+1"), ("1000m", "1"), (1, "1"), ("0.5", "500m")],
)
def test_writes_quantities_as_the_server_does(stated: Any, stored: str) -> None:
    """APIFACTS 30."""
    pod = {"spec": {"containers": [{"name": "c", "resources": {"limits": {"cpu": stated}}}]}}
    written, _ = decode("v1/Pod", pod)
    assert written["spec"]["containers"][0]["resources"]["limits"]["cpu"] == stored


@pytest.mark.parametrize("time", ["2026-01-01T00:00:00Z", "2026-01-01T00:00:00.123Z"])
def test_a_micro_time_needs_six_decimals(time: str) -> None:
    """APIFACTS 23."""
    with pytest.raises(Undecodable):
        decode("coordination.k8s.io/v1/Lease", {"spec": {"renewTime": time}})


def test_completing_twice_is_completing_once() -> None:
    obj = {"spec": {"template": {"spec": {"containers": [{"name": "c", "image": "x:latest"}]}}}}
    once, _ = complete(DEPLOYMENT, obj)
    assert complete(DEPLOYMENT, once)[0] == once
    assert once["spec"]["template"]["spec"]["containers"][0]["imagePullPolicy"] == "Always"


def test_string_data_becomes_data() -> None:
    written, _ = complete("v1/Secret", {"data": {"a": "YQ=="}, "stringData": {"a": "z", "b": "b"}})
    assert written["data"] == {"a": "eg==", "b": "Yg=="}
    assert "stringData" not in written
