"""From what a user types to an operator, and one clear line where there is none."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from mendloop.cli.load import LoadError, load_operator

ONE = 'from mendloop import Operator\nop = Operator("one.example.com")\n'
TWO = ONE + 'again = op\nother = Operator("other.example.com")\nnumber = 3\n'


@pytest.fixture(autouse=True)
def at_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder of the test's own to stand in; what was imported from it is forgotten."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    known = set(sys.modules)
    yield tmp_path
    for name in set(sys.modules) - known:
        del sys.modules[name]


def write(name: str, text: str) -> str:
    path = Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return name


def message(target: str) -> str:
    with pytest.raises(LoadError) as caught:
        load_operator(target)
    assert "\n" not in caught.value.message
    return caught.value.message


def test_a_file_or_a_module_with_one_operator_needs_no_name() -> None:
    write("pkg/__init__.py", "")
    write("pkg/ops.py", ONE)
    assert load_operator(write("one_file.py", ONE)).name == "one.example.com"
    assert load_operator("pkg.ops").name == "one.example.com"
    assert load_operator("pkg/ops.py:op").name == "one.example.com"


def test_a_file_may_be_loaded_twice_and_import_its_neighbours() -> None:
    write("neighbour.py", "NAME = 'one.example.com'\n")
    write(
        "with_neighbour.py",
        "from mendloop import Operator\nfrom neighbour import NAME\nop = Operator(NAME)\n",
    )
    assert load_operator("with_neighbour.py") is load_operator("with_neighbour.py")


def test_a_file_named_like_a_module_of_pythons_is_itself() -> None:
    assert load_operator(write("json.py", ONE)).name == "one.example.com"


def test_of_several_operators_one_is_named() -> None:
    write("two.py", TWO)
    assert load_operator("two.py:other").name == "other.example.com"
    assert message("two.py") == "two.py: several operators; say which: two.py:op or two.py:other"
    assert message("two.py:nothing").startswith("two.py:nothing: has no such name; say which: two.py:op")
    assert "is of type int, not an Operator" in message("two.py:number")


def test_a_missing_file_or_module_is_one_line() -> None:
    assert message("absent.py") == "absent.py: no such file"
    assert message("absent.module") == (
        "absent.module: no such module (for a file, give its path: absent.module.py)"
    )


def test_a_file_without_operator_says_how_to_make_one() -> None:
    assert "no Operator in it" in message(write("empty.py", "x = 1\n"))


def test_an_import_error_names_the_users_own_line() -> None:
    write("inner.py", "import json\n\n\ndef read():\n    return json.loads('{')\n")
    broken = write("broken.py", "import inner\n\nvalue = inner.read()\n")
    assert message(broken).startswith("inner.py:5: JSONDecodeError: ")
    write("as_module.py", "\nimport nothing_like_this\n")
    assert message("as_module").startswith("as_module.py:2: ModuleNotFoundError: No module named")


def test_a_syntax_error_names_its_line() -> None:
    assert message(write("wrong.py", "x = 1\ny = (\n")).startswith("wrong.py:2: SyntaxError: ")


def test_a_mistake_in_a_declaration_names_the_users_line_and_not_ours() -> None:
    text = "from mendloop import Operator\n\nop = Operator('short')\n"
    assert message(write("declared.py", text)).startswith(
        "declared.py:3: TypeError: Operator('short'): the name"
    )


def test_a_file_that_exits_is_reported_and_does_not_end_the_command() -> None:
    assert message(write("leaves.py", "raise SystemExit(3)\n")) == "leaves.py:1: SystemExit: 3"
