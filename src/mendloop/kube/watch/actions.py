"""What the core of a watch asks its shell to do."""

from __future__ import annotations

import msgspec

from mendloop.kube.watch.inputs import ObjectEvent


class ReadPage(msgspec.Struct, frozen=True):
    """Read the next page of the list and keep it aside; an empty token begins a new list.

    `not_older_than` lets any server answer that has seen this version; without it the list is read by
    quorum.
    """

    continue_token: str = ""
    not_older_than: str = ""


class Replace(msgspec.Struct, frozen=True):
    """The list kept aside is whole: from now on it is what there is."""

    resource_version: str
    reset: bool = False  # versions began anew: what is cached is no longer comparable


class Discard(msgspec.Struct, frozen=True):
    """Forget the list kept aside."""


class OpenWatch(msgspec.Struct, frozen=True):
    """Open a watch from here; the server is asked to end it after `timeout_s`."""

    resource_version: str
    timeout_s: int


class ReadOn(msgspec.Struct, frozen=True):
    """Read the open stream further."""


class Deliver(msgspec.Struct, frozen=True):
    """Give these events to the sink, in order."""

    events: list[ObjectEvent]


class Passed(msgspec.Struct, frozen=True):
    """Tell the sink that everything up to here was delivered."""

    resource_version: str


class Wait(msgspec.Struct, frozen=True):
    """Close what is open, then do nothing for `delay_s`."""

    delay_s: float


class Trouble(msgspec.Struct, frozen=True):
    """Tell that the view may be out of date from now on, and why; `loud`: someone must look at it."""

    kind: str
    message: str
    loud: bool = False


class Live(msgspec.Struct, frozen=True):
    """Tell that the view follows the server again."""


Action = ReadPage | Replace | Discard | OpenWatch | ReadOn | Deliver | Passed | Wait | Trouble | Live
