"""How long ago, in the short words of `kubectl get`: `5s`, `3m20s`, `2d4h`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

_MINUTE, _HOUR, _DAY, _YEAR = 60, 3600, 86400, 365 * 86400


class Ago:
    """Prints the age of a timestamp; `now` is seconds since the epoch."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now

    def __call__(self, timestamp: str) -> str:
        """`<unknown>` where there is no timestamp."""
        if not timestamp:
            return "<unknown>"
        return human_duration(self._now() - _seconds(timestamp))

    def between(self, begun: str, ended: str) -> str:
        return human_duration(_seconds(ended) - _seconds(begun))


def _seconds(timestamp: str) -> float:
    return datetime.fromisoformat(timestamp).timestamp()


def human_duration(seconds: float) -> str:
    """Two units at most, the second one only while it matters. Source: apimachinery util/duration."""
    whole = int(seconds)
    if whole < -1:
        return "<invalid>"
    if whole < 120:
        return f"{max(whole, 0)}s"
    if whole < 8 * _HOUR:
        return _of_minutes(whole)
    return _of_days(whole)


def _of_minutes(whole: int) -> str:
    minutes = whole // _MINUTE
    if minutes < 10:
        rest = whole % _MINUTE
        return f"{minutes}m{rest}s" if rest else f"{minutes}m"
    if minutes < 180:
        return f"{minutes}m"
    hours, rest = whole // _HOUR, minutes % 60
    return f"{hours}h{rest}m" if rest else f"{hours}h"


def _of_days(whole: int) -> str:
    hours = whole // _HOUR
    if hours < 48:
        return f"{hours}h"
    if hours < 192:
        rest = hours % 24
        return f"{hours // 24}d{rest}h" if rest else f"{hours // 24}d"
    if whole < 2 * _YEAR:
        return f"{whole // _DAY}d"
    years, days = whole // _YEAR, whole // _DAY % 365
    return f"{years}y{days}d" if whole < 8 * _YEAR and days else f"{years}y"
