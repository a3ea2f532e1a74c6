"""Reads of one snapshot."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from snapshots import NOW, Seen, Snapshot, one_pass, resolve

from mendloop import (
    Absent,
    Child,
    Context,
    Internal,
    Manifests,
    Object,
    Operator,
    Resource,
    Spec,
    Waiting,
    Writer,
)
from mendloop.k8s import ConfigMap, Deployment, Namespace, Secret
from mendloop.model.kinds import Kind
from mendloop.model.resource import Owner
from mendloop.wish import Stated, WishedAway, begin


class Box(Resource[Spec], group="box.example.com", version="v1"):
    """A box."""


class Crate(Resource[Spec], group="box.example.com", version="v1", scope="Cluster"):
    """A cluster-scoped box."""


def reading(
    read: Callable[[Context], object], kind: type[Object] = Box
) -> tuple[Operator[object], list[Any]]:
    """An operator whose passes note what `read` gives."""
    found: list[Any] = []
    op = Operator("box.example.com")

    @op.desired(kind, owns=[ConfigMap, Deployment], reads=[Secret, Namespace, "example.com/v1/Widget"])
    def desired(one: Any, ctx: Context) -> Manifests:
        found.append(read(ctx))
        yield from ()

    return op, found


def box() -> Box:
    return Box("b", spec=Spec(), namespace="d")


def read(reads: Callable[[Context], object], *world: Object) -> Any:
    op, found = reading(reads)
    wish = one_pass(op, box(), Snapshot(*world))
    assert wish.error is None, wish.error
    return found[0]


SECRET = Secret("s", data={"k": "v"}, namespace="d", labels={"app": "x"})
OTHER = Secret("s", namespace="other", labels={"app": "x"})


def test_get_reads_in_the_objects_own_namespace() -> None:
    assert read(lambda ctx: ctx.get(Secret, "s"), OTHER) is None
    assert read(lambda ctx: ctx.get(Secret, "s"), SECRET, OTHER).namespace == "d"
    assert read(lambda ctx: ctx.get(Secret, "s", namespace="other"), SECRET, OTHER).namespace == "other"


def test_a_read_model_gives_typed_fields() -> None:
    assert read(lambda ctx: ctx.require(Secret, "s").data["k"], SECRET) == "v"


def test_a_kind_that_is_only_named_reads_as_an_object() -> None:
    widget = Object("w", kind="example.com/v1/Widget", namespace="d", fields={"spec": {"size": 3}})
    found = read(lambda ctx: ctx.require("example.com/v1/Widget", "w"), widget)
    assert type(found) is Object
    assert found.at("spec.size", int) == 3


def test_cluster_scoped_kinds_are_read_by_name_alone() -> None:
    assert read(lambda ctx: ctx.require(Namespace, "d"), Namespace("d")).name == "d"


def test_require_waits_for_what_it_names() -> None:
    op, _ = reading(lambda ctx: ctx.require(Secret, "s"))
    error = one_pass(op, box()).error
    assert isinstance(error, Waiting)
    assert error.message == "waiting for Secret d/s"


def test_list_is_by_namespace_and_labels_in_order() -> None:
    later = Secret("a", namespace="d")
    assert [one.name for one in read(lambda ctx: ctx.list(Secret), SECRET, later, OTHER)] == ["a", "s"]
    everywhere = read(lambda ctx: ctx.list(Secret, namespace=None, labels={"app": "x"}), SECRET, later, OTHER)
    assert [one.namespace for one in everywhere] == ["d", "other"]
    assert len(read(lambda ctx: ctx.list(Secret, namespace="other"), SECRET, later, OTHER)) == 1


def test_owned_gives_what_belongs_to_the_object() -> None:
    owner = Owner(api_version="box.example.com/v1", kind="Box", name="b", uid=box().uid)
    ours, theirs = ConfigMap("c", owners=[owner], namespace="d"), ConfigMap("e", namespace="d")
    assert [one.name for one in read(lambda ctx: ctx.owned(ConfigMap), ours, theirs)] == ["c"]


def test_observed_gives_a_child_as_it_is() -> None:
    child = Child({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c"}})
    assert read(lambda ctx: ctx.observed(child)) is None
    found = read(lambda ctx: ctx.observed(child, ConfigMap), ConfigMap("c", data={"a": "b"}, namespace="d"))
    assert found.data == {"a": "b"}


def test_a_cluster_scoped_reader_says_the_namespace() -> None:
    op, _ = reading(lambda ctx: ctx.get(Secret, "s"), Crate)
    error = one_pass(op, Crate("x", spec=Spec())).error
    assert isinstance(error, Internal)
    assert "say namespace=" in error.message
    op, found = reading(lambda ctx: ctx.list(Secret), Crate)
    one_pass(op, Crate("x", spec=Spec()), Snapshot(SECRET, OTHER))
    assert len(found[0]) == 2


# -- the imperative form


class Recorded:
    """Implements `Writes` over a list."""

    def __init__(self, *there: Object) -> None:
        self.there, self.done = there, list[Stated | WishedAway]()

    async def apply(self, child: Stated) -> Seen:
        self.done.append(child)
        made = Object.from_dict(child.manifest)
        return Seen(made.key, made.uid, made.version, made.raw)

    async def delete(self, gone: WishedAway) -> None:
        self.done.append(gone)

    async def live(self, kind: Kind, namespace: str, name: str) -> Seen | None:
        return Snapshot(*self.there).get(kind, namespace, name)


def writer(writes: Recorded) -> Writer[object]:
    op, _ = reading(lambda ctx: None)
    (handler,) = op.handlers
    run = begin(handler, box(), Snapshot(), now=NOW, deps=None, resolve=resolve)
    return Writer(run, writes)


async def test_the_imperative_form_writes_understood_children() -> None:
    writes = Recorded(SECRET)
    ctx = writer(writes)
    applied = await ctx.apply({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c"}})
    await ctx.delete(Absent(ConfigMap, "old"))
    assert applied.namespace == "d"
    assert [str(one.key) for one in writes.done] == ["ConfigMap d/c", "ConfigMap d/old"]
    live = await ctx.live(Secret, "s")
    assert live is not None
    assert live.data["k"] == "v"


async def test_the_imperative_form_refuses_kinds_that_were_not_declared() -> None:
    ctx = writer(Recorded())
    with pytest.raises(Internal, match="add it to owns"):
        await ctx.apply({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "s"}})
    with pytest.raises(Internal, match="add it to owns"):
        await ctx.delete(SECRET)
