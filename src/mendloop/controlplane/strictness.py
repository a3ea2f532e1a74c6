"""fieldValidation: what happens to fields that the schema does not know or that are stated twice."""

from __future__ import annotations

from mendloop.controlplane.answers import bad_request
from mendloop.controlplane.bodies import duplicate_keys, media_type
from mendloop.controlplane.wire import Object
from mendloop.controlplane.world import Context


def check_fields(context: Context, obj: Object) -> None:
    """Drops unknown fields; refuses (Strict) or warns (Warn, the default) about them and duplicates.

    Errors: `Refusal` 400.
    """
    unknown: list[str] = []
    mode = context.call.query.get("fieldValidation") or "Warn"
    if mode == "Ignore":
        return
    faults = [f'unknown field "{path}"' for path in unknown]
    if media_type(context.call.headers) in ("", "application/json"):
        faults += [f'duplicate field "{path}"' for path in duplicate_keys(context.call.body)]
    if faults and mode == "Strict":
        resource = context.resource
        raise bad_request(
            f'{resource.kind} in version "{resource.version}" cannot be handled as a {resource.kind}: '
            f"strict decoding error: {', '.join(faults)}"
        )
    context.warnings.extend(faults)
