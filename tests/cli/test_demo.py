"""`mendloop demo`: the whole of it, small and in virtual time, and what it says of what did not heal."""

from __future__ import annotations

import asyncio
from collections import Counter
from pathlib import Path

import pytest
from click.testing import CliRunner

from mendloop.cli import main
from mendloop.demo.judge import Wound
from mendloop.demo.play import play
from mendloop.demo.stage import Options
from mendloop.demo.story import ACTS, Act, Scene
from mendloop.demo.summary import ActResult, Rest, Summary
from mendloop.demo.view import Plain


class Lines(Plain):
    """The plain view, kept."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        super().__init__(self.lines.append, lambda: asyncio.get_running_loop().time())

    @property
    def text(self) -> str:
        return "\n".join(self.lines)


async def test_everything_that_is_injected_heals_and_nothing_is_written_at_rest() -> None:
    show = Lines()
    summary = await play(Options(databases=5), show)
    assert summary.failures == []
    by_title = {act.title: act for act in summary.acts}
    assert list(by_title) == [act.title for act in ACTS]
    assert all(len(act.healed) == len(act.wounds) > 0 for act in summary.acts)
    assert summary.rest.writes == () and summary.noop_writes == 0
    assert 8.0 <= summary.writes_each <= 10.0
    assert summary.seconds < 60
    for line in (f"{len(ACTS) + 1}. rest", "again in", "the operator is dead", "opening it again"):
        assert line in show.text


async def test_each_fault_strikes_and_is_met_by_its_class() -> None:
    summary = await play(Options(databases=5), Lines())
    met = {act.title: act.classes for act in summary.acts}
    struck = {act.title: act.faults for act in summary.acts}
    assert met["create"]["waiting"] and met["invalid"]["invalid"] and met["conflicts"]["conflict"]
    assert met["500 and 429"]["transient"] and met["500 and 429"]["throttled"] and met["hang"]["timeout"]
    for title in ("conflicts", "500 and 429", "silence", "hang", "kill"):
        assert struck[title] > 0, title


async def test_what_does_not_heal_is_named_and_can_be_played_again(monkeypatch: pytest.MonkeyPatch) -> None:
    async def leave(scene: Scene) -> None:
        await scene.stage.stop()  # nobody is left who could heal it
        await scene.spoil(scene.names[:1])

    async def rested(self: object) -> Rest:
        return Rest(seconds=0.0, writes=(), reads=0)

    act = Act("leave", "the operator goes for good", leave, limit_s=5.0)
    monkeypatch.setattr("mendloop.demo.play.ACTS", (ACTS[0], act))
    monkeypatch.setattr("mendloop.demo.play._Play._rest", rested)
    summary = await play(Options(databases=4, seed=7), Lines())
    assert summary.failures == [
        "db-01: configuration edited by hand in act 'leave' did not heal",
        "db-01: ConfigMap db-01-config differs at .data.database.conf",
    ]
    assert summary.lines()[-1] == "again: mendloop demo --seed 7 --databases 4"


def _summary(*wounds: Wound, writes: tuple[str, ...] = ()) -> Summary:
    act = ActResult(title="kill", about="", faults=1, wounds=wounds, classes=Counter(timeout=1))
    return Summary(
        databases=4,
        seconds=30.0,
        acts=[act],
        rest=Rest(seconds=4.0, writes=writes, reads=5),
        writes_each=8.0,
        noop_writes=0,
        command=Options(databases=4, seed=3, real=True).command,
    )


def test_an_open_wound_and_a_write_at_rest_are_failures() -> None:
    open_ = Wound(act="kill", database="db-01", what="Service deleted", at_s=1.0)
    summary = _summary(open_, writes=("apply services default/db-01",))
    assert summary.failures == [
        "db-01: Service deleted in act 'kill' did not heal",
        "a write at rest: apply services default/db-01",
    ]
    assert summary.lines()[-1] == "again: mendloop demo --seed 3 --databases 4 --real"


def test_the_summary_tells_how_fast_it_healed() -> None:
    healed = [
        Wound(act="kill", database=f"db-{n}", what="x", at_s=1.0, healed_s=1.0 + seconds)
        for n, seconds in enumerate((0.5, 1.0, 4.0))
    ]
    text = "\n".join(_summary(*healed).lines())
    assert "1.00 s" in text and "4.00 s" in text and "all 4 databases are whole" in text


async def test_a_picture_can_be_drawn_at_every_moment(capsys: pytest.CaptureFixture[str]) -> None:
    from mendloop.demo.view import Picture

    picture = Picture(lambda: asyncio.get_running_loop().time())
    picture.tick()  # before anything is known
    with picture:
        summary = await play(Options(databases=4, speed=4), picture)
    assert summary.failures == []
    shown = capsys.readouterr().out
    for words in ("errors by class", "what happens", "operator: alive (life 3)", "throttled"):
        assert words in shown


def test_the_real_one_says_what_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("KUBEBUILDER_ASSETS", raising=False)
    result = CliRunner().invoke(main, ["demo", "--real", "--plain"])
    assert result.exit_code == 2
    assert "etcd not found" in result.output and "make kube" in result.output


def test_help_says_who_starts_pods_on_the_real_one() -> None:
    result = CliRunner().invoke(main, ["demo", "--help"])
    assert result.exit_code == 0 and "kubelet" in result.output
