"""R59: what `mendloop crd` makes of types is taken by a real API server and means what the types say."""

# msgspec gives each value its own copy of an empty default

from __future__ import annotations

import enum
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal

import msgspec
import pytest

from mendloop.controlplane.real import RealControlPlane
from mendloop.model.crd import crd
from mendloop.model.decoding import encode
from mendloop.model.resource import Resource, Scale
from mendloop.model.types import Meta, Model, Quantity, Spec, Status

Call = Callable[..., Any]
GROUP = "r59.example.com"
CRDS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"


class Level(enum.StrEnum):
    """How much is said."""

    QUIET = "quiet"
    LOUD = "loud"


class ByName(Model, tag="byName"):
    name: str


class ByLabel(Model, tag="byLabel"):
    labels: dict[str, str]


class Port(Model):
    name: str
    port: Annotated[int, Meta(ge=1, le=65535)] = 80


class GadgetSpec(Spec):
    """What is asked for."""

    level: Level = Level.QUIET
    fallback: Level | None = None
    step: Literal[1, 2] | None = None
    port: int | str = 80
    target: ByName | ByLabel
    extra: dict[str, Any] = {}
    anything: Any = None
    window: timedelta = timedelta(minutes=5)
    size: Quantity = "1Gi"
    tags: set[str] = set()
    since: datetime | None = None
    share: Annotated[float, Meta(ge=0, lt=1)] = 0.5
    replicas: int = 1
    weights: Mapping[str, int] = {}
    ports: Annotated[
        Sequence[Port],
        Meta(extra_json_schema={"x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["name"]}),
    ] = ()


class GadgetStatus(Status):
    replicas: int = 0
    phase: Literal["New", "Old"] = "New"


class Gadget(
    Resource[GadgetSpec, GadgetStatus],
    group=GROUP,
    version="v1",
    short_names=["gd"],
    columns={"Level": "spec.level"},
    scale=Scale(),
):
    """A gadget."""


EVERYTHING: dict[str, Any] = {
    "level": "loud",
    "fallback": "quiet",
    "step": 2,
    "port": "http",
    "target": {"type": "byName", "name": "a"},
    "extra": {"deep": {"free": [1, "a", None]}},
    "anything": [1, {"a": True}],
    "window": "1h30m",
    "size": "500m",
    "tags": ["a", "b"],
    "since": "2026-01-01T00:00:00Z",
    "share": 0.25,
    "replicas": 2,
    "weights": {"a": 1},
    "ports": [{"name": "web", "port": 8080}, {"name": "admin"}],
}


@pytest.fixture(scope="module")
def definition(call: Call) -> dict[str, Any]:
    """Gadget's definition, established."""
    call("POST", CRDS, crd(Gadget))
    for _ in range(200):
        found: dict[str, Any] = call("GET", f"{CRDS}/gadgets.{GROUP}")
        held = conditions(found)
        if held.get("Established") == "True":
            return found
        time.sleep(0.05)  # another program's clock
    raise AssertionError(f"never established: {held}")


def conditions(found: Mapping[str, Any]) -> dict[str, str]:
    listed = found.get("status", {}).get("conditions") or []
    return {one["type"]: one["status"] for one in listed}


@pytest.fixture
def gadgets(definition: dict[str, Any], namespace: str) -> str:
    """The collection in a namespace of the test's own."""
    return f"/apis/{GROUP}/v1/namespaces/{namespace}/gadgets"


@pytest.fixture
def apply(real: RealControlPlane) -> Call:
    """One server-side apply by our own manager, decoded."""

    def send(path: str, body: object) -> Any:
        request = urllib.request.Request(
            f"{real.url}{path}?fieldManager={GROUP}",
            method="PATCH",
            data=msgspec.json.encode(body),
            headers={
                "Authorization": f"Bearer {real.token('admin')}",
                "Content-Type": "application/apply-patch+yaml",
            },
        )
        with urllib.request.urlopen(request, context=real.ssl_context(), timeout=30) as answer:
            return msgspec.json.decode(answer.read())

    return send


def gadget(**spec: Any) -> dict[str, Any]:
    stated = {"target": {"type": "byName", "name": "a"}, **spec}
    return {"apiVersion": f"{GROUP}/v1", "kind": "Gadget", "metadata": {"name": "g"}, "spec": stated}


def refusal(call: Call, *args: Any, **more: Any) -> str:
    """The message of the Status with which the server refuses a request as invalid."""
    with pytest.raises(urllib.error.HTTPError) as caught:
        call(*args, **more)
    with caught.value as answer:
        status = msgspec.json.decode(answer.read())
    assert (answer.code, status["reason"]) == (422, "Invalid")
    return str(status["message"])


def test_r59_the_definition_is_structural_and_its_names_are_accepted(definition: dict[str, Any]) -> None:
    held = conditions(definition)
    assert held["NamesAccepted"] == "True"
    assert held.get("NonStructuralSchema", "False") == "False"


def test_r59_defaults_are_the_types_own(call: Call, gadgets: str) -> None:
    made = call("POST", gadgets, gadget())
    assert made["spec"] == {
        "level": "quiet",
        "port": 80,
        "target": {"type": "byName", "name": "a"},
        "window": "5m0s",
        "size": "1Gi",
        "share": 0.5,
        "replicas": 1,
    }
    assert Gadget.from_dict(made).spec == GadgetSpec(target=ByName(name="a"))


def test_r59_what_the_types_encode_the_server_takes_and_gives_back(call: Call, gadgets: str) -> None:
    stated = msgspec.convert({**EVERYTHING, "window": "PT90M"}, GadgetSpec)
    tree = {**gadget(), "spec": msgspec.json.decode(encode(stated))}
    assert Gadget.from_dict(call("POST", gadgets, tree)).spec == stated


@pytest.mark.parametrize("port", [8080, "http"])
def test_r59_a_port_is_a_number_or_a_name(call: Call, gadgets: str, port: int | str) -> None:
    assert call("POST", gadgets, gadget(port=port))["spec"]["port"] == port


@pytest.mark.parametrize("size", [3, "1Gi", "500m", "1e3"])
def test_r59_a_quantity_is_a_number_or_text(call: Call, gadgets: str, size: int | str) -> None:
    assert call("POST", gadgets, gadget(size=size))["spec"]["size"] == size


@pytest.mark.parametrize(
    "target", [{"type": "byName", "name": "a"}, {"type": "byLabel", "labels": {"a": "b"}}]
)
def test_r59_each_branch_of_a_union_is_taken(call: Call, gadgets: str, target: dict[str, Any]) -> None:
    assert call("POST", gadgets, gadget(target=target))["spec"]["target"] == target


def test_r59_null_is_kept_where_optional_and_defaulted_elsewhere(call: Call, gadgets: str) -> None:
    made = call("POST", gadgets, gadget(fallback=None, since=None, step=None, level=None, tags=None))
    assert (made["spec"]["fallback"], made["spec"]["since"]) == (None, None)
    assert made["spec"]["level"] == "quiet"
    assert "tags" not in made["spec"]


@pytest.mark.parametrize(
    ("spec", "path"),
    [
        ({"level": "shout"}, "spec.level"),
        ({"fallback": "shout"}, "spec.fallback"),
        ({"step": 3}, "spec.step"),
        ({"port": True}, "spec.port"),
        ({"size": "1 GiB"}, "spec.size"),
        ({"window": "soon"}, "spec.window"),
        ({"window": "1 day"}, "spec.window"),
        ({"share": 1}, "spec.share"),
        ({"ports": [{"name": "a", "port": 0}]}, "spec.ports[0].port"),
        ({"ports": [{"port": 1}]}, "spec.ports[0].name"),
        ({"ports": [{"name": "a"}, {"name": "a"}]}, "spec.ports[1]"),
        ({"tags": ["a", "a"]}, "spec.tags[1]"),
        ({"target": {"type": "byMagic"}}, "spec.target.type"),
        ({"target": {"type": "byLabel"}}, "spec.target"),
        ({"target": {"type": "byName", "name": "a", "labels": {}}}, "spec.target"),
        ({"target": {"name": "a"}}, "spec.target.type"),
        ({"weights": {"a": "heavy"}}, "spec.weights.a"),
    ],
)
def test_r59_wrong_values_are_refused_with_a_readable_path(
    call: Call, gadgets: str, spec: dict[str, Any], path: str
) -> None:
    assert path in refusal(call, "POST", gadgets, gadget(**spec))


@pytest.mark.parametrize("field", sorted(EVERYTHING))
def test_r59_server_side_apply_works_on_every_field(apply: Call, gadgets: str, field: str) -> None:
    stated = gadget(**{field: EVERYTHING[field]})
    made = apply(f"{gadgets}/g", stated)
    expected = (
        [{"port": 80, **port} for port in EVERYTHING["ports"]] if field == "ports" else EVERYTHING[field]
    )
    assert made["spec"][field] == expected
    again = apply(f"{gadgets}/g", stated)
    assert again["metadata"]["resourceVersion"] == made["metadata"]["resourceVersion"]


def test_r59_status_and_scale_are_subresources(call: Call, apply: Call, gadgets: str) -> None:
    call("POST", gadgets, gadget())
    condition = {
        "type": "Ready",
        "status": "True",
        "reason": "AllGood",
        "message": "",
        "lastTransitionTime": "2026-01-01T00:00:00Z",
    }
    report = {**gadget(), "status": {"replicas": 2, "phase": "Old", "conditions": [condition]}}
    made = apply(f"{gadgets}/g/status", report)
    assert made["status"]["conditions"] == [condition]
    scale = call("GET", f"{gadgets}/g/scale")
    assert (scale["spec"]["replicas"], scale["status"]["replicas"]) == (1, 2)
