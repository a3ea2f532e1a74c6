"""What was ours and is stated no longer; what others changed of ours."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest
import yaml

from mendloop.delta import applied, apply_body, diff, release
from mendloop.model.openapi import Schema
from mendloop.model.schemas import Schemas

VECTORS = Path(__file__).parents[1] / "vectors" / "delta"
SCHEMAS = Schemas()
OWNER = "cellar.example.com"
KEY = 'k:{"name":"c"}'


def fields(tree: dict[str, Any]) -> bytes:
    return msgspec.json.encode(tree)


def deployment(**spec: Any) -> dict[str, Any]:
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"}, "spec": spec}


def compare(wish: dict[str, Any], live: dict[str, Any], **options: Any) -> Any:
    return diff(wish, live, SCHEMAS.of(wish), OWNER, **options)


def entry(manager: str, tree: dict[str, Any], operation: str = "Apply", **more: str) -> dict[str, Any]:
    return {"manager": manager, "operation": operation, "fieldsV1": tree, **more}


def test_an_unstated_field_is_removed_and_its_default_named() -> None:
    owned = fields({"f:spec": {"f:replicas": {}, "f:paused": {}}})
    delta = compare(deployment(paused=True), deployment(paused=True, replicas=5), owned=owned)
    (change,) = delta.changes
    assert (change.path, change.before, change.after) == ("spec.replicas", 5, 1)
    assert change.why == "is stated no longer"
    assert applied(delta, deployment(replicas=5), None)["spec"] == {"replicas": 1}


def test_wish_14_a_field_that_is_given_up_is_no_change() -> None:
    owned = fields({"f:spec": {"f:replicas": {}}})
    delta = compare(deployment(), deployment(replicas=5), owned=owned, give_up=["spec.replicas"])
    assert delta.empty
    assert [(given.path, given.live) for given in delta.given_up] == [("spec.replicas", 5)]


def test_a_removed_field_that_already_has_its_default_is_left_alone() -> None:
    owned = fields({"f:spec": {"f:replicas": {}}})
    assert compare(deployment(), deployment(replicas=1), owned=owned).empty


def test_ownership_is_read_from_the_object_where_it_is_not_handed_in() -> None:
    live = deployment(replicas=5)
    live["metadata"]["managedFields"] = [
        entry(OWNER, {"f:spec": {"f:replicas": {}}}),
        entry(OWNER, {"f:status": {}}, subresource="status"),
        entry("other", {"f:spec": {"f:paused": {}}}, "Update"),
    ]
    assert compare(deployment(), live).paths == ("spec.replicas",)
    assert diff(deployment(), live, SCHEMAS.get("apps/v1/Deployment"), "other").empty


def test_a_shared_field_stays_with_its_other_owner() -> None:
    live = deployment(replicas=5)
    tree = {"f:spec": {"f:replicas": {}}}
    live["metadata"]["managedFields"] = [entry(OWNER, tree), entry("helm", tree)]
    (change,) = compare(deployment(), live).changes
    assert (change.before, change.after) == (5, 5)
    assert "stays with helm" in change.why


def test_an_unstated_item_goes_and_others_items_stay() -> None:
    live = {
        "apiVersion": "v1",
        "kind": "Pod",
        "spec": {"containers": [{"name": n, "image": "i"} for n in "abc"]},
    }
    wish = {"apiVersion": "v1", "kind": "Pod", "spec": {"containers": [{"name": "a", "image": "i"}]}}
    item = {".": {}, "f:name": {}, "f:image": {}}
    owned = fields({"f:spec": {"f:containers": {'k:{"name":"a"}': item, 'k:{"name":"b"}': item}}})
    assert compare(wish, live, owned=owned).paths == ("spec.containers[name=b]",)


def test_a_list_map_key_with_a_default_is_found_again() -> None:
    port = {".": {}, "f:port": {}}
    owned = fields(
        {
            "f:spec": {
                "f:ports": {'k:{"port":53,"protocol":"TCP"}': port, 'k:{"port":53,"protocol":"UDP"}': port}
            }
        }
    )
    wish = {"apiVersion": "v1", "kind": "Service", "spec": {"ports": [{"port": 53}]}}
    live = {"spec": {"ports": [{"port": 53, "protocol": "TCP"}, {"port": 53, "protocol": "UDP"}]}}
    assert compare(wish, live, owned=owned).paths == ("spec.ports[port=53,protocol=UDP]",)


def test_unstated_labels_and_finalizers_of_ours_go() -> None:
    wish = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "x", "labels": {"a": "1"}}}
    live = {"metadata": {"labels": {"a": "1", "b": "2", "c": "3"}, "finalizers": ["x/ours", "y/theirs"]}}
    owned = fields(
        {"f:metadata": {"f:labels": {"f:a": {}, "f:b": {}}, "f:finalizers": {'v:"x/ours"': {}}, "f:name": {}}}
    )
    assert compare(wish, live, owned=owned).paths == ("metadata.labels.b", "metadata.finalizers[=x/ours]")


def test_null_states_nothing() -> None:
    owned = fields({"f:spec": {"f:replicas": {}}})
    assert compare(deployment(replicas=None), deployment(replicas=5), owned=owned).paths == ("spec.replicas",)


def test_an_emptied_list_is_a_change_only_where_we_filled_it() -> None:
    wish = {"apiVersion": "v1", "kind": "Service", "spec": {"externalIPs": []}}
    live = {"spec": {"externalIPs": ["192.0.2.1"]}}
    assert compare(wish, live).empty
    assert compare(wish, live, owned=fields({"f:spec": {"f:type": {}}})).empty
    assert compare(wish, live, owned=fields({"f:spec": {"f:externalIPs": {}}})).paths == ("spec.externalIPs",)


def test_a_strangers_field_in_what_we_own_as_a_whole_is_a_change() -> None:
    """Whoever edits a part of something atomic takes all of it from us."""
    ref = {"name": "s", "key": "k"}
    wish, live = (
        {"apiVersion": "v1", "kind": "Pod", "spec": {"containers": [{"name": "c", "env": [env]}]}}
        for env in (
            {"name": "A", "valueFrom": {"secretKeyRef": ref}},
            {"name": "A", "valueFrom": {"secretKeyRef": {**ref, "optional": True}}},
        )
    )
    ours = {".": {}, "f:name": {}}
    env = {'k:{"name":"A"}': {**ours, "f:valueFrom": {"f:secretKeyRef": {}}}}
    kept = fields({"f:spec": {"f:containers": {KEY: {**ours, "f:env": env}}}})
    lost = fields({"f:spec": {"f:containers": {KEY: {**ours, "f:env": {'k:{"name":"A"}': ours}}}}})
    assert compare(wish, live, owned=kept).empty
    (change,) = compare(wish, live, owned=lost).changes
    assert change.path == "spec.containers[name=c].env[name=A].valueFrom.secretKeyRef.optional"


def test_a_strangers_field_deep_inside_an_atomic_list_is_a_change() -> None:
    """A default there is told from an edit by who owns the list."""
    rule: dict[str, Any] = {"from": [{"podSelector": {}}]}
    wish = {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "spec": {"ingress": [rule]}}
    block = {"ipBlock": {"cidr": "192.0.2.0/24"}}
    live = {"spec": {"ingress": [{"from": [{"podSelector": {}, **block}], "ports": [{"port": 80}]}]}}
    lost = fields({"f:spec": {"f:podSelector": {}}})
    wish["spec"] = {"podSelector": {}, **wish["spec"]}  # type: ignore[dict-item]
    live["spec"]["podSelector"] = {}  # type: ignore[assignment]
    assert compare(wish, live, owned=fields({"f:spec": {"f:podSelector": {}, "f:ingress": {}}})).empty
    paths = compare(wish, live, owned=lost).paths
    assert set(paths) == {"spec.ingress[0].ports", "spec.ingress[0].from[0].ipBlock"}


def test_who_changed_a_field_is_named() -> None:
    live = deployment(replicas=5)
    live["metadata"]["managedFields"] = [
        entry(OWNER, {"f:spec": {"f:paused": {}}}),
        entry("kubectl-edit", {"f:spec": {"f:replicas": {}}}, "Update"),
    ]
    (change,) = compare(deployment(replicas=3), live).changes
    assert change.why == "was changed by kubectl-edit"


def test_r33_leftovers_of_another_operator_are_nobodys_business() -> None:
    live = yaml.safe_load((VECTORS / "R33-leftover.yaml").read_text())
    wish = {"apiVersion": live["apiVersion"], "kind": live["kind"], "spec": {"ovens": 2}}
    assert diff(wish, live, None, OWNER).empty
    assert diff({**wish, "spec": {"ovens": 3}}, live, None, OWNER).paths == ("spec.ovens",)


def test_the_apply_body_states_only_wishes() -> None:
    manifest = {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {
            "name": "s",
            "creationTimestamp": None,
            "uid": "u",
            "resourceVersion": "1",
            "labels": None,
        },
        "stringData": {"a": "b"},
        "data": {"c": "ZA=="},
        "status": {},
    }
    assert apply_body(manifest) == {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": "s"},
        "data": {"a": "Yg==", "c": "ZA=="},
    }


def test_the_apply_body_keeps_a_null_that_is_a_value() -> None:
    fields = {"a": {"type": "string", "nullable": True, "default": "x"}, "b": {"type": "string"}}
    schema = Schema.from_crd(
        {"type": "object", "properties": {"spec": {"type": "object", "properties": fields}}}
    )
    body = apply_body({"kind": "K", "spec": {"a": None, "b": None}}, schema)
    assert body["spec"] == {"a": None}


def test_a_release_takes_only_our_entrys_path_out() -> None:
    tree = {
        "f:spec": {
            "f:replicas": {},
            "f:template": {"f:spec": {"f:containers": {KEY: {".": {}, "f:image": {}}}}},
        }
    }
    live = deployment(replicas=5)
    others = entry("hpa", {"f:spec": {"f:replicas": {}}}, "Update", subresource="scale")
    live["metadata"] |= {"resourceVersion": "7", "managedFields": [entry(OWNER, tree), others]}
    ours, version = release(live, OWNER, ["spec.replicas", "spec.template.spec.containers[name=c].image"])
    (left, kept) = ours["value"]
    assert kept == others
    assert left["fieldsV1"] == {"f:spec": {"f:template": {"f:spec": {"f:containers": {KEY: {".": {}}}}}}}
    assert version == {"op": "replace", "path": "/metadata/resourceVersion", "value": "7"}
    assert release(live, OWNER, ["spec.paused"]) == []


@pytest.mark.parametrize("owned", [b"[]", b"{", b'{"x:a": {}}'])
def test_a_malformed_owned_set_is_refused(owned: bytes) -> None:
    with pytest.raises(ValueError, match="fieldsV1"):
        compare(deployment(), deployment(), owned=owned)
