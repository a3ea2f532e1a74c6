"""The bench runs, small, so that it does not rot."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

BENCH = Path(__file__).parents[2] / "bench" / "diff.py"


def test_the_bench_finds_equal_objects_equal(capsys: pytest.CaptureFixture[str]) -> None:
    spec = importlib.util.spec_from_file_location("bench_diff", BENCH)
    assert spec is not None
    assert spec.loader is not None
    bench = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(bench)
    assert bench.main(rounds=1, loops=2)
    assert "diff with ownership" in capsys.readouterr().out
