"""The verbs: what is sent, what is answered, and what an exception says about a write."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from mendloop.controlplane import ControlPlane
from mendloop.errors.exceptions import ApiError, Transient
from mendloop.kube.builtin import BUILTIN
from mendloop.kube.client import Call, Client, Ref
from mendloop.kube.transport import Request, Response

CONFIG_MAP = BUILTIN["v1/ConfigMap"]
MANAGER = "cache.example.com"


class Recorded:
    """A transport that keeps what is asked and answers what it is given."""

    def __init__(self, *answers: Response | Exception) -> None:
        self.asked: list[Request] = []
        self._answers = list(answers)

    async def request(self, request: Request, *, timeout_s: float) -> Response:
        self.asked.append(request)
        answer = self._answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


def object_answer(status: int = 200, **headers: str) -> Response:
    body = {"kind": "ConfigMap", "metadata": {"name": "a", "namespace": "d", "uid": "u"}}
    return Response(status, headers, msgspec.json.encode(body))


def config_map(name: str, **data: str) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": name, "namespace": "default"},
        "data": data,
    }


def test_a_path_is_percent_encoded() -> None:
    role = BUILTIN["rbac.authorization.k8s.io/v1/Role"]
    assert Ref(role, "d", "system:a/b", "status").path.endswith("/roles/system%3Aa%2Fb/status")


async def test_an_apply_says_who_and_how() -> None:
    wire = Recorded(object_answer(201, warning='299 - "old"'))
    answer = await Client(wire).apply(  # type: ignore[arg-type]
        Ref(CONFIG_MAP, "d", "a"), {"x": 1}, manager="me", force=True, dry_run=True, timeout_s=4.2
    )
    (request,) = wire.asked
    assert (request.method, request.path) == ("PATCH", "/api/v1/namespaces/d/configmaps/a")
    assert dict(request.query) == {
        "fieldManager": "me",
        "force": "true",
        "dryRun": "All",
        "timeout": "5s",
    }
    assert request.headers["content-type"] == "application/apply-patch+yaml"
    assert request.body == b'{"x":1}'
    assert (answer.status, answer.meta.uid, answer.warnings) == (201, "u", ('299 - "old"',))


async def test_a_delete_always_carries_the_uid() -> None:
    status = Response(200, {}, b'{"kind":"Status","status":"Success"}')
    wire = Recorded(status, object_answer())
    client = Client(wire)  # type: ignore[arg-type]
    ref = Ref(CONFIG_MAP, "d", "a")
    assert (await client.delete(ref, uid="u", resource_version="7")).gone
    assert not (await client.delete(ref, uid="u", propagation="Orphan")).gone
    first, second = (msgspec.json.decode(request.body or b"") for request in wire.asked)
    assert first["preconditions"] == {"uid": "u", "resourceVersion": "7"}
    assert first["propagationPolicy"] == "Background"
    assert (second["preconditions"], second["propagationPolicy"]) == ({"uid": "u"}, "Orphan")


async def test_every_request_is_observed_with_what_came_of_it() -> None:
    seen: list[tuple[Call, int]] = []
    wire = Recorded(object_answer(), Response(503, {}, b"down"), OSError("reset"), object_answer())
    client = Client(wire, observer=lambda call, status, seconds: seen.append((call, status)))  # type: ignore[arg-type]
    ref = Ref(CONFIG_MAP, "d", "a")
    await client.get(ref)
    with pytest.raises(ApiError, match="down"):
        await client.merge_patch(ref, {})
    with pytest.raises(OSError, match="reset"):
        await client.update(ref, {})
    await client.apply(ref, {}, manager="m", dry_run=True)
    assert [(call.verb, call.is_write, status) for call, status in seen] == [
        ("get", False, 200),
        ("patch", True, 503),
        ("update", True, 0),
        ("apply", False, 200),
    ]


async def test_an_exception_of_unknown_origin_counts_as_sent_and_names_the_request() -> None:
    client = Client(Recorded(TimeoutError()))  # type: ignore[arg-type]
    with pytest.raises(TimeoutError) as raised:
        await client.apply(Ref(CONFIG_MAP, "d", "a"), {}, manager="m")
    assert raised.value.sent is True  # type: ignore[attr-defined]
    assert raised.value.__notes__ == ["during PATCH /api/v1/namespaces/d/configmaps/a"]


@pytest.mark.parametrize("body", [b"<html>", b"[]", b'{"metadata":{"name":7}}', b'{"x":"\xff"}', b""])
async def test_an_answer_that_is_no_object_is_worth_another_try(body: bytes) -> None:
    client = Client(Recorded(Response(200, {}, body)))  # type: ignore[arg-type]
    with pytest.raises(Transient, match="no object") as raised:
        await client.update(Ref(CONFIG_MAP, "d", "a"), {})
    assert raised.value.sent is True  # type: ignore[attr-defined]


async def test_the_verbs_agree_with_the_embedded_control_plane(control_plane: ControlPlane) -> None:
    client = Client(control_plane.transport())
    ref = Ref(CONFIG_MAP, "default", "one")
    applied = await client.apply(ref, config_map("one", a="1"), manager=MANAGER)
    assert (applied.status, applied.meta.version > 0) == (201, True)
    again = await client.apply(ref, config_map("one", a="1"), manager=MANAGER)
    assert again.meta.resource_version == applied.meta.resource_version
    patched = await client.json_patch(ref, [{"op": "add", "path": "/data/c", "value": "3"}])
    assert patched.decoded()["data"] == {"a": "1", "c": "3"}
    with pytest.raises(ApiError) as conflict:
        await client.update(ref, applied.raw)
    assert (conflict.value.status, conflict.value.reason) == (409, "Conflict")
    assert (conflict.value.verb, conflict.value.path) == ("PUT", ref.path)
    with pytest.raises(ApiError) as namesake:
        await client.delete(ref, uid="another")
    assert namesake.value.status == 409
    assert (await client.delete(ref, uid=applied.meta.uid)).gone
    with pytest.raises(ApiError) as gone:
        await client.get(ref)
    assert (gone.value.status, gone.value.reason) == (404, "NotFound")


async def test_pages_of_the_embedded_control_plane_hold_one_snapshot(control_plane: ControlPlane) -> None:
    client = Client(control_plane.transport())
    for number in range(5):
        await client.create(Ref(CONFIG_MAP, "default"), config_map(f"n{number}"))
    pages = [page async for page in client.pages(Ref(CONFIG_MAP, "default"), limit=2)]
    assert sum(len(page.items or ()) for page in pages) == 5
    assert len({page.metadata.resource_version for page in pages}) == 1
