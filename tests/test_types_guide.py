"""SPEC 0.5: what a type checker finds in an operator, and that it finds nothing where nothing is wrong."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
MISTAKES = HERE / "vectors" / "typing" / "mistakes.py"


def complaints(file: Path) -> dict[int, str]:
    """mypy's errors in a file, by line."""
    command = [
        sys.executable,
        "-m",
        "mypy",
        "--strict",
        "--no-error-summary",
        "--hide-error-context",
        str(file),
    ]
    printed = subprocess.run(command, capture_output=True, text=True, check=False, cwd=HERE.parent).stdout
    found: dict[int, str] = {}
    for line in printed.splitlines():
        place, _, message = line.partition(": error: ")
        if message:
            found[int(place.rpartition(":")[2])] = message
    return found


@pytest.mark.timeout(300)  # a first run checks the whole package
def test_mypy_finds_each_planted_mistake_and_no_other() -> None:
    lines = MISTAKES.read_text().splitlines()
    planted = {number for number, line in enumerate(lines, 1) if line.endswith("# wrong")}
    found = complaints(MISTAKES)
    missed = {number: lines[number - 1] for number in planted - found.keys()}
    spurious = {number: found[number] for number in found.keys() - planted}
    assert (missed, spurious) == ({}, {})


@pytest.mark.timeout(300)
@pytest.mark.parametrize(
    "file",
    [HERE / "test_readme_example.py", *sorted((HERE / "wish" / "ops").glob("*.py"))],
    ids=lambda file: file.stem,
)
def test_mypy_finds_nothing_in_operators_that_are_right(file: Path) -> None:
    assert complaints(file) == {}
