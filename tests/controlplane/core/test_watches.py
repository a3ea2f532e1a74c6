"""Watches: what is remembered, what is forgotten, and how time ends or fills the silence."""

from __future__ import annotations

import asyncio
import json

from mendloop.controlplane import ControlPlane

from .asking import CMS, MERGE, ask, create, request, taken, watch


def test_resumes_where_it_ended() -> None:
    plane = ControlPlane(seed=1)
    first = create(plane, "a")["metadata"]["resourceVersion"]
    second = create(plane, "b")["metadata"]["resourceVersion"]
    assert taken(watch(plane, CMS, resourceVersion=first)) == [("ADDED", "b", second)]


def test_a_version_that_is_forgotten_is_an_error_in_the_stream() -> None:
    plane = ControlPlane(seed=1)
    first = create(plane, "a")["metadata"]["resourceVersion"]
    create(plane, "b")
    plane.world.store.compact()
    stream = watch(plane, CMS, resourceVersion=first)
    assert stream.status == 200
    assert [event[:2] for event in taken(stream)] == [("ERROR", "410")]


def test_remembers_no_more_changes_than_its_window() -> None:
    plane = ControlPlane(seed=1, window=3)
    versions = [create(plane, f"c{number}")["metadata"]["resourceVersion"] for number in range(6)]
    assert [event[0] for event in taken(watch(plane, CMS, resourceVersion=versions[2]))] == ["ADDED"] * 3
    assert [event[1] for event in taken(watch(plane, CMS, resourceVersion=versions[1]))] == ["410"]


def test_a_watch_of_one_namespace_hears_nothing_of_another() -> None:
    plane = ControlPlane(seed=1)
    stream = watch(plane, CMS)
    create(plane, "other", path="/api/v1/namespaces/kube-system/configmaps")
    mine = create(plane, "mine")["metadata"]["resourceVersion"]
    assert taken(stream) == [("ADDED", "mine", mine)]


def test_leaving_the_selection_is_a_delete_with_the_old_object_and_the_new_version() -> None:
    plane = ControlPlane(seed=1)
    create(plane, "a", metadata={"labels": {"in": "yes"}})
    stream = watch(plane, CMS, labelSelector="in=yes")
    stream.take()
    left = ask(plane, "PATCH", f"{CMS}/a", {"metadata": {"labels": {"in": "no"}}}, type=MERGE).body[
        "metadata"
    ]
    event = json.loads(stream.take()[0])
    assert event["type"] == "DELETED"
    assert event["object"]["metadata"]["labels"] == {"in": "yes"}
    assert event["object"]["metadata"]["resourceVersion"] == left["resourceVersion"]


async def test_ends_after_its_timeout_on_the_loops_clock() -> None:
    plane = ControlPlane(seed=1)
    begun = asyncio.get_running_loop().time()
    async with plane.transport().stream(
        request("GET", CMS, watch=1, timeoutSeconds=30), connect_timeout_s=1
    ) as stream:
        assert [chunk async for chunk in stream.chunks()] == []
    assert asyncio.get_running_loop().time() - begun == 30


async def test_sends_a_bookmark_every_minute_of_silence() -> None:
    plane = ControlPlane(seed=1)
    query = {"watch": 1, "timeoutSeconds": 200, "allowWatchBookmarks": "true", "resourceVersion": 5}
    async with plane.transport().stream(request("GET", CMS, **query), connect_timeout_s=1) as stream:
        kinds = [json.loads(chunk)["type"] async for chunk in stream.chunks()]
    assert kinds == ["BOOKMARK"] * 3


async def test_hears_what_happens_while_it_waits() -> None:
    plane = ControlPlane(seed=1)
    transport = plane.transport()

    async def follow() -> str:
        async with transport.stream(request("GET", CMS, watch=1), connect_timeout_s=1) as stream:
            async for chunk in stream.chunks():
                return str(json.loads(chunk)["object"]["metadata"]["name"])
        return "nothing"

    waiting = asyncio.create_task(follow())
    await asyncio.sleep(100)
    create(plane, "late")
    assert await waiting == "late"


async def test_a_closed_stream_no_longer_listens() -> None:
    plane = ControlPlane(seed=1)
    collection = plane.world.store.collection("", "configmaps")
    async with plane.transport().stream(request("GET", CMS, watch=1), connect_timeout_s=1):
        pass
    stream = watch(plane, CMS)
    stream.close()
    create(plane, "a")
    assert stream.take() == []
    assert len(collection.history) == 1


async def test_a_subscription_gives_what_is_there_and_then_each_change() -> None:
    plane = ControlPlane(seed=1)
    create(plane, "a")
    with plane.subscribe(["v1/ConfigMap"]) as subscription:
        create(plane, "b")
        ask(plane, "DELETE", f"{CMS}/a")
        seen = [(happened, obj["metadata"]["name"]) for happened, obj in subscription.take()]
    assert seen == [("ADDED", "a"), ("ADDED", "b"), ("DELETED", "a")]
