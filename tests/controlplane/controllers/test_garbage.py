"""Garbage collection and namespaces, on the embedded control plane and on a real one (R78)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from mendloop.controlplane import ControlPlane
from mendloop.controlplane.real import RealControlPlane

from .place import BOTH, Place, Refused, embedded
from .place import real as real_one
from .world import Object

MAPS = "{ns}/configmaps"
NAMESPACES = "/api/v1/namespaces"
HOLD = "example.com/hold"


@pytest.fixture
async def embedded_place() -> AsyncIterator[Place]:
    plane = ControlPlane(seed=0)
    async with plane.running():
        yield embedded(plane)


@pytest.fixture
def real_place(real: RealControlPlane, namespace: str) -> Place:
    return real_one(real, namespace)


@pytest.fixture(params=BOTH)
def place(request: pytest.FixtureRequest) -> Place:
    # Not async: a session's control plane cannot be started from within a running loop.
    found: Place = request.getfixturevalue(f"{request.param}_place")
    return found


def config_map(name: str, *owners: Object, finalizers: tuple[str, ...] = ()) -> Object:
    metadata: Object = {"name": name}
    if owners:
        metadata["ownerReferences"] = list(owners)
    if finalizers:
        metadata["finalizers"] = list(finalizers)
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata}


def owner(obj: Object, **changed: object) -> Object:
    metadata = obj["metadata"]
    return {
        "apiVersion": "v1",
        "kind": obj["kind"],
        "name": metadata["name"],
        "uid": metadata["uid"],
        **changed,
    }


async def test_r78_background_deletes_the_owner_first(place: Place) -> None:
    top = place.ask("POST", MAPS, config_map("top"))
    middle = place.ask("POST", MAPS, config_map("middle", owner(top)))
    place.ask("POST", MAPS, config_map("bottom", owner(middle)))
    await place.stays(lambda: place.names(MAPS) == ["bottom", "middle", "top"])
    place.ask("DELETE", f"{MAPS}/top", propagationPolicy="Background")
    assert "top" not in place.names(MAPS)
    await place.until(lambda: place.names(MAPS) == [])


async def test_r78_foreground_keeps_the_owner_until_what_blocks_it_is_gone(place: Place) -> None:
    top = place.ask("POST", MAPS, config_map("top"))
    place.ask("POST", MAPS, config_map("held", owner(top, blockOwnerDeletion=True), finalizers=(HOLD,)))
    place.ask("POST", MAPS, config_map("loose", owner(top), finalizers=(HOLD,)))
    place.ask("DELETE", f"{MAPS}/top", propagationPolicy="Foreground")

    def all_go() -> bool:
        found = place.items(MAPS)
        return len(found) == 3 and all("deletionTimestamp" in each["metadata"] for each in found)

    await place.until(all_go)
    await place.stays(all_go)
    place.ask("PATCH", f"{MAPS}/held", {"metadata": {"finalizers": None}})
    await place.until(lambda: place.names(MAPS) == ["loose"])
    place.ask("PATCH", f"{MAPS}/loose", {"metadata": {"finalizers": None}})


async def test_r78_orphan_frees_the_dependents(place: Place) -> None:
    top = place.ask("POST", MAPS, config_map("top"))
    place.ask("POST", MAPS, config_map("child", owner(top)))
    place.ask("DELETE", f"{MAPS}/top", propagationPolicy="Orphan")
    await place.until(lambda: place.names(MAPS) == ["child"])
    assert "ownerReferences" not in place.ask("GET", f"{MAPS}/child")["metadata"]


async def test_r78_an_owner_with_another_uid_is_no_owner(place: Place) -> None:
    top = place.ask("POST", MAPS, config_map("top"))
    place.ask("POST", MAPS, config_map("child", owner(top, uid="00000000-0000-4000-8000-000000000000")))
    await place.until(lambda: place.names(MAPS) == ["top"])


async def test_r78_an_owner_in_another_namespace_is_no_owner(place: Place) -> None:
    other = f"{place.namespace}-other"
    place.ask("POST", NAMESPACES, {"metadata": {"name": other}})
    top = place.ask("POST", f"{NAMESPACES}/{other}/configmaps", config_map("top"))
    await asyncio.sleep(0.5)  # the real one tells where an owner lives only once it has seen it
    place.ask("POST", MAPS, config_map("child", owner(top)))
    await place.until(lambda: place.names(MAPS) == [])
    await place.until(lambda: len(place.items("{ns}/events")) == 1)
    (event,) = place.items("{ns}/events")
    assert (event["type"], event["reason"]) == ("Warning", "OwnerRefInvalidNamespace")
    assert event["involvedObject"]["name"] == "child" and event["involvedObject"]["kind"] == "ConfigMap"
    assert event["source"]["component"] == "garbage-collector-controller"
    uid = top["metadata"]["uid"]
    assert event["message"] == (
        f"ownerRef [v1/ConfigMap, namespace: {place.namespace}, name: top, uid: {uid}] "
        f'does not exist in namespace "{place.namespace}"'
    )
    place.ask("DELETE", f"{NAMESPACES}/{other}")


async def test_one_owner_left_is_enough(place: Place) -> None:
    first, second = (place.ask("POST", MAPS, config_map(name)) for name in ("first", "second"))
    place.ask("POST", MAPS, config_map("child", owner(first), owner(second)))
    place.ask("DELETE", f"{MAPS}/first")

    def left() -> list[str]:
        owners = place.ask("GET", f"{MAPS}/child")["metadata"].get("ownerReferences", [])
        return [each["name"] for each in owners]

    await place.until(lambda: left() == ["second"])
    await place.stays(lambda: left() == ["second"])


async def test_a_circle_that_waits_for_itself_is_resolved(place: Place) -> None:
    first = place.ask("POST", MAPS, config_map("first"))
    second = place.ask("POST", MAPS, config_map("second", owner(first, blockOwnerDeletion=True)))
    back = {"metadata": {"ownerReferences": [owner(second, blockOwnerDeletion=True)]}}
    place.ask("PATCH", f"{MAPS}/first", back)
    await asyncio.sleep(0.5)
    place.ask("DELETE", f"{MAPS}/first", propagationPolicy="Foreground")
    await place.until(lambda: place.names(MAPS) == [])


async def test_an_owner_of_an_unknown_kind_deletes_nothing(place: Place) -> None:
    stranger = {"apiVersion": "nowhere.example/v1", "kind": "Ghost", "name": "g", "uid": "u"}
    place.ask("POST", MAPS, config_map("child", stranger))
    await place.stays(lambda: place.names(MAPS) == ["child"])


async def test_r78_a_namespace_waits_for_finalizers_and_says_for_which(place: Place) -> None:
    name = f"{place.namespace}-shop"
    maps = f"{NAMESPACES}/{name}/configmaps"
    place.ask("POST", NAMESPACES, {"metadata": {"name": name}})
    place.ask("POST", maps, config_map("held", finalizers=(HOLD,)))
    place.ask("POST", maps, config_map("free"))
    answer = place.ask("DELETE", f"{NAMESPACES}/{name}")
    assert answer["status"]["phase"] == "Terminating" and answer["metadata"]["deletionTimestamp"]

    def said() -> dict[str, tuple[str, str, str]]:
        conditions = place.ask("GET", f"{NAMESPACES}/{name}")["status"].get("conditions", [])
        return {each["type"]: (each["status"], each["reason"], each["message"]) for each in conditions}

    await place.until(lambda: place.names(maps) == ["held"] and len(said()) == 5)
    assert said() == {
        "NamespaceDeletionDiscoveryFailure": (
            "False",
            "ResourcesDiscovered",
            "All resources successfully discovered",
        ),
        "NamespaceDeletionGroupVersionParsingFailure": (
            "False",
            "ParsedGroupVersions",
            "All legacy kube types successfully parsed",
        ),
        "NamespaceDeletionContentFailure": (
            "False",
            "ContentDeleted",
            "All content successfully deleted, may be waiting on finalization",
        ),
        "NamespaceContentRemaining": (
            "True",
            "SomeResourcesRemain",
            "Some resources are remaining: configmaps. has 1 resource instances",
        ),
        "NamespaceFinalizersRemaining": (
            "True",
            "SomeFinalizersRemain",
            f"Some content in the namespace has finalizers remaining: {HOLD} in 1 resource instances",
        ),
    }
    with pytest.raises(Refused, match="because it is being terminated") as refused:
        place.ask("POST", maps, config_map("late"))
    assert refused.value.status == 403
    assert refused.value.answer["details"]["causes"][0]["reason"] == "NamespaceTerminating"
    place.ask("PATCH", f"{maps}/held", {"metadata": {"finalizers": None}})
    await place.until(lambda: name not in place.names(NAMESPACES))


async def test_r78_a_namespace_comes_back_under_its_name(place: Place) -> None:
    name = f"{place.namespace}-shop2"
    maps = f"{NAMESPACES}/{name}/configmaps"
    first = place.ask("POST", NAMESPACES, {"metadata": {"name": name}})
    place.ask("POST", maps, config_map("old"))
    place.ask("DELETE", f"{NAMESPACES}/{name}")
    await place.until(lambda: name not in place.names(NAMESPACES))
    again = place.ask("POST", NAMESPACES, {"metadata": {"name": name}})
    assert again["metadata"]["uid"] != first["metadata"]["uid"]
    assert again["status"]["phase"] == "Active" and again["spec"]["finalizers"] == ["kubernetes"]
    assert place.names(maps) == []
    place.ask("DELETE", f"{NAMESPACES}/{name}")


async def test_what_was_there_before_the_controllers_is_collected_too() -> None:
    plane = ControlPlane(seed=1)
    place = embedded(plane)
    gone = {"apiVersion": "v1", "kind": "ConfigMap", "name": "x", "uid": "u"}
    place.ask("POST", MAPS, config_map("child", gone))
    async with plane.running():
        await place.until(lambda: place.names(MAPS) == [])


async def test_every_namespace_has_a_service_account() -> None:
    plane = ControlPlane(seed=1)
    place = embedded(plane)
    async with plane.running():
        place.ask("POST", NAMESPACES, {"metadata": {"name": "shop"}})
        await place.until(lambda: place.names(f"{NAMESPACES}/shop/serviceaccounts") == ["default"])
