"""What follows from a failure: dispositions, backoff, the decision. Pure."""

from mendloop.policy.backoff import Backoff
from mendloop.policy.decide import (
    AtOnce,
    AwaitChange,
    ConditionWish,
    Decision,
    Done,
    EventWish,
    Labels,
    NextStep,
    Nothing,
    Recovery,
    Retry,
    call_retry,
    cut,
    decide,
    recovered,
    untouched,
)
from mendloop.policy.dispositions import ROWS, TABLE, Disposition, Next, Override, Shown, Table
from mendloop.policy.history import HEALTHY, History, after, at_generation
from mendloop.policy.words import duration, in_words, next_in_words

__all__ = [
    "HEALTHY",
    "ROWS",
    "TABLE",
    "AtOnce",
    "AwaitChange",
    "Backoff",
    "ConditionWish",
    "Decision",
    "Disposition",
    "Done",
    "EventWish",
    "History",
    "Labels",
    "Next",
    "NextStep",
    "Nothing",
    "Override",
    "Recovery",
    "Retry",
    "Shown",
    "Table",
    "after",
    "at_generation",
    "call_retry",
    "cut",
    "decide",
    "duration",
    "in_words",
    "next_in_words",
    "recovered",
    "untouched",
]
