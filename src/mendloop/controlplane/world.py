"""What all verbs share: the store, the registry, schemas, time and chance."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from random import Random
from types import FunctionType

from mendloop.controlplane.conversion import to_served
from mendloop.controlplane.resources import Registry, Resource, builtin_resources
from mendloop.controlplane.routes import Call
from mendloop.controlplane.store import Collection, Store
from mendloop.controlplane.wire import Object, User
from mendloop.model.openapi import Schema
from mendloop.model.schemas import Schemas

Clock = Callable[[], float]
Authorizer = Callable[[User, str, str, str, str, str], bool]

VIRTUAL_EPOCH = 1_767_225_600.0  # 2026-01-01T00:00:00Z, where time starts under a virtual clock
_SUFFIX_LETTERS = "bcdfghjklmnpqrstvwxz2456789"  # those of a real server's generated names


def wall_clock() -> float:
    """Seconds since the epoch; under a virtual loop a fixed start plus the loop's own time."""
    try:
        loop = asyncio.get_running_loop()
    except RuntimeError:
        return time.time()
    # A loop with a clock of its own overrides time() in Python; asyncio's and uvloop's do not.
    clock = type(loop).time
    if isinstance(clock, FunctionType) and clock is not asyncio.BaseEventLoop.time:
        return VIRTUAL_EPOCH + loop.time()
    return time.time()


def allow_everything(user: User, verb: str, group: str, resource: str, namespace: str, name: str) -> bool:
    """The default authoriser: there is no RBAC here."""
    return True


class World:
    """The state of one control plane.

    `seed` makes uids and generated names repeatable; `window` is how many changes of each resource are
    remembered; `authorize` decides about each request for a resource.
    """

    def __init__(
        self,
        *,
        clock: Clock | None = None,
        seed: int | None = None,
        window: int = 10_000,
        authorize: Authorizer = allow_everything,
    ) -> None:
        self.now: Clock = clock or wall_clock
        self.random = Random(seed)
        self.store = Store(window=window)
        self.registry = Registry(builtin_resources())
        self.schemas = Schemas()
        self.authorize = authorize

    def collection(self, resource: Resource) -> Collection:
        return self.store.collection(*resource.storage_id)

    def schema(self, resource: Resource) -> Schema | None:
        kind = f"{resource.api_version}/{resource.kind}"
        return self.schemas.get(kind)

    def knows(self, api_version: str, kind: str) -> bool:
        """Whether the kind is served in this version."""
        group, _, version = api_version.rpartition("/")
        return self.registry.kind(group, kind, version) is not None

    def timestamp(self) -> str:
        """The present as `metav1.Time` writes it."""
        return datetime.fromtimestamp(int(self.now()), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

    def uid(self) -> str:
        return str(uuid.UUID(int=self.random.getrandbits(128), version=4))

    def suffix(self) -> str:
        """Five letters for a generated name."""
        return "".join(self.random.choice(_SUFFIX_LETTERS) for _ in range(5))


class Context:
    """One write on its way: the world, the call, and the warnings that the answer will carry."""

    __slots__ = ("call", "warnings", "world")

    def __init__(self, world: World, call: Call) -> None:
        self.world = world
        self.call = call
        self.warnings: list[str] = []

    @property
    def resource(self) -> Resource:
        return self.call.resource

    @property
    def collection(self) -> Collection:
        return self.world.collection(self.call.resource)

    @property
    def schema(self) -> Schema | None:
        return self.world.schema(self.call.resource)

    def live(self) -> Object | None:
        """The stored object that the call names, as a copy of its own, in the version asked for."""
        stored = self.collection.get(self.call.target.namespace, self.call.target.name)
        if stored is None:
            return None
        return to_served(self.resource, stored.object())
