"""What the operator tells while it works: errors by class, what follows from them, and single lines."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass, field

from mendloop.controller.loop import Report
from mendloop.errors import Verdict
from mendloop.kube.watch.actions import Trouble
from mendloop.policy import next_in_words


@dataclass(slots=True)
class ClassLine:
    """One class of errors: how often it came, the last example, and what followed from it."""

    count: int = 0
    example: str = ""
    follows: str = ""


@dataclass(slots=True)
class Account:
    """Hears the controllers' reports; `say` is called with lines that are news within an act."""

    say: Callable[[str], None]
    classes: dict[str, ClassLine] = field(default_factory=dict)
    failing: dict[str, str] = field(default_factory=dict)  # by object: the class it failed with last
    met: Counter[str] = field(default_factory=Counter)  # classes since the act began
    _told: set[tuple[str, str]] = field(default_factory=set)

    def begin(self) -> None:
        """A new act: what was told before may be told again."""
        self.met.clear()
        self._told.clear()

    def hear(self, report: Report) -> None:
        """Takes one pass in."""
        name = report.key.name
        if report.verdict is None or report.decision is None:
            self.failing.pop(name, None)
            return
        klass, follows = str(report.verdict.klass), next_in_words(report.decision.next)
        line = self.classes.setdefault(klass, ClassLine())
        line.count += 1
        line.example, line.follows = f"{name}: {_short(report.verdict)}", follows
        self.failing[name] = klass
        self.met[klass] += 1
        news = (klass, report.verdict.reason)
        if news not in self._told:
            self._told.add(news)
            self.say(f"{klass}: {line.example} -> {follows}")


def _short(verdict: Verdict) -> str:
    text = " ".join(verdict.message.split())
    return f"{verdict.reason}: {text if len(text) <= 90 else text[:89] + '…'}"


class LogLines(logging.Handler):
    """Takes what the operator logs about its surroundings; failing passes come as reports.

    A watch without news is opened again after a few seconds here, where others wait for minutes: that is
    told only of the `suspects`.
    """

    def __init__(self, say: Callable[[str], None], suspects: Collection[str]) -> None:
        super().__init__(logging.WARNING)
        self._say, self._suspects = say, suspects

    def emit(self, record: logging.LogRecord) -> None:
        match record.args:
            case (str() as gvk, Trouble() as trouble):
                if trouble.kind != "Silent" or gvk in self._suspects:
                    self._say(f"the view of {gvk} may be behind: {trouble.message}; opening it again")
            case _ if not hasattr(record, "class"):
                self._say(record.getMessage())
