"""create and update: the way of one object from a request's body into the store."""

from __future__ import annotations

import re
from collections.abc import Mapping

from mendloop.controlplane import apply, kindrules
from mendloop.controlplane.admission import admit_create, check_namespace_of_body
from mendloop.controlplane.answers import (
    Refusal,
    already_exists,
    bad_request,
    conflict,
    internal,
    invalid,
    invalid_options,
    not_found,
)
from mendloop.controlplane.bodies import check_type, parse_object
from mendloop.controlplane.causes import Cause, not_supported, too_long
from mendloop.controlplane.causes import invalid as invalid_value
from mendloop.controlplane.conversion import to_stored
from mendloop.controlplane.gotext import go_quote
from mendloop.controlplane.metadata import check_metadata, check_metadata_update, tidy
from mendloop.controlplane.representations import choose
from mendloop.controlplane.resources import dig
from mendloop.controlplane.store import Stored, encode
from mendloop.controlplane.strictness import check_fields
from mendloop.controlplane.wire import Object, Response
from mendloop.controlplane.world import Context

_SERVER_KEPT = ("uid", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds", "selfLink")
_NAME_ROOM = 63 - 5  # a generated name must fit a label


# Options ---------------------------------------------------------------------------------------------


def check_options(kind: str, query: Mapping[str, str]) -> None:
    """Errors: `Refusal` 422 for a dryRun, fieldManager or fieldValidation that means nothing."""
    causes: list[Cause] = []
    if query.get("dryRun", "All") not in ("All", ""):
        known = not_supported("dryRun", [query["dryRun"]], ("All",))
        causes.append(known)
    manager = query.get("fieldManager", "")
    if len(manager.encode()) > 128:
        causes.append(too_long("fieldManager", 128))
    for at, char in enumerate(manager):
        if not char.isprintable():
            why = f"invalid character U+{ord(char):04X} (at position {at})"
            causes.append(
                Cause("FieldValueInvalid", f"Invalid value: {go_quote(manager)}: {why}", "fieldManager")
            )
    validation = query.get("fieldValidation", "")
    if validation not in ("", "Ignore", "Warn", "Strict"):
        causes.append(not_supported("fieldValidation", validation, ("", "Ignore", "Strict", "Warn")))
    if causes:
        raise invalid_options(kind, causes)


# Create ----------------------------------------------------------------------------------------------


def create(context: Context) -> Response:
    """Stores a new object.

    Errors: `Refusal`: 400, 403, 404, 409, 415, 422, and 500 for a body with a resourceVersion.
    """
    representation = choose(context, stream=False)
    check_options("CreateOptions", context.call.query)
    obj = parse_object(context.call.body, context.call.headers, context.resource)
    check_type(obj, context.resource, context.world.knows)
    metadata_of(obj)
    check_namespace_of_body(context, obj)
    stored = create_object(context, check_fields(context, obj))
    return representation.one(stored, 201)


def metadata_of(obj: Object) -> Object:
    metadata = obj.get("metadata")
    if metadata is None:
        metadata = obj["metadata"] = {}
    if not isinstance(metadata, dict):
        raise bad_request("metadata must be an object")
    return metadata


def create_object(context: Context, obj: Object, *, by_apply: bool = False) -> Stored:
    """Admits, tracks, validates and stores a completed object; a dry run does all but the last.

    `by_apply`: managedFields are already those of a server-side apply.
    """
    resource, world = context.resource, context.world
    if not by_apply:
        obj = _tracked(context, None, obj)
    metadata = obj["metadata"]
    revision = metadata.get("resourceVersion")
    _name(context, metadata)
    admit_create(context, metadata.get("name") or "")
    _begin_life(context, obj)
    kindrules.start_empty(context, obj)
    causes = kindrules.prepare(context, obj, None)
    _check(context, obj, [*check_metadata(obj, resource.group, resource.kind), *causes])
    if revision not in (None, "", "0") and not by_apply:
        raise internal("resourceVersion should not be set on objects to be created")
    existing = context.collection.get(metadata.get("namespace", ""), metadata["name"])
    if existing is not None:
        raise _exists(context, existing)
    if context.call.dry_run:
        return _unstored(obj)
    return world.store.put(context.collection, to_stored(resource, obj))


def _unstored(obj: Object) -> Stored:
    """What a dry run shows: the object without a revision of its own."""
    stored = Stored(obj, 0)
    del obj["metadata"]["resourceVersion"]
    stored.raw = encode(obj)
    return stored


def _exists(context: Context, existing: Stored) -> Refusal:
    resource = context.resource
    deleting = bool(existing.object()["metadata"].get("deletionTimestamp"))
    return already_exists(resource.group, resource.plural, existing.name, deleting=deleting)


def _name(context: Context, metadata: Object) -> None:
    prefix = metadata.get("generateName")
    if prefix and not metadata.get("name"):
        metadata["name"] = prefix[:_NAME_ROOM] + context.world.suffix()


def _begin_life(context: Context, obj: Object) -> None:
    """What only the server says about a new object."""
    metadata = obj["metadata"]
    for field in _SERVER_KEPT:
        metadata.pop(field, None)
    metadata["uid"] = context.world.uid()
    metadata["creationTimestamp"] = context.world.timestamp()
    if kindrules.counts_generation(context):
        metadata["generation"] = 1
    tidy(metadata)


def _check(context: Context, obj: Object, causes: list[Cause]) -> None:
    if causes:
        kind = obj.get("kind") or context.resource.kind
        raise invalid(context.resource.group, kind, obj["metadata"].get("name", ""), causes)


def _tracked(context: Context, live: Object | None, new: Object) -> Object:
    tracked = apply.track(
        live,
        new,
        manager=context.call.manager,
        api_version=context.resource.api_version,
        subresource=context.call.target.subresource,
        now=context.world.now(),
        schema=context.schema,
        resets=resets(context),
        zero=kindrules.empty(context),
    )
    if context.call.target.subresource == "scale":
        for entry in tracked["metadata"].get("managedFields") or ():
            if entry.get("subresource") == "scale":
                entry.pop("time", None)  # a real server loses it on this way
    return tracked


def resets(context: Context) -> tuple[tuple[str, ...], ...]:
    """Fields that the endpoint leaves alone, so that nobody comes to own them by it."""
    subresource = context.call.target.subresource
    if subresource == "status" and context.resource.custom is None:
        labels = (("f:metadata", "f:labels"),) if context.resource.kind == "Deployment" else ()
        return (("f:spec",), *labels)
    return apply.reset_by(subresource, has_status=kindrules.has_status(context))


# Update ----------------------------------------------------------------------------------------------


def update(context: Context) -> Response:
    """Replaces an object by the body; creates it for the few kinds that allow this (APIFACTS 24).

    Errors: `Refusal`: 400, 404, 409, 415, 422.
    """
    representation = choose(context, stream=False)
    check_options("UpdateOptions", context.call.query)
    obj = parse_object(context.call.body, context.call.headers, context.resource)
    check_type(obj, context.resource, context.world.knows)
    check_name(context, metadata_of(obj), required=True)
    check_namespace_of_body(context, obj)
    obj = check_fields(context, obj)
    live = context.live()
    if live is None:
        return _create_by_update(context, obj)
    check_uid(context, obj, live)
    check_revision(context, obj, live)
    return representation.one(replace(context, live, obj))


def _create_by_update(context: Context, obj: Object) -> Response:
    resource, target = context.resource, context.call.target
    if not resource.create_on_update or target.subresource:
        raise not_found(resource.group, resource.plural, target.name)
    obj["metadata"].pop("resourceVersion", None)
    return choose(context, stream=False).one(create_object(context, obj), 201)


def check_name(context: Context, metadata: Object, *, required: bool = False) -> None:
    """The body's name is the path's. Errors: `Refusal` 400."""
    name, expected = metadata.get("name") or "", context.call.target.name
    if not name and required:
        raise bad_request(
            f"the name of the object ({expected} based on URL) was undeterminable: name must be provided"
        )
    if name != expected:
        raise bad_request(f"the name of the object ({name}) does not match the name on the URL ({expected})")


def check_uid(context: Context, obj: Object, live: Object) -> None:
    """A uid in the body is a precondition. Errors: `Refusal` 409."""
    stated, known = obj["metadata"].get("uid"), live["metadata"]["uid"]
    if stated and stated != known:
        raise uid_mismatch(context, stated, known)


def uid_mismatch(context: Context, stated: str, known: str) -> Refusal:
    resource, target = context.resource, context.call.target
    place = f"{resource.group}/{target.plural}" if resource.group else target.plural
    scope = f"{target.namespace}/{target.name}" if target.namespace else target.name
    why = (
        f"StorageError: invalid object, Code: 4, Key: /registry/{place}/{scope}, ResourceVersion: 0, "
        f"AdditionalErrorMsg: Precondition failed: UID in precondition: {stated}, UID in object meta: {known}"
    )
    return conflict(resource.group, resource.plural, target.name, why)


def check_revision(context: Context, obj: Object, live: Object) -> None:
    """A resourceVersion in the body must be the stored one. Errors: `Refusal` 409, 422, 500."""
    resource, name = context.resource, context.call.target.name
    stated = obj["metadata"].get("resourceVersion") or ""
    if stated in ("", "0"):
        if resource.unconditional_update and resource.custom is None:
            obj["metadata"]["resourceVersion"] = live["metadata"]["resourceVersion"]
            return
        cause = invalid_value("metadata.resourceVersion", 0, "must be specified for an update")
        raise invalid(resource.group, resource.plural, name, [cause])
    if not re.fullmatch(r"\d+", stated):
        raise internal(f'strconv.ParseUint: parsing "{stated}": invalid syntax')
    if stated != live["metadata"]["resourceVersion"]:
        raise conflict(resource.group, resource.plural, name)


def replace(context: Context, live: Object, new: Object, *, by_apply: bool = False) -> Stored:
    """Tracks, validates and stores a completed `new` in place of `live`; no change, no write.

    `by_apply`: managedFields are already those of a server-side apply.
    """
    resource, world = context.resource, context.world
    stored = context.collection.get(context.call.target.namespace, context.call.target.name)
    if stored is None:
        raise not_found(resource.group, resource.plural, context.call.target.name)
    if not by_apply:
        new = _tracked(context, live, new)
    _continue_life(new, live)
    kindrules.carry_over(context, new, live)
    causes = kindrules.prepare(context, new, live)
    if _moves_generation(context, new, live):
        new["metadata"]["generation"] = live["metadata"].get("generation", 0) + 1
    about = [
        *check_metadata(new, resource.group, resource.kind),
        # A real server asks twice, once for all kinds and once for each, and lists what it finds twice.
        *check_metadata_update(new, live) * 2,
    ]
    _check(context, new, [*about, *causes])
    settled = apply.settle(live, new)
    if settled is live or settled == live:
        return stored
    if _ends_now(settled, live):
        last = Stored(settled, stored.rv)  # the answer keeps the revision that the object had
        if not context.call.dry_run:
            world.store.remove(context.collection, to_stored(resource, settled))
        return last
    if context.call.dry_run:
        return Stored(settled, stored.rv)
    return world.store.put(context.collection, to_stored(resource, settled))


def _moves_generation(context: Context, new: Object, live: Object) -> bool:
    # Annotations written through /status count for nothing, though a Deployment's generation counts them.
    through_status = context.call.target.subresource == "status"
    counted = kindrules.counts_generation(context) and not through_status
    return counted and kindrules.counted_part_differs(context, new, live)


def _continue_life(new: Object, live: Object) -> None:
    """What an update cannot change is put back; what it must not change is left for validation."""
    after, before = new["metadata"], live["metadata"]
    if not after.get("uid"):
        after["uid"] = before["uid"]
    after["resourceVersion"] = before["resourceVersion"]
    after["creationTimestamp"] = before["creationTimestamp"]
    for field in ("generation", "deletionTimestamp", "deletionGracePeriodSeconds"):
        if before.get(field) is not None:
            after[field] = before[field]
        elif field == "generation":
            after.pop(field, None)
    tidy(after)


def _ends_now(new: Object, live: Object) -> bool:
    """Whether an update takes the last finalizer of an object that is being deleted."""
    before = live["metadata"]
    waiting = bool(before.get("deletionGracePeriodSeconds"))
    held = new["metadata"].get("finalizers") or (new["kind"] == "Namespace" and dig(new, "spec.finalizers"))
    return bool(before.get("deletionTimestamp")) and not waiting and not held
