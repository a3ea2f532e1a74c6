"""Repeating a call inside one reconcile."""

from __future__ import annotations

import random

import pytest

from mendloop.errors import ApiError, Conflict, Invalid, Transient, classify
from mendloop.policy import call_retry

BROKEN = classify(ConnectionResetError("x"))
REFUSED = classify(ConnectionRefusedError("x"))


def wait(verdict=BROKEN, attempt=1, elapsed_s=0.0, deadline_s=None, idempotent=True, seed=1) -> float | None:
    return call_retry(verdict, attempt, elapsed_s, deadline_s, idempotent, random.Random(seed))


@pytest.mark.parametrize(("attempt", "most"), [(1, 0.1), (2, 0.2), (3, 0.4), (4, 0.8), (5, 1.6)])
def test_the_wait_doubles_up_to_its_cap(attempt: int, most: float) -> None:
    waits = [wait(attempt=attempt, seed=seed) for seed in range(200)]
    assert all(each is not None and 0 <= each <= most for each in waits)
    assert max(each or 0 for each in waits) > most * 0.9


def test_what_takes_longer_becomes_a_requeue() -> None:
    assert wait(attempt=6) is None


def test_what_is_not_idempotent_is_not_repeated() -> None:
    assert wait(idempotent=False) is None


def test_what_never_arrived_is_repeated_even_if_not_idempotent() -> None:
    assert wait(REFUSED, idempotent=False) is not None
    assert wait(classify(ApiError("x", status=429, retry_after=1)), idempotent=False) is not None


@pytest.mark.parametrize("error", [Invalid("x"), Conflict("x"), KeyError("x"), ApiError("x", status=403)])
def test_what_does_not_pass_soon_is_not_repeated(error: Exception) -> None:
    assert wait(classify(error)) is None


def test_the_deadline_is_kept() -> None:
    assert wait(elapsed_s=4.0, deadline_s=4.0) is None
    assert wait(elapsed_s=1.0, deadline_s=4.0) is not None


def test_a_stated_delay_is_kept_or_becomes_a_requeue() -> None:
    assert wait(classify(ApiError("x", status=503, retry_after=1))) == 1.0
    assert wait(classify(ApiError("x", status=503, retry_after=30))) is None
    assert wait(classify(Transient("x", retry_after=0.5))) == 0.5
