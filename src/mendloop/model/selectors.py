"""Label selectors: what they require, whether two mean the same, and whether one can match at all.

Source: apimachinery `labels` and `metav1.LabelSelector`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Literal, TypeAlias

import msgspec

Labels: TypeAlias = Mapping[str, str]
Operator: TypeAlias = Literal["In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt"]

_OPERATORS = ("In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt")
_TERM = re.compile(
    r"\s*(?:(?P<absent>!)\s*(?P<absent_key>[^\s=!,<>()]+)"
    r"|(?P<key>[^\s=!,<>()]+)\s*(?:(?P<op>==|=|!=|<|>)\s*(?P<value>[^\s=!,<>()]*)"
    r"|(?P<set_op>\bin|notin)\s*\((?P<values>[^()]*)\))?)\s*(?:,|$)"
)
_SIGNS: Mapping[str, Operator] = {"=": "In", "==": "In", "!=": "NotIn", "<": "Lt", ">": "Gt"}


class Requirement(msgspec.Struct, frozen=True, order=True):
    """One condition on one label; `Gt` and `Lt` compare whole numbers."""

    key: str
    operator: Operator
    values: frozenset[str] = frozenset()

    def matches(self, labels: Labels) -> bool:
        """True where an object with these labels fulfils it."""
        value = labels.get(self.key)
        match self.operator:
            case "In":
                return value in self.values
            case "NotIn":
                return value not in self.values
            case "Exists":
                return value is not None
            case "DoesNotExist":
                return value is None
            case _:
                return self._compares(value)

    def _compares(self, value: str | None) -> bool:
        try:
            number, bound = int(value or ""), int(next(iter(self.values)))
        except ValueError:
            return False
        return number > bound if self.operator == "Gt" else number < bound


class Selector(msgspec.Struct, frozen=True):
    """All requirements must hold; no requirement at all matches everything.

    Equal where the same requirements are stated, however they were written.
    """

    requirements: frozenset[Requirement] = frozenset()

    @classmethod
    def parse(cls, text: str) -> Selector:
        """Read the text form (`app=mill,tier in (a,b),!old`); ValueError, with the place, otherwise."""
        found, at = [], 0
        while at < len(text.rstrip()):
            term = _TERM.match(text, at)
            if term is None or term.end() == at:
                raise ValueError(f"{text!r} is not a label selector: not understood at {at}")
            found.append(_requirement(term))
            at = term.end()
        return cls(frozenset(found))

    @classmethod
    def of(cls, selector: Mapping[str, Any]) -> Selector:
        """Read a `LabelSelector` object; ValueError where an operator or its values do not fit."""
        found = {
            Requirement(k, "In", frozenset((v,))) for k, v in (selector.get("matchLabels") or {}).items()
        }
        for stated in selector.get("matchExpressions") or ():
            found.add(_checked(stated["key"], stated["operator"], stated.get("values") or ()))
        return cls(frozenset(found))

    @classmethod
    def equal_to(cls, labels: Labels) -> Selector:
        """A plain map of labels, as in a Service."""
        return cls(frozenset(Requirement(k, "In", frozenset((v,))) for k, v in labels.items()))

    def matches(self, labels: Labels) -> bool:
        """True where an object with these labels is selected."""
        return all(requirement.matches(labels) for requirement in self.requirements)

    def can_match(self) -> bool:
        """False where no set of labels at all could be selected (`a=1,a=2`, `a,!a`)."""
        return all(_possible(group) for group in self._by_key().values())

    def _by_key(self) -> dict[str, list[Requirement]]:
        groups: dict[str, list[Requirement]] = {}
        for requirement in self.requirements:
            groups.setdefault(requirement.key, []).append(requirement)
        return groups

    def __str__(self) -> str:
        return ",".join(_text(r) for r in sorted(self.requirements, key=lambda r: (r.key, r.operator)))


def _requirement(term: re.Match[str]) -> Requirement:
    if term["absent"]:
        return Requirement(term["absent_key"], "DoesNotExist")
    if term["op"]:
        return _checked(term["key"], _SIGNS[term["op"]], (term["value"],))
    if term["set_op"]:
        operator = "In" if term["set_op"] == "in" else "NotIn"
        return _checked(term["key"], operator, [v.strip() for v in term["values"].split(",")])
    return Requirement(term["key"], "Exists")


def _checked(key: str, operator: str, values: Iterable[str]) -> Requirement:
    held = frozenset(values)
    if operator not in _OPERATORS:
        raise ValueError(f"{operator!r} is not an operator of label selectors")
    if (operator in ("Exists", "DoesNotExist")) == bool(held):
        raise ValueError(f"{operator} of {key!r} has {'values' if held else 'no values'}")
    return Requirement(key, operator, held)  # type: ignore[arg-type]


def _possible(requirements: list[Requirement]) -> bool:
    """Can one label, present or not, fulfil all of these? Tries absence and every value worth trying."""
    key = requirements[0].key
    named = {value for requirement in requirements for value in requirement.values}
    # A value that nobody names stands for all others; numbers around each bound stand for Gt and Lt.
    numbers = {int(v) + step for v in named if re.fullmatch(r"[+-]?\d+", v) for step in (-1, 0, 1)}
    candidates = [*named, *map(str, numbers), "-".join(sorted(named)) + "-other"]
    worlds: list[Labels] = [{}, *({key: value} for value in candidates)]
    return any(all(r.matches(labels) for r in requirements) for labels in worlds)


def _text(requirement: Requirement) -> str:
    values = ",".join(sorted(requirement.values))
    match requirement.operator:
        case "Exists":
            return requirement.key
        case "DoesNotExist":
            return f"!{requirement.key}"
        case "Gt" | "Lt":
            return f"{requirement.key}{'>' if requirement.operator == 'Gt' else '<'}{values}"
        case "In" if len(requirement.values) == 1:
            return f"{requirement.key}={values}"
        case _:
            return f"{requirement.key} {requirement.operator.lower()} ({values})"


def same(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """True where two `LabelSelector` objects require the same."""
    return Selector.of(one) == Selector.of(other)
