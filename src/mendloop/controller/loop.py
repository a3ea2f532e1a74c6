"""The loop of one kind: what wakes an object, who works on it, and what follows from how the pass ended."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, replace

from mendloop.aio.tasks import run_bounded
from mendloop.cache.entry import Change, Entry
from mendloop.cache.store import Store
from mendloop.controller.events import About, Event, Events
from mendloop.controller.memory import Memory, orders_of
from mendloop.controller.observer import Observer
from mendloop.controller.passes import Outcome, Passes
from mendloop.controller.queue import Priority, Queue
from mendloop.controller.readers import Readers
from mendloop.controller.status import StatusWriter
from mendloop.controller.world import World
from mendloop.errors import Class, Verdict, chain_context, with_context
from mendloop.model.kinds import Key, Kind
from mendloop.policy import (
    HEALTHY,
    AtOnce,
    AwaitChange,
    Decision,
    Done,
    Nothing,
    Retry,
    at_generation,
    decide,
    recovered,
)
from mendloop.wish.reads import Unsynced

log = logging.getLogger("mendloop")


@dataclass(frozen=True, slots=True)
class Report:
    """How a pass ended, for whoever listens (the live views)."""

    key: Key
    outcome: Outcome | None
    verdict: Verdict | None
    decision: Decision | None
    due: float | None


Listener = Callable[[Report], None]


class Controller:
    """Keeps all objects of one kind as wished."""

    def __init__(
        self,
        kind: Kind,
        passes: Passes,
        status: StatusWriter,
        world: World,
        events: Events,
        observer: Observer,
    ) -> None:
        self.kind = kind
        self.name = kind.kind.lower()
        self.queue: Queue[Key] = Queue(world.now)
        self.listeners: list[Listener] = []
        self._passes, self._status, self._world = passes, status, world
        self._events, self._observer = events, observer
        self._memories: dict[Key, Memory] = {}
        self._uids: dict[str, Key] = {}  # of the objects of this kind that exist
        self._readers = Readers()
        self._table = world.table.for_kind(kind.gvk)
        self._stopping = False
        self._released = asyncio.Event()  # a worker has given its object back
        self._serial = 0

    # -- what wakes an object

    def follow(self, store: Store) -> None:
        """Wakes objects by the changes of one kind: its own, its children's, or what they read."""
        own = store.kind.id == self.kind.id
        store.subscribe(self._own_changed if own else self._other_changed)

    def resync(self) -> None:
        """Looks at every object again, behind everything else."""
        for entry in self._store.list():
            self._wake(entry.key, Priority.RESYNC)

    def memory(self, key: Key) -> Memory | None:
        """What is remembered of an object, for views that explain it."""
        return self._memories.get(key)

    def _own_changed(self, change: Change) -> None:
        self._other_changed(change)
        entry = change.entry
        if change.new is None:
            self._uids.pop(entry.uid, None)
        else:
            self._uids[entry.uid] = entry.key
        if change.writer == entry.key:
            return
        if change.new is None:
            self.queue.add(entry.key)
            return
        memory = self._memories.get(entry.key)
        if memory is not None and self._is_news(change, memory):
            memory.not_before, memory.news = 0.0, True
        elif memory is not None and not change.initial:
            self._wake_paced(entry.key)  # somebody's status or label: two who rewrite it must not spin
            return
        self._wake(entry.key, Priority.RESYNC if change.initial else Priority.CHANGE)

    def _is_news(self, change: Change, memory: Memory) -> bool:
        """Whether the change is the object's own will: that may cut a backoff short, nothing else may."""
        assert change.new is not None
        return (
            change.new.uid != memory.uid
            or change.new.generation != memory.generation
            or change.meta.deleting != memory.deleting
            or orders_of(change.meta, self._world.marks) != memory.orders
        )

    def _other_changed(self, change: Change) -> None:
        owner = self._owner_of(change)
        if owner is not None and change.writer != owner:
            self._wake(owner, Priority.RESYNC if change.initial else Priority.CHANGE)
        if change.initial:
            return  # whoever reads it has not had a pass yet
        for reader in self._readers.of(change):
            if reader not in (owner, change.writer):
                self._wake_paced(reader)

    def _owner_of(self, change: Change) -> Key | None:
        for entry in (change.new, change.old):
            if entry is not None and entry.owner:
                return self._uids.get(entry.owner)
        return None

    def _wake(self, key: Key, priority: Priority) -> None:
        memory = self._memories.get(key)
        self.queue.add(key, priority=priority, not_before=memory.not_before if memory else 0.0)

    def _wake_paced(self, key: Key) -> None:
        """Others' changes ask for at most one pass in a while (WISH 25)."""
        memory = self._memories.get(key)
        paced = (
            0.0 if memory is None else max(memory.not_before, memory.last_pass + self._world.limits.pace_s)
        )
        self.queue.add(key, not_before=paced)

    # -- who works on it

    async def run(self) -> None:
        """Works until cancelled."""
        async with asyncio.TaskGroup() as own:
            for number in range(self._world.limits.workers):
                own.create_task(self._work(), name=f"worker {self.name} {number}")

    async def stop(self) -> None:
        """Takes nothing new, and returns when what is in hand is done; bound it by a deadline."""
        self._stopping = True
        while self.queue.busy:
            self._released.clear()
            await self._released.wait()

    async def _work(self) -> None:
        while True:
            key = await self.queue.take()
            try:
                if not self._stopping:
                    await self._one(key)
            finally:
                self.queue.done(key)
                self._released.set()

    async def _one(self, key: Key) -> None:
        try:
            entry = self._store.get(key)
        except Unsynced:
            return  # the first list wakes it
        if entry is None:
            self._memories.pop(key, None)
            self._readers.forget(key)
            return
        memory = self._memory(entry)
        self._serial += 1
        with self._world.log_scope(self.name, str(key), f"{self._serial:x}"):
            await self._pass(entry, memory)

    def _memory(self, entry: Entry) -> Memory:
        memory = self._memories.get(entry.key)
        if memory is None or memory.uid != entry.uid:
            memory = self._memories[entry.key] = Memory(entry.uid)
        if memory.generation != entry.generation:
            memory.generation = entry.generation
            if memory.history is not HEALTHY:
                memory.history = at_generation(memory.history, entry.generation)
        return memory

    async def _pass(self, entry: Entry, memory: Memory) -> None:
        began = self._world.now()
        limits = self._world.limits
        memory.not_before, memory.news = 0.0, False
        try:
            outcome = await run_bounded(
                self._passes.run(entry, memory),
                limits.pass_s,
                limits.grace_s,
                name=f"the pass of {entry.key}",
                on_abandoned=self._abandoned,
            )
        except Exception as error:
            outcome = Outcome(entry=entry, error=error)
        memory.last_pass = self._world.now()
        await self._conclude(outcome, memory)
        self._observer.pass_ended(_result(outcome), self._world.now() - began)

    def _abandoned(self, task: asyncio.Task[object]) -> None:
        log.error("a pass ignores its cancellation and was left behind", extra={"task": task.get_name()})

    # -- what follows: the one place that carries a decision out

    async def _conclude(self, outcome: Outcome, memory: Memory) -> None:
        if outcome.reads is not None:
            self._readers.note(outcome.entry.key, outcome.reads, complete=outcome.complete)
            if outcome.reads_what_it_wrote:
                self._wake_paced(outcome.entry.key)
        if outcome.gone:
            return
        if outcome.error is None:
            await self._went_well(outcome, memory)
        else:
            await self._failed(outcome, memory, outcome.error)

    async def _went_well(self, outcome: Outcome, memory: Memory) -> None:
        ended = recovered(memory.history, self._world.now())
        try:
            await self._status.write(outcome, ())
        except Exception as error:
            await self._failed(replace(outcome, status_failed=True), memory, error)
            return
        memory.history = HEALTHY
        if ended is not None:
            log.info("recovered", extra={"after_s": round(ended.duration_s, 3), "failures": ended.failures})
            if ended.event is not None:
                self._say(outcome.entry, ended.event.type, ended.event.reason, ended.event.message)
        for event in outcome.events:
            self._say(outcome.entry, *event)
        due = self._due_when_well(outcome)
        if due is not None:
            self.queue.add(outcome.entry.key, priority=Priority.RETRY, not_before=due)
        self._tell(Report(outcome.entry.key, outcome, None, None, due))

    def _due_when_well(self, outcome: Outcome) -> float | None:
        waits = [outcome.wake_after] if outcome.wake_after is not None else []
        if not outcome.ready:
            waits.append(self._world.limits.settle_s)
        return self._world.now() + min(waits) if waits else None

    async def _failed(self, outcome: Outcome, memory: Memory, error: Exception) -> None:
        with_context(error, object=str(outcome.entry.key), uid=outcome.entry.uid)
        verdict = self._world.judge(error)
        now = self._world.now()
        decision = decide(
            verdict,
            memory.history,
            now,
            self._world.rng,
            self._table,
            itself=outcome.about_itself(verdict, self.kind),
        )
        memory.history = decision.history
        self._observer.failed(decision.count.klass, decision.count.reason, decision.count.rule)
        self._log(decision, verdict, error)
        if decision.event is not None:
            self._say(outcome.entry, decision.event.type, decision.event.reason, decision.event.message)
        for event in outcome.events:
            self._say(outcome.entry, *event)
        if isinstance(decision.next, AtOnce):
            await self._read_again(outcome.entry, error)
        due = self._schedule(outcome.entry.key, memory, decision, outcome.wake_after)
        self._tell(Report(outcome.entry.key, outcome, verdict, decision, due))
        if not outcome.status_failed and not isinstance(decision.next, Nothing | Done | AtOnce):
            await self._report(outcome, memory, decision)

    async def _read_again(self, entry: Entry, error: Exception) -> None:
        """What a conflict was about, live: the same answer to the same old version would only repeat it."""
        stale = chain_context(error).get("stale")
        for key in dict.fromkeys((entry.key, stale if isinstance(stale, Key) else entry.key)):
            try:
                answer = await self._world.client.get(self._world.ref(key))
            except Exception as unread:
                if self._world.judge(unread).klass is Class.GONE:
                    continue  # its event says so soon
                log.debug("could not read %s again: %s", key, unread)
            else:
                self._world.learn(key, answer, writer=entry.key)

    async def _report(self, outcome: Outcome, memory: Memory, decision: Decision) -> None:
        """Shows the failure on the object; that this fails is told by everything but the status (R01)."""
        try:
            await self._status.write(outcome, decision.conditions)
        except Exception as error:
            await self._failed(replace(outcome, status_failed=True, events=()), memory, error)

    def _schedule(
        self, key: Key, memory: Memory, decision: Decision, wake_after: float | None
    ) -> float | None:
        now = self._world.now()
        match decision.next:
            case Retry(after_s):
                memory.not_before = due = now + after_s
            case AwaitChange(safety_s):
                due = now + min(safety_s, wake_after if wake_after is not None else safety_s)
                memory.not_before = now + self._pace(memory)
            case AtOnce():
                due = now
            case Done() | Nothing():
                return None
        if memory.news:
            memory.not_before = due = 0.0
        # What changed during the pass was perhaps not seen by it: it is not dropped, but kept to the pace.
        self.queue.hold(key, not_before=memory.not_before)
        self.queue.add(key, priority=Priority.RETRY, not_before=due)
        return due

    def _pace(self, memory: Memory) -> float:
        """How long others' changes are kept from asking again for what failed so often in a row."""
        failures = memory.history.failures
        return min(self._world.limits.pace_s * 2.0 ** min(failures - 1, 20), 300.0) if failures else 0.0

    def _log(self, decision: Decision, verdict: Verdict, error: Exception) -> None:
        if not decision.log_level:
            return
        level = logging.getLevelNamesMapping()[decision.log_level.upper()]
        extra = {
            "class": str(verdict.klass),
            "reason": verdict.reason,
            "rule": verdict.rule,
            "next_s": None if decision.delay_s is None else round(decision.delay_s, 3),
        }
        log.log(level, verdict.message, extra=extra, exc_info=error if decision.alert else None)

    def _say(self, entry: Entry, type: str, reason: str, message: str) -> None:
        about = About(self.kind, entry.namespace, entry.name, entry.uid)
        self._events.say(Event(about, type, reason, message))

    def _tell(self, report: Report) -> None:
        for listener in self.listeners:
            listener(report)

    @property
    def _store(self) -> Store:
        return self._world.store(self.kind.id)


def _result(outcome: Outcome) -> str:
    if outcome.error is None:
        return "requeue_after" if outcome.wake_after is not None else "success"
    return "error"
