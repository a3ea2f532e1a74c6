"""The control plane as a thing in a test: repeatable, observable, breakable."""

from __future__ import annotations

import asyncio

from mendloop.controlplane import ADMIN, ControlPlane, Request, Response, User
from mendloop.controlplane.watching import WatchStream
from mendloop.controlplane.wire import Asked

from .asking import CMS, MERGE, ask, create


def test_equal_seeds_give_equal_objects() -> None:
    def run() -> object:
        plane = ControlPlane(lambda: 1_000_000.0, seed=7)
        return ask(plane, "POST", CMS, {"metadata": {"generateName": "x-"}}).body

    assert run() == run()


def test_time_comes_from_the_clock_that_is_handed_in() -> None:
    plane = ControlPlane(lambda: 0.0, seed=1)
    assert create(plane, "a")["metadata"]["creationTimestamp"] == "1970-01-01T00:00:00Z"


async def test_under_virtual_time_the_clock_is_the_loops() -> None:
    plane = ControlPlane(seed=1)
    first = create(plane, "a")["metadata"]["creationTimestamp"]
    await asyncio.sleep(3600)
    second = create(plane, "b")["metadata"]["creationTimestamp"]
    assert (first[:10], first[14:], second[14:]) == ("2026-01-01", second[14:], first[14:])
    assert int(second[11:13]) - int(first[11:13]) == 1


def test_counts_writes_by_user_but_no_dry_runs_and_refusals() -> None:
    plane = ControlPlane(seed=1)
    bob = User("bob")
    ask(plane, "POST", CMS, {"metadata": {"name": "a"}}, user=bob)
    ask(plane, "POST", CMS, {"metadata": {"name": "a"}}, user=bob)
    ask(plane, "POST", CMS, {"metadata": {"name": "b"}}, user=bob, dryRun="All")
    ask(plane, "PATCH", f"{CMS}/a", {"data": {"k": "1"}}, type=MERGE)
    assert [(write.verb, write.status) for write in plane.writes(user="bob")] == [("create", 201)]
    assert plane.writes()[-1].patch_type == MERGE
    assert len(plane.writes()) == 2


def test_a_write_that_changes_nothing_keeps_the_version() -> None:
    plane = ControlPlane(seed=1)
    first = create(plane, "a", data={"k": "1"})
    again = ask(plane, "PATCH", f"{CMS}/a", {"data": {"k": "1"}}, type=MERGE).body
    assert again == first


def test_an_interceptor_answers_instead_and_a_hook_may_lose_the_answer() -> None:
    plane = ControlPlane(seed=1)

    def refuse_posts(request: Asked, user: User) -> Response | None:
        return Response(503, {}, b"") if request.method == "POST" else None

    plane.interceptors.append(refuse_posts)
    assert ask(plane, "POST", CMS, {"metadata": {"name": "a"}}).status == 503
    plane.interceptors.clear()

    def lose(request: Asked, user: User, answer: Response | WatchStream) -> Response | WatchStream:
        return Response(504, {}, b"")

    plane.after.append(lose)
    assert ask(plane, "POST", CMS, {"metadata": {"name": "a"}}).status == 504
    plane.after.clear()
    assert ask(plane, "GET", f"{CMS}/a").status == 200


def test_a_denied_request_is_refused_before_it_is_known_what_it_is_for() -> None:
    """Authorisation comes before routing (APIFACTS 2)."""
    dev = User("dev")
    plane = ControlPlane(seed=1, authorize=lambda user, *rest: user != dev)
    listed = ask(plane, "GET", CMS, user=dev)
    assert listed.body["message"] == (
        'configmaps is forbidden: User "dev" cannot list resource "configmaps" in API group "" '
        'in the namespace "default"'
    )
    unknown = ask(plane, "GET", "/apis/foo.example.com/v1/things", user=dev)
    assert (unknown.status, unknown.body["details"]) == (403, {"group": "foo.example.com", "kind": "things"})
    status = ask(
        plane, "PATCH", "/apis/apps/v1/namespaces/default/deployments/d/status", {}, type=MERGE, user=dev
    )
    assert 'cannot patch resource "deployments/status" in API group "apps"' in status.body["message"]
    assert ask(plane, "GET", CMS, user=ADMIN).status == 200


def test_what_was_handed_out_cannot_change_what_is_stored() -> None:
    plane = ControlPlane(seed=1)
    create(plane, "a", data={"k": "1"})
    plane.objects("v1/ConfigMap")[0]["data"]["k"] = "2"
    assert ask(plane, "GET", f"{CMS}/a").body["data"] == {"k": "1"}


def test_a_body_over_three_mebibytes_is_refused() -> None:
    plane = ControlPlane(seed=1)
    answer = plane.handle(Request("POST", CMS, body=b" " * (3 * 1024 * 1024 + 1)))
    assert answer.status == 413


def test_many_writers_of_one_store_get_growing_versions() -> None:
    plane = ControlPlane(seed=1)
    versions = [int(create(plane, f"n{number}")["metadata"]["resourceVersion"]) for number in range(20)]
    assert versions == sorted(set(versions))
