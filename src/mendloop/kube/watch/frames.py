"""Cuts the bytes of a watch into frames: no limit to a line but memory's, no line trusted that is not whole.

Source: Kubernetes API concepts, "Efficient detection of changes": one JSON object `{type, object}` a line.
"""

from __future__ import annotations

from typing import Final

import msgspec

from mendloop.errors.answers import read_status
from mendloop.kube.envelope import Partial, checked_utf8, read_partial
from mendloop.kube.watch.inputs import (
    Bookmark,
    Broken,
    ErrorFrame,
    EventType,
    Frame,
    ObjectEvent,
    Unreadable,
)

MAX_LINE_BYTES: Final = 64 << 20  # far above what etcd stores; a longer line is refused as damage

_INITIAL_EVENTS_END = "k8s.io/initial-events-end"
_HEAD = b'{"type":"'
_MIDDLE = b'","object":'
_EVENTS: Final = {each.value.encode(): each for each in EventType}


class _Loose(msgspec.Struct, gc=False):
    """A frame as JSON, whatever it says."""

    type: msgspec.Raw = msgspec.Raw(b"null")
    object: msgspec.Raw = msgspec.Raw(b"null")


_read_loosely: Final = msgspec.json.Decoder(_Loose).decode


class FrameReader:
    """Keeps the beginning of a line until its end has come."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._size = 0

    def feed(self, chunk: bytes) -> list[Frame]:
        """The frames that are whole now, in order."""
        lines = chunk.split(b"\n")
        rest = lines.pop()
        if lines and self._parts:
            lines[0] = b"".join((*self._parts, lines[0]))
            self._parts, self._size = [], 0
        if rest:
            self._parts.append(rest)
            self._size += len(rest)
        frames = [read_frame(line) for line in lines if line]
        if self._size > MAX_LINE_BYTES:
            frames.append(Broken(f"a line of more than {MAX_LINE_BYTES} bytes"))
        return frames

    @property
    def is_between_lines(self) -> bool:
        """Whether the stream may end here without having lost anything."""
        return not self._parts


def read_frame(line: bytes) -> Frame:
    """One line as a frame; what cannot be read is a frame too, never an exception."""
    try:
        checked_utf8(line)
        return _read_as_written_by_go(line) or _read_any(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        return Broken(f"{type(error).__name__}: {error}")


def _read_as_written_by_go(line: bytes) -> Frame | None:
    """The shape that API servers send, read in one pass; None for anything else."""
    if not (line.startswith(_HEAD) and line.endswith(b"}")):
        return None
    end = line.find(_MIDDLE, len(_HEAD), 40)
    event = _EVENTS.get(line[len(_HEAD) : end])
    if event is None:
        return None
    raw = line[end + len(_MIDDLE) : -1]
    try:
        return _event(event, raw, read_partial(raw))
    except msgspec.DecodeError:
        return None


def _read_any(line: bytes) -> Frame:
    loose = _read_loosely(line)
    stated = bytes(loose.type).strip(b'"')
    if stated == b"ERROR":
        return ErrorFrame(read_status(msgspec.json.decode(loose.object)))
    try:
        partial = read_partial(loose.object)
    except msgspec.ValidationError as error:
        return Unreadable(f"{_shown(stated)} without a readable object: {error}")
    if stated == b"BOOKMARK":
        return _bookmark(partial)
    event = _EVENTS.get(stated)
    if event is None:
        return Unreadable(f"an event of type {_shown(stated)}", partial.metadata.resource_version)
    return _event(event, bytes(loose.object), partial)


def _event(event: EventType, raw: bytes, partial: Partial) -> Frame:
    meta = partial.metadata
    is_status = partial.kind == "Status" and partial.api_version == "v1"
    if is_status or not (meta.name and meta.uid and meta.resource_version):
        return Unreadable(f"{event.value} of an object without name, uid or version", meta.resource_version)
    return ObjectEvent(event, meta, raw)


def _bookmark(partial: Partial) -> Frame:
    meta = partial.metadata
    if not meta.resource_version:
        return Unreadable("a bookmark without a version")
    return Bookmark(meta.resource_version, _INITIAL_EVENTS_END in (meta.annotations or {}))


def _shown(stated: bytes) -> str:
    return stated[:40].decode(errors="replace") or "no type"
