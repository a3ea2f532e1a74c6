"""fieldValidation: what happens to fields that the schema does not know or that are stated twice."""

from __future__ import annotations

from mendloop.controlplane import kindrules
from mendloop.controlplane.answers import bad_request
from mendloop.controlplane.bodies import duplicate_keys, media_type
from mendloop.controlplane.builtin import Undecodable
from mendloop.controlplane.wire import Object
from mendloop.controlplane.world import Context


def check_fields(context: Context, obj: Object) -> Object:
    """The object as its type has it: unknown fields dropped, defaults filled in.

    Unknown fields and keys stated twice are refused (Strict) or warned of (Warn, the default).
    Errors: `Refusal` 400.
    """
    completed, unknown = read(context, obj)
    mode = context.call.query.get("fieldValidation") or "Warn"
    if mode == "Ignore":
        return completed
    faults = [*_duplicates(context), *(f'unknown field "{path}"' for path in unknown)]
    if faults and mode == "Strict":
        raise bad_request(f"{_cannot(context)}strict decoding error: {', '.join(faults)}")
    context.warnings.extend(faults)
    return completed


def read(context: Context, obj: Object) -> tuple[Object, list[str]]:
    """The completed object and its unknown fields. Errors: `Refusal` 400 for a value of another type."""
    try:
        return kindrules.complete(context, obj)
    except Undecodable as error:
        raise bad_request(f"{_cannot(context)}{error}") from None


def _cannot(context: Context) -> str:
    kind, version = context.resource.kind, context.resource.version
    return f'{kind} in version "{version}" cannot be handled as a {kind}: '


def _duplicates(context: Context) -> list[str]:
    call = context.call
    if call.verb not in ("create", "update") or media_type(call.headers) not in ("", "application/json"):
        return []
    return [f'duplicate field "{path}"' for path in duplicate_keys(call.body)]
