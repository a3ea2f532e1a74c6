"""Conditions kept by the API conventions.

A transition time moves when a condition's status does, and at no other change; what only its time tells
apart means the same. Conditions of other types are somebody else's, and stay.
Source: API conventions, "Typical status properties"; `k8s.io/apimachinery/pkg/api/meta/conditions.go`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, datetime

import msgspec

from mendloop.model.types import Condition

MESSAGE_LIMIT = 32_768
"""The most characters that `metav1.Condition` allows in a message."""

_CUT = " ... (cut)"


def find(conditions: Iterable[Condition], type_: str) -> Condition | None:
    """The condition of that type."""
    return next((one for one in conditions if one.type == type_), None)


def is_true(conditions: Iterable[Condition], type_: str) -> bool:
    """Whether there is a condition of that type and its status is True."""
    found = find(conditions, type_)
    return found is not None and found.status == "True"


def set_condition(
    conditions: Sequence[Condition], wanted: Condition, *, now: datetime
) -> tuple[Condition, ...]:
    """`conditions` with `wanted` in the place of the one of its type, or at the end.

    The transition time is the old one while the status is the old one, else `now`; whatever `wanted` says
    of it. What means the same as before is left as it was.
    """
    before = find(conditions, wanted.type)
    kept = before if before is not None and _means(before) == _means(_cut(wanted)) else None
    settled = kept or _stamped(_cut(wanted), before, now)
    if before is None:
        return (*conditions, settled)
    return tuple(settled if one.type == wanted.type else one for one in conditions)


def clear(conditions: Iterable[Condition], *types: str) -> tuple[Condition, ...]:
    """`conditions` without those of the given types."""
    return tuple(one for one in conditions if one.type not in types)


def settle(
    observed: Sequence[Condition], wanted: Iterable[Condition], *, ours: Collection[str], now: datetime
) -> tuple[Condition, ...]:
    """What should be there: `wanted`, and of what is observed all that is not `ours`.

    `ours` are the types that we set before; those wished no longer go. The order is the observed one, new
    ones last, so that equal meaning gives an equal list.
    """
    stated = {one.type: one for one in wanted}
    result = tuple(one for one in observed if one.type in stated or one.type not in ours)
    for one in stated.values():
        result = set_condition(result, one, now=now)
    return result


def same_meaning(one: Iterable[Condition], other: Iterable[Condition]) -> bool:
    """Whether two lists say the same, whatever their order and transition times."""
    return {_means(_cut(each)) for each in one} == {_means(_cut(each)) for each in other}


def _means(one: Condition) -> tuple[object, ...]:
    return (one.type, one.status, one.reason, one.message, one.observed_generation)


def _cut(one: Condition) -> Condition:
    if len(one.message) <= MESSAGE_LIMIT:
        return one
    return msgspec.structs.replace(one, message=one.message[: MESSAGE_LIMIT - len(_CUT)] + _CUT)


def _stamped(wanted: Condition, before: Condition | None, now: datetime) -> Condition:
    moved = before is None or before.status != wanted.status or before.last_transition_time is None
    time = now if moved or before is None else before.last_transition_time
    assert time is not None
    # metav1.Time has whole seconds: a finer one would come back changed, and differ for good.
    return msgspec.structs.replace(wanted, last_transition_time=time.astimezone(UTC).replace(microsecond=0))
