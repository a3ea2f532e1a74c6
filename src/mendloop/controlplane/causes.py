"""Why an object is refused: one cause a broken rule, in the words of a real API server.

Source: apimachinery's field errors as they appear in `Status.details.causes`, measured on kube-apiserver
1.36 (`tests/real`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from mendloop.controlplane.gotext import go_json, go_quote


class Cause(msgspec.Struct, frozen=True):
    """One broken rule; `message` is what stands after `field: ` in the whole answer's message."""

    reason: str
    message: str
    field: str


def required(field: str, detail: str = "") -> Cause:
    """A value is missing."""
    return Cause("FieldValueRequired", _with("Required value", detail), field)


def invalid(field: str, value: Any, detail: str) -> Cause:
    """A value breaks a rule; the message shows it as JSON."""
    return Cause("FieldValueInvalid", _with(f"Invalid value: {go_json(value)}", detail), field)


def wrong_type(field: str, value: Any, detail: str) -> Cause:
    """A value is of another type."""
    return Cause("FieldValueTypeInvalid", _with(f"Invalid value: {go_json(value)}", detail), field)


def duplicate(field: str, value: Any) -> Cause:
    """A value that must be unique is there twice."""
    return Cause("FieldValueDuplicate", f"Duplicate value: {go_json(value)}", field)


def forbidden(field: str, detail: str) -> Cause:
    """A field may not be set, or not be changed, here."""
    return Cause("FieldValueForbidden", _with("Forbidden", detail), field)


def not_found(field: str, value: Any) -> Cause:
    """A value names something that is not there."""
    return Cause("FieldValueNotFound", f"Not found: {go_json(value)}", field)


def not_supported(field: str, value: Any, supported: Iterable[str]) -> Cause:
    """A value is none of the ones allowed, which are listed as given."""
    allowed = ", ".join(go_quote(each) for each in supported)
    message = f"Unsupported value: {go_json(value)}"
    return Cause(
        "FieldValueNotSupported", f"{message}: supported values: {allowed}" if allowed else message, field
    )


def too_long(field: str, limit: int) -> Cause:
    """A text has more bytes than `limit`."""
    return Cause("FieldValueTooLong", f"Too long: may not be more than {limit} bytes", field)


def too_many(field: str, count: int, limit: int) -> Cause:
    """A list has more items than `limit`."""
    items = "item" if limit == 1 else "items"
    return Cause("FieldValueTooMany", f"Too many: {count}: must have at most {limit} {items}", field)


def summary(causes: Sequence[Cause]) -> str:
    """The causes as one text: `f: message`, or `[f: message, g: message]` where several differ."""
    texts = list(dict.fromkeys(f"{cause.field}: {cause.message}" for cause in causes))
    return texts[0] if len(texts) == 1 else f"[{', '.join(texts)}]"


def status_422(group: str, kind: str, name: str, causes: Sequence[Cause]) -> dict[str, Any]:
    """The whole `Status` body of an object that breaks rules."""
    qualified = f"{kind}.{group}" if group else kind
    about = {"name": name, "group": group, "kind": kind}
    details: dict[str, Any] = {key: value for key, value in about.items() if value}
    details["causes"] = [msgspec.to_builtins(cause) for cause in causes]
    return {
        "kind": "Status",
        "apiVersion": "v1",
        "metadata": {},
        "status": "Failure",
        "message": f"{qualified} {go_quote(name)} is invalid: {summary(causes)}",
        "reason": "Invalid",
        "details": details,
        "code": 422,
    }


def _with(head: str, detail: str) -> str:
    return f"{head}: {detail}" if detail else head
