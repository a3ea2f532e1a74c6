"""FAULTS.md B: what may happen to a write."""

from __future__ import annotations

import pytest

from mendloop.chaos import Fault, Hang, Reset, status_answer
from mendloop.controlplane import Request, Response, User
from mendloop.k8s import ConfigMap, Deployment
from mendloop.testing import Cluster

from .operators import Site, condition, made, page, pages, site, site_operator, warnings

FORBIDDEN = (
    'configmaps "s-0" is forbidden: User "faults.example.com" cannot patch resource "configmaps" '
    'in API group "" in the namespace "default"'
)


async def test_b1_a_conflict_is_read_again_and_decided_again(cluster: Cluster) -> None:
    rule = cluster.faults.fail("write", kind="ConfigMap", status=409, times=3)
    async with cluster.run(site_operator()):
        await cluster.create(site())
        await cluster.settled()
        assert await pages(cluster) == {"s-0": "a"}
        assert (await condition(cluster, "s")).status == "True"
    assert sum(hit.rule is rule for hit in cluster.faults.hits) == 3
    assert warnings(cluster) == [], "a conflict is no failure that anyone must hear of"


async def test_b1_conflicts_without_end_become_a_slow_retry(cluster: Cluster) -> None:
    rule = cluster.faults.fail("write", kind="ConfigMap", status=409, times=None)
    async with cluster.run(site_operator()):
        await cluster.create(site())
        await cluster.advance(600)
        assert len(made(cluster, "apply", "configmaps")) < 40
        cluster.faults.remove(rule)
        await cluster.settled(within=900)
        assert await pages(cluster) == {"s-0": "a"}


async def test_b1_a_status_that_changed_meanwhile_is_written_anew(cluster: Cluster) -> None:
    cluster.faults.fail("write", kind="Site", subresource="status", status=409, times=2)
    async with cluster.run(site_operator()):
        await cluster.create(site())
        await cluster.settled()
        assert (await cluster.get(Site, "s")).status.pages == 1


async def test_b2_what_belongs_to_another_is_not_taken(cluster: Cluster) -> None:
    other = {"apiVersion": "v1", "kind": "ConfigMap", "name": "their-owner"}
    await cluster.create(page("their-owner", text="x"))
    uid = (await cluster.get(ConfigMap, "their-owner")).uid
    theirs = page("s-0", text="theirs")
    theirs["metadata"]["ownerReferences"] = [{**other, "uid": uid, "controller": True}]
    await cluster.create(theirs)
    async with cluster.run(site_operator()):
        await cluster.create(site())
        await cluster.settled()
        assert (await pages(cluster))["s-0"] == "theirs"
        assert (await condition(cluster, "s")).status == "False"
        assert "s-0" in (await condition(cluster, "s")).message


async def test_b2_the_answer_already_exists_makes_no_second_one(cluster: Cluster) -> None:
    message = 'configmaps "s-0" already exists'
    cluster.faults.fail(
        "write", kind="ConfigMap", status=409, reason="AlreadyExists", message=message, times=2
    )
    async with cluster.run(site_operator()):
        await cluster.create(site())
        await cluster.settled()
        assert await pages(cluster) == {"s-0": "a"}


async def test_b4_deleting_what_is_gone_is_done(cluster: Cluster) -> None:
    async with cluster.run(site_operator()):
        found = await cluster.create(site(pages=2))
        await cluster.settled()
        await cluster.patch(found, {"spec": {"pages": 1}})
        cluster.faults.fail("delete", kind="ConfigMap", status=404)
        await cluster.settled()
        assert (await condition(cluster, "s")).status == "True"
        assert warnings(cluster) == []


async def test_b4_a_status_for_what_is_gone_is_dropped(cluster: Cluster) -> None:
    cluster.faults.fail("write", kind="Site", subresource="status", status=404)
    async with cluster.run(site_operator()):
        await cluster.create(site())
        await cluster.settled()
        assert await pages(cluster) == {"s-0": "a"}
        writes = cluster.writes
        await cluster.advance(600)
        assert cluster.writes <= writes + 1


@pytest.mark.parametrize("fault", [Reset(after_commit=True), Hang(after_commit=True), Reset(), Hang()])
@pytest.mark.parametrize("kind", ["ConfigMap", "Site"])
async def test_b5_a_write_whose_reply_is_lost_is_done_once(cluster: Cluster, fault: Fault, kind: str) -> None:
    cluster.faults.add(fault, "write", kind=kind)
    async with cluster.run(site_operator()):
        await cluster.create(site(pages=2))
        await cluster.settled(within=120)
        assert await pages(cluster) == {"s-0": "a", "s-1": "a"}
        assert (await cluster.get(Site, "s")).status.pages == 2
    created = [each for each in made(cluster, "apply", "configmaps") if each.status == 201]
    assert len(created) == 2


async def test_b6_retry_after_is_kept_to(cluster: Cluster) -> None:
    cluster.faults.fail("write", kind="ConfigMap", status=429, retry_after_s=7)
    async with cluster.run(site_operator()):
        await cluster.create(site())
        await cluster.settled()
        first, second, *more = made(cluster, "apply", "configmaps")
    assert (first.status, second.status, more) == (429, 201, [])
    assert 7 <= second.at_s - first.at_s < 14


async def test_b6_overload_in_plain_text_is_understood(cluster: Cluster) -> None:
    text = "Too many requests, please try again later.\n"
    cluster.faults.fail("write", kind="ConfigMap", status=429, text=text, retry_after_s=1, times=3)
    async with cluster.run(site_operator()):
        await cluster.create(site())
        await cluster.settled()
        assert await pages(cluster) == {"s-0": "a"}
        assert warnings(cluster) == []


@pytest.mark.parametrize("message", ["etcdserver: leader changed", "etcdserver: request timed out"])
async def test_b9_a_change_of_etcds_leader_passes(cluster: Cluster, message: str) -> None:
    cluster.faults.fail("write", kind="ConfigMap", status=500, reason="", message=message, times=4)
    async with cluster.run(site_operator()):
        await cluster.create(site())
        await cluster.settled()
        assert await pages(cluster) == {"s-0": "a"}
        assert (await condition(cluster, "s")).status == "True"


def refuse_another_tier(request: Request, user: User) -> Response | None:
    """What a real server answers where a Deployment's selector changes."""
    if (
        request.method != "PATCH"
        or "/deployments/" not in request.path
        or b'"back"' not in (request.body or b"")
    ):
        return None
    why = "Invalid value: field is immutable"
    cause = {"reason": "FieldValueInvalid", "message": why, "field": "spec.selector"}
    details = {"name": "s", "group": "apps", "kind": "Deployment", "causes": [cause]}
    answer = status_answer(422, f'Deployment.apps "s" is invalid: spec.selector: {why}', details=details)
    return Response(answer.status, answer.headers, answer.body.encode())


async def test_b14_an_immutable_field_stalls_until_the_spec_is_mended(cluster: Cluster) -> None:
    cluster.plane.interceptors.append(refuse_another_tier)
    async with cluster.run(site_operator()):
        found = await cluster.create(site(tier="front"))
        await cluster.settled()
        await cluster.patch(found, {"spec": {"tier": "back", "text": "b"}})
        await cluster.settled()
        ready = await condition(cluster, "s")
        assert ready.status == "False" and "spec.selector" in ready.message
        assert (await condition(cluster, "s", "Stalled")).status == "True"
        assert [each["reason"] for each in warnings(cluster)] == ["ChildInvalid"]
        tries = len(made(cluster, "apply", "deployments"))
        await cluster.advance(1800)
        assert len(made(cluster, "apply", "deployments")) - tries <= 2, "no hot loop"
        await cluster.patch(found, {"spec": {"tier": "front"}})
        await cluster.settled()
        assert (await condition(cluster, "s")).status == "True"
        assert await pages(cluster) == {"s-0": "b"}
    assert (await cluster.get(Deployment, "s")).ready


async def test_b15_rights_that_are_missing_are_waited_for(cluster: Cluster) -> None:
    rule = cluster.faults.fail("write", kind="ConfigMap", status=403, message=FORBIDDEN, times=None)
    async with cluster.run(site_operator()):
        await cluster.create(site())
        await cluster.advance(3600)
        ready = await condition(cluster, "s")
        assert ready.status == "False" and "cannot patch" in ready.message
        assert len(made(cluster, "apply", "configmaps")) <= 20
        cluster.faults.remove(rule)
        await cluster.advance(1800)
        await cluster.settled()
        assert await pages(cluster) == {"s-0": "a"}
        assert (await condition(cluster, "s")).status == "True"


async def test_b15_a_kind_that_may_not_be_listed_holds_up_nobody_else(cluster: Cluster) -> None:
    message = 'deployments.apps is forbidden: User "faults.example.com" cannot list resource "deployments"'
    lists = cluster.faults.fail("list", kind="apps/Deployment", status=403, message=message, times=None)
    watches = cluster.faults.fail("watch", kind="apps/Deployment", status=403, message=message, times=None)
    async with cluster.run(site_operator()):
        await cluster.create(site())
        await cluster.advance(300)
        assert len(made(cluster, "list", "deployments")) < 60
        cluster.faults.remove(lists)
        cluster.faults.remove(watches)
        await cluster.advance(60)
        await cluster.settled()
        assert await pages(cluster) == {"s-0": "a"}
        assert (await condition(cluster, "s")).status == "True"


async def test_b16_a_namespace_that_goes_takes_its_objects_with_it(cluster: Cluster) -> None:
    await cluster.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop"}})
    holder = page("holder", text="x")
    holder["metadata"] |= {"namespace": "shop", "finalizers": ["example.com/hold"]}
    held = await cluster.create(holder)
    async with cluster.run(site_operator()):
        found = await cluster.create(
            {
                "apiVersion": "faults.example.com/v1",
                "kind": "Site",
                "metadata": {"name": "s", "namespace": "shop", "finalizers": ["example.com/hold"]},
                "spec": {"pages": 2},
            }
        )
        await cluster.settled()
        namespace = await cluster.get("v1/Namespace", "shop")
        await cluster.delete(namespace)
        await cluster.settled()
        calls = cluster.requests
        await cluster.advance(600)
        assert cluster.requests - calls < 40, "no storm against a namespace that takes nothing in"
        assert set(await pages(cluster, "shop")) == {"holder"}
        await cluster.patch(found, {"metadata": {"finalizers": None}})
        await cluster.patch(held, {"metadata": {"finalizers": None}})
        await cluster.settled()
        assert await cluster.find("v1/Namespace", "shop") is None
