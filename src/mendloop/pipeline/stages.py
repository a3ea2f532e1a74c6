"""The four stages of every reconcile: parse, validate, repair, verify.

A stage is an async function from what the stage before gave to what the next one takes. The runner adds
what all stages share: a name on every failure, and a measure of each stage's time.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from enum import StrEnum
from time import perf_counter
from typing import Generic, Protocol, TypeVar

from mendloop.errors import with_context

A = TypeVar("A")
B = TypeVar("B")
C = TypeVar("C")
D = TypeVar("D")
E = TypeVar("E")


class Stage(StrEnum):
    """Where in a pass something happened."""

    PARSE = "parse"  # bytes to a typed object
    VALIDATE = "validate"  # schema and the user's checks
    REPAIR = "repair"  # the wish, the difference, the writes
    VERIFY = "verify"  # the result is visible, and repairing again would change nothing


class StageObserver(Protocol):
    """Hears how long each stage took; implemented by whoever exports numbers."""

    def stage_ended(self, stage: Stage, seconds: float, failed: bool) -> None: ...


class Silent:
    """Hears nothing."""

    def stage_ended(self, stage: Stage, seconds: float, failed: bool) -> None:
        return None


class Pipeline(Generic[A, B, C, D, E]):
    """Runs one item through the four stages, in order; the first failure ends it.

    Errors: what a stage raises, as it is, with `stage` noted on it.
    """

    def __init__(
        self,
        parse: Callable[[A], B],
        validate: Callable[[B], C],
        repair: Callable[[C], Awaitable[D]],
        verify: Callable[[D], Awaitable[E]],
        observer: StageObserver | None = None,
    ) -> None:
        self._parse = parse
        self._validate = validate
        self._repair = repair
        self._verify = verify
        self._observer = observer or Silent()

    async def run(self, item: A) -> E:
        """What the last stage gives."""
        stage, began = Stage.PARSE, perf_counter()
        try:
            parsed = self._parse(item)
            stage, began = self._next(stage, began, Stage.VALIDATE)
            valid = self._validate(parsed)
            stage, began = self._next(stage, began, Stage.REPAIR)
            repaired = await self._repair(valid)
            stage, began = self._next(stage, began, Stage.VERIFY)
            verified = await self._verify(repaired)
        except Exception as error:
            self._observer.stage_ended(stage, perf_counter() - began, failed=True)
            with_context(error, stage=str(stage))
            raise
        self._observer.stage_ended(stage, perf_counter() - began, failed=False)
        return verified

    def _next(self, stage: Stage, began: float, following: Stage) -> tuple[Stage, float]:
        now = perf_counter()
        self._observer.stage_ended(stage, now - began, failed=False)
        return following, now
