"""Mistakes that an operator's author makes; a type checker finds each line marked `# wrong`, and no other."""

# ruff: noqa: B018

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Literal

from mendloop import (
    Child,
    Context,
    Invalid,
    Manifests,
    Operator,
    RequeueAfter,
    Resource,
    Settings,
    Spec,
    Status,
    Writer,
)
from mendloop.k8s import ConfigMap, Deployment, Secret
from mendloop.testing import render


class Client:
    def names(self) -> list[str]:
        return []


class Env(Settings):
    url: str = ""


@asynccontextmanager
async def client(env: Env) -> AsyncIterator[Client]:
    yield Client()


op = Operator("box.example.com", settings=Env, deps=client)


class BoxSpec(Spec):
    image: str
    size: int = 1


class BoxStatus(Status):
    phase: Literal["New", "Old"] = "New"
    count: int | None = None


class Box(Resource[BoxSpec, BoxStatus], group="box.example.com", version="v1"):
    """A box."""


class NoVersion(Resource[BoxSpec], group="box.example.com"):  # wrong
    """Its version is missing."""


class BadScope(Resource[BoxSpec], group="b.example.com", version="v1", scope="Clustered"):  # wrong
    """There is no such scope."""


class BadStatus(Resource[BoxSpec, BoxSpec], group="b.example.com", version="v1"):  # wrong
    """A spec is no status."""


@op.desired(Box, owns=[Deployment], reads=[Secret])
def desired(box: Box, ctx: Context[Client]) -> Manifests:
    box.spec.imagee  # wrong
    box.spec.size = 3  # wrong
    box.spec = BoxSpec(image="x")  # wrong
    box.status.phase = "Gone"  # wrong
    box.status.cuont = 1  # wrong
    box.status.count = "3"  # wrong
    ctx.deps.nmaes()  # wrong
    secret = ctx.get(Secret, "s")
    secret.data["k"]  # wrong
    ctx.require(Secret, "s").data["k"]
    ctx.require(ConfigMap, "c").spec.replicas  # wrong
    ctx.get("v1/Secret", "s", namespace=3)  # wrong
    ctx.genrated("x")  # wrong
    box.at("spec.size", int).bit_length()  # wrong
    box.at("spec.size", int, 1).bit_length()
    yield 3  # wrong
    yield Child({}, gone="delete")  # wrong
    yield Child({}, was="old")  # wrong
    yield Child({}, after=["a"])  # wrong
    yield ConfigMap("c", data={"a": "b"})
    raise RequeueAfter("10")  # wrong


@op.desired(Box)  # wrong
def of_another_kind(secret: Secret, ctx: Context[Client]) -> Manifests:
    yield from ()


@op.desired(Box)  # wrong
def with_other_deps(box: Box, ctx: Context[str]) -> Manifests:
    yield from ()


@op.desired(Box)  # wrong
def that_returns_a_list(box: Box, ctx: Context[Client]) -> list[dict[str, str]]:
    return []


@op.check(Box)  # wrong
def that_yields_text(box: Box, old: Box | None) -> Iterator[str]:
    yield "no"


@op.check(Box)
def fine(box: Box, old: Box | None) -> Iterator[Invalid]:
    yield Invalid("no", field="spec")


@op.reconcile(Box)  # wrong
def not_async(box: Box, ctx: Writer[Client]) -> None:
    """It cannot await."""


Box("b", spec=BoxSpec(size=3))  # wrong
Box("b")  # wrong
Box("b", spec=BoxSpec(image="x"), labels=["a"])  # wrong
render(op, Box("b", spec=BoxSpec(image="x"))).status.phaze  # wrong
render(op, Box("b", spec=BoxSpec(image="x")), deps="client")  # wrong
Operator("box.example.com", deps=client)  # wrong
