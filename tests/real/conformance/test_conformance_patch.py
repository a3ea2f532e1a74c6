"""The three patch formats, and outdated resourceVersions by every verb (R76), on both servers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

CM = {"metadata": {"name": "c", "labels": {"l": "1"}}, "data": {"a": "1", "b": "2"}}
C: dict[str, Any] = {"name": "c", "image": "x:1", "env": [{"name": "A", "value": "1"}], "args": ["1", "2"]}
DEPLOYMENT: dict[str, Any] = {
    "metadata": {"name": "d"},
    "spec": {
        "selector": {"matchLabels": {"a": "b"}},
        "template": {
            "metadata": {"labels": {"a": "b"}},
            "spec": {"containers": [C, {"name": "e", "image": "y:1"}], "volumes": [{"name": "v"}]},
        },
    },
}


def containers(*items: Any, **more: Any) -> dict[str, Any]:
    return {"spec": {"template": {"spec": {"containers": list(items), **more}}}}


def jsons(*patches: list[Any]) -> list[tuple[Any, ...]]:
    return [("POST u", "configmaps", CM), *(("JSON p", "configmaps/c", patch) for patch in patches)]


def strategic(*patches: Any) -> list[tuple[Any, ...]]:
    return [
        ("POST u", "deployments", DEPLOYMENT),
        *(("STRATEGIC p", "deployments/d", patch) for patch in patches),
    ]


def merges(*patches: Any) -> list[tuple[Any, ...]]:
    return [("POST u", "configmaps", CM), *(("MERGE p", "configmaps/c", patch) for patch in patches)]


SCRIPTS: dict[str, list[tuple[Any, ...]]] = {
    "json: adds, replaces, removes": jsons(
        [{"op": "add", "path": "/data/c", "value": "3"}, {"op": "remove", "path": "/data/a"}],
        [{"op": "replace", "path": "/data/b", "value": "9"}],
        [
            {"op": "move", "from": "/data/b", "path": "/data/z"},
            {"op": "copy", "from": "/data/z", "path": "/data/y"},
        ],
    ),
    "json: a missing key": jsons(
        [{"op": "replace", "path": "/data/new", "value": "1"}],
        [{"op": "remove", "path": "/data/nope"}],
        [{"op": "test", "path": "/data/nope", "value": None}],
        [{"op": "test", "path": "/data/a", "value": "2"}],
        [{"op": "add", "path": "/nope/a", "value": "2"}],
    ),
    "json: what is no patch": jsons({}, [1], [{"op": "frob", "path": "/data"}], [{"op": "add"}]),  # type: ignore[arg-type]
    "json: identity": jsons(
        [{"op": "replace", "path": "/metadata/name", "value": "zz"}],
        [{"op": "replace", "path": "/metadata/namespace", "value": "zz"}],
        [{"op": "remove", "path": "/metadata/name"}],
        [{"op": "replace", "path": "/metadata/resourceVersion", "value": "1"}],
        [{"op": "replace", "path": "/metadata/uid", "value": "1"}],
    ),
    "json: positions": [
        ("POST u", "deployments", DEPLOYMENT),
        (
            "JSON p",
            "deployments/d",
            [{"op": "add", "path": "/spec/template/spec/containers/0/args/-", "value": "3"}],
        ),
        (
            "JSON p",
            "deployments/d",
            [{"op": "add", "path": "/spec/template/spec/containers/0/args/0", "value": "0"}],
        ),
        ("JSON p", "deployments/d", [{"op": "remove", "path": "/spec/template/spec/containers/0/args/-1"}]),
        (
            "JSON p",
            "deployments/d",
            [{"op": "replace", "path": "/spec/template/spec/containers/01/image", "value": "z"}],
        ),
        ("JSON p", "deployments/d", [{"op": "remove", "path": "/spec/template/spec/containers/9"}]),
    ],
    "merge": merges(
        {"data": {"a": None, "c": "3"}},
        {"metadata": {"labels": {"l": None, "m": "2"}, "annotations": {"x": "y"}}},
        {"data": None},
        {},
        {"foo": 1},
        {"data": {"a": 1}},
    ),
    "merge: what is no patch": merges([], "x", 1),
    "merge: strictly": [
        ("POST u", "configmaps", CM),
        ("MERGE p", "configmaps/c?fieldValidation=Strict", {"foo": 1}),
    ],
    "merge: lists are replaced": [
        ("POST u", "deployments", DEPLOYMENT),
        ("MERGE p", "deployments/d", containers({"name": "n", "image": "z:1"})),
        ("MERGE p", "deployments/d", {"spec": {"replicas": "x"}}),
        ("MERGE p", "deployments/d", {"spec": {"replicas": None}}),
    ],
    "strategic: merges by name": strategic(
        containers({"name": "c", "image": "x:2", "env": [{"name": "B", "value": "2"}]}),
        containers({"name": "new", "image": "n:1"}),
        containers({"name": "c", "args": ["9"]}),
        containers({"name": "c", "env": [{"name": "A", "$patch": "delete"}]}),
        containers({"name": "e", "$patch": "delete"}),
        {"spec": {"replicas": 5, "template": {"metadata": {"labels": {"x": "y"}}}}},
    ),
    "strategic: directives": strategic(
        containers({"$patch": "replace"}, {"name": "only", "image": "o:1"}),
        {"spec": {"strategy": {"$retainKeys": ["type"], "type": "Recreate"}}},
        {"metadata": {"annotations": {"$patch": "replace", "a": "b"}}},
        {"metadata": {"annotations": {"$patch": "delete"}}},
    ),
    "strategic: orders": strategic(
        containers(**{"$setElementOrder/containers": [{"name": "e"}, {"name": "c"}]}),
        containers(
            {"name": "n", "image": "n:1"},
            **{"$setElementOrder/containers": [{"name": "n"}, {"name": "c"}, {"name": "e"}]},
        ),
    ),
    "strategic: finalizers": [
        ("POST u", "configmaps", {"metadata": {"name": "c", "finalizers": ["e.io/a", "e.io/b"]}}),
        ("STRATEGIC p", "configmaps/c", {"metadata": {"finalizers": ["e.io/c"]}}),
        ("STRATEGIC p", "configmaps/c", {"metadata": {"$deleteFromPrimitiveList/finalizers": ["e.io/a"]}}),
    ],
    "strategic: volumes retain their keys": strategic(
        {
            "spec": {
                "template": {
                    "spec": {
                        "volumes": [
                            {"name": "v", "$retainKeys": ["name", "configMap"], "configMap": {"name": "m"}}
                        ]
                    }
                }
            }
        },
    ),
    "strategic: refusals": strategic(
        {"spec": {"template": {"$patch": "frob"}}},
        containers({"image": "z"}),
        containers({"name": "c", "$patch": "merge"}),
        containers({"name": "c", "image": "q"}, **{"$setElementOrder/containers": [{"name": "zz"}]}),
        {"spec": {"strategy": {"$retainKeys": "x"}}},
        {"spec": "x"},
        [],
    ),
    "strategic: services by port": [
        ("POST u", "services", {"metadata": {"name": "s"}, "spec": {"ports": [{"port": 80, "name": "a"}]}}),
        ("STRATEGIC p", "services/s", {"spec": {"ports": [{"port": 81, "name": "b"}]}}),
        ("STRATEGIC p", "services/s", {"spec": {"ports": [{"port": 80, "$patch": "delete"}]}}),
    ],
    "a missing object": [
        ("MERGE p", "configmaps/nope", {"data": {}}),
        ("JSON p", "configmaps/nope", []),
        ("MERGE p", "deployments/nope/status", {"status": {}}),
        ("MERGE p", "configmaps/nope?force=true", {}),
    ],
    "R76: outdated, by every verb": [
        ("POST u", "configmaps", CM),
        ("MERGE u", "configmaps/c", {"data": {"z": "1"}}),
        ("PUT u", "configmaps/c", {**CM, "metadata": {"name": "c", "resourceVersion": "1"}}),
        ("MERGE u", "configmaps/c", {"metadata": {"resourceVersion": "1"}, "data": {"z": "2"}}),
        ("JSON u", "configmaps/c", [{"op": "replace", "path": "/metadata/resourceVersion", "value": "1"}]),
        ("STRATEGIC u", "configmaps/c", {"metadata": {"resourceVersion": "1"}, "data": {"z": "2"}}),
        (
            "APPLY a",
            "configmaps/c",
            {
                "apiVersion": "v1",
                "kind": "ConfigMap",
                "metadata": {"name": "c", "resourceVersion": "1"},
                "data": {"z": "1"},
            },
        ),
        ("DELETE", "configmaps/c", {"preconditions": {"resourceVersion": "1"}}),
        ("DELETE", "configmaps/c", {"preconditions": {"uid": "11111111-1111-1111-1111-111111111111"}}),
        ("PUT u", "configmaps/c", {**CM, "metadata": {"name": "c", "resourceVersion": "abc"}}),
        ("PUT u", "configmaps/c", CM),
        ("GET", "configmaps/c"),
    ],
    "R76: outdated, status": [
        ("POST u", "deployments", DEPLOYMENT),
        ("MERGE u", "deployments/d", {"metadata": {"labels": {"a": "b"}}}),
        (
            "PUT s",
            "deployments/d/status",
            {**DEPLOYMENT, "metadata": {"name": "d", "resourceVersion": "1"}, "status": {"replicas": 1}},
        ),
        (
            "MERGE s",
            "deployments/d/status",
            {"metadata": {"resourceVersion": "1"}, "status": {"replicas": 1}},
        ),
        (
            "APPLY s",
            "deployments/d/status",
            {
                "apiVersion": "apps/v1",
                "kind": "Deployment",
                "metadata": {"name": "d", "resourceVersion": "1"},
                "status": {"replicas": 1},
            },
        ),
        ("PUT s", "deployments/d/status", {**DEPLOYMENT, "status": {"replicas": 1}}),
        ("GET", "deployments/d"),
    ],
    "R76: leases need one": [
        ("POST u", "leases", {"metadata": {"name": "l"}, "spec": {}}),
        ("PUT u", "leases/l", {"metadata": {"name": "l"}, "spec": {"holderIdentity": "a"}}),
        ("PUT u", "leases/l", {"metadata": {"name": "l", "resourceVersion": "1"}, "spec": {}}),
        ("PUT u", "leases/m", {"metadata": {"name": "m"}, "spec": {}}),
        ("PUT u", "leases/n", {"metadata": {"name": "n", "resourceVersion": "1"}, "spec": {}}),
    ],
    "R76: creating": [
        ("POST u", "configmaps", {"metadata": {"name": "c", "resourceVersion": "1"}}),
        ("PUT u", "configmaps/c", {"metadata": {"name": "c", "resourceVersion": "1"}}),
        ("POST u", "configmaps", CM),
        ("POST u", "configmaps", CM),
    ],
}


@pytest.mark.parametrize("name", SCRIPTS)
def test_patches_as_a_real_server_does(name: str, compare: Callable[[Any], None]) -> None:
    compare(SCRIPTS[name])
