"""From Python types to structural schemas: the OpenAPI that a CustomResourceDefinition may hold.

A structural schema states a type at every level, has no references and no `anyOf` with null, and so says
in one way only what each value is. Source: KEP-1693 and the documentation of CustomResourceDefinitions.
"""

from __future__ import annotations

import inspect as python
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NoReturn

import msgspec
import msgspec.inspect as ms

from mendloop.model.decoding import to_tree
from mendloop.model.durations import DURATION_PATTERN

Node = dict[str, Any]

ANYTHING: Node = {"x-kubernetes-preserve-unknown-fields": True}
_FORMATS: Mapping[type, Node] = {
    ms.BoolType: {"type": "boolean"},
    ms.DateTimeType: {"type": "string", "format": "date-time"},
    ms.DateType: {"type": "string", "format": "date"},
    ms.UUIDType: {"type": "string", "format": "uuid"},
    ms.TimeDeltaType: {"type": "string", "format": "duration", "pattern": DURATION_PATTERN},
    ms.AnyType: ANYTHING,
    ms.RawType: ANYTHING,
}
_LENGTHS = {"string": "Length", "array": "Items", "object": "Properties"}


class Unstructural(TypeError):
    """Raised for a type that no structural schema can say; the message names the field."""


def schema_of(as_: Any, *, defaults: bool = True) -> Node:
    """The structural schema of a type; without `defaults` for what nobody writes by hand, as a status.

    Errors: `Unstructural`, which names the class and the field.
    """
    try:
        info = ms.type_info(as_)
    except TypeError as error:
        raise Unstructural(f"{getattr(as_, '__name__', as_)}: {error}") from error
    return _Emitter(defaults).emit(info, getattr(as_, "__name__", str(as_)), ())


class _Emitter:
    def __init__(self, defaults: bool) -> None:
        self._defaults = defaults
        self._ways: Mapping[type, Callable[[Any, str, tuple[type, ...]], Node]] = {
            ms.Metadata: self._metadata,
            ms.IntType: _integer,
            ms.FloatType: _number,
            ms.StrType: _string,
            ms.BytesType: _bytes,
            ms.LiteralType: _literal,
            ms.EnumType: _enum,
            ms.UnionType: self._union,
            ms.ListType: self._list,
            ms.VarTupleType: self._list,
            ms.CollectionType: self._list,
            ms.SetType: self._set,
            ms.FrozenSetType: self._set,
            ms.DictType: self._map,
            ms.StructType: self._struct,
            ms.DataclassType: self._struct,
            ms.TypedDictType: self._struct,
        }

    def emit(self, info: ms.Type, place: str, above: tuple[type, ...]) -> Node:
        """The schema of one type; `place` is its field, `above` the classes that it is nested in."""
        if type(info) in _FORMATS:
            return dict(_FORMATS[type(info)])
        way = self._ways.get(type(info))
        if way is None:
            _refuse(place, _why_not(info))
        return way(info, place, above)

    def _metadata(self, info: ms.Metadata, place: str, above: tuple[type, ...]) -> Node:
        stated = {key: value for key, value in (info.extra_json_schema or {}).items() if key != "examples"}
        return {**self.emit(info.type, place, above), **stated}

    def _union(self, info: ms.UnionType, place: str, above: tuple[type, ...]) -> Node:
        branches = [one for one in info.types if not isinstance(one, ms.NoneType)]
        node = self._branches(branches, place, above)
        if len(branches) < len(info.types):
            node = _nullable(node)
        return node

    def _branches(self, branches: list[ms.Type], place: str, above: tuple[type, ...]) -> Node:
        if len(branches) == 1:
            return self.emit(branches[0], place, above)
        kinds = {type(one) for one in branches}
        if kinds == {ms.StructType}:
            return self._tagged([one for one in branches if isinstance(one, ms.StructType)], place, above)
        if kinds == {ms.IntType, ms.FloatType}:
            return {"type": "number"}
        if kinds == {ms.IntType, ms.StrType}:
            return _int_or_string(next(one for one in branches if isinstance(one, ms.StrType)))
        _refuse(place, "a union that is neither optional, nor int | str, nor of tagged models")

    def _tagged(self, branches: list[ms.StructType], place: str, above: tuple[type, ...]) -> Node:
        """One object with every branch's fields; `allOf` says which belong to which tag."""
        tag = str(branches[0].tag_field)
        each = [self._struct(branch, place, above) for branch in branches]
        properties: Node = {}
        for node in each:
            for name, schema in node["properties"].items():
                if name != tag and properties.setdefault(name, schema) != schema:
                    _refuse(place, f"the branches of this union disagree on {name!r}")
        tags = [node["properties"][tag]["enum"][0] for node in each]
        properties = {tag: {"type": "string", "enum": tags}, **properties}
        return {
            "type": "object",
            "properties": properties,
            "required": [tag],
            "allOf": [_branch(node, tag, properties) for node in each],
        }

    def _list(self, info: Any, place: str, above: tuple[type, ...]) -> Node:
        items = self.emit(info.item_type, f"{place}[]", above)
        return {"type": "array", "items": items, **_length(info, "array")}

    def _set(self, info: Any, place: str, above: tuple[type, ...]) -> Node:
        node = self._list(info, place, above)
        if node["items"].get("type") in (None, "object", "array"):
            _refuse(place, "a set of anything but strings, numbers and booleans")
        return {**node, "x-kubernetes-list-type": "set"}

    def _map(self, info: ms.DictType, place: str, above: tuple[type, ...]) -> Node:
        key = info.key_type.type if isinstance(info.key_type, ms.Metadata) else info.key_type
        if not isinstance(key, ms.StrType | ms.AnyType | ms.EnumType | ms.LiteralType):
            _refuse(place, "a mapping whose keys are not strings")
        values = self.emit(info.value_type, f"{place}{{}}", above)
        if values == ANYTHING:
            return {"type": "object", **ANYTHING, **_length(info, "object")}
        return {"type": "object", "additionalProperties": values, **_length(info, "object")}

    def _struct(self, info: Any, place: str, above: tuple[type, ...]) -> Node:
        cls = info.cls
        if cls in above:
            _refuse(place, f"{cls.__name__} contains itself, which no structural schema can say (use Any)")
        properties: Node = {}
        required: list[str] = []
        if getattr(info, "tag_field", None):
            properties[info.tag_field] = {"type": "string", "enum": [info.tag]}
            required.append(info.tag_field)
        for field in info.fields:
            node = self.emit(field.type, f"{cls.__name__}.{field.name}", (*above, cls))
            properties[field.encode_name] = {**node, **self._default(field)}
            if field.required:
                required.append(field.encode_name)
        node = {"type": "object", **_description(cls), "properties": properties}
        return {**node, "required": required} if required else node

    def _default(self, field: Any) -> Node:
        """The default, unless it says no more than that nothing was stated."""
        if not self._defaults or field.required:
            return {}
        made = field.default
        if made is msgspec.NODEFAULT and field.default_factory is not msgspec.NODEFAULT:
            made = field.default_factory()
        value = None if made is msgspec.NODEFAULT or made is msgspec.UNSET else to_tree(made)
        return {} if value in (None, "", [], {}) else {"default": value}


def _refuse(place: str, why: str) -> NoReturn:
    raise Unstructural(f"{place}: {why} cannot stand in a CRD")


def _why_not(info: ms.Type) -> str:
    name = getattr(getattr(info, "cls", None), "__name__", type(info).__name__.removesuffix("Type").lower())
    return f"{name!r}, which is no type that JSON and OpenAPI share (nest a Model or a dataclass)"


def _description(cls: type) -> Node:
    """The class's own docstring; what dataclasses and enums write of themselves does not count."""
    text = cls.__dict__.get("__doc__")
    if not text or text == "An enumeration." or text.startswith(f"{cls.__name__}("):
        return {}
    return {"description": python.cleandoc(text)}


def _integer(info: ms.IntType, place: str, above: tuple[type, ...]) -> Node:
    return {"type": "integer", "format": "int64", **_range(info)}


def _number(info: ms.FloatType, place: str, above: tuple[type, ...]) -> Node:
    return {"type": "number", **_range(info)}


def _range(info: Any) -> Node:
    """Bounds as OpenAPI 3.0 has them: exclusiveness is a boolean beside the bound."""
    node: Node = {}
    for bound, inclusive, exclusive in (("minimum", "ge", "gt"), ("maximum", "le", "lt")):
        if (value := getattr(info, inclusive)) is not None:
            node[bound] = value
        elif (value := getattr(info, exclusive)) is not None:
            node |= {bound: value, f"exclusive{bound.capitalize()}": True}
    if info.multiple_of is not None:
        node["multipleOf"] = info.multiple_of
    return node


def _string(info: ms.StrType, place: str, above: tuple[type, ...]) -> Node:
    pattern = {} if info.pattern is None else {"pattern": info.pattern}
    return {"type": "string", **_length(info, "string"), **pattern}


def _bytes(info: ms.BytesType, place: str, above: tuple[type, ...]) -> Node:
    return {"type": "string", "format": "byte"}


def _length(info: Any, type_: str) -> Node:
    bounds = (("min", info.min_length), ("max", info.max_length))
    return {f"{which}{_LENGTHS[type_]}": bound for which, bound in bounds if bound is not None}


def _int_or_string(text: ms.StrType) -> Node:
    return {"x-kubernetes-int-or-string": True} | ({"pattern": text.pattern} if text.pattern else {})


def _literal(info: ms.LiteralType, place: str, above: tuple[type, ...]) -> Node:
    return _choice(info.values, place)


def _enum(info: ms.EnumType, place: str, above: tuple[type, ...]) -> Node:
    return {**_choice((member.value for member in info.cls), place), **_description(info.cls)}


def _choice(values: Iterable[Any], place: str) -> Node:
    chosen = [value for value in values if value is not None]
    for type_, json_type in ((str, "string"), (int, "integer")):
        if chosen and all(isinstance(value, type_) for value in chosen):
            return {"type": json_type, "enum": chosen}
    _refuse(place, "a choice among anything but strings, or whole numbers,")


def _nullable(node: Node) -> Node:
    """The same, or null. A server compares even null with an `enum`, and never finds it there."""
    values = node.pop("enum", None)
    if values is not None and isinstance(values[0], str):
        node["pattern"] = f"^({'|'.join(re.escape(value) for value in values)})$"
    elif values is not None:
        node["anyOf"] = [{"minimum": value, "maximum": value} for value in values]
    return {**node, "nullable": True}


def _branch(node: Node, tag: str, properties: Node) -> Node:
    """If the tag is this branch's, then its required fields and no other's: written as "not this, or so".

    Of `oneOf` over the branches, a server would report how the first one fails, whatever the tag says.
    """
    own = node["properties"]
    other_tag: Node = {"properties": {tag: {"not": {"enum": own[tag]["enum"]}}}}
    so: Node = {"properties": {tag: {"enum": own[tag]["enum"]}}}
    if required := [name for name in node.get("required", ()) if name != tag]:
        so["required"] = required
    if others := [name for name in properties if name not in own]:
        so["not"] = {"anyOf": [{"required": [name]} for name in others]}
    return {"anyOf": [other_tag, so]}
