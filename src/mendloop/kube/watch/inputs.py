"""What arrives while a kind is followed."""

from __future__ import annotations

from enum import Enum

import msgspec

from mendloop.errors.answers import Answer
from mendloop.kube.envelope import Meta


class EventType(Enum):
    """What a watch says of an object."""

    ADDED = "ADDED"
    MODIFIED = "MODIFIED"
    DELETED = "DELETED"


class ObjectEvent(msgspec.Struct, gc=False):
    """One object as it is now, or, when deleted, as it last was, at the version of its deletion."""

    type: EventType
    meta: Meta
    raw: bytes


class Bookmark(msgspec.Struct, frozen=True, gc=False):
    """All events up to here were sent; no object changed."""

    resource_version: str
    initial_events_end: bool = False


class ErrorFrame(msgspec.Struct, frozen=True):
    """An ERROR line; nothing that follows on this stream can be relied on."""

    answer: Answer


class Unreadable(msgspec.Struct, frozen=True):
    """A line that is whole but no event: an unknown type, no object, an object without identity."""

    why: str
    resource_version: str = ""


class Broken(msgspec.Struct, frozen=True):
    """Bytes that are no line of JSON: the stream is damaged, what follows cannot be trusted."""

    why: str


Frame = ObjectEvent | Bookmark | ErrorFrame | Unreadable | Broken


class Started(msgspec.Struct, frozen=True):
    """Nothing is known yet."""


class PageArrived(msgspec.Struct, frozen=True):
    """One page of a list was read and kept aside.

    `missing` and `known` are counted once the last page is there: objects of the cache that the list
    lacks, and objects of the cache.
    """

    resource_version: str
    continue_token: str
    missing: int = 0
    known: int = 0


class Refused(msgspec.Struct, frozen=True):
    """The server answered a list or a watch with a status from 400 up."""

    answer: Answer


class Failed(msgspec.Struct, frozen=True):
    """There was no answer, or the connection broke: reset, timeout, no route, a damaged page."""

    why: str


class Opened(msgspec.Struct, frozen=True):
    """The watch's head arrived, its events follow."""


class Arrived(msgspec.Struct, frozen=True):
    """Whole lines of the watch, in order."""

    frames: list[Frame]


class Ended(msgspec.Struct, frozen=True):
    """The server ended the stream in good order."""


class Silence(msgspec.Struct, frozen=True):
    """No byte came for as long as a live connection would not be silent."""

    idle_s: float


class Waited(msgspec.Struct, frozen=True):
    """The wait that was asked for is over."""


Input = Started | PageArrived | Refused | Failed | Opened | Arrived | Ended | Silence | Waited
