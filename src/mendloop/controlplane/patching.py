"""patch: JSON patch, merge patch, strategic merge patch and server-side apply on one object."""

from __future__ import annotations

import re
from typing import Any

import msgspec
import yaml

from mendloop.controlplane import apply, kindrules, patch
from mendloop.controlplane.admission import check_namespace_of_body
from mendloop.controlplane.answers import (
    Refusal,
    bad_request,
    conflict,
    invalid,
    invalid_options,
    not_found,
    unknown_patch_type,
    unsupported_media_type,
)
from mendloop.controlplane.bodies import media_type, parse_yaml
from mendloop.controlplane.causes import forbidden, required
from mendloop.controlplane.causes import invalid as invalid_value
from mendloop.controlplane.gotext import go_value
from mendloop.controlplane.metadata import immutable
from mendloop.controlplane.representations import choose
from mendloop.controlplane.routes import is_true
from mendloop.controlplane.store import Stored
from mendloop.controlplane.strictness import check_fields
from mendloop.controlplane.wire import Object, Response
from mendloop.controlplane.world import Context
from mendloop.controlplane.writing import (
    check_name,
    check_options,
    check_revision,
    create_object,
    metadata_of,
    replace,
    resets,
)

JSON_PATCH = "application/json-patch+json"
MERGE_PATCH = "application/merge-patch+json"
STRATEGIC_PATCH = "application/strategic-merge-patch+json"
APPLY_PATCH = "application/apply-patch+yaml"
_STRUCT_WANTED = r"json: cannot unmarshal (\w+) into Go struct field .* of type \w+\.\w+"
_ALL = (JSON_PATCH, MERGE_PATCH, STRATEGIC_PATCH, APPLY_PATCH)
_CUSTOM = (JSON_PATCH, MERGE_PATCH, APPLY_PATCH)


def patch_object(context: Context) -> Response:
    """Changes an object by a patch; an apply creates it where it is not there.

    Errors: `Refusal`: 400, 403, 404, 409, 413, 415, 422, and 500 where a real server gives one.
    """
    representation = choose(context, stream=False)
    media = media_type(context.call.headers)
    if media not in _ALL:
        raise unknown_patch_type()
    if media == STRATEGIC_PATCH and context.resource.custom is not None:
        raise unsupported_media_type(_CUSTOM)
    _check_patch_options(context, media)
    if media == APPLY_PATCH:
        stored, created = _apply(context)
    else:
        stored, created = _change(context, media), False
    return representation.one(stored, 201 if created else 200)


def _check_patch_options(context: Context, media: str) -> None:
    query = context.call.query
    check_options("PatchOptions", query)
    if media == APPLY_PATCH and not query.get("fieldManager"):
        raise invalid_options("PatchOptions", [required("fieldManager", "is required for apply patch")])
    if media != APPLY_PATCH and is_true(query.get("force")):
        raise invalid_options(
            "PatchOptions", [forbidden("force", "may not be specified for non-apply patch")]
        )


def _change(context: Context, media: str) -> Stored:
    live = context.live()
    if live is None:
        raise not_found(context.resource.group, context.resource.plural, context.call.target.name)
    new = patched(context, live, media)
    _check_still_itself(context, new, live)
    if not new["metadata"].get("resourceVersion"):
        new["metadata"]["resourceVersion"] = live["metadata"]["resourceVersion"]
    new = _completed(context, new, media)
    check_revision(context, new, live)
    return replace(context, live, new)


def _completed(context: Context, new: Object, media: str) -> Object:
    """As `check_fields`, with the words that a patch gets for a value of another type: 422."""
    try:
        return check_fields(context, new)
    except Refusal as refusal:
        why = refusal.message.split(": ", 1)[1]
        shown = msgspec.json.encode(new).decode()
        if media == STRATEGIC_PATCH:
            # A strategic patch is shown itself, in place of what it makes of the object.
            shown = go_value(msgspec.json.decode(context.call.body))
            if found := re.fullmatch(_STRUCT_WANTED, why):
                why = f"cannot restore struct from: {found[1]}"
        raise invalid("", "", "", [invalid_value("patch", shown, why)]) from None


def patched(context: Context, live: Object, media: str) -> Object:
    """`live` after the patch in the body. Errors: `Refusal`."""
    try:
        stated = msgspec.json.decode(context.call.body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise bad_request(f"error decoding patch: {error}") from None
    try:
        if media == JSON_PATCH:
            return dict(patch.json_patch(live, stated))
        if media == MERGE_PATCH:
            return patch.merge_patch(live, stated)
        return patch.strategic_merge_patch(live, stated, context.schema)
    except patch.PatchRefused as error:
        raise Refusal(error.code, error.reason, error.message, error.details) from None


def _check_still_itself(context: Context, new: Object, live: Object) -> None:
    """A patch cannot make another object of it. Errors: `Refusal` 400, 422."""
    # Another kind of a custom resource is left for validation.
    same_kind = new.get("kind") == live["kind"] or context.resource.custom is not None
    if not same_kind or new.get("apiVersion") != live["apiVersion"]:
        text = msgspec.json.encode(new).decode()
        why = (
            f"Object {new.get('kind', '')} is not of kind {live['kind']}"
            if new.get("kind") != live["kind"]
            else f"API version {new.get('apiVersion', '')} is not {live['apiVersion']}"
        )
        raise invalid("", "", "", [invalid_value("patch", text, why)])
    check_name(context, metadata_of(new), required=True)
    check_namespace_of_body(context, new)


# Apply -----------------------------------------------------------------------------------------------


def _apply(context: Context) -> tuple[Stored, bool]:
    stated = _applied(context)
    live = context.live()
    if live is None:
        return _create_by_apply(context, stated), True
    metadata = stated["metadata"]
    if (uid := metadata.get("uid")) and uid != live["metadata"]["uid"]:
        raise invalid(
            context.resource.group,
            context.resource.kind,
            context.call.target.name,
            [immutable("metadata.uid", uid)] * 2,
        )
    if metadata.get("resourceVersion"):
        check_revision(context, stated, live)
    merged = check_fields(context, _merge(context, live, stated))
    check_namespace_of_body(context, merged)
    return replace(context, live, merged, by_apply=True), False


def _applied(context: Context) -> Object:
    """The configuration in the body. Errors: `Refusal` 400."""
    try:
        found: Any = _parse(context.call.body)
    except yaml.YAMLError as error:
        raise bad_request(f"error decoding YAML: error converting YAML to JSON: {_go_yaml(error)}") from None
    if not isinstance(found, dict):
        raise bad_request("error decoding YAML: object expected")
    resource = context.resource
    if (found.get("kind"), found.get("apiVersion")) != (resource.kind, resource.api_version):
        version = str(found.get("apiVersion") or "")
        place = version if "/" in version else f"/{version}"
        raise bad_request(f"invalid object type: {place}, Kind={found.get('kind') or ''}")
    metadata = metadata_of(found)
    if not metadata.get("name"):
        metadata["name"] = context.call.target.name
    check_name(context, metadata)
    return found


def _parse(body: bytes) -> Any:
    """JSON is YAML, and reading it as what it is takes a tenth of the time."""
    if body.startswith(b"{"):
        try:
            return msgspec.json.decode(body)
        except (msgspec.DecodeError, UnicodeDecodeError):
            pass  # flow style, perhaps, or broken: YAML's reader knows
    return parse_yaml(body)


def _go_yaml(error: yaml.YAMLError) -> str:
    """The sentence of Go's YAML reader, whose parser counts lines from 0 and leaves 0 out."""
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or str(error)
    line = 0 if mark is None else mark.line + isinstance(error, yaml.scanner.ScannerError)
    return f"yaml: line {line}: {problem}" if line else f"yaml: {problem}"


def _create_by_apply(context: Context, stated: Object) -> Stored:
    resource, target = context.resource, context.call.target
    if target.subresource:
        raise not_found(resource.group, resource.plural, target.name)
    if uid := stated["metadata"].get("uid"):
        why = f"uid mismatch: the provided object specified uid {uid}, and no existing object was found"
        raise conflict(resource.group, resource.plural, target.name, why)
    merged = check_fields(context, _merge(context, None, stated))
    check_namespace_of_body(context, merged)
    return create_object(context, merged, by_apply=True)


def _merge(context: Context, live: Object | None, stated: Object) -> Object:
    try:
        return apply.server_side_apply(
            live,
            stated,
            manager=context.call.query["fieldManager"],
            force=is_true(context.call.query.get("force")),
            api_version=context.resource.api_version,
            subresource=context.call.target.subresource,
            now=context.world.now(),
            schema=context.schema,
            resets=resets(context),
            zero=kindrules.empty(context),
        )
    except apply.ApplyConflict as error:
        details = {"causes": [msgspec.to_builtins(cause) for cause in error.causes]}
        raise Refusal(409, "Conflict", error.message, details) from None
    except apply.ApplyRefused as error:
        raise Refusal(error.code, error.reason, error.message) from None
