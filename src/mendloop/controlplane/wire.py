"""What arrives at the control plane and what leaves it, apart from any HTTP library."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

import msgspec

Object = dict[str, Any]

JSON_HEADERS: Mapping[str, str] = {"content-type": "application/json"}
TEXT_HEADERS: Mapping[str, str] = {"content-type": "text/plain; charset=utf-8"}


class Asked(Protocol):
    """The shape of a request; `mendloop.kube.transport.Request` has it too.

    `path` is percent-encoded and has no query; header names are lower-case.
    """

    @property
    def method(self) -> str: ...
    @property
    def path(self) -> str: ...
    @property
    def query(self) -> tuple[tuple[str, str], ...]: ...
    @property
    def headers(self) -> Mapping[str, str]: ...
    @property
    def body(self) -> bytes | None: ...


class Request(msgspec.Struct, frozen=True):
    """One HTTP request; `path` is percent-encoded and has no query, header names are lower-case."""

    method: str
    path: str
    query: tuple[tuple[str, str], ...] = ()
    headers: Mapping[str, str] = {}
    body: bytes | None = None


class Response(msgspec.Struct, frozen=True):
    """One HTTP answer, whatever its status; header names are lower-case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class User(msgspec.Struct, frozen=True):
    """Who asks, as authentication established it."""

    name: str
    uid: str = ""
    groups: tuple[str, ...] = ("system:authenticated",)


ANONYMOUS = User("system:anonymous", "", ("system:unauthenticated",))


def json_response(status: int, document: Object) -> Response:
    """`document` as JSON with the newline that Go's encoder leaves behind."""
    return Response(status, JSON_HEADERS, msgspec.json.encode(document) + b"\n")
