"""The same seed gives the same trace, whatever the interpreter's hash seed."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).parent / "one_trace.py"
# Wall time is the operator's own in its status; it is not part of what was decided.
TIMES = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


def trace(hash_seed: int) -> list[str]:
    environ = {**os.environ, "PYTHONHASHSEED": str(hash_seed)}
    ran = subprocess.run(
        [sys.executable, SCRIPT], env=environ, capture_output=True, text=True, timeout=50, check=False
    )
    assert ran.returncode == 0, ran.stderr
    return TIMES.sub("TIME", ran.stdout).splitlines()


def test_one_seed_is_one_trace_whatever_the_hash_seed() -> None:
    first = trace(1)
    assert len(first) > 60 and any(" 409 " in line or "DELETE" in line for line in first)
    for hash_seed in (2, 3, 4):
        assert trace(hash_seed) == first, f"PYTHONHASHSEED={hash_seed} {sys.executable} {SCRIPT}"
