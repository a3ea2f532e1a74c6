from __future__ import annotations

import asyncio

import pytest

from mendloop.controlplane import ControlPlane

from .world import Object, ask, config_map, names, one, owner

MAPS = "/api/v1/namespaces/default/configmaps"
NAMESPACES = "/api/v1/namespaces"


def make(plane: ControlPlane, obj: Object) -> Object:
    return ask(plane, "POST", f"/api/v1/namespaces/{obj['metadata']['namespace']}/configmaps", obj)


async def test_r78_background_deletes_the_owner_first(control_plane: ControlPlane) -> None:
    top = make(control_plane, config_map("top"))
    middle = make(control_plane, config_map("middle", owner(top)))
    make(control_plane, config_map("bottom", owner(middle)))
    ask(control_plane, "DELETE", f"{MAPS}/top", propagationPolicy="Background")
    assert names(control_plane, "v1/ConfigMap", "default") == ["bottom", "middle"]
    await asyncio.sleep(2)
    assert names(control_plane, "v1/ConfigMap", "default") == []


async def test_r78_foreground_keeps_the_owner_until_what_blocks_it_is_gone(
    control_plane: ControlPlane,
) -> None:
    top = make(control_plane, config_map("top"))
    blocks = owner(top, blockOwnerDeletion=True)
    make(control_plane, config_map("held", blocks, finalizers=("example.com/hold",)))
    make(control_plane, config_map("loose", owner(top), finalizers=("example.com/hold",)))
    ask(control_plane, "DELETE", f"{MAPS}/top", propagationPolicy="Foreground")
    await asyncio.sleep(60)
    assert names(control_plane, "v1/ConfigMap", "default") == ["held", "loose", "top"]
    assert one(control_plane, "v1/ConfigMap", "loose")["metadata"]["deletionTimestamp"]
    ask(control_plane, "PATCH", f"{MAPS}/held", {"metadata": {"finalizers": None}})
    await asyncio.sleep(2)
    assert names(control_plane, "v1/ConfigMap", "default") == ["loose"], "only a blocking dependent holds it"


async def test_r78_orphan_frees_the_dependents(control_plane: ControlPlane) -> None:
    top = make(control_plane, config_map("top"))
    make(control_plane, config_map("child", owner(top)))
    ask(control_plane, "DELETE", f"{MAPS}/top", propagationPolicy="Orphan")
    await asyncio.sleep(2)
    assert names(control_plane, "v1/ConfigMap", "default") == ["child"]
    assert "ownerReferences" not in one(control_plane, "v1/ConfigMap", "child")["metadata"]


async def test_r78_an_owner_with_another_uid_is_no_owner(control_plane: ControlPlane) -> None:
    top = make(control_plane, config_map("top"))
    make(control_plane, config_map("child", owner(top, uid="00000000-0000-4000-8000-000000000000")))
    await asyncio.sleep(2)
    assert names(control_plane, "v1/ConfigMap", "default") == ["top"]


async def test_r78_an_owner_in_another_namespace_is_no_owner(control_plane: ControlPlane) -> None:
    ask(control_plane, "POST", NAMESPACES, {"metadata": {"name": "other"}})
    top = make(control_plane, config_map("top", namespace="other"))
    make(control_plane, config_map("child", owner(top)))
    await asyncio.sleep(2)
    assert names(control_plane, "v1/ConfigMap", "default") == []
    (event,) = control_plane.objects("v1/Event")
    uid = top["metadata"]["uid"]
    assert event["reason"] == "OwnerRefInvalidNamespace" and event["involvedObject"]["name"] == "child"
    assert event["message"] == (
        f"ownerRef [v1/ConfigMap, namespace: default, name: top, uid: {uid}] "
        'does not exist in namespace "default"'
    )


async def test_one_owner_left_is_enough(control_plane: ControlPlane) -> None:
    first, second = (make(control_plane, config_map(name)) for name in ("first", "second"))
    make(control_plane, config_map("child", owner(first), owner(second)))
    ask(control_plane, "DELETE", f"{MAPS}/first")
    await asyncio.sleep(2)
    left = one(control_plane, "v1/ConfigMap", "child")["metadata"]["ownerReferences"]
    assert [each["name"] for each in left] == ["second"]


async def test_an_owner_of_an_unknown_kind_deletes_nothing(control_plane: ControlPlane) -> None:
    stranger = {"apiVersion": "nowhere.example/v1", "kind": "Ghost", "name": "g", "uid": "u"}
    make(control_plane, config_map("child", stranger))
    await asyncio.sleep(600)
    assert names(control_plane, "v1/ConfigMap", "default") == ["child"]


async def test_what_was_there_before_the_controllers_is_collected_too() -> None:
    plane = ControlPlane(seed=1)
    make(
        plane,
        config_map(
            "child", owner({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "x", "uid": "u"}})
        ),
    )
    async with plane.running():
        await asyncio.sleep(1)
    assert names(plane, "v1/ConfigMap", "default") == []


async def test_r78_a_namespace_waits_for_finalizers_and_says_for_which(control_plane: ControlPlane) -> None:
    ask(control_plane, "POST", NAMESPACES, {"metadata": {"name": "shop"}})
    make(control_plane, config_map("held", finalizers=("example.com/hold",), namespace="shop"))
    make(control_plane, config_map("free", namespace="shop"))
    ask(control_plane, "DELETE", f"{NAMESPACES}/shop")
    await asyncio.sleep(30)
    found = one(control_plane, "v1/Namespace", "shop")
    assert found["status"]["phase"] == "Terminating"
    said = {each["type"]: each["message"] for each in found["status"]["conditions"]}
    assert said["NamespaceContentRemaining"] == (
        "Some resources are remaining: configmaps. has 1 resource instances"
    )
    assert said["NamespaceFinalizersRemaining"] == (
        "Some content in the namespace has finalizers remaining: example.com/hold in 1 resource instances"
    )
    path = "/api/v1/namespaces/shop/configmaps/held"
    ask(control_plane, "PATCH", path, {"metadata": {"finalizers": None}})
    await asyncio.sleep(2)
    assert "shop" not in names(control_plane, "v1/Namespace")


async def test_r78_a_namespace_comes_back_under_its_name(control_plane: ControlPlane) -> None:
    first = ask(control_plane, "POST", NAMESPACES, {"metadata": {"name": "shop"}})
    make(control_plane, config_map("old", namespace="shop"))
    ask(control_plane, "DELETE", f"{NAMESPACES}/shop")
    await asyncio.sleep(2)
    again = ask(control_plane, "POST", NAMESPACES, {"metadata": {"name": "shop"}})
    assert again["metadata"]["uid"] != first["metadata"]["uid"]
    assert again["status"]["phase"] == "Active"
    await asyncio.sleep(2)
    assert names(control_plane, "v1/ConfigMap", "shop") == []
    assert names(control_plane, "v1/ServiceAccount", "shop") == ["default"]


async def test_nothing_new_enters_a_namespace_that_goes(control_plane: ControlPlane) -> None:
    ask(control_plane, "POST", NAMESPACES, {"metadata": {"name": "shop"}})
    make(control_plane, config_map("held", finalizers=("example.com/hold",), namespace="shop"))
    ask(control_plane, "DELETE", f"{NAMESPACES}/shop")
    with pytest.raises(AssertionError, match="because it is being terminated"):
        make(control_plane, config_map("late", namespace="shop"))
