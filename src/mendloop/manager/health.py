"""Whether the process lives, and whether it can do its work: judged on plain values."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from mendloop.cache.informers import ViewHealth


class Check(NamedTuple):
    """One line of `/healthz` or `/readyz`."""

    name: str
    ok: bool
    detail: str = ""

    def __str__(self) -> str:
        mark = "[+]" if self.ok else "[-]"
        return f"{mark}{self.name} {'ok' if self.ok else self.detail}"


def liveness(views: Sequence[ViewHealth], stalled_s: float, *, patience_s: float = 300.0) -> list[Check]:
    """What a restart of the process may mend.

    A loop that stands still, and a watch that stays down while others of the same process work. An API
    server that is down for all of them is none of it: a restart would only lose what is known.
    """
    loop = Check("event-loop", stalled_s == 0.0, f"has not turned for {stalled_s:.0f} s")
    some_live = any(view.stale_s is None for view in views)
    dead = [view for view in views if view.stale_s is not None and view.stale_s > patience_s]
    watches = [
        Check(f"watch {view.kind.gvk}", not some_live, f"is down for {view.stale_s:.0f} s, others are not")
        for view in dead
    ]
    return [loop, *watches]


def readiness(views: Sequence[ViewHealth], *, started: bool, patience_s: float = 60.0) -> list[Check]:
    """Whether every kind is known and followed, each on a line of its own with what stands in the way."""
    checks = [
        Check("started", started, "is still starting: " + "the API server or a dependency does not answer")
    ]
    return [*checks, *(_view_check(view, patience_s) for view in views)]


def _view_check(view: ViewHealth, patience_s: float) -> Check:
    why = str(view.trouble) if view.trouble is not None else "has not been listed yet"
    return Check(f"view {view.kind.gvk}", view.is_ready(patience_s), why)
