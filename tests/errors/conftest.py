"""Where the recorded and written answers lie."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture
def vectors() -> Path:
    return Path(__file__).parents[1] / "vectors"
