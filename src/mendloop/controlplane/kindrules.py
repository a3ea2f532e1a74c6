"""What differs between kinds: schemas, defaults, validation and immutability, called in one place.

Built-in kinds bring their rules in `builtin`, custom ones in their structural schema.
"""

from __future__ import annotations

from msgspec import UNSET

from mendloop.controlplane import builtin, crds
from mendloop.controlplane import schema as structural
from mendloop.controlplane.causes import Cause, invalid
from mendloop.controlplane.gotext import go_type, go_value
from mendloop.controlplane.resources import dig
from mendloop.controlplane.wire import Object
from mendloop.controlplane.world import Context
from mendloop.model.openapi import Schema

# Which part of an object its generation counts (`metadata.generation`); measured, APIFACTS 20 and 22.
# Kinds that are not here keep what the client sent at creation (APIFACTS 24).
_COUNTED: dict[tuple[str, str], tuple[str, ...]] = {
    ("apps", "DaemonSet"): ("spec",),
    ("apps", "Deployment"): ("spec", "annotations"),
    ("apps", "ReplicaSet"): ("spec",),
    ("apps", "StatefulSet"): ("spec",),
    ("", "ReplicationController"): ("spec",),
    ("", "Pod"): ("spec",),
    ("", "PodTemplate"): ("template",),
    ("batch", "Job"): ("spec",),
    ("batch", "CronJob"): ("spec",),
    ("policy", "PodDisruptionBudget"): ("spec",),
    ("networking.k8s.io", "Ingress"): ("spec",),
    ("networking.k8s.io", "IngressClass"): ("spec",),
    ("networking.k8s.io", "NetworkPolicy"): ("spec",),
    ("scheduling.k8s.io", "PriorityClass"): (),
    ("discovery.k8s.io", "EndpointSlice"): ("endpoints", "ports", "addressType"),
    ("apiextensions.k8s.io", "CustomResourceDefinition"): ("spec",),
    ("admissionregistration.k8s.io", "ValidatingWebhookConfiguration"): ("webhooks",),
    ("admissionregistration.k8s.io", "MutatingWebhookConfiguration"): ("webhooks",),
    ("admissionregistration.k8s.io", "ValidatingAdmissionPolicy"): ("spec",),
    ("admissionregistration.k8s.io", "ValidatingAdmissionPolicyBinding"): ("spec",),
    ("admissionregistration.k8s.io", "MutatingAdmissionPolicy"): ("spec",),
    ("admissionregistration.k8s.io", "MutatingAdmissionPolicyBinding"): ("spec",),
}


def has_status(context: Context) -> bool:
    return "status" in context.resource.subresources


def counts_generation(context: Context) -> bool:
    resource = context.resource
    return resource.custom is not None or (resource.group, resource.kind) in _COUNTED


def counted_part_differs(context: Context, new: Object, old: Object) -> bool:
    """Whether an update moves the generation."""
    resource = context.resource
    if resource.custom is not None:
        ignored = {"metadata", "status"} if has_status(context) else {"metadata"}
        return _rest(new, ignored) != _rest(old, ignored)
    parts = _COUNTED.get((resource.group, resource.kind), ())
    return any(_part(new, part) != _part(old, part) for part in parts)


def _rest(obj: Object, ignored: set[str]) -> Object:
    return {key: value for key, value in obj.items() if key not in ignored}


def _part(obj: Object, part: str) -> object:
    return (obj["metadata"].get(part) or {}) if part == "annotations" else obj.get(part)


def start_empty(context: Context, obj: Object) -> None:
    """A create does not set status where status is a subresource."""
    if has_status(context) and context.resource.custom is not None:
        obj.pop("status", None)


def carry_over(context: Context, new: Object, old: Object) -> None:
    """Puts back what the endpoint may not change: status on the object, all else on `/status`."""
    subresource = context.call.target.subresource
    if subresource == "status":
        _carry_over_to_status(context, new, old)
    elif subresource == "finalize":
        finalizers = (new.get("spec") or {}).get("finalizers")
        kept = {**new, "spec": {**(old.get("spec") or {}), "finalizers": finalizers}}
        new.update(kept, status=old.get("status"))
    elif has_status(context):
        _keep(new, old, "status")


def _keep(new: Object, old: Object, part: str) -> None:
    if part in old:
        new[part] = old[part]
    else:
        new.pop(part, None)


def _carry_over_to_status(context: Context, new: Object, old: Object) -> None:
    if context.resource.custom is not None:
        # Of the whole object only status and the record of who wrote it (APIFACTS 22).
        status, managed = new.get("status"), new["metadata"].get("managedFields")
        new.clear()
        new.update({**old, "metadata": dict(old["metadata"])})
        _set_or_drop(new, "status", status)
        _set_or_drop(new["metadata"], "managedFields", managed)
        return
    _keep(new, old, "spec")
    kind = (context.resource.group, context.resource.kind)
    if kind == ("apps", "Deployment"):  # labels are ignored, annotations are not (APIFACTS 20)
        _keep(new["metadata"], old["metadata"], "labels")
    elif kind == ("", "Pod"):
        _keep(new["metadata"], old["metadata"], "ownerReferences")


def _set_or_drop(holder: Object, key: str, value: object) -> None:
    if value is None:
        holder.pop(key, None)
    else:
        holder[key] = value


# What kinds bring themselves ---------------------------------------------------------------------------


def complete(context: Context, obj: Object) -> tuple[Object, list[str]]:
    """The object as its type reads it, with defaults filled in; and the fields that the type lacks.

    Errors: `builtin.Undecodable` where a value is of another type than a built-in kind has there.
    """
    resource = context.resource
    if resource.custom is None:
        gvk = f"{resource.api_version}/{resource.kind}"
        return builtin.complete(gvk, obj) if builtin.is_known(gvk) else (obj, [])
    return _complete_custom(context, obj)


def _complete_custom(context: Context, obj: Object) -> tuple[Object, list[str]]:
    # Metadata is of one type whatever the kind, so any built-in kind can read it.
    about, strange = builtin.decode("v1/ConfigMap", {"metadata": obj.get("metadata") or {}})
    obj = {**obj, "metadata": about["metadata"]}
    schema = context.schema
    if schema is None:
        return obj, strange
    unknown = structural.prune(schema, obj)
    structural.default(schema, obj)
    return obj, [*unknown, *strange]


def empty(context: Context) -> Object | None:
    """What an object of the kind looks like before anything is stated; None where that is nothing."""
    resource = context.resource
    gvk = f"{resource.api_version}/{resource.kind}"
    return builtin.zero(gvk) if resource.custom is None and builtin.is_known(gvk) else None


def prepare(context: Context, new: Object, old: Object | None) -> list[Cause]:
    """Gives the object what the server gives, in place, and says which rules of its kind it breaks."""
    resource = context.resource
    if resource.custom is not None:
        return _custom_causes(context, new, old)
    gvk = f"{resource.api_version}/{resource.kind}"
    if context.call.target.subresource == "finalize" or not builtin.is_known(gvk):
        return []
    if old is None:
        causes = builtin.prepare_create(gvk, new, _allocations(context))
    else:
        causes = builtin.prepare_update(gvk, old, new, _allocations(context))
    if crds.is_definition(resource):
        causes += crds.unsupported(new)
    return causes


def _custom_causes(context: Context, new: Object, old: Object | None) -> list[Cause]:
    resource, schema = context.resource, context.schema
    if new["kind"] != resource.kind:
        return [invalid("kind", new["kind"], f"must be {resource.kind}")]
    causes = [] if schema is None else _schema_causes(context, schema, new, old)
    if (paths := resource.scale_paths) is not None:
        faults = (_scale_fault(new, path) for path in (paths.spec, paths.status))
        causes += [fault for fault in faults if fault is not None]
    return causes


def _schema_causes(context: Context, schema: Schema, new: Object, old: Object | None) -> list[Cause]:
    """On `/status` only the status is judged; on an update only what changed."""
    if context.call.target.subresource != "status":
        return structural.validate(schema, new, old=UNSET if old is None else old)
    known = schema.field("status")
    if known is None or "status" not in new:
        return []
    before = UNSET if old is None else old.get("status", UNSET)
    return structural.validate(known, new["status"], old=before, root="status")


def _scale_fault(obj: Object, path: str) -> Cause | None:
    """What the scale subresource needs of a field that it shows: a number of things."""
    found, field = dig(obj, path), f".{path}"
    if found is None:
        return None
    if isinstance(found, bool) or not isinstance(found, int):
        shown = f"{field} accessor error: {go_value(found)} is of the type {go_type(found)}, expected int64"
        return invalid(field, 0, shown)
    return invalid(field, found, "should be a non-negative integer") if found < 0 else None


def _allocations(context: Context) -> builtin.Allocations:
    services = context.world.store.collection("", "services")
    return builtin.Allocations(lambda: (stored.object() for stored in services.now()))
