"""The address of a field inside an object, as people read it and as managedFields writes it.

`spec.template.spec.containers[name=web].ports[containerPort=80,protocol=TCP].name`,
`metadata.labels["app.kubernetes.io/name"]`, `metadata.finalizers[=example.com/cleanup]`, `spec.args[2]`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple, TypeAlias

import msgspec


class Key(NamedTuple):
    """One item of a list-map, by its keys' names and values in order of name."""

    pairs: tuple[tuple[str, Any], ...]

    @classmethod
    def of(cls, fields: Mapping[str, Any]) -> Key:
        return cls(tuple(sorted(fields.items())))


class Member(NamedTuple):
    """One item of a set, by its value."""

    value: Any


Segment: TypeAlias = str | int | Key | Member
Path: TypeAlias = tuple[Segment, ...]

_BARE_NAME = re.compile(r"[A-Za-z_$][A-Za-z0-9_$-]*")
_BARE_VALUE = re.compile(r"(?!(?:true|false|null)(?:[,\]]|$))[A-Za-z_./][A-Za-z0-9_./:-]*")
_JSON_TEXT = re.compile(r'"(?:[^"\\]|\\.)*"')
_JSON_OTHER = re.compile(r"-?[0-9][0-9.eE+-]*|true|false|null")


def render(path: Path) -> str:
    """The text of a path; `parse` reads it back."""
    return "".join(map(_segment, path)).removeprefix(".")


def child(path: str, segment: Segment) -> str:
    """The text of a path one step further down."""
    text = _segment(segment)
    return path + text if path else text.removeprefix(".")


def _segment(segment: Segment) -> str:
    match segment:
        case str():
            return f".{segment}" if _BARE_NAME.fullmatch(segment) else f"[{_json(segment)}]"
        case Key(pairs):
            return "[" + ",".join(f"{name}={_value(value)}" for name, value in pairs) + "]"
        case Member(value):
            return f"[={_value(value)}]"
        case _:
            return f"[{segment}]"


def _value(value: Any) -> str:
    return value if isinstance(value, str) and _BARE_VALUE.fullmatch(value) else _json(value)


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()


@lru_cache(maxsize=1024)
def parse(text: str) -> Path:
    """The segments of a path; ValueError, with the place, where it is not well formed."""
    segments: list[Segment] = []
    at = 0
    while at < len(text):
        if text[at] == "[":
            segment, at = _bracket(text, at + 1)
        else:
            found = _BARE_NAME.match(text, at + (text[at] == "."))
            if found is None or (text[at] != "." and at > 0):
                raise ValueError(f"{text!r} is not a field path: a name is missing at {at}")
            segment, at = found[0], found.end()
        segments.append(segment)
    return tuple(segments)


def _bracket(text: str, at: int) -> tuple[Segment, int]:
    segment: Segment
    if text[at : at + 1] == "=":
        value, at = _read_value(text, at + 1)
        segment = Member(value)
    elif text[at : at + 1] == '"' or text[at : at + 1].isdigit():
        segment, at = _read_value(text, at)
    else:
        segment, at = _read_pairs(text, at)
    if text[at : at + 1] != "]":
        raise ValueError(f"{text!r} is not a field path: `]` is missing at {at}")
    return segment, at + 1


def _read_pairs(text: str, at: int) -> tuple[Key, int]:
    pairs = []
    while True:
        name = _BARE_NAME.match(text, at)
        if name is None or text[name.end() : name.end() + 1] != "=":
            raise ValueError(f"{text!r} is not a field path: `name=value` is missing at {at}")
        value, at = _read_value(text, name.end() + 1)
        pairs.append((name[0], value))
        if text[at : at + 1] != ",":
            return Key(tuple(sorted(pairs))), at
        at += 1


def _read_value(text: str, at: int) -> tuple[Any, int]:
    if (found := _JSON_TEXT.match(text, at) or _JSON_OTHER.match(text, at)) is not None:
        return msgspec.json.decode(found[0]), found.end()
    if (found := _BARE_VALUE.match(text, at)) is not None:
        return found[0], found.end()
    raise ValueError(f"{text!r} is not a field path: a value is missing at {at}")
