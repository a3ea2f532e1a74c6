"""Declaring an operator: what is registered, and what is refused at once."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from mendloop import Context, Invalid, Manifests, Operator, Resource, Settings, Spec
from mendloop.k8s import ConfigMap, Secret
from mendloop.wish import Form


class Box(Resource[Spec], group="box.example.com", version="v1"):
    """A box."""


def nothing(one: Any, ctx: Context) -> Manifests:
    yield from ()


async def work(one: Any, ctx: Any) -> None:
    """Nothing to do."""


def test_a_handler_knows_its_kinds_and_its_place() -> None:
    op = Operator("box.example.com")
    op.desired(Box, owns=[ConfigMap], reads=[Secret, "v1/ConfigMap"])(nothing)
    (handler,) = op.handlers
    assert (handler.gvk, handler.form) == ("box.example.com/v1/Box", Form.DESIRED)
    assert handler.kinds == (Box, "v1/ConfigMap", Secret)
    assert handler.where.endswith(f"test_operator.py:{nothing.__code__.co_firstlineno}")


def test_names_in_the_cluster_are_under_the_operators_domain() -> None:
    op = Operator("box.example.com")
    assert op.field_manager == "box.example.com"
    assert op.finalizer == "box.example.com/finalizer"
    assert op.qualified("paused") == "box.example.com/paused"


@pytest.mark.parametrize("name", ["box", "", "Box.example.com", "box.example.com/x", "-a.b", "a" * 254])
def test_a_name_that_is_no_domain_is_refused(name: str) -> None:
    with pytest.raises(TypeError, match="a domain that you own"):
        Operator(name)


@pytest.mark.parametrize("second", ["desired", "reconcile"])
def test_a_second_handler_of_a_kind_is_refused_with_both_places(second: str) -> None:
    op = Operator("box.example.com")
    op.desired(Box)(nothing)
    with pytest.raises(TypeError, match=r"two handlers; the first is at .*py:\d+, the second at .*py:\d+"):
        getattr(op, second)("box.example.com/v1/Box")(work)


def test_a_second_cleanup_of_a_kind_is_refused() -> None:
    op = Operator("box.example.com")
    op.cleanup(Box)(work)
    with pytest.raises(TypeError, match="two cleanups"):
        op.cleanup(Box)(work)


@pytest.mark.parametrize("owns", [ConfigMap, "v1/ConfigMap", ["ConfigMap"], [int]])
def test_kinds_that_are_no_list_of_kinds_are_refused_when_declared(owns: Any) -> None:
    with pytest.raises(TypeError):
        Operator("box.example.com").desired(Box, owns=owns)


def test_an_operator_takes_over_what_another_declares() -> None:
    part, whole = Operator("part.example.com"), Operator("box.example.com")
    part.desired(Box)(nothing)
    part.check(Box)(lambda one, old: [Invalid("no")])
    part.cleanup(Box)(work)
    whole.include(part)
    whole.include(part)
    assert [handler.gvk for handler in whole.handlers] == ["box.example.com/v1/Box"]
    assert (len(whole.checks), len(whole.cleanups)) == (1, 1)
    other = Operator("other.example.com")
    other.desired(Box)(nothing)
    with pytest.raises(TypeError, match="two handlers"):
        whole.include(other)


class Env(Settings):
    backup_url: str = "https://backup.internal"
    tries: int = 3


async def test_settings_alone_are_the_dependencies() -> None:
    op = Operator("box.example.com", settings=Env)
    async with op.lifespan({"TRIES": "5", "UNRELATED": "x"}) as deps:
        assert deps == Env(tries=5)


async def test_dependencies_are_made_from_settings_and_closed_at_the_end() -> None:
    seen: list[str] = []

    @asynccontextmanager
    async def client(env: Env) -> AsyncIterator[str]:
        seen.append("open")
        yield env.backup_url
        seen.append("closed")

    op = Operator("box.example.com", settings=Env, deps=client)
    assert not seen
    async with op.lifespan({"BACKUP_URL": "http://b"}) as deps:
        assert deps == "http://b"
    assert seen == ["open", "closed"]


async def test_a_setting_of_another_form_is_invalid_and_named() -> None:
    op = Operator("box.example.com", settings=Env)
    with pytest.raises(Invalid, match="tries"):
        async with op.lifespan({"TRIES": "many"}):
            raise AssertionError("it started")


async def test_without_settings_and_deps_there_are_none() -> None:
    async with Operator("box.example.com").lifespan({}) as deps:
        assert deps is None
