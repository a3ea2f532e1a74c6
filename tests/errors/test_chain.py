"""Chains of exceptions, and what is noted on them."""

from __future__ import annotations

from mendloop.errors import (
    ApiError,
    Conflict,
    Invalid,
    Transient,
    chain_context,
    classify,
    context_of,
    find,
    has,
    links,
    with_context,
)
from mendloop.errors.chain import MAX_LINKS


def chained(outer: BaseException, inner: BaseException, *, context: bool = False) -> BaseException:
    if context:
        outer.__context__ = inner
    else:
        outer.__cause__ = inner
    return outer


def test_finds_what_was_the_cause() -> None:
    inner = ApiError("no", status=409)
    assert find(chained(RuntimeError("saving"), inner), ApiError) is inner


def test_finds_what_was_the_context() -> None:
    assert has(chained(RuntimeError("saving"), Conflict("x"), context=True), Conflict)


def test_a_suppressed_context_is_not_part_of_the_chain() -> None:
    try:
        try:
            raise Conflict("x")
        except Conflict:
            raise RuntimeError("saving") from None
    except RuntimeError as error:
        assert not has(error, Conflict)


def test_looks_into_groups_within_chains_within_groups() -> None:
    deep = Invalid("x", field="spec.a")
    group = ExceptionGroup("inner", [ValueError("y"), chained(KeyError("k"), deep)])
    outer = ExceptionGroup("outer", [chained(RuntimeError("r"), group)])
    assert find(outer, Invalid) is deep


def test_a_missing_type_is_none() -> None:
    assert find(ValueError("x"), KeyError) is None


def test_the_outermost_of_several_is_found() -> None:
    outer = Transient("outer")
    assert find(chained(outer, Transient("inner")), Transient) is outer


def test_a_chain_that_bites_its_tail_ends() -> None:
    one, two = ValueError("one"), ValueError("two")
    one.__cause__, two.__cause__ = two, one
    assert list(links(one)) == [one, two]


def test_an_endless_chain_is_cut() -> None:
    first = last = ValueError("0")
    for number in range(2 * MAX_LINKS):
        last.__cause__ = ValueError(str(number))
        last = last.__cause__
    assert len(list(links(first))) == MAX_LINKS


def test_context_is_noted_without_changing_the_error() -> None:
    error = Transient("x", reason="Flaky")
    before = classify(error)
    noted = with_context(error, object="v1/Pod/a/b", reconcile_id="r1")
    assert noted is error
    assert (classify(noted).klass, classify(noted).reason) == (before.klass, before.reason)
    assert context_of(error) == {"object": "v1/Pod/a/b", "reconcile_id": "r1"}


def test_the_note_nearest_to_the_failure_stays() -> None:
    error = with_context(with_context(ValueError("x"), order_id=1), order_id=2, task="t")
    assert context_of(error) == {"order_id": 1, "task": "t"}


def test_the_chains_context_joins_notes_and_business_keys() -> None:
    inner = with_context(Transient("x", keys={"order_id": 7}), task="inner")
    outer = with_context(chained(RuntimeError("y"), inner), task="outer", reconcile_id="r")
    assert chain_context(outer) == {"order_id": 7, "task": "inner", "reconcile_id": "r"}
