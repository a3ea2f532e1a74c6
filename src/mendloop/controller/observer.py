"""What the loop tells about itself, to whoever counts."""

from __future__ import annotations

from typing import Protocol

from mendloop.pipeline import Stage


class Observer(Protocol):
    """Hears of every pass and every failure of one controller; it must be quick and never raise."""

    def stage_ended(self, stage: Stage, seconds: float, failed: bool) -> None: ...

    def pass_ended(self, result: str, seconds: float) -> None:
        """A pass is over; `result` is success, requeue, requeue_after or error."""
        ...

    def failed(self, klass: str, reason: str, rule: str) -> None:
        """A failure was classified."""
        ...

    def noop_write(self) -> None:
        """A write changed nothing: a defect."""
        ...


class Unobserved:
    """Hears nothing."""

    def stage_ended(self, stage: Stage, seconds: float, failed: bool) -> None:
        return None

    def pass_ended(self, result: str, seconds: float) -> None:
        return None

    def failed(self, klass: str, reason: str, rule: str) -> None:
        return None

    def noop_write(self) -> None:
        return None
