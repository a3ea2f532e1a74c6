"""What the operator asked of the API: counted from the server's own record, not from what it says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import msgspec

_WRITES: Final = frozenset({"create", "update", "patch", "delete", "deletecollection"})


@dataclass(frozen=True, slots=True)
class Asked:
    """One answered request; `resource` with its subresource."""

    verb: str
    resource: str
    status: int
    dry_run: bool = False

    @property
    def name(self) -> str:
        return f"{'dry-run ' if self.dry_run else ''}{self.verb} {self.resource}"

    @property
    def is_write(self) -> bool:
        return self.verb in _WRITES and not self.dry_run


@dataclass(slots=True)
class Tally:
    """How often what was asked and what was refused."""

    asked: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    writes: int = 0

    def add(self, requests: Iterable[Asked]) -> None:
        for one in requests:
            self.asked[one.name] += 1
            self.writes += one.is_write
            if one.status >= 400:
                self.refused[f"{one.status} {one.name}"] += 1

    @property
    def total(self) -> int:
        return self.asked.total()

    @property
    def total_but_watches(self) -> int:
        return sum(count for name, count in self.asked.items() if not name.startswith("watch "))


class Requests:
    """Reads on in a record of requests; `more` gives those that came since it was last called."""

    def __init__(self, more: Callable[[], list[Asked]]) -> None:
        self._more = more
        self._tally = Tally()

    def poll(self) -> int:
        """How many requests came since the last poll."""
        new = self._more()
        self._tally.add(new)
        return len(new)

    def take(self) -> Tally:
        """All since the last take."""
        self.poll()
        taken, self._tally = self._tally, Tally()
        return taken


class AuditLog:
    """One user's requests in a kube-apiserver's audit log, which is written before a request's answer."""

    def __init__(self, path: Path, user: str) -> None:
        self._path, self._user, self._read_bytes = path, user, 0

    def __call__(self) -> list[Asked]:
        if not self._path.exists():
            return []
        with self._path.open("rb") as log:
            log.seek(self._read_bytes)
            text = log.read()
        whole = text.rfind(b"\n") + 1
        self._read_bytes += whole
        found = (asked_in(msgspec.json.decode(line), self._user) for line in text[:whole].splitlines())
        return [one for one in found if one is not None]


def asked_in(event: dict[str, Any], user: str) -> Asked | None:
    """The request that an audit event tells of; None where it is another user's or tells of its progress.

    A watch counts when it begins, everything else when it is complete.
    """
    ends = "ResponseStarted" if event["verb"] == "watch" else "ResponseComplete"
    if event["user"].get("username") != user or event["stage"] != ends:
        return None
    status = event.get("responseStatus", {}).get("code", 0)
    ref = event.get("objectRef")
    if not ref:
        return Asked("get", "discovery", status)
    resource = "/".join(filter(None, (ref.get("resource", "?"), ref.get("subresource"))))
    return Asked(event["verb"], resource, status, "dryRun=" in event.get("requestURI", ""))
