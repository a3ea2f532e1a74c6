"""Who owns which fields: the entries of `metadata.managedFields`, read, changed and written back.

Source: KEP-555; `ManagedFieldsEntry` in the API reference.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Literal, NamedTuple

import msgspec

from mendloop.controlplane.apply.paths import Paths, decode, encode

UPDATERS_KEPT = 10
ANCIENT = "ancient-changes"
BEFORE_APPLY = "before-first-apply"

Operation = Literal["Apply", "Update"]


class ManagerId(NamedTuple):
    """What makes two writers the same manager; for appliers the version does not count."""

    name: str
    operation: str
    api_version: str
    subresource: str

    def __str__(self) -> str:
        """The manager as conflicts name it."""
        text = msgspec.json.encode(self.name).decode()
        if self.subresource:
            text += f" with subresource {msgspec.json.encode(self.subresource).decode()}"
        return f"{text} using {self.api_version}" if self.operation == "Update" else text

    @property
    def order(self) -> str:
        """The key by which conflicts are listed: the entry as JSON without fields and time."""
        version = f',"apiVersion":"{self.api_version}"' if self.operation == "Update" else ""
        below = f',"subresource":"{self.subresource}"' if self.subresource else ""
        return f'{{"manager":"{self.name}","operation":"{self.operation}"{version}{below}}}'


class Entry(msgspec.Struct):
    """What one manager owns, in which version it said so, and when that last changed."""

    paths: Paths
    api_version: str
    time: str | None = None


Managers = dict[ManagerId, Entry]


def updater(name: str, api_version: str, subresource: str = "") -> ManagerId:
    """The identity of a writer that created, updated or patched."""
    return ManagerId(name or "unknown", "Update", api_version, subresource)


def applier(name: str, subresource: str = "") -> ManagerId:
    """The identity of a writer that applied."""
    return ManagerId(name, "Apply", "", subresource)


def read(managed_fields: Iterable[Mapping[str, Any]] | None) -> Managers:
    """The managers in `metadata.managedFields`. Raises ValueError where an entry is malformed."""
    managers: Managers = {}
    for entry in managed_fields or ():
        identity, content = _read_entry(entry)
        managers[identity] = content
    return managers


def _read_entry(entry: Mapping[str, Any]) -> tuple[ManagerId, Entry]:
    operation, version = entry.get("operation"), entry.get("apiVersion")
    if operation not in ("Apply", "Update"):
        raise ValueError(f"operation must be `Apply` or `Update`, not {operation!r}")
    if not version:
        raise ValueError("apiVersion must not be empty")
    if entry.get("fieldsType") != "FieldsV1":
        raise ValueError(f"fieldsType must be `FieldsV1`, not {entry.get('fieldsType')!r}")
    identity = ManagerId(
        entry.get("manager") or "",
        operation,
        "" if operation == "Apply" else version,
        entry.get("subresource") or "",
    )
    return identity, Entry(decode(entry.get("fieldsV1") or {}), version, entry.get("time"))


def write(managers: Managers) -> list[dict[str, Any]]:
    """The entries as they are stored: appliers first, then by time and name."""
    ordered = sorted(managers.items(), key=_rank)
    return [_write_entry(identity, entry) for identity, entry in ordered]


def _rank(item: tuple[ManagerId, Entry]) -> tuple[str, ...]:
    identity, entry = item
    return (
        identity.operation,
        entry.time or "",
        identity.name,
        entry.api_version,
        identity.subresource,
    )


def _write_entry(identity: ManagerId, entry: Entry) -> dict[str, Any]:
    written: dict[str, Any] = {"manager": identity.name} if identity.name else {}
    written |= {"operation": identity.operation, "apiVersion": entry.api_version}
    if entry.time is not None:
        written["time"] = entry.time
    written |= {"fieldsType": "FieldsV1", "fieldsV1": encode(entry.paths)}
    if identity.subresource:
        written["subresource"] = identity.subresource
    return written


def cap_updaters(managers: Managers) -> None:
    """Folds the oldest updaters into one entry a version, so that at most ten remain."""
    updaters = sorted(
        (identity for identity in managers if identity.operation == "Update"),
        key=lambda identity: (managers[identity].time or "", identity),
    )
    surplus = len(updaters) - UPDATERS_KEPT
    first_of: dict[str, ManagerId] = {}
    for identity in updaters:
        if surplus <= 0:
            return
        version = managers[identity].api_version
        if version not in first_of:
            first_of[version] = identity
            continue
        _fold(managers, first_of[version], identity)
        surplus -= 1


def _fold(managers: Managers, first: ManagerId, identity: ManagerId) -> None:
    entry = managers.pop(identity)
    bucket = updater(ANCIENT, entry.api_version)
    if bucket not in managers:
        managers[bucket] = managers.pop(first)
    managers[bucket].paths |= entry.paths
    # The newer of the two times, since the entry changed then.
    managers[bucket].time = entry.time


def is_reset(managed_fields: Any) -> bool:
    """A client asks to clear ownership: an empty list, or a list of one empty entry (APIFACTS 19)."""
    return isinstance(managed_fields, list) and managed_fields in ([], [{}])
