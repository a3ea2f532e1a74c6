"""What two writers disagree on, in the words of a real API server."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeAlias

from mendloop.controlplane.apply.managers import ManagerId
from mendloop.controlplane.apply.paths import Path, Paths, show
from mendloop.controlplane.causes import Cause

Contested: TypeAlias = Mapping[ManagerId, Paths]


class ApplyConflict(Exception):
    """Raised when an apply would change fields that other managers own: a 409 with one cause a field."""

    def __init__(self, contested: Contested) -> None:
        ordered = sorted(contested.items(), key=lambda item: item[0].order)
        self.contested = dict(ordered)
        self.causes = [
            Cause("FieldManagerConflict", f"conflict with {manager}", show(path))
            for manager, paths in ordered
            for path in in_order(paths)
        ]
        self.message = _message(self.contested)
        super().__init__(self.message)


class ApplyRefused(Exception):
    """Raised when an applied configuration cannot be read; `code` is 400 or 500 as on a real server."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.reason = "BadRequest" if code == 400 else ""
        self.message = message


def _message(contested: Contested) -> str:
    pairs = [(manager, path) for manager, paths in contested.items() for path in in_order(paths)]
    if len(pairs) == 1:
        manager, path = pairs[0]
        return f"Apply failed with 1 conflict: conflict with {manager}: {show(path)}"
    lines = []
    for manager, paths in contested.items():
        lines.append(f"conflicts with {manager}:")
        lines += [f"- {show(path)}" for path in in_order(paths)]
    return f"Apply failed with {len(pairs)} conflicts: " + "\n".join(lines)


def in_order(paths: Iterable[Path]) -> list[Path]:
    """Members of one level before what lies deeper, each level in the order of its elements."""
    return sorted(paths, key=_depth_first)


def _depth_first(path: Path) -> tuple[tuple[int, str], ...]:
    return tuple((1 if at < len(path) - 1 else 0, element) for at, element in enumerate(path))
