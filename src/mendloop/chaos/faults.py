"""Faults as values: what can go wrong between an operator and its API server."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

import msgspec


class _Fault(msgspec.Struct, frozen=True, tag=True, omit_defaults=True):
    pass


class Answer(_Fault, frozen=True):
    """The server answers this instead of doing what it is asked. `body` goes out as it stands."""

    status: int
    body: str = ""
    headers: Mapping[str, str] = {}

    def __str__(self) -> str:
        return f"answered {self.status}"


class Reset(_Fault, frozen=True):
    """The connection breaks: before the request arrived, or, `after_commit`, before the answer did."""

    after_commit: bool = False

    def __str__(self) -> str:
        return "its reply is lost after the commit" if self.after_commit else "the connection is reset"


class Hang(_Fault, frozen=True):
    """No answer ever comes; with `after_commit` the server has done what it was asked."""

    after_commit: bool = False

    def __str__(self) -> str:
        return "hangs after the commit" if self.after_commit else "hangs"


class Delay(_Fault, frozen=True):
    """The request waits before it is sent on."""

    seconds: float

    def __str__(self) -> str:
        return f"waits {self.seconds:g} s"


class Kill(_Fault, frozen=True):
    """The operator dies right before, or right after, this call; nothing of it reaches the server later."""

    after: bool = True

    def __str__(self) -> str:
        return f"kills the operator right {'after' if self.after else 'before'} it"


class EmptyList(_Fault, frozen=True):
    """The list comes back with 200 and without its items."""

    def __str__(self) -> str:
        return "comes back empty"


class StaleView(_Fault, frozen=True):
    """Lists answer as of `resource_version`, and watches deliver nothing: a server that fell behind."""

    resource_version: str

    def __str__(self) -> str:
        return f"shows the state of version {self.resource_version}"


class Silence(_Fault, frozen=True):
    """After so many events the watch delivers no byte more, and does not end."""

    after: int = 0

    def __str__(self) -> str:
        return f"falls silent after {self.after} events"


class End(_Fault, frozen=True):
    """The watch ends in good order after so many seconds."""

    after_s: float = 1.0

    def __str__(self) -> str:
        return f"ends after {self.after_s:g} s"


class Cut(_Fault, frozen=True):
    """The watch ends in the middle of the event that follows the first `after`; `tail` follows the half."""

    after: int = 0
    tail: bytes = b""

    def __str__(self) -> str:
        return f"breaks off within event {self.after + 1}"


class Frames(_Fault, frozen=True):
    """Lines are put into the watch after so many events; then it goes on, or ends."""

    lines: tuple[str, ...]
    after: int = 0
    then_end: bool = False

    def __str__(self) -> str:
        return f"carries {len(self.lines)} foreign frames after {self.after} events"


class Repeat(_Fault, frozen=True):
    """Each event comes `times` times; with `replay`, after each one all that came before comes again."""

    times: int = 2
    replay: bool = False

    def __str__(self) -> str:
        return (
            "replays all older events after each"
            if self.replay
            else f"delivers each event {self.times} times"
        )


class Hide(_Fault, frozen=True):
    """Events of these types never come: an outage in which something happened."""

    types: tuple[str, ...] = ("DELETED",)

    def __str__(self) -> str:
        return f"hides {', '.join(self.types)}"


class Hold(_Fault, frozen=True):
    """Events come late by so many seconds, in order."""

    seconds: float

    def __str__(self) -> str:
        return f"holds events back for {self.seconds:g} s"


Fault: TypeAlias = (
    Answer | Reset | Hang | Delay | Kill | EmptyList | StaleView
    | Silence | End | Cut | Frames | Repeat | Hide | Hold
)  # fmt: skip
OnStream: TypeAlias = Silence | End | Cut | Frames | Repeat | Hide | Hold

_REASONS = {
    400: "BadRequest",
    401: "Unauthorized",
    403: "Forbidden",
    404: "NotFound",
    409: "Conflict",
    410: "Expired",
    413: "RequestEntityTooLarge",
    422: "Invalid",
    429: "TooManyRequests",
    500: "InternalError",
    503: "ServiceUnavailable",
    504: "Timeout",
}


def status_answer(
    status: int,
    message: str = "",
    *,
    reason: str | None = None,
    details: Mapping[str, object] | None = None,
    retry_after_s: int | None = None,
) -> Answer:
    """An answer with a `Status` as body; `reason` follows from the code unless stated ("" leaves it out)."""
    shown = _REASONS.get(status, "") if reason is None else reason
    document: dict[str, object] = {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure"}
    document["message"] = message or f"injected: {status} {shown}".rstrip()
    if shown:
        document["reason"] = shown
    if details is not None:
        document["details"] = dict(details)
    document["code"] = status
    headers = {"content-type": "application/json"}
    if retry_after_s is not None:
        headers["retry-after"] = str(retry_after_s)
    return Answer(status, msgspec.json.encode(document).decode(), headers)


def text_answer(status: int, text: str, *, retry_after_s: int | None = None) -> Answer:
    """An answer in plain text, as overload protection and proxies give it."""
    headers = {"content-type": "text/plain; charset=utf-8"}
    if retry_after_s is not None:
        headers["retry-after"] = str(retry_after_s)
    return Answer(status, text, headers)


def error_frame(code: int, message: str, reason: str | None = None) -> str:
    """A line of a watch that carries a `Status` as its ERROR."""
    status = msgspec.Raw(status_answer(code, message, reason=reason).body.encode())
    return msgspec.json.encode({"type": "ERROR", "object": status}).decode()
