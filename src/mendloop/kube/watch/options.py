"""The bounds by which a kind is followed; times are seconds."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchOptions:
    """How patient a watch is. The defaults suit a real API server, whose bookmarks come once a minute."""

    page: int = 500  # objects in one list answer
    list_timeout_s: float = 60.0  # for one page
    connect_timeout_s: float = 30.0  # until a watch's head is there
    idle_s: float = 150.0  # silence after which a connection counts as dead: two bookmarks missed
    watch_s: tuple[int, int] = (300, 600)  # the server ends a watch within this span, drawn at random
    first_s: float = 0.5  # the first wait after a failure; it doubles
    cap_s: float = 30.0  # the longest wait after a failure
    ended_cap_s: float = 5.0  # the longest wait after a stream that ended early, in good order
    slow_cap_s: float = 60.0  # the longest wait while the kind is not installed, or not allowed
    settled_s: float = 30.0  # a stream that lived this long was a good one
    floor_patience_s: float = 60.0  # how long older answers are held back before they are believed
    doubt_least: int = 10  # from so many objects on, a list that lacks more than half is read twice
    doubt_s: float = 2.0  # the time between these two readings
    relist_after: int = 3  # failures at one version after which it is not trusted any more


DEFAULTS = WatchOptions()
