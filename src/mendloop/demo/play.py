"""The demonstration from its first act to its summary."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from random import Random
from typing import Protocol

from mendloop.demo.account import Account, LogLines
from mendloop.demo.judge import Judge
from mendloop.demo.stage import Options, Stage, opened
from mendloop.demo.story import ACTS, Act, Scene
from mendloop.demo.summary import ActResult, Rest, Summary

_NOT_COUNTED = frozenset({"events"})


class Show(Protocol):
    """Who shows what happens."""

    def begin(self, stage: Stage, judge: Judge, account: Account, names: tuple[str, ...]) -> None:
        """What there is to be shown."""
        ...

    def act(self, number: int, act: Act) -> None:
        """An act begins."""
        ...

    def say(self, line: str) -> None:
        """Something happened."""
        ...

    def tick(self) -> None:
        """Time to show how things are; comes some times a second."""
        ...


async def play(options: Options, show: Show) -> Summary:
    """Plays all acts on a control plane of its own; the summary tells whether all healed.

    Errors: `BinariesNotFound` where the real control plane is asked for and not built.
    """
    account = Account(show.say)
    async with opened(options) as stage:
        played = _Play(stage, account, show)
        with _logs_to(LogLines(show.say, played.scene.suspects)):
            return await played.run()


@contextmanager
def _logs_to(handler: logging.Handler) -> Iterator[None]:
    logger = logging.getLogger("mendloop")
    was, logger.propagate = logger.propagate, False  # its lines belong into the view, not across it
    logger.addHandler(handler)
    try:
        yield
    finally:
        logger.removeHandler(handler)
        logger.propagate = was


class _Play:
    def __init__(self, stage: Stage, account: Account, show: Show) -> None:
        self._stage, self._account, self._show = stage, account, show
        self._options = stage.options
        self._names = tuple(f"db-{number:02}" for number in range(1, self._options.databases + 1))
        self._judge = Judge(stage.caches)
        self.scene = Scene(stage, self._judge, Random(self._options.seed), show.say, self._names)

    async def run(self) -> Summary:
        began = self._now()
        stage = self._stage
        stage.listener = self._account.hear
        await stage.install()
        self._judge.follow()
        await stage.caches.until_synced()
        await stage.start()
        self._show.begin(stage, self._judge, self._account, self._names)
        ticking = asyncio.create_task(self._tick(), name="show")
        try:
            acts, writes_each = await self._acts()
            rest = await self._rest()
        finally:
            ticking.cancel()
            await asyncio.wait((ticking,))
        if not ticking.cancelled():
            ticking.result()
        return self._summary(began, acts, writes_each, rest)

    def _summary(self, began: float, acts: list[ActResult], writes_each: float, rest: Rest) -> Summary:
        broken = [f"{name}: {missing}" for name in self._names if (missing := self._judge.missing(name))]
        return Summary(
            databases=len(self._names),
            seconds=self._now() - began,
            acts=acts,
            rest=rest,
            writes_each=writes_each,
            noop_writes=int(sum(self._stage.metrics.noop_writes.values.values())),
            broken=[*self.scene.broken_promises, *broken],
            command=self._options.command,
        )

    async def _acts(self) -> tuple[list[ActResult], float]:
        results: list[ActResult] = []
        writes_each = 0.0
        for number, act in enumerate(ACTS, 1):
            results.append(await self._act(number, act))
            if number == 1:
                writes_each = len(self._counted()) / len(self._names)
        return results, writes_each

    async def _act(self, number: int, act: Act) -> ActResult:
        self._account.begin()
        self._show.act(number, act)
        self.scene.act = act.title
        hits = len(self._stage.plan.hits)
        await act.play(self.scene)
        healed = await self._judge.until_healed(act.title, self._options.seconds(act.limit_s))
        if not healed:
            self._show.say(f"not healed within {act.limit_s:g} s: {self._open(act)}")
        await self.scene.pause(0.6)
        faults = len(self._stage.plan.hits) - hits
        self._stage.plan.clear()
        self.scene.suspects.clear()
        wounds = tuple(one for one in self._judge.wounds if one.act == act.title)
        return ActResult(
            title=act.title,
            about=act.about,
            faults=faults + self.scene.take_struck(),
            wounds=wounds,
            classes=Counter(self._account.met),
        )

    def _open(self, act: Act) -> str:
        open_ = {one.database for one in self._judge.open(act.title)}
        return "; ".join(f"{name}: {self._judge.missing(name) or 'whole'}" for name in sorted(open_))

    async def _rest(self) -> Rest:
        """Nothing has to be done any more: whatever is written now is written for nothing."""
        self._account.begin()
        self._show.act(len(ACTS) + 1, REST)
        await self._quiet()
        began, made, writes = self._now(), len(self._stage.made), len(self._counted())
        assert self._stage.one is not None
        self._stage.one.resync()
        self._show.say("every object is looked at again")
        await self.scene.pause(2.0)
        await self._stage.stop()
        await self._stage.start()
        self._show.say("the operator has started again, in good order")
        await self.scene.pause(2.0)
        reads = sum(not made.call.writes and made.call.verb != "watch" for made in self._stage.made[made:])
        return Rest(seconds=self._now() - began, writes=tuple(self._counted()[writes:]), reads=reads)

    async def _quiet(self) -> None:
        """Until the operator has had nothing to do for a while, or for as long as one can wait for that."""
        one = self._stage.one
        since, seen = self._now(), -1
        ends_at = since + self._options.seconds(10.0)
        while self._now() - since < self._options.seconds(0.5) and self._now() < ends_at:
            await asyncio.sleep(0.02)
            if len(self._stage.writes) != seen or (one is not None and not one.idle):
                since, seen = self._now(), len(self._stage.writes)

    def _counted(self) -> list[str]:
        writes = self._stage.writes
        return [str(made.call) for made in writes if made.call.plural not in _NOT_COUNTED]

    async def _tick(self) -> None:
        while True:
            self._show.tick()
            await asyncio.sleep(0.125)

    def _now(self) -> float:
        return asyncio.get_running_loop().time()


async def _nothing(scene: Scene) -> None:
    return None


REST = Act("rest", "nothing is wrong any more: nothing may be written", _nothing)
