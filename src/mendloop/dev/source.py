"""The user's operator as files: loaded, looked at for changes, loaded anew."""

from __future__ import annotations

import importlib
import linecache
import sys
import traceback
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import mendloop
from mendloop.cli.load import LoadError, load_operator
from mendloop.wish.operator import Operator

_OURS = Path(mendloop.__file__).resolve().parent


class Source:
    """The operator that `target` names (`op.py`, `pkg.mod`, either with `:NAME`), and its files."""

    def __init__(self, target: str) -> None:
        self.target = target
        self._loaded: dict[str, ModuleType] = {}
        self._seen: Mapping[Path, int] = {}

    def load(self) -> Operator[Any]:
        """The operator as its files are now; its modules are imported anew.

        Errors: `LoadError`; the modules of the last good load stay then, as the old operator needs them.
        """
        old, known = self._loaded, set(sys.modules)
        for name in old:
            sys.modules.pop(name, None)
        importlib.invalidate_caches()
        writes, sys.dont_write_bytecode = sys.dont_write_bytecode, True  # two edits may share size and second
        try:
            op = load_operator(self.target)
        except LoadError:
            sys.modules.update(old)
            raise
        finally:
            sys.dont_write_bytecode = writes
            self._seen = _times(self._files())
        self._loaded = {name: sys.modules[name] for name in (set(sys.modules) - known) | set(old)
                        if name in sys.modules and _is_users(sys.modules[name])}  # fmt: skip
        self._seen = _times(self._files())
        return op

    def changed(self) -> bool:
        """Whether a file of it differs from when it was last loaded, or tried to."""
        return _times(self._files()) != self._seen

    @property
    def folder(self) -> Path:
        """Where the operator's file is."""
        return self._file.parent

    @property
    def _file(self) -> Path:
        place = self.target.rpartition(":")[0] or self.target
        if place.endswith(".py"):
            return Path(place).absolute()
        return Path(*place.split(".")).with_suffix(".py").absolute()

    def _files(self) -> Iterable[Path]:
        """Its own file and its neighbours: a file that could not be imported is no module yet."""
        yield from self.folder.glob("*.py")
        for module in self._loaded.values():
            if module.__file__:
                yield Path(module.__file__)


def _is_users(module: ModuleType) -> bool:
    file = getattr(module, "__file__", None)
    if not file or not file.endswith(".py"):
        return False
    path = Path(file).resolve()
    installed = "site-packages" in path.parts or path.is_relative_to(sys.base_prefix)
    return not installed and not path.is_relative_to(_OURS)


def _times(files: Iterable[Path]) -> Mapping[Path, int]:
    found = {}
    for file in files:
        try:
            found[file] = file.stat().st_mtime_ns
        except FileNotFoundError:
            continue  # between two steps of an editor that replaces it
    return found


def in_a_block(error: LoadError, running: bool) -> list[str]:
    """An operator that cannot be loaded, as one block: what, where, the line, and what goes on."""
    goes_on = "the operator from before keeps running" if running else "nothing runs until it is mended"
    lines = [f"cannot load the operator; {goes_on}", f"  {error.format_message()}"]
    cause = error.__cause__
    if isinstance(cause, SyntaxError) and cause.text:
        lines += [f"    {cause.text.rstrip()}", f"    {' ' * ((cause.offset or 1) - 1)}^"]
    elif cause is not None:
        frames = traceback.extract_tb(cause.__traceback__)
        users = [frame for frame in frames if not Path(frame.filename).is_relative_to(_OURS)]
        here = [frame for frame in users if not frame.filename.startswith("<")][-1:]
        lines += [f"    {linecache.getline(frame.filename, frame.lineno or 0).strip()}" for frame in here]
    return lines
