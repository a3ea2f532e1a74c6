"""Chains of exceptions: what is in them, and what was known where they passed.

The order is from the outside in, as Python's traceback would show it: an exception, the members of a
group, then its cause, or its context where `from None` did not suppress it. Each link comes once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final, TypeVar

E = TypeVar("E", bound=BaseException)

MAX_LINKS: Final = 256  # a chain longer than this is cut: classification must end, whatever built it
_CONTEXT: Final = "_mendloop_context"
_NOTHING: Final[Mapping[str, object]] = MappingProxyType({})


def behind(error: BaseException) -> BaseException | None:
    """What `error` was raised from: its cause, else its context unless that is suppressed."""
    if error.__cause__ is not None:
        return error.__cause__
    return None if error.__suppress_context__ else error.__context__


def links(error: BaseException) -> Iterator[BaseException]:
    """Every exception of the chain, groups included, at most `MAX_LINKS`."""
    seen: set[int] = set()
    pending: list[BaseException] = [error]
    while pending and len(seen) < MAX_LINKS:
        link = pending.pop()
        if id(link) in seen:
            continue
        seen.add(id(link))
        yield link
        inner = behind(link)
        if inner is not None:
            pending.append(inner)
        if isinstance(link, BaseExceptionGroup):
            pending.extend(reversed(link.exceptions))


def find(error: BaseException, wanted: type[E]) -> E | None:
    """The outermost `wanted` of the chain, or `None`."""
    return next((link for link in links(error) if isinstance(link, wanted)), None)


def has(error: BaseException, wanted: type[BaseException] | tuple[type[BaseException], ...]) -> bool:
    """Whether a `wanted` is anywhere in the chain."""
    return any(isinstance(link, wanted) for link in links(error))


def with_context(error: E, **known: object) -> E:
    """The same exception, which now also carries what was `known` where it passed.

    Usual names: `object` (group/kind/namespace/name/uid/generation), `reconcile_id`, `trace_id`,
    `task`, `time`, and business keys of the user. Neither type nor class nor chain changes. What is
    already there stays: the place nearest to the failure knew best.
    """
    setattr(error, _CONTEXT, {**known, **context_of(error)})
    return error


def context_of(error: BaseException) -> Mapping[str, object]:
    """What `with_context` noted on this very exception (not on others of its chain)."""
    noted: Mapping[str, object] = getattr(error, _CONTEXT, _NOTHING)
    return noted


def chain_context(error: BaseException) -> dict[str, object]:
    """What was noted anywhere in the chain; of two that disagree the inner one counts.

    The business keys of mendloop's own exceptions (`keys=`) are part of it.
    """
    merged: dict[str, object] = {}
    for link in links(error):
        merged |= {**getattr(link, "keys", {}), **context_of(link)}
    return merged
