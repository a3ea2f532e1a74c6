"""The store: what a watch and our own writes make known, whatever their order."""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec
import pytest

from mendloop.cache.entry import Change, Entry
from mendloop.cache.store import Store, Unsynced
from mendloop.errors.exceptions import Waiting
from mendloop.kube.envelope import read_partial
from mendloop.kube.watch.inputs import EventType, ObjectEvent
from mendloop.model.kinds import Key, Kind
from mendloop.model.selectors import Selector

KIND = Kind("food.example.org", "v1", "Bakery", "bakeries")
MANAGER = "food.example.org"


def raw(name: str, uid: str, version: int, **more: Any) -> bytes:
    metadata = {"name": name, "namespace": more.pop("namespace", "d"), "uid": uid}
    metadata |= {"resourceVersion": str(version)} | more.pop("metadata", {})
    return msgspec.json.encode(
        {"apiVersion": KIND.api_version, "kind": KIND.kind, "metadata": metadata} | more
    )


def event(type: str, *args: Any, **more: Any) -> ObjectEvent:
    data = raw(*args, **more)
    return ObjectEvent(EventType(type), read_partial(data).metadata, data)


def key(name: str, namespace: str = "d") -> Key:
    return KIND.key(namespace, name)


def told(changes: list[Change]) -> list[str]:
    def one(change: Change) -> str:
        verb = "~" if change.old and change.new else "+" if change.new else "-"
        return f"{verb}{change.entry.name}/{change.entry.uid}@{change.entry.version}"

    return [one(change) for change in changes]


def store_of(*events: ObjectEvent, synced: bool = True, **options: Any) -> tuple[Store, list[Change]]:
    store, changes = Store(KIND, manager=MANAGER, **options), []
    if synced:
        listed(store, 0)
    store.subscribe(changes.append)
    for each in events:
        store.apply(each)
        store.passed(each.meta.resource_version)
    return store, changes


def listed(store: Store, version: int, *events: ObjectEvent, **how: bool) -> None:
    held = [store.hold(each.meta, each.raw) for each in events]
    options = {"complete": True, "reset": False} | how
    store.replace(held, str(version), complete=options["complete"], reset=options["reset"])


def learn(store: Store, each: ObjectEvent, writer: object = "me") -> tuple[Change, ...]:
    return store.learn(each.meta, each.raw, writer=writer)


# Reading


def test_nothing_is_read_before_the_first_list() -> None:
    store, _ = store_of(event("ADDED", "a", "u", 1), synced=False)
    for read in (lambda: store.get(key("a")), store.list, lambda: store.owned("x")):
        with pytest.raises(Unsynced, match="v1/Bakery is not listed yet") as raised:
            read()
        assert isinstance(raised.value, Waiting)
    assert store.peek("d", "a") is not None


def test_lists_by_namespace_and_selector_in_order_of_names() -> None:
    store, _ = store_of(
        event("ADDED", "b", "1", 1, metadata={"labels": {"app": "x", "tier": "a"}}),
        event("ADDED", "a", "2", 2, metadata={"labels": {"app": "x"}}),
        event("ADDED", "a", "3", 3, namespace="e", metadata={"labels": {"app": "y"}}),
        event("ADDED", "c", "4", 4),
    )

    def names(**how: Any) -> list[str]:
        return [f"{entry.namespace}/{entry.name}" for entry in store.list(**how)]

    assert names() == ["d/a", "d/b", "d/c", "e/a"]
    assert names(namespace="d") == ["d/a", "d/b", "d/c"]
    assert names(selector=Selector.parse("app=x")) == ["d/a", "d/b"]
    assert names(selector=Selector.parse("app=x,tier=a")) == ["d/b"]
    assert names(selector=Selector.parse("!app")) == ["d/c"]
    assert names(selector=Selector.parse("app=y"), namespace="d") == []


def test_a_selection_looks_at_few_objects_however_many_there_are() -> None:
    """A pass that lists its children by label must not get slower with every other object."""
    everyone = {"app": "x"}
    store, _ = store_of(
        *(
            event("ADDED", f"n{at}", f"u{at}", at + 1, metadata={"labels": everyone | {"of": f"o{at}"}})
            for at in range(500)
        )
    )
    selector = Selector.equal_to({"app": "x", "of": "o7"})
    for namespace in ("", "d"):
        assert len(list(store._candidates(namespace, selector))) == 1
        assert [entry.name for entry in store.list(namespace=namespace, selector=selector)] == ["n7"]


def test_a_label_index_follows_changes() -> None:
    store, _ = store_of(event("ADDED", "a", "1", 1, metadata={"labels": {"app": "x"}}))
    assert len(store.list(selector=Selector.parse("app=x"))) == 1
    store.apply(event("MODIFIED", "a", "1", 2, metadata={"labels": {"app": "y"}}))
    assert store.list(selector=Selector.parse("app=x")) == []
    assert len(store.list(selector=Selector.parse("app=y"))) == 1
    store.apply(event("DELETED", "a", "1", 3))
    assert store.list(selector=Selector.parse("app=y")) == []


def test_finds_what_an_owner_controls_and_what_tracks_it() -> None:
    def owner(uid: str, controller: bool) -> dict[str, Any]:
        reference = {"apiVersion": "v1", "kind": "K", "name": "n", "uid": uid, "controller": controller}
        return {"ownerReferences": [reference]}

    store, _ = store_of(
        event("ADDED", "a", "1", 1, metadata=owner("o1", True)),
        event("ADDED", "b", "2", 2, metadata=owner("o1", True)),
        event("ADDED", "c", "3", 3, metadata=owner("o1", False)),
        event("ADDED", "e", "4", 4, namespace="far", metadata={"labels": {"track": "o2"}}),
        tracking_label="track",
    )
    assert sorted(entry.name for entry in store.owned("o1")) == ["a", "b"]
    assert [entry.name for entry in store.owned("o2")] == ["e"]
    store.apply(event("MODIFIED", "a", "1", 5))
    assert [entry.name for entry in store.owned("o1")] == ["b"]
    store.apply(event("DELETED", "b", "2", 6))
    assert store.owned("o1") == ()


def test_a_users_index_covers_what_was_there_and_what_comes() -> None:
    store, _ = store_of(event("ADDED", "a", "1", 1, spec={"city": "Ulm"}))
    find = store.index("city", lambda entry: [entry.decoded()["spec"]["city"]])
    store.apply(event("ADDED", "b", "2", 2, spec={"city": "Ulm"}))
    assert sorted(entry.name for entry in find("Ulm")) == ["a", "b"]
    store.apply(event("MODIFIED", "a", "1", 3, spec={"city": "Bonn"}))
    assert [entry.name for entry in find("Ulm")] == ["b"]


# Entries


def test_managed_fields_are_cut_out_and_our_own_are_kept_apart() -> None:
    ours = {"f:spec": {"f:bread": {}}}
    managed = [
        {"manager": MANAGER, "operation": "Update", "fieldsType": "FieldsV1", "fieldsV1": {"f:x": {}}},
        {"manager": MANAGER, "operation": "Apply", "subresource": "status", "fieldsV1": {"f:status": {}}},
        {"manager": MANAGER, "operation": "Apply", "fieldsType": "FieldsV1", "fieldsV1": ours},
        {"manager": "kubectl", "operation": "Apply", "fieldsV1": {"f:y": {}}},
    ]
    first = event("ADDED", "a", "1", 1, metadata={"managedFields": managed}, spec={"managedFields": [1]})
    second = event("ADDED", "b", "2", 2, metadata={"managedFields": managed, "zone": "z"})
    store, _ = store_of(first, second)
    one, two = store.list()
    assert msgspec.json.decode(one.owned) == ours
    assert one.owned is two.owned
    assert one.decoded() == {
        "apiVersion": "food.example.org/v1",
        "kind": "Bakery",
        "metadata": {"name": "a", "namespace": "d", "uid": "1", "resourceVersion": "1"},
        "spec": {"managedFields": [1]},
    }
    assert two.decoded()["metadata"]["zone"] == "z"


@pytest.mark.parametrize(
    "text",
    [
        b'{"metadata": {"managedFields": [{"manager": "m"}], "name": "a", "resourceVersion": "1"}}',
        b'{"metadata":{"managedFields":[{"manager":"m"}]}}',
        b'{"metadata":{"name":"a","managedFields":null}}',
        b'{"metadata":{"annotations":{"x":"\\"managedFields\\":[]"},"managedFields":[],"name":"a"}}',
        b'{"spec":{"managedFields":[2]},"metadata":{"managedFields":[1]},"x":1}',
    ],
)
def test_cutting_out_managed_fields_equals_decoding_without_them(text: bytes) -> None:
    from mendloop.cache.entry import without_managed_fields

    wanted = msgspec.json.decode(text)
    del wanted["metadata"]["managedFields"]
    managed = bytes(read_partial(text).metadata.managed_fields)
    assert msgspec.json.decode(without_managed_fields(text, managed)) == wanted


def test_a_metadata_view_keeps_no_body_whoever_brings_it() -> None:
    store, _ = store_of(metadata_only=True)
    learn(store, event("ADDED", "a", "1", 1, data={"password": "s3cr3t"}))
    entry = store.get(key("a"))
    assert entry is not None
    assert entry.decoded()["metadata"]["uid"] == "1"
    assert b"s3cr3t" not in entry.raw


# Events


def test_a13_replays_and_older_events_are_no_change() -> None:
    store, changes = store_of(
        event("ADDED", "a", "1", 5),
        event("ADDED", "a", "1", 5),
        event("MODIFIED", "a", "1", 4),
        event("MODIFIED", "a", "1", 6),
        event("DELETED", "a", "1", 3),
    )
    assert told(changes) == ["+a/1@5", "~a/1@6"]
    assert len(store) == 1


def test_versions_compare_as_numbers() -> None:
    """KEP-5504: "9" is older than "10"."""
    _, changes = store_of(event("ADDED", "a", "1", 9), event("MODIFIED", "a", "1", 10))
    assert told(changes) == ["+a/1@9", "~a/1@10"]


def test_a17_a_namesake_is_the_end_of_the_old_and_a_new_one() -> None:
    _, changes = store_of(event("ADDED", "a", "old", 1), event("ADDED", "a", "new", 5))
    assert told(changes) == ["+a/old@1", "-a/old@1", "+a/new@5"]


def test_the_late_end_of_a_predecessor_leaves_the_namesake() -> None:
    store, changes = store_of(event("ADDED", "a", "new", 5), event("DELETED", "a", "old", 4))
    assert told(changes) == ["+a/new@5"]
    assert store.get(key("a")) is not None


def test_an_object_that_left_the_selection_and_came_back_is_there() -> None:
    store, changes = store_of(
        event("ADDED", "a", "1", 1), event("DELETED", "a", "1", 2), event("ADDED", "a", "1", 3)
    )
    assert told(changes) == ["+a/1@1", "-a/1@1", "+a/1@3"]
    assert store.get(key("a")) is not None


def test_a_subscriber_that_fails_does_not_keep_the_others_from_hearing() -> None:
    store, changes = store_of(synced=True)

    def bad(change: Change) -> None:
        raise LookupError("bug")

    heard: list[Change] = []
    store.subscribe(bad)
    store.subscribe(heard.append)
    with pytest.raises(LookupError):
        store.apply(event("ADDED", "a", "1", 1))
    assert told(heard) == told(changes) == ["+a/1@1"]


def test_a_late_subscriber_hears_what_is_there_until_it_unsubscribes() -> None:
    store, _ = store_of(event("ADDED", "a", "1", 1))
    heard: list[Change] = []
    stop = store.subscribe(heard.append)
    assert [change.initial for change in heard] == [True]
    stop()
    store.apply(event("MODIFIED", "a", "1", 2))
    assert len(heard) == 1


# Lists


def test_a_list_tells_what_came_changed_and_vanished() -> None:
    store, changes = store_of(event("ADDED", "a", "1", 1), event("ADDED", "b", "2", 2))
    listed(store, 9, event("ADDED", "b", "2", 5), event("ADDED", "c", "3", 6))
    assert told(changes)[2:] == ["-a/1@1", "~b/2@5", "+c/3@6"]
    assert store.version == 9


def test_the_first_list_is_told_as_initial() -> None:
    store, changes = store_of(synced=False)
    listed(store, 3, event("ADDED", "a", "1", 1))
    listed(store, 5, event("ADDED", "a", "1", 1), event("ADDED", "b", "2", 4))
    assert [change.initial for change in changes] == [True, False]


def test_an_unchanged_object_of_a_list_keeps_its_entry() -> None:
    """R53: a relist does not hold everything twice."""
    store, _ = store_of(event("ADDED", "a", "1", 1))
    before = store.get(key("a"))
    listed(store, 9, event("ADDED", "a", "1", 1))
    assert store.get(key("a")) is before


def test_an_incomplete_list_deletes_nothing() -> None:
    store, changes = store_of(event("ADDED", "a", "1", 1))
    listed(store, 9, event("ADDED", "b", "2", 2), complete=False)
    assert told(changes) == ["+a/1@1", "+b/2@2"]


def test_a_list_from_before_our_write_neither_deletes_nor_turns_back() -> None:
    store, _ = store_of(event("ADDED", "a", "1", 1))
    learn(store, event("MODIFIED", "a", "1", 7))
    learn(store, event("ADDED", "b", "2", 8))
    listed(store, 6, event("ADDED", "a", "1", 5))
    assert [(entry.name, entry.version) for entry in store.list()] == [("a", 7), ("b", 8)]


def test_a15_after_a_reset_the_list_counts_whatever_its_versions() -> None:
    store, changes = store_of(event("ADDED", "a", "1", 500), event("ADDED", "b", "2", 501))
    listed(store, 90, event("ADDED", "a", "1", 80), reset=True)
    assert told(changes)[2:] == ["-b/2@501", "~a/1@80"]
    assert store.version == 90


# Our own writes


def test_a_read_is_never_older_than_our_own_write_and_its_echo_is_no_change() -> None:
    store, changes = store_of(event("ADDED", "a", "1", 1))
    learn(store, event("MODIFIED", "a", "1", 4))
    store.apply(event("MODIFIED", "a", "1", 3))
    store.apply(event("MODIFIED", "a", "1", 4))
    assert told(changes) == ["+a/1@1", "~a/1@4"]
    assert [change.writer for change in changes] == [None, "me"]


def test_an_event_that_overtakes_the_answer_is_told_as_our_own_write() -> None:
    store, changes = store_of()
    with store.writing(key("a")):
        store.apply(event("ADDED", "a", "1", 4))
        store.passed("4")
        learn(store, event("ADDED", "a", "1", 4))
    assert [(change.writer, change.entry.version) for change in changes] == [("me", 4)]


def test_an_edit_by_others_during_our_write_is_told_after_it() -> None:
    store, changes = store_of()
    with store.writing(key("a")):
        store.apply(event("ADDED", "a", "1", 4))
        store.apply(event("MODIFIED", "a", "1", 5))
        store.passed("5")
        learn(store, event("ADDED", "a", "1", 4))
    assert [(change.writer, change.entry.version) for change in changes] == [("me", 4), (None, 5)]


def test_what_was_held_for_a_write_that_failed_is_told() -> None:
    store, changes = store_of()
    with pytest.raises(TimeoutError), store.writing(key("a")):
        store.apply(event("ADDED", "a", "1", 4))
        raise TimeoutError
    assert told(changes) == ["+a/1@4"]


def test_an_answer_about_what_came_and_went_meanwhile_brings_nothing_back() -> None:
    store, _ = store_of(event("ADDED", "a", "1", 4), event("DELETED", "a", "1", 6))
    assert learn(store, event("ADDED", "a", "1", 4)) == ()
    assert store.get(key("a")) is None


def test_a_list_during_our_write_overrules_what_was_held() -> None:
    store, changes = store_of()
    with store.writing(key("a")):
        store.apply(event("ADDED", "a", "1", 4))
        listed(store, 9)
    assert changes == []


def test_what_was_forgotten_does_not_come_back_by_an_older_event() -> None:
    store, changes = store_of(event("ADDED", "a", "1", 1))
    store.forget(key("a"), "1")
    store.apply(event("MODIFIED", "a", "1", 3))
    assert store.get(key("a")) is None
    store.apply(event("DELETED", "a", "1", 4))
    store.apply(event("ADDED", "a", "2", 5))
    assert told(changes) == ["+a/1@1", "-a/1@1", "+a/2@5"]
    assert not store._gone


def test_a_forgotten_uid_leaves_its_namesake_alone() -> None:
    store, _ = store_of(event("ADDED", "a", "new", 9))
    assert store.forget(key("a"), "old") is None
    assert store.get(key("a")) is not None


def test_the_note_of_a_deletion_ends_when_the_watch_has_passed_it() -> None:
    store, _ = store_of(event("ADDED", "a", "1", 1))
    store.forget(key("a"), "1", version=7)
    store.passed("6")
    assert store._gone
    store.passed("7")
    assert not store._gone


def test_a_list_without_the_forgotten_ends_the_note() -> None:
    store, _ = store_of(event("ADDED", "a", "1", 1))
    store.forget(key("a"), "1")
    listed(store, 3, event("ADDED", "a", "1", 1))
    assert len(store) == 0
    assert store._gone
    listed(store, 9)
    assert not store._gone


# Freshness


async def test_caught_up_returns_once_the_version_was_delivered() -> None:
    store, _ = store_of()
    waits = [asyncio.create_task(store.caught_up(version)) for version in ("12", "5", "9")]
    await asyncio.sleep(1)
    store.passed("9")
    await asyncio.sleep(1)
    assert [wait.done() for wait in waits] == [False, True, True]
    listed(store, 12)
    await asyncio.gather(*waits)


async def test_waiting_that_is_given_up_leaves_nothing_behind() -> None:
    store, _ = store_of()
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(3):
            await store.caught_up(5)
    store.passed("5")
    assert not store._waiters


def test_entries_of_many_objects_cost_little_more_than_their_bytes() -> None:
    import tracemalloc

    tracemalloc.start()
    store, size = Store(KIND, manager=MANAGER), 0
    listed(store, 0)
    before = tracemalloc.get_traced_memory()[0]
    for number in range(2000):
        uid = f"00000000-0000-0000-0000-{number:012}"
        each = event("ADDED", f"name-{number}", uid, number + 1, spec={"text": "x" * 2000})
        each.raw = b"".join([each.raw[:9], each.raw[9:]])  # of its own size: an encoder's has room to grow
        size += len(each.raw)
        store.apply(each)
    used = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    assert (used - size) / 2000 < 450


def test_an_entry_knows_its_key() -> None:
    store, _ = store_of(event("ADDED", "a", "1", 1))
    entry = store.get(key("a"))
    assert isinstance(entry, Entry)
    assert str(entry.key) == "Bakery.food.example.org d/a"
