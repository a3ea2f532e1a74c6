"""Between Python's durations and those on the wire, which are Go's: `5m0s`, `1h30m`, `250ms`."""

from __future__ import annotations

from datetime import timedelta

from mendloop.model.times import parse_duration

DURATION_PATTERN = r"^-?([0-9]+(\.[0-9]+)?(ns|us|µs|ms|s|m|h))+$"


def read_duration(text: str) -> timedelta | None:
    """The duration that `text` writes in Go's form, to the microsecond; None where it does not."""
    try:
        return timedelta(microseconds=parse_duration(text) / 1000)
    except ValueError:
        return None


def write_duration(value: timedelta) -> str:
    """`value` in Go's form, as `metav1.Duration` prints it: `5m0s`, `1.5s`, `0s`."""
    seconds = abs(value) // timedelta(seconds=1)
    micros = (abs(value) - timedelta(seconds=seconds)).microseconds
    hours, minutes = seconds // 3600, seconds // 60 % 60
    fraction = f".{micros:06d}".rstrip("0") if micros else ""
    parts = [f"{hours}h" if hours else "", f"{minutes}m" if hours or minutes else ""]
    return ("-" if value < timedelta() else "") + "".join(parts) + f"{seconds % 60}{fraction}s"
