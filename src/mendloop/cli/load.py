"""From what a user types to an operator: `op.py`, `pkg.mod`, either with `:NAME`."""

from __future__ import annotations

import importlib
import importlib.util
import sys
import traceback
from pathlib import Path
from types import ModuleType
from typing import Any, NoReturn

import click

from mendloop.wish.operator import Operator


class LoadError(click.ClickException):
    """Raised when no operator can be had from what was given; its message is one line."""

    exit_code = 2


def load_operator(target: str) -> Operator[Any]:
    """The operator that `target` names.

    Errors: `LoadError` where the file or module is missing or cannot be imported, has no operator, or has
    several and `target` does not say which.
    """
    place, name = _split(target)
    module = _import_file(Path(place)) if _is_file(place) else _import_module(place)
    return _named(module, place, name) if name else _only(module, place)


def _split(target: str) -> tuple[str, str]:
    place, colon, name = target.rpartition(":")
    # a drive letter is no module: C:\op.py
    return (place, name) if colon and name.isidentifier() else (target, "")


def _is_file(place: str) -> bool:
    return place.endswith(".py") or "/" in place or "\\" in place


def _import_file(path: Path) -> ModuleType:
    if not path.is_file():
        raise LoadError(f"{path}: no such file")
    folder = str(path.resolve().parent)
    if folder not in sys.path:
        sys.path.insert(0, folder)  # the file's neighbours are its own modules
    name = path.stem
    known = sys.modules.get(name)
    if known is not None and getattr(known, "__file__", None) == str(path.resolve()):
        return known
    if known is not None or not name.isidentifier():
        name = f"mendloop_operator_{abs(hash(str(path.resolve()))):x}"
    spec = importlib.util.spec_from_file_location(name, path.resolve())
    if spec is None or spec.loader is None:
        raise LoadError(f"{path}: not a Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # annotations are looked up there
    try:
        spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:
        del sys.modules[name]
        _refuse(error, str(path), folder)
    return module


def _import_module(place: str) -> ModuleType:
    if "" not in sys.path and str(Path.cwd()) not in sys.path:
        sys.path.insert(0, str(Path.cwd()))
    try:
        return importlib.import_module(place)
    except ModuleNotFoundError as error:
        if error.name is not None and (place == error.name or place.startswith(f"{error.name}.")):
            raise LoadError(f"{place}: no such module (for a file, give its path: {place}.py)") from error
        _refuse(error, place, "")
    except (Exception, SystemExit) as error:
        _refuse(error, place, "")


def _refuse(error: BaseException, place: str, folder: str) -> NoReturn:
    """One line: where in the user's own code it happened, and what."""
    text = " ".join(str(error).split())
    if isinstance(error, SyntaxError) and error.filename:
        at = f"{_short(error.filename)}:{error.lineno}"
        raise LoadError(f"{at}: {type(error).__name__}: {error.msg}") from error
    frames = [
        frame for frame in traceback.extract_tb(error.__traceback__) if _is_users(frame.filename, folder)
    ]
    at = f"{_short(frames[-1].filename)}:{frames[-1].lineno}" if frames else place
    raise LoadError(f"{at}: {type(error).__name__}: {text}") from error


def _is_users(file: str, folder: str) -> bool:
    """Whether a frame is the user's own: not ours, not Python's, not installed."""
    if file.startswith(("<", str(Path(__file__).parent.parent))):
        return False
    if folder and file.startswith(folder):
        return True
    return "site-packages" not in file and not file.startswith(str(Path(importlib.__file__).parent.parent))


def _short(file: str) -> str:
    try:
        return str(Path(file).relative_to(Path.cwd()))
    except ValueError:
        return file


def _named(module: ModuleType, place: str, name: str) -> Operator[Any]:
    found = getattr(module, name, None)
    if isinstance(found, Operator):
        return found
    what = "has no such name" if found is None else f"is of type {type(found).__name__}, not an Operator"
    raise LoadError(f"{place}:{name}: {what}{_choices(module, place)}")


def _only(module: ModuleType, place: str) -> Operator[Any]:
    found = _operators(module)
    if not found:
        raise LoadError(
            f"{place}: no Operator in it: a line like op = Operator('cache.example.com') makes one"
        )
    if len(found) > 1:
        raise LoadError(f"{place}: several operators{_choices(module, place)}")
    return next(iter(found.values()))


def _operators(module: ModuleType) -> dict[str, Operator[Any]]:
    """Each operator once, by the first name that it has in the module."""
    found: dict[int, tuple[str, Operator[Any]]] = {}
    for name, value in vars(module).items():
        if isinstance(value, Operator):
            found.setdefault(id(value), (name, value))
    return dict(found.values())


def _choices(module: ModuleType, place: str) -> str:
    names = [f"{place}:{name}" for name in _operators(module)]
    return f"; say which: {' or '.join(names)}" if names else ""
