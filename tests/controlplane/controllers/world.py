"""Short ways to talk to a control plane in these tests."""

from __future__ import annotations

from typing import Any

import msgspec

from mendloop.controlplane import ControlPlane, Request, Response

Object = dict[str, Any]


def ask(plane: ControlPlane, method: str, path: str, body: Object | None = None, **query: str) -> Object:
    """The answer's document. Fails the test where the answer is no success."""
    kind = "application/merge-patch+json" if method == "PATCH" else "application/json"
    raw = msgspec.json.encode(body) if body is not None else None
    answer = plane.handle(Request(method, path, tuple(query.items()), {"content-type": kind}, raw))
    assert isinstance(answer, Response)
    assert answer.status < 400, answer.body
    found: Object = msgspec.json.decode(answer.body)
    return found


def names(plane: ControlPlane, kind: str, namespace: str = "") -> list[str]:
    return [each["metadata"]["name"] for each in plane.objects(kind, namespace)]


def one(plane: ControlPlane, kind: str, name: str, namespace: str = "default") -> Object:
    found = [
        each
        for each in plane.objects(kind)
        if each["metadata"]["name"] == name and each["metadata"].get("namespace", namespace) == namespace
    ]
    assert len(found) == 1, (kind, name, [each["metadata"]["name"] for each in plane.objects(kind)])
    return found[0]


def workload(kind: str, name: str, *, image: str = "nginx:1", replicas: int = 2, **spec: Any) -> Object:
    labels = {"app": name}
    template = {"metadata": {"labels": labels}, "spec": {"containers": [{"name": "c", "image": image}]}}
    body = {"replicas": replicas, "selector": {"matchLabels": labels}, "template": template, **spec}
    return {"apiVersion": "apps/v1", "kind": kind, "metadata": {"name": name}, "spec": body}


def config_map(
    name: str, *owners: Object, finalizers: tuple[str, ...] = (), namespace: str = "default"
) -> Object:
    metadata: Object = {"name": name, "namespace": namespace}
    if owners:
        metadata["ownerReferences"] = list(owners)
    if finalizers:
        metadata["finalizers"] = list(finalizers)
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata}


def owner(obj: Object, **changed: Any) -> Object:
    metadata = obj["metadata"]
    reference = {"apiVersion": obj["apiVersion"], "kind": obj["kind"]}
    return {**reference, "name": metadata["name"], "uid": metadata["uid"], **changed}
