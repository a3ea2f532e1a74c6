"""delete and deletecollection: preconditions, finalizers, propagation, a pod's grace period."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec
import yaml

from mendloop.controlplane import crds, protobuf
from mendloop.controlplane.admission import admit_delete
from mendloop.controlplane.answers import Refusal, bad_request, conflict, invalid_options, not_found
from mendloop.controlplane.bodies import media_type, parse_yaml
from mendloop.controlplane.causes import Cause, invalid, not_supported
from mendloop.controlplane.gotext import go_quote
from mendloop.controlplane.reading import selection
from mendloop.controlplane.representations import Plain, choose
from mendloop.controlplane.resources import dig
from mendloop.controlplane.store import Stored
from mendloop.controlplane.wire import JSON_HEADERS, Object, Response, json_response
from mendloop.controlplane.world import Context

ORPHAN, FOREGROUND = "orphan", "foregroundDeletion"
_POLICIES = ("Background", "Foreground", "Orphan")
_BY_POLICY = {"Orphan": ORPHAN, "Foreground": FOREGROUND}
# What the old APIs do without a policy; everything else is collected in the background.
_ORPHANING = (("", "replicationcontrollers"), ("batch", "jobs"))


class DeleteOptions(msgspec.Struct, frozen=True):
    """How a delete is meant, from body and query."""

    uid: str | None = None
    revision: str | None = None
    policy: str | None = None
    orphan: bool | None = None
    grace_s: int | None = None


def options_of(context: Context) -> DeleteOptions:
    """The options of a delete. Errors: `Refusal` 400, 422."""
    stated = _body(context)
    query = context.call.query
    if not stated:
        stated = {
            name: query[name] for name in ("propagationPolicy", "orphanDependents", "dryRun") if name in query
        }
        if "gracePeriodSeconds" in query:
            stated["gracePeriodSeconds"] = _seconds(query["gracePeriodSeconds"])
        if "orphanDependents" in stated:
            stated["orphanDependents"] = stated["orphanDependents"] != "false"
    preconditions = stated.get("preconditions") or {}
    options = DeleteOptions(
        preconditions.get("uid"),
        preconditions.get("resourceVersion"),
        stated.get("propagationPolicy"),
        stated.get("orphanDependents"),
        stated.get("gracePeriodSeconds"),
    )
    _check(options, stated.get("dryRun"))
    return options


def _seconds(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise bad_request(f'strconv.ParseInt: parsing "{text}": invalid syntax') from None


_PARSERS: Mapping[str, Callable[[bytes], Any]] = {
    "application/yaml": parse_yaml,
    protobuf.MEDIA_TYPE: protobuf.decode,
}


def _body(context: Context) -> Object:
    body = context.call.body
    if not body.strip():
        return {}
    try:
        found = _PARSERS.get(media_type(context.call.headers), msgspec.json.decode)(body)
    except (ValueError, yaml.YAMLError) as error:
        raise bad_request(
            f"the object provided is unrecognized (must be of type DeleteOptions): {error}"
        ) from None
    if not isinstance(found, dict):
        raise bad_request("the object provided is unrecognized (must be of type DeleteOptions)")
    if found.get("kind", "DeleteOptions") != "DeleteOptions":
        version = found.get("apiVersion", "")
        raise bad_request(
            f'no kind "{found["kind"]}" is registered for version "{version}" in scheme '
            '"pkg/runtime/scheme.go:111"'
        )
    return found


def _check(options: DeleteOptions, dry_run: object) -> None:
    causes: list[Cause] = []
    if options.policy is not None and options.orphan is not None:
        why = "orphanDependents and deletionPropagation cannot be both set"
        causes.append(invalid("propagationPolicy", options.policy, why))
    if options.policy not in (None, *_POLICIES):
        known = '"Foreground", "Background", "Orphan", "nil"'
        message = f"Unsupported value: {go_quote(options.policy)}: supported values: {known}"
        causes.append(Cause("FieldValueNotSupported", message, "propagationPolicy"))
    if dry_run not in (None, "All", ["All"], []):
        causes.append(not_supported("dryRun", dry_run if isinstance(dry_run, list) else [dry_run], ("All",)))
    if causes:
        raise invalid_options("DeleteOptions", causes)


def is_dry(context: Context) -> bool:
    return context.call.dry_run or (b'"dryRun"' in context.call.body and bool(_body(context).get("dryRun")))


def delete(context: Context) -> Response:
    """Deletes an object, or begins to where finalizers or a grace period stand before it.

    Errors: `Refusal`: 400, 403, 404, 409, 422.
    """
    representation = choose(context, stream=False)
    options = options_of(context)
    resource, target = context.resource, context.call.target
    admit_delete(context)
    stored = context.collection.get(target.namespace, target.name)
    if stored is None:
        raise not_found(resource.group, resource.plural, target.name)
    left, gone = remove(context, stored, options)
    status = 202 if options.orphan is False and not gone else 200
    if not gone or resource.returns_deleted:
        return representation.one(left, status)
    details = {"name": target.name, "group": resource.group, "kind": resource.plural, "uid": stored.uid}
    about = {key: value for key, value in details.items() if value}
    success: Object = {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success"}
    return json_response(200, {**success, "details": about})


def remove(context: Context, stored: Stored, options: DeleteOptions) -> tuple[Stored, bool]:
    """What is left, and whether the object is gone."""
    _check_preconditions(context, stored, options)
    live = stored.object()
    metadata = live["metadata"]
    if (left := _removal_of_its_own(context, live, options)) is not None:
        return _keep(context, stored, left), False
    grace = _grace(context, live, options)
    if _waits_already(metadata, grace, options):
        return stored, False
    finalizers = _finalizers(context, metadata, options)
    if not finalizers and not grace:
        return _remove_now(context, stored, live), True
    marked = _mark(context, live, finalizers, grace)
    return _keep(context, stored, marked), False


def _keep(context: Context, stored: Stored, left: Object) -> Stored:
    if left == stored.object():
        return stored
    if is_dry(context):
        return Stored(left, stored.rv)
    return context.world.store.put(context.collection, left)


def _removal_of_its_own(context: Context, live: Object, options: DeleteOptions) -> Object | None:
    """What stays of a namespace or a definition, which go only after what they hold; None if it may go."""
    if crds.is_definition(context.resource):
        return None if live["metadata"].get("deletionTimestamp") else crds.mark_deleted(context.world, live)
    if context.resource.storage_id != ("", "namespaces"):
        return None
    metadata = live["metadata"]
    if metadata.get("deletionTimestamp"):
        return live if dig(live, "spec.finalizers") else None
    metadata["deletionTimestamp"] = _later(context, 0)
    live.setdefault("status", {})["phase"] = "Terminating"
    if finalizers := _finalizers(context, metadata, options):
        metadata["finalizers"] = finalizers
    return live


def _remove_now(context: Context, stored: Stored, live: Object) -> Stored:
    if is_dry(context):
        return stored
    return context.world.store.remove(context.collection, live)


def _check_preconditions(context: Context, stored: Stored, options: DeleteOptions) -> None:
    resource = context.resource
    if options.uid is not None and options.uid != stored.uid:
        why = (
            f"the UID in the precondition ({options.uid}) does not match the UID in record ({stored.uid}). "
            "The object might have been deleted and then recreated"
        )
        raise conflict(resource.group, resource.kind, stored.name, why)
    if options.revision is not None and options.revision != str(stored.rv):
        why = (
            f"the ResourceVersion in the precondition ({options.revision}) does not match the "
            f"ResourceVersion in record ({stored.rv}). The object might have been modified"
        )
        raise conflict(resource.group, resource.kind, stored.name, why)


def _grace(context: Context, live: Object, options: DeleteOptions) -> int:
    """Seconds a pod is given; nothing else is deleted gracefully."""
    if (context.resource.group, context.resource.kind) != ("", "Pod"):
        return 0
    spec, status = live.get("spec") or {}, live.get("status") or {}
    if live["metadata"].get("deletionTimestamp") and options.grace_s is None:
        return int(live["metadata"].get("deletionGracePeriodSeconds") or 0)
    asked = options.grace_s if options.grace_s is not None else spec.get("terminationGracePeriodSeconds", 30)
    if not spec.get("nodeName") or status.get("phase") in ("Succeeded", "Failed"):
        return 0  # nothing runs that could end well
    return 1 if asked < 0 else int(asked)


def _waits_already(metadata: Object, grace: int, options: DeleteOptions) -> bool:
    """Whether an earlier delete stands: a grace period can only be shortened."""
    left = metadata.get("deletionGracePeriodSeconds")
    if not metadata.get("deletionTimestamp") or not left:
        return False
    return options.grace_s is None or grace >= left


def _finalizers(context: Context, metadata: Object, options: DeleteOptions) -> list[str]:
    """The object's finalizers with those that the propagation policy adds or takes."""
    known = list(metadata.get("finalizers") or [])
    wanted = _wanted_finalizer(context, known, options)
    kept = [finalizer for finalizer in known if finalizer not in (ORPHAN, FOREGROUND)]
    return [*kept, wanted] if wanted else kept


def _wanted_finalizer(context: Context, known: list[str], options: DeleteOptions) -> str:
    if options.policy is not None:
        return _BY_POLICY.get(options.policy, "")
    if options.orphan is not None:
        return ORPHAN if options.orphan else ""
    for finalizer in (ORPHAN, FOREGROUND):
        if finalizer in known:
            return finalizer
    return ORPHAN if context.resource.storage_id in _ORPHANING else ""


def _mark(context: Context, live: Object, finalizers: list[str], grace: int) -> Object:
    metadata = live["metadata"]
    if finalizers:
        metadata["finalizers"] = finalizers
    else:
        metadata.pop("finalizers", None)
    if metadata.get("deletionTimestamp"):
        if grace != metadata.get("deletionGracePeriodSeconds"):
            _shorten(context, metadata, grace)
        return live
    metadata["deletionTimestamp"] = _later(context, grace)
    metadata["deletionGracePeriodSeconds"] = grace
    if metadata.get("generation", 0) > 0:
        metadata["generation"] += 1  # APIFACTS 21
    return live


def _shorten(context: Context, metadata: Object, grace: int) -> None:
    """The end moves back by what is cut, but never into the past."""
    begun = datetime.fromisoformat(metadata["deletionTimestamp"]).timestamp()
    begun -= metadata.get("deletionGracePeriodSeconds") or 0
    left = int(begun + grace - context.world.now())
    if left < 0:
        left, grace = 0, min(grace, 1)
    metadata["deletionTimestamp"] = _later(context, left)
    metadata["deletionGracePeriodSeconds"] = grace


def _later(context: Context, seconds: int) -> str:
    at = datetime.fromtimestamp(int(context.world.now()) + seconds, UTC)
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def delete_collection(context: Context) -> Response:
    """Deletes all objects that the query selects, and answers what was deleted (APIFACTS 25)."""
    options = options_of(context)
    wanted = selection(context)
    removed: list[Stored] = []
    for stored in context.collection.now(context.call.target.namespace):
        if wanted.matches(stored):
            try:
                remove(context, stored, options)
                removed.append(stored)  # as they were listed
            except Refusal as refusal:
                if refusal.code != 404:
                    raise
    metadata = {"resourceVersion": str(context.world.store.revision)}
    listed = Plain(context.resource).many(removed, metadata)
    return Response(200, JSON_HEADERS, listed.body)
