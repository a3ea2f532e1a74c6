"""A delta for people and for programs; what is secret is masked in both."""

from __future__ import annotations

from typing import Any, TypedDict

import msgspec

from mendloop.delta.difference import Change, Delta
from mendloop.model import redact
from mendloop.model.fieldpath import parse

_RED, _GREEN, _YELLOW, _FAINT, _PLAIN = "\x1b[31m", "\x1b[32m", "\x1b[33m", "\x1b[2m", "\x1b[0m"
_LONGEST = 200


class ChangeRecord(TypedDict):
    """One change as JSON; the values are masked."""

    path: str
    before: Any
    after: Any
    why: str


class DeltaRecord(TypedDict):
    """A delta as JSON; the values are masked."""

    kind: str
    empty: bool
    creates: bool
    changes: list[ChangeRecord]
    given_up: list[ChangeRecord]
    tolerated: list[str]


def render(delta: Delta, *, color: bool = False) -> str:
    """A delta in lines, one a change: path, before, after, why. Empty text for an empty delta."""
    lines = [f"{delta.kind or 'object'} is not there and will be created"] if delta.creates else []
    lines += [_line(delta.kind, change, color) for change in delta.changes]
    for given in delta.given_up:
        shown = _shown(delta.kind, given.path, given.live)
        lines.append(_tint(f"= {given.path}: {shown} ({given.why})", _YELLOW, color))
    return "\n".join(lines)


def _line(kind: str, change: Change, color: bool) -> str:
    why = _tint(f"({change.why})", _FAINT, color)
    before = _tint(_shown(kind, change.path, change.before), _RED, color)
    after = _tint(_shown(kind, change.path, change.after), _GREEN, color)
    if change.before is None:
        return f"+ {change.path}: {after} {why}"
    if change.after is None:
        return f"- {change.path}: {before} {why}"
    return f"~ {change.path}: {before} -> {after} {why}"


def _shown(kind: str, path: str, value: Any) -> str:
    text = msgspec.json.encode(redact.mask(kind, parse(path), value)).decode()
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}... ({len(text)} characters)"


def _tint(text: str, tint: str, color: bool) -> str:
    return f"{tint}{text}{_PLAIN}" if color else text


def record(delta: Delta) -> DeltaRecord:
    """A delta as plain values for JSON, masked."""
    return {
        "kind": delta.kind,
        "empty": delta.empty,
        "creates": delta.creates,
        "changes": [_record(delta.kind, c.path, c.before, c.after, c.why) for c in delta.changes],
        "given_up": [_record(delta.kind, g.path, g.live, g.live, g.why) for g in delta.given_up],
        "tolerated": list(delta.tolerated),
    }


def _record(kind: str, path: str, before: Any, after: Any, why: str) -> ChangeRecord:
    place = parse(path)
    return {
        "path": path,
        "before": redact.mask(kind, place, before),
        "after": redact.mask(kind, place, after),
        "why": why,
    }
