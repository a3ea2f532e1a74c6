"""Conditions by the API conventions."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Literal

from mendloop.model.conditions import MESSAGE_LIMIT, clear, find, is_true, same_meaning, set_condition, settle
from mendloop.model.types import Condition

NOW = datetime(2031, 6, 1, 8, tzinfo=UTC)
LATER = NOW + timedelta(seconds=2)


def condition(
    type_: str = "Ready", status: Literal["True", "False", "Unknown"] = "True", reason: str = "AllGood"
) -> Condition:
    return Condition(type=type_, status=status, reason=reason)


def test_a_new_condition_is_stamped_in_whole_seconds() -> None:
    (ready,) = set_condition((), condition(), now=NOW.replace(microsecond=5))
    assert ready.last_transition_time == NOW


def test_the_transition_time_moves_only_with_the_status() -> None:
    first = set_condition((), condition(), now=NOW)
    same_status = set_condition(first, condition(reason="Other"), now=LATER)
    flipped = set_condition(same_status, condition(status="False"), now=LATER)
    assert same_status[0].last_transition_time == NOW
    assert same_status[0].reason == "Other"
    assert flipped[0].last_transition_time == LATER


def test_r29_a_condition_stamped_anew_each_pass_changes_nothing() -> None:
    """The user's own lastTransitionTime does not count: nothing but it would change."""
    observed = set_condition((), condition(), now=NOW)
    stamped = Condition(type="Ready", status="True", reason="AllGood", last_transition_time=LATER)
    assert settle(observed, [stamped], ours={"Ready"}, now=LATER) == observed


def test_r29_another_order_and_foreign_conditions_change_nothing() -> None:
    foreign = Condition(type="Audited", status="True", last_transition_time=NOW)
    observed = (
        foreign,
        *set_condition(set_condition((), condition(), now=NOW), condition("Synced"), now=NOW),
    )
    again = settle(observed, [condition("Synced"), condition()], ours={"Ready", "Synced"}, now=LATER)
    assert again == observed


def test_ours_that_are_wished_no_longer_go_and_foreign_ones_stay() -> None:
    observed = (condition("Foreign"), condition("Degraded"), condition())
    left = settle(observed, [condition()], ours={"Ready", "Degraded"}, now=LATER)
    assert [one.type for one in left] == ["Foreign", "Ready"]


def test_equal_meaning_is_whatever_order_and_time_say() -> None:
    one = (condition(), condition("Synced"))
    other = (
        condition("Synced"),
        Condition(type="Ready", status="True", reason="AllGood", last_transition_time=NOW),
    )
    assert same_meaning(one, other)
    assert not same_meaning(one, (condition(),))


def test_a_message_is_cut_to_what_the_server_takes_and_stays_cut() -> None:
    long = Condition(type="Ready", status="False", message="x" * 200_000)
    cut = set_condition((), long, now=NOW)
    assert len(cut[0].message) == MESSAGE_LIMIT
    assert set_condition(cut, long, now=LATER) == cut


def test_conditions_are_found_and_cleared_by_type() -> None:
    held = (condition(), condition("Stalled", "False"))
    assert is_true(held, "Ready")
    assert not is_true(held, "Stalled")
    assert find(held, "Nothing") is None
    assert clear(held, "Stalled") == (condition(),)
