"""Times and durations as Kubernetes writes them.

Source: RFC 3339; apimachinery `metav1.Time` (whole seconds) and `metav1.MicroTime` (exactly six decimals).
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import lru_cache

_RFC3339 = re.compile(r"(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2}:\d{2})(?:\.(\d{1,9}))?(Z|[+-]\d{2}:\d{2})", re.ASCII)
_DURATION = re.compile(r"([+-]?)((?:(?:\d+(?:\.\d*)?|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+)", re.ASCII)
_PART = re.compile(r"(\d*)(?:\.(\d*))?(ns|us|µs|μs|ms|s|m|h)", re.ASCII)
_NANOS = {
    "ns": 1,
    "us": 1_000,
    "µs": 1_000,
    "μs": 1_000,
    "ms": 1_000_000,
    "s": 1_000_000_000,
    "m": 60_000_000_000,
    "h": 3_600_000_000_000,
}


@lru_cache(maxsize=1024)
def parse_time(text: str) -> datetime:
    """The instant of an RFC 3339 text, in UTC, cut to microseconds; ValueError where it is none."""
    found = _RFC3339.fullmatch(text)
    if found is None:
        raise ValueError(f"{text!r} is not an RFC 3339 time")
    day, clock, fraction, zone = found.groups()
    micros = (fraction or "").ljust(6, "0")[:6]
    return datetime.fromisoformat(f"{day}T{clock}.{micros}{zone}").astimezone(UTC)


def write_time(instant: datetime) -> str:
    """`metav1.Time`: UTC, whole seconds. ValueError for a time without a zone."""
    return _utc(instant).strftime("%Y-%m-%dT%H:%M:%SZ")


def write_micro_time(instant: datetime) -> str:
    """`metav1.MicroTime`: UTC, exactly six decimals (a server refuses any other number of them)."""
    return _utc(instant).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _utc(instant: datetime) -> datetime:
    if instant.tzinfo is None:
        raise ValueError(f"{instant!r} has no time zone")
    return instant.astimezone(UTC)


def same_time(one: str, other: str, *, micro: bool = False) -> bool:
    """True where both are the same instant, to the second or to the microsecond.

    Raises ValueError where one of them is no time.
    """
    if one == other:
        return True
    a, b = parse_time(one), parse_time(other)
    return a == b if micro else a.replace(microsecond=0) == b.replace(microsecond=0)


@lru_cache(maxsize=1024)
def parse_duration(text: str) -> int:
    """Nanoseconds of a Go duration (`1h30m`, `1.5s`, `0`); ValueError where it is none."""
    if text in ("0", "+0", "-0"):
        return 0
    found = _DURATION.fullmatch(text)
    if found is None:
        raise ValueError(f"{text!r} is not a duration")
    total = 0
    for whole, part, unit in _PART.findall(found[2]):
        total += int(whole or 0) * _NANOS[unit]
        total += int(part or 0) * _NANOS[unit] // 10 ** len(part)
    return -total if found[1] == "-" else total


def same_duration(one: str, other: str) -> bool:
    """True where both last equally long (`90s`, `1m30s`); ValueError where one is no duration."""
    return one == other or parse_duration(one) == parse_duration(other)
