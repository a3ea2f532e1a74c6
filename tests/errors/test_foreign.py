"""The table of other libraries' exceptions leaves none of them out."""

from __future__ import annotations

import asyncio
import builtins
import importlib
import inspect
import pkgutil
import socket
import ssl
from collections.abc import Iterator
from types import ModuleType

import aiohttp
import pytest

from mendloop.errors import Family, family_of
from mendloop.errors.foreign import FAMILIES, names_of

# They say nothing by themselves: what is behind them does, or nobody knows.
SILENT = {
    "builtins.BaseException",
    "builtins.BaseExceptionGroup",
    "builtins.Exception",
    "builtins.ExceptionGroup",
    "builtins.PythonFinalizationError",
    "builtins.RuntimeError",
    "builtins.BufferError",
    "builtins.ReferenceError",
    "socket._GiveupOnSendfile",
}


def aiohttp_modules() -> Iterator[ModuleType]:
    for found in pkgutil.walk_packages(aiohttp.__path__, "aiohttp."):
        if found.name != "aiohttp.worker":  # needs gunicorn
            yield importlib.import_module(found.name)


def exceptions_of(module: ModuleType) -> Iterator[type[BaseException]]:
    for value in vars(module).values():
        if inspect.isclass(value) and issubclass(value, BaseException):
            yield value


def own_of_aiohttp() -> set[type[BaseException]]:
    found = {each for module in aiohttp_modules() for each in exceptions_of(module)}
    return {each for each in found if each.__module__.startswith("aiohttp")}


def test_every_exception_of_aiohttp_is_mapped() -> None:
    unmapped = sorted(names_of(each)[0] for each in own_of_aiohttp() if family_of(each) is Family.NONE)
    assert unmapped == []


def test_no_client_exception_of_aiohttp_is_mapped_by_a_base_of_python_alone() -> None:
    """A new one should be looked at, and not slip in as an OSError."""
    by_chance = [
        names_of(each)[0]
        for each in exceptions_of(importlib.import_module("aiohttp.client_exceptions"))
        if not any(name in FAMILIES for name in names_of(each) if name.startswith("aiohttp"))
        and each.__module__.startswith("aiohttp")
    ]
    assert by_chance == []


@pytest.mark.parametrize("module", [asyncio, builtins, socket, ssl], ids=lambda module: module.__name__)
def test_every_exception_of_python_is_mapped(module: ModuleType) -> None:
    unmapped = {names_of(each)[0] for each in exceptions_of(module) if family_of(each) is Family.NONE}
    assert unmapped <= SILENT


def test_no_name_of_aiohttp_in_the_table_is_dead() -> None:
    alive = {names_of(each)[0] for each in own_of_aiohttp()}
    assert [name for name in FAMILIES if name.startswith("aiohttp.") and name not in alive] == []


def test_types_made_at_run_time_do_not_pile_up() -> None:
    from mendloop.errors import foreign

    for number in range(3000):
        family_of(type(f"Made{number}", (KeyError,), {}))
    assert len(foreign._known) <= foreign._MAX_KNOWN
