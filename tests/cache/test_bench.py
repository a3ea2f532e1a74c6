"""The cache's bench, run small: it must not rot, and what it shows must hold."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

BENCH = Path(__file__).parents[2] / "bench" / "cache.py"


def test_the_bench_runs_and_the_store_stays_near_the_size_of_its_json() -> None:
    if not BENCH.exists():
        pytest.skip("no benches beside these tests")
    spec = importlib.util.spec_from_file_location("bench_cache", BENCH)
    assert spec is not None and spec.loader is not None
    bench = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(bench)
    rows = bench.measured(objects=300, repeat=1)
    assert float(rows[-1].split()[-2]) < 1.3
