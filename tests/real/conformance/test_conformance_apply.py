"""Server-side apply, managedFields and patches: what a real server answers, ours answers too."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

CM = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c"}}
DEPLOYMENT: dict[str, Any] = {
    "apiVersion": "apps/v1",
    "kind": "Deployment",
    "metadata": {"name": "d"},
    "spec": {
        "replicas": 2,
        "selector": {"matchLabels": {"a": "b"}},
        "template": {
            "metadata": {"labels": {"a": "b"}},
            "spec": {"containers": [{"name": "c", "image": "x:1"}]},
        },
    },
}


def cm(data: Any = None, **more: Any) -> dict[str, Any]:
    return {**CM, **({"data": data} if data is not None else {}), **more}


def meta(**more: Any) -> dict[str, Any]:
    return {"metadata": {"name": "c", **more}}


def deployment(containers: Any = None, **spec: Any) -> dict[str, Any]:
    """A partial Deployment, as an applier states it."""
    stated = dict(spec)
    if containers is not None:
        stated["template"] = {"spec": {"containers": containers}}
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "d"}, "spec": stated}


LAST_APPLIED = {
    "kubectl.kubernetes.io/last-applied-configuration": '{"apiVersion":"v1","data":{"x":"1"},'
    '"kind":"ConfigMap","metadata":{"name":"c"}}'
}
SCRIPTS: dict[str, list[tuple[Any, ...]]] = {
    "creates": [("APPLY a", "configmaps/c", cm({"x": "1"})), ("GET", "configmaps/c")],
    "applies the same again": [("APPLY a", "configmaps/c", cm({"x": "1"}))] * 2,
    "shares with a second manager": [
        ("APPLY a", "configmaps/c", cm({"x": "1"})),
        ("APPLY b", "configmaps/c", cm({"x": "1"})),
        ("APPLY a", "configmaps/c", cm({})),
        ("APPLY b", "configmaps/c", cm()),
    ],
    "conflicts": [
        ("APPLY a", "configmaps/c", cm({"x": "1", "y": "1"})),
        ("APPLY b", "configmaps/c", cm({"x": "2"})),
        ("APPLY b", "configmaps/c", cm({"x": "2", "y": "3"})),
        ("FORCE b", "configmaps/c", cm({"x": "2"})),
        ("GET", "configmaps/c"),
    ],
    "conflicts with two managers": [
        ("APPLY a", "configmaps/c", cm({"x": "1", "y": "1"})),
        ("APPLY b", "configmaps/c", cm({"x": "1"})),
        ("APPLY c", "configmaps/c", cm({"x": "2", "y": "2"})),
    ],
    "conflicts with an updater": [
        ("POST u", "configmaps", cm({"x": "1"})),
        ("APPLY a", "configmaps/c", cm({"x": "2"})),
        ("APPLY a", "configmaps/c", cm({"x": "1"})),
        ("MERGE u", "configmaps/c", {"data": {"x": "9"}}),
        ("APPLY a", "configmaps/c", cm({"x": "1"})),
    ],
    "gives up what it states no longer": [
        ("APPLY a", "configmaps/c", cm({"x": "1", "y": "2"})),
        ("APPLY a", "configmaps/c", cm({"y": "2"})),
        ("APPLY a", "configmaps/c", cm()),
    ],
    "tracks labels, annotations and finalizers": [
        (
            "APPLY a",
            "configmaps/c",
            cm(**meta(labels={"l": "1"}, annotations={"n": "1"}, finalizers=["e.io/a"])),
        ),
        ("APPLY b", "configmaps/c", cm(**meta(labels={"m": "1"}, finalizers=["e.io/b"]))),
        ("APPLY a", "configmaps/c", cm(**meta())),
    ],
    "tracks owner references by uid": [
        (
            "APPLY a",
            "configmaps/c",
            cm(
                **meta(
                    ownerReferences=[{"apiVersion": "v1", "kind": "ConfigMap", "name": "o", "uid": "u1"}],
                )
            ),
        ),
        (
            "APPLY b",
            "configmaps/c",
            cm(
                **meta(
                    ownerReferences=[{"apiVersion": "v1", "kind": "ConfigMap", "name": "p", "uid": "u2"}],
                )
            ),
        ),
    ],
    "an update takes over": [
        ("APPLY a", "configmaps/c", cm({"x": "1"})),
        ("PUT u", "configmaps/c", cm({"x": "2", "z": "3"})),
        ("PUT v", "configmaps/c", cm({"z": "3"})),
    ],
    "clears managedFields": [
        ("APPLY a", "configmaps/c", cm({"x": "1"})),
        ("MERGE u", "configmaps/c", {"metadata": {"managedFields": []}}),
        ("MERGE u", "configmaps/c", {"data": {"x": "2"}}),
        ("APPLY a", "configmaps/c", cm({"x": "3"})),
        ("FORCE a", "configmaps/c", cm({"x": "3"})),
    ],
    "clears managedFields with one empty entry": [
        ("APPLY a", "configmaps/c", cm({"x": "1"})),
        ("MERGE u", "configmaps/c", {"metadata": {"managedFields": [{}]}}),
    ],
    "refuses managedFields": [
        ("APPLY a", "configmaps/c", cm(**meta(managedFields=[]))),
        ("APPLY a", "configmaps/c", cm(**meta(managedFields=[{"manager": "x"}]))),
    ],
    "refuses an unknown field": [
        ("APPLY a", "configmaps/c", cm({"x": "1"}, foo=1)),
        ("APPLY a", "deployments/d", deployment(foo=1)),
    ],
    "refuses wrong types": [
        ("APPLY a", "configmaps/c", cm({"x": 1})),
        ("APPLY a", "configmaps/c", cm("x")),
        ("APPLY a", "deployments/d", deployment(replicas="x")),
        ("APPLY a", "deployments/d", deployment("x")),
        ("APPLY a", "deployments/d", deployment(paused="x")),
        ("APPLY a", "deployments/d", deployment(template=[1])),
    ],
    "refuses duplicate keys": [
        ("APPLY a", "deployments/d", deployment([{"name": "c"}, {"name": "c"}])),
        ("APPLY a", "configmaps/c", cm(**meta(finalizers=["a/b", "a/b"]))),
    ],
    "needs a manager and an object": [
        ("APPLY", "configmaps/c", cm()),
        ("APPLY a", "configmaps/c", {}),
        ("APPLY a", "configmaps/c", {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "c"}}),
        ("APPLY a", "configmaps/c", {"apiVersion": "foo/v1", "kind": "ConfigMap", "metadata": {"name": "c"}}),
        ("APPLY a", "configmaps/other", cm()),
    ],
    "merges containers by name": [
        ("POST u", "deployments", DEPLOYMENT),
        ("APPLY a", "deployments/d", deployment([{"name": "c", "image": "x:2"}], replicas=3)),
        ("FORCE a", "deployments/d", deployment([{"name": "c", "image": "x:2"}], replicas=3)),
        ("APPLY b", "deployments/d", deployment([{"name": "side", "image": "y:1"}])),
        ("APPLY b", "deployments/d", deployment()),
        ("GET", "deployments/d"),
    ],
    "merges ports with a defaulted key": [
        ("APPLY a", "deployments/d", DEPLOYMENT),
        (
            "APPLY b",
            "deployments/d",
            deployment([{"name": "c", "ports": [{"containerPort": 80}, {"containerPort": 81, "name": "x"}]}]),
        ),
        (
            "APPLY c",
            "deployments/d",
            deployment([{"name": "c", "ports": [{"containerPort": 80, "name": "y"}]}]),
        ),
        (
            "APPLY b",
            "deployments/d",
            deployment([{"name": "c", "ports": [{"containerPort": 81, "name": "z"}]}]),
        ),
        ("APPLY b", "deployments/d", deployment([{"name": "c"}])),
    ],
    "merges env and keeps order": [
        ("APPLY a", "deployments/d", DEPLOYMENT),
        (
            "APPLY b",
            "deployments/d",
            deployment([{"name": "c", "env": [{"name": "A", "value": "1"}, {"name": "B", "value": "2"}]}]),
        ),
        (
            "APPLY d",
            "deployments/d",
            deployment([{"name": "c", "env": [{"name": "Z", "value": "1"}, {"name": "B", "value": "2"}]}]),
        ),
    ],
    "an atomic selector and list": [
        ("APPLY a", "deployments/d", DEPLOYMENT),
        ("APPLY b", "deployments/d", deployment(selector={"matchLabels": {"x": "y"}})),
        ("APPLY b", "deployments/d", deployment([{"name": "c", "args": ["1"]}])),
        ("APPLY c", "deployments/d", deployment([{"name": "c", "args": ["2"]}])),
    ],
    "quantities that mean the same": [
        ("APPLY a", "deployments/d", DEPLOYMENT),
        (
            "APPLY b",
            "deployments/d",
            deployment([{"name": "c", "resources": {"limits": {"cpu": "1000m", "memory": "1000"}}}]),
        ),
        (
            "APPLY b",
            "deployments/d",
            deployment([{"name": "c", "resources": {"limits": {"cpu": "1000m", "memory": "1000"}}}]),
        ),
    ],
    "un-states replicas": [
        ("APPLY a", "deployments/d", DEPLOYMENT),
        ("APPLY a", "deployments/d", {**DEPLOYMENT, "spec": {**DEPLOYMENT["spec"], "replicas": None}}),
    ],
    "status by apply": [
        ("APPLY a", "deployments/d", DEPLOYMENT),
        (
            "APPLY s",
            "deployments/d/status",
            {
                "apiVersion": "apps/v1",
                "kind": "Deployment",
                "metadata": {"name": "d"},
                "status": {"replicas": 1, "conditions": [{"type": "X", "status": "True"}]},
            },
        ),
        ("APPLY s", "deployments/d", {**DEPLOYMENT, "status": {"replicas": 5}}),
    ],
    "status by merge patch": [
        ("APPLY a", "deployments/d", DEPLOYMENT),
        ("MERGE s", "deployments/d/status", {"status": {"replicas": 1}, "spec": {"replicas": 7}}),
        ("MERGE s", "deployments/d/status", {"metadata": {"labels": {"x": "y"}, "annotations": {"x": "y"}}}),
    ],
    "kubectl takes over from the client": [
        ("POST kubectl-client-side-apply", "configmaps", cm({"x": "1"}, **meta(annotations=LAST_APPLIED))),
        ("APPLY kubectl", "configmaps/c", cm({"x": "2"})),
        ("GET", "configmaps/c"),
    ],
    "creates with a resourceVersion": [
        ("APPLY a", "configmaps/c", cm(**meta(resourceVersion="5"))),
        ("APPLY a", "configmaps/c", cm({"x": "1"}, **meta(resourceVersion="5"))),
    ],
    "uids": [
        ("APPLY a", "configmaps/c", cm(**meta(uid="11111111-1111-1111-1111-111111111111"))),
        ("APPLY a", "configmaps/c", cm({"x": "1"})),
        ("APPLY a", "configmaps/c", cm(**meta(uid="11111111-1111-1111-1111-111111111111"))),
    ],
    "a service and its ports": [
        (
            "APPLY a",
            "services/s",
            {
                "apiVersion": "v1",
                "kind": "Service",
                "metadata": {"name": "s"},
                "spec": {"ports": [{"port": 80, "name": "x"}], "selector": {"a": "b"}},
            },
        ),
        (
            "APPLY b",
            "services/s",
            {
                "apiVersion": "v1",
                "kind": "Service",
                "metadata": {"name": "s"},
                "spec": {"ports": [{"port": 81, "name": "y"}]},
            },
        ),
        ("MERGE u", "services/s", {"spec": {"type": "NodePort"}}),
    ],
    "dry runs": [
        ("APPLY a", "configmaps/c?dryRun=All", cm({"x": "1"})),
        ("GET", "configmaps/c"),
        ("APPLY a", "configmaps/c", cm({"x": "1"})),
        ("APPLY a", "configmaps/c?dryRun=All", cm({"x": "2"})),
        ("GET", "configmaps/c"),
    ],
}


@pytest.mark.parametrize("name", SCRIPTS)
def test_applies_as_a_real_server_does(name: str, compare: Callable[[Any], None]) -> None:
    compare(SCRIPTS[name])
