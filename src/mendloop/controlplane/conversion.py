"""One object in several versions: how it is stored and how it is served.

Custom resources differ in `apiVersion` alone (conversion strategy None). Of built-in kinds only Events are
served in two groups, which name the same things differently.
"""

from __future__ import annotations

from collections.abc import Mapping

from mendloop.controlplane.resources import Resource
from mendloop.controlplane.selectors import FieldSelector
from mendloop.controlplane.store import Stored, decode, encode
from mendloop.controlplane.wire import Object

EVENTS = "events.k8s.io"
# What core/v1 calls it, and what events.k8s.io/v1 does. Source: k8s.io/api/events/v1.
_EVENT_NAMES = {
    "involvedObject": "regarding",
    "message": "note",
    "source": "deprecatedSource",
    "firstTimestamp": "deprecatedFirstTimestamp",
    "lastTimestamp": "deprecatedLastTimestamp",
    "count": "deprecatedCount",
    "reportingComponent": "reportingController",
}
_CORE_NAMES = {new: old for old, new in _EVENT_NAMES.items()}


# Written by core/v1 though empty, left out by events.k8s.io/v1.
_REPORTER = {"reportingComponent": "", "reportingInstance": ""}


def _renamed(obj: Object, api_version: str, names: Mapping[str, str]) -> Object:
    return {**{names.get(key, key): value for key, value in obj.items()}, "apiVersion": api_version}


def to_served(resource: Resource, obj: Object) -> Object:
    """A stored object as `resource` shows it; `obj` may be given back changed."""
    if resource.group == EVENTS:
        told = {key: value for key, value in obj.items() if value or key not in _REPORTER}
        return _renamed(told, resource.api_version, _EVENT_NAMES)
    obj["apiVersion"] = resource.api_version
    return obj


def to_stored(resource: Resource, obj: Object) -> Object:
    """What is kept of an object that was written through `resource`."""
    if resource.group == EVENTS:
        return _REPORTER | _renamed(obj, "v1", _CORE_NAMES)
    if resource.custom is None:
        return obj
    version = resource.storage_version or resource.version
    head: Object = {"apiVersion": f"{resource.group}/{version}", "kind": resource.kind}
    return {**head, **{key: value for key, value in obj.items() if key not in head}}


_EVENT_LABELS = {"involvedObject": "regarding", "reportingComponent": "reportingController"}
_CORE_LABELS = {new: old for old, new in _EVENT_LABELS.items()}


def served_labels(resource: Resource) -> tuple[str, ...]:
    """The fields that `resource` can be selected by, in its own names."""
    if resource.group != EVENTS:
        return resource.field_labels
    return tuple(_relabelled(label, _EVENT_LABELS) for label in resource.field_labels if label != "source")


def to_stored_fields(resource: Resource, selector: FieldSelector) -> FieldSelector:
    """The selector in the names under which objects are stored."""
    if resource.group != EVENTS:
        return selector
    return tuple(term._replace(field=_relabelled(term.field, _CORE_LABELS)) for term in selector)


def _relabelled(label: str, names: Mapping[str, str]) -> str:
    head, dot, rest = label.partition(".")
    return f"{names.get(head, head)}{dot}{rest}"


class Served:
    """The bytes of stored objects as one resource shows them: mostly those that were stored."""

    def __init__(self, resource: Resource) -> None:
        self._resource = resource
        self._head = encode({"apiVersion": resource.api_version, "kind": resource.kind})[:-1]
        self._as_stored = resource.custom is None and resource.group != EVENTS

    def document(self, stored: Stored) -> bytes:
        # Which version a custom resource was stored in may have changed since.
        if self._as_stored or (self._resource.custom is not None and stored.raw.startswith(self._head)):
            return stored.raw
        return encode(to_served(self._resource, decode(stored.raw)))
