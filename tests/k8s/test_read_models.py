"""The generated read models: what they make of objects as a server writes them."""

from __future__ import annotations

import gzip
import importlib
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

import mendloop.k8s
from mendloop.k8s import (
    ConfigMap,
    Deployment,
    DeploymentSpec,
    Event,
    HorizontalPodAutoscaler,
    LabelSelector,
    NetworkPolicy,
    Pod,
    Role,
    Secret,
    Service,
    ServiceSpec,
    StatefulSet,
)
from mendloop.model.decoding import Unfit
from mendloop.model.resource import Resource
from mendloop.model.types import Condition

ROOT = Path(__file__).parent.parent.parent


def _kinds() -> Iterator[type[Resource[Any, Any]]]:
    for module in sorted(set(mendloop.k8s._HOME.values()) | {"events"}):
        for value in vars(importlib.import_module(f"mendloop.k8s.{module}")).values():
            if isinstance(value, type) and issubclass(value, Resource) and value is not Resource:
                yield value


def _object(kind: str, **fields: Any) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": kind, "metadata": {"name": "a", "namespace": "b"}, **fields}


def test_names_load_only_the_group_that_they_are_in() -> None:
    code = "import sys; from mendloop.k8s import ConfigMap; print('mendloop.k8s.pods' in sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert loaded.stdout == "False\n"


def test_a_name_that_is_not_there_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match=r"module 'mendloop\.k8s' has no attribute 'Deploymant'"):
        _ = mendloop.k8s.Deploymant


def test_every_name_of_the_front_is_in_its_module() -> None:
    for name, module in mendloop.k8s._HOME.items():
        assert getattr(mendloop.k8s, name) is getattr(importlib.import_module(f"mendloop.k8s.{module}"), name)


def test_the_core_event_has_the_name_and_the_newer_one_its_module() -> None:
    from mendloop.k8s.events import Event as NewerEvent

    assert Event.KIND.gvk == "v1/Event"
    assert NewerEvent.KIND.gvk == "events.k8s.io/v1/Event"


def test_every_kind_is_found_where_discovery_says() -> None:
    served = ROOT / "src" / "mendloop" / "controlplane" / "data" / "discovery.json.gz"
    listed = msgspec.json.decode(gzip.decompress(served.read_bytes()))
    for kind in _kinds():
        known = kind.KIND
        resources = listed[known.path().rpartition("/")[0]]["resources"]
        found = next(r for r in resources if r["name"] == known.plural)
        assert (found["kind"], found["namespaced"]) == (known.kind, known.namespaced)
        assert kind.DEFINITION.ours is False
        assert bool(kind.DEFINITION.scale) == any(r["name"] == f"{known.plural}/scale" for r in resources)


def test_every_kind_reads_an_object_that_states_nothing() -> None:
    for kind in _kinds():
        made = kind("a")
        for name in dir(kind):
            if not name.startswith("_") and name != "ready":
                getattr(made, name)
        assert made.kind == kind.__name__


def test_lists_and_maps_are_never_none_and_scalars_are() -> None:
    web = Deployment.from_dict(_object("Deployment", spec={"template": {"metadata": {}, "spec": None}}))
    assert web.spec.replicas is None
    assert web.spec.template.metadata.labels == {}
    assert web.spec.template.spec.containers == ()
    assert web.status.conditions == ()


def test_unknown_fields_are_ignored() -> None:
    fields = {"spec": {"madeIn": 2031, "replicas": 2}, "status": {"replicas": 2, "mood": "good"}}
    assert Deployment.from_dict(_object("Deployment", **fields)).status.replicas == 2


def test_names_with_capitals_are_found_on_the_wire() -> None:
    spec = {"clusterIP": "10.0.0.1", "clusterIPs": ["10.0.0.1"], "externalIPs": None, "ports": [{"port": 80}]}
    service = Service.from_dict(_object("Service", spec=spec))
    assert service.spec.cluster_ip == "10.0.0.1"
    assert service.spec.cluster_ips == ["10.0.0.1"]
    assert service.spec.external_ips == ()
    assert service.spec.ports[0].port == 80


def test_a_python_keyword_has_an_underscore() -> None:
    policy = {"podSelector": {}, "ingress": [{"from": [{"podSelector": {"matchLabels": {"a": "b"}}}]}]}
    read = NetworkPolicy.from_dict(_object("NetworkPolicy", spec=policy))
    selector = read.spec.ingress[0].from_[0].pod_selector
    assert selector == LabelSelector(match_labels={"a": "b"})


def test_conditions_are_conditions_and_keep_what_is_their_own() -> None:
    stated = {"type": "Available", "status": "True", "lastUpdateTime": "2026-01-01T00:00:00Z"}
    (condition,) = Deployment.from_dict(
        _object("Deployment", status={"conditions": [stated]})
    ).status.conditions
    assert isinstance(condition, Condition)
    assert condition.last_update_time == datetime(2026, 1, 1, tzinfo=UTC)


def test_a_pods_end_can_be_read() -> None:
    ended = {"name": "run", "state": {"terminated": {"exitCode": 0, "message": "42"}}}
    pod = Pod.from_dict(_object("Pod", status={"phase": "Succeeded", "containerStatuses": [ended]}))
    assert pod.status.phase == "Succeeded"
    (container,) = pod.status.container_statuses
    assert container.state.running is None
    assert container.state.terminated is not None
    assert container.state.terminated.message == "42"
    assert container.last_state.terminated is None


def test_numbers_names_and_amounts_keep_their_form() -> None:
    metric = {"type": "Resource", "resource": {"name": "cpu", "target": {"type": "Value", "value": "1500m"}}}
    scaler = HorizontalPodAutoscaler.from_dict(_object("H", spec={"maxReplicas": 3, "metrics": [metric]}))
    assert scaler.spec.metrics[0].resource is not None
    assert scaler.spec.metrics[0].resource.target.value == "1500m"
    ports = [{"port": 80, "targetPort": "http"}, {"port": 81, "targetPort": 8080}]
    service = Service.from_dict(_object("Service", spec={"ports": ports}))
    assert [port.target_port for port in service.spec.ports] == ["http", 8080]


def test_a_claim_in_a_stateful_set_is_a_template() -> None:
    claim = {"metadata": {"name": "data"}, "spec": {"resources": {"requests": {"storage": "1Gi"}}}}
    (template,) = StatefulSet.from_dict(
        _object("S", spec={"volumeClaimTemplates": [claim]})
    ).spec.volume_claim_templates
    assert template.metadata.name == "data"
    assert template.spec.resources is not None
    assert template.spec.resources.requests == {"storage": "1Gi"}


def test_a_secret_is_text_in_and_out_and_base64_between() -> None:
    secret = Secret("login", data={"password": "gehëim"})
    assert secret.to_dict()["data"] == {"password": "Z2Vow6tpbQ=="}
    assert secret.data["password"] == "gehëim"
    assert dict(secret.data) == {"password": "gehëim"}
    assert secret.data.get("user") is None


def test_a_secret_does_not_print_what_it_knows() -> None:
    assert repr(Secret("login", data={"password": "geheim"}).data) == "<data of password>"


def test_bytes_in_a_secret_are_no_text() -> None:
    secret = Secret.from_dict(_object("Secret", data={"key": "/w==", "name": "YQ=="}))
    assert secret.data["name"] == "a"
    assert secret.data.binary["key"] == b"\xff"
    with pytest.raises(Unfit, match=r'data\["key"\]: these bytes are not text; read data\.binary'):
        _ = secret.data["key"]


def test_a_secret_that_is_not_base64_is_unfit() -> None:
    with pytest.raises(Unfit, match="data"):
        _ = Secret.from_dict(_object("Secret", data={"key": "%"})).data


def test_fields_beside_spec_are_read_and_stated() -> None:
    config = ConfigMap("c", data={"a": "1"}, labels={"app": "x"})
    assert (config.data, config.binary_data, config.immutable) == ({"a": "1"}, {}, None)
    assert config.labels == {"app": "x"}
    rules = [{"apiGroups": [""], "resources": ["pods"], "verbs": ["get"]}]
    role = Role.from_dict(_object("Role", rules=rules))
    assert role.rules[0].verbs == ["get"]
    assert Role("r", rules=role.rules).to_dict()["rules"] == rules


def test_an_event_is_read_as_a_whole() -> None:
    about = {"kind": "Pod", "name": "p"}
    event = Event.from_dict(_object("Event", involvedObject=about, reason="Killing", count=3, type="Normal"))
    assert (event.involved_object.name, event.reason, event.count, event.type) == (
        "p",
        "Killing",
        3,
        "Normal",
    )
    assert event.event_time is None


def test_objects_can_be_made_by_hand() -> None:
    service = Service("web", spec=ServiceSpec(cluster_ip="None", selector={"app": "web"}))
    assert service.to_dict()["spec"] == {"clusterIP": "None", "selector": {"app": "web"}}
    assert Deployment("web", spec=DeploymentSpec(replicas=0)).to_dict()["spec"] == {"replicas": 0}
    assert Deployment("web", ready=True).ready


def test_the_committed_models_are_what_the_script_writes() -> None:
    command = [sys.executable, "scripts/generate_k8s.py", "--check"]
    checked = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stderr
