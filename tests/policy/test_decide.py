"""What follows from a failure: the table of SPEC 3.1, row by row, and its bounds."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mendloop.errors import (
    ApiError,
    Cause,
    Class,
    Conflict,
    Denied,
    DependencyDown,
    Gone,
    Internal,
    Invalid,
    OperatorError,
    Permanent,
    RequeueAfter,
    Throttled,
    Timeout,
    Transient,
    Verdict,
    Waiting,
    classify,
)
from mendloop.policy import (
    HEALTHY,
    ROWS,
    TABLE,
    AtOnce,
    AwaitChange,
    Backoff,
    Decision,
    Disposition,
    Done,
    History,
    Next,
    Nothing,
    Override,
    Retry,
    Table,
    at_generation,
    decide,
    recovered,
)

GENERATED = settings(deadline=None, database=None)
RNG = random.Random(7)


def failing(
    *errors: BaseException, history: History = HEALTHY, table: Table = TABLE, itself: bool = False
) -> list[Decision]:
    """The decisions for failures that come one after the other."""
    found: list[Decision] = []
    for number, error in enumerate(errors):
        decision = decide(classify(error), history, 100.0 + number, RNG, table, itself=itself)
        history = decision.history
        found.append(decision)
    return found


def conditions(decision: Decision) -> dict[str, bool]:
    return {each.type: each.status for each in decision.conditions}


def test_transient_retries_soon_and_shows_nothing_at_first() -> None:
    first, second = failing(Transient("a"), Transient("a"))
    assert isinstance(first.next, Retry) and 0 <= first.next.after_s <= 0.1
    assert (conditions(first), first.event, first.log_level) == ({}, None, "warning")
    assert conditions(second) == {"Reconciling": True, "Stalled": False}
    assert (second.event, second.log_level) == (None, "")


def test_throttled_waits_for_what_was_stated() -> None:
    error = ApiError("slow down", status=429, retry_after=30)
    for decision in failing(*[error] * 5):
        assert isinstance(decision.next, Retry) and 30 <= decision.next.after_s <= 33
    assert failing(Throttled("x"))[0].log_level == "info"


def test_timeout_comes_back_after_five_seconds_and_later_each_time() -> None:
    delays = [decision.delay_s or 0 for decision in failing(*[Timeout("x")] * 4)]
    assert [5 <= delays[0] <= 7.5, 10 <= delays[1] <= 15, 20 <= delays[2] <= 30, 40 <= delays[3] <= 60] == [
        True
    ] * 4


def test_conflict_decides_again_at_once_five_times() -> None:
    decisions = failing(*[Conflict("x")] * 7)
    assert [decision.next for decision in decisions[:5]] == [AtOnce()] * 5
    assert all(isinstance(decision.next, Retry) for decision in decisions[5:])
    assert decisions[0].delay_s == 0.0
    assert not any(decision.failure or decision.conditions or decision.event for decision in decisions)


def test_waiting_awaits_the_event_with_a_safety_requeue() -> None:
    decision = failing(Waiting("the Secret pull-secret", reason="SecretMissing"))[0]
    assert isinstance(decision.next, AwaitChange) and 300 <= decision.next.safety_s <= 360
    assert conditions(decision)["Ready"] is False
    assert decision.conditions[0].reason == "SecretMissing"
    assert (decision.event, decision.log_level, decision.failure) == (None, "info", False)


def test_gone_ends_the_work_only_if_it_is_the_object_itself() -> None:
    assert failing(Gone("x"), itself=True)[0].next == Done()
    assert failing(Gone("a child"))[0].next == AtOnce()
    assert isinstance(failing(*[Gone("a child")] * 6)[5].next, Retry)


def test_invalid_stalls_until_something_changes() -> None:
    first, second = failing(Invalid("no", field="spec.image"), Invalid("no", field="spec.image"))
    assert isinstance(first.next, AwaitChange) and first.next.safety_s >= 3600
    assert conditions(first) == {"Ready": False, "Stalled": True, "Reconciling": False}
    assert first.event is not None and first.event.type == "Warning"
    assert second.event is None
    assert conditions(second) == conditions(first)


def test_denied_comes_back_slowly_for_someone_may_mend_it() -> None:
    delays = [decision.delay_s or 0 for decision in failing(*[Denied("x")] * 8)]
    assert 60 <= delays[0] <= 72
    assert 1800 <= delays[-1] <= 2160
    first = failing(Denied("x"))[0]
    assert (conditions(first)["Ready"], first.log_level, first.event is not None) == (False, "error", True)


def test_permanent_stalls_with_a_safety_retry_of_an_hour() -> None:
    decision = failing(Permanent("x"))[0]
    assert isinstance(decision.next, AwaitChange) and 3600 <= decision.next.safety_s <= 4320
    assert (conditions(decision)["Stalled"], decision.log_level) == (True, "error")


def test_internal_alerts_and_leaks_nothing() -> None:
    decision = failing(KeyError("password=hunter2"))[0]
    assert (decision.alert, decision.log_level) == (True, "critical")
    assert decision.conditions[0].reason == "InternalError"
    shown = [each.message for each in decision.conditions] + [
        decision.event.message if decision.event else ""
    ]
    assert not any("hunter2" in text for text in shown)
    assert isinstance(decision.next, Retry) and decision.next.after_s >= 5
    assert (
        failing(Internal("x", reason="NonDeterministicDesired"))[0].count.reason == "NonDeterministicDesired"
    )


def test_a_dependency_that_is_down_is_asked_at_the_breakers_next_probe() -> None:
    decision = failing(DependencyDown("x", retry_after=42))[0]
    assert decision.next == Retry(42.0)
    assert conditions(decision) == {"Degraded": True}


def test_cancellation_leaves_everything_as_it_is() -> None:
    decision = failing(SystemExit(0), history=failing(Transient("x"))[0].history)[0]
    assert (decision.next, decision.conditions, decision.event, decision.log_level) == (
        Nothing(),
        (),
        None,
        "",
    )
    assert (decision.failure, decision.delay_s) == (False, None)
    assert decision.history.failures == 1


def test_requeue_after_is_exact_and_no_failure() -> None:
    decision = failing(RequeueAfter(12.5))[0]
    assert decision.next == Retry(12.5)
    assert (decision.conditions, decision.event, decision.log_level, decision.failure) == (
        (),
        None,
        "",
        False,
    )
    assert decision.history == HEALTHY


def test_a_delay_that_the_user_states_wins_over_the_backoff() -> None:
    decisions = failing(*[Transient("x")] * 10, Transient("x", retry_after=2))
    assert decisions[-1].next == Retry(2.0)
    assert failing(Permanent("x", retry_after=90))[0].next == Retry(90.0)


def test_a_server_cannot_send_us_away_for_ever_nor_call_us_back_at_once() -> None:
    far = failing(ApiError("x", status=503, retry_after=10**9))[0]
    assert far.delay_s is not None and far.delay_s <= 3960
    soon = failing(*[ApiError("x", status=503, retry_after=0)] * 40)
    assert sum(decision.delay_s or 0 for decision in soon) > 1000


def test_two_managers_of_a_field_do_not_fight_in_a_hot_loop() -> None:
    error = ApiError("x", status=409, reason="Conflict", causes=[Cause("FieldManagerConflict", ".data.a")])
    decision = failing(error)[0]
    assert isinstance(decision.next, Retry) and decision.next.after_s >= 60
    assert conditions(decision)["Ready"] is False and decision.event is not None


def test_a_kind_that_is_not_installed_is_asked_for_again_within_minutes() -> None:
    error = ApiError("404 page not found", status=404)
    delays = [decision.delay_s or 0 for decision in failing(*[error] * 10)]
    assert 5 <= delays[0] <= 7.5
    assert max(delays) <= 450


@pytest.mark.parametrize("seed", range(300))
def test_r09_at_most_thirty_attempts_in_ten_minutes(seed: int) -> None:
    """Whatever the object's resourceVersion does: the history is the object's."""
    rng, now, attempts, history = random.Random(seed), 0.0, 0, HEALTHY
    verdict = classify(ApiError("x", status=503))
    while now < 600:
        attempts += 1
        decision = decide(verdict, history, now, rng)
        history = at_generation(decision.history, 1)
        now += decision.delay_s or 0
    assert attempts <= 30


def test_r09_classes_that_take_turns_do_not_reset_each_other() -> None:
    rng, now, attempts, history = random.Random(1), 0.0, 0, HEALTHY
    verdicts = [classify(ApiError("x", status=503)), classify(TimeoutError("x")), classify(Conflict("x"))]
    while now < 600:
        decision = decide(verdicts[attempts % 3], history, now, rng)
        attempts += 1
        history = decision.history
        now += decision.delay_s or 0
    assert attempts <= 60


def test_r01_a_refused_status_is_tried_at_most_three_times_in_a_minute() -> None:
    now, attempts, history = 0.0, 0, HEALTHY
    verdict = classify(ApiError("status.ovens", status=422, reason="Invalid"))
    while now < 60:
        attempts += 1
        decision = decide(verdict, history, now, RNG)
        history = decision.history
        now += decision.delay_s or 0
    assert attempts <= 3


def test_a_new_generation_starts_anew_and_keeps_the_episode() -> None:
    history = at_generation(HEALTHY, 1)
    history = failing(*[Transient("x")] * 9, Invalid("y"), history=history)[-1].history
    fresh = at_generation(history, 2)
    assert (fresh.failures, fresh.attempts, fresh.conflicts) == (0, {}, 0)
    assert fresh.first_failed_at == 100.0
    assert at_generation(fresh, 2) == fresh
    assert failing(Invalid("y"), history=fresh)[0].event is not None


def test_recovery_is_told_where_the_failure_was() -> None:
    history = failing(Invalid("x"))[0].history
    recovery = recovered(history, 175.0)
    assert recovery is not None and recovery.event is not None
    assert (recovery.duration_s, recovery.event.type, recovery.event.reason) == (75.0, "Normal", "Recovered")
    assert recovery.event.message == "recovered from Invalid after 1m 15s, 1 failed attempt"


def test_recovery_from_a_blip_that_nobody_saw_writes_no_event() -> None:
    recovery = recovered(failing(Transient("x"))[0].history, 100.1)
    assert recovery is not None and recovery.event is None


def test_the_end_of_waiting_needs_no_event() -> None:
    """The condition turns; nothing had failed."""
    recovery = recovered(failing(Waiting("x"))[0].history, 101.0)
    assert recovery is not None and recovery.event is None


def test_reasons_of_an_episode_do_not_pile_up() -> None:
    decisions = failing(*[Transient("x", reason=f"Reason{number}") for number in range(500)])
    assert max(len(decision.history.reasons) for decision in decisions) <= 33


def test_who_was_well_does_not_recover() -> None:
    assert recovered(HEALTHY, 5.0) is None
    assert recovered(failing(RequeueAfter(3))[0].history, 5.0) is None


def test_recovery_from_a_bug_does_not_name_it() -> None:
    recovery = recovered(failing(KeyError("x"))[0].history, 101.0)
    assert recovery is not None and recovery.event is not None
    assert "InternalError" in recovery.event.message


def test_a_repeated_failure_keeps_its_first_wording() -> None:
    """A number that differs each time must not cost a status write each time."""
    first, second = failing(Waiting("3 of 5 pods"), Waiting("4 of 5 pods"))
    assert [each.message for each in second.conditions] == [each.message for each in first.conditions]


def test_a_long_message_is_cut_in_the_middle() -> None:
    message = "spec: Invalid value: " + "é" * 5000 + ": field is immutable"
    shown = failing(Invalid(message))[0].conditions[0].message
    assert len(shown.encode()) <= 1024
    assert shown.startswith("spec: Invalid value: é") and shown.endswith(": field is immutable")


def test_an_override_by_class_reason_and_kind() -> None:
    quick = Disposition(next=Next.RETRY, backoff=Backoff(first_s=3.0, cap_s=3.0, spread=0.0))
    table = TABLE.override(Override(klass=Class.DENIED, reason="QuotaExceeded", kind="v1/Pod", then=quick))
    error = ApiError('pods "x" is forbidden: exceeded quota: q', status=403, reason="Forbidden")
    assert failing(error, table=table.for_kind("v1/Pod"))[0].next == Retry(3.0)
    assert failing(error, table=table.for_kind("v1/Service"))[0].delay_s != 3.0
    assert failing(Denied("x"), table=table.for_kind("v1/Pod"))[0].delay_s != 3.0


def test_the_last_of_two_overrides_wins() -> None:
    first = Override(klass=Class.TIMEOUT, then=Disposition(next=Next.DONE))
    second = Override(klass=Class.TIMEOUT, then=Disposition(next=Next.NOTHING))
    assert failing(Timeout("x"), table=TABLE.override(first, second))[0].next == Nothing()


def test_every_class_has_a_row() -> None:
    assert set(ROWS) == set(Class)


ERRORS = st.sampled_from(
    [
        Transient,
        Throttled,
        Timeout,
        Conflict,
        Waiting,
        Gone,
        Invalid,
        Denied,
        Permanent,
        Internal,
        DependencyDown,
    ]
)


@GENERATED
@given(st.lists(ERRORS, min_size=1, max_size=60), st.integers())
def test_no_dead_ends(kinds: list[type[OperatorError]], seed: int) -> None:
    """Whatever comes, in whatever order: there is a next attempt within a known bound."""
    rng, history = random.Random(seed), HEALTHY
    for number, kind in enumerate(kinds):
        decision = decide(classify(kind("x")), history, float(number), rng)
        history = decision.history
        assert decision.delay_s is not None and 0 <= decision.delay_s <= 4320


@GENERATED
@given(st.integers(0, 10**12), st.integers())
def test_no_count_of_failures_breaks_the_backoff(attempt: int, seed: int) -> None:
    assert 0 <= Backoff(first_s=0.1, cap_s=300).delay_s(attempt, random.Random(seed)) <= 300


def test_equal_input_gives_an_equal_decision() -> None:
    def once() -> Decision:
        return decide(classify(Transient("x")), HEALTHY, 5.0, random.Random(3))

    assert once() == once()


def test_counts_are_labelled_by_class_reason_and_rule() -> None:
    verdict: Verdict = classify(ApiError("x", status=503))
    count = decide(verdict, HEALTHY, 0.0, RNG).count
    assert (count.klass, count.reason, count.rule) == ("transient", "Transient", "http.server")
