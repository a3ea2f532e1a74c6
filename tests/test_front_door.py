"""The names that users import."""

from __future__ import annotations

import ast
import inspect
import subprocess
import sys
from pathlib import Path

import pytest

import mendloop

SOURCE = Path(mendloop.__file__)


def test_the_list_of_names_is_sorted_and_each_name_is_there() -> None:
    assert mendloop.__all__ == sorted(mendloop.__all__)
    assert all(getattr(mendloop, name) is not None for name in mendloop.__all__)
    assert set(mendloop.__all__) <= set(dir(mendloop))


def test_type_checkers_and_the_interpreter_know_the_same_names() -> None:
    tree = ast.parse(SOURCE.read_text())
    typed = {
        alias.asname or alias.name
        for branch in ast.walk(tree)
        if isinstance(branch, ast.If) and ast.unparse(branch.test) == "TYPE_CHECKING"
        for node in branch.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert typed == set(mendloop.__all__) == set(mendloop._HOME)


@pytest.mark.parametrize("name", sorted(set(mendloop.__all__) - {"__version__"}))
def test_every_exported_name_says_what_it_is(name: str) -> None:
    value = getattr(mendloop, name)
    if inspect.isclass(value) or inspect.isfunction(value):
        assert (value.__doc__ or "").strip()


def test_importing_the_package_imports_no_room() -> None:
    code = "import sys, mendloop; print([m for m in sys.modules if m.startswith('mendloop.')])"
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert printed.stdout.strip() == "[]"


def test_declaring_an_operator_imports_no_client_and_no_yaml() -> None:
    code = (
        "import sys; from mendloop import Operator, Resource, Context, Child, Spec, Status, Meta\n"
        "print([m for m in ('aiohttp', 'yaml', 'click', 'rich', 'asyncio', 'prometheus_client')"
        " if m in sys.modules])"
    )
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert printed.stdout.strip() == "[]"


@pytest.mark.parametrize("name", ["External", "Guard", "Rollout", "Wanted"])
def test_names_of_a_later_version_are_refused_clearly(name: str) -> None:
    with pytest.raises(ImportError, match=rf"mendloop\.{name} is not in this version of mendloop"):
        exec(f"from mendloop import {name}", {})


def test_a_name_that_does_not_exist_is_no_attribute() -> None:
    assert not hasattr(mendloop, "nothing_like_this")
