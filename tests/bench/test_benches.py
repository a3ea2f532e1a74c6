"""Every bench runs, small, and does the work that it says: hashes are asserted, times never."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

BENCH = Path(__file__).parents[2] / "bench"


def ran(*stated: str) -> str:
    """What a bench printed, tables and progress."""
    argv = [sys.executable, str(BENCH / "run.py"), "--quick", "--embedded", *stated]
    done = subprocess.run(argv, capture_output=True, text=True, check=False, timeout=110)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def works(text: str, title: str) -> dict[str, str]:
    """The hashes in the table of that title, by row."""
    _, _, rest = text.partition(f"### {title}")
    rows = rest.split("\n\n")[1].splitlines()[2:]
    cells = [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]
    return {row[0]: row[-1] for row in cells}


def test_the_micro_benches_do_the_same_work_each_time() -> None:
    lines = ran("--only", "micro").splitlines()
    assert any("hash eb5d75f1a3f6" in line for line in lines), lines
    assert "work c7bc7fe60dff97d2" in lines, lines


def test_the_stages_of_one_object_send_three_requests_then_two_then_none() -> None:
    text = ran("--only", "stages")
    assert "work dfe0c25f44f8" in text
    assert "create: patch echoes 20, apply configmaps 20, patch echoes/status 20\n" in text
    assert "update: apply configmaps 20, patch echoes/status 20\n" in text
    assert "no change: nothing\n" in text


def test_at_rest_and_after_a_restart_nothing_is_written() -> None:
    text = ran("--only", "rest")
    assert text.count(" 0 writes  work ") == 4  # three resyncs and the restart


@pytest.mark.timeout(120)
def test_the_floor_and_ours_do_equal_work_in_every_phase() -> None:
    text = ran("--only", "peers", "--peers", "floor,mendloop")
    assert works(text, "create, 20 objects") == dict.fromkeys(("floor", "mendloop"), "a0cb229229e0")
    assert works(text, "update, 20 objects") == dict.fromkeys(("floor", "mendloop"), "1dc56440e370")
    assert "| writes to create | 3.00 | 3 | reached |" in text
    assert "| writes to change | 2.00 | 2 | reached |" in text
    assert "| writes of a restart | 0.00 | 0 | reached |" in text
