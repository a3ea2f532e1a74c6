"""Reads bodies in Kubernetes' protobuf, which typed Go clients (so parts of kubectl) send; answers are JSON.

The table beside this module (`protobuf.json.gz`) says how each type's fields are numbered and what they
are called in JSON; `scripts/go_protobuf` makes it. Source: runtime.Unknown in k8s.io/apimachinery.
"""

from __future__ import annotations

import base64
import gzip
import struct
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from typing import Any

import msgspec

from mendloop.controlplane.wire import Object

MEDIA_TYPE = "application/vnd.kubernetes.protobuf"
_MAGIC = b"k8s\x00"
_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5


class Malformed(ValueError):
    """Raised when bytes are no message of the type that they should be."""


class _Table(msgspec.Struct, frozen=True):
    kinds: dict[str, str]  # "apps/v1/Deployment" -> type
    structs: dict[str, dict[str, tuple[str, str]]]  # type -> number -> (JSON name, type)


@cache
def _table() -> _Table:
    packed = (files("mendloop.controlplane") / "protobuf.json.gz").read_bytes()
    return msgspec.json.decode(gzip.decompress(packed), type=_Table)


def decode(body: bytes) -> Object:
    """The object in an envelope, as JSON would have it.

    Errors: `Malformed`, also for a kind that has no protobuf form here.
    """
    if not body.startswith(_MAGIC):
        raise Malformed(
            "provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]"
        )
    envelope = dict(_fields(body[len(_MAGIC) :]))
    about = dict(_fields(_message(envelope.get(1, b""))))
    api_version, kind = (_message(about.get(number, b"")).decode() for number in (1, 2))
    type_name = _table().kinds.get(f"{api_version}/{kind}")
    if type_name is None:
        raise Malformed(f'no kind "{kind}" is registered for version "{api_version}"')
    return {"apiVersion": api_version, "kind": kind, **_struct(_message(envelope.get(2, b"")), type_name)}


# Wire format --------------------------------------------------------------------------------------------


def _fields(data: bytes) -> Iterator[tuple[int, int | bytes]]:
    """Field numbers and raw values, in order."""
    at = 0
    while at < len(data):
        tag, at = _varint(data, at)
        wire = tag & 7
        if wire == _VARINT:
            value, at = _varint(data, at)
            yield tag >> 3, value
            continue
        if wire == _BYTES:
            size, at = _varint(data, at)
        else:
            size = {_FIXED64: 8, _FIXED32: 4}.get(wire, -1)
        if size < 0 or at + size > len(data):
            raise Malformed("unexpected EOF")
        yield tag >> 3, data[at : at + size]
        at += size


def _varint(data: bytes, at: int) -> tuple[int, int]:
    result = shift = 0
    while at < len(data) and shift < 70:
        byte = data[at]
        at += 1
        result |= (byte & 0x7F) << shift
        if byte < 0x80:
            return result, at
        shift += 7
    raise Malformed("unexpected EOF")


def _message(value: int | bytes) -> bytes:
    if isinstance(value, int):
        raise Malformed("wrong wire type")
    return value


def _signed(value: int) -> int:
    return value - (1 << 64) if value >= 1 << 63 else value


# Types --------------------------------------------------------------------------------------------------


def _struct(data: bytes, type_name: str) -> Object:
    known = _table().structs[type_name]
    found: Object = {}
    for number, value in _fields(data):
        if (field := known.get(str(number))) is not None:
            _put(found, *field, value)
    return found


def _put(found: Object, name: str, type_name: str, value: int | bytes) -> None:
    if not name:  # an embedded struct, whose fields stand among those of its holder
        found |= _struct(_message(value), type_name)
    elif type_name.startswith("[]"):
        found.setdefault(name, []).append(_value(value, type_name[2:]))
    elif type_name.startswith("{}"):
        entry = dict(_fields(_message(value)))
        key = _message(entry.get(1, b"")).decode()
        found.setdefault(name, {})[key] = _value(entry.get(2, b""), type_name[2:])
    else:
        found[name] = _value(value, type_name)


def _value(value: int | bytes, type_name: str) -> Any:
    read = _LEAVES.get(type_name)
    return read(value) if read is not None else _struct(_message(value), type_name)


def _time(value: int | bytes) -> str | None:
    fields = dict(_fields(_message(value)))
    seconds = fields.get(1, 0)
    if not isinstance(seconds, int) or not seconds:
        return None
    return datetime.fromtimestamp(_signed(seconds), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _micro_time(value: int | bytes) -> str | None:
    nanos = dict(_fields(_message(value))).get(2, 0)
    whole = _time(value)
    return None if whole is None else f"{whole[:-1]}.{int(nanos) // 1000:06d}Z"


def _quantity(value: int | bytes) -> str:
    return _message(dict(_fields(_message(value))).get(1, b"")).decode()


def _int_or_string(value: int | bytes) -> int | str:
    fields = dict(_fields(_message(value)))
    if fields.get(1):
        return _message(fields.get(3, b"")).decode()
    return _signed(int(fields.get(2, 0)))


def _raw(value: int | bytes) -> Any:
    """Embedded JSON."""
    raw = _message(dict(_fields(_message(value))).get(1, b""))
    try:
        return msgspec.json.decode(raw) if raw else None
    except msgspec.DecodeError as error:
        raise Malformed(str(error)) from None


def _items(value: int | bytes) -> list[str]:
    return [_message(item).decode() for number, item in _fields(_message(value)) if number == 1]


_LEAVES: dict[str, Callable[[int | bytes], Any]] = {
    "string": lambda value: _message(value).decode(),
    "bytes": lambda value: base64.b64encode(_message(value)).decode(),
    "bool": bool,
    "int": lambda value: _signed(int(value)),
    "double": lambda value: struct.unpack("<d", _message(value))[0],
    "Time": _time,
    "MicroTime": _micro_time,
    "Quantity": _quantity,
    "IntOrString": _int_or_string,
    "Raw": _raw,
    "Items": _items,
}
