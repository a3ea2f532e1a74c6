"""The answer of the decision tree, and how it was reached."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import msgspec

from mendloop.errors.classes import Class
from mendloop.errors.facts import Facts

if TYPE_CHECKING:
    from mendloop.errors.rules import RuleSet


class Evidence(NamedTuple):
    """A fact that a rule looked at, and what it saw."""

    fact: str
    value: object


class Step(NamedTuple):
    """One rule that was tried: what it asked, what it saw, and whether it decided.

    `possible` is False where it is for other statuses and could not hold whatever else it saw.
    """

    rule: str
    asked: str
    seen: tuple[Evidence, ...]
    held: bool
    possible: bool = True
    error: str = ""  # what the rule raised, when it had to be skipped


class Skipped(NamedTuple):
    """A rule that raised and was passed over."""

    rule: str
    error: str


class Verdict(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What a failure is: its class, and the rule that said so.

    `reason` is CamelCase, for conditions, Events and labels; `field` is the path of the input that is
    wrong, where known. `retry_after` is in seconds; `explicit` says that the user stated it, so that it
    wins over policy. `version` names the rule set.
    """

    klass: Class
    reason: str
    rule: str
    why: str
    message: str
    version: str
    field: str = ""
    retry_after: float | None = None
    explicit: bool = False
    facts: Facts
    skipped: tuple[Skipped, ...] = ()
    rules: RuleSet

    def __repr__(self) -> str:
        return f"Verdict({self.klass}, {self.reason}, by {self.rule}: {self.message!r})"

    @property
    def path(self) -> tuple[Step, ...]:
        """Every rule tried up to the one that decided, with the evidence.

        Made when asked for: judging is pure, so that the way can be walked again.
        """
        return self.rules.walk(self.facts)
