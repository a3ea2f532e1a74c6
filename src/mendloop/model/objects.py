"""Objects as views over their JSON.

A view keeps the bytes it was made from and decodes what is asked for, when it is asked for. Nothing
that it hands out is shared with another view, so no code that has one can harm a cache.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, ClassVar, Generic, NoReturn, Self, Unpack, cast, overload

import msgspec
from typing_extensions import TypeVar

from mendloop.model import fieldpath
from mendloop.model.decoding import convert, encode
from mendloop.model.kinds import Key, Kind, KindId, split_api_version
from mendloop.model.metadata import Given, Metadata, Owner, envelope_of, metadata_of

V = TypeVar("V")

_STATED_METADATA = frozenset({"name", "namespace", "labels", "annotations", "finalizers"})


class Object:
    """A read view of any object; also what a handler for a foreign kind gets.

    By hand, for tests: `Object("web", kind="networking.k8s.io/v1/Ingress", fields={"spec": {...}})`.
    """

    __slots__ = ("__weakref__", "_by_hand", "_envelope", "_known", "_raw", "_ready", "_top", "_tree")

    KIND: ClassVar[Kind | None] = None
    _ready: bool | None
    _by_hand: frozenset[str] | None  # what was said of its metadata, if it was made by hand

    def __init__(
        self, name: str, *, kind: str = "", fields: Mapping[str, Any] | None = None, **meta: Unpack[Given]
    ) -> None:
        known = type(self).KIND
        gvk = kind or (known.gvk if known else "")
        if not gvk:
            raise TypeError("Object(name, kind=...) needs the kind, as in kind='apps/v1/Deployment'")
        api_version, _, kind_name = gvk.rpartition("/")
        cluster_scoped = known is not None and not known.namespaced
        tree: dict[str, Any] = {
            "apiVersion": api_version,
            "kind": kind_name,
            "metadata": metadata_of(kind_name, name, meta, cluster_scoped),
            **(fields or {}),
        }
        self._take(encode(tree))
        self._ready = meta.get("ready")
        self._by_hand = frozenset(meta)

    def _take(self, raw: bytes) -> None:
        self._raw = raw
        self._envelope = envelope_of(raw)
        self._tree: dict[str, Any] | None = None
        self._ready = None
        self._top: dict[str, Any] = {}
        self._known = type(self).KIND
        self._by_hand = None

    @classmethod
    def from_raw(cls, raw: bytes, kind: Kind | None = None) -> Self:
        """A view of the object that `raw` states as JSON; `kind` counts where it does not say its kind.

        Errors: `Unfit` where it is no JSON object with metadata.
        """
        made = cls.__new__(cls)
        made._take(raw)
        made._known = kind or cls.KIND
        return made

    @classmethod
    def from_dict(cls, tree: Mapping[str, Any]) -> Self:
        """A view of the object that `tree` states; later changes of `tree` do not show in it."""
        return cls.from_raw(msgspec.json.encode(tree))

    # -- what every object has

    @property
    def raw(self) -> bytes:
        """The JSON that this is a view of."""
        return self._raw

    @property
    def api_version(self) -> str:
        return self._envelope.api_version or (self._known.api_version if self._known else "")

    @property
    def kind(self) -> str:
        return self._envelope.kind or (self._known.kind if self._known else "")

    @property
    def gvk(self) -> str:
        """The kind as users write it: `apps/v1/Deployment`."""
        return f"{self.api_version}/{self.kind}"

    @property
    def metadata(self) -> Metadata:
        return self._envelope.metadata

    @property
    def key(self) -> Key:
        """The object's address."""
        group, _ = split_api_version(self.api_version)
        return Key(KindId(group, self.kind), self.namespace, self.name)

    @property
    def name(self) -> str:
        return self._envelope.metadata.name

    @property
    def namespace(self) -> str:
        """Empty for cluster-scoped objects."""
        return self._envelope.metadata.namespace

    @property
    def uid(self) -> str:
        return self._envelope.metadata.uid

    @property
    def version(self) -> str:
        """The resourceVersion: opaque, good for nothing but equality."""
        return self._envelope.metadata.resource_version

    @property
    def generation(self) -> int:
        """Counts changes of what users state; 0 for kinds that do not count."""
        return self._envelope.metadata.generation

    @property
    def labels(self) -> Mapping[str, str]:
        return self._envelope.metadata.labels

    @property
    def annotations(self) -> Mapping[str, str]:
        return self._envelope.metadata.annotations

    @property
    def created(self) -> datetime:
        """When it was created; an object that the server has not stamped yet counts as made in 1970."""
        return self._envelope.metadata.creation_timestamp or datetime.fromtimestamp(0, UTC)

    @property
    def deleting(self) -> bool:
        """Whether its deletion was asked for; it stays until the last finalizer is gone."""
        return self._envelope.metadata.deletion_timestamp is not None

    @property
    def owners(self) -> tuple[Owner, ...]:
        return self._envelope.metadata.owner_references

    @property
    def finalizers(self) -> tuple[str, ...]:
        return self._envelope.metadata.finalizers

    @property
    def ready(self) -> bool:
        """Whether kstatus says Current: what was asked for is there and works."""
        if self._ready is not None:
            return self._ready
        from mendloop.model.readiness import is_current  # most views are never asked

        kind = {"apiVersion": self.api_version, "kind": self.kind}  # items of a list do not say it
        return is_current({**self._parsed(), **kind})

    @property
    def stated_ready(self) -> bool | None:
        """What was said of its readiness when it was made by hand."""
        return self._ready

    def to_dict(self) -> dict[str, Any]:
        """The whole object as fresh dicts and lists."""
        return cast("dict[str, Any]", msgspec.json.decode(self._raw))

    def to_manifest(self) -> dict[str, Any]:
        """What a user states by this object: all but what the server fills in and what is observed.

        Made by hand without a namespace, it says none; so as a child it stands in its owner's.
        """
        tree = self.to_dict()
        metadata = {k: v for k, v in tree.get("metadata", {}).items() if k in _STATED_METADATA}
        if self._by_hand is not None and "namespace" not in self._by_hand:
            metadata.pop("namespace", None)
        rest = {k: v for k, v in tree.items() if k not in ("apiVersion", "kind", "metadata", "status")}
        return {"apiVersion": self.api_version, "kind": self.kind, "metadata": metadata, **rest}

    def _parsed(self) -> dict[str, Any]:
        if self._tree is None:
            self._tree = self.to_dict()
        return self._tree

    # -- what some have

    @overload
    def at(self, path: str, as_: type[V]) -> V | None: ...
    @overload
    def at(self, path: str, as_: type[V], default: V) -> V: ...
    def at(self, path: str, as_: type[V], default: V | None = None) -> V | None:
        """The value at a path, checked against a type; the default where it is absent or null.

        Paths are written as in `spec.rules[0].host`, `spec.containers[name=web].image` and
        `metadata.annotations["example.com/team"]`.
        Errors: `Unfit`, with the path, where the value is of another type.
        """
        value: Any = self._parsed()
        for step in fieldpath.parse(path):
            value = _child(value, step)
        return default if value is None else convert(value, as_, path)

    def overlay(self, fields: Mapping[str, Any]) -> dict[str, Any]:
        """A partial manifest of this very object: the fields that the operator wants to own in it."""
        address = {"name": self.name} | ({"namespace": self.namespace} if self.namespace else {})
        metadata = {**fields.get("metadata", {}), **address}
        return {**fields, "apiVersion": self.api_version, "kind": self.kind, "metadata": metadata}

    if not TYPE_CHECKING:  # a type checker says the same by not knowing the name

        def keep(self) -> NoReturn:
            raise TypeError("Object.keep() is not in this version of mendloop")

    def __repr__(self) -> str:
        place = f"{self.namespace}/{self.name}" if self.namespace else self.name
        return f"<{self.kind} {place}>"


def _child(value: Any, step: fieldpath.Segment) -> Any:
    match step:
        case str():
            return value.get(step) if isinstance(value, dict) else None
        case int():
            return value[step] if isinstance(value, list) and step < len(value) else None
        case fieldpath.Key(pairs):
            items = value if isinstance(value, list) else []
            return next((item for item in items if _has(item, pairs)), None)
        case fieldpath.Member(member):
            return member if isinstance(value, list) and member in value else None


def _has(item: Any, pairs: tuple[tuple[str, Any], ...]) -> bool:
    return isinstance(item, dict) and all(item.get(name) == value for name, value in pairs)


class Top(Generic[V]):
    """A top-level field beside spec and status, such as a ConfigMap's `data`: see `top`."""

    def __init__(self, as_: type[V], name: str) -> None:
        self._as, self._name = as_, name

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = self._name or name

    @overload
    def __get__(self, obj: None, owner: type) -> Top[V]: ...
    @overload
    def __get__(self, obj: Object, owner: type) -> V: ...
    def __get__(self, obj: Object | None, owner: type) -> V | Top[V]:
        if obj is None:
            return self
        if self._name not in obj._top:
            value = obj._parsed().get(self._name)
            obj._top[self._name] = self._as() if value is None else convert(value, self._as, self._name)
        return cast("V", obj._top[self._name])


def top(as_: type[V], name: str = "") -> Top[V]:
    """Declares a top-level field of a read model: `data = top(dict[str, str])`.

    `name` is its name on the wire, where that differs; what is absent reads as `as_()`.
    """
    return Top(as_, name)
