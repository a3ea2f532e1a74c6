"""Dispositions in words."""

from __future__ import annotations

import pytest

from mendloop.errors import Class
from mendloop.policy import ROWS, TABLE, duration, in_words


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.1, "100 ms"), (5, "5 s"), (90, "90 s"), (300, "5 min"), (3600, "1 h"), (5400, "90 min")],
)
def test_a_delay_reads_as_people_write_it(seconds: float, text: str) -> None:
    assert duration(seconds) == text


@pytest.mark.parametrize(
    ("klass", "sentence"),
    [
        (Class.TRANSIENT, "retry after 100 ms, doubling up to 5 min, full jitter"),
        (Class.CONFLICT, "read again and decide again at once, at most 5 times; then retry after 100 ms"),
        (Class.INVALID, "wait for a new generation or a change of what was read; safety retry after 1 h"),
        (Class.GONE, "done if it is the object itself; else read again and decide again"),
        (Class.CANCELED, "nothing"),
    ],
)
def test_the_next_step_is_a_sentence(klass: Class, sentence: str) -> None:
    assert dict(in_words(ROWS[klass]))["next"].startswith(sentence)


def test_what_the_user_asked_for_is_said_so() -> None:
    assert dict(in_words(TABLE.of(Class.WAITING, "RequeueAfter")))["next"] == "retry after the delay stated"
