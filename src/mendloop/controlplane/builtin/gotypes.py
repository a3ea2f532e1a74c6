"""Built-in objects as Go's types read and write them: types checked, unknown fields found, zeros left out.

What a Go server stores is not what it was sent: an `omitempty` field that holds its zero is gone, a struct
field is always there, an unknown field is dropped. The table beside this module (`types.json.gz`) says for
each type which fields it has, of which type, and when they are left out; `scripts/go_types` makes it.

Source: encoding/json; the tags of k8s.io/api; messages measured on kube-apiserver 1.36.
"""

from __future__ import annotations

import gzip
from functools import cache
from importlib.resources import files
from typing import Any

import msgspec

from mendloop.controlplane.builtin import goleaves as leaves
from mendloop.controlplane.builtin.goleaves import Place, Reader

Object = dict[str, Any]


class Type:
    """One Go type: how its JSON is read and written."""

    go_name = ""

    def read(self, value: Any, place: Place, unknown: list[str]) -> Any:
        """The value as it is written again. Raises `Undecodable`."""
        raise NotImplementedError

    def zero(self) -> Any:
        """What the type's zero value is written as."""
        return None

    def is_empty(self, value: Any) -> bool:
        """`omitempty` leaves it out."""
        return value is None or (isinstance(value, str | list | dict | bool | int | float) and not value)

    def is_zero(self, value: Any) -> bool:
        """`omitzero` leaves it out."""
        return bool(value == self.zero())


class Leaf(Type):
    """A type whose JSON is read by one function."""

    def __init__(self, go_name: str, read: Reader, zero: Any) -> None:
        self.go_name = go_name
        self._read = read
        self._zero = zero

    def read(self, value: Any, place: Place, unknown: list[str]) -> Any:
        return self._read(value, place)

    def zero(self) -> Any:
        return self._zero


class Pointer(Type):
    def __init__(self, inner: Type) -> None:
        self.inner = inner
        self.go_name = inner.go_name

    def read(self, value: Any, place: Place, unknown: list[str]) -> Any:
        return self.inner.read(value, place, unknown)

    def is_empty(self, value: Any) -> bool:
        return value is None


class List(Type):
    def __init__(self, inner: Type) -> None:
        self.inner = inner
        self.go_name = f"[]{inner.go_name}"

    def read(self, value: Any, place: Place, unknown: list[str]) -> Any:
        if not isinstance(value, list):
            raise place.cannot(value, self.go_name)
        return [
            self.inner.zero() if item is None else self.inner.read(item, place.item(at), unknown)
            for at, item in enumerate(value)
        ]


class Map(Type):
    def __init__(self, inner: Type) -> None:
        self.inner = inner
        self.go_name = f"map[string]{inner.go_name}"

    def read(self, value: Any, place: Place, unknown: list[str]) -> Any:
        if not isinstance(value, dict):
            raise place.cannot(value, self.go_name)
        return {
            key: self.inner.zero() if inner is None else self.inner.read(inner, place.key(key), unknown)
            for key, inner in value.items()
        }


class Field(msgspec.Struct, frozen=True, eq=False):
    name: str
    type: Type
    omit_empty: bool
    omit_zero: bool

    def leaves_out(self, value: Any) -> bool:
        return (self.omit_empty and self.type.is_empty(value)) or (
            self.omit_zero and self.type.is_zero(value)
        )


class Struct(Type):
    def __init__(self, table: _Table, name: str) -> None:
        parts = name.split(".")
        self.name = parts[-1]
        self.go_name = ".".join(parts[-2:])
        self._table = table
        self.full_name = name

    @property
    def fields(self) -> tuple[Field, ...]:
        return self._table.fields(self.full_name)

    def read(self, value: Any, place: Place, unknown: list[str]) -> Any:
        if not isinstance(value, dict):
            raise place.cannot(value, self.go_name)
        fields = {field.name: field for field in self.fields}
        read: Object = {}
        for name, inner in value.items():
            field = fields.get(name)
            if field is None:
                unknown.append(f"{place.path}.{name}" if place.path else name)
            elif inner is not None:
                read[name] = field.type.read(inner, place.field(self.name, name), unknown)
        return self._written(read)

    def _written(self, read: Object) -> Object:
        written = {}
        for field in self.fields:
            inner = read[field.name] if field.name in read else field.type.zero()
            if not field.leaves_out(inner):
                written[field.name] = inner
        return written

    def zero(self) -> Any:
        return self._written({})

    def is_empty(self, value: Any) -> bool:
        # Go never counts a struct as empty.
        return False


def _text(go_name: str) -> Leaf:
    return Leaf(go_name, leaves.text(go_name), "")


_LEAVES: dict[str, Leaf] = {
    "string": _text("string"),
    "bool": Leaf("bool", leaves.boolean, False),
    "int": Leaf("int", leaves.whole("int", 64), 0),
    "int32": Leaf("int32", leaves.whole("int32", 32), 0),
    "int64": Leaf("int64", leaves.whole("int64", 64), 0),
    "uint8": Leaf("uint8", leaves.whole("uint8", 8, signed=False), 0),
    "uint32": Leaf("uint32", leaves.whole("uint32", 32, signed=False), 0),
    "float64": Leaf("float64", leaves.number, 0),
    "[]byte": Leaf("[]uint8", leaves.base64_bytes, None),
    "Quantity": Leaf("resource.Quantity", leaves.quantity, "0"),
    "IntOrString": Leaf("intstr.IntOrString", leaves.int_or_string, 0),
    "Time": Leaf("v1.Time", leaves.time, None),
    "MicroTime": Leaf("v1.MicroTime", leaves.micro_time, None),
    "Duration": Leaf("v1.Duration", leaves.duration, "0s"),
    "Raw": Leaf("runtime.RawExtension", leaves.raw, None),
}
_NEVER_EMPTY = frozenset({"Quantity", "IntOrString", "Time", "MicroTime", "Duration", "Raw"})


class _Table:
    """The types of all kinds, made on demand since some contain themselves."""

    def __init__(self, document: Any) -> None:
        self.kinds: dict[str, str] = document["kinds"]
        self._structs: dict[str, list[dict[str, str]] | None] = document["structs"]
        self._made: dict[str, Type] = {}
        self._fields: dict[str, tuple[Field, ...]] = {}

    def type(self, text: str) -> Type:
        made = self._made.get(text)
        if made is None:
            made = self._made[text] = self._make(text)
        return made

    def _make(self, text: str) -> Type:
        if text in _LEAVES:
            return _LEAVES[text]
        if text.startswith("*"):
            return Pointer(self.type(text[1:]))
        if text.startswith("[]"):
            return List(self.type(text[2:]))
        if text.startswith("map[string]"):
            return Map(self.type(text.removeprefix("map[string]")))
        kind, _, go_name = text.partition("=")
        if go_name:
            return _text(go_name) if kind == "string" else self.type(kind)
        return Struct(self, text)

    def fields(self, name: str) -> tuple[Field, ...]:
        made = self._fields.get(name)
        if made is None:
            made = self._fields[name] = tuple(map(self._field, self._structs[name] or ()))
        return made

    def _field(self, row: dict[str, str]) -> Field:
        omit = row.get("o", "")
        kept = row["t"] in _NEVER_EMPTY
        return Field(row["n"], self.type(row["t"]), "e" in omit and not kept, "z" in omit)


@cache
def _table() -> _Table:
    packed = (files("mendloop.controlplane.builtin") / "types.json.gz").read_bytes()
    return _Table(msgspec.json.decode(gzip.decompress(packed)))


def is_known(gvk: str) -> bool:
    """The kind (`apps/v1/Deployment`) is built in."""
    return gvk in _table().kinds


def kind_type(gvk: str) -> Type | None:
    """The Go type of a kind; None where it is not built in."""
    table = _table()
    name = table.kinds.get(gvk)
    return table.type(name) if name is not None else None


def decode(gvk: str, obj: Any) -> tuple[Object, list[str]]:
    """A built-in object as the server would write it again, and the paths of fields that it does not know.

    Errors: `Undecodable`, in the words of Go's decoder, where a value is of another type.
    """
    table = _table()
    unknown: list[str] = []
    name = table.kinds[gvk]
    written = dict(table.type(name).read(obj, Place(name.rpartition(".")[2], (), ""), unknown))
    if (obj.get("metadata") or {}).get("managedFields") == []:
        # An empty list is a request to clear ownership; it is never stored.
        written["metadata"]["managedFields"] = []
    return written, unknown


def zero(gvk: str) -> Object:
    """An empty object of a built-in kind, with its kind stated: what a create is compared with."""
    api_version, _, kind = gvk.rpartition("/")
    table = _table()
    return {**table.type(table.kinds[gvk]).zero(), "apiVersion": api_version, "kind": kind}
