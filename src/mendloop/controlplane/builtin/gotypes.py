"""Built-in objects as Go's types read and write them: types checked, unknown fields found, zeros left out.

What a Go server stores is not what it was sent: an `omitempty` field that holds its zero is gone, a struct
field is always there, an unknown field is dropped. The table beside this module (`types.json.gz`) says for
each type which fields it has, of which type, and when they are left out; `scripts/go_types` makes it.

Source: encoding/json; the tags of k8s.io/api; messages measured on kube-apiserver 1.36.
"""

from __future__ import annotations

import base64
import binascii
import gzip
import re
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from typing import Any

import msgspec

from mendloop.controlplane.gotext import go_quote, json_kind
from mendloop.model.quantity import canonical

Object = dict[str, Any]
_MISSING: Any = object()
_QUANTITY_RULE = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"


class Undecodable(ValueError):
    """Raised when an object does not fit its Go type; the text is that of Go's decoder."""


class Place(msgspec.Struct, frozen=True):
    """Where a value stands: the struct and the names on the way, as Go's decoder reports them."""

    struct: str
    names: tuple[str, ...]
    path: str

    def field(self, struct: str, name: str) -> Place:
        path = f"{self.path}.{name}" if self.path else name
        return Place(struct, (*self.names, name), path)

    def item(self, index: int) -> Place:
        return Place(self.struct, self.names, f"{self.path}[{index}]")

    def key(self, key: str) -> Place:
        return Place(self.struct, self.names, f"{self.path}.{key}")

    def cannot(self, value: Any, go_type: str) -> Undecodable:
        into = f"Go value of type {go_type}"
        if self.names:
            into = f"Go struct field {self.struct}.{'.'.join(self.names)} of type {go_type}"
        return Undecodable(f"json: cannot unmarshal {_said(value)} into {into}")


def _said(value: Any) -> str:
    # A number of the right kind that does not fit is named by its digits.
    return json_kind(value)


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

    def __init__(self, go_name: str, read: Callable[[Any, Place], Any], zero: Any) -> None:
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


# Leaves ---------------------------------------------------------------------------------------------


def _string(go_name: str) -> Leaf:
    def read(value: Any, place: Place) -> Any:
        if not isinstance(value, str):
            raise place.cannot(value, go_name)
        return value

    return Leaf(go_name, read, "")


def _bool(value: Any, place: Place) -> Any:
    if not isinstance(value, bool):
        raise place.cannot(value, "bool")
    return value


def _whole(go_name: str, bits: int, signed: bool = True) -> Leaf:
    low = -(1 << (bits - 1)) if signed else 0
    high = (1 << (bits - 1 if signed else bits)) - 1

    def read(value: Any, place: Place) -> Any:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise place.cannot(value, go_name)
        if isinstance(value, float) or not low <= value <= high:
            return _refuse_number(value, place, go_name)
        return value

    return Leaf(go_name, read, 0)


def _refuse_number(value: float, place: Place, go_name: str) -> Any:
    text = msgspec.json.encode(value).decode()
    refused = place.cannot(value, go_name)
    raise Undecodable(str(refused).replace("unmarshal number", f"unmarshal number {text}"))


def _float(value: Any, place: Place) -> Any:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise place.cannot(value, "float64")
    return value


def _bytes(value: Any, place: Place) -> Any:
    if not isinstance(value, str):
        raise place.cannot(value, "[]uint8")
    text = value.replace("\n", "").replace("\r", "")
    try:
        return base64.b64encode(base64.b64decode(text, validate=True)).decode()
    except binascii.Error:
        raise Undecodable(f"illegal base64 data at input byte {_bad_base64(text)}") from None


def _bad_base64(text: str) -> int:
    """Where Go's decoder stops: at the first character outside the alphabet, else where it ends short."""
    found = re.search(r"[^A-Za-z0-9+/]", text)
    if found is None:
        return len(text) // 4 * 4
    at = found.start()
    return at if text[at] != "=" else at + (1 if at % 4 in (2, 3) else 0)


def _quantity(value: Any, place: Place) -> Any:
    if isinstance(value, str | int | float) and not isinstance(value, bool):
        try:
            return canonical(value)
        except ValueError:
            pass
    raise Undecodable(_QUANTITY_RULE)


def _int_or_string(value: Any, place: Place) -> Any:
    if isinstance(value, str):
        return value
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise place.cannot(value, "int32")
    if isinstance(value, float) or not -(1 << 31) <= value < 1 << 31:
        return _refuse_number(value, place, "int32")
    return value


_RFC3339 = re.compile(r"(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})(\.\d+)?(Z|[+-]\d{2}:\d{2})")
_LAYOUT = "2006-01-02T15:04:05Z07:00"
_MICRO_LAYOUT = "2006-01-02T15:04:05.000000Z07:00"


def _time(value: Any, place: Place) -> Any:
    return _instant(value, place, _LAYOUT).strftime("%Y-%m-%dT%H:%M:%SZ")


def _micro_time(value: Any, place: Place) -> Any:
    return _instant(value, place, _MICRO_LAYOUT).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _instant(value: Any, place: Place, layout: str) -> datetime:
    if not isinstance(value, str):
        raise place.cannot(value, "string")
    found = _RFC3339.fullmatch(value)
    if found is None or (layout is _MICRO_LAYOUT and len(found[7] or "") != 7):
        raise Undecodable(_time_fault(value, layout))
    try:
        moment = datetime.fromisoformat(value.replace("Z", "+00:00"))
    except ValueError:
        raise Undecodable(f"parsing time {go_quote(value)}: {_out_of_range(found)} out of range") from None
    return moment.astimezone(UTC)


def _out_of_range(found: re.Match[str]) -> str:
    limits = (("month", 2, 12), ("day", 3, 31), ("hour", 4, 23), ("minute", 5, 59), ("second", 6, 59))
    return next(
        (name for name, at, most in limits if int(found[at]) > most or (at < 4 and not int(found[at]))), "day"
    )


_STEPS: tuple[tuple[str, str], ...] = (
    (r"\d{4}", "2006"),
    ("-", "-"),
    (r"\d{2}", "01"),
    ("-", "-"),
    (r"\d{2}", "02"),
    ("T", "T"),
    (r"\d{2}", "15"),
    (":", ":"),
    (r"\d{2}", "04"),
    (":", ":"),
    (r"\d{2}", "05"),
)


def _time_fault(value: str, layout: str) -> str:
    """Go's own words: how far the text agrees with the layout, and which part is wanted next."""
    rest = value
    steps = (*_STEPS, (r"\.\d{6}(?!\d)", ".000000")) if layout is _MICRO_LAYOUT else _STEPS
    for pattern, wanted in (*steps, (r"Z|[+-]\d{2}:\d{2}", "Z07:00")):
        found = re.match(pattern, rest)
        if found is None:
            said = f"cannot parse {go_quote(rest)} as {go_quote(wanted)}"
            return f"parsing time {go_quote(value)} as {go_quote(layout)}: {said}"
        rest = rest[found.end() :]
        if wanted == "05" and layout is _LAYOUT:
            rest = re.sub(r"^\.\d+", "", rest)
    return f"parsing time {go_quote(value)}: extra text: {go_quote(rest)}"


_DURATION_PART = re.compile(r"(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h)")


def _duration(value: Any, place: Place) -> Any:
    if not isinstance(value, str):
        raise place.cannot(value, "string")
    if value != "0" and not re.fullmatch(rf"[+-]?(?:{_DURATION_PART.pattern})+", value):
        raise Undecodable(f"time: invalid duration {go_quote(value)}")
    return value


def _raw(value: Any, place: Place) -> Any:
    return value


_LEAVES: dict[str, Leaf] = {
    "string": _string("string"),
    "bool": Leaf("bool", _bool, False),
    "int": _whole("int", 64),
    "int32": _whole("int32", 32),
    "int64": _whole("int64", 64),
    "uint8": _whole("uint8", 8, signed=False),
    "uint32": _whole("uint32", 32, signed=False),
    "float64": Leaf("float64", _float, 0),
    "[]byte": Leaf("[]uint8", _bytes, None),
    "Quantity": Leaf("resource.Quantity", _quantity, "0"),
    "IntOrString": Leaf("intstr.IntOrString", _int_or_string, 0),
    "Time": Leaf("v1.Time", _time, None),
    "MicroTime": Leaf("v1.MicroTime", _micro_time, None),
    "Duration": Leaf("v1.Duration", _duration, "0s"),
    "Raw": Leaf("runtime.RawExtension", _raw, None),
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
            return _string(go_name) if kind == "string" else self.type(kind)
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
