"""What stands before every write: the namespace must be there and not be leaving."""

from __future__ import annotations

from mendloop.controlplane.answers import Refusal, bad_request, forbidden, not_found
from mendloop.controlplane.causes import Cause
from mendloop.controlplane.wire import Object
from mendloop.controlplane.world import Context

UNDELETABLE_NAMESPACES = ("default", "kube-system", "kube-public")


def check_namespace_of_body(context: Context, obj: Object) -> None:
    """The body's namespace is the path's, or absent. Errors: `Refusal` 400."""
    expected = context.call.target.namespace if context.resource.namespaced else ""
    stated = obj["metadata"].get("namespace") or ""
    if stated and stated != expected:
        raise bad_request(
            "the namespace of the provided object does not match the namespace sent on the request"
        )
    if expected:
        obj["metadata"]["namespace"] = expected
    else:
        obj["metadata"].pop("namespace", None)


def admit_create(context: Context, name: str) -> None:
    """Errors: `Refusal` 404 without the namespace, 403 while it or the resource's definition is leaving."""
    resource, namespace = context.resource, context.call.target.namespace
    if resource.namespaced:
        stored = context.world.store.collection("", "namespaces").get("", namespace)
        if stored is None:
            raise not_found("", "namespaces", namespace)
        if b'"deletionTimestamp"' in stored.raw and stored.object()["metadata"].get("deletionTimestamp"):
            raise _leaving(context, name)
    if resource.custom is not None and resource.custom["metadata"].get("deletionTimestamp"):
        why = "create not allowed while custom resource definition is terminating"
        raise forbidden(resource.group, resource.plural, name, why)


def _leaving(context: Context, name: str) -> Refusal:
    namespace = context.call.target.namespace
    why = f"unable to create new content in namespace {namespace} because it is being terminated"
    cause = Cause("NamespaceTerminating", f"namespace {namespace} is being terminated", "metadata.namespace")
    return forbidden(context.resource.group, context.resource.plural, name, why, [cause])


def admit_delete(context: Context) -> None:
    """Errors: `Refusal` 403 for the namespaces that every cluster needs."""
    target = context.call.target
    if (context.resource.group, target.plural) == (
        "",
        "namespaces",
    ) and target.name in UNDELETABLE_NAMESPACES:
        raise forbidden("", "namespaces", target.name, "this namespace may not be deleted")
