"""The two ways to show the demonstration: plain lines, and a live picture where there is a terminal."""

from __future__ import annotations

import sys
from collections import Counter, deque
from collections.abc import Callable, Iterable
from types import TracebackType
from typing import TYPE_CHECKING, Final, Self

from mendloop.demo.account import Account
from mendloop.demo.judge import Judge
from mendloop.demo.stage import Stage
from mendloop.demo.story import ACTS, Act

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.live import Live

_STATES: Final = ("ready", "reconciling", "waiting", "stalled", "new", "absent")


class Plain:
    """A line for each thing that happens, and how many are in which state whenever that changes."""

    def __init__(self, print_line: Callable[[str], None], clock: Callable[[], float]) -> None:
        self._print, self._clock = print_line, clock
        self._began = clock()
        self._judge: Judge | None = None
        self._names: tuple[str, ...] = ()
        self._shown, self._shown_at = "", 0.0

    def begin(self, stage: Stage, judge: Judge, account: Account, names: tuple[str, ...]) -> None:
        self._judge, self._names = judge, names

    def act(self, number: int, act: Act) -> None:
        self._print("")
        self._print(f"{number}. {act.title}: {act.about}")

    def say(self, line: str) -> None:
        self._print(f"{self._clock() - self._began:6.1f} s  {line}")

    def tick(self) -> None:
        """At most one line a second, and none where nothing changed."""
        if self._judge is None or self._clock() - self._shown_at < 1.0:
            return
        line = _states_in_words(self._judge, self._names)
        if line != self._shown:
            self._shown, self._shown_at = line, self._clock()
            self.say(line)


def _counted(judge: Judge, names: Iterable[str]) -> Counter[str]:
    return Counter(judge.state(name) for name in names)


def _states_in_words(judge: Judge, names: tuple[str, ...]) -> str:
    counts = _counted(judge, names)
    states = ", ".join(f"{counts[state]} {state}" for state in _STATES if counts[state])
    healing = len({one.database for one in judge.open()})
    return f"databases: {states}" + (f"; {healing} to heal" if healing else "")


_CELLS: Final = {
    "ready": ("●", "green"),
    "reconciling": ("◐", "yellow"),
    "waiting": ("○", "cyan"),
    "stalled": ("✖", "red"),
    "new": ("·", "white"),
    "absent": ("·", "bright_black"),
}
_CLASS_COLOURS: Final = {"waiting": "cyan", "conflict": "blue", "throttled": "magenta"}


class Picture:
    """A live picture: the act, every database, error classes with what follows, the last lines."""

    def __init__(self, clock: Callable[[], float]) -> None:
        from rich.console import Console

        self._console = Console(file=sys.stdout)
        self._clock = clock
        self._began = clock()
        self._lines: deque[str] = deque(maxlen=9)
        self._act, self._about = "starting", ""
        self._live: Live | None = None
        self._judge: Judge | None = None
        self._account: Account | None = None
        self._stage: Stage | None = None
        self._names: tuple[str, ...] = ()

    def __enter__(self) -> Self:
        from rich.live import Live

        self._live = Live(console=self._console, auto_refresh=False, screen=False)
        self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._live is not None:
            self._live.stop()

    def begin(self, stage: Stage, judge: Judge, account: Account, names: tuple[str, ...]) -> None:
        self._stage, self._judge, self._account, self._names = stage, judge, account, names

    def act(self, number: int, act: Act) -> None:
        self._act, self._about = f"{number}/{len(ACTS) + 1} {act.title}", act.about
        self._lines.append(f"── {act.title}: {act.about}")

    def say(self, line: str) -> None:
        self._lines.append(f"{self._clock() - self._began:5.1f} s  {line}")

    def tick(self) -> None:
        if self._live is not None and self._judge is not None:
            self._live.update(self._picture(), refresh=True)

    def _picture(self) -> RenderableType:
        from rich.console import Group
        from rich.panel import Panel
        from rich.text import Text

        head = Text.assemble((self._act, "bold"), "  ", self._about)
        lines = Text("\n".join(self._lines), no_wrap=True, overflow="ellipsis")
        return Group(
            Panel(Group(head, Text(), self._databases()), title=f"mendloop demo  {self._age():.0f} s"),
            Panel(self._classes(), title="errors by class, and what follows"),
            Panel(lines, title="what happens"),
        )

    def _age(self) -> float:
        return self._clock() - self._began

    def _databases(self) -> RenderableType:
        from rich.text import Text

        assert self._judge is not None
        hurt = {one.database for one in self._judge.open()}
        text = Text()
        for number, name in enumerate(self._names):
            cell, colour = _CELLS[self._judge.state(name)]
            text.append(cell + " ", f"bold {colour} reverse" if name in hurt else colour)
            if number % 25 == 24:
                text.append("\n")
        text.append(f"\n{_states_in_words(self._judge, self._names)}")
        text.append(f"\n{self._operator()}")
        return text

    def _operator(self) -> str:
        assert self._stage is not None
        lives = len(self._stage.transports)
        if self._stage.one is None:
            return f"operator: dead after {lives} lives" if lives > 1 else "operator: dead"
        return f"operator: alive (life {lives}), {len(self._stage.writes)} writes so far"

    def _classes(self) -> RenderableType:
        from rich.table import Table

        table = Table(box=None, expand=True, pad_edge=False)
        table.add_column("class", no_wrap=True)
        table.add_column("seen", justify="right")
        table.add_column("last", ratio=3, no_wrap=True, overflow="ellipsis")
        table.add_column("next", ratio=2, no_wrap=True, overflow="ellipsis")
        assert self._account is not None
        for klass, line in sorted(self._account.classes.items()):
            colour = _CLASS_COLOURS.get(klass, "yellow")
            table.add_row(f"[{colour}]{klass}[/]", str(line.count), line.example, line.follows)
        return table
