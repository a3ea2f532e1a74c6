"""What a pass stands on: the client, the caches, the schemas and the names of one operator."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from mendloop.cache.entry import Entry
from mendloop.cache.store import Store
from mendloop.controller.marks import Marks
from mendloop.errors import RULES, Internal, RuleSet, Verdict, classify
from mendloop.kube.client import Answer, Client, Ref
from mendloop.model.kinds import Key, Kind, KindId
from mendloop.model.resource import KindRef
from mendloop.model.schemas import Schemas
from mendloop.policy import TABLE, Table


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The bounds of one operator's work; each has a default that production can live with."""

    workers: int = 4
    pass_s: float = 60.0  # a pass is interrupted after it, and its object requeued as `timeout`
    grace_s: float = 2.0  # what a cancelled pass gets to end; then it is abandoned and reported
    call_s: float = 30.0
    pace_s: float = 1.0  # the least time between two passes that others' changes ask for
    settle_s: float = 300.0  # an object that is not ready is looked at again at the latest after it
    stop_s: float = 30.0


LogScope = Callable[[str, str, str], AbstractContextManager[None]]
"""Puts controller, object and the number of the pass on the lines logged inside."""


def _no_scope(controller: str, key: str, number: str) -> AbstractContextManager[None]:
    return nullcontext()


class Written(NamedTuple):
    """The answer to a write, and the cache entry that it makes."""

    answer: Answer
    entry: Entry


# Where built-in kinds keep what their scale subresource sets.
SCALED: Final[Mapping[KindId, str]] = {
    KindId("apps", "Deployment"): "spec.replicas",
    KindId("apps", "StatefulSet"): "spec.replicas",
    KindId("apps", "ReplicaSet"): "spec.replicas",
    KindId("", "ReplicationController"): "spec.replicas",
}


@dataclass(slots=True, kw_only=True)
class World:
    """One operator's surroundings, shared by its controllers.

    `now` is monotonic and in seconds, `wall` seconds since the epoch; both stand still in a test until
    the loop's clock moves.
    """

    marks: Marks
    client: Client
    stores: Mapping[KindId, Store]
    schemas: Schemas
    kinds: Mapping[KindId, Kind]
    resolve: Callable[[KindRef], Kind]
    now: Callable[[], float]
    wall: Callable[[], float]
    rng: random.Random
    scales: Mapping[KindId, str] = field(default_factory=lambda: SCALED)
    limits: Limits = field(default_factory=Limits)
    table: Table = TABLE
    rules: RuleSet = RULES
    log_scope: LogScope = _no_scope

    @property
    def manager(self) -> str:
        """The field manager under which everything is written."""
        return self.marks.operator

    def entry(self, key: Key) -> Entry | None:
        """An object as the cache has it.

        Errors: `Unsynced` where the cache of its kind cannot answer yet.
        """
        return self.store(key.kind).get(key)

    def store(self, kind: KindId) -> Store:
        """The cache of one kind. Errors: `Internal` for a kind that the operator did not declare."""
        store = self.stores.get(kind)
        if store is None:
            raise Internal(f"{kind} is neither in owns= nor in reads=", reason="UndeclaredKind")
        return store

    def ref(self, key: Key, subresource: str = "") -> Ref:
        """Where an object is found on the server."""
        return Ref(self.kinds[key.kind], key.namespace, key.name, subresource)

    async def write(self, key: Key, call: Callable[[], Awaitable[Answer]], *, writer: Key) -> Written:
        """Sends a write and takes its answer into the cache, so that no read is older than it.

        `writer` is the object whose pass wrote: it is not woken by its own write.
        """
        store = self.store(key.kind)
        with store.writing(key):
            answer = await call()
            store.learn(answer.meta, answer.raw, writer=writer)
        return Written(answer, store.made(answer.meta, answer.raw))

    def learn(self, key: Key, answer: Answer, *, writer: Key) -> Entry:
        """Takes an answer to an own read into the cache."""
        store = self.store(key.kind)
        store.learn(answer.meta, answer.raw, writer=writer)
        return store.made(answer.meta, answer.raw)

    def forget(self, key: Key, uid: str) -> None:
        """Takes note that the server said this object is gone."""
        self.store(key.kind).forget(key, uid)

    def judge(self, error: BaseException) -> Verdict:
        """What a failure is, by this operator's rules."""
        return classify(error, rules=self.rules)
