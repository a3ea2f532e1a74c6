"""Times and durations."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from mendloop.model import times

MOMENT = datetime(2031, 6, 1, 8, 0, 2, 5, tzinfo=UTC)


def test_writes_whole_seconds_and_exactly_six_decimals() -> None:
    """A server refuses a MicroTime with any other number of decimals."""
    assert times.write_time(MOMENT) == "2031-06-01T08:00:02Z"
    assert times.write_micro_time(MOMENT) == "2031-06-01T08:00:02.000005Z"
    assert times.write_micro_time(MOMENT.replace(microsecond=0)) == "2031-06-01T08:00:02.000000Z"
    east = MOMENT.astimezone(timezone(timedelta(hours=2)))
    assert times.write_time(east) == times.write_time(MOMENT)


def test_reads_what_it_writes() -> None:
    assert times.parse_time(times.write_micro_time(MOMENT)) == MOMENT
    assert times.parse_time("2031-06-01T10:00:02.000005999+02:00") == MOMENT


def test_one_instant_however_written() -> None:
    assert times.same_time("2031-06-01T08:00:02Z", "2031-06-01T10:00:02.9+02:00")
    assert not times.same_time("2031-06-01T08:00:02Z", "2031-06-01T08:00:02.9Z", micro=True)
    assert not times.same_time("2031-06-01T08:00:02Z", "2031-06-01T08:00:03Z")


@pytest.mark.parametrize("text", ["", "2031-06-01", "2031-06-01T08:00:02", "2031-13-01T08:00:02Z", "now"])
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        times.parse_time(text)


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="no time zone"):
        times.write_time(datetime(2031, 1, 1))  # noqa: DTZ001 - that is the point


@pytest.mark.parametrize(
    ("one", "other"),
    [("90s", "1m30s"), ("1h", "60m0s"), ("1.5s", "1500ms"), ("0", "0s"), ("-1m", "-60s"), ("1us", "1µs")],
)
def test_one_duration_however_written(one: str, other: str) -> None:
    assert times.same_duration(one, other)


@pytest.mark.parametrize("text", ["", "1", "1d", "h", "1h 30m"])
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a duration"):
        times.parse_duration(text)
