"""Refusals: every failing answer of the API server, in the words of a kube-apiserver 1.36."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from mendloop.controlplane.causes import Cause, summary
from mendloop.controlplane.wire import JSON_HEADERS, TEXT_HEADERS, Response

STALE = "the object has been modified; please apply your changes to the latest version and try again"


class Refusal(Exception):
    """Raised within the control plane where a request is refused; becomes a `Status` answer."""

    def __init__(
        self,
        code: int,
        reason: str,
        message: str,
        details: Mapping[str, Any] | None = None,
        *,
        headers: Mapping[str, str] | None = None,
        metadata: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.reason = reason
        self.message = message
        self.details = details
        self.headers = headers or {}
        self.metadata = metadata or {}

    def status(self) -> dict[str, Any]:
        """The `Status` object, with its keys in the order of a real server."""
        document: dict[str, Any] = {"kind": "Status", "apiVersion": "v1", "metadata": dict(self.metadata)}
        document |= {"status": "Failure", "message": self.message}
        if self.reason:
            document["reason"] = self.reason
        if self.details is not None:
            document["details"] = dict(self.details)
        document["code"] = self.code
        return document

    def response(self) -> Response:
        headers = {**JSON_HEADERS, **self.headers}
        return Response(self.code, headers, msgspec.json.encode(self.status()) + b"\n")


def plain_text(code: int, text: str) -> Response:
    """An answer that a real server gives without a `Status` (APIFACTS 2)."""
    return Response(code, TEXT_HEADERS, text.encode())


def subject(name: str, group: str, kind: str) -> dict[str, Any]:
    """`details` as Go writes them: empty values are left out."""
    return {key: value for key, value in (("name", name), ("group", group), ("kind", kind)) if value}


def qualified(group: str, plural: str) -> str:
    return f"{plural}.{group}" if group else plural


def bad_request(message: str) -> Refusal:
    return Refusal(400, "BadRequest", message)


def not_found(group: str, plural: str, name: str) -> Refusal:
    message = f'{qualified(group, plural)} "{name}" not found'
    return Refusal(404, "NotFound", message, subject(name, group, plural))


def no_such_resource() -> Refusal:
    message = "the server could not find the requested resource"
    return Refusal(404, "NotFound", message, {})


def method_not_allowed() -> Refusal:
    message = "the server does not allow this method on the requested resource"
    return Refusal(405, "MethodNotAllowed", message, {})


def not_acceptable(available: Sequence[str]) -> Refusal:
    message = "406: Not Acceptable\n\nAvailable representations: " + ", ".join(available)
    return Refusal(406, "NotAcceptable", message, {})


def not_streamable(available: Sequence[str]) -> Refusal:
    message = f"only the following media types are accepted: {', '.join(available)}"
    return Refusal(406, "NotAcceptable", message)


def unsupported_media_type(accepted: Sequence[str]) -> Refusal:
    known = ", ".join(accepted)
    message = f"the body of the request was in an unknown format - accepted media types include: {known}"
    return Refusal(415, "UnsupportedMediaType", message)


def already_exists(group: str, plural: str, name: str, *, deleting: bool = False) -> Refusal:
    message = f'{qualified(group, plural)} "{name}" already exists'
    if deleting:
        message = f"object is being deleted: {message}"
    return Refusal(409, "AlreadyExists", message, subject(name, group, plural))


def conflict(group: str, plural: str, name: str, why: str = STALE) -> Refusal:
    message = f'Operation cannot be fulfilled on {qualified(group, plural)} "{name}": {why}'
    return Refusal(409, "Conflict", message, subject(name, group, plural))


def forbidden(group: str, plural: str, name: str, why: str, causes: Iterable[Cause] = ()) -> Refusal:
    about = f' "{name}"' if name else ""
    details = subject(name, group, plural)
    if listed := [msgspec.to_builtins(cause) for cause in causes]:
        details["causes"] = listed
    return Refusal(403, "Forbidden", f"{qualified(group, plural)}{about} is forbidden: {why}", details)


def internal(message: str) -> Refusal:
    """A 500 without a reason, as a real server gives where an error has no Status (APIFACTS 3)."""
    return Refusal(500, "", message)


def invalid(group: str, kind: str, name: str, causes: Sequence[Cause]) -> Refusal:
    """422: the object breaks rules."""
    details = subject(name, group, kind)
    details["causes"] = [msgspec.to_builtins(cause) for cause in causes]
    message = f'{qualified(group, kind)} "{name}" is invalid: {summary(causes)}'
    return Refusal(422, "Invalid", message, details)


def invalid_options(kind: str, causes: Sequence[Cause]) -> Refusal:
    return invalid("meta.k8s.io", kind, "", causes)


def expired(message: str, next_token: str = "") -> Refusal:
    metadata = {"continue": next_token} if next_token else {}
    return Refusal(410, "Expired", message, metadata=metadata)


def from_the_future(asked: int, current: int) -> Refusal:
    """504: the resourceVersion is newer than anything here (APIFACTS 12)."""
    details = {
        "causes": [{"reason": "ResourceVersionTooLarge", "message": "Too large resource version"}],
        "retryAfterSeconds": 1,
    }
    message = f"Timeout: Too large resource version: {asked}, current: {current}"
    return Refusal(504, "Timeout", message, details, headers={"retry-after": "1"})


def too_large(limit: int) -> Refusal:
    message = f"Request entity too large: limit is {limit}"
    return Refusal(413, "RequestEntityTooLarge", message)


def unknown_patch_type() -> Refusal:
    return Refusal(415, "UnsupportedMediaType", "415: Unsupported Media Type", {})


UNAUTHORIZED = Refusal(401, "Unauthorized", "Unauthorized")
