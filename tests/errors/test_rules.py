"""The evaluator: order, users' rules, evidence, and rules that break."""

from __future__ import annotations

import pytest

from mendloop.errors import RULES, ApiError, Class, Facts, Rule, RuleSet, classify, facts_of, rule
from mendloop.errors.conditions import (
    ANYTHING,
    HAS_RETRY_AFTER,
    cause,
    contains,
    in_chain,
    own,
    reason,
    says,
    status,
)

TEAPOT = Rule("mine.teapot", status(418), Class.WAITING, "it brews", "Brewing")


def test_the_first_rule_that_holds_decides() -> None:
    rules = RuleSet((TEAPOT, Rule("mine.other", status(418), Class.INVALID, "no")))
    assert rules.judge(Facts(status=418)).rule == "mine.teapot"


def test_a_users_rule_before_the_shipped_ones_wins() -> None:
    conflict = Rule("mine.conflict", status(409) & reason("AlreadyExists"), Class.PERMANENT, "never twice")
    error = ApiError("x", status=409, reason="AlreadyExists")
    assert classify(error, rules=RULES.before(conflict)).klass is Class.PERMANENT
    assert classify(error).klass is Class.CONFLICT


def test_a_users_rule_after_the_shipped_ones_comes_before_the_guesses() -> None:
    mine = Rule("mine.session", says("session timed out"), Class.WAITING, "the login is renewed")
    error = RuntimeError("session timed out")
    assert classify(error).klass is Class.TIMEOUT
    assert classify(error, rules=RULES.after(mine)).klass is Class.WAITING
    assert (
        classify(ApiError("session timed out", status=409), rules=RULES.after(mine)).klass is Class.CONFLICT
    )


def test_r05_one_line_maps_a_webhooks_wording_to_immutable() -> None:
    mine = Rule("mine.gate", contains("may not change these fields"), Class.INVALID, "immutable", "Immutable")
    error = ApiError(
        'admission webhook "vgate.net.example.org" denied the request: Gate update may not change these'
        " fields: spec.address",
        status=403,
    )
    assert classify(error, rules=RULES.before(mine)).reason == "Immutable"


def test_a_decorated_function_becomes_a_rule() -> None:
    @rule("mine.slow", Class.TIMEOUT, "slower than the peer allows", looks_at=("latency_s",))
    def took_too_long(facts: Facts) -> bool:
        return (facts.latency_s or 0) > 10

    verdict = RULES.before(took_too_long).judge(facts_of(RuntimeError("x"), latency_s=11.0))
    assert (verdict.klass, verdict.path[0].asked) == (Class.TIMEOUT, "took_too_long")
    assert verdict.path[0].seen == (("latency_s", 11.0),)


def test_a_rule_that_raises_is_skipped_and_named() -> None:
    @rule("mine.broken", Class.INVALID, "never")
    def broken(facts: Facts) -> bool:
        raise LookupError("no such thing")

    verdict = classify(TimeoutError("x"), rules=RULES.before(broken))
    assert verdict.klass is Class.TIMEOUT
    assert verdict.skipped == (("mine.broken", "LookupError: no such thing"),)
    assert verdict.path[0].error == "LookupError: no such thing"


def test_a_rule_can_ask_for_any_exception_of_the_chain() -> None:
    mine = Rule("mine.disk", in_chain("builtins.BlockingIOError"), Class.WAITING, "the disk is busy")
    error = RuntimeError("saving")
    error.__cause__ = KeyError("x")
    error.__cause__.__cause__ = BlockingIOError("y")
    rules = RULES.before(mine)
    assert classify(error, rules=rules).klass is Class.WAITING
    assert classify(BlockingIOError("y"), rules=rules).klass is Class.WAITING
    assert classify(RuntimeError("saving"), rules=rules).klass is Class.INTERNAL


def test_an_id_cannot_be_taken_twice() -> None:
    with pytest.raises(ValueError, match=r"k8s\.conflict"):
        RULES.before(Rule("k8s.conflict", ANYTHING, Class.GONE, "x"))


def test_an_empty_rule_set_still_answers() -> None:
    assert RuleSet(()).judge(Facts()).klass is Class.INTERNAL


def test_the_version_follows_what_the_rules_say() -> None:
    assert RULES.version == RuleSet(RULES.first, RULES.last).version
    assert RULES.version != RULES.before(TEAPOT).version
    assert len(RULES.version) == 12


def test_the_path_shows_what_every_rule_saw() -> None:
    verdict = RULES.judge(Facts(status=403, message="no", types=("x",)))
    *tried, decided = verdict.path
    assert decided.held and decided.rule == verdict.rule == "k8s.forbidden"
    assert not any(step.held for step in tried)
    quota = next(step for step in tried if step.rule == "k8s.quota")
    assert quota.possible and dict(quota.seen) == {"status": 403, "message": "no"}
    immutable = next(step for step in tried if step.rule == "k8s.immutable")
    assert not immutable.possible and dict(immutable.seen)["status"] == 403


def test_conditions_print_how_they_were_composed() -> None:
    asked = status(429) & (cause("X") | ~HAS_RETRY_AFTER)
    assert str(asked) == "status(429) & (cause(X) | ~has-retry-after)"
    assert asked.looks_at == ("status", "causes", "retry_after_s")
    assert str(~(status(1) & own("gone"))) == "~(status(1) & own(gone))"


@pytest.mark.parametrize("code", [0, 200, 400, 403, 404, 409, 422, 429, 500, 503, 504, 999, 5000])
def test_leaving_out_rules_by_status_changes_nothing(code: int) -> None:
    for facts in (Facts(status=code), Facts(status=code, message="etcdserver: x", own="gone", family="bug")):
        held = [each.id for each in (*RULES, *RuleSet(()).candidates(code)) if each.when.test(facts)]
        assert RULES.judge(facts).rule == held[0]


def test_a_reason_that_no_label_can_carry_is_replaced() -> None:
    verdict = RULES.judge(Facts(status=503, reason="not a reason!\n"))
    assert verdict.reason == "Transient"
