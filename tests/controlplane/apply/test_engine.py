"""What two managers may do to each other, and what managedFields say afterwards."""

from __future__ import annotations

from typing import Any

import pytest

from mendloop.controlplane.apply import ApplyConflict, ApplyRefused, server_side_apply, settle, track
from mendloop.model.openapi import Schema

NOW = 1_750_000_000.0
STRING = {"type": "string"}
PORT = {
    "type": "object",
    "properties": {
        "port": {"type": "integer"},
        "protocol": {"type": "string", "default": "TCP"},
        "name": STRING,
    },
}
CRD = {
    "type": "object",
    "properties": {
        "spec": {
            "type": "object",
            "properties": {
                "replicas": {"type": "integer"},
                "image": STRING,
                "ports": {
                    "type": "array",
                    "items": PORT,
                    "x-kubernetes-list-type": "map",
                    "x-kubernetes-list-map-keys": ["port", "protocol"],
                },
                "tags": {"type": "array", "items": STRING, "x-kubernetes-list-type": "set"},
                "args": {"type": "array", "items": STRING},
                "labels": {"type": "object", "additionalProperties": STRING},
                "whole": {
                    "type": "object",
                    "x-kubernetes-map-type": "atomic",
                    "properties": {"a": STRING, "b": STRING},
                },
                "free": {"type": "object", "x-kubernetes-preserve-unknown-fields": True},
            },
        },
        "status": {"type": "object", "properties": {"phase": STRING, "ready": {"type": "integer"}}},
    },
}
SCHEMA = Schema.from_crd(CRD)


def thing(spec: dict[str, Any] | None = None, **others: Any) -> dict[str, Any]:
    obj = {"apiVersion": "e.io/v1", "kind": "Thing", "metadata": {"name": "t"}}
    return {**obj, **({"spec": spec} if spec is not None else {}), **others}


def apply(live: Any, applied: Any, manager: str = "a", *, force: bool = False, **more: Any) -> Any:
    options = {"api_version": "e.io/v1", "now": NOW, "schema": SCHEMA, "subresource": "", **more}
    return server_side_apply(live, applied, manager=manager, force=force, **options)


def update(live: Any, new: Any, manager: str = "u", **more: Any) -> Any:
    options = {"api_version": "e.io/v1", "now": NOW, "schema": SCHEMA, "subresource": "", **more}
    return track(live, new, manager=manager, **options)


def owned(obj: Any) -> dict[str, Any]:
    entries = obj["metadata"].get("managedFields", [])
    return {f"{each['manager']}:{each['operation']}": each["fieldsV1"] for each in entries}


def test_creates_and_owns_what_it_states() -> None:
    made = apply(None, thing({"replicas": 1, "ports": [{"port": 80}], "tags": ["x"], "args": ["y"]}))
    assert made["spec"] == {"replicas": 1, "ports": [{"port": 80}], "tags": ["x"], "args": ["y"]}
    assert made["metadata"]["managedFields"] == [
        {
            "manager": "a",
            "operation": "Apply",
            "apiVersion": "e.io/v1",
            "time": "2025-06-15T15:06:40Z",
            "fieldsType": "FieldsV1",
            "fieldsV1": {
                "f:spec": {
                    "f:args": {},
                    "f:ports": {'k:{"port":80,"protocol":"TCP"}': {".": {}, "f:port": {}}},
                    "f:replicas": {},
                    "f:tags": {'v:"x"': {}},
                }
            },
        }
    ]


def test_removes_what_it_states_no_longer() -> None:
    live = apply(None, thing({"replicas": 1, "image": "i", "ports": [{"port": 80}, {"port": 81}]}))
    after = apply(live, thing({"ports": [{"port": 81}]}))
    assert after["spec"] == {"ports": [{"port": 81}]}


def test_keeps_what_another_manager_states_too() -> None:
    live = apply(None, thing({"replicas": 1, "image": "i"}))
    live = apply(live, thing({"image": "i"}), "b")
    after = apply(live, thing({"replicas": 1}))
    assert after["spec"] == {"replicas": 1, "image": "i"}
    assert owned(after) == {
        "a:Apply": {"f:spec": {"f:replicas": {}}},
        "b:Apply": {"f:spec": {"f:image": {}}},
    }


def test_names_the_one_who_disagrees() -> None:
    live = update(None, thing({"replicas": 1}), "kubectl-client-side-apply")
    with pytest.raises(ApplyConflict) as conflict:
        apply(live, thing({"replicas": 2}))
    about = '"kubectl-client-side-apply" using e.io/v1'
    assert conflict.value.message == f"Apply failed with 1 conflict: conflict with {about}: .spec.replicas"
    [cause] = conflict.value.causes
    expected = ("FieldManagerConflict", f"conflict with {about}", ".spec.replicas")
    assert (cause.reason, cause.message, cause.field) == expected


def test_lists_conflicts_by_manager_and_path() -> None:
    live = apply(None, thing({"replicas": 1, "ports": [{"port": 80, "name": "x"}]}), "alice")
    live = apply(live, thing({"replicas": 1}), "bob")
    with pytest.raises(ApplyConflict) as conflict:
        apply(live, thing({"replicas": 2, "ports": [{"port": 80, "name": "y"}]}), "carol")
    assert conflict.value.message == (
        'Apply failed with 3 conflicts: conflicts with "alice":\n- .spec.replicas\n'
        '- .spec.ports[port=80,protocol="TCP"].name\nconflicts with "bob":\n- .spec.replicas'
    )


def test_force_takes_the_field_from_the_others() -> None:
    live = apply(None, thing({"replicas": 1}), "alice")
    after = apply(live, thing({"replicas": 2}), "bob", force=True)
    assert after["spec"] == {"replicas": 2}
    assert owned(after) == {"bob:Apply": {"f:spec": {"f:replicas": {}}}}


def test_equal_values_are_shared_without_conflict() -> None:
    live = apply(None, thing({"replicas": 1}), "alice")
    after = apply(live, thing({"replicas": 1}), "bob", now=NOW + 60)
    assert set(owned(after)) == {"alice:Apply", "bob:Apply"}
    assert after["spec"] == live["spec"]


def test_applying_the_same_again_changes_nothing() -> None:
    live = apply(None, thing({"replicas": 1, "labels": {"x": "y"}}))
    assert apply(live, thing({"replicas": 1, "labels": {"x": "y"}}), now=NOW + 60) == live


def test_a_set_keeps_the_items_of_others() -> None:
    live = apply(None, thing({"tags": ["a", "b"]}), "alice")
    live = apply(live, thing({"tags": ["b", "c"]}), "bob")
    assert live["spec"]["tags"] == ["a", "b", "c"]
    assert apply(live, thing({"tags": []}), "alice")["spec"]["tags"] == ["b", "c"]


def test_what_only_lives_keeps_its_place_in_a_list() -> None:
    live = update(None, thing({"tags": ["a", "b", "c"]}))
    assert apply(live, thing({"tags": ["x", "b"]}))["spec"]["tags"] == ["a", "x", "b", "c"]
    assert apply(live, thing({"tags": ["c", "a"]}))["spec"]["tags"] == ["b", "c", "a"]


def test_atomic_parts_belong_to_one() -> None:
    live = apply(None, thing({"whole": {"a": "1"}, "args": ["x"]}), "alice")
    with pytest.raises(ApplyConflict) as conflict:
        apply(live, thing({"whole": {"b": "1"}, "args": ["y"]}), "bob")
    assert [cause.field for cause in conflict.value.causes] == [".spec.args", ".spec.whole"]
    after = apply(live, thing({"whole": {"b": "1"}}), "bob", force=True)
    assert after["spec"]["whole"] == {"b": "1"}


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ({"nope": 1}, ".spec.nope: field not declared in schema"),
        ({"replicas": "1"}, ".spec.replicas: expected numeric (int or float), got string"),
        ({"image": 1}, ".spec.image: expected string, got &value.valueUnstructured{Value:1}"),
        ({"tags": "x"}, ".spec.tags: expected list, got &{x}"),
        ({"labels": [1]}, ".spec.labels: expected map, got &{[1]}"),
        ({"tags": ["x", "x"]}, '.spec.tags: duplicate entries for key [="x"]'),
        (
            {"ports": [{"port": 1}, {"port": 1}]},
            '.spec.ports: duplicate entries for key [port=1,protocol="TCP"]',
        ),
    ],
)
def test_refuses_what_does_not_fit_with_a_500(spec: dict[str, Any], message: str) -> None:
    """APIFACTS 17: whatever fieldValidation says."""
    with pytest.raises(ApplyRefused) as refused:
        apply(None, thing(spec))
    head = "failed to create typed patch object (/t; e.io/v1, Kind=Thing): "
    assert (refused.value.code, refused.value.message) == (500, head + message)


def test_refuses_managed_fields_in_an_apply() -> None:
    with pytest.raises(ApplyRefused) as refused:
        apply(None, {**thing(), "metadata": {"name": "t", "managedFields": []}})
    assert (refused.value.code, refused.value.message) == (400, "metadata.managedFields must be nil")


def test_a_status_writer_owns_status_only() -> None:
    live = apply(None, thing({"replicas": 1}))
    new = {**live, "status": {"phase": "Ready"}, "spec": {"replicas": 9}}
    after = update(live, new, "c", subresource="status")
    entry = after["metadata"]["managedFields"][1]
    assert (entry["subresource"], entry["fieldsV1"]) == (
        "status",
        {"f:status": {".": {}, "f:phase": {}}},
    )
    assert owned(after)["a:Apply"] == {"f:spec": {"f:replicas": {}}}


def test_an_update_takes_what_it_changes_and_drops_what_it_removes() -> None:
    live = apply(None, thing({"replicas": 1, "image": "i", "labels": {"x": "1"}}))
    after = update(live, {**live, "spec": {"replicas": 2, "labels": {"x": "1"}}}, now=NOW + 60)
    assert owned(after) == {
        "a:Apply": {"f:spec": {"f:labels": {"f:x": {}}}},
        "u:Update": {"f:spec": {"f:replicas": {}}},
    }


def test_an_update_that_changes_nothing_leaves_no_trace() -> None:
    live = apply(None, thing({"replicas": 1}))
    assert update(live, live, now=NOW + 60) == live


def test_cleared_managed_fields_stay_cleared_until_the_next_apply() -> None:
    """APIFACTS 16 and 19."""
    live = apply(None, thing({"replicas": 1}))
    live["metadata"]["uid"] = "u"
    cleared = update(live, {**live, "metadata": {**live["metadata"], "managedFields": []}})
    assert "managedFields" not in cleared["metadata"]
    changed = update(cleared, {**cleared, "spec": {"replicas": 2}})
    assert "managedFields" not in changed["metadata"]
    with pytest.raises(ApplyConflict) as conflict:
        apply(changed, thing({"replicas": 3}))
    about = 'conflict with "before-first-apply" using e.io/v1: .spec.replicas'
    assert conflict.value.message == f"Apply failed with 1 conflict: {about}"


def test_keeps_at_most_ten_updaters() -> None:
    live = update(None, thing({"replicas": 0}), "u0")
    for each in range(1, 14):
        spec = {**live["spec"], "labels": {**live["spec"].get("labels", {}), f"l{each}": "x"}}
        live = update(live, {**live, "spec": spec}, f"u{each}", now=NOW + each)
    names = [entry["manager"] for entry in live["metadata"]["managedFields"]]
    assert len(names) == 10
    assert names[0] == "ancient-changes"


def test_kubectl_takes_over_what_it_applied_from_the_client() -> None:
    last = '{"apiVersion":"e.io/v1","kind":"Thing","metadata":{"name":"t"},"spec":{"replicas":1}}'
    key = "kubectl.kubernetes.io/last-applied-configuration"
    stated = {"name": "t", "annotations": {key: last}}
    live = update(None, {**thing({"replicas": 1}), "metadata": stated}, "kubectl-client-side-apply")
    after = apply(live, thing({"replicas": 2}), "kubectl")
    assert after["spec"] == {"replicas": 2}
    assert after["metadata"]["annotations"][key].endswith('"spec":{"replicas":2}}\n')
    with pytest.raises(ApplyConflict):
        apply(live, thing({"replicas": 2}), "other")


def test_without_a_schema_maps_merge_and_lists_are_whole() -> None:
    live = apply(None, thing({"m": {"a": 1}, "l": [{"x": 1}]}), "a", schema=None)
    after = apply(live, thing({"m": {"b": 2}}), "b", schema=None)
    assert after["spec"] == {"m": {"a": 1, "b": 2}, "l": [{"x": 1}]}


def test_settles_on_the_old_object_when_only_times_differ() -> None:
    live = apply(None, thing({"replicas": 1}))
    again = {
        **live,
        "metadata": {
            **live["metadata"],
            "managedFields": [{**live["metadata"]["managedFields"][0], "time": "2030-01-01T00:00:00Z"}],
        },
    }
    assert settle(live, again) is live
    assert settle(live, {**again, "spec": {"replicas": 2}}) != live
