"""The twelve classes of failure (SPEC 2.2); the class decides what follows."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class Class(StrEnum):
    """What a failure is, seen from what should happen next."""

    TRANSIENT = "transient"
    THROTTLED = "throttled"
    TIMEOUT = "timeout"
    CONFLICT = "conflict"
    WAITING = "waiting"
    GONE = "gone"
    INVALID = "invalid"
    DENIED = "denied"
    PERMANENT = "permanent"
    INTERNAL = "internal"
    DEPENDENCY_DOWN = "dependency_down"
    CANCELED = "canceled"


MEANING: Final[dict[Class, str]] = {
    Class.TRANSIENT: "may pass by itself",
    Class.THROTTLED: "the other side asks to come later",
    Class.TIMEOUT: "took longer than it may",
    Class.CONFLICT: "somebody else was faster: read again and decide again",
    Class.WAITING: "something that is needed is not there yet",
    Class.GONE: "what it was about is not there any more",
    Class.INVALID: "the user's input is wrong",
    Class.DENIED: "not allowed: rights, quota, admission, trust",
    Class.PERMANENT: "will not pass by itself",
    Class.INTERNAL: "a bug in the operator",
    Class.DEPENDENCY_DOWN: "a breaker is open: the dependency was not asked",
    Class.CANCELED: "stopped on purpose: no failure",
}

# Of several failures at once (an exception group) the first of these speaks: a bug is never hidden,
# then what wants the soonest next attempt, so that a wrong input beside it cannot delay the healing.
PRECEDENCE: Final[tuple[Class, ...]] = (
    Class.INTERNAL,
    Class.THROTTLED,
    Class.DEPENDENCY_DOWN,
    Class.TIMEOUT,
    Class.TRANSIENT,
    Class.CONFLICT,
    Class.WAITING,
    Class.DENIED,
    Class.INVALID,
    Class.PERMANENT,
    Class.GONE,
    Class.CANCELED,
)
