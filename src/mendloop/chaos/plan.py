"""The fault plan: which calls go wrong, how, and how often. Seeded, printable, replayable.

plan = FaultPlan(seed=7)
plan.fail("patch", kind="apps/Deployment", status=409, times=1)
plan.add(Reset(after_commit=True), "create", kind="Job", nth=2)
print(plan.describe())
again = FaultPlan.from_json(plan.to_json())
"""

from __future__ import annotations

from collections.abc import Mapping
from random import Random
from typing import Any

import msgspec

from mendloop.chaos.calls import Call, Match
from mendloop.chaos.faults import Answer, Fault, status_answer, text_answer


class Rule(msgspec.Struct, frozen=True, omit_defaults=True):
    """A fault and the calls that it hits: from the `nth` matching one on, `times` of them (None: all).

    `chance` is the share of those calls that it really hits, drawn from the plan's seed.
    """

    fault: Fault
    match: Match = Match()
    nth: int = 1
    times: int | None = 1
    chance: float = 1.0

    def __str__(self) -> str:
        if self.times is None:
            often = "always" if self.nth == 1 else f"from call {self.nth} on"
        elif self.times == 1:
            often = f"call {self.nth}"
        else:
            often = f"calls {self.nth} to {self.nth + self.times - 1}"
        chance = "" if self.chance >= 1 else f", {self.chance:.0%} of them"
        return f"{self.match} ({often}{chance}): {self.fault}"


class Hit(msgspec.Struct, frozen=True):
    """One call that a rule hit; `at_s` is on the loop's clock."""

    at_s: float
    rule: Rule
    call: Call


class _Written(msgspec.Struct, omit_defaults=True):
    seed: int
    rules: tuple[Rule, ...]


class FaultPlan:
    """The rules, in order of precedence, and the memory of what they hit.

    The first rule that selects a call and is not spent decides; watches take every such rule.
    """

    def __init__(self, seed: int = 0, rules: tuple[Rule, ...] = ()) -> None:
        self.seed = seed
        self.hits: list[Hit] = []
        self._rng = Random(seed)
        self._rules: list[Rule] = list(rules)
        self._seen: dict[int, int] = {}

    @property
    def rules(self) -> tuple[Rule, ...]:
        return tuple(self._rules)

    def add(
        self,
        fault: Fault,
        verb: str = "",
        *,
        nth: int = 1,
        times: int | None = 1,
        chance: float = 1.0,
        **match: Any,
    ) -> Rule:
        """Plans a fault for the calls that `verb` and the other fields of `Match` select."""
        rule = Rule(fault, Match(verb=verb, **match), nth, times, chance)
        self._rules.append(rule)
        return rule

    def fail(
        self,
        verb: str = "",
        *,
        status: int,
        message: str = "",
        reason: str | None = None,
        text: str | None = None,
        retry_after_s: int | None = None,
        details: Mapping[str, object] | None = None,
        **more: Any,
    ) -> Rule:
        """Plans a failing answer: a `Status`, or `text` in plain; the rest is as for `add`."""
        answer: Answer
        if text is not None:
            answer = text_answer(status, text, retry_after_s=retry_after_s)
        else:
            answer = status_answer(
                status, message, reason=reason, details=details, retry_after_s=retry_after_s
            )
        return self.add(answer, verb, **more)

    def clear(self) -> None:
        """Health: every rule is taken out; what was hit stays known."""
        self._rules.clear()
        self._seen.clear()

    def remove(self, rule: Rule) -> None:
        """Takes one rule out, the same object that `add` gave."""
        self._rules = [each for each in self._rules if each is not rule]

    def first_for(self, call: Call, at_s: float, page: int = 0) -> Fault | None:
        """The fault that hits this call, if any; counts the call."""
        found = None
        for rule in self._rules:
            # Every rule counts the calls that it selects, whichever decides.
            if rule.match.selects(call, page) and self._is_due(rule) and found is None:
                found = rule
        if found is None:
            return None
        self.hits.append(Hit(at_s, found, call))
        return found.fault

    def all_for(self, call: Call, at_s: float) -> list[Fault]:
        """Every fault that hits this watch; counts the call."""
        due = [rule for rule in self._rules if rule.match.selects(call) and self._is_due(rule)]
        self.hits.extend(Hit(at_s, rule, call) for rule in due)
        return [rule.fault for rule in due]

    def describe(self) -> str:
        """The plan for people: its seed, a line for each rule, and how often each one hit."""
        lines = [f"fault plan, seed {self.seed}"]
        for rule in self._rules:
            hits = sum(hit.rule is rule for hit in self.hits)
            lines.append(f"  {rule} [{hits} hits]")
        return "\n".join(lines)

    def to_json(self) -> str:
        """The plan without its memory, to be run again."""
        return msgspec.json.encode(_Written(self.seed, self.rules)).decode()

    @classmethod
    def from_json(cls, text: str | bytes) -> FaultPlan:
        """The plan that `to_json` wrote.

        Errors: `msgspec.ValidationError` naming the place where the text is no plan.
        """
        written = msgspec.json.decode(text, type=_Written)
        return cls(written.seed, written.rules)

    def _is_due(self, rule: Rule) -> bool:
        number = self._seen[id(rule)] = self._seen.get(id(rule), 0) + 1
        if number < rule.nth or (rule.times is not None and number >= rule.nth + rule.times):
            return False
        return rule.chance >= 1 or self._rng.random() < rule.chance
