"""A delta in words and as JSON, with secrets masked."""

from __future__ import annotations

import json

from mendloop.delta import Change, Delta, GivenUp, record, render

DELTA = Delta(
    kind="Secret",
    changes=(
        Change("data.password", "b2xk", "bmV3", "differs"),
        Change("metadata.labels.a", None, "b", "is not there"),
        Change("metadata.labels.c", "d", None, "is stated no longer"),
    ),
    given_up=(GivenUp("metadata.labels.e", "f", "is stated no longer, and its live value stays"),),
)


def test_one_line_a_change() -> None:
    assert render(DELTA).splitlines() == [
        '~ data.password: "••••" -> "••••" (differs)',
        '+ metadata.labels.a: "b" (is not there)',
        '- metadata.labels.c: "d" (is stated no longer)',
        '= metadata.labels.e: "f" (is stated no longer, and its live value stays)',
    ]


def test_an_empty_delta_says_nothing() -> None:
    assert render(Delta()) == ""


def test_colours_only_where_asked_for() -> None:
    assert "\x1b[" not in render(DELTA)
    assert "\x1b[31m" in render(DELTA, color=True)


def test_the_record_is_masked_too() -> None:
    text = json.dumps(record(DELTA))
    assert "b2xk" not in text
    assert "bmV3" not in text
    assert json.loads(text)["changes"][0]["path"] == "data.password"


def test_a_whole_new_data_map_is_masked_inside() -> None:
    delta = Delta(kind="Secret", changes=(Change("data", None, {"password": "bmV3"}, "is not there"),))
    assert render(delta) == '+ data: {"password":"••••"} (is not there)'


def test_a_long_value_is_cut() -> None:
    delta = Delta(changes=(Change("data.a", None, "x" * 5000, "is not there"),))
    assert len(render(delta)) < 300
