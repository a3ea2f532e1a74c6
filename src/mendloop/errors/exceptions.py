"""mendloop's exceptions.

OperatorError
├── Invalid          the user's input is wrong
├── Waiting          something that is needed is not there yet
├── Transient        may pass by itself
│   ├── Throttled    told to come later
│   └── Timeout      took longer than it may
├── Conflict         somebody else was faster
├── Gone             the object is not there any more
├── Denied           not allowed: rights, quota, admission
├── Permanent        will not pass by itself
├── Internal         a bug in the operator
├── DependencyDown   a breaker is open
├── RequeueAfter     come again after a delay, stated by the user
└── ApiError         an answer of the API server that is not a success
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import ClassVar, NamedTuple, TypeAlias

Seconds: TypeAlias = float | timedelta


def seconds(value: Seconds) -> float:
    """A delay as float seconds."""
    return value.total_seconds() if isinstance(value, timedelta) else float(value)


class OperatorError(Exception):
    """Root of mendloop's exceptions; its class decides what follows.

    `reason` is CamelCase (conditions, Events, metric labels); `keys` are business keys of the user.
    """

    klass: ClassVar[str] = "internal"
    default_reason: ClassVar[str] = "OperatorError"

    def __init__(
        self,
        message: str,
        *,
        reason: str = "",
        retry_after: Seconds | None = None,
        keys: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.reason = reason or self.default_reason
        self.retry_after = None if retry_after is None else seconds(retry_after)
        self.keys: Mapping[str, object] = dict(keys or {})


class Invalid(OperatorError):
    """Raised when the user's input is wrong; `field` is its path, as in `spec.image`."""

    klass: ClassVar[str] = "invalid"
    default_reason: ClassVar[str] = "Invalid"

    def __init__(
        self,
        message: str,
        *,
        field: str = "",
        reason: str = "",
        keys: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(message, reason=reason, keys=keys)
        self.field = field


class Waiting(OperatorError):
    """Raised when something that is needed is not there yet; its arrival wakes the object."""

    klass: ClassVar[str] = "waiting"
    default_reason: ClassVar[str] = "Waiting"


class Transient(OperatorError):
    """Raised for a failure that may pass by itself."""

    klass: ClassVar[str] = "transient"
    default_reason: ClassVar[str] = "Transient"


class Throttled(Transient):
    """Raised when the other side asks to come later."""

    klass: ClassVar[str] = "throttled"
    default_reason: ClassVar[str] = "Throttled"


class Timeout(Transient):
    """Raised when something took longer than it may."""

    klass: ClassVar[str] = "timeout"
    default_reason: ClassVar[str] = "Timeout"


class Conflict(OperatorError):
    """Raised when somebody else was faster: read again and decide again."""

    klass: ClassVar[str] = "conflict"
    default_reason: ClassVar[str] = "Conflict"


class Gone(OperatorError):
    """Raised when the object is not there any more."""

    klass: ClassVar[str] = "gone"
    default_reason: ClassVar[str] = "Gone"


class Denied(OperatorError):
    """Raised when something is not allowed: rights, quota, admission."""

    klass: ClassVar[str] = "denied"
    default_reason: ClassVar[str] = "Denied"


class Permanent(OperatorError):
    """Raised for a failure that will not pass by itself."""

    klass: ClassVar[str] = "permanent"
    default_reason: ClassVar[str] = "Permanent"


class Internal(OperatorError):
    """Raised for a bug in the operator."""

    klass: ClassVar[str] = "internal"
    default_reason: ClassVar[str] = "InternalError"


class DependencyDown(OperatorError):
    """Raised when a dependency is known to be down and was not asked."""

    klass: ClassVar[str] = "dependency_down"
    default_reason: ClassVar[str] = "DependencyDown"


class RequeueAfter(OperatorError):
    """Raised by users to end the pass here and come again after `delay`; it is no failure."""

    klass: ClassVar[str] = "waiting"
    default_reason: ClassVar[str] = "RequeueAfter"

    def __init__(self, delay: Seconds, message: str = "") -> None:
        super().__init__(message or f"come again after {seconds(delay):g} s", retry_after=delay)


class Cause(NamedTuple):
    """One of the causes that a Kubernetes `Status` lists; empty text where the server said nothing."""

    reason: str = ""
    field: str = ""
    message: str = ""


class ApiError(OperatorError):
    """Raised when the API server answered, and the answer is not a success.

    It has no class of its own: the decision tree reads it off status, reason, causes and wording.
    `reason` is the server's own and may be empty; `details` is the `Status.details` as it came. `form`
    says how the answer said it: status, json, yaml, html, text, truncated, binary or empty.
    """

    default_reason: ClassVar[str] = ""

    def __init__(
        self,
        message: str,
        *,
        status: int,
        reason: str = "",
        retry_after: Seconds | None = None,
        causes: Sequence[Cause] = (),
        details: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(message, reason=reason, retry_after=retry_after)
        self.status = status
        self.causes = tuple(causes)
        self.details: Mapping[str, object] = dict(details or {})
        self.form = "status" if reason or details else "text"
        self.verb = ""
        self.path = ""
        self.stream = False

    def to(self, verb: str, path: str, *, stream: bool = False) -> ApiError:
        """The same error, told what the request was; `stream`: it came inside a watch."""
        self.verb, self.path, self.stream = verb, path, stream
        return self
