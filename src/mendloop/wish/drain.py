"""One pass of `desired`, run to its end before anything is written.

What becomes of the status: it starts as last observed. A field that the pass read or assigned has the
value that it has at the end. Of the others, a complete pass clears each to its default, for what is
reported no longer is not so any more (WISH 22); an incomplete pass leaves them. Conditions and
`observedGeneration` are the framework's, and not part of it.
"""

from __future__ import annotations

import hashlib
import inspect
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from types import GeneratorType
from typing import Any

import msgspec

from mendloop.errors.exceptions import Internal, Invalid, OperatorError
from mendloop.model.decoding import Unfit, to_tree
from mendloop.model.kinds import Key
from mendloop.model.resource import Object, Resource, gvk_of
from mendloop.model.types import Condition, Status, touched_fields, watch_fields
from mendloop.wish.child import Absent, Child, Owning, Stated, WishedAway, at_place, settle_order
from mendloop.wish.context import Context, Pass, Resolve, key_of_owner
from mendloop.wish.operator import Handler, Operator
from mendloop.wish.reads import Reads, View

MOST_CHILDREN = 10_000
"""More than this is taken for a loop without end."""

_Before = tuple[Sequence[Condition], tuple[Condition, ...]]
_FRAMEWORKS = frozenset({"conditions", "observed_generation"})


@dataclass(frozen=True)
class Wish:
    """What one pass stated. Nothing in it is shared with the object or with the cache."""

    children: tuple[Stated, ...]  # in the order yielded
    absent: tuple[WishedAway, ...]
    reads: Reads
    error: Exception | None  # what ended the pass, or what user code swallowed; None if complete
    status: bytes  # the user's fields after the pass, as canonical JSON
    assigned: frozenset[str]  # status fields that the pass read or assigned
    conditions: tuple[Condition, ...] | None  # None unless the pass assigned `status.conditions`
    wake_after: float | None  # seconds
    inputs: str  # equal for two passes over equal inputs

    @property
    def complete(self) -> bool:
        """Whether this is all that is wished: only then may something be pruned, cleared, called Ready."""
        return self.error is None

    @cached_property
    def digest(self) -> str:
        """Equal for two passes that wish the same."""
        stated: list[Any] = [
            (one.key, one.manifest, one.after, one.gone, one.initial, one.adopt) for one in self.children
        ]
        whole = (stated, [gone.key for gone in self.absent], self.status.decode())
        return hashlib.sha256(msgspec.json.encode(whole, order="deterministic")).hexdigest()[:16]

    def child(self, key: Key) -> Stated | None:
        """The child of that address."""
        return next((one for one in self.children if one.key == key), None)


def drain(
    handler: Handler, obj: Object, view: View, *, now: datetime, deps: object, resolve: Resolve
) -> Wish:
    """What `handler` wishes for `obj`, having seen `view`.

    Guarantees: never raises what user code raised; an incomplete pass says so in `error`.
    Assumptions: `obj` was decoded for this pass; user code may change its status.
    """
    try:
        run = begin(handler, obj, view, now=now, deps=deps, resolve=resolve)
        conditions = _watch(obj)
    except OperatorError as error:
        return _nothing(error)
    except Unfit as error:
        return _nothing(_as_invalid(error))
    yielded = _Yielded(run.owning, handler.where)
    stopped = _run(handler, run, yielded)
    children, mistake = _settle(yielded)
    swallowed = next(iter(run.troubles), None)
    return _wish(run, yielded, children, mistake or stopped or swallowed, conditions)


def begin(
    handler: Handler, obj: Object, view: View, *, now: datetime, deps: object, resolve: Resolve
) -> Pass:
    """A pass that is about to start: its kinds resolved, nothing read yet. Raises what `resolve` raises."""
    own_kind = resolve(handler.kind_ref)
    owned = {gvk_of(ref): resolve(ref) for ref in handler.owns}
    read = {gvk_of(ref): resolve(ref) for ref in handler.reads}
    owning = Owning(key_of_owner(obj, own_kind), own_kind.namespaced, owned, own_kind)
    return Pass(obj, view, deps, now, owning, {**read, **owned})


def check_all(op: Operator[Any], obj: Object, old: Object | None) -> list[Invalid]:
    """Every complaint of the operator's checks about `obj`; a check may yield or raise them."""
    complaints: list[Invalid] = []
    for part in op.checks:
        if part.gvk == obj.gvk:
            complaints.extend(_complaints(part.fn, part.where, obj, old))
    return complaints


def _complaints(fn: Callable[..., Any], where: str, obj: Object, old: Object | None) -> Iterable[Invalid]:
    try:
        found = fn(obj, old)
        for one in () if found is None else found:
            if not isinstance(one, Invalid):
                raise Internal(f"{where}: a check yields Invalid(...), not {type(one).__name__}")
            yield one
    except Invalid as complaint:
        yield complaint
    except Unfit as error:
        yield _as_invalid(error)


class _Yielded:
    """What came out of the generator so far."""

    def __init__(self, owning: Owning, where: str) -> None:
        self._owning, self._where = owning, where
        self.children: list[tuple[Child, Stated]] = []
        self.absent: list[WishedAway] = []
        self._count = 0

    def take(self, item: Any, line: int | None) -> None:
        """Take in one thing that was yielded. Errors: `Internal` with its place."""
        self._count += 1
        place = f"{self._where if line is None else f'{self._file}:{line}'}, yield {self._count}"
        if self._count > MOST_CHILDREN:
            raise at_place(f"more than {MOST_CHILDREN} were yielded for one object", place)
        if isinstance(item, Absent):
            self.absent.append(self._owning.wish_away(item, place))
            return
        child = item if isinstance(item, Child) else Child(item)
        self.children.append((child, self._owning.state(child, place)))

    @property
    def _file(self) -> str:
        return self._where.rpartition(":")[0]

    def refuse_contradictions(self) -> None:
        """Errors: `Internal` for an object that is wished and wished away."""
        wished = {one.key for _, one in self.children}
        for gone in self.absent:
            if gone.key in wished:
                raise at_place(f"{gone.key} is both wished and Absent", gone.place)


def _run(handler: Handler, run: Pass, yielded: _Yielded) -> Exception | None:
    try:
        wishes = _generator(handler, handler.fn(run.obj, Context(run)))
        for item in wishes:
            frame = wishes.gi_frame
            yielded.take(item, frame.f_lineno if frame is not None else None)
    except Unfit as error:
        return _as_invalid(error)
    except Exception as error:
        return error
    return None


def _settle(yielded: _Yielded) -> tuple[tuple[Stated, ...], Internal | None]:
    try:
        yielded.refuse_contradictions()
        return settle_order(yielded.children), None
    except Internal as mistake:
        return (), mistake


def _as_invalid(error: Unfit) -> Invalid:
    invalid = Invalid(error.message, field=error.field)
    invalid.__cause__ = error
    return invalid


def _generator(handler: Handler, returned: Any) -> GeneratorType[Any, None, Any]:
    if isinstance(returned, GeneratorType):
        return returned
    if inspect.iscoroutine(returned):
        returned.close()  # else Python warns that nobody awaited it
    raise at_place(f"{handler.fn.__name__} {_WRONG.get(_form(returned), _OTHER)}", handler.where)


_OTHER = "returned something else than a generator: say what is wished with `yield`"
_WRONG = {
    "none": "returned None: it has no `yield` (to wish for nothing, say `yield from ()`)",
    "coroutine": "is async: it is a plain `def`; what waits belongs into an External or into @op.reconcile",
    "async generator": "is an async generator, not in this version of mendloop: make it a plain `def`",
}


def _form(returned: Any) -> str:
    if returned is None:
        return "none"
    if inspect.iscoroutine(returned):
        return "coroutine"
    return "async generator" if inspect.isasyncgen(returned) else ""


def _watch(obj: Object) -> _Before:
    """Begins to note what is read and assigned in the status; the conditions before that."""
    if not isinstance(obj, Resource):
        return (), ()
    status: Status = obj.status
    conditions = status.conditions
    watch_fields(status)
    return conditions, tuple(conditions)


def _assigned_conditions(after: Status, before: _Before) -> tuple[Condition, ...] | None:
    """The conditions that the pass stated, be it by assigning the same ones anew or by changing the list."""
    held, as_it_was = before
    now = tuple(after.conditions)
    return None if after.conditions is held and now == as_it_was else now


def _wish(
    run: Pass,
    yielded: _Yielded,
    children: tuple[Stated, ...],
    error: Exception | None,
    before: _Before,
) -> Wish:
    status, assigned, conditions = b"{}", frozenset[str](), None
    if isinstance(run.obj, Resource):
        after: Status = run.obj.status
        assigned = touched_fields(after) - _FRAMEWORKS
        conditions = _assigned_conditions(after, before)
        status = _report(after, assigned, complete=error is None)
    return Wish(
        children=children,
        absent=tuple(yielded.absent),
        reads=run.reads,
        error=error,
        status=status,
        assigned=assigned,
        conditions=conditions,
        wake_after=run.wake_after,
        inputs=_inputs(run),
    )


def _nothing(error: Exception) -> Wish:
    return Wish((), (), Reads(), error, b"{}", frozenset(), None, None, "")


def _report(status: Status, assigned: frozenset[str], *, complete: bool) -> bytes:
    names = zip(status.__struct_fields__, status.__struct_encode_fields__, strict=True)
    kept = {
        wire: getattr(status, field)
        for field, wire in names
        if field not in _FRAMEWORKS and (field in assigned or not complete)
    }
    if not kept:
        return b"{}"
    stated = {wire: value for wire, value in to_tree(kept).items() if value not in (None, "", [], {})}
    return msgspec.json.encode(stated, order="deterministic")


def _inputs(run: Pass) -> str:
    parts = [run.obj.raw, run.reads.digest.encode()]
    if run.reads.now:
        parts.append(run.now.isoformat().encode())
    return hashlib.sha256(b"\n".join(parts)).hexdigest()[:16]
