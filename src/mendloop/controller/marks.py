"""The names that an operator writes onto objects, all under its own domain; what ties a child to its owner.

| on | name | says |
|---|---|---|
| owner | finalizer `<op>/finalizer` | something is to be done before it goes |
| owner | annotation `<op>/holds` | kinds and namespaces that hold its children, before the first is made |
| owner | annotation `<op>/approve-prune` | a human's word for one held list, by its digest |
| owner | annotation `<op>/force-delete` | the uid: let it go although clean-up did not end |
| child | label `<op>/owner` | the owner's uid, where no owner reference may say it |
| child | annotation `<op>/owner` | the owner in words: kind, namespace, name |
| child | annotation `<op>/wave` | how deep it stands along `after` |
| child | annotation `<op>/retain` | `true`: it stays when it is wished no longer |
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from mendloop.kube.envelope import Meta
from mendloop.model.kinds import Key, Kind
from mendloop.wish.child import Stated
from mendloop.wish.plan import PROTECTED, Owned


class Tie(StrEnum):
    """What ties a child to its owner."""

    REFERENCE = "owner reference"  # garbage collection takes it when the owner goes
    LABEL = "label"  # we take it, in order or not at all
    OVERLAY = "overlay"  # it is the object itself, or one that only some fields are wished of


@dataclass(frozen=True, slots=True)
class Marks:
    """The names of one operator."""

    operator: str

    @property
    def finalizer(self) -> str:
        return f"{self.operator}/finalizer"

    @property
    def owner(self) -> str:
        return f"{self.operator}/owner"

    @property
    def wave(self) -> str:
        return f"{self.operator}/wave"

    @property
    def retain(self) -> str:
        return f"{self.operator}/retain"

    @property
    def holds(self) -> str:
        return f"{self.operator}/holds"

    @property
    def approve_prune(self) -> str:
        return f"{self.operator}/approve-prune"

    @property
    def force_delete(self) -> str:
        return f"{self.operator}/force-delete"

    def owned(self, key: Key, meta: Meta) -> Owned:
        """A child as the plan sees it."""
        notes = meta.annotations or {}
        wave = notes.get(self.wave, "")
        return Owned(
            key,
            meta.uid,
            meta.resource_version,
            retained=notes.get(self.retain) == "true",
            deleting=meta.deleting,
            wave=int(wave) if wave.isdecimal() else 0,
        )

    def owner_uid(self, meta: Meta) -> str:
        """The uid of the owner that a child names, by reference or by label; "" without one."""
        labelled = (meta.labels or {}).get(self.owner)
        if labelled:
            return labelled
        controller = meta.controller
        return controller.uid if controller else ""


def tie_of(child: Kind, namespace: str, owner: Kind, owner_key: Key, *, retained: bool, ordered: bool) -> Tie:
    """How a child must be tied (WISH 7, 11, 12).

    An owner reference only where garbage collection reaches, and where it may take the child at any
    moment once the owner goes: not what is retained, protected or deleted in order.
    """
    if retained or ordered or child.id in PROTECTED:
        return Tie.LABEL
    reachable = not owner.namespaced or (child.namespaced and namespace == owner_key.namespace)
    return Tie.REFERENCE if reachable else Tie.LABEL


def tie(child: Stated, owner: Kind, owner_key: Key, ordered: bool) -> Tie:
    """How a stated child is tied to its owner."""
    if child.overlay:
        return Tie.OVERLAY
    retained = child.gone == "retain"
    return tie_of(child.kind, child.key.namespace, owner, owner_key, retained=retained, ordered=ordered)


def owner_reference(kind: Kind, name: str, uid: str) -> dict[str, Any]:
    """The controller reference to an owner; it holds a foreground deletion until the child is gone."""
    return {
        "apiVersion": kind.api_version,
        "kind": kind.kind,
        "name": name,
        "uid": uid,
        "controller": True,
        "blockOwnerDeletion": True,
    }


def stamped(
    manifest: Mapping[str, Any],
    marks: Marks,
    tie: Tie,
    *,
    owner: Kind,
    owner_key: Key,
    owner_uid: str,
    wave: int,
    retained: bool,
) -> dict[str, Any]:
    """The manifest with what ties it to its owner; the given one stays as it is."""
    if tie is Tie.OVERLAY:
        return dict(manifest)
    metadata = dict(manifest["metadata"])
    if tie is Tie.REFERENCE:
        metadata["ownerReferences"] = [owner_reference(owner, owner_key.name, owner_uid)]
        return {**manifest, "metadata": metadata}
    notes = {marks.owner: str(owner_key)}
    if wave:
        notes[marks.wave] = str(wave)
    if retained:
        notes[marks.retain] = "true"
    metadata["labels"] = {**(metadata.get("labels") or {}), marks.owner: owner_uid}
    metadata["annotations"] = {**(metadata.get("annotations") or {}), **notes}
    return {**manifest, "metadata": metadata}


NO_HOLDS: Final[frozenset[str]] = frozenset()


def read_holds(text: str) -> frozenset[str]:
    """What the record on the owner names: `ConfigMap/ns`, `StatefulSet.apps/ns`, `Namespace/`."""
    return frozenset(part for part in text.split(",") if part)


def write_holds(holds: frozenset[str]) -> str:
    return ",".join(sorted(holds))


def hold_of(key: Key) -> str:
    """A child's place in its owner's record."""
    return f"{key.kind}/{key.namespace}"
