"""What counts as a wish, and what a pass says of itself."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from snapshots import NOW, Snapshot, one_pass

from mendloop import (
    Absent,
    Child,
    Condition,
    Context,
    Internal,
    Invalid,
    Manifests,
    Object,
    Operator,
    RequeueAfter,
    Resource,
    Spec,
    Status,
    Waiting,
)
from mendloop.k8s import ConfigMap, Namespace, Secret, Service
from mendloop.wish import Unsynced, check_all


class BoxSpec(Spec):
    size: int = 1


class BoxStatus(Status):
    endpoint: str = ""
    problem: str = ""
    parts: tuple[str, ...] = ()


class Box(Resource[BoxSpec, BoxStatus], group="box.example.com", version="v1"):
    """A box."""


class Crate(Resource[BoxSpec], group="box.example.com", version="v1", scope="Cluster"):
    """A cluster-scoped box."""


Desired = Callable[[Any, Context], Manifests]


def operator(desired: Callable[..., Any], kind: type[Object] = Box) -> Operator[object]:
    op = Operator("box.example.com")
    op.desired(kind, owns=[ConfigMap, Namespace], reads=[Secret])(desired)
    return op


def box(**meta: Any) -> Box:
    return Box("b", spec=BoxSpec(), **meta)


def config(name: str = "c", **more: Any) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, **more}


def names(wish: Any) -> list[str]:
    return [child.key.name for child in wish.children]


# -- what counts


def test_wish_01_a_pass_is_drained_to_its_end() -> None:
    def desired(one: Box, ctx: Context) -> Manifests:
        yield config("a")
        yield from (config(name) for name in "bc")
        one.status.endpoint = "reached"

    wish = one_pass(operator(desired), box())
    assert wish.complete
    assert names(wish) == ["a", "b", "c"]
    assert msgspec.json.decode(wish.status) == {"endpoint": "reached"}


@pytest.mark.parametrize("handled", [True, False])
def test_wish_02_an_error_of_ctx_makes_a_pass_incomplete_also_when_swallowed(handled: bool) -> None:
    def desired(one: Box, ctx: Context) -> Manifests:
        yield config("a")
        try:
            ctx.require(Secret, "s")
        except Waiting:
            if not handled:
                raise
        yield config("b")

    wish = one_pass(operator(desired), box())
    assert not wish.complete
    assert isinstance(wish.error, Waiting)
    assert wish.error.reason == "DependencyMissing"
    assert names(wish) == (["a", "b"] if handled else ["a"])


def test_wish_02_a_read_that_cannot_be_answered_yet_makes_a_pass_incomplete() -> None:
    def desired(one: Box, ctx: Context) -> Manifests:
        if ctx.get(Secret, "s") is not None:
            yield config()

    wish = one_pass(operator(desired), box(), Snapshot(unsynced=["v1/Secret"]))
    assert isinstance(wish.error, Unsynced)
    assert not wish.complete


def returns_none(one: Box, ctx: Context) -> None:
    """No `yield` in it."""


def returns_a_list(one: Box, ctx: Context) -> list[dict[str, Any]]:
    return [config()]


def returns_an_iterator(one: Box, ctx: Context) -> Any:
    return iter([config()])


async def is_async(one: Box, ctx: Context) -> None:
    """Nothing."""


async def is_an_async_generator(one: Box, ctx: Context) -> AsyncIterator[dict[str, Any]]:
    yield config()


@pytest.mark.parametrize(
    ("desired", "words"),
    [
        (returns_none, "returned None: it has no `yield`"),
        (returns_a_list, "something else than a generator"),
        (returns_an_iterator, "something else than a generator"),
        (is_async, "is async"),
        (is_an_async_generator, "async generator"),
    ],
)
def test_wish_02_what_is_no_generator_wishes_nothing(desired: Callable[..., Any], words: str) -> None:
    wish = one_pass(operator(desired), box())
    assert isinstance(wish.error, Internal)
    assert words in wish.error.message
    assert f"{desired.__code__.co_filename.rpartition('/')[2]}:" in wish.error.message
    assert not wish.children


@pytest.mark.parametrize(
    "error", [Waiting("w"), Invalid("i", field="spec.size"), KeyError("k"), RequeueAfter(5)]
)
def test_wish_03_what_ended_a_pass_is_kept_with_what_was_yielded_before(error: Exception) -> None:
    def desired(one: Box, ctx: Context) -> Manifests:
        yield config("a")
        raise error

    wish = one_pass(operator(desired), box())
    assert wish.error is error
    assert names(wish) == ["a"]


def test_wish_16_a_digest_tells_whether_two_passes_wish_the_same() -> None:
    def desired(one: Box, ctx: Context) -> Manifests:
        yield config(data={"size": str(one.spec.size)})

    op = operator(desired)
    small, big = box(), Box("b", spec=BoxSpec(size=2))
    assert one_pass(op, small).digest == one_pass(op, small).digest
    assert one_pass(op, small).digest != one_pass(op, big).digest


def test_wish_16_inputs_are_equal_unless_something_read_has_changed() -> None:
    def desired(one: Box, ctx: Context) -> Manifests:
        ctx.get(Secret, "s")
        yield config()

    op = operator(desired)
    before = one_pass(op, box(), Snapshot(Secret("s", version="1")))
    assert before.inputs == one_pass(op, box(), Snapshot(Secret("s", version="1"))).inputs
    assert before.inputs != one_pass(op, box(), Snapshot(Secret("s", version="2"))).inputs
    assert before.inputs != one_pass(op, box(), Snapshot()).inputs


def test_wish_16_the_time_is_an_input_only_where_it_was_read() -> None:
    def at_rest(one: Box, ctx: Context) -> Manifests:
        yield config()

    def by_the_clock(one: Box, ctx: Context) -> Manifests:
        yield config(data={"day": ctx.now.date().isoformat()})

    later = NOW + timedelta(seconds=1)
    assert one_pass(operator(at_rest), box()).inputs == one_pass(operator(at_rest), box(), now=later).inputs
    op = operator(by_the_clock)
    assert one_pass(op, box()).inputs != one_pass(op, box(), now=later).inputs
    assert one_pass(op, box()).reads.now


def test_wish_25_reads_name_what_was_absent_and_what_was_selected() -> None:
    def desired(one: Box, ctx: Context) -> Manifests:
        ctx.get(Secret, "absent")
        ctx.list(Secret, labels={"b": "2", "a": "1"})
        ctx.list(Secret, namespace=None)
        ctx.owned(ConfigMap)
        yield from ()

    reads = one_pass(operator(desired), box()).reads
    assert {str(key) for key in reads.gets} == {"Secret default/absent"}
    assert {(one.namespace, one.labels, one.owner_uid) for one in reads.selections} == {
        ("default", (("a", "1"), ("b", "2")), ""),
        (None, (), ""),
        (None, (), "uid-of-box-default-b"),
    }


def test_wish_26_a_kind_that_was_not_declared_is_internal_and_prints_the_fix() -> None:
    def reads_it(one: Box, ctx: Context) -> Manifests:
        try:
            ctx.get(Service, "s")
        except Exception:  # a user's net that catches too much
            yield config()

    def yields_it(one: Box, ctx: Context) -> Manifests:
        yield {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "s"}}

    read, yielded = one_pass(operator(reads_it), box()), one_pass(operator(yields_it), box())
    assert isinstance(read.error, Internal)
    assert "add Service to reads=[...]" in read.error.message
    assert isinstance(yielded.error, Internal)
    assert "v1/Service is not declared; add it to owns=[...]" in yielded.error.message


# -- nonsense, with its place


def yields(*items: Any) -> Callable[..., Any]:
    def desired(one: Any, ctx: Context) -> Manifests:
        yield from items

    return desired


NONSENSE = [
    (config(metadata={}), "no metadata.name"),
    (config(metadata={"generateName": "c-"}), "generateName"),
    ({"apiVersion": "v1", "metadata": {"name": "c"}}, "has no kind"),
    ({"kind": "ConfigMap", "metadata": {"name": "c"}}, "has no apiVersion"),
    ({"apiVersion": "v1", "kind": "ConfigMap"}, "has no metadata"),
    (3, "is of type int"),
    (None, "is None"),
    ("just text", "is a str, not a mapping"),
    ("a: 1\n---\nb: 2", "holds 2 YAML documents"),
    ("", "holds 0 YAML documents"),
    ("a: [", "is not valid YAML"),
    (config(data={"a": object()}), "cannot be written as JSON"),
    (
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "n", "namespace": "d"}},
        "has namespace 'd', but Namespace is cluster-scoped",
    ),
]


@pytest.mark.parametrize(("item", "words"), NONSENSE)
def test_nonsense_is_internal_and_names_its_place(item: Any, words: str) -> None:
    wish = one_pass(operator(yields(config("first"), item)), box())
    assert isinstance(wish.error, Internal)
    assert words in wish.error.message
    assert "test_drain.py:" in wish.error.message
    assert "yield 2" in wish.error.message
    assert not wish.complete


def test_two_of_one_name_are_refused_with_both_places() -> None:
    wish = one_pass(operator(yields(config("c"), config("c"))), box())
    assert isinstance(wish.error, Internal)
    assert "ConfigMap default/c was yielded before, by" in wish.error.message
    assert "yield 1" in wish.error.message
    assert not wish.children


def test_a_predecessor_that_was_never_yielded_is_refused() -> None:
    wish = one_pass(operator(yields(Child(config("b"), after=[Child(config("a"))]))), box())
    assert isinstance(wish.error, Internal)
    assert "never yielded" in wish.error.message


def test_a_circle_along_after_is_refused_with_its_members() -> None:
    first, waits = Child(config("a")), Child(config("z"))
    second = Child(config("b"), after=[first])
    first.after = (second,)
    waits.after = (second,)
    wish = one_pass(operator(yields(waits, first, second)), box())
    assert isinstance(wish.error, Internal)
    assert "goes in a circle" in wish.error.message
    assert "ConfigMap default/z" not in wish.error.message.split("circle:")[1]


def test_what_is_wished_and_absent_is_refused() -> None:
    wish = one_pass(operator(yields(config("c"), Absent(ConfigMap, "c"))), box())
    assert isinstance(wish.error, Internal)
    assert "both wished and Absent" in wish.error.message


def test_an_endless_generator_is_stopped() -> None:
    def desired(one: Box, ctx: Context) -> Manifests:
        count = 0
        while True:
            count += 1
            yield config(f"c{count}")

    wish = one_pass(operator(desired), box())
    assert isinstance(wish.error, Internal)
    assert "more than 10000" in wish.error.message


def test_a_child_of_a_cluster_scoped_owner_says_its_namespace() -> None:
    op = operator(yields(config("c")), Crate)
    wish = one_pass(op, Crate("x", spec=BoxSpec()))
    assert isinstance(wish.error, Internal)
    assert "needs a namespace" in wish.error.message
    placed = config(metadata={"name": "c", "namespace": "d"})
    assert one_pass(operator(yields(placed), Crate), Crate("x", spec=BoxSpec())).complete


# -- what is stated


def test_children_stand_in_their_owners_namespace() -> None:
    wish = one_pass(operator(yields(config("c"))), box(namespace="d"))
    assert wish.children[0].manifest["metadata"] == {"name": "c", "namespace": "d"}


def test_a_wish_shares_nothing_with_what_was_yielded() -> None:
    shared = config("c", data={"a": "1"})

    def desired(one: Box, ctx: Context) -> Manifests:
        yield shared
        shared["data"]["a"] = "2"

    assert one_pass(operator(desired), box()).children[0].manifest["data"] == {"a": "1"}


def test_predecessors_are_known_by_their_keys() -> None:
    first = Child(config("a"))
    wish = one_pass(operator(yields(first, Child(config("b"), after=[first], gone="retain"))), box())
    one, other = wish.children
    assert other.after == (one.key,)
    assert other.gone == "retain"


def test_an_overlay_of_the_handled_object_needs_no_declaration() -> None:
    op = Operator("labels.example.com")

    @op.desired("networking.k8s.io/v1/Ingress")
    def label(ingress: Object, ctx: Context) -> Manifests:
        yield ingress.overlay({"metadata": {"labels": {"team": "blue"}}})

    wish = one_pass(op, Object("web", kind="networking.k8s.io/v1/Ingress"))
    assert wish.complete
    assert wish.children[0].overlay


def test_the_earliest_wake_counts() -> None:
    def desired(one: Box, ctx: Context) -> Manifests:
        ctx.wake(60)
        ctx.wake(timedelta(seconds=5))
        ctx.wake(600)
        yield from ()

    assert one_pass(operator(desired), box()).wake_after == 5.0


def test_dependencies_are_handed_in() -> None:
    def desired(one: Box, ctx: Context[str]) -> Manifests:
        yield config(ctx.deps)

    assert names(one_pass(operator(desired), box(), deps="named")) == ["named"]


# -- status


OBSERVED = BoxStatus(endpoint="old", problem="old", parts=("a",))


def status_after(desired: Callable[..., Any]) -> dict[str, Any]:
    observed = Box("b", spec=BoxSpec(), status=OBSERVED)
    wish = one_pass(operator(desired), observed)
    return dict(msgspec.json.decode(wish.status))


def test_a_complete_pass_clears_what_it_neither_read_nor_assigned() -> None:
    """What is reported no longer is not so any more (WISH 22)."""

    def desired(one: Box, ctx: Context) -> Manifests:
        one.status.endpoint = "new"
        yield from ()

    assert status_after(desired) == {"endpoint": "new"}


def test_a_field_that_was_only_read_stays() -> None:
    """Else `if not status.x: status.x = ...` would set and clear it in turn, for good."""

    def desired(one: Box, ctx: Context) -> Manifests:
        if not one.status.endpoint:
            one.status.endpoint = "first"
        yield from ()

    assert status_after(desired) == {"endpoint": "old"}


def test_an_incomplete_pass_leaves_what_it_did_not_assign() -> None:
    def desired(one: Box, ctx: Context) -> Manifests:
        one.status.problem = "no secret"
        ctx.require(Secret, "s")
        yield from ()

    assert status_after(desired) == {"endpoint": "old", "parts": ["a"], "problem": "no secret"}


def test_a_status_replaced_as_a_whole_states_all_its_fields() -> None:
    def desired(one: Box, ctx: Context) -> Manifests:
        one.status = BoxStatus(endpoint="new")
        yield from ()

    assert status_after(desired) == {"endpoint": "new"}


def test_conditions_are_told_apart_from_the_users_fields() -> None:
    def sets_one(one: Box, ctx: Context) -> Manifests:
        one.status.conditions = [Condition(type="Synced", status="True")]
        yield from ()

    def reads_them(one: Box, ctx: Context) -> Manifests:
        assert not one.status.conditions
        yield from ()

    wish = one_pass(operator(sets_one), box())
    assert [one.type for one in wish.conditions or ()] == ["Synced"]
    assert wish.status == b"{}"
    held = BoxStatus(conditions=[Condition(type="Synced", status="True")])
    assert one_pass(operator(sets_one), Box("b", spec=BoxSpec(), status=held)).conditions == wish.conditions
    assert one_pass(operator(reads_them), box()).conditions is None


# -- checks


def test_every_complaint_is_heard_whether_yielded_or_raised() -> None:
    op = operator(yields())

    @op.check(Box)
    def two(one: Box, old: Box | None) -> Any:
        yield Invalid("first", field="spec.size")
        yield Invalid("second")

    @op.check(Box)
    def raising(one: Box, old: Box | None) -> Any:
        raise Invalid("third")

    assert [one.message for one in check_all(op, box(), None)] == ["first", "second", "third"]
    assert check_all(op, Crate("x", spec=BoxSpec()), None) == []


def test_a_check_that_yields_something_else_is_internal() -> None:
    op = operator(yields())
    op.check(Box)(lambda one, old: ["wrong"])  # type: ignore[list-item]
    with pytest.raises(Internal, match="a check yields Invalid"):
        check_all(op, box(), None)


def test_a_spec_of_another_form_is_invalid_with_its_path() -> None:
    def desired(one: Box, ctx: Context) -> Manifests:
        yield config(str(one.spec.size))

    wrong = Box.from_dict({"metadata": {"name": "b", "namespace": "d"}, "spec": {"size": "many"}})
    wish = one_pass(operator(desired), wrong)
    assert isinstance(wish.error, Invalid)
    assert wish.error.field == "spec.size"


# -- what comes later is refused


@pytest.mark.parametrize("name", ["generated", "slot", "claim", "step", "task", "event", "condition"])
def test_parts_of_a_later_version_are_refused_by_name(name: str) -> None:
    def desired(one: Box, ctx: Context) -> Manifests:
        getattr(ctx, name)("x")
        yield config()

    wish = one_pass(operator(desired), box())
    assert isinstance(wish.error, Internal)
    assert f"ctx.{name} is not in this version" in wish.error.message


@pytest.mark.parametrize("keyword", ["was", "replace", "once", "keep", "roll"])
def test_treatments_of_a_later_version_are_refused_by_name(keyword: str) -> None:
    with pytest.raises(TypeError, match=rf"Child\({keyword}=\) is not in this version"):
        Child(config(), **{keyword: "x"})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "wrong", [{"gone": "delete"}, {"after": ["a"]}, {"initial": "spec.replicas"}, {"unknown": 1}]
)
def test_a_treatment_that_does_not_exist_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(TypeError, match="Child"):
        Child(config(), **wrong)
