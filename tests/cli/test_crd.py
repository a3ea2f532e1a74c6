"""`mendloop crd`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner, Result

from mendloop.cli.crd import command

OPERATOR = '''
from mendloop import Operator, Resource, Spec, Status

op = Operator("cache.example.com")


class MemcachedSpec(Spec):
    image: str


class Memcached(Resource[MemcachedSpec, Status], group="cache.example.com", version="v1"):
    """A cache."""


class Proxy(Resource[MemcachedSpec], group="cache.example.com", version="v1"):
    """Another one."""


@op.desired(Memcached)
def desired(cache, ctx):
    yield from ()


@op.check(Memcached)
def check(cache, old):
    yield from ()


@op.reconcile(Proxy)
async def work(proxy, ctx):
    pass


@op.desired("apps/v1/Deployment")
def label(deployment, ctx):
    yield from ()
'''
NAMES = ["memcacheds.cache.example.com", "proxies.cache.example.com"]


@pytest.fixture
def operator(tmp_path: Path) -> str:
    path = tmp_path / "crd_operator.py"
    path.write_text(OPERATOR)
    return str(path)


def run(*args: str) -> Result:
    return CliRunner().invoke(command, args)


def test_prints_every_kind_of_its_own_once_as_yaml(operator: str) -> None:
    result = run(operator)
    assert result.exit_code == 0, result.output
    assert [one["metadata"]["name"] for one in yaml.safe_load_all(result.output)] == NAMES
    assert "&id" not in result.output


def test_prints_one_list_as_json(operator: str) -> None:
    result = run(operator, "--json")
    printed = json.loads(result.output)
    assert printed["kind"] == "List"
    assert [one["metadata"]["name"] for one in printed["items"]] == NAMES


def test_writes_one_file_a_definition(operator: str, tmp_path: Path) -> None:
    folder = tmp_path / "out" / "crds"
    result = run(operator, "-o", str(folder))
    assert result.output.split() == [str(folder / f"{name}.yaml") for name in NAMES]
    assert yaml.safe_load((folder / f"{NAMES[0]}.yaml").read_text())["kind"] == "CustomResourceDefinition"


def test_a_type_that_cannot_stand_in_a_crd_is_one_line(tmp_path: Path) -> None:
    path = tmp_path / "unstructural.py"
    path.write_text(OPERATOR.replace("image: str", "image: tuple[int, str]"))
    result = run(str(path))
    assert result.exit_code == 1
    assert result.output.startswith("Error: MemcachedSpec.image: ")


def test_an_operator_without_a_kind_of_its_own_says_so(tmp_path: Path) -> None:
    path = tmp_path / "kindless.py"
    path.write_text("from mendloop import Operator\nop = Operator('a.example.com')\n")
    result = run(str(path))
    assert (result.exit_code, result.output) == (1, "Error: a.example.com defines no kind of its own\n")


def test_an_operator_that_cannot_be_loaded_exits_with_2() -> None:
    result = run("absent.py")
    assert (result.exit_code, result.output) == (2, "Error: absent.py: no such file\n")
