"""What is remembered of one object while the process lives; all of it may be lost without harm."""

from __future__ import annotations

from dataclasses import dataclass, field

from mendloop.controller.children import Applied
from mendloop.controller.marks import Marks
from mendloop.kube.envelope import Meta
from mendloop.model.kinds import Key
from mendloop.policy import HEALTHY, History


@dataclass(slots=True)
class Memory:
    """One object, by its uid: a namesake that comes after it starts with nothing (A17)."""

    uid: str
    history: History = HEALTHY
    generation: int = 0
    not_before: float = 0.0  # a backoff that only a change of the object's own may cut short
    last_pass: float = float("-inf")
    deleting: bool = False
    news: bool = False  # its own will changed since the last pass began
    orders: tuple[str, ...] = ("", "")  # see `orders_of`
    cleaned: bool = False  # clean-up ended well; it may run again after a restart
    inputs: str = ""  # digest of what the last complete pass saw
    wished: str = ""  # digest of what it wished then
    applied: dict[Key, Applied] = field(default_factory=dict)


def orders_of(meta: Meta, marks: Marks) -> tuple[str, ...]:
    """What a person told this operator by annotation; nothing else of it cuts a backoff short."""
    notes = meta.annotations or {}
    return notes.get(marks.approve_prune, ""), notes.get(marks.force_delete, "")
