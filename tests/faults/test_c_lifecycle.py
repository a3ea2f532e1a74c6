"""FAULTS.md C: what may happen to an object in its life."""

from __future__ import annotations

import asyncio

import msgspec

from mendloop.chaos import Delay, Hold
from mendloop.controlplane import Request, Response, User
from mendloop.k8s import ConfigMap
from mendloop.testing import Cluster

from .operators import (
    Outside,
    Site,
    careful_operator,
    condition,
    made,
    page,
    pages,
    site,
    site_operator,
    warnings,
)


async def test_c1_a_deletion_in_the_middle_of_a_pass_ends_in_teardown(cluster: Cluster) -> None:
    outside = Outside({"s"})
    cluster.faults.add(Delay(5), "apply", kind="ConfigMap")
    async with cluster.run(careful_operator(), deps=outside):
        found = await cluster.create(site(pages=3))
        await cluster.advance(2)
        await cluster.delete(found)
        await cluster.settled()
        assert await cluster.find(Site, "s") is None
        assert outside == Outside(set(), ["s"])
        assert await pages(cluster) == {}
        writes = cluster.writes
        await cluster.advance(600)
        assert cluster.writes == writes, "nothing is created after the teardown"


async def test_c2_a_finalizer_that_another_removed_is_no_error(cluster: Cluster) -> None:
    outside = Outside({"s"})
    async with cluster.run(careful_operator(), deps=outside):
        found = await cluster.create(site())
        await cluster.settled()
        assert (await cluster.get(Site, "s")).finalizers == ("faults.example.com/finalizer",)
        cluster.faults.add(Delay(5), "write", kind="Site", subresource="")
        await cluster.delete(found)
        await cluster.advance(2)
        await cluster.patch(found, {"metadata": {"finalizers": None}})
        await cluster.settled()
        assert await cluster.find(Site, "s") is None
        assert warnings(cluster) == []
        calls = cluster.requests
        await cluster.advance(600)
        assert cluster.requests - calls < 20


async def test_c3_no_finalizer_is_added_to_what_is_being_deleted(cluster: Cluster) -> None:
    """The operator sees the deletion late; the server refuses the finalizer, which says why."""
    outside = Outside()
    cluster.faults.add(Delay(5), "write", kind="Site", subresource="")
    cluster.faults.add(Hold(30), "watch", kind="Site")
    async with cluster.run(careful_operator(), deps=outside):
        held = {"name": "s", "namespace": "default", "finalizers": ["example.com/hold"]}
        tree = {"apiVersion": "faults.example.com/v1", "kind": "Site", "metadata": held, "spec": {"pages": 2}}
        await cluster.advance(1)
        found = await cluster.create(tree)
        await cluster.advance(32)
        await cluster.delete(found)
        await cluster.advance(120)
        assert await pages(cluster) == {}, "nothing is created for what is being deleted"
        assert (await cluster.get(Site, "s")).finalizers == ("example.com/hold",)
        tries = len([each for each in made(cluster, plural="sites") if each.call.writes])
        assert tries < 20, "conflicts, until its watch tells it what happened"
        await cluster.patch(found, {"metadata": {"finalizers": None}})
        await cluster.settled()
        assert await cluster.find(Site, "s") is None
        assert not [each for each in warnings(cluster) if "Invalid" in each["reason"]]


async def test_c3_the_refusal_of_a_finalizer_is_not_the_users_fault(cluster: Cluster) -> None:
    """R37: the answer means that the object is being deleted, which the watch tells later."""
    why = "Forbidden: no new finalizers can be added if the object is being deleted"
    cause = {"reason": "FieldValueForbidden", "message": why, "field": "metadata.finalizers"}
    details = {"name": "s", "group": "faults.example.com", "kind": "Site", "causes": [cause]}
    message = f'Site.faults.example.com "s" is invalid: metadata.finalizers: {why}'
    cluster.faults.fail(
        "write", kind="Site", subresource="", status=422, reason="Invalid", message=message, details=details
    )
    cluster.faults.add(Hold(30), "watch", kind="Site")
    async with cluster.run(careful_operator(), deps=Outside()):
        held = {"name": "s", "namespace": "default", "finalizers": ["example.com/hold"]}
        tree = {"apiVersion": "faults.example.com/v1", "kind": "Site", "metadata": held, "spec": {}}
        await cluster.advance(1)
        found = await cluster.create(tree)
        await cluster.delete(found)
        await cluster.advance(120)
        tries = [each for each in made(cluster, "patch", "sites") if not each.call.subresource]
        assert [each.status for each in tries] == [422], "no second try"
        assert warnings(cluster) == [] and await pages(cluster) == {}
        await cluster.patch(found, {"metadata": {"finalizers": None}})
        await cluster.settled()
        assert await cluster.find(Site, "s") is None


async def test_c4_two_that_write_finalizers_lose_neither(cluster: Cluster) -> None:
    first, second = Outside({"s"}), Outside({"s"})
    one, two = careful_operator("one.example.com"), careful_operator("two.example.com")
    async with cluster.run(one, deps=first), cluster.run(two, deps=second):
        found = await cluster.create(site(pages=0))
        await cluster.patch(found, {"metadata": {"finalizers": ["users.example.com/own"]}})
        await cluster.settled()
        assert set((await cluster.get(Site, "s")).finalizers) == {
            "users.example.com/own",
            "one.example.com/finalizer",
            "two.example.com/finalizer",
        }
        await cluster.delete(found)
        await cluster.settled()
        assert (await cluster.get(Site, "s")).finalizers == ("users.example.com/own",)
        await cluster.patch(found, {"metadata": {"finalizers": None}})
        await cluster.settled()
    assert not first.entries and not second.entries
    assert await cluster.find(Site, "s") is None


async def test_c5_what_was_deleted_while_the_operator_was_down_is_cleaned_up(cluster: Cluster) -> None:
    outside = Outside({"s"})
    async with cluster.run(careful_operator(), deps=outside):
        found = await cluster.create(site())
        await cluster.settled()
    await cluster.delete(found)
    await cluster.advance(3600)
    assert (await cluster.get(Site, "s")).deleting and outside.entries == {"s"}
    async with cluster.run(careful_operator(), deps=outside):
        await cluster.settled()
    assert await cluster.find(Site, "s") is None and not outside.entries
    assert await pages(cluster) == {}


async def test_c11_a_namesake_is_not_deleted(cluster: Cluster) -> None:
    bodies: list[dict[str, object]] = []

    def note(request: Request, user: User) -> Response | None:
        if request.method == "DELETE" and user.name == "faults.example.com":
            bodies.append(msgspec.json.decode(request.body or b"{}"))
        return None

    cluster.plane.interceptors.append(note)
    async with cluster.run(site_operator()):
        found = await cluster.create(site(pages=2))
        await cluster.settled()
        old = await cluster.get(ConfigMap, "s-1")
        cluster.faults.add(Delay(5), "delete", kind="ConfigMap")
        await cluster.patch(found, {"spec": {"pages": 1}})
        await cluster.advance(2)
        await cluster.delete(old)
        await cluster.create(page("s-1", text="a stranger"))
        await cluster.settled()
        assert await pages(cluster) == {"s-0": "a", "s-1": "a stranger"}
        assert (await condition(cluster, "s")).status == "True"
    assert bodies, "the delete was sent"
    assert all(body["preconditions"] == {"uid": old.uid} or "uid" in str(body) for body in bodies)


async def test_c12_a_child_that_was_edited_or_deleted_is_restored(cluster: Cluster) -> None:
    async with cluster.run(site_operator()):
        await cluster.create(site(pages=2))
        await cluster.settled()
        await cluster.delete(await cluster.get(ConfigMap, "s-0"))
        await cluster.patch(await cluster.get(ConfigMap, "s-1"), {"data": {"text": "by hand"}})
        await cluster.advance(2)
        assert await pages(cluster) == {"s-0": "a", "s-1": "a"}
        await cluster.settled()
        assert (await condition(cluster, "s")).status == "True"


async def test_c12_what_was_edited_while_the_operator_was_down_is_restored(cluster: Cluster) -> None:
    async with cluster.run(site_operator()):
        await cluster.create(site())
        await cluster.settled()
    await cluster.patch(await cluster.get(ConfigMap, "s-0"), {"data": {"text": "by hand"}})
    async with cluster.run(site_operator()):
        await cluster.settled()
    assert await pages(cluster) == {"s-0": "a"}


async def test_c14_there_and_back_quickly_ends_where_it_began(cluster: Cluster) -> None:
    cluster.faults.add(Delay(3), "apply", kind="ConfigMap", nth=2, times=1)
    async with cluster.run(site_operator()):
        found = await cluster.create(site(text="a"))
        await cluster.settled()
        await cluster.patch(found, {"spec": {"text": "b", "pages": 3}})
        await asyncio.sleep(0.02)
        await cluster.patch(found, {"spec": {"text": "a", "pages": 1}})
        await cluster.settled()
        assert await pages(cluster) == {"s-0": "a"}
        last = await cluster.get(Site, "s")
        assert last.status.observed_generation == last.generation == 3
        assert last.status.pages == 1 and (await condition(cluster, "s")).status == "True"
