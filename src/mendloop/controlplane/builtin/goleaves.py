"""How single values of Go's API types are read, and the words in which Go's decoder refuses them.

Source: encoding/json, package time, apimachinery's Quantity, Time, MicroTime and IntOrString; messages
measured on kube-apiserver 1.36.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, TypeAlias

import msgspec

from mendloop.controlplane.gotext import go_quote, json_kind
from mendloop.model.quantity import canonical

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
        return Undecodable(f"json: cannot unmarshal {json_kind(value)} into {into}")


Reader: TypeAlias = Callable[[Any, Place], Any]


def text(go_name: str) -> Reader:
    """Reads a string, or a type that is one."""

    def read(value: Any, place: Place) -> Any:
        if not isinstance(value, str):
            raise place.cannot(value, go_name)
        return value

    return read


def boolean(value: Any, place: Place) -> Any:
    """Reads true or false."""
    if not isinstance(value, bool):
        raise place.cannot(value, "bool")
    return value


def whole(go_name: str, bits: int, signed: bool = True) -> Reader:
    """Reads a whole number of so many bits."""
    low = -(1 << (bits - 1)) if signed else 0
    high = (1 << (bits - 1 if signed else bits)) - 1

    def read(value: Any, place: Place) -> Any:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise place.cannot(value, go_name)
        if isinstance(value, float) or not low <= value <= high:
            return _refuse_number(value, place, go_name)
        return value

    return read


def _refuse_number(value: float, place: Place, go_name: str) -> Any:
    text = msgspec.json.encode(value).decode()
    refused = place.cannot(value, go_name)
    raise Undecodable(str(refused).replace("unmarshal number", f"unmarshal number {text}"))


def number(value: Any, place: Place) -> Any:
    """Reads a number."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise place.cannot(value, "float64")
    return value


def base64_bytes(value: Any, place: Place) -> Any:
    """Reads base64, as byte slices are written."""
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


def quantity(value: Any, place: Place) -> Any:
    """Reads a quantity and gives it its canonical form."""
    if isinstance(value, str | int | float) and not isinstance(value, bool):
        try:
            return canonical(value)
        except ValueError:
            pass
    raise Undecodable(_QUANTITY_RULE)


def int_or_string(value: Any, place: Place) -> Any:
    """Reads an IntOrString."""
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


def time(value: Any, place: Place) -> Any:
    """Reads an instant; fractions of a second are lost."""
    return _instant(value, place, _LAYOUT).strftime("%Y-%m-%dT%H:%M:%SZ")


def micro_time(value: Any, place: Place) -> Any:
    """Reads an instant with exactly six decimals (APIFACTS 23)."""
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


def duration(value: Any, place: Place) -> Any:
    """Reads a duration as Go writes it."""
    if not isinstance(value, str):
        raise place.cannot(value, "string")
    if value != "0" and not re.fullmatch(rf"[+-]?(?:{_DURATION_PART.pattern})+", value):
        raise Undecodable(f"time: invalid duration {go_quote(value)}")
    return value


def raw(value: Any, place: Place) -> Any:
    """Takes any JSON."""
    return value
