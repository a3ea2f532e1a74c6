"""Fields that two parties keep changing."""

from __future__ import annotations

from mendloop.delta import Change, Contest, ContestLimits, Delta

LIMITS = ContestLimits(flips=3, within_s=100, first_wait_s=10, most_wait_s=40)
REPLICAS = Change("spec.replicas", 5, 3, "differs")
IMAGE = Change("spec.image", "a", "b", "differs")


def fought(times: list[float], change: Change = REPLICAS) -> Contest:
    contest = Contest()
    for now in times:
        contest = contest.wrote([change], now, LIMITS)
    return contest


def test_one_correction_is_no_contest() -> None:
    judged = fought([0]).judge(Delta(changes=(REPLICAS,)), 1, LIMITS)
    assert (judged.paths, judged.wait_s) == ((), 0)


def test_a_field_set_back_again_and_again_is_contested_and_waits() -> None:
    judged = fought([0, 1, 2]).judge(Delta(changes=(REPLICAS,)), 3, LIMITS)
    assert judged.paths == ("spec.replicas",)
    assert judged.wait_s == 9


def test_the_wait_doubles_up_to_its_bound() -> None:
    waits = []
    times: list[float] = [0, 1, 2]
    for _ in range(4):
        judged = fought(times).judge(Delta(changes=(REPLICAS,)), times[-1], LIMITS)
        waits.append(judged.wait_s)
        times.append(times[-1] + judged.wait_s)
    assert waits == [10, 20, 40, 40]


def test_corrections_far_apart_are_no_contest() -> None:
    assert fought([0, 200, 400]).judge(Delta(changes=(REPLICAS,)), 401, LIMITS).paths == ()


def test_another_wish_starts_afresh() -> None:
    wish = Change("spec.replicas", 5, 4, "differs")
    assert fought([0, 1, 2]).judge(Delta(changes=(wish,)), 3, LIMITS).paths == ()


def test_what_is_not_in_dispute_does_not_wait() -> None:
    judged = fought([0, 1, 2]).judge(Delta(changes=(REPLICAS, IMAGE)), 3, LIMITS)
    assert (judged.paths, judged.wait_s) == (("spec.replicas",), 0)


def test_the_record_is_bounded_and_forgets() -> None:
    contest = fought([float(now) for now in range(100)])
    assert all(len(record.times) <= LIMITS.flips + 8 for record in contest.records.values())
    assert contest.wrote([IMAGE], 1000, LIMITS).records.keys() == {"spec.image"}
