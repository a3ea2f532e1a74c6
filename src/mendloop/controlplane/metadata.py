"""The rules that hold for every object's metadata, whatever its kind."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from mendloop.controlplane.causes import Cause, forbidden, invalid, required, too_long
from mendloop.controlplane.gotext import go_json
from mendloop.controlplane.selectors import label_key_faults, label_value_faults
from mendloop.controlplane.wire import Object

ANNOTATIONS_LIMIT_BYTES = 256 * 1024
_SUBDOMAIN = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")
_LABEL = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?")
_LABEL_1035 = re.compile(r"[a-z]([-a-z0-9]*[a-z0-9])?")
_SUBDOMAIN_RULE = (
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must "
    "start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is "
    "'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"
)
_LABEL_RULE = (
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start "
    "and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is "
    "'[a-z0-9]([-a-z0-9]*[a-z0-9])?')"
)
_LABEL_1035_RULE = (
    "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic "
    "character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for "
    "validation is '[a-z]([-a-z0-9]*[a-z0-9])?')"
)
_GROUP_RBAC = "rbac.authorization.k8s.io"
_OWNERS = "metadata.ownerReferences"
_GC_FINALIZERS = ("orphan", "foregroundDeletion")
_BARE_FINALIZERS = (*_GC_FINALIZERS, "kubernetes")


def immutable(field: str, value: object) -> Cause:
    return invalid(field, value, "field is immutable")


def name_faults(name: str, group: str, kind: str) -> list[str]:
    """What is wrong with an object's name: subdomains, labels or path segments by kind."""
    if kind == "Namespace" or (group, kind) == ("", "Namespace"):
        return _namespace_name_faults(name)
    if group == _GROUP_RBAC:
        return _segment_faults(name)
    if (group, kind) == ("", "Service"):
        return _pattern_faults(name, 63, _LABEL, _LABEL_RULE)
    return _pattern_faults(name, 253, _SUBDOMAIN, _SUBDOMAIN_RULE)


def _namespace_name_faults(name: str) -> list[str]:
    if "." in name and _SUBDOMAIN.fullmatch(name):
        return ["must not contain dots"]
    return _pattern_faults(name, 63, _LABEL, _LABEL_RULE)


def _pattern_faults(name: str, limit: int, pattern: re.Pattern[str], rule: str) -> list[str]:
    faults = [f"must be no more than {limit} characters"] if len(name) > limit else []
    if not pattern.fullmatch(name):
        faults.append(rule)
    return faults


def _segment_faults(name: str) -> list[str]:
    if name in (".", ".."):
        return [f"may not be '{name}'"]
    return [f"may not contain '{char}'" for char in "/%" if char in name]


def check_metadata(obj: Object, group: str, kind: str) -> list[Cause]:
    """What is wrong with `metadata` taken alone; the order of causes is the server's."""
    metadata = obj["metadata"]
    causes: list[Cause] = []
    if prefix := metadata.get("generateName"):
        # A generated suffix follows, so a trailing dash is not the end of the name.
        sample = f"{prefix.rstrip('-')}a" if prefix.endswith("-") else prefix
        faults = name_faults(sample, group, kind)
        causes.extend(invalid("metadata.generateName", prefix, fault) for fault in faults)
    name = metadata.get("name", "")
    if not name:
        causes.append(required("metadata.name", "name or generateName is required"))
    else:
        causes.extend(invalid("metadata.name", name, fault) for fault in name_faults(name, group, kind))
    causes.extend(_labels(metadata.get("labels") or {}))
    causes.extend(_annotations(metadata.get("annotations") or {}))
    causes.extend(_owners(metadata.get("ownerReferences") or []))
    causes.extend(_finalizers(metadata.get("finalizers") or [], custom=not _is_builtin(group)))
    return causes


def _is_builtin(group: str) -> bool:
    return "." not in group or group.endswith(".k8s.io")


def _labels(labels: dict[str, str]) -> Iterator[Cause]:
    for key, value in sorted(labels.items()):
        for fault in label_key_faults(key):
            yield invalid("metadata.labels", key, fault)
        for fault in label_value_faults(value):
            yield invalid("metadata.labels", value, fault)


def _annotations(annotations: dict[str, str]) -> Iterator[Cause]:
    size = 0
    for key, value in sorted(annotations.items()):
        for fault in label_key_faults(key.lower()):
            yield invalid("metadata.annotations", key, fault)
        size += len(key.encode()) + len(value.encode())
    if size > ANNOTATIONS_LIMIT_BYTES:
        yield too_long("metadata.annotations", ANNOTATIONS_LIMIT_BYTES)


def _owners(owners: Sequence[Object]) -> Iterator[Cause]:
    controller = ""
    for owner in owners:
        yield from _owner(owner)
        if not owner.get("controller"):
            continue
        if controller:
            why = "Only one reference can have Controller set to true. "
            found = f'Found "true" in references for {controller} and {owner["kind"]}/{owner["name"]}'
            yield Cause("FieldValueInvalid", f"Invalid value: {_as_structs(owners)}: {why}{found}", _OWNERS)
            return
        controller = f"{owner.get('kind')}/{owner.get('name')}"


def _as_structs(owners: Sequence[Object]) -> str:
    """References with their fields in the order of Go's struct."""
    order = ("apiVersion", "kind", "name", "uid", "controller", "blockOwnerDeletion")
    ordered = [{field: owner[field] for field in order if field in owner} for owner in owners]
    return msgspec.json.encode(ordered).decode()


def _owner(owner: Object) -> Iterator[Cause]:
    group, slash, version = str(owner.get("apiVersion", "")).partition("/")
    if not slash:
        group, version = "", group
    if not version or "/" in version:
        yield invalid(
            "metadata.ownerReferences.apiVersion", owner.get("apiVersion", ""), "version must not be empty"
        )
    for field in ("kind", "name", "uid"):
        if not owner.get(field):
            yield invalid(f"metadata.ownerReferences.{field}", "", "must not be empty")
    if (group, owner.get("kind")) in (("", "Event"), ("events.k8s.io", "Event")):
        gvk = f"{owner['apiVersion'] if group else '/' + version}, Kind=Event"
        yield invalid("metadata.ownerReferences", owner, f"{gvk} is disallowed from being an owner")


def _finalizers(finalizers: Sequence[str], *, custom: bool) -> Iterator[Cause]:
    for number, finalizer in enumerate(finalizers):
        faults = label_key_faults(finalizer)
        for fault in faults:
            yield invalid("metadata.finalizers", finalizer, fault)
        if "/" not in finalizer and finalizer not in _BARE_FINALIZERS and not custom:
            why = "name is neither a standard finalizer name nor is it fully qualified"
            yield invalid(f"metadata.finalizers[{number}]", finalizer, why)
    if all(gc in finalizers for gc in _GC_FINALIZERS):
        why = "finalizer orphan and foregroundDeletion cannot be both set"
        yield invalid("metadata.finalizers", list(finalizers), why)


def check_metadata_update(new: Object, old: Object) -> list[Cause]:
    """What an update may not change about metadata."""
    after, before = new["metadata"], old["metadata"]
    causes = [
        immutable(f"metadata.{field}", after.get(field))
        for field in ("name", "namespace", "uid", "creationTimestamp", "deletionTimestamp")
        if after.get(field) != before.get(field)
    ]
    if before.get("deletionTimestamp"):
        known = before.get("finalizers") or []
        added = sorted(set(after.get("finalizers") or []) - set(known))
        if added:
            found = "[]string{" + ", ".join(go_json(name) for name in added) + "}"
            why = "no new finalizers can be added if the object is being deleted, found new finalizers "
            causes.append(forbidden("metadata.finalizers", why + found))
    return causes


def tidy(metadata: dict[str, Any]) -> None:
    """Drops what Go's types would not write: nulls, empty lists, maps and strings."""
    for key in [key for key, value in metadata.items() if value is None or value in ("", [], {})]:
        del metadata[key]
