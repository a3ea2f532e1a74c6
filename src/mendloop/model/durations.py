"""Durations as Go and Kubernetes write them: `5m0s`, `1h30m`, `250ms`."""

from __future__ import annotations

import re
from datetime import timedelta

DURATION_PATTERN = r"^-?([0-9]+(\.[0-9]+)?(ns|us|µs|ms|s|m|h))+$"

_PART = re.compile(r"([0-9]+(?:\.[0-9]+)?)(ns|us|µs|ms|s|m|h)")
_WHOLE = re.compile(DURATION_PATTERN)
_SECONDS = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}


def parse_duration(text: str) -> timedelta | None:
    """The duration that `text` writes in Go's form; None where it does not.

    Source: Go's `time.ParseDuration`, whose form `metav1.Duration` has on the wire.
    """
    if text == "0":
        return timedelta()
    if not _WHOLE.match(text):
        return None
    total = sum(float(amount) * _SECONDS[unit] for amount, unit in _PART.findall(text))
    return timedelta(seconds=-total if text.startswith("-") else total)


def format_duration(value: timedelta) -> str:
    """`value` in Go's form, as `metav1.Duration` prints it: `5m0s`, `1.5s`, `0s`."""
    seconds = abs(value).total_seconds()
    hours, rest = divmod(seconds, 3600)
    minutes, rest = divmod(rest, 60)
    parts = [f"{hours:.0f}h"] if hours else []
    if hours or minutes:
        parts.append(f"{minutes:.0f}m")
    parts.append(f"{rest:.6f}".rstrip("0").rstrip(".") + "s")
    return ("-" if value < timedelta() else "") + "".join(parts)
