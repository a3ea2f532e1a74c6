"""CustomResourceDefinitions: versions, conflicts of names, removal, and what is refused."""

from __future__ import annotations

from mendloop.controlplane import ControlPlane

from .asking import MERGE, ask, create, definition

CRDS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
THINGS = "/apis/x.example.com/v1/namespaces/default/things"


def _conditions(plane: ControlPlane, name: str) -> dict[str, str]:
    found = ask(plane, "GET", f"{CRDS}/{name}").body["status"]["conditions"]
    return {each["type"]: each["status"] for each in found}


def test_is_served_with_the_answer_to_its_creation() -> None:
    plane = ControlPlane(seed=1)
    assert ask(plane, "GET", THINGS).status == 404
    assert ask(plane, "POST", CRDS, definition("things", "Thing")).status == 201
    assert _conditions(plane, "things.x.example.com") == {"NamesAccepted": "True", "Established": "True"}
    assert ask(plane, "GET", THINGS).body["kind"] == "ThingList"


def test_one_object_is_seen_in_every_version() -> None:
    plane = ControlPlane(seed=1)
    ask(plane, "POST", CRDS, definition("things", "Thing", versions=("v1", "v2")))
    other = THINGS.replace("/v1/", "/v2/")
    thing = {"apiVersion": "x.example.com/v2", "kind": "Thing", "metadata": {"name": "a"}}
    created = ask(plane, "POST", other, thing)
    assert created.body["apiVersion"] == "x.example.com/v2"
    assert ask(plane, "GET", f"{THINGS}/a").body["apiVersion"] == "x.example.com/v1"
    listed = ask(plane, "GET", other).body["items"]
    assert [item["apiVersion"] for item in listed] == ["x.example.com/v2"]
    changed = ask(plane, "PATCH", f"{other}/a", {"spec": {"k": 1}}, type=MERGE)
    assert (changed.status, changed.body["apiVersion"]) == (200, "x.example.com/v2")


def test_a_version_that_is_no_longer_served_is_gone() -> None:
    plane = ControlPlane(seed=1)
    crd = definition("things", "Thing", versions=("v1", "v2"))
    ask(plane, "POST", CRDS, crd)
    crd["spec"]["versions"][1]["served"] = False
    patched = ask(plane, "PATCH", f"{CRDS}/things.x.example.com", {"spec": crd["spec"]}, type=MERGE)
    assert patched.status == 200
    assert ask(plane, "GET", THINGS.replace("/v1/", "/v2/")).status == 404
    assert ask(plane, "GET", THINGS).status == 200


def test_a_kind_that_another_definition_has_is_not_accepted() -> None:
    plane = ControlPlane(seed=1)
    ask(plane, "POST", CRDS, definition("things", "Thing"))
    ask(plane, "POST", CRDS, definition("others", "Thing"))
    assert _conditions(plane, "others.x.example.com") == {"NamesAccepted": "False", "Established": "False"}
    assert ask(plane, "GET", THINGS.replace("things", "others")).status == 404


def test_removal_waits_for_the_finalizers_of_its_objects() -> None:
    plane = ControlPlane(seed=1)
    ask(plane, "POST", CRDS, definition("things", "Thing"))
    head = {"apiVersion": "x.example.com/v1", "kind": "Thing"}
    create(plane, "free", path=THINGS, **head)
    create(plane, "held", path=THINGS, metadata={"finalizers": ["a.com/b"]}, **head)
    ask(plane, "DELETE", f"{CRDS}/things.x.example.com")
    assert [item["metadata"]["name"] for item in ask(plane, "GET", THINGS).body["items"]] == ["held"]
    refused = ask(plane, "POST", THINGS, {**head, "metadata": {"name": "late"}})
    assert (refused.status, refused.body["message"]) == (
        403,
        'things.x.example.com "late" is forbidden: create not allowed while custom resource definition is '
        "terminating",
    )
    ask(plane, "PATCH", f"{THINGS}/held", {"metadata": {"finalizers": None}}, type=MERGE)
    assert ask(plane, "GET", f"{CRDS}/things.x.example.com").status == 404
    assert ask(plane, "GET", THINGS).status == 404


def test_refuses_what_it_would_have_to_pretend() -> None:
    plane = ControlPlane(seed=1)
    hook = {
        "strategy": "Webhook",
        "webhook": {"clientConfig": {"url": "https://x"}, "conversionReviewVersions": ["v1"]},
    }
    webhook = ask(plane, "POST", CRDS, definition("things", "Thing", conversion=hook))
    assert webhook.status == 422
    assert "the embedded control plane calls no conversion webhooks" in webhook.body["message"]
    rules = {
        "type": "object",
        "properties": {"spec": {"type": "object", "x-kubernetes-validations": [{"rule": "true"}]}},
    }
    cel = ask(plane, "POST", CRDS, definition("things", "Thing", schema=rules))
    assert cel.status == 422
    fields = [cause["field"] for cause in cel.body["details"]["causes"]]
    assert fields == ["spec.validation.openAPIV3Schema.properties[spec].x-kubernetes-validations"]


def test_a_schema_that_is_not_structural_is_refused() -> None:
    plane = ControlPlane(seed=1)
    untyped = {"type": "object", "properties": {"spec": {"properties": {"a": {"type": "string"}}}}}
    assert ask(plane, "POST", CRDS, definition("things", "Thing", schema=untyped)).status == 422
