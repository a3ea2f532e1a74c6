"""Small named conditions over facts, which compose with `&`, `|` and `~` and can print themselves."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from mendloop.errors.facts import Facts

Test = Callable[[Facts], bool]


@dataclass(frozen=True, slots=True, eq=False)
class Condition:
    """A question about facts: its wording, its test, and the names of the facts that it looks at.

    `statuses` are the HTTP statuses for which it can hold at all, `None` for any: rules that cannot hold
    need no asking.
    """

    text: str
    test: Test
    looks_at: tuple[str, ...]
    statuses: frozenset[int] | None = None

    def __and__(self, other: Condition) -> Condition:
        first, second = self.test, other.test
        return Condition(
            f"{self} & {other}",
            lambda facts: first(facts) and second(facts),
            _merged(self, other),
            _both(self.statuses, other.statuses),
        )

    def __or__(self, other: Condition) -> Condition:
        first, second = self.test, other.test
        either = None
        if self.statuses is not None and other.statuses is not None:
            either = self.statuses | other.statuses
        return Condition(
            f"({self} | {other})", lambda facts: first(facts) or second(facts), _merged(self, other), either
        )

    def __invert__(self) -> Condition:
        test = self.test
        text = f"~{self}" if " & " not in self.text else f"~({self})"
        return Condition(text, lambda facts: not test(facts), self.looks_at)

    def __str__(self) -> str:
        return self.text


def _merged(one: Condition, other: Condition) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one.looks_at + other.looks_at))


def _both(one: frozenset[int] | None, other: frozenset[int] | None) -> frozenset[int] | None:
    if one is None or other is None:
        return one if other is None else other
    return one & other


def status(*codes: int) -> Condition:
    """The HTTP status, or the code of a watch's ERROR line, is one of `codes`."""
    wanted = frozenset(codes)
    text = f"status({', '.join(map(str, codes))})"
    return Condition(text, lambda facts: facts.status in wanted, ("status",), wanted)


def statuses(low: int, high: int) -> Condition:
    """The status lies in `low`..`high`, both included."""
    text = f"status({low}..{high})"
    wanted = frozenset(range(low, high + 1))
    return Condition(text, lambda facts: low <= facts.status <= high, ("status",), wanted)


def reason(*names: str) -> Condition:
    """`Status.reason` is one of `names`; an empty name: the server gave none."""
    wanted = frozenset(names)
    text = f"reason({', '.join(name or 'none' for name in names)})"
    return Condition(text, lambda facts: facts.reason in wanted, ("reason",))


def cause(name: str) -> Condition:
    """One of the causes has this reason."""

    def test(facts: Facts) -> bool:  # a loop, because `any` over a generator costs three times as much
        for each in facts.causes:  # noqa: SIM110
            if each.reason == name:
                return True
        return False

    return Condition(f"cause({name})", test, ("causes",))


def cause_at(*fields: str) -> Condition:
    """One of the causes is about one of these fields."""
    wanted = frozenset(fields)

    def test(facts: Facts) -> bool:
        for each in facts.causes:  # noqa: SIM110
            if each.field in wanted:
                return True
        return False

    return Condition(f"cause-at({', '.join(fields)})", test, ("causes",))


def verb(*methods: str) -> Condition:
    """The request was one of these HTTP methods (a watch is WATCH)."""
    wanted = frozenset(methods)
    return Condition(f"verb({', '.join(methods)})", lambda facts: facts.verb in wanted, ("verb",))


def to(*subresources: str) -> Condition:
    """The request was to one of these subresources; the empty name: to the object itself."""
    wanted = frozenset(subresources)
    text = f"to({', '.join(name or 'object' for name in subresources)})"
    return Condition(text, lambda facts: facts.subresource in wanted, ("subresource",))


def about(*kinds: str) -> Condition:
    """`Status.details` is about one of these kinds or resources."""
    wanted = frozenset(kinds)
    return Condition(
        f"about({', '.join(kinds)})", lambda facts: facts.details_kind in wanted, ("details_kind",)
    )


def in_group(group: str) -> Condition:
    """`Status.details` is about this API group."""
    return Condition(
        f"in-group({group})", lambda facts: facts.details_group == group, ("details_group", "details_kind")
    )


def begins(*starts: str) -> Condition:
    """The message begins with one of these texts, the server's fixed wordings."""
    text = f"begins({' | '.join(starts)})"
    return Condition(text, lambda facts: facts.message.startswith(starts), ("message",))


def ends(*ends: str) -> Condition:
    """The message ends with one of these texts."""
    return Condition(f"ends({' | '.join(ends)})", lambda facts: facts.message.endswith(ends), ("message",))


def contains(*words: str) -> Condition:
    """The message has one of these texts in it; the weakest, because messages quote what users wrote."""

    def test(facts: Facts) -> bool:
        message = facts.message
        for word in words:  # noqa: SIM110
            if word in message:
                return True
        return False

    return Condition(f"contains({' | '.join(words)})", test, ("message",))


def says(pattern: str) -> Condition:
    """The message matches the pattern from its beginning on."""
    match = re.compile(pattern).match
    return Condition(f"says({pattern})", lambda facts: match(facts.message) is not None, ("message",))


def family(*names: str) -> Condition:
    """The exception is of one of these families of `errors.foreign`."""
    wanted = frozenset(names)
    return Condition(f"family({', '.join(names)})", lambda facts: facts.family in wanted, ("family",))


def errno(*numbers: int) -> Condition:
    """The operating system's error number is one of these."""
    import errno as names

    wanted = frozenset(numbers)
    text = ", ".join(names.errorcode.get(number, str(number)) for number in numbers)
    return Condition(f"errno({text})", lambda facts: facts.errno in wanted, ("errno",))


def own(name: str) -> Condition:
    """One of mendloop's own exceptions states this class."""
    return Condition(f"own({name})", lambda facts: facts.own == name, ("own",))


def body(*forms: str) -> Condition:
    """The answer said it in one of these forms."""
    wanted = frozenset(forms)
    return Condition(f"body({', '.join(forms)})", lambda facts: facts.body in wanted, ("body",))


def raised(name: str) -> Condition:
    """The deciding exception is of the type with this qualified name, or of one derived from it."""
    return Condition(f"raised({name})", lambda facts: name in facts.types, ("types",))


def in_chain(name: str) -> Condition:
    """An exception of the type with this qualified name is anywhere in the chain."""
    return Condition(
        f"in-chain({name})",
        lambda facts: name in facts.chain or name == "".join(facts.types[:1]),
        ("chain", "types"),
    )


ABOUT_ANOTHER: Final = Condition(
    "about-another",
    lambda facts: (
        bool(facts.resource and facts.details_name)
        and (facts.details_name != facts.name or (facts.details_kind == "namespaces" != facts.resource))
    ),
    ("resource", "name", "details_kind", "details_name"),
)
FROM_API: Final = raised("mendloop.errors.exceptions.ApiError")
HAS_DETAILS: Final = Condition("has-details", lambda facts: bool(facts.details_name), ("details_name",))
HAS_CAUSES: Final = Condition("has-causes", lambda facts: bool(facts.causes), ("causes",))
HAS_RETRY_AFTER: Final = Condition(
    "has-retry-after", lambda facts: facts.retry_after_s is not None, ("retry_after_s",)
)
IN_STREAM: Final = Condition("in-stream", lambda facts: facts.stream, ("stream",))
NO_STATUS: Final = Condition("no-status", lambda facts: facts.status == 0, ("status",), frozenset({0}))
ANYTHING: Final = Condition("anything", lambda facts: True, ())
