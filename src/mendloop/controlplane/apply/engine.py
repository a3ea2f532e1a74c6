"""Server-side apply, and the bookkeeping of who owns what after any other write.

What it is: the server's half of KEP-555 for one version of a kind. What it does not do: convert between
versions (an entry of another version is compared in the version at hand, which is exact where versions
differ in name only), admit, default or validate; the caller does these around it.

Source: KEP-555; `metadata.managedFields` in the API reference; measured on kube-apiserver 1.36.
"""

from __future__ import annotations

import copy
from collections.abc import Collection
from datetime import UTC, datetime
from typing import Any

import msgspec

from mendloop.controlplane.apply import managers as owners
from mendloop.controlplane.apply.conflicts import ApplyConflict, ApplyRefused
from mendloop.controlplane.apply.managers import Entry, ManagerId, Managers
from mendloop.controlplane.apply.merging import merge
from mendloop.controlplane.apply.paths import NONE, Path, Paths, branches, without
from mendloop.controlplane.apply.shapes import Shape, shape_of
from mendloop.controlplane.apply.values import (
    cut_at_atoms,
    difference,
    misfits,
    paths_of,
    remove,
    same,
    with_parents,
)
from mendloop.model.openapi import Schema

Object = dict[str, Any]

LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
_META = "f:metadata"
# Nobody owns these: they name the object or are the server's own.
UNOWNED: Paths = frozenset(
    {("f:apiVersion",), ("f:kind",), (_META,)}
    | {
        (_META, f"f:{name}")
        for name in (
            *("name", "namespace", "creationTimestamp", "selfLink", "uid", "clusterName"),
            *("generation", "managedFields", "resourceVersion"),
        )
    }
)


def reset_by(subresource: str, *, has_status: bool = True) -> tuple[Path, ...]:
    """What a write through a subresource does not change, and hence does not own, for most kinds."""
    if subresource == "status":
        return ((_META,), ("f:spec",))
    return (("f:status",),) if has_status and not subresource else ()


def server_side_apply(
    live: Object | None,
    applied: Object,
    *,
    manager: str,
    force: bool,
    api_version: str,
    subresource: str = "",
    now: float,
    schema: Schema | None,
    resets: Collection[Path] | None = None,
    zero: Object | None = None,
) -> Object:
    """The object after `manager` applied a configuration to `live` (None where it is not there yet).

    `now` is seconds since the epoch. `resets` are fields that this endpoint leaves alone (`reset_by` by
    default); `zero` is an empty object of the kind, as for `track`. Neither input is changed.
    Errors: `ApplyConflict` (409) where others own what would change and `force` is not given;
    `ApplyRefused` (400, 500) where the configuration does not fit the schema.
    """
    work = _Work(api_version, subresource, _timestamp(now), shape_of(schema), resets)
    _refuse_misfits(work, applied)
    base = _stripped(live) if live is not None else _bare(applied)
    table = _current(work, owners.read((live or {}).get("metadata", {}).get("managedFields")))
    if live is not None and not table:
        # Fields from before ownership was tracked belong to somebody, or this apply could take them all.
        unknown = owners.updater(owners.BEFORE_APPLY, api_version, subresource)
        _record(work, table, zero if zero is not None else _bare(applied), base, unknown)
    result = _apply_or_upgrade(work, base, applied, table, manager, force)
    return _with_managers(result, table)


def track(
    live: Object | None,
    new: Object,
    *,
    manager: str,
    api_version: str,
    subresource: str = "",
    now: float,
    schema: Schema | None,
    resets: Collection[Path] | None = None,
    zero: Object | None = None,
) -> Object:
    """The object with its managedFields after a create (`live` is None), an update or a patch.

    What the write added or changed belongs to `manager` from now on, and to nobody else. `zero` is what an
    empty object of the kind looks like, for kinds whose structs are never absent. The input is not changed.
    """
    work = _Work(api_version, subresource, _timestamp(now), shape_of(schema), resets)
    stated = new.get("metadata", {}).get("managedFields")
    clean = _stripped(new)
    table = _current(work, _table_of_update(live, stated, subresource))
    if not table and live is not None:
        # Ownership was cleared or never begun: nothing is tracked until the next apply (APIFACTS 16).
        return _with_managers(clean, table)
    base = _stripped(live) if live is not None else (zero if zero is not None else _bare(new))
    _record(work, table, base, clean, owners.updater(manager, api_version, subresource))
    owners.cap_updaters(table)
    return _with_managers(clean, table)


def settle(live: Object, new: Object) -> Object:
    """`live` where `new` differs from it in nothing but the times of managedFields, else `new`."""
    before, after = live.get("metadata", {}), new.get("metadata", {})
    old, fresh = before.get("managedFields"), after.get("managedFields")
    if not old or not fresh or len(old) != len(fresh):
        return new
    if not all(same({**a, "time": None}, {**b, "time": None}) for a, b in zip(old, fresh, strict=True)):
        return new
    settled = {**new, "metadata": {**after, "managedFields": old}}
    return live if same(live, settled) else new


class _Work(msgspec.Struct):
    """What one request's steps share."""

    api_version: str
    subresource: str
    time: str
    shape: Shape
    resets: Collection[Path] | None

    def owned(self, paths: Paths) -> Paths:
        """The paths that this endpoint can change."""
        resets = reset_by(self.subresource) if self.resets is None else self.resets
        return without(paths, resets)


def _timestamp(now: float) -> str:
    return datetime.fromtimestamp(int(now), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _bare(obj: Object) -> Object:
    return {key: obj[key] for key in ("apiVersion", "kind") if key in obj}


def _stripped(obj: Object) -> Object:
    meta = obj.get("metadata")
    if not isinstance(meta, dict) or "managedFields" not in meta:
        return obj
    return {**obj, "metadata": {name: value for name, value in meta.items() if name != "managedFields"}}


def _with_managers(obj: Object, table: Managers) -> Object:
    meta = dict(obj.get("metadata") or {})
    meta.pop("managedFields", None)
    if table:
        meta["managedFields"] = owners.write(table)
    # A copy by way of JSON, as no caller may share a part of what it gave; many times faster than deepcopy.
    copied: Object = msgspec.json.decode(msgspec.json.encode({**obj, "metadata": meta}))
    return copied


def _refuse_misfits(work: _Work, applied: Object) -> None:
    meta = applied.get("metadata")
    if isinstance(meta, dict) and meta.get("managedFields") is not None:
        raise ApplyRefused(400, "metadata.managedFields must be nil")
    if found := misfits(work.shape, applied):
        text = found[0] if len(found) == 1 else "\n".join(("errors:", *(f"  {each}" for each in found)))
        raise ApplyRefused(500, f"failed to create typed patch object ({_about(applied)}): {text}")


def _about(obj: Object) -> str:
    meta = obj.get("metadata") or {}
    version = obj.get("apiVersion") or ""
    group = version if "/" in version else f"/{version}"
    return f"{meta.get('namespace') or ''}/{meta.get('name') or ''}; {group}, Kind={obj.get('kind') or ''}"


def _current(work: _Work, table: Managers) -> Managers:
    """Ownership in terms of today's schema."""
    for entry in table.values():
        entry.paths = cut_at_atoms(work.shape, entry.paths)
    return table


def _table_of_update(live: Object | None, stated: Any, subresource: str) -> Managers:
    """Ownership to begin with: what the client sent, if it is sound; else what is stored."""
    stored = (live or {}).get("metadata", {}).get("managedFields")
    if not subresource:
        if owners.is_reset(stated):
            return {}
        if table := _read_or_empty(stated):
            return table
    return _read_or_empty(stored)


def _read_or_empty(managed_fields: Any) -> Managers:
    try:
        return owners.read(managed_fields)
    except (ValueError, TypeError, AttributeError):
        # A client sent what no server writes; a real one then falls back on what is stored.
        return {}


# Other writes ---------------------------------------------------------------------------------------


def _record(work: _Work, table: Managers, old: Object, new: Object, identity: ManagerId) -> None:
    change = difference(work.shape, old, new)
    taken, removed = work.owned(change.taken), work.owned(frozenset(change.removed))
    for other in list(table):
        _keep(table, other, table[other].paths - taken - removed)
    if gained := taken - UNOWNED:
        previous = table[identity].paths if identity in table else NONE
        table[identity] = Entry(previous | gained, work.api_version, work.time)


def _keep(table: Managers, identity: ManagerId, paths: Paths) -> None:
    if paths:
        table[identity].paths = paths
    else:
        del table[identity]


# Apply ----------------------------------------------------------------------------------------------


def _apply_or_upgrade(
    work: _Work, live: Object, applied: Object, table: Managers, manager: str, force: bool
) -> Object:
    """Applies; `kubectl` may take over what its client-side apply wrote last."""
    identity = owners.applier(manager, work.subresource)
    before = {other: msgspec.structs.replace(entry) for other, entry in table.items()}
    try:
        result = _apply(work, live, applied, table, identity, force)
    except ApplyConflict as conflict:
        if manager != "kubectl":
            raise
        _raise_unless_last_applied(work, live, conflict)
        table.clear()
        table.update(before)
        result = _apply(work, live, applied, table, identity, True)
    return _with_last_applied(result, applied) if manager == "kubectl" else result


def _apply(
    work: _Work, live: Object, applied: Object, table: Managers, identity: ManagerId, force: bool
) -> Object:
    last = table.get(identity)
    stated = work.owned(paths_of(work.shape, applied))
    table[identity] = Entry(stated, work.api_version, last.time if last else None)
    merged = merge(work.shape, live, applied)
    # What is stated again is held, so only where something is stated no longer is there anything to prune.
    if last is not None and not last.paths <= stated:
        merged = _prune(work.shape, merged, last.paths, table)
    _settle_ownership(work, live, merged, table, identity, force)
    _keep(table, identity, table[identity].paths - UNOWNED)
    if same(live, merged):
        return live
    if identity in table:
        table[identity].time = work.time
    return dict(merged)


def _prune(shape: Shape, merged: Object, last: Paths, table: Managers) -> Object:
    """Takes away what the manager stated before and states no longer, where no other manager owns it."""
    known = with_parents(shape, last)
    pruned = remove(shape, merged, branches(known))
    everything = with_parents(shape, paths_of(shape, merged))
    held = frozenset[Path]().union(*(with_parents(shape, entry.paths) for entry in table.values()))
    left = with_parents(shape, paths_of(shape, pruned)) if pruned is not None else NONE
    pruned = remove(shape, merged, branches(everything - (left | held)))
    # What was in the live object without an owner, below something that went, stays.
    left = with_parents(shape, paths_of(shape, pruned)) if pruned is not None else NONE
    result = remove(shape, merged, branches((everything - left) & known))
    return result if result is not None else {}


def _settle_ownership(
    work: _Work, live: Object, merged: Object, table: Managers, identity: ManagerId, force: bool
) -> None:
    change = difference(work.shape, live, merged)
    taken, removed = work.owned(change.taken), work.owned(frozenset(change.removed))
    contested = {
        other: entry.paths & taken
        for other, entry in table.items()
        if other != identity and entry.paths & taken
    }
    if contested and not force:
        raise ApplyConflict(contested)
    for other in list(table):
        if other != identity:
            _keep(table, other, table[other].paths - taken - removed)


# kubectl's way from client-side to server-side apply --------------------------------------------------


def _raise_unless_last_applied(work: _Work, live: Object, conflict: ApplyConflict) -> None:
    allowed = _unchanged_since_last_applied(work, live)
    left = {manager: paths - allowed for manager, paths in conflict.contested.items()}
    if any(left.values()):
        raise ApplyConflict({manager: paths for manager, paths in left.items() if paths})


def _unchanged_since_last_applied(work: _Work, live: Object) -> Paths:
    """The fields that client-side apply stated last and nobody changed since."""
    text = _last_applied(live)
    if not text:
        return NONE
    last = msgspec.json.decode(text)
    if not isinstance(last, dict) or last.get("apiVersion") != work.api_version:
        return NONE
    change = difference(work.shape, last, live)
    return paths_of(work.shape, last) - change.taken - change.removed


def _last_applied(obj: Object) -> str:
    annotations = (obj.get("metadata") or {}).get("annotations") or {}
    return annotations.get(LAST_APPLIED) or ""


def _with_last_applied(obj: Object, applied: Object) -> Object:
    """Keeps kubectl's annotation in step where it is there, so that client-side apply still works."""
    if not _last_applied(obj):
        return obj
    stated = copy.deepcopy(applied)
    annotations = stated.get("metadata", {}).get("annotations")
    if annotations:
        annotations.pop(LAST_APPLIED, None)
    text = msgspec.json.encode(stated, order="deterministic").decode() + "\n"
    meta = obj["metadata"]
    return {**obj, "metadata": {**meta, "annotations": {**meta["annotations"], LAST_APPLIED: text}}}
