"""docs/testing.md is a project: its blocks are files, and its tests pass."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

pytest_plugins = ["pytester"]
PAGE = Path(__file__).parents[2] / "docs" / "testing.md"


def test_the_project_on_the_page_passes_its_tests(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    blocks = re.findall(r"^```(?:python|ini) (\S+)\n(.*?)^```$", PAGE.read_text(), re.MULTILINE | re.DOTALL)
    for name, text in blocks:
        (pytester.path / name).write_text(text)
    monkeypatch.syspath_prepend(pytester.path)
    result = pytester.runpytest_inprocess("-p", "no:randomly", "-p", "no:hypothesispytest", "-W", "error")
    tests = sum(text.count("def test_") for _, text in blocks)
    result.assert_outcomes(passed=tests)


def test_the_page_names_every_fault() -> None:
    from mendloop.chaos import faults

    kinds = {each.__name__ for each in faults._Fault.__subclasses__()} - {"Answer"}
    assert not {kind for kind in kinds if f"`{kind}(" not in PAGE.read_text()}
