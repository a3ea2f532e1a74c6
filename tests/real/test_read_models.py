"""The read models of `mendloop.k8s` read whatever a real server answers."""

from __future__ import annotations

from typing import Any

import pytest

import mendloop.k8s
from mendloop.k8s import Deployment, StatefulSet
from mendloop.k8s.events import Event
from mendloop.model.resource import Resource

KINDS = [
    value
    for name in sorted(mendloop.k8s._HOME)
    if isinstance(value := getattr(mendloop.k8s, name), type) and issubclass(value, Resource)
]


def _read_all(obj: Resource[Any, Any]) -> None:
    for name in dir(type(obj)):
        if not name.startswith("_") and name != "ready":
            getattr(obj, name)


@pytest.mark.parametrize("kind", [*KINDS, Event], ids=lambda kind: kind.KIND.gvk)
def test_reads_all_that_a_fresh_server_has(call, kind: type[Resource[Any, Any]]) -> None:
    for item in call("GET", kind.KIND.path())["items"]:
        _read_all(kind.from_dict({"apiVersion": kind.KIND.api_version, "kind": kind.KIND.kind, **item}))


def _workload(**spec: Any) -> dict[str, Any]:
    labels = {"app": "a"}
    container = {"name": "a", "image": "a:1", "resources": {"limits": {"cpu": 1, "memory": "1Gi"}}}
    pod = {"containers": [container | {"ports": [{"containerPort": 80}]}]}
    template = {"metadata": {"labels": labels}, "spec": pod}
    return {
        "metadata": {"name": "a"},
        "spec": {"selector": {"matchLabels": labels}, "template": template, **spec},
    }


def test_reads_what_the_server_filled_in(call, namespace: str) -> None:
    made = Deployment.from_dict(call("POST", Deployment.KIND.path(namespace), _workload(replicas=0)))
    _read_all(made)
    (container,) = made.spec.template.spec.containers
    assert made.spec.replicas == 0
    assert made.spec.strategy.rolling_update is not None
    assert made.spec.strategy.rolling_update.max_surge == "25%"
    assert container.ports[0].protocol == "TCP"
    assert container.resources.limits == {"cpu": "1", "memory": "1Gi"}


def test_reads_a_claims_template(call, namespace: str) -> None:
    claim = {"metadata": {"name": "data"}, "spec": {"accessModes": ["ReadWriteOnce"]}}
    claim["spec"]["resources"] = {"requests": {"storage": "1Gi"}}
    body = _workload(serviceName="a", replicas=0, volumeClaimTemplates=[claim])
    made = StatefulSet.from_dict(call("POST", StatefulSet.KIND.path(namespace), body))
    _read_all(made)
    (template,) = made.spec.volume_claim_templates
    assert (template.metadata.name, template.spec.access_modes) == ("data", ["ReadWriteOnce"])
