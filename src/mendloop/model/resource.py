"""Resources: objects of a kind whose spec and status have types."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from functools import lru_cache
from typing import Any, ClassVar, Generic, Literal, TypeAlias, TypedDict, Unpack, cast, get_args

import msgspec
from typing_extensions import TypeVar, get_original_bases

from mendloop.model.decoding import Unfit, convert, decode, to_tree
from mendloop.model.kinds import Kind
from mendloop.model.metadata import Given as Given
from mendloop.model.metadata import Metadata as Metadata
from mendloop.model.metadata import Owner as Owner
from mendloop.model.naming import plural_of
from mendloop.model.objects import Object as Object
from mendloop.model.objects import Top as Top
from mendloop.model.objects import top as top
from mendloop.model.types import NoStatus, Status

S = TypeVar("S")
T = TypeVar("T", bound=Status, default=NoStatus)


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
    return _gvk_of(cast("Hashable", kind))


@lru_cache(maxsize=1024)
def _gvk_of(kind: Any) -> str:
    if isinstance(kind, str):
        parts = kind.split("/")
        if len(parts) not in (2, 3) or not all(parts):
            raise TypeError(f"{kind!r} is not 'group/version/Kind' (or 'version/Kind' for the core group)")
        return kind
    if not (isinstance(kind, type) and issubclass(kind, Object) and kind.KIND is not None):
        raise TypeError(f"{kind!r} is no kind: give a Resource's class or 'group/version/Kind'")
    return kind.KIND.gvk
