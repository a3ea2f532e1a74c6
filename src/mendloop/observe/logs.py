"""Log lines with the object and the pass on each of them, for people or as JSON.

The names of the fields are one schema: `ts`, `level`, `logger`, `msg`, `controller`, `object`,
`reconcile_id`, then what the caller gave by `extra=`, then `error`.
"""

from __future__ import annotations

import logging
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple

import msgspec


class Scope(NamedTuple):
    """What a line is about."""

    controller: str
    object: str
    reconcile_id: str


_scope: ContextVar[Scope | None] = ContextVar("mendloop_log_scope", default=None)
# What every record has anyway; all else came by `extra=`.
_STANDARD: Final = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
_COLOURS: Final = {"WARNING": "\x1b[33m", "ERROR": "\x1b[31m", "CRITICAL": "\x1b[1;31m"}


@contextmanager
def about(scope: Scope) -> Iterator[None]:
    """Puts the object and the pass on every line logged inside, also in tasks started there."""
    token = _scope.set(scope)
    try:
        yield
    finally:
        _scope.reset(token)


def _extra(record: logging.LogRecord) -> dict[str, Any]:
    return {name: value for name, value in vars(record).items() if name not in _STANDARD}


class JsonFormatter(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        scope = _scope.get()
        when = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        line: dict[str, Any] = {
            "ts": when.replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "msg": record.getMessage(),
            **(scope._asdict() if scope else {}),
            **_extra(record),
        }
        if record.exc_info and record.exc_info[1] is not None:
            line["error"] = "".join(traceback.format_exception(record.exc_info[1]))
        return msgspec.json.encode(line, enc_hook=str).decode()


class HumanFormatter(logging.Formatter):
    """Time, level, object, message, and the rest as `name=value`; coloured where a terminal shows it."""

    def __init__(self, colour: bool = False) -> None:
        super().__init__()
        self._colour = colour

    def format(self, record: logging.LogRecord) -> str:
        scope = _scope.get()
        when = datetime.fromtimestamp(record.created, UTC).strftime("%H:%M:%S.%f")[:-3]
        what = [f"{scope.object} ({scope.reconcile_id}):"] if scope else []
        rest = [f"{name}={value}" for name, value in _extra(record).items()]
        line = " ".join([when, f"{record.levelname:<7}", *what, record.getMessage(), *rest])
        if record.exc_info:
            line = f"{line}\n{self.formatException(record.exc_info)}"
        colour = _COLOURS.get(record.levelname, "") if self._colour else ""
        return f"{colour}{line}\x1b[0m" if colour else line


def set_up(*, json: bool, level: str = "INFO", colour: bool = False) -> None:
    """Sends all of mendloop's and the user's lines to standard error in one format."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonFormatter() if json else HumanFormatter(colour))
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
