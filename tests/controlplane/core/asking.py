"""Short ways to ask an embedded control plane."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from mendloop.controlplane import ADMIN, ControlPlane, Request, User
from mendloop.controlplane.watching import WatchStream

MERGE = "application/merge-patch+json"
CMS = "/api/v1/namespaces/default/configmaps"
PODS = "/api/v1/namespaces/default/pods"


class Answer(NamedTuple):
    status: int
    body: Any
    headers: Any


def request(
    method: str, path: str, body: Any = None, *, type: str = "application/json", **query: Any
) -> Request:
    headers = {"user-agent": "test/1"}
    if body is not None:
        headers["content-type"] = type
    text = None if body is None else json.dumps(body).encode()
    return Request(method, path, tuple((name, str(value)) for name, value in query.items()), headers, text)


def ask(
    plane: ControlPlane, method: str, path: str, body: Any = None, *, user: User = ADMIN, **rest: Any
) -> Answer:
    answer = plane.handle(request(method, path, body, **rest), user)
    assert not isinstance(answer, WatchStream)
    parsed = (
        json.loads(answer.body) if answer.headers.get("content-type") == "application/json" else answer.body
    )
    return Answer(answer.status, parsed, answer.headers)


def watch(plane: ControlPlane, path: str, **query: Any) -> WatchStream:
    answer = plane.handle(request("GET", path, watch=1, **query))
    assert isinstance(answer, WatchStream)
    return answer


def taken(stream: WatchStream) -> list[tuple[str, str, str]]:
    """Type, name and revision of each event that waits; an error shows its code instead of a name."""
    events = []
    for line in stream.take():
        event = json.loads(line)
        obj = event["object"]
        metadata = obj["metadata"]
        name = str(obj["code"]) if event["type"] == "ERROR" else metadata.get("name", "")
        events.append((event["type"], name, metadata.get("resourceVersion", "")))
    return events


def create(plane: ControlPlane, name: str, path: str = CMS, **rest: Any) -> Any:
    answer = ask(plane, "POST", path, {"metadata": {"name": name, **rest.pop("metadata", {})}, **rest})
    assert answer.status == 201, answer
    return answer.body


def definition(
    plural: str, kind: str, *, schema: Any = None, versions: tuple[str, ...] = ("v1",), **spec: Any
) -> dict[str, Any]:
    known = schema or {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    listed = [
        {"name": name, "served": True, "storage": name == versions[0], "schema": {"openAPIV3Schema": known}}
        for name in versions
    ]
    return {
        "metadata": {"name": f"{plural}.x.example.com"},
        "spec": {
            "group": "x.example.com",
            "scope": "Namespaced",
            "names": {"plural": plural, "kind": kind},
            "versions": listed,
            **spec,
        },
    }
