"""Faults on purpose: plans that say what goes wrong, a transport that does it, sweeps over all places."""

from __future__ import annotations

from mendloop.chaos.calls import Call, Match, call_of
from mendloop.chaos.faults import (
    Answer,
    Cut,
    Delay,
    EmptyList,
    End,
    Fault,
    Frames,
    Hang,
    Hide,
    Hold,
    Kill,
    Repeat,
    Reset,
    Silence,
    StaleView,
    error_frame,
    status_answer,
    text_answer,
)
from mendloop.chaos.plan import FaultPlan, Hit, Rule
from mendloop.chaos.transport import FaultyTransport, Made, OperatorKilled

__all__ = [
    "Answer",
    "Call",
    "Cut",
    "Delay",
    "EmptyList",
    "End",
    "Fault",
    "FaultPlan",
    "FaultyTransport",
    "Frames",
    "Hang",
    "Hide",
    "Hit",
    "Hold",
    "Kill",
    "Made",
    "Match",
    "OperatorKilled",
    "Repeat",
    "Reset",
    "Rule",
    "Silence",
    "StaleView",
    "call_of",
    "error_frame",
    "status_answer",
    "text_answer",
]
