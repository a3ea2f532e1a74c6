"""One pass of an operator over an object and a world that the test states: no cluster, no loop, no clock."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Generic, TypeAlias, cast, overload

import msgspec
from typing_extensions import TypeVar

from mendloop.errors.exceptions import Internal, Invalid
from mendloop.model.decoding import decode
from mendloop.model.kinds import Key, Kind, split_api_version
from mendloop.model.naming import plural_of
from mendloop.model.resource import KindRef, Object, Resource, gvk_of
from mendloop.model.schemas import Schemas
from mendloop.model.types import NoStatus, Status
from mendloop.testing.validate import complaints
from mendloop.wish.child import Stated
from mendloop.wish.drain import Wish, check_all, drain
from mendloop.wish.operator import Form, Handler, Operator

D = TypeVar("D", default=object)
T = TypeVar("T", bound=Status, default=NoStatus)
T_co = TypeVar("T_co", bound=Status, default=Status, covariant=True)

WorldObject: TypeAlias = Object | Mapping[str, Any]

_START = datetime(2026, 1, 1, tzinfo=UTC)
_GOES_ON = frozenset({"waiting", "transient", "throttled", "timeout", "conflict", "dependency_down"})
"""The classes with which a pass may end and what it yielded before is applied all the same (WISH 3)."""


@dataclass(frozen=True)
class Rendered(Generic[T_co]):
    """What one pass leads to."""

    manifests: tuple[dict[str, Any], ...]  # what would be applied, in the order yielded
    absent: tuple[Key, ...]  # what would be deleted whether or not it was ours
    status: T_co
    error: Exception | None  # what ended the pass; where it is None, all else of ours would be pruned
    wake_at: datetime | None
    wish: Wish

    @property
    def complete(self) -> bool:
        """Whether this is the whole wish, so that the rest would be pruned."""
        return self.error is None

    def one(self, kind: KindRef, name: str = "") -> dict[str, Any]:
        """The manifest of that kind (and name). Errors: `AssertionError` unless there is exactly one."""
        gvk = gvk_of(kind)
        found = [
            manifest
            for manifest in self.manifests
            if f"{manifest['apiVersion']}/{manifest['kind']}" == gvk
            and name in ("", manifest["metadata"]["name"])
        ]
        if len(found) != 1:
            raise AssertionError(f"{len(found)} of {gvk} {name}: {self._summary()}")
        return found[0]

    def _summary(self) -> str:
        names = [f"{manifest['kind']} {manifest['metadata']['name']}" for manifest in self.manifests]
        ended = f"; the pass ended with {self.error!r}" if self.error is not None else ""
        return f"rendered were {', '.join(names) or 'no manifests'}{ended}"


@overload
def render(
    op: Operator[D],
    obj: Resource[Any, T],
    *,
    world: Sequence[WorldObject] = ...,
    owned: Sequence[WorldObject] = ...,
    deps: D | None = ...,
    now: datetime = ...,
) -> Rendered[T]: ...
@overload
def render(
    op: Operator[D],
    obj: Object,
    *,
    world: Sequence[WorldObject] = ...,
    owned: Sequence[WorldObject] = ...,
    deps: D | None = ...,
    now: datetime = ...,
) -> Rendered[Status]: ...
def render(
    op: Operator[Any],
    obj: Object,
    *,
    world: Sequence[WorldObject] = (),
    owned: Sequence[WorldObject] = (),
    deps: Any = None,
    now: datetime = _START,
) -> Rendered[Any]:
    """One pass of `op` over `obj`, with `world` and `owned` (what belongs to `obj`) in the snapshot.

    The checks run first, as in the loop. `desired` runs twice: a wish that differs is the error
    `NonDeterministicDesired`. Manifests are checked against the schemas of their kinds, where they are
    known; a refused one is the error `ChildInvalid`. `obj` itself is left as it is.
    """
    handler = _handler_for(op, obj)
    snapshot = _World(obj, world, owned)

    def once() -> tuple[Wish, Object]:
        fresh = type(obj).from_raw(obj.raw)
        return drain(handler, fresh, snapshot, now=now, deps=deps, resolve=snapshot.resolve), fresh

    if refused := check_all(op, type(obj).from_raw(obj.raw), None):
        return _rendered(replace(once()[0], error=refused[0]), obj, now, ())
    (wish, after), (again, _) = once(), once()
    if wish.complete and again.complete and wish.digest != again.digest:
        wish = replace(wish, error=_two_wishes(handler, wish, again))
    accepted, refusal = _judged(wish.children)
    if refusal is not None and wish.complete:
        wish = replace(wish, error=refusal)
    return _rendered(wish, after, now, accepted)


def _handler_for(op: Operator[Any], obj: Object) -> Handler:
    for handler in op.handlers:
        if handler.gvk == obj.gvk:
            if handler.form is not Form.DESIRED:
                raise TypeError(f"{obj.gvk} is handled by @op.reconcile: run it on a control plane")
            return handler
    known = ", ".join(handler.gvk for handler in op.handlers) or "nothing"
    raise TypeError(f"{op.name} handles {known}, not {obj.gvk}")


def _two_wishes(handler: Handler, one: Wish, other: Wish) -> Internal:
    differing = {
        stated.key
        for stated in (*one.children, *other.children)
        if one.child(stated.key) != other.child(stated.key)
    }
    what = ", ".join(sorted(str(key) for key in differing)) or "order or status"
    return Internal(
        f"{handler.where}: two passes over equal inputs wish different things: {what}",
        reason="NonDeterministicDesired",
    )


def _judged(children: Iterable[Stated]) -> tuple[tuple[Stated, ...], Invalid | None]:
    schemas = Schemas()
    accepted, refusal = [], None
    for child in children:
        schema = schemas.of(child.manifest)
        found = [] if schema is None else complaints(child.manifest, schema, partial=child.overlay)
        if not found:
            accepted.append(child)
        elif refusal is None:
            text = "; ".join(str(complaint) for complaint in found)
            refusal = Invalid(
                f"{child.place}: {child.key}: {text}", field=found[0].field, reason="ChildInvalid"
            )
    return tuple(accepted), refusal


def _rendered(wish: Wish, obj: Object, now: datetime, accepted: tuple[Stated, ...]) -> Rendered[Any]:
    applied = accepted if _applied(wish.error) else ()
    return Rendered(
        manifests=tuple(child.manifest for child in applied),
        absent=tuple(gone.key for gone in wish.absent) if applied or wish.complete else (),
        status=_status(wish, obj),
        error=wish.error,
        wake_at=_wake_at(wish, now),
        wish=wish,
    )


def _applied(error: Exception | None) -> bool:
    if error is None or getattr(error, "reason", "") == "ChildInvalid":
        return True
    return getattr(error, "klass", "internal") in _GOES_ON


def _wake_at(wish: Wish, now: datetime) -> datetime | None:
    delay = wish.wake_after
    if delay is None:
        delay = getattr(wish.error, "retry_after", None)
    return None if delay is None else now + timedelta(seconds=delay)


def _status(wish: Wish, obj: Object) -> Status:
    if not isinstance(obj, Resource):
        return NoStatus()
    status: Status = decode(wish.status, type(obj).STATUS, "status")
    status.conditions = obj.status.conditions if wish.conditions is None else wish.conditions
    status.observed_generation = obj.status.observed_generation
    return status


@dataclass(frozen=True, slots=True)
class _Thing:
    """One object of the world, as a snapshot shows it; `ready` is what the test said of it, if it did."""

    key: Key
    uid: str
    version: str
    raw: bytes
    labels: Mapping[str, str]
    ready: bool | None


class _World:
    """A snapshot made of what a test states."""

    def __init__(self, obj: Object, world: Iterable[WorldObject], owned: Iterable[WorldObject]) -> None:
        children = [_object(one) for one in owned]
        self._objects = [obj, *(_object(one) for one in world), *children]
        self._owned = {one.key for one in children}
        self._owner = obj
        self._things = {one.key: _thing(one) for one in self._objects}

    def resolve(self, ref: KindRef) -> Kind:
        """The kind; one that is only named is namespaced unless the world shows otherwise."""
        if isinstance(ref, type):
            return cast("Kind", ref.KIND)
        gvk = gvk_of(ref)
        if (known := _builtin(gvk)) is not None:
            return known
        api_version, _, name = gvk.rpartition("/")
        group, version = split_api_version(api_version)
        scoped = not any(one.gvk == gvk and not one.namespace for one in self._objects)
        return Kind(group, version, name, plural_of(name), scoped)

    def get(self, kind: Kind, namespace: str, name: str) -> _Thing | None:
        return self._things.get(kind.key(namespace, name))

    def list(self, kind: Kind, namespace: str | None, labels: Mapping[str, str]) -> Sequence[_Thing]:
        return [
            thing
            for key, thing in self._things.items()
            if key.kind == kind.id
            and namespace in (None, key.namespace)
            and labels.items() <= thing.labels.items()
        ]

    def owned(self, kind: Kind, owner_uid: str) -> Sequence[_Thing]:
        return [
            thing
            for one in self._objects
            if (thing := self._things[one.key]).key.kind == kind.id
            and (one.key in self._owned or any(owner.uid == owner_uid for owner in one.owners))
        ]


def _object(stated: WorldObject) -> Object:
    return stated if isinstance(stated, Object) else Object.from_raw(msgspec.json.encode(stated))


def _thing(one: Object) -> _Thing:
    return _Thing(one.key, one.uid, one.version, one.raw, one.labels, one.stated_ready)


def _builtin(gvk: str) -> Kind | None:
    """A kind of Kubernetes' own, where `mendloop.k8s` has a model of it."""
    from mendloop import k8s  # its modules are loaded one by one, as they are asked for

    model = getattr(k8s, gvk.rpartition("/")[2], None)
    kind = getattr(model, "KIND", None)
    return kind if isinstance(kind, Kind) and kind.gvk == gvk else None
