"""JSON read as the API server reads it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Annotated

import pytest

from mendloop.model.decoding import Unfit, decode, encode
from mendloop.model.durations import read_duration, write_duration
from mendloop.model.types import Meta, Spec


class Rule(Spec):
    name: str
    every: timedelta = timedelta(minutes=1)


class Rules(Spec):
    rules: Sequence[Rule] = ()
    by_name: Mapping[str, Rule] = {}
    size: Annotated[int, Meta(ge=1)] = 1
    limit: int | None = 5


def test_null_is_absent_unless_the_field_is_optional() -> None:
    read = decode(b'{"size": null, "limit": null, "rules": null}', Rules)
    assert (read.size, read.rules) == (1, ())


def test_null_in_an_optional_field_is_kept() -> None:
    assert decode(b'{"limit": null}', Rules).limit is None


def test_go_durations_are_read_wherever_they_stand() -> None:
    read = decode(
        b'{"rules":[{"name":"a","every":"1h30m"}],"byName":{"b":{"name":"b","every":"250ms"}}}', Rules
    )
    assert read.rules[0].every == timedelta(minutes=90)
    assert read.by_name["b"].every == timedelta(milliseconds=250)


def test_durations_are_written_in_gos_form() -> None:
    assert encode(Rule(name="a", every=timedelta(minutes=5))) == b'{"name":"a","every":"5m0s"}'


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0s", timedelta()),
        ("5m0s", timedelta(minutes=5)),
        ("1h0m0s", timedelta(hours=1)),
        ("36h0m1.5s", timedelta(hours=36, seconds=1.5)),
        ("-1m0s", timedelta(minutes=-1)),
    ],
)
def test_a_duration_survives_the_way_there_and_back(text: str, value: timedelta) -> None:
    assert write_duration(value) == text
    assert read_duration(text) == value


@pytest.mark.parametrize(
    ("raw", "field", "message"),
    [
        (b'{"rules":[{}]}', "spec.rules[0].name", "required"),
        (b'{"size": 0}', "spec.size", "expected `int` >= 1"),
        (b'{"size": "x"}', "spec.size", "expected `int`, got `str`"),
        (
            b'{"rules":[{"name":"a","every":"soon"}]}',
            "spec.rules[0].every",
            "expected a duration, as in 5m0s",
        ),
        (b"[]", "spec", "expected `object`, got `array`"),
    ],
)
def test_what_does_not_fit_is_named_by_its_path(raw: bytes, field: str, message: str) -> None:
    with pytest.raises(Unfit) as caught:
        decode(raw, Rules, "spec")
    assert (caught.value.field, caught.value.message) == (field, message)
