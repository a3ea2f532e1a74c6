"""One pass over one object, in four stages: parse, validate, repair, verify.

A pass only finds out and acts on children; what follows from how it ended (status, Event, next attempt) is
the loop's to carry out. So a pass returns an `Outcome` also where something went wrong on the way.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Final

from mendloop.cache.entry import Entry
from mendloop.controller.children import Children, Did, Owner, Result
from mendloop.controller.marks import Tie, hold_of, tie
from mendloop.controller.memory import Memory, orders_of
from mendloop.controller.observer import Observer
from mendloop.controller.omission import Omission
from mendloop.controller.owner import OwnerMarks
from mendloop.controller.teardown import Teardown
from mendloop.controller.view import CacheView
from mendloop.controller.world import World
from mendloop.controller.writes import ImperativeWrites
from mendloop.errors import PRECEDENCE, Class, Gone, Internal, Invalid, Verdict, Waiting
from mendloop.kube.envelope import Meta
from mendloop.model.kinds import Key, Kind
from mendloop.model.resource import Object, as_view
from mendloop.pipeline import Pipeline
from mendloop.wish.child import Stated
from mendloop.wish.context import Pass, Writer
from mendloop.wish.drain import Wish, begin, check_all, drain
from mendloop.wish.foreign import is_foreign, without_owned
from mendloop.wish.operator import Form, Handler, Operator
from mendloop.wish.plan import Pruning, depths, gate, ordered
from mendloop.wish.reads import Reads

# WISH 3: with these nothing of a wish is applied, and what was applied last stays.
BLOCKING: Final = frozenset({Class.INVALID, Class.DENIED, Class.PERMANENT, Class.INTERNAL})

# Finalizers that garbage collection takes off by itself, soon.
GARBAGE_COLLECTORS: Final = frozenset({"foregroundDeletion", "orphan"})

EventText = tuple[str, str, str]  # type, reason, message


@dataclass(slots=True, kw_only=True)
class Outcome:
    """How a pass ended, and all that its report needs; the pass fills it in as it goes."""

    entry: Entry
    meta: Meta | None = None
    obj: Object | None = None
    wish: Wish | None = None
    results: tuple[Result, ...] = ()
    error: Exception | None = None
    complete: bool = False  # the wish was drained to its end
    accepted: bool = False  # and the server took every child of it
    ready: bool = False  # and every child is ready
    pruning: Pruning = field(default_factory=Pruning)
    reads: Reads | None = None
    wake_after: float | None = None
    events: tuple[EventText, ...] = ()
    deleting: bool = False
    gone: bool = False  # the finalizer is off, or never was there: nothing more is to be said
    status_failed: bool = False

    @property
    def wrote(self) -> tuple[Key, ...]:
        """The children that this pass changed."""
        return tuple(one.key for one in self.results if one.did in (Did.CREATED, Did.CHANGED))

    @property
    def reads_what_it_wrote(self) -> bool:
        """Whether what this pass read is not so any more by its own doing: then another pass has to look."""
        if self.reads is None or not self.wrote:
            return False
        kinds = {selection.kind for selection in self.reads.selections}
        return any(key in self.reads.seen or key.kind in kinds for key in self.wrote)

    def about_itself(self, verdict: Verdict, kind: Kind) -> bool:
        """Whether a failure was about the object itself, so that `gone` means that nothing is left to do."""
        if isinstance(self.error, Gone) and self.error.reason == "BeingReplaced":
            return True
        facts = verdict.facts
        told = (facts.group, facts.resource, facts.namespace, facts.name)
        return told == (kind.group, kind.plural, self.entry.namespace, self.entry.name)


@dataclass(slots=True)
class Look:
    """One object under way through the stages."""

    entry: Entry
    memory: Memory
    meta: Meta
    obj: Object


class Passes:
    """Runs passes over the objects of one kind of one operator."""

    def __init__(
        self,
        op: Operator[Any],
        handler: Handler,
        world: World,
        *,
        omission: Omission,
        teardown: Teardown,
        observer: Observer,
        deps: Callable[[], object],
    ) -> None:
        self._op, self._handler, self._world = op, handler, world
        self._kind: Kind = world.resolve(handler.kind_ref)
        self._omission, self._teardown, self._deps = omission, teardown, deps
        self._observer = observer
        self._children = Children(world)
        self._marks = OwnerMarks(world)
        self._foreign = is_foreign(handler.kind_ref)
        self._view = CacheView(world)
        cleanups = [part.fn for part in op.cleanups if part.gvk == handler.gvk]
        self._cleanup: Callable[..., Any] | None = cleanups[0] if cleanups else None
        self._pipeline = Pipeline(self._parse, self._validate, self._repair, self._verify, observer)

    async def run(self, entry: Entry, memory: Memory) -> Outcome:
        """One pass. Errors: what a stage could not even begin with; all else is in the outcome."""
        return await self._pipeline.run((entry, memory))

    # -- parse, validate

    def _parse(self, item: tuple[Entry, Memory]) -> Look:
        entry, memory = item
        meta = entry.meta
        memory.deleting, memory.orders = meta.deleting, orders_of(meta, self._world.marks)
        obj = as_view(self._handler.kind_ref, self._kind, entry.raw)
        return Look(entry, memory, meta, obj)

    def _validate(self, look: Look) -> Look:
        if look.meta.deleting:
            return look
        complaints = check_all(self._op, look.obj, None)
        if complaints:
            raise _as_one(complaints)
        return look

    # -- repair

    async def _repair(self, look: Look) -> Outcome:
        if look.meta.deleting:
            return await self._end(look)
        if self._handler.form is Form.RECONCILE:
            return await self._reconcile(look)
        wish = self._drained(look)
        outcome = Outcome(
            entry=look.entry,
            meta=look.meta,
            obj=look.obj,
            wish=wish,
            complete=wish.complete,
            reads=wish.reads,
            wake_after=wish.wake_after,
            error=wish.error,
        )
        if wish.error is not None and self._world.judge(wish.error).klass in BLOCKING:
            return outcome
        return await self._carry_out(look, wish, outcome)

    def _drained(self, look: Look) -> Wish:
        now = self._now()
        wish = self._drain(look, now)
        memory = look.memory
        if not wish.complete:
            return wish
        if memory.wished and memory.wished != wish.digest:
            again = self._drain(look, now)
            if again.digest != wish.digest or memory.inputs == wish.inputs:
                return replace(wish, error=_not_deterministic(wish, again, self._handler))
        memory.wished, memory.inputs = wish.digest, wish.inputs
        return wish

    def _drain(self, look: Look, now: datetime) -> Wish:
        # Each run gets its own view of the object: what the first one assigned must not be seen by the next.
        raw = without_owned(look.entry.raw, look.entry.owned) if self._foreign else look.entry.raw
        look.obj = as_view(self._handler.kind_ref, self._kind, raw)
        wish = drain(
            self._handler, look.obj, self._view, now=now, deps=self._deps(), resolve=self._world.resolve
        )
        return self._given_back(wish, look) if self._foreign and wish.complete else wish

    def _given_back(self, wish: Wish, look: Look) -> Wish:
        """The wish with an empty overlay, where fields of a foreign object are ours and wished no longer."""
        if not look.entry.owned or any(child.overlay for child in wish.children):
            return wish
        key = look.entry.key
        address = {"name": key.name, **({"namespace": key.namespace} if key.namespace else {})}
        bare = {"apiVersion": self._kind.api_version, "kind": self._kind.kind, "metadata": address}
        overlay = Stated(key=key, kind=self._kind, manifest=bare, overlay=True, place=self._handler.where)
        return replace(wish, children=(*wish.children, overlay))

    async def _carry_out(self, look: Look, wish: Wish, outcome: Outcome) -> Outcome:
        after = {child.key: child.after for child in wish.children}
        in_order = ordered(after)
        labelled = [
            child
            for child in wish.children
            if tie(child, self._kind, outcome.entry.key, child.key in in_order) is Tie.LABEL
        ]
        if labelled or self._cleanup is not None:
            holds = frozenset(hold_of(child.key) for child in labelled)
            outcome.entry = entry = await self._marks.ensure(look.entry, look.meta, holds)
            outcome.meta = look.meta if entry is look.entry else entry.meta
        results = await self._bring_all(look, wish, depths(after), in_order)
        refused = [result.error for result in results if result.did is Did.REFUSED]
        error = self._worst([wish.error, *refused]) or self._worst([result.error for result in results])
        accepted = wish.complete and all(result.did not in (Did.HELD, Did.REFUSED) for result in results)
        outcome.results, outcome.accepted, outcome.error = tuple(results), accepted, error
        outcome.ready = accepted and all(result.ready for result in results)
        return await self._omission.prune(outcome, wish) if accepted else outcome

    async def _bring_all(
        self, look: Look, wish: Wish, depth: dict[Key, int], in_order: frozenset[Key]
    ) -> list[Result]:
        owner = self._owner(look, complete=wish.complete)
        children = wish.children
        ready: set[Key] = set()
        results: dict[Key, Result] = {}
        for child in sorted(children, key=lambda one: depth[one.key]) if in_order else children:
            waits = [str(before) for before in child.after if before not in ready]
            known = child.key in look.memory.applied or self._exists(child.key)
            result = await self._children.bring(
                child,
                owner,
                gate(child.after, ready, known),
                wave=depth[child.key],
                ordered=child.key in in_order,
                held_by=f"{', '.join(waits)} is not ready",
            )
            results[child.key] = result
            if result.ready:
                ready.add(child.key)
        return [results[child.key] for child in children]

    def _exists(self, key: Key) -> bool:
        store = self._world.store(key.kind)
        return store.synced and store.get(key) is not None

    def _owner(self, look: Look, *, complete: bool = True) -> Owner:
        still = self._still(look.entry)
        return Owner(self._kind, look.entry.key, look.entry.uid, look.memory.applied, still, complete)

    def _still(self, entry: Entry) -> Callable[[], None]:
        """A check before each write: an object that is going, or another by now, gets no child (C1)."""
        store = self._world.store(self._kind.id)

        def check() -> None:
            now = store.peek(entry.namespace, entry.name)
            if now is None or now.uid != entry.uid or now.meta.deleting:
                raise Gone(f"{entry.key} is going or gone", reason="BeingReplaced")

        return check

    def _worst(self, errors: Sequence[Exception | None]) -> Exception | None:
        found = [error for error in errors if error is not None]
        if not found:
            return None
        return min(found, key=lambda error: PRECEDENCE.index(self._world.judge(error).klass))

    # -- verify

    async def _verify(self, outcome: Outcome) -> Outcome:
        """Repairing again would change nothing: each answer means what was sent, but for what was learned."""
        for result in outcome.results:
            if result.noop:
                self._observer.noop_write()
        return outcome

    # -- the imperative form, and the end

    async def _reconcile(self, look: Look) -> Outcome:
        if self._cleanup is not None:
            entry = await self._marks.ensure(look.entry, look.meta, frozenset())
            look = replace(look, entry=entry, meta=entry.meta)
        run, writes = self._imperative(look, self._owner(look))
        error: Exception | None = None
        try:
            await self._handler.fn(look.obj, Writer(run, writes))
        except Exception as raised:  # judged by the loop, like all others
            error = raised
        error = error or next(iter(run.troubles), None)
        return Outcome(
            entry=look.entry,
            meta=look.meta,
            obj=look.obj,
            results=tuple(writes.results),
            reads=run.reads,
            wake_after=run.wake_after,
            error=error,
            complete=error is None,
            accepted=error is None,
            ready=error is None and all(result.ready for result in writes.results),
        )

    def _imperative(self, look: Look, owner: Owner) -> tuple[Pass, ImperativeWrites]:
        """What a function that acts by itself is given."""
        run = begin(
            self._handler,
            look.obj,
            self._view,
            now=self._now(),
            deps=self._deps(),
            resolve=self._world.resolve,
        )
        return run, ImperativeWrites(self._world, self._children, self._omission, owner)

    def _now(self) -> datetime:
        return datetime.fromtimestamp(self._world.wall(), UTC)

    async def _end(self, look: Look) -> Outcome:
        ended = await self._teardown.step(look.entry, look.meta, self._cleanup_of(look))
        events: tuple[EventText, ...] = ()
        if ended.forced:
            names = ", ".join(str(one.key) for one in ended.left) or "nothing of the cluster"
            events = (("Warning", "DeletionForced", f"let go by annotation; left behind: {names}"),)
        left = self._world.store(self._kind.id).peek(look.entry.namespace, look.entry.name)
        blocked = self._blocked(left) if ended.released and left is not None else None
        return Outcome(
            entry=left if blocked is not None and left is not None else look.entry,
            meta=look.meta,
            obj=look.obj,
            error=ended.error or blocked,
            deleting=True,
            gone=ended.released and blocked is None,
            events=events,
        )

    def _blocked(self, entry: Entry) -> Waiting | None:
        """What still holds an object that is none of our business any more."""
        others = set(entry.meta.finalizers or ()) - {self._world.marks.finalizer} - GARBAGE_COLLECTORS
        if not others:
            return None
        return Waiting(f"its deletion waits for {', '.join(sorted(others))}", reason="DeletionBlocked")

    def _cleanup_of(self, look: Look) -> Callable[[], Any] | None:
        cleanup = self._cleanup
        if cleanup is None or look.memory.cleaned:
            return None

        async def clean() -> None:
            owner = Owner(self._kind, look.entry.key, look.entry.uid, look.memory.applied, lambda: None)
            await cleanup(look.obj, Writer(*self._imperative(look, owner)))
            look.memory.cleaned = True

        return clean


def _as_one(complaints: Sequence[Invalid]) -> Invalid:
    """All complaints in one error: the user mends them in one go."""
    if len(complaints) == 1:
        return complaints[0]
    text = "; ".join(f"{one.field}: {one.message}" if one.field else one.message for one in complaints)
    return Invalid(text, field=complaints[0].field, reason=complaints[0].reason)


def _not_deterministic(wish: Wish, again: Wish, handler: Handler) -> Internal:
    first = {child.key: child.manifest for child in wish.children}
    other = {child.key: child.manifest for child in again.children}
    odd = sorted(str(key) for key in first.keys() | other.keys() if first.get(key) != other.get(key))
    what = ", ".join(odd[:3]) or "its status"
    return Internal(
        f"{handler.where}: two passes over equal inputs wish different things ({what}): "
        "desired() must not use chance, a clock or changing globals",
        reason="NonDeterministicDesired",
    )
