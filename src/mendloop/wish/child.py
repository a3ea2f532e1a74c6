"""Children: what an operator yields, and how each is to be treated."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, Never, NoReturn, TypeAlias

from mendloop.errors.exceptions import Internal
from mendloop.model.kinds import Key, Kind
from mendloop.model.resource import KindRef, Object, gvk_of
from mendloop.wish.manifests import ManifestLike, as_mapping, to_manifest

_LATER = frozenset({"was", "replace", "once", "keep", "roll"})


class Child:
    """A wished object, and how it is treated; a bare manifest means `Child(manifest)`.

    after: it is created and changed once these are ready.
    gone: what becomes of it once it is wished no longer: deleted (`"prune"`), or left (`"retain"`).
    initial: paths stated at creation only; who changes them later keeps them (`"spec.replicas"`).
    adopt: take over an object of this name that exists and has no controller.
    ready: whether it is ready, where kstatus does not know its kind.
    """

    __slots__ = ("_resolved", "adopt", "after", "gone", "initial", "manifest", "ready")

    def __init__(
        self,
        manifest: ManifestLike,
        *,
        after: Sequence[Child] = (),
        gone: Literal["prune", "retain"] = "prune",
        initial: Sequence[str] = (),
        adopt: bool = False,
        ready: Callable[[Object], bool] | None = None,
        **later: Never,
    ) -> None:
        _refuse(later)
        if gone not in ("prune", "retain"):
            raise TypeError(f"Child(gone={gone!r}): it is 'prune' or 'retain'")
        if isinstance(initial, str):
            raise TypeError(f"Child(initial={initial!r}): give a list of paths")
        self.manifest = manifest
        self.after = _children(after)
        self.gone: Literal["prune", "retain"] = gone
        self.initial = tuple(initial)
        self.adopt = adopt
        self.ready = ready


def _refuse(keywords: Iterable[str]) -> None:
    for name in keywords:
        if name in _LATER:
            raise TypeError(f"Child({name}=) is not in this version of mendloop")
        raise TypeError(f"Child() has no keyword {name!r}")


def _children(after: Any) -> tuple[Child, ...]:
    given = (after,) if isinstance(after, Child) else tuple(after)
    for one in given:
        if not isinstance(one, Child):
            raise TypeError(f"Child(after=) names children, not {type(one).__name__}: after=[child]")
    return given


class Absent:
    """Wishes an object away, also one that omission would never delete."""

    __slots__ = ("kind", "name", "namespace")

    def __init__(self, kind: KindRef, name: str, *, namespace: str = "") -> None:
        gvk_of(kind)
        if not name:
            raise TypeError("Absent(kind, name) needs a name")
        self.kind, self.name, self.namespace = kind, name, namespace


Manifest: TypeAlias = ManifestLike | Child | Absent
Manifests: TypeAlias = Iterator[Manifest]
"""What `desired` returns: it is a generator of manifests, children and absences."""


@dataclass(frozen=True, slots=True)
class Stated:
    """A child as it was understood: addressed, copied, in order."""

    key: Key
    kind: Kind
    manifest: dict[str, Any]
    after: tuple[Key, ...] = ()
    gone: Literal["prune", "retain"] = "prune"
    initial: tuple[str, ...] = ()
    adopt: bool = False
    ready: Callable[[Object], bool] | None = None
    overlay: bool = False  # fields of the handled object itself: never owned, never pruned
    place: str = ""


@dataclass(frozen=True, slots=True)
class WishedAway:
    """An object that is to be absent."""

    key: Key
    kind: Kind
    place: str = ""


@dataclass(frozen=True, slots=True)
class Owning:
    """Whose children are read, and of which kinds they may be."""

    owner: Key
    namespaced: bool
    kinds: dict[str, Kind]  # by gvk: what `owns=` names
    own_kind: Kind

    def state(self, child: Child, place: str) -> Stated:
        """The child as understood, with `after` still to be filled in.

        Errors: `Internal` naming `place` for a manifest that says too little, too much, or the wrong kind.
        """
        try:
            manifest = to_manifest(child.manifest)
        except Internal as error:
            raise at_place(error.message, place) from error
        kind = self._kind_of(manifest, place)
        key = self._address(manifest, kind, place)
        return Stated(
            key=key,
            kind=kind,
            manifest=manifest,
            gone=child.gone,
            initial=child.initial,
            adopt=child.adopt,
            ready=child.ready,
            overlay=key == self.owner,
            place=place,
        )

    def wish_away(self, absent: Absent, place: str) -> WishedAway:
        """The absence as understood. Errors: `Internal` naming `place`."""
        what = f"Absent {absent.name}"
        kind = self._owned_kind(gvk_of(absent.kind), what, place)
        namespace = self._namespace(absent.namespace, kind, what, place)
        return WishedAway(kind.key(namespace, absent.name), kind, place)

    def _kind_of(self, manifest: dict[str, Any], place: str) -> Kind:
        api_version, kind_name = manifest.get("apiVersion"), manifest.get("kind")
        for field, value in (("apiVersion", api_version), ("kind", kind_name)):
            if not isinstance(value, str) or not value:
                raise at_place(f"has no {field}", place)
        name = as_mapping(manifest.get("metadata")).get("name", "")
        return self._owned_kind(f"{api_version}/{kind_name}", f"{kind_name} {name}", place)

    def _owned_kind(self, gvk: str, what: str, place: str) -> Kind:
        kind = self.kinds.get(gvk)
        if kind is None and gvk == self.own_kind.gvk:
            kind = self.own_kind
        if kind is None:
            raise at_place(f"{what}: {gvk} is not declared; add it to owns=[...]", place)
        return kind

    def _address(self, manifest: dict[str, Any], kind: Kind, place: str) -> Key:
        metadata = manifest.get("metadata")
        if not isinstance(metadata, dict):
            raise at_place(f"{kind.kind} has no metadata", place)
        if "generateName" in metadata:
            raise at_place(f"{kind.kind} has a generateName: a child's name is always explicit", place)
        name = metadata.get("name")
        if not isinstance(name, str) or not name:
            raise at_place(f"{kind.kind} has no metadata.name", place)
        namespace = self._namespace(metadata.get("namespace") or "", kind, f"{kind.kind} {name}", place)
        if namespace:
            metadata["namespace"] = namespace
        else:
            metadata.pop("namespace", None)
        key = kind.key(namespace, name)
        if kind.gvk not in self.kinds and key != self.owner:
            raise at_place(f"{kind.kind} {name}: {kind.gvk} is not declared; add it to owns=[...]", place)
        return key

    def _namespace(self, stated: str, kind: Kind, what: str, place: str) -> str:
        if not kind.namespaced:
            if stated:
                raise at_place(f"{what} has namespace {stated!r}, but {kind.kind} is cluster-scoped", place)
            return ""
        if stated or self.namespaced:
            return stated or self.owner.namespace
        raise at_place(f"{what} needs a namespace: its owner, {self.owner}, is cluster-scoped", place)


def at_place(message: str, place: str) -> Internal:
    """A mistake of the operator's author, with the place where it was made."""
    return Internal(f"{place}: {message}", reason="InvalidManifest")


def settle_order(stated: Sequence[tuple[Child, Stated]]) -> tuple[Stated, ...]:
    """The children with their predecessors' keys, in the order in which they were yielded.

    Errors: `Internal` for two of one name, a cycle, a predecessor that was never yielded.
    """
    _refuse_twins(one for _, one in stated)
    keys = {id(child): one.key for child, one in stated}
    settled = []
    for child, one in stated:
        for before in child.after:
            if id(before) not in keys:
                raise at_place(f"{one.key}: after= names a child that was never yielded", one.place)
        after = tuple(keys[id(before)] for before in child.after)
        settled.append(_with_after(one, after))
    _refuse_cycles(settled)
    return tuple(settled)


def _with_after(one: Stated, after: tuple[Key, ...]) -> Stated:
    return replace(one, after=after) if after else one


def _refuse_twins(stated: Iterable[Stated]) -> None:
    seen: dict[Key, Stated] = {}
    for one in stated:
        first = seen.setdefault(one.key, one)
        if first is not one:
            raise at_place(f"{one.key} was yielded before, by {first.place}", one.place)


def _refuse_cycles(stated: Sequence[Stated]) -> None:
    waiting = {one.key: set(one.after) for one in stated}
    while free := [key for key, after in waiting.items() if not after]:
        for key in free:
            del waiting[key]
        for after in waiting.values():
            after.difference_update(free)
    if waiting:
        first = next(one for one in stated if one.key in waiting)
        _report_cycle(waiting, first.place)


def _report_cycle(waiting: dict[Key, set[Key]], place: str) -> NoReturn:
    """One cycle of those left over: whoever only waits for a cycle is walked past."""
    path = [next(iter(waiting))]
    while (following := min(waiting[path[-1]])) not in path:
        path.append(following)
    names = [str(key) for key in (*path[path.index(following) :], following)]
    raise at_place(f"after= goes in a circle: {' after '.join(names)}", place)
