"""Objects as views over their JSON."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

import msgspec
import pytest

from mendloop.model.decoding import Unfit
from mendloop.model.kinds import Key, Kind, KindId
from mendloop.model.resource import Object, Resource, gvk_of, top
from mendloop.model.types import Meta, NoStatus, Spec, Status


class CacheSpec(Spec):
    image: str
    size: Annotated[int, Meta(ge=1, le=9)] = 1


class CacheStatus(Status):
    endpoint: str = ""
    phase: str = "New"


class Cache(Resource[CacheSpec, CacheStatus], group="cache.example.com", version="v1"):
    """A cache."""


class Settings(Resource[Spec, NoStatus], group="", version="v1", kind="ConfigMap", crd=False):
    data = top(dict[str, str])


class Node(Resource[Spec], group="", version="v1", scope="Cluster", crd=False):
    """Of no namespace."""


def cache(**spec: Any) -> Cache:
    tree = {"metadata": {"name": "a", "namespace": "d", "uid": "u"}, "spec": {"image": "x", **spec}}
    return Cache.from_dict(tree)


def test_a_class_says_its_kind() -> None:
    assert Kind("cache.example.com", "v1", "Cache", "caches", True) == Cache.KIND
    assert (CacheSpec, CacheStatus, NoStatus) == (Cache.SPEC, Cache.STATUS, Node.STATUS)


def test_a_view_reads_metadata_spec_and_status() -> None:
    tree = {
        "metadata": {"name": "a", "namespace": "d", "labels": {"k": "v"}, "generation": 3},
        "spec": {"image": "x", "unknown": True},
        "status": {"endpoint": "e"},
    }
    one = Cache.from_dict(tree)
    assert (one.name, one.namespace, one.labels, one.generation) == ("a", "d", {"k": "v"}, 3)
    assert one.spec == CacheSpec(image="x")
    assert one.status.endpoint == "e"
    assert one.key == Key(KindId("cache.example.com", "Cache"), "d", "a")


def test_nulls_in_metadata_are_absent() -> None:
    one = Cache.from_dict(
        {"metadata": {"name": "a", "labels": None, "creationTimestamp": None}, "status": None}
    )
    assert (one.labels, one.status.endpoint) == ({}, "")


@pytest.mark.parametrize("raw", [b"{", b"[]", b'{"metadata": {"name": 3}}', b"\xff"])
def test_what_is_no_object_is_unfit(raw: bytes) -> None:
    with pytest.raises(Unfit):
        Cache.from_raw(raw)


def test_a_spec_of_another_form_is_unfit_with_its_path() -> None:
    with pytest.raises(Unfit) as caught:
        _ = cache(size="many").spec
    assert caught.value.field == "spec.size"


def test_an_object_made_by_hand_is_checked_as_the_server_would() -> None:
    with pytest.raises(Unfit, match=r"spec\.size"):
        Cache("a", spec=CacheSpec(image="x", size=99))


def test_changing_a_status_leaves_the_bytes_and_other_views_alone() -> None:
    one = cache()
    one.status.endpoint = "e"
    assert one.observed_status().endpoint == ""
    assert Cache.from_raw(one.raw).status.endpoint == ""


def test_trees_that_are_handed_out_are_copies() -> None:
    one = cache()
    one.to_dict()["spec"]["image"] = "other"
    found = one.at("spec", dict[str, Any])
    assert found is not None
    found["image"] = "other"
    assert one.at("spec.image", str) == "x"


def test_our_own_status_that_no_longer_fits_starts_at_its_defaults() -> None:
    """An older version of the operator wrote it; it must not block the object for good."""
    one = Cache.from_dict({"metadata": {"name": "a"}, "status": {"phase": 3, "endpoint": "e"}})
    assert (one.status.phase, one.status.endpoint) == ("New", "e")


def test_at_follows_names_quoted_names_indexes_and_keys() -> None:
    tree = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "p", "annotations": {"example.com/team": "blue"}},
        "spec": {"containers": [{"name": "web", "image": "x"}]},
    }
    pod = Object.from_dict(tree)
    assert pod.at('metadata.annotations["example.com/team"]', str) == "blue"
    assert pod.at("spec.containers[0].image", str) == "x"
    assert pod.at("spec.containers[name=web].image", str) == "x"
    assert pod.at("spec.containers[1].image", str) is None
    assert pod.at("spec.replicas", int, 1) == 1
    with pytest.raises(Unfit, match=r"spec\.containers\[0\]\.image"):
        pod.at("spec.containers[0].image", int)


def test_a_top_level_field_reads_as_empty_where_it_is_absent() -> None:
    assert Settings.from_dict({"data": {"a": "b"}}).data == {"a": "b"}
    assert Settings.from_dict({}).data == {}


def test_an_overlay_states_the_address_and_the_fields() -> None:
    web = Object("web", kind="networking.k8s.io/v1/Ingress")
    assert web.overlay({"metadata": {"labels": {"team": "blue"}}}) == {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "Ingress",
        "metadata": {"labels": {"team": "blue"}, "name": "web", "namespace": "default"},
    }


def test_a_cluster_scoped_object_made_by_hand_has_no_namespace() -> None:
    assert Node("n1", spec=Spec()).key == Key(KindId("", "Node"), "", "n1")


def test_an_item_of_a_list_gets_its_kind_from_its_class() -> None:
    """Lists do not repeat apiVersion and kind on their items."""
    assert cache().gvk == "cache.example.com/v1/Cache"


def test_deletion_and_readiness_are_read_off_the_object() -> None:
    going = Cache("a", spec=CacheSpec(image="x"), deleting=datetime(2026, 1, 1, tzinfo=UTC))
    assert going.deleting
    assert not going.ready
    assert Cache("a", spec=CacheSpec(image="x"), ready=False).ready is False


def test_keep_is_refused_clearly() -> None:
    with pytest.raises(TypeError, match="not in this version"):
        cache().keep()  # type: ignore[attr-defined]


@pytest.mark.parametrize("ref", ["Deployment", "apps/v1/", "a/b/c/d", 3, Object, int])
def test_what_names_no_kind_is_refused(ref: Any) -> None:
    with pytest.raises(TypeError):
        gvk_of(ref)


def test_a_resource_without_the_type_of_its_spec_is_refused() -> None:
    with pytest.raises(TypeError, match="say the type of its spec"):
        type("Bad", (Resource,), {}, group="g", version="v1")


def test_what_a_user_states_leaves_out_what_the_server_fills_in() -> None:
    stated = Cache("a", spec=CacheSpec(image="x"), labels={"k": "v"}).to_manifest()
    assert stated == {
        "apiVersion": "cache.example.com/v1",
        "kind": "Cache",
        "metadata": {"name": "a", "labels": {"k": "v"}},
        "spec": {"image": "x"},
    }
    assert msgspec.json.encode(stated)
