"""How values merge: for each place in an object, what may stand there and who owns it as one piece.

A `Shape` says up to three things at once, since some places take more than one form (an int or a string,
free-form JSON): which scalar, which list, which map. The form of the value decides which of them holds.

Source: KEP-555 (merge strategies and topology markers); the OpenAPI extensions `x-kubernetes-list-type`,
`-list-map-keys`, `-map-type`, and the older patch strategies where they are absent.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from msgspec import UNSET

from mendloop.model.openapi import Schema

Scalar = Literal["string", "numeric", "boolean", "untyped"]


@dataclass(slots=True, eq=False)
class ListShape:
    """A list: owned as a whole, or item by item, told apart by keys (a set where there are none)."""

    item: Shape
    atomic: bool = True
    keys: tuple[str, ...] = ()

    def key_default(self, key: str) -> Any:
        """What stands for a key that an item leaves out; UNSET where the schema has no default."""
        if self.item.map is None:
            return UNSET
        return self.item.map.defaults.get(key, UNSET)


@dataclass(slots=True, eq=False)
class MapShape:
    """A struct (declared `fields`), a map (`rest`), or both; `rest` of None refuses undeclared fields."""

    fields: Mapping[str, Shape] = field(default_factory=dict)
    rest: Shape | None = None
    atomic: bool = False
    defaults: Mapping[str, Any] = field(default_factory=dict)

    def of(self, name: str) -> Shape | None:
        return self.fields.get(name, self.rest)


@dataclass(slots=True, eq=False)
class Shape:
    """What may stand in one place."""

    scalar: Scalar | None = None
    list: ListShape | None = None
    map: MapShape | None = None

    def form(self, value: Any) -> Literal["map", "scalar", "list"]:
        """Which form a value takes here; where it fits none, the first that the place allows."""
        if isinstance(value, dict):
            if self.map is not None:
                return "map"
        elif isinstance(value, list):
            if self.list is not None:
                return "list"
        elif value is not None and self.scalar is not None:
            return "scalar"
        if self.map is not None:
            return "map"
        return "scalar" if self.scalar is not None else "list"


def _whole() -> Shape:
    """Free-form JSON that is owned in one piece."""
    shape = Shape(scalar="untyped")
    shape.list = ListShape(shape)
    shape.map = MapShape(rest=shape, atomic=True)
    return shape


def _deduced() -> Shape:
    """Free-form JSON whose maps merge key by key and whose lists are owned in one piece."""
    shape = Shape(scalar="untyped", list=ListShape(WHOLE))
    shape.map = MapShape(rest=shape)
    return shape


WHOLE = _whole()
DEDUCED = _deduced()
_BY_TYPE: dict[str, Scalar] = {"integer": "numeric", "number": "numeric", "boolean": "boolean"}


class _Fields(Mapping[str, Shape]):
    """The declared fields of a struct; their shapes are made when asked for, since kinds nest themselves."""

    __slots__ = ("_made", "_preserving", "_schema")

    def __init__(self, schema: Schema, preserving: bool) -> None:
        self._schema = schema
        self._preserving = preserving
        self._made: dict[str, Shape] = {}

    def __getitem__(self, name: str) -> Shape:
        made = self._made.get(name)
        if made is None:
            if name not in self._schema.names:
                raise KeyError(name)
            schema = self._schema.field(name)
            made = self._made[name] = _shape(schema, self._preserving)
        return made

    def get(self, name: str, default: Any = None) -> Any:
        # Asked for every field of every object, so without the detour over an exception.
        if name in self._made:
            return self._made[name]
        return self[name] if name in self._schema.names else default

    def __contains__(self, name: object) -> bool:
        return name in self._schema.names

    def __iter__(self) -> Any:
        return iter(self._schema.names)

    def __len__(self) -> int:
        return len(self._schema.names)


def shape_of(schema: Schema | None) -> Shape:
    """The shape of a kind; without a schema everything is deduced from the values."""
    if schema is None:
        return DEDUCED
    made = _KNOWN.get(id(schema))
    if made is None:
        # The schema is kept beside its shape, so that its id cannot come back as another's.
        made = _KNOWN[id(schema)] = (schema, _shape(schema, False))
        while len(_KNOWN) > _KNOWN_LIMIT:
            del _KNOWN[next(iter(_KNOWN))]
    return made[1]


_KNOWN: dict[int, tuple[Schema, Shape]] = {}
_KNOWN_LIMIT = 512


def _shape(schema: Schema | None, preserving: bool) -> Shape:
    if schema is None:
        return WHOLE
    if schema.name.endswith("api.resource.Quantity"):
        return Shape(scalar="untyped")
    if schema.name.endswith("runtime.RawExtension"):
        return WHOLE
    preserving = preserving or schema.preserve_unknown
    match schema.type:
        case None:
            # A place without a type takes any JSON, merged as far as its fields and items are known.
            return Shape("untyped", _list(schema, preserving), _map(schema, preserving))
        case "object":
            return Shape(map=_map(schema, preserving))
        case "array":
            return Shape(list=_list(schema, preserving))
        case "string":
            return Shape(scalar="string" if schema.format in (None, "", "byte") else "untyped")
        case other:
            return Shape(scalar=_BY_TYPE.get(other, "untyped"))


def _list(schema: Schema, preserving: bool) -> ListShape:
    items = schema.items
    item = WHOLE if items is None else _shape(items, preserving)
    associative = schema.list_type in ("set", "map")
    return ListShape(item, not associative, schema.map_keys if schema.list_type == "map" else ())


def _map(schema: Schema, preserving: bool) -> MapShape:
    additional = schema.additional
    rest: Shape | None = None
    if additional is not None:
        rest = DEDUCED if schema.raw.get("additionalProperties") is True else _shape(additional, preserving)
    elif schema.raw.get("additionalProperties") is not False and (preserving or not schema.names):
        rest = DEDUCED
    return MapShape(_Fields(schema, preserving), rest, schema.map_type == "atomic", _Defaults(schema))


class _Defaults(Mapping[str, Any]):
    """Default values of declared fields, read off the schema when asked for."""

    __slots__ = ("_schema",)

    def __init__(self, schema: Schema) -> None:
        self._schema = schema

    def __getitem__(self, name: str) -> Any:
        node = self._schema.field(name) if name in self._schema.names else None
        if node is None or node.default is UNSET or node.default is None:
            raise KeyError(name)
        return node.default

    def __iter__(self) -> Any:
        return (name for name in self._schema.names if name in self)

    def __len__(self) -> int:
        return sum(1 for _ in self)
