"""Lists in pages, at a version, after compaction."""

from __future__ import annotations

from mendloop.controlplane import ControlPlane

from .asking import CMS, ask, create


def _names(body: dict) -> list[str]:  # type: ignore[type-arg]
    return [item["metadata"]["name"] for item in body["items"]]


def _five() -> ControlPlane:
    plane = ControlPlane(seed=1)
    for name in "edcba":
        create(plane, name)
    return plane


def test_pages_show_one_snapshot_whatever_happens_between_them() -> None:
    plane = _five()
    first = ask(plane, "GET", CMS, limit=2).body
    ask(plane, "DELETE", f"{CMS}/d")
    create(plane, "cc")
    second = ask(plane, "GET", CMS, limit=9, **{"continue": first["metadata"]["continue"]}).body
    assert _names(first) + _names(second) == list("abcde")
    assert second["metadata"]["resourceVersion"] == first["metadata"]["resourceVersion"]
    assert first["metadata"]["remainingItemCount"] == 3


def test_an_expired_page_offers_to_go_on_inconsistently() -> None:
    plane = _five()
    first = ask(plane, "GET", CMS, limit=2).body["metadata"]
    create(plane, "cc")
    plane.world.store.compact()
    refused = ask(plane, "GET", CMS, limit=2, **{"continue": first["continue"]})
    assert (refused.status, refused.body["reason"]) == (410, "Expired")
    went_on = ask(plane, "GET", CMS, limit=9, **{"continue": refused.body["metadata"]["continue"]})
    assert _names(went_on.body) == ["c", "cc", "d", "e"]


def test_a_list_at_an_exact_version_shows_that_version() -> None:
    plane = _five()
    then = ask(plane, "GET", CMS).body["metadata"]["resourceVersion"]
    ask(plane, "DELETE", f"{CMS}/a")
    past = ask(plane, "GET", CMS, resourceVersion=then, resourceVersionMatch="Exact").body
    assert _names(past) == list("abcde")
    plane.world.store.compact()
    gone = ask(plane, "GET", CMS, resourceVersion=then, resourceVersionMatch="Exact")
    assert (gone.status, gone.body["message"]) == (
        410,
        "The resourceVersion for the provided list is too old.",
    )


def test_all_namespaces_come_in_the_order_of_their_keys() -> None:
    """A dash sorts before the slash that ends a namespace's name, as in etcd."""
    plane = ControlPlane(seed=1)
    for namespace in ("a", "a-b"):
        create(plane, namespace, path="/api/v1/namespaces")
        create(plane, "x", path=f"/api/v1/namespaces/{namespace}/configmaps")
    found = ask(plane, "GET", "/api/v1/configmaps").body["items"]
    assert [item["metadata"]["namespace"] for item in found] == ["a-b", "a"]
    only = ask(plane, "GET", "/api/v1/namespaces/a/configmaps").body["items"]
    assert [item["metadata"]["namespace"] for item in only] == ["a"]
