"""CustomResourceDefinitions: checked, served at once, and taken away with all their objects."""

from __future__ import annotations

import msgspec

from mendloop.controlplane import apply
from mendloop.controlplane.causes import Cause, forbidden
from mendloop.controlplane.resources import ALL_VERBS, Registry, Resource, ScalePaths
from mendloop.controlplane.store import Stored
from mendloop.controlplane.wire import Object
from mendloop.controlplane.world import World

CLEANUP = "customresourcecleanup.apiextensions.k8s.io"
GROUP, PLURAL = "apiextensions.k8s.io", "customresourcedefinitions"


def is_definition(resource: Resource) -> bool:
    return resource.storage_id == (GROUP, PLURAL)


def is_concerned(resource: Resource) -> bool:
    """Whether a write to `resource` may change what is served, or end a definition's wait."""
    leaving = resource.custom is not None and resource.custom["metadata"].get("deletionTimestamp")
    return is_definition(resource) or bool(leaving)


# What is asked for and not to be had -------------------------------------------------------------------


def unsupported(crd: Object) -> list[Cause]:
    """What a real server would take and this one refuses rather than pretend."""
    if (crd["spec"].get("conversion") or {}).get("strategy", "None") == "None":
        return []
    why = "the embedded control plane calls no conversion webhooks; only strategy None is supported"
    return [forbidden("spec.conversion.strategy", why)]


# Serving -------------------------------------------------------------------------------------------------


def after_write(world: World) -> None:
    """What the controllers of a real server do about definitions, done at once."""
    collection = world.store.collection(GROUP, PLURAL)
    for stored in collection.now():
        crd = stored.object()
        if crd["metadata"].get("deletionTimestamp"):
            _advance_removal(world, stored, crd)
        elif _settle_names(world, crd):
            stored = world.store.put(collection, _tracked(world, stored, crd))
        _serve(world, stored)
    _stop_serving_removed(world)


def _settle_names(world: World, crd: Object) -> bool:
    """Accepts the names if nobody else of the group has them; whether the status changed."""
    status = crd.setdefault("status", {})
    before = msgspec.json.encode(status)
    spec = crd["spec"]
    taken = _taken(world.registry, crd)
    if not taken:
        status["acceptedNames"] = dict(spec["names"])
        _condition(world, status, "NamesAccepted", "True", "NoConflicts", "no conflicts found")
        message = "the initial names have been accepted"
        _condition(world, status, "Established", "True", "InitialNamesAccepted", message)
    else:
        _condition(world, status, "NamesAccepted", "False", *taken)
        if not any(each["type"] == "Established" for each in status["conditions"]):
            message = "not all names are accepted"
            _condition(world, status, "Established", "False", "NotAccepted", message)
    stored = [version["name"] for version in spec["versions"] if version.get("storage")]
    known = status.setdefault("storedVersions", [])
    known.extend(name for name in stored if name not in known)
    return msgspec.json.encode(status) != before


def _tracked(world: World, stored: Stored, crd: Object) -> Object:
    """With the server itself named as the one who wrote the status."""
    return apply.track(
        stored.object(),
        crd,
        manager="kube-apiserver",
        api_version=f"{GROUP}/v1",
        subresource="status",
        now=world.now(),
        schema=world.schemas.get(f"{GROUP}/v1/CustomResourceDefinition"),
    )


def _taken(registry: Registry, crd: Object) -> tuple[str, str] | None:
    """Reason and message where another resource of the group has one of the names."""
    spec = crd["spec"]
    names = spec["names"]
    for other in registry:
        if other.group != spec["group"] or other.plural == names["plural"]:
            continue
        words = {other.plural, other.singular, *other.short_names}
        for field, reason in (("singular", "SingularConflict"), ("plural", "PluralConflict")):
            if names.get(field) in words:
                return reason, f'"{names[field]}" is already in use'
        if names["kind"] == other.kind:
            return "KindConflict", f'"{names["kind"]}" is already in use'
    return None


def _condition(world: World, status: Object, kind: str, value: str, reason: str, message: str) -> None:
    conditions: list[Object] = status.get("conditions") or []
    status["conditions"] = conditions
    found = next((each for each in conditions if each["type"] == kind), None)
    if found is None:
        found = {"type": kind, "status": ""}
        conditions.append(found)
    if found["status"] != value:
        found["lastTransitionTime"] = world.timestamp()
    found |= {"status": value, "reason": reason, "message": message}


def _serve(world: World, stored: Stored) -> None:
    crd = stored.object()
    spec = crd["spec"]
    known = {one.version: one for one in world.registry if one.storage_id == storage_id(crd)}
    if any(one.custom is not None and one.custom == crd for one in known.values()):
        return
    conditions = (crd.get("status") or {}).get("conditions") or []
    established = any(each["type"] == "Established" and each["status"] == "True" for each in conditions)
    if known:
        world.registry.remove(*storage_id(crd))
    if established:
        for version in spec["versions"]:
            if version.get("served"):
                world.registry.add(_resource(crd, version))
        world.schemas.add_crd(crd)


def storage_id(crd: Object) -> tuple[str, str]:
    return crd["spec"]["group"], crd["spec"]["names"]["plural"]


def _resource(crd: Object, version: Object) -> Resource:
    spec = crd["spec"]
    names = spec["names"]
    storage = next(each["name"] for each in spec["versions"] if each.get("storage"))
    below = frozenset(version.get("subresources") or ()) & {"status", "scale"}
    return Resource(
        group=spec["group"],
        version=version["name"],
        kind=names["kind"],
        plural=names["plural"],
        singular=names.get("singular") or names["kind"].lower(),
        namespaced=spec["scope"] == "Namespaced",
        short_names=tuple(names.get("shortNames") or ()),
        categories=tuple(names.get("categories") or ()),
        verbs=ALL_VERBS,
        subresources=below,
        unconditional_update=False,
        field_labels=tuple(
            each["jsonPath"].removeprefix(".") for each in version.get("selectableFields") or ()
        ),
        scale_paths=_scale_paths(version),
        storage_version=storage,
        custom=crd,
    )


def _scale_paths(version: Object) -> ScalePaths | None:
    scale = (version.get("subresources") or {}).get("scale")
    if scale is None:
        return None
    names = ("specReplicasPath", "statusReplicasPath", "labelSelectorPath")
    return ScalePaths(*((scale.get(name) or "").removeprefix(".") for name in names))


def _stop_serving_removed(world: World) -> None:
    collection = world.store.collection(GROUP, PLURAL)
    for resource in list(world.registry):
        if resource.custom is not None and resource.custom["metadata"]["name"] not in collection.items:
            world.registry.remove(*resource.storage_id)
            world.schemas.drop([f"{resource.api_version}/{resource.kind}"])


# Removal -------------------------------------------------------------------------------------------------


def mark_deleted(world: World, crd: Object) -> Object:
    """A definition that somebody deleted: it waits for its objects to go."""
    metadata = crd["metadata"]
    metadata["deletionTimestamp"] = world.timestamp()
    finalizers = metadata.setdefault("finalizers", [])
    if CLEANUP not in finalizers:
        finalizers.append(CLEANUP)
    message = "CustomResourceDefinition marked for deletion; CustomResource deletion will begin soon"
    _condition(world, crd.setdefault("status", {}), "Terminating", "True", "InstanceDeletionPending", message)
    return crd


def _advance_removal(world: World, stored: Stored, crd: Object) -> None:
    """Deletes the objects; once none is left, lets the definition go."""
    if CLEANUP not in (crd["metadata"].get("finalizers") or []):
        return
    collection = world.store.collection(*storage_id(crd))
    for found in collection.now():
        instance = found.object()
        if instance["metadata"].get("finalizers"):
            if not instance["metadata"].get("deletionTimestamp"):
                instance["metadata"] |= {
                    "deletionTimestamp": world.timestamp(),
                    "deletionGracePeriodSeconds": 0,
                    "generation": instance["metadata"].get("generation", 0) + 1,
                }
                world.store.put(collection, instance)
        else:
            world.store.remove(collection, instance)
    if collection.items:
        return
    definitions = world.store.collection(GROUP, PLURAL)
    crd["metadata"]["finalizers"].remove(CLEANUP)
    message = "removed all instances"
    _condition(world, crd["status"], "Terminating", "False", "InstanceDeletionCompleted", message)
    if crd["metadata"]["finalizers"]:
        world.store.put(definitions, crd)
    else:
        del crd["metadata"]["finalizers"]
        world.store.remove(definitions, crd)
