"""What a pass is given: reads from one snapshot, the time, the operator's dependencies."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Generic, NoReturn, Protocol, cast, overload

from typing_extensions import TypeVar

from mendloop.errors.exceptions import Internal, OperatorError, Seconds, Waiting, seconds
from mendloop.model.kinds import Key, Kind
from mendloop.model.resource import KindRef, Object, as_view, gvk_of
from mendloop.wish.child import Absent, Child, Manifest, Owning, Stated, WishedAway
from mendloop.wish.reads import Observed, Reads, Selection, Unsynced, View

V = TypeVar("V")
D_co = TypeVar("D_co", covariant=True, default=object)
K = TypeVar("K", bound=Object)

Resolve = Callable[[KindRef], Kind]
"""From how users name a kind to the kind as the server has it. Raises what the pass is to end with."""

_LATER = frozenset({"claim", "condition", "event", "generated", "slot", "step", "task"})


@dataclass(slots=True)
class Pass:
    """One run of a handler over one object: what it may see, and what it did with that."""

    obj: Object
    view: View
    deps: Any
    now: datetime
    owning: Owning
    readable: Mapping[str, Kind]  # by gvk: what `owns=` and `reads=` name
    reads: Reads = field(default_factory=Reads)
    troubles: list[OperatorError] = field(default_factory=list)
    wake_after: float | None = None

    def fail(self, error: OperatorError) -> NoReturn:
        """Raise, and remember: code that swallows the error does not make the pass complete (WISH 2)."""
        self.troubles.append(error)
        raise error

    def kind(self, ref: KindRef) -> Kind:
        """The kind that is read. Errors: `Internal`, which prints the fix, where it was not declared."""
        gvk = gvk_of(ref)
        kind = self.readable.get(gvk)
        if kind is None:
            name = ref.__name__ if isinstance(ref, type) else repr(ref)
            self.fail(Internal(f"{gvk} was read but is not declared: add {name} to reads=[...]"))
        return kind

    def namespace(self, kind: Kind, stated: str) -> str:
        """The namespace that is read in: the owner's unless another is stated."""
        if not kind.namespaced or stated or self.obj.namespace:
            return (stated or self.obj.namespace) if kind.namespaced else ""
        self.fail(Internal(f"{kind.gvk} is read by name: say namespace=, its reader is cluster-scoped"))

    def get(self, kind: Kind, namespace: str, name: str) -> Observed | None:
        found = self._ask(lambda: self.view.get(kind, namespace, name))
        self.reads.note(kind.key(namespace, name), [found] if found is not None else [])
        return found

    def list(self, kind: Kind, namespace: str | None, labels: Mapping[str, str]) -> Sequence[Observed]:
        found = self._ask(lambda: self.view.list(kind, namespace, labels))
        return self._noted(Selection(kind.id, namespace, tuple(sorted(labels.items()))), found)

    def owned(self, kind: Kind) -> Sequence[Observed]:
        found = self._ask(lambda: self.view.owned(kind, self.obj.uid))
        return self._noted(Selection(kind.id, None, (), self.obj.uid), found)

    def _noted(self, selection: Selection, found: Sequence[Observed]) -> Sequence[Observed]:
        ordered = sorted(found, key=lambda one: one.key)
        self.reads.note(selection, ordered)
        return ordered

    def _ask(self, question: Callable[[], V]) -> V:
        try:
            return question()
        except Unsynced as error:
            self.fail(error)


class Context(Generic[D_co]):
    """What one pass may see: reads of declared kinds from one snapshot, which never wait.

    Each read subscribes: when what it gave changes (an absent name appears, a selection grows), the
    object is handled again. The snapshot is the same for the whole pass.
    """

    __slots__ = ("_pass",)

    def __init__(self, run: Pass) -> None:
        self._pass = run

    @property
    def deps(self) -> D_co:
        """The operator's dependencies: what its lifespan yielded."""
        return cast("D_co", self._pass.deps)

    @property
    def now(self) -> datetime:
        """The time of this pass, in UTC. It wakes nobody: say `ctx.wake` for when it matters again."""
        self._pass.reads.now = True
        return self._pass.now

    @overload
    def get(self, kind: type[K], name: str, *, namespace: str = ...) -> K | None: ...
    @overload
    def get(self, kind: str, name: str, *, namespace: str = ...) -> Object | None: ...
    def get(self, kind: KindRef, name: str, *, namespace: str = "") -> Object | None:
        """The object of that name, in the handled object's namespace unless told otherwise; or None.

        Errors: `Internal` for a kind in neither `owns=` nor `reads=`.
        """
        known = self._pass.kind(kind)
        found = self._pass.get(known, self._pass.namespace(known, namespace), name)
        return None if found is None else _view_of(kind, known, found)

    @overload
    def require(self, kind: type[K], name: str, *, namespace: str = ...) -> K: ...
    @overload
    def require(self, kind: str, name: str, *, namespace: str = ...) -> Object: ...
    def require(self, kind: KindRef, name: str, *, namespace: str = "") -> Object:
        """The object of that name; where there is none, the pass ends as `Waiting` for it.

        Do not catch that: a pass in which it was caught counts as incomplete all the same. Use `get`.
        """
        found = self.get(kind, name, namespace=namespace)
        if found is None:
            known = self._pass.kind(kind)
            where = known.key(self._pass.namespace(known, namespace), name)
            self._pass.fail(Waiting(f"waiting for {where}", reason="DependencyMissing"))
        return found

    @overload
    def list(
        self, kind: type[K], *, namespace: str | None = ..., labels: Mapping[str, str] = ...
    ) -> Sequence[K]: ...
    @overload
    def list(
        self, kind: str, *, namespace: str | None = ..., labels: Mapping[str, str] = ...
    ) -> Sequence[Object]: ...
    def list(
        self, kind: KindRef, *, namespace: str | None = "", labels: Mapping[str, str] | None = None
    ) -> Sequence[Object]:
        """All objects of a kind that carry all of `labels`, by namespace and name.

        In the handled object's namespace; `namespace=None` means all, as it does for cluster-scoped ones.
        """
        known = self._pass.kind(kind)
        within = (namespace or self._pass.obj.namespace or None) if known.namespaced else None
        found = self._pass.list(known, None if namespace is None else within, labels or {})
        return tuple(_view_of(kind, known, one) for one in found)

    @overload
    def owned(self, kind: type[K]) -> Sequence[K]: ...
    @overload
    def owned(self, kind: str) -> Sequence[Object]: ...
    def owned(self, kind: KindRef) -> Sequence[Object]:
        """All objects of a kind that belong to the handled one, by namespace and name."""
        known = self._pass.kind(kind)
        return tuple(_view_of(kind, known, one) for one in self._pass.owned(known))

    @overload
    def observed(self, child: Child) -> Object | None: ...
    @overload
    def observed(self, child: Child, as_: type[K]) -> K | None: ...
    def observed(self, child: Child, as_: type[Object] = Object) -> Object | None:
        """A child as it is in the cluster now, whatever was wished of it; None where it is not there."""
        stated = self._pass.owning.state(child, "ctx.observed")
        found = self._pass.get(stated.kind, stated.key.namespace, stated.key.name)
        return None if found is None else _view_of(as_, stated.kind, found)

    def wake(self, after: Seconds) -> None:
        """Come again after that long (seconds, or a timedelta), without ending this pass.

        Of several, the earliest counts.
        """
        delay = max(seconds(after), 0.0)
        earlier = self._pass.wake_after
        self._pass.wake_after = delay if earlier is None else min(earlier, delay)

    if not TYPE_CHECKING:  # a type checker says the same by not knowing the name

        def __getattr__(self, name: str) -> Any:
            if name in _LATER:
                self._pass.fail(Internal(f"ctx.{name} is not in this version of mendloop"))
            raise AttributeError(f"Context has no {name!r}")


def _view_of(ref: KindRef, kind: Kind, found: Observed) -> Object:
    # A world that a test states may say what is ready, without the status that kstatus reads.
    return as_view(ref, kind, found.raw, ready=getattr(found, "ready", None))


class Writes(Protocol):
    """How the imperative form writes: the controller's own way, with delta, policy and preconditions."""

    async def apply(self, child: Stated) -> Observed:
        """Make it so; returns what is there now."""
        ...

    async def delete(self, gone: WishedAway) -> None:
        """Make it absent."""

    async def live(self, kind: Kind, namespace: str, name: str) -> Observed | None:
        """The object as the API server has it now, past every cache."""


class Writer(Context[D_co]):
    """The context of the imperative form: reads as above, and writes that meet the same delta and policy."""

    __slots__ = ("_writes",)

    def __init__(self, run: Pass, writes: Writes) -> None:
        super().__init__(run)
        self._writes = writes

    async def apply(self, manifest: Manifest) -> Object:
        """Apply a child now; nothing is sent where nothing differs. Returns the object as it is then."""
        if isinstance(manifest, Absent):
            raise TypeError("ctx.apply takes a child; to remove one, say ctx.delete")
        child = manifest if isinstance(manifest, Child) else Child(manifest)
        stated = self._pass.owning.state(child, "ctx.apply")
        applied = await self._writes.apply(stated)
        return Object.from_raw(applied.raw, stated.kind)

    async def delete(self, obj: Object | Absent) -> None:
        """Delete an object of a declared kind, if it is still the one that was read."""
        absent = obj if isinstance(obj, Absent) else Absent(obj.gvk, obj.name, namespace=obj.namespace)
        await self._writes.delete(self._pass.owning.wish_away(absent, "ctx.delete"))

    async def live(self, kind: type[K], name: str, *, namespace: str = "") -> K | None:
        """The object as the API server has it now, past every cache; it does not subscribe."""
        known = self._pass.kind(kind)
        found = await self._writes.live(known, self._pass.namespace(known, namespace), name)
        return None if found is None else kind.from_raw(found.raw, known)


def key_of_owner(obj: Object, kind: Kind) -> Key:
    """The handled object's address, of the kind as the server has it."""
    return kind.key(obj.namespace, obj.name)
