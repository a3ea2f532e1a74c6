"""Rules as data, and the one evaluator."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

from mendloop.errors.classes import Class
from mendloop.errors.conditions import ANYTHING, Condition
from mendloop.errors.facts import Facts
from mendloop.errors.verdict import Evidence, Skipped, Step, Verdict

_INDEXED: Final = 1024  # statuses above share no index; nobody sends them


@dataclass(frozen=True, slots=True)
class Rule:
    """If `when` holds, the failure is `then`, because of `why`.

    The id never changes its meaning. `reason` replaces the server's own, where ours says more; `field`
    finds the path of the input that is wrong, where it is not among the causes.
    """

    id: str
    when: Condition
    then: Class
    why: str
    reason: str = ""
    field: Callable[[Facts], str] | None = None

    def __str__(self) -> str:
        return f"{self.id}: {self.when} -> {self.then}"


def rule(
    id: str, then: Class, why: str, *, reason: str = "", looks_at: tuple[str, ...] = ("message",)
) -> Callable[[Callable[[Facts], bool]], Rule]:
    """A rule from a plain function over facts, which becomes its condition under its own name."""

    def made(test: Callable[[Facts], bool]) -> Rule:
        return Rule(id, Condition(test.__name__, test, looks_at), then, why, reason)

    return made


@dataclass(frozen=True)
class RuleSet:
    """Rules in the order in which they are tried: `first`, which know, then `last`, which guess.

    Total: what no rule knows is `internal`. User rules go before or after those that know, always before
    those that guess.
    """

    first: tuple[Rule, ...]
    last: tuple[Rule, ...] = ()

    def __post_init__(self) -> None:
        ids = [each.id for each in self]
        twice = sorted({each for each in ids if ids.count(each) > 1})
        if twice:
            raise ValueError(f"two rules have one id: {', '.join(twice)}")

    def __iter__(self) -> Iterator[Rule]:
        yield from self.first
        yield from self.last

    def before(self, *rules: Rule) -> RuleSet:
        """These rules, then the ones of this set. Errors: `ValueError` for an id that is taken."""
        return replace(self, first=(*rules, *self.first))

    def after(self, *rules: Rule) -> RuleSet:
        """The rules of this set that know, then these, then those that guess. Errors: as `before`."""
        return replace(self, first=(*self.first, *rules))

    @cached_property
    def version(self) -> str:
        """A digest of what the rules say: equal rules, equal version."""
        lines = (f"{each} {each.reason}\n" for each in self)
        return hashlib.sha256("".join(lines).encode()).hexdigest()[:12]

    @cached_property
    def _all(self) -> tuple[Rule, ...]:
        return (*self, UNKNOWN)

    @cached_property
    def _by_status(self) -> dict[int, tuple[Rule, ...]]:
        return {}

    def candidates(self, status: int) -> tuple[Rule, ...]:
        """The rules that can hold for `status` at all, in order."""
        known = self._by_status.get(status)
        if known is None:
            known = tuple(
                each for each in self._all if each.when.statuses is None or status in each.when.statuses
            )
            if 0 <= status < _INDEXED:
                self._by_status[status] = known
        return known

    def judge(self, facts: Facts) -> Verdict:
        """The verdict of the first rule that holds. Never raises: a rule that does is skipped and named."""
        skipped: tuple[Skipped, ...] = ()
        for each in self.candidates(facts.status):
            try:
                if each.when.test(facts):
                    return self._verdict(each, facts, skipped)
            except Exception as error:  # a rule of the user's must not break classification
                skipped += (Skipped(each.id, f"{type(error).__name__}: {error}"),)
        return self._verdict(UNKNOWN, facts, skipped)

    def walk(self, facts: Facts) -> tuple[Step, ...]:
        """Every rule up to the one that decides, with what it saw."""
        steps: list[Step] = []
        for each in self._all:
            steps.append(_step(each, facts))
            if steps[-1].held:
                break
        return tuple(steps)

    def _verdict(self, decided: Rule, facts: Facts, skipped: tuple[Skipped, ...]) -> Verdict:
        return Verdict(
            klass=decided.then,
            reason=decided.reason or _camel(facts.reason) or _default_reason(decided.then),
            rule=decided.id,
            why=decided.why,
            message=facts.message,
            version=self.version,
            field=decided.field(facts) if decided.field else facts.field,
            retry_after=facts.retry_after_s,
            explicit=bool(facts.own) and facts.retry_after_s is not None,
            facts=facts,
            skipped=skipped,
            rules=self,
        )


UNKNOWN: Final = Rule(
    "unknown", ANYTHING, Class.INTERNAL, "nobody knows this failure: it is reported, and tried again slowly"
)


def _step(asked: Rule, facts: Facts) -> Step:
    when = asked.when
    seen = tuple(Evidence(name, getattr(facts, name, None)) for name in when.looks_at)
    possible = when.statuses is None or facts.status in when.statuses
    try:
        return Step(asked.id, str(when), seen, possible and when.test(facts), possible)
    except Exception as error:  # shown where it happened, as `judge` skipped it
        return Step(asked.id, str(when), seen, False, possible, f"{type(error).__name__}: {error}")


def _camel(reason: str) -> str:
    """The reason if conditions and labels may carry it (a webhook can send anything)."""
    return reason if reason.isalnum() and reason.isascii() and len(reason) <= 64 else ""


def _default_reason(then: Class) -> str:
    return "InternalError" if then is Class.INTERNAL else then.title().replace("_", "")
