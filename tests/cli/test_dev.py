"""`mendloop dev`: reloaded on change, samples applied, each write and decision told."""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from mendloop.cli import main
from mendloop.cli.dev import develop
from mendloop.controlplane import ControlPlane
from mendloop.dev.narration import not_narrated
from mendloop.dev.samples import sample_files
from mendloop.dev.session import Session
from mendloop.dev.source import Source
from mendloop.k8s import ConfigMap
from mendloop.kube.client import Client, Ref
from mendloop.kube.kubeconfig import load_cluster
from mendloop.kube.wire import AiohttpTransport

OPERATOR = '''
from collections.abc import Iterator

from mendloop import Context, Invalid, Manifests, Operator, Resource, Spec, Status
from mendloop.k8s import ConfigMap

op = Operator("notes.example.com")


class NoteSpec(Spec):
    text: str


class NoteStatus(Status):
    said: str = ""


class Note(Resource[NoteSpec, NoteStatus], group="notes.example.com", version="v1"):
    """A note."""


@op.check(Note)
def is_polite(note: Note, old: Note | None) -> Iterator[Invalid]:
    if note.spec.text == "rude":
        yield Invalid("be polite", field="spec.text")


@op.desired(Note, owns=[ConfigMap])
def desired(note: Note, ctx: Context) -> Manifests:
    data = {"MARK": note.spec.text}
    yield {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": note.name}, "data": data}
    note.status.said = note.spec.text
'''
SAMPLE = """
apiVersion: notes.example.com/v1
kind: Note
metadata: {name: hello}
spec: {text: hi}
"""
CONFIG_MAP = Ref(ConfigMap.KIND, "default", "hello")
_later = count(1)


def write(path: Path, text: str) -> None:
    """Saves a file as a person would, at another time than before: the virtual clock is not the disk's."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    os.utime(path, (2_000_000_000 + next(_later),) * 2)


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """An operator and a sample; the modules that it brings are forgotten afterwards."""
    modules, path = set(sys.modules), list(sys.path)
    write(tmp_path / "op.py", OPERATOR)
    write(tmp_path / "samples" / "hello.yaml", SAMPLE)
    yield tmp_path
    for name in set(sys.modules) - modules:
        if str(getattr(sys.modules[name], "__file__", "")).startswith(str(tmp_path)):
            del sys.modules[name]
    sys.path[:] = path


@dataclass
class Desk:
    """A session under way, and what it has said."""

    client: Client
    folder: Path
    lines: list[str] = field(default_factory=list)

    async def said(self, text: str) -> str:
        """Waits for a line with this text."""
        for _ in range(600):
            for line in self.lines:
                if text in line:
                    return line
            await asyncio.sleep(0.05)
        raise AssertionError("\n".join([f"nobody said {text!r}, but:", *self.lines]))

    async def data(self) -> dict[str, str]:
        found: dict[str, str] = (await self.client.get(CONFIG_MAP)).decoded()["data"]
        return found


@asynccontextmanager
async def session(folder: Path) -> AsyncIterator[Desk]:
    plane, stop = ControlPlane(seed=0), asyncio.Event()
    desk = Desk(Client(plane.transport()), folder)
    async with plane.running():
        one = Session(plane, Source(str(folder / "op.py")), desk.lines.append)
        task = asyncio.create_task(one.run(stop))
        try:
            yield desk
        finally:
            stop.set()
            await task


async def test_crds_and_samples_are_applied_and_the_operator_runs(folder: Path) -> None:
    async with session(folder) as desk:
        await desk.said("CRD notes.notes.example.com applied")
        await desk.said("sample Note hello created")
        await desk.said("Note default/hello  + ConfigMap default/hello")
        await desk.said('Note default/hello  status: said="hi", Ready=True')
        await desk.said("Note default/hello  is as wished, and ready")
        assert await desk.data() == {"MARK": "hi"}


async def test_what_people_change_and_what_differed_is_told(folder: Path) -> None:
    async with session(folder) as desk:
        await desk.said("is as wished, and ready")
        await desk.client.merge_patch(CONFIG_MAP, {"data": {"MARK": "edited"}}, manager="kubectl-edit")
        await desk.said("by hand: patch ConfigMap default/hello")
        line = await desk.said("~ ConfigMap default/hello")
        assert 'data.MARK: "edited" -> "hi"' in line
        assert await desk.data() == {"MARK": "hi"}


async def test_a_failure_is_told_once_with_its_class_and_what_follows(folder: Path) -> None:
    async with session(folder) as desk:
        await desk.said("is as wished, and ready")
        write(folder / "samples" / "hello.yaml", SAMPLE.replace("hi", "rude"))
        line = await desk.said("invalid Invalid: be polite")
        assert "next: waits for a change" in line
        await asyncio.sleep(5)
        assert sum("be polite" in line for line in desk.lines) == 1


async def test_a_changed_operator_is_reloaded_and_the_cluster_stays(folder: Path) -> None:
    async with session(folder) as desk:
        await desk.said("is as wished, and ready")
        uid = (await desk.client.get(CONFIG_MAP)).meta.uid
        write(folder / "op.py", OPERATOR.replace("MARK", "SIGN"))
        await desk.said("operator notes.example.com reloaded; the cluster is as it was")
        await desk.said("+ data.SIGN")
        assert await desk.data() == {"SIGN": "hi"}
        assert (await desk.client.get(CONFIG_MAP)).meta.uid == uid


@pytest.mark.parametrize(
    ("broken", "shown"),
    [("def (\n", "def ("), ("\nraise RuntimeError('no luck')\n", "raise RuntimeError('no luck')")],
)
async def test_a_broken_operator_is_shown_and_the_old_one_keeps_running(
    folder: Path, broken: str, shown: str
) -> None:
    async with session(folder) as desk:
        await desk.said("is as wished, and ready")
        write(folder / "op.py", OPERATOR + broken)
        await desk.said("cannot load the operator; the operator from before keeps running")
        await desk.said("op.py:")
        await desk.said(f"    {shown}")
        await desk.client.delete(CONFIG_MAP, uid="")
        await asyncio.sleep(2)
        assert await desk.data() == {"MARK": "hi"}
        write(folder / "op.py", OPERATOR)
        await desk.said("reloaded")


async def test_a_module_beside_the_operator_counts_as_its_file(folder: Path) -> None:
    write(folder / "words_of_notes.py", 'MARK = "MARK"\n')
    write(folder / "op.py", "from words_of_notes import MARK\n" + OPERATOR.replace('"MARK"', "MARK"))
    async with session(folder) as desk:
        await desk.said("is as wished, and ready")
        write(folder / "words_of_notes.py", 'MARK = "NOTE"\n')
        await desk.said("+ data.NOTE")


async def test_an_operator_broken_from_the_start_runs_once_it_is_mended(folder: Path) -> None:
    write(folder / "op.py", "import nothing_of_this_name\n")
    async with session(folder) as desk:
        await desk.said("nothing runs until it is mended")
        write(folder / "op.py", OPERATOR)
        await desk.said("operator notes.example.com runs")
        await desk.said("is as wished, and ready")


async def test_a_wrong_sample_is_named_and_the_others_are_applied(folder: Path) -> None:
    write(folder / "samples" / "a.yaml", "kind: [\n")
    write(folder / "samples" / "b.yaml", "kind: Note\n")
    write(folder / "samples" / "c.yaml", SAMPLE.replace("Note", "Nothing"))
    async with session(folder) as desk:
        for text in (
            "sample a.yaml:",
            "sample b.yaml: a document has no",
            "sample c.yaml: the server does not",
        ):
            await desk.said(text)
        await desk.said("sample Note hello created")


async def test_an_operator_that_ends_by_itself_is_told_and_may_come_back(folder: Path) -> None:
    failing = """
from contextlib import asynccontextmanager

@asynccontextmanager
async def no_deps():
    raise ConnectionRefusedError("no database here")
    yield
"""
    text = OPERATOR.replace("op = Operator(", f"{failing}\nop = Operator(").replace(
        '.com")\n\n\nclass NoteSpec', '.com", deps=no_deps)\n\n\nclass NoteSpec'
    )
    write(folder / "op.py", text)
    async with session(folder) as desk:
        await desk.said("the operator ended; it starts again when its files change")
        await desk.said("no database here")
        write(folder / "op.py", OPERATOR)
        await desk.said("is as wished, and ready")


def test_samples_are_a_folder_a_file_or_named_so_beside_the_operator(tmp_path: Path) -> None:
    write(tmp_path / "a.sample.yaml", "")
    assert [file.name for file in sample_files(None, tmp_path)] == ["a.sample.yaml"]
    write(tmp_path / "samples" / "b.yaml", "")
    write(tmp_path / "samples" / "notes.txt", "")
    assert [file.name for file in sample_files(None, tmp_path)] == ["b.yaml"]
    assert sample_files(tmp_path / "a.sample.yaml", tmp_path) == [tmp_path / "a.sample.yaml"]


def test_an_operator_file_that_is_not_there_is_refused() -> None:
    result = CliRunner().invoke(main, ["dev", "nowhere.py"])
    assert result.exit_code == 2 and "nowhere.py: no such file" in result.output


def test_the_log_keeps_what_is_not_told_otherwise() -> None:
    def record(name: str, level: int, **more: Any) -> logging.LogRecord:
        return logging.makeLogRecord({"name": name, "levelno": level, **more})

    assert not_narrated(record("mine", logging.INFO))
    assert not_narrated(record("mendloop", logging.WARNING))
    assert not not_narrated(record("mendloop", logging.INFO))
    assert not not_narrated(record("mendloop", logging.WARNING, **{"class": "invalid"}))
    assert not_narrated(record("mendloop", logging.CRITICAL, exc_info=(ValueError, ValueError(), None)))


@pytest.mark.real_time
async def test_a_client_works_beside_it_by_the_kubeconfig(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kubeconfig, stop = folder / ".mendloop" / "kubeconfig", asyncio.Event()
    task = asyncio.create_task(develop(str(folder / "op.py"), None, 0, kubeconfig, stop=stop))
    try:
        await _until(kubeconfig.exists)
        assert kubeconfig.stat().st_mode & 0o077 == 0
        transport = AiohttpTransport(load_cluster(kubeconfig))
        printed: list[str] = []
        await _until(lambda: "is as wished, and ready" in _printed(capsys, printed))
        data = (await Client(transport).get(CONFIG_MAP)).decoded()["data"]
        await transport.close()
    finally:
        stop.set()
        await task
    assert data == {"MARK": "hi"}
    assert f"kubectl --kubeconfig {kubeconfig}" in "".join(printed)


def _printed(capsys: pytest.CaptureFixture[str], so_far: list[str]) -> str:
    so_far.append(capsys.readouterr().out)
    return "".join(so_far)


async def _until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while True:
            if holds():
                return
            await asyncio.sleep(0.02)
