"""HTTP answers that are no success, read into one shape whatever their body is.

An API server does not always send a JSON `Status`: a request's own timeout has no `kind`, flow control,
shutdown and aggregated APIs answer plain text, proxies HTML, and whoever asked for YAML or protobuf gets
that. What cannot be read becomes the message, shortened; reading never raises.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final, NamedTuple

import msgspec

from mendloop.errors.exceptions import ApiError, Cause

MAX_BODY_BYTES: Final = 1 << 20  # of a longer body only this much is looked at
MAX_TEXT: Final = 1024  # characters of a body that is no Status which are kept as the message

# For a Status without a code, as a watch may carry it. Source: apimachinery, metav1.StatusReason.
_CODES: Final = {
    "Unauthorized": 401,
    "Forbidden": 403,
    "NotFound": 404,
    "AlreadyExists": 409,
    "Conflict": 409,
    "Gone": 410,
    "Expired": 410,
    "Invalid": 422,
    "ServerTimeout": 500,
    "StoreReadError": 500,
    "Timeout": 504,
    "TooManyRequests": 429,
    "BadRequest": 400,
    "MethodNotAllowed": 405,
    "NotAcceptable": 406,
    "RequestEntityTooLarge": 413,
    "UnsupportedMediaType": 415,
    "InternalError": 500,
    "ServiceUnavailable": 503,
}

# A patch that does not fit is quoted back whole, the object's content included, which may be a Secret.
_QUOTED_OBJECT = re.compile(r'(\bpatch: Invalid value: )"(?:[^"\\]|\\.)*"')
_YAML_LINE = re.compile(r"^(\w+):[ \t]*(.+?)[ \t]*$", re.MULTILINE)
_TITLE = re.compile(r"<(title|h1)[^>]*>(.*?)</\1>", re.IGNORECASE | re.DOTALL)
_SPACE = re.compile(r"\s+")
_TRUNCATED = re.compile(r'"(message|reason)"\s*:\s*"((?:[^"\\]|\\.)*)')


class Answer(NamedTuple):
    """What an answer says. `body` tells how it said it: status, json, yaml, html, text, binary or empty."""

    status: int
    reason: str = ""
    message: str = ""
    causes: tuple[Cause, ...] = ()
    details: Mapping[str, object] = {}
    retry_after_s: float | None = None
    body: str = "empty"


def read_answer(status: int, headers: Mapping[str, str], body: bytes, *, now: float | None = None) -> Answer:
    """The answer in one shape; `now` (seconds since the epoch) serves a Retry-After that is a date.

    Without `now` the answer's own Date header serves; without either such a Retry-After is not known.
    Source: RFC 9110 10.2.3; Kubernetes API conventions, "Response Status Kind".
    """
    lower = headers if all(map(str.islower, headers)) else {k.lower(): v for k, v in headers.items()}
    answer = _read_body(status, body[:MAX_BODY_BYTES])
    header = lower.get("retry-after")
    stated = None if header is None else retry_after_s(header, now=now, date=lower.get("date", ""))
    if stated is None:
        stated = _number(answer.details.get("retryAfterSeconds")) or None
    return answer if stated is None else answer._replace(retry_after_s=stated)


def read_status(status: object, *, code: int = 0) -> Answer:
    """A decoded `Status`, as the ERROR line of a watch carries it; anything else is read as nothing."""
    if not isinstance(status, Mapping):
        return Answer(code, message=_short(str(status)) if status is not None else "", body="json")
    details = status.get("details")
    known: Mapping[str, object] = details if isinstance(details, Mapping) else {}
    stated = int(_number(status.get("code")) or 0)
    return Answer(
        status=stated or code or _CODES.get(_text(status.get("reason")), 0),
        reason=_text(status.get("reason")),
        message=_unquoted(_text(status.get("message"))),
        causes=_causes(known.get("causes")),
        details=known,
        retry_after_s=_number(known.get("retryAfterSeconds")) or None,
        body="status" if status.get("kind") == "Status" else "json",
    )


def api_error(answer: Answer, verb: str = "", path: str = "", *, stream: bool = False) -> ApiError:
    """The exception for an answer to `verb` (an HTTP method, or WATCH) at `path`."""
    error = ApiError(
        answer.message or f"the server answered {answer.status or 'an error'}",
        status=answer.status,
        reason=answer.reason,
        retry_after=answer.retry_after_s,
        causes=answer.causes,
        details=answer.details,
    )
    error.form = answer.body
    return error.to(verb, path, stream=stream)


def retry_after_s(header: str, *, now: float | None = None, date: str = "") -> float | None:
    """Seconds to wait by a Retry-After header, which is a number or an HTTP date; never negative."""
    text = header.strip()
    if text.replace(".", "", 1).isdecimal():
        return float(text)
    until = _epoch(text)
    since = now if now is not None else _epoch(date)
    return None if until is None or since is None else max(0.0, until - since)


def _read_body(status: int, body: bytes) -> Answer:
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return Answer(status, message=f"a binary body of {len(body)} bytes", body="binary")
    match text.lstrip()[:1]:
        case "":
            return Answer(status)
        case "{" | "[":
            return _read_json(status, text)
        case "<":
            titled = _TITLE.search(text)
            return Answer(status, message=_short(titled[2] if titled else text), body="html")
    pairs = dict(_YAML_LINE.findall(text))
    if pairs.get("kind") == "Status":
        return _read_yaml(status, pairs)
    binary = any(char < " " and char not in "\n\r\t" for char in text)
    return Answer(status, message=_short(text), body="binary" if binary else "text")


def _read_json(status: int, text: str) -> Answer:
    try:
        decoded = msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError):
        # Cut off on its way: what had arrived of the Status is still worth reading.
        found = dict(_TRUNCATED.findall(text))
        return Answer(status, found.get("reason", ""), _short(found.get("message", text)), body="truncated")
    if isinstance(decoded, dict) and decoded.get("type") == "ERROR" and "object" in decoded:
        decoded = decoded["object"]
    answer = read_status(decoded, code=status)
    if answer.body == "json" and not answer.message:
        return answer._replace(message=_short(text))
    return answer


def _read_yaml(status: int, pairs: Mapping[str, str]) -> Answer:
    plain = {name: value.strip("'\"") for name, value in pairs.items()}
    code = plain.get("code", "")
    return Answer(
        int(code) if code.isdecimal() else status,
        reason=plain.get("reason", ""),
        message=_short(plain.get("message", "")),
        body="yaml",
    )


def _causes(found: object) -> tuple[Cause, ...]:
    if not isinstance(found, list):
        return ()
    return tuple(
        Cause(_text(each.get("reason")), field := _text(each.get("field")), _cause_message(each, field))
        for each in found
        if isinstance(each, Mapping)
    )


def _cause_message(cause: Mapping[str, object], field: str) -> str:
    message = _text(cause.get("message"))
    return message if field != "patch" else _unquoted(f"patch: {message}").removeprefix("patch: ")


def _unquoted(message: str) -> str:
    return _QUOTED_OBJECT.sub(r'\1"…"', message) if "patch: Invalid" in message else message


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _short(text: str) -> str:
    plain = _SPACE.sub(" ", text).strip()
    return plain if len(plain) <= MAX_TEXT else plain[: MAX_TEXT - 1] + "…"


def _epoch(text: str) -> float | None:
    try:
        when = parsedate_to_datetime(text)
    except (TypeError, ValueError):
        return None
    return (when if when.tzinfo else when.replace(tzinfo=UTC)).timestamp()


def http_date(epoch_s: float) -> str:
    """An HTTP date, as Retry-After and Date headers carry it."""
    return datetime.fromtimestamp(epoch_s, UTC).strftime("%a, %d %b %Y %H:%M:%S GMT")
