"""The operator: what handles which kinds. Declaring it does nothing; a manager runs it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from enum import StrEnum
from os.path import relpath
from typing import Any, Generic, TypeAlias, cast, overload

from typing_extensions import TypeVar

from mendloop.errors.exceptions import Invalid
from mendloop.model.naming import is_subdomain
from mendloop.model.resource import KindRef, Object, gvk_of
from mendloop.wish.child import Manifests
from mendloop.wish.context import Context, Writer
from mendloop.wish.settings import Settings

D = TypeVar("D", default=object)
C = TypeVar("C", bound=Settings)
R = TypeVar("R", bound=Object)

Desired: TypeAlias = Callable[[R, Context[D]], Manifests]
Reconcile: TypeAlias = Callable[[R, Writer[D]], Awaitable[None]]
CheckFunction: TypeAlias = Callable[[R, R | None], Iterable[Invalid]]


class Form(StrEnum):
    """How a handler works."""

    DESIRED = "desired"  # says what shall be
    RECONCILE = "reconcile"  # does it itself


@dataclass(frozen=True, slots=True)
class Handler:
    """What handles one kind."""

    kind_ref: KindRef
    fn: Callable[..., Any]
    form: Form
    owns: tuple[KindRef, ...]
    reads: tuple[KindRef, ...]
    where: str  # file:line

    @property
    def gvk(self) -> str:
        """The handled kind, as in `apps/v1/Deployment`."""
        return gvk_of(self.kind_ref)

    @property
    def kinds(self) -> tuple[KindRef, ...]:
        """Every kind that it needs to see: its own, what it owns, what it reads; each once."""
        return tuple({gvk_of(ref): ref for ref in (self.kind_ref, *self.owns, *self.reads)}.values())


@dataclass(frozen=True, slots=True)
class Part:
    """A check or a cleanup of one kind."""

    kind_ref: KindRef
    fn: Callable[..., Any]
    where: str  # file:line

    @property
    def gvk(self) -> str:
        return gvk_of(self.kind_ref)


class Operator(Generic[D]):
    """Handlers, checks and cleanups under one name.

    The name is a domain that you own: it is the field manager, and the prefix of the finalizer, of labels
    and of annotations. `settings` is read from the environment when the operator starts; `deps` makes, from
    the settings if there are any, what handlers get as `ctx.deps`, and closes it at the end.
    """

    @overload
    def __init__(self: Operator[object], name: str) -> None: ...
    @overload
    def __init__(self, name: str, *, deps: Callable[[], AbstractAsyncContextManager[D]]) -> None: ...
    @overload
    def __init__(self: Operator[C], name: str, *, settings: type[C]) -> None: ...
    @overload
    def __init__(
        self, name: str, *, settings: type[C], deps: Callable[[C], AbstractAsyncContextManager[D]]
    ) -> None: ...
    def __init__(self, name: str, *, settings: Any = None, deps: Any = None) -> None:
        if not is_subdomain(name) or "." not in name:
            raise TypeError(
                f"Operator({name!r}): the name is a domain that you own, as in 'cache.example.com'; "
                "it becomes the prefix of the finalizer, which the API server wants qualified"
            )
        self.name = name
        self._settings: type[Settings] | None = settings
        self._deps: Callable[..., AbstractAsyncContextManager[Any]] | None = deps
        self._handlers: dict[str, Handler] = {}
        self._cleanups: dict[str, Part] = {}
        self._checks: list[Part] = []

    def __repr__(self) -> str:
        return f"Operator({self.name!r})"

    # -- what a user declares

    @overload
    def desired(
        self, kind: type[R], *, owns: Sequence[KindRef] = ..., reads: Sequence[KindRef] = ...
    ) -> Callable[[Desired[R, D]], Desired[R, D]]: ...
    @overload
    def desired(
        self, kind: str, *, owns: Sequence[KindRef] = ..., reads: Sequence[KindRef] = ...
    ) -> Callable[[Desired[Object, D]], Desired[Object, D]]: ...
    def desired(self, kind: KindRef, *, owns: Sequence[KindRef] = (), reads: Sequence[KindRef] = ()) -> Any:
        """Declares what shall be for each object of `kind`: a generator of manifests, children, absences.

        It is a pure function of the object and of what it reads: no await, no clock, no chance. Kinds that
        it yields are named in `owns`, kinds that it only reads in `reads`.
        """
        return self._register(Form.DESIRED, kind, owns, reads)

    @overload
    def reconcile(
        self, kind: type[R], *, owns: Sequence[KindRef] = ..., reads: Sequence[KindRef] = ...
    ) -> Callable[[Reconcile[R, D]], Reconcile[R, D]]: ...
    @overload
    def reconcile(
        self, kind: str, *, owns: Sequence[KindRef] = ..., reads: Sequence[KindRef] = ...
    ) -> Callable[[Reconcile[Object, D]], Reconcile[Object, D]]: ...
    def reconcile(self, kind: KindRef, *, owns: Sequence[KindRef] = (), reads: Sequence[KindRef] = ()) -> Any:
        """Declares the imperative form: an async function that writes by `ctx.apply` and `ctx.delete`."""
        return self._register(Form.RECONCILE, kind, owns, reads)

    @overload
    def cleanup(self, kind: type[R]) -> Callable[[Reconcile[R, D]], Reconcile[R, D]]: ...
    @overload
    def cleanup(self, kind: str) -> Callable[[Reconcile[Object, D]], Reconcile[Object, D]]: ...
    def cleanup(self, kind: KindRef) -> Any:
        """Declares work before an object may go; its presence brings the finalizer. It must be idempotent."""

        def register(fn: Callable[..., Any]) -> Callable[..., Any]:
            self._add(self._cleanups, Part(kind, fn, _where(fn)), "cleanup")
            return fn

        return register

    def check(self, kind: type[R]) -> Callable[[CheckFunction[R]], CheckFunction[R]]:
        """Declares what is wrong with an object beyond its types: all complaints at once.

        The same function serves the loop (there `old` is None) and, where it is deployed, admission.
        """

        def register(fn: CheckFunction[R]) -> CheckFunction[R]:
            self._checks.append(Part(kind, fn, _where(fn)))
            return fn

        return register

    def include(self, part: Operator[D]) -> None:
        """Take over all that another operator declares, under this one's name; twice is as once."""
        for handler in part.handlers:
            self._add(self._handlers, handler, "handler")
        for cleanup in part.cleanups:
            self._add(self._cleanups, cleanup, "cleanup")
        self._checks.extend(check for check in part.checks if check not in self._checks)

    # -- what the runtime reads

    @property
    def handlers(self) -> tuple[Handler, ...]:
        """One handler a kind, in the order declared."""
        return tuple(self._handlers.values())

    @property
    def checks(self) -> tuple[Part, ...]:
        """All checks, in the order declared."""
        return tuple(self._checks)

    @property
    def cleanups(self) -> tuple[Part, ...]:
        """At most one cleanup a kind, in the order declared."""
        return tuple(self._cleanups.values())

    @property
    def field_manager(self) -> str:
        """Under which name its fields are owned in the cluster."""
        return self.name

    @property
    def finalizer(self) -> str:
        """What holds an object until its cleanup is done."""
        return f"{self.name}/finalizer"

    def qualified(self, name: str) -> str:
        """`name` as an annotation, label or condition of this operator: `cache.example.com/paused`."""
        return f"{self.name}/{name}"

    @asynccontextmanager
    async def lifespan(self, environ: Mapping[str, str]) -> AsyncIterator[D]:
        """The operator's dependencies while it runs; settings alone are dependencies too.

        Errors: `Invalid` naming the variable for settings that do not fit.
        """
        given = () if self._settings is None else (self._settings.load(environ),)
        if self._deps is None:
            yield cast("D", given[0] if given else None)
            return
        async with self._deps(*given) as deps:
            yield cast("D", deps)

    def _register(self, form: Form, kind: KindRef, owns: Sequence[KindRef], reads: Sequence[KindRef]) -> Any:
        for ref in (kind, *_refs("owns", owns), *_refs("reads", reads)):
            gvk_of(ref)

        def register(fn: Callable[..., Any]) -> Callable[..., Any]:
            handler = Handler(kind, fn, form, tuple(owns), tuple(reads), _where(fn))
            self._add(self._handlers, handler, "handler")
            return fn

        return register

    def _add(self, to: dict[str, Any], part: Handler | Part, what: str) -> None:
        first = to.setdefault(part.gvk, part)
        if first is not part:
            places = f"the first is at {first.where}, the second at {part.where}"
            raise TypeError(f"{self.name}: {part.gvk} has two {what}s; {places}")


def _refs(keyword: str, refs: Sequence[KindRef]) -> Sequence[KindRef]:
    if isinstance(refs, str | type):
        raise TypeError(f"{keyword}= is a list of kinds, as in {keyword}=[{refs!r}]")
    return refs


def _where(fn: Callable[..., Any]) -> str:
    while hasattr(fn, "__wrapped__"):
        fn = fn.__wrapped__
    code = getattr(fn, "__code__", None)
    if code is None:
        return repr(fn)
    file: str = code.co_filename
    return f"{min(relpath(file), file, key=len)}:{code.co_firstlineno}"
