"""Patterns in schemas are Go's (RE2): what must be said differently for Python, and Go's words on bad ones.

Source: the syntax page of package regexp/syntax.
"""

from __future__ import annotations

import re
from functools import lru_cache

_POSIX = {
    "alnum": "0-9A-Za-z",
    "alpha": "A-Za-z",
    "ascii": r"\x00-\x7F",
    "blank": r"\t ",
    "cntrl": r"\x00-\x1F\x7F",
    "digit": "0-9",
    "graph": "!-~",
    "lower": "a-z",
    "print": " -~",
    "punct": r"!-/:-@[-`{-~",
    "space": r"\t\n\v\f\r ",
    "upper": "A-Z",
    "word": "0-9A-Za-z_",
    "xdigit": "0-9A-Fa-f",
}
_PIECE = re.compile(r"\\z|\\[\s\S]|\[:(?P<name>\^?[a-z]+):\]|\[\^?\]?|\]|\$|[\s\S]")
_FAULTS = (
    ("missing ), unterminated", "missing closing )"),
    ("unbalanced parenthesis", "unexpected )"),
    ("unterminated character set", "missing closing ]"),
    ("nothing to repeat", "missing argument to repetition operator"),
    ("bad escape", "invalid escape sequence"),
    ("multiple repeat", "invalid nested repetition operator"),
)


class BadPattern(ValueError):
    """Raised for a pattern that is no regular expression; the text is that of Go's parser."""


@lru_cache(maxsize=1024)
def compiled(pattern: str) -> re.Pattern[str]:
    """The pattern as Python matches it. Raises `BadPattern`."""
    try:
        return re.compile(_translated(pattern), re.ASCII)
    except re.error as error:
        raise BadPattern(f"error parsing regexp: {_go_fault(pattern, error)}") from None


def _translated(pattern: str) -> str:
    """Go's `$` and `\\z` match at the very end only; POSIX classes are written out."""
    out, in_class = [], False
    for found in _PIECE.finditer(pattern):
        piece = found[0]
        if found["name"] is not None and in_class:
            out.append(_POSIX.get(found["name"], piece))
        elif piece == "\\z" or (piece == "$" and not in_class):
            out.append("\\Z")
        elif piece.startswith("[") and not in_class:
            in_class = True
            out.append(piece)
        elif piece.startswith("[") and in_class:
            out.append("\\" + piece)
        else:
            in_class = in_class and piece != "]"
            out.append(piece)
    return "".join(out)


def _go_fault(pattern: str, error: re.error) -> str:
    for known, said in _FAULTS:
        if error.msg.startswith(known):
            about = pattern if said in ("missing closing )", "unexpected )") else pattern[error.pos or 0 :]
            return f"{said}: `{about}`"
    return f"{error.msg}: `{pattern}`"
