"""Secrets out of whatever is shown: values of Secrets by their place, known values in every shape.

By place: `data` and `stringData` of a Secret, its last-applied annotation, environment variables and fields
whose name says password or token. By content: Authorization headers, JSON web tokens, passwords in URLs.
By value: what was read from a Secret, as text, base64, hex or a list of byte numbers.
"""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any, Final

from mendloop.model.fieldpath import Key, Path

MASK: Final = "••••"
_SECRET_FIELDS = frozenset({"data", "stringData"})
_LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
_TELLING = re.compile(
    r"pass(?:word|wd|phrase)|secret(?!.?(?:name|ref))|token(?!.?(?:name|ref|expir|second|review))|api.?key"
    r"|private.?key|credential(?!.?(?:name|ref))|authorization",
    re.IGNORECASE,
)
# Names that merely point at a secret: `secretKeyRef`, `imagePullSecrets`, `automountServiceAccountToken`.
_POINTING = re.compile(r"ref$|name$|names$|secrets$|^secret$|^automount|^secretKeyRef$", re.IGNORECASE)
_IN_TEXT = (
    (re.compile(r"(?i)\b(bearer|basic|token)\s+[A-Za-z0-9._~+/=-]{6,}"), rf"\1 {MASK}"),
    (re.compile(r"\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*"), MASK),
    (re.compile(r"(\w+://[^\s:/@]*):[^\s/@]+@"), rf"\1:{MASK}@"),
)
# Shorter values would mask every second word.
_SHORTEST = 4


def mask(kind: str, path: Path, value: Any) -> Any:
    """A value as it may be shown at its place; objects and lists are masked inside.

    `kind` is the kind of the object that the path leads through.
    """
    if value is None or isinstance(value, bool):
        return value
    if (
        kind == "Secret"
        and path
        and path[0] in _SECRET_FIELDS
        and (len(path) > 1 or not isinstance(value, dict))
    ):
        return MASK
    if isinstance(value, dict):
        item = path[-1] if path else ""
        named = str(value.get("name", "")) if isinstance(item, Key | int) else ""
        return {
            name: MASK
            if name == "value" and _TELLING.search(named) and inner is not None
            else mask(kind, (*path, name), inner)
            for name, inner in value.items()
        }
    if isinstance(value, list):
        return [mask(kind, (*path, place), inner) for place, inner in enumerate(value)]
    if _tells(kind, path):
        return MASK
    return in_text(value) if isinstance(value, str) else value


def _tells(kind: str, path: Path) -> bool:
    """True where the place itself says that the value is secret."""
    if not path:
        return False
    last = path[-1]
    if last == _LAST_APPLIED:
        return kind == "Secret"
    if last == "value" and len(path) > 1 and isinstance(path[-2], Key):
        return any(isinstance(named, str) and _TELLING.search(named) for _, named in path[-2].pairs)
    return isinstance(last, str) and bool(_TELLING.search(last)) and not _POINTING.search(last)


def in_text(text: str) -> str:
    """A text without tokens, Authorization values and passwords in URLs."""
    for pattern, shown in _IN_TEXT:
        text = pattern.sub(shown, text)
    return text


class Known:
    """Values that are known to be secret, found again in any shape that a log line could carry."""

    def __init__(self, values: Iterable[str | bytes] = ()) -> None:
        self._shapes: set[str] = set()
        self._pattern: re.Pattern[str] | None = None
        for value in values:
            self.add(value)

    def add(self, value: str | bytes) -> None:
        """Remember a value; what is shorter than four bytes is left alone."""
        raw = value.encode() if isinstance(value, str) else value
        if len(raw) >= _SHORTEST:
            self._shapes.update(_shapes(raw))
            self._pattern = None

    def add_secret(self, secret: Mapping[str, Any]) -> None:
        """Remember every value of a Secret object."""
        for text in (secret.get("stringData") or {}).values():
            self.add(str(text))
        for encoded in (secret.get("data") or {}).values():
            try:
                self.add(b64decode(str(encoded), validate=True))
            except Base64Error:
                self.add(str(encoded))

    def hide(self, text: str) -> str:
        """The text with each known value masked, and with what `in_text` finds by itself."""
        if self._pattern is None and self._shapes:
            longest_first = sorted(self._shapes, key=len, reverse=True)
            self._pattern = re.compile("|".join(map(re.escape, longest_first)), re.IGNORECASE)
        return in_text(self._pattern.sub(MASK, text) if self._pattern is not None else text)


def _shapes(raw: bytes) -> Iterable[str]:
    with suppress(UnicodeDecodeError):  # bytes that are no text have no shape as text
        yield raw.decode()
    yield raw.hex()
    yield raw.hex(" ")
    yield raw.hex(":")
    yield "\\x" + raw.hex("|").replace("|", "\\x")
    for separator in (" ", ", ", ","):
        yield separator.join(map(str, raw))
    yield from _base64_shapes(raw)


def _base64_shapes(raw: bytes) -> Iterable[str]:
    """Base64 of the value wherever it starts inside a longer text: only its own whole groups of letters."""
    for lead in range(3):
        encoded = b64encode(b"\0" * lead + raw).decode().rstrip("=")
        first = (lead * 8 + 5) // 6
        last = (lead + len(raw)) * 8 // 6
        own = encoded[first:last]
        if len(own) >= _SHORTEST:
            yield own
            yield own.replace("+", "-").replace("/", "_")
