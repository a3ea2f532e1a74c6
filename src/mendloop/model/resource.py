"""Objects as users see them: read views over JSON, typed or not.

A view keeps the bytes it was made from and decodes what is asked for, when it is asked for. Nothing
that it hands out is shared with another view, so no code that has one can harm a cache.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import (
    TYPE_CHECKING,
    Any,
    ClassVar,
    Generic,
    Literal,
    NoReturn,
    Self,
    TypeAlias,
    TypedDict,
    Unpack,
    cast,
    get_args,
    overload,
)

import msgspec
from typing_extensions import TypeVar, get_original_bases

from mendloop.model import fieldpath
from mendloop.model.decoding import Unfit, convert, decode, encode, to_tree, without_nulls
from mendloop.model.kinds import Key, Kind, KindId, split_api_version
from mendloop.model.naming import plural_of
from mendloop.model.types import NoStatus, Status

V = TypeVar("V")
S = TypeVar("S")
T = TypeVar("T", bound=Status, default=NoStatus)

_STATED_METADATA = frozenset({"name", "namespace", "labels", "annotations", "finalizers"})
_MADE_BY_HAND = datetime(2026, 1, 1, tzinfo=UTC)


class Owner(msgspec.Struct, frozen=True, rename="camel"):
    """One owner reference."""

    api_version: str
    kind: str
    name: str
    uid: str
    controller: bool | None = None
    block_owner_deletion: bool | None = None


class Metadata(msgspec.Struct, frozen=True, rename="camel"):
    """The part of an object's metadata that operators use."""

    name: str = ""
    namespace: str = ""
    uid: str = ""
    resource_version: str = ""
    generation: int = 0
    labels: Mapping[str, str] = {}
    annotations: Mapping[str, str] = {}
    creation_timestamp: datetime | None = None
    deletion_timestamp: datetime | None = None
    owner_references: tuple[Owner, ...] = ()
    finalizers: tuple[str, ...] = ()


class _Envelope(msgspec.Struct, frozen=True, rename="camel"):
    api_version: str = ""
    kind: str = ""
    metadata: Metadata = Metadata()
    spec: msgspec.Raw = msgspec.Raw(b"")
    status: msgspec.Raw = msgspec.Raw(b"")


_ENVELOPE = msgspec.json.Decoder(_Envelope)


def _envelope_of(raw: bytes) -> _Envelope:
    try:
        return _ENVELOPE.decode(raw)
    except msgspec.ValidationError:
        return _ENVELOPE.decode(_without_null_metadata(raw))
    except msgspec.DecodeError as error:
        raise Unfit(f"not valid JSON: {error}") from error


def _without_null_metadata(raw: bytes) -> bytes:
    """The object again, its metadata read as the API server reads it; spec and status stay as they are.

    Errors: `Unfit`, with the path, where it is no object at all.
    """
    tree = convert(msgspec.json.decode(raw), dict[str, Any])
    metadata = without_nulls(tree.get("metadata") or {})
    convert(metadata, Metadata, "metadata")
    stated = {key: value for key, value in tree.items() if value is not None}
    return msgspec.json.encode({**stated, "metadata": metadata})


class Given(TypedDict, total=False):
    """What may be said of an object's metadata when it is made by hand; `ready` overrules kstatus."""

    namespace: str
    labels: Mapping[str, str]
    annotations: Mapping[str, str]
    uid: str
    generation: int
    version: str
    created: datetime
    deleting: datetime
    owners: Sequence[Owner]
    finalizers: Sequence[str]
    ready: bool


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
            "metadata": _metadata(kind_name, name, meta, cluster_scoped),
            **(fields or {}),
        }
        self._take(encode(tree))
        self._ready = meta.get("ready")
        self._by_hand = frozenset(meta)

    def _take(self, raw: bytes) -> None:
        self._raw = raw
        self._envelope = _envelope_of(raw)
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


def _metadata(kind: str, name: str, meta: Given, cluster_scoped: bool) -> dict[str, Any]:
    namespace = "" if cluster_scoped else meta.get("namespace", "default")
    stated = Metadata(
        name=name,
        namespace=namespace,
        uid=meta.get("uid", f"uid-of-{kind}-{namespace}-{name}".lower()),
        resource_version=meta.get("version", "1"),
        generation=meta.get("generation", 1),
        labels=meta.get("labels", {}),
        annotations=meta.get("annotations", {}),
        creation_timestamp=meta.get("created", _MADE_BY_HAND),
        deletion_timestamp=meta.get("deleting"),
        owner_references=tuple(meta.get("owners", ())),
        finalizers=tuple(meta.get("finalizers", ())),
    )
    tree = without_nulls(to_tree(stated))
    return {key: value for key, value in tree.items() if value not in ("", {}, [])}


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


class Scale(msgspec.Struct, frozen=True, kw_only=True):
    """Where the scale subresource finds its numbers, as paths from the object's top."""

    spec: str = "spec.replicas"
    status: str = "status.replicas"
    selector: str = ""


class Definition(msgspec.Struct, frozen=True, kw_only=True):
    """What a resource's class says of its CustomResourceDefinition."""

    short_names: tuple[str, ...] = ()
    columns: Mapping[str, str] = {}
    scale: Scale | None = None
    ours: bool = True


class Described(TypedDict, total=False):
    """The rarer class keywords of a resource: `columns` maps a title to a path, as in `spec.size`."""

    short_names: Sequence[str]
    columns: Mapping[str, str]
    scale: Scale
    crd: bool


class Resource(Object, Generic[S, T]):
    """An object of a kind whose spec and status have types.

        class Memcached(Resource[MemcachedSpec, MemcachedStatus], group="cache.example.com", version="v1"):
            "A cache."

    By hand, for tests: `Memcached("demo", spec=MemcachedSpec(image="memcached:1.6"))`, which is checked
    as the server would check it. `crd=False` says that the kind is somebody else's.
    """

    __slots__ = ("_spec", "_status")

    KIND: ClassVar[Kind]
    DEFINITION: ClassVar[Definition]
    SPEC: ClassVar[type]
    STATUS: ClassVar[type[Status]]

    def __init_subclass__(
        cls,
        *,
        group: str,
        version: str,
        kind: str = "",
        plural: str = "",
        scope: Literal["Namespaced", "Cluster"] = "Namespaced",
        **described: Unpack[Described],
    ) -> None:
        super().__init_subclass__()
        name = kind or cls.__name__
        cls.KIND = Kind(group, version, name, plural or plural_of(name), scope == "Namespaced")
        cls.DEFINITION = Definition(
            short_names=tuple(described.get("short_names", ())),
            columns=dict(described.get("columns", {})),
            scale=described.get("scale"),
            ours=described.get("crd", True),
        )
        cls.SPEC, cls.STATUS = _types_of(cls)

    def __init__(
        self,
        name: str,
        *,
        spec: S,
        status: T | None = None,
        fields: Mapping[str, Any] | None = None,
        **meta: Unpack[Given],
    ) -> None:
        stated = {"spec": to_tree(spec)}
        if status is not None:
            stated["status"] = to_tree(status)
        super().__init__(name, fields={**stated, **(fields or {})}, **meta)
        self.spec  # noqa: B018  # a spec that the server would refuse is refused here

    def _take(self, raw: bytes) -> None:
        super()._take(raw)
        self._spec: S | None = None
        self._status: T | None = None

    @property
    def spec(self) -> S:
        """What the object's user asks for. Errors: `Unfit` where it does not fit the type."""
        if self._spec is None:
            self._spec = decode(self._envelope.spec, type(self).SPEC, "spec")
        return self._spec

    @property
    def status(self) -> T:
        """What the operator reports: the one part of an object that its handler may change.

        It starts as last observed. A part of our own status that no longer fits (an older version of the
        operator wrote it) starts at its default; of a foreign kind, it is `Unfit`.
        """
        if self._status is None:
            self._status = cast("T", _status_of(self._envelope.status, type(self)))
        return self._status

    @status.setter
    def status(self, value: T) -> None:
        self._status = value

    def observed_status(self) -> T:
        """The status as last observed, whatever was assigned since; a copy."""
        return cast("T", _status_of(self._envelope.status, type(self)))


AnyResource: TypeAlias = Resource[Any, Any]
KindRef: TypeAlias = type[Object] | str
"""How users name a kind: a class, or `"group/version/Kind"` (`"v1/Secret"` for the core group)."""


def _types_of(cls: type[AnyResource]) -> tuple[type, type[Status]]:
    for base in get_original_bases(cls):
        args = [arg for arg in get_args(base) if not isinstance(arg, TypeVar)]
        if args:
            return args[0], args[1] if len(args) > 1 else NoStatus
    for parent in cls.__mro__[1:]:
        if "SPEC" in vars(parent):
            return parent.SPEC, parent.STATUS  # type: ignore[attr-defined]
    raise TypeError(f"{cls.__name__}: say the type of its spec, as in Resource[{cls.__name__}Spec]")


def _status_of(raw: msgspec.Raw, cls: type[AnyResource]) -> Status:
    try:
        return decode(raw, cls.STATUS, "status")
    except Unfit:
        if not cls.DEFINITION.ours:
            raise
    return _what_fits(msgspec.json.decode(raw), cls.STATUS)


def _what_fits(tree: Any, as_: type[Status]) -> Status:
    kept: dict[str, Any] = {}
    for key, value in tree.items() if isinstance(tree, dict) else ():
        try:
            convert({key: value}, as_)
        except Unfit:
            continue
        kept[key] = value
    return convert(kept, as_)


def as_view(ref: KindRef, kind: Kind, raw: bytes, *, ready: bool | None = None) -> Object:
    """The object in `raw` as the view that `ref` asks for: its class, or plain `Object` for a string.

    `ready` overrules kstatus, for worlds that a test states.
    """
    view = (Object if isinstance(ref, str) else ref).from_raw(raw, kind)
    view._ready = ready
    return view


def gvk_of(kind: KindRef) -> str:
    """`apps/v1/Deployment` for a class or a string that names that kind.

    Errors: `TypeError` for a class without a kind and for a string of another form.
    """
    if isinstance(kind, str):
        parts = kind.split("/")
        if len(parts) not in (2, 3) or not all(parts):
            raise TypeError(f"{kind!r} is not 'group/version/Kind' (or 'version/Kind' for the core group)")
        return kind
    if not (isinstance(kind, type) and issubclass(kind, Object) and kind.KIND is not None):
        raise TypeError(f"{kind!r} is no kind: give a Resource's class or 'group/version/Kind'")
    return kind.KIND.gvk
