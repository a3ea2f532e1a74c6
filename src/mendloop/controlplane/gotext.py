"""How Go prints values: the server's messages quote what it was given, so equal texts need equal printing.

Source: the Go specification of package fmt (verbs v, #v, q, T) and of encoding/json.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}
_ESCAPES |= {"\a": "\\a", "\b": "\\b", "\f": "\\f", "\v": "\\v"}


def go_quote(text: str) -> str:
    """`%q`: a double-quoted Go string."""
    return '"' + "".join(_escape(char) for char in text) + '"'


def _escape(char: str) -> str:
    if char in _ESCAPES:
        return _ESCAPES[char]
    if char.isprintable():
        return char
    code = ord(char)
    return f"\\x{code:02x}" if code < 0x80 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


class GoStruct(dict[str, Any]):
    """A struct as `encoding/json` writes it: its fields in their own order, not sorted as a map's keys."""


def go_json(value: Any) -> str:
    """A value as `encoding/json` writes it: compact, map keys sorted, and `<`, `>` and `&` escaped."""
    text = (
        _ordered(value) if _has_struct(value) else msgspec.json.encode(value, order="deterministic").decode()
    )
    return text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")


def _has_struct(value: Any) -> bool:
    if isinstance(value, dict):
        return isinstance(value, GoStruct) or any(map(_has_struct, value.values()))
    return isinstance(value, list) and any(map(_has_struct, value))


def _ordered(value: Any) -> str:
    if isinstance(value, dict):
        names = list(value) if isinstance(value, GoStruct) else sorted(value)
        return "{" + ",".join(f"{_ordered(name)}:{_ordered(value[name])}" for name in names) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(_ordered, value)) + "]"
    return msgspec.json.encode(value).decode()


def go_value(value: Any) -> str:
    """`%v` of a decoded JSON value: `map[a:1 b:[x y]]`, `<nil>`."""
    match value:
        case None:
            return "<nil>"
        case bool():
            return "true" if value else "false"
        case dict():
            return f"map[{' '.join(f'{key}:{go_value(value[key])}' for key in sorted(value))}]"
        case list():
            return f"[{' '.join(map(go_value, value))}]"
        case float():
            return _float(value)
        case _:
            return str(value)


def go_syntax(value: Any) -> str:
    """`%#v` of a decoded JSON value: `map[string]interface {}{"a":1}`."""
    match value:
        case None:
            return "interface {}(nil)"
        case str():
            return go_quote(value)
        case dict():
            pairs = ", ".join(f"{go_quote(key)}:{go_syntax(value[key])}" for key in sorted(value))
            return f"map[string]interface {{}}{{{pairs}}}"
        case list():
            return f"[]interface {{}}{{{', '.join(map(go_syntax, value))}}}"
        case _:
            return go_value(value)


_TYPES: tuple[tuple[type, str], ...] = (
    (bool, "bool"),
    (int, "int64"),
    (float, "float64"),
    (str, "string"),
    (dict, "map[string]interface {}"),
    (list, "[]interface {}"),
)


def go_type(value: Any) -> str:
    """`%T` of a decoded JSON value."""
    return next((name for kind, name in _TYPES if isinstance(value, kind)), "<nil>")


_JSON_KINDS: tuple[tuple[type, str], ...] = (
    (bool, "bool"),
    (int, "number"),
    (float, "number"),
    (str, "string"),
    (dict, "object"),
    (list, "array"),
)


def json_kind(value: Any) -> str:
    """What `encoding/json` calls a value that it cannot decode: `cannot unmarshal number into ...`."""
    return next((name for kind, name in _JSON_KINDS if isinstance(value, kind)), "null")


def _float(value: float) -> str:
    """The shortest form, with an exponent from 1e21 on, as `%v` prints a float64."""
    plain: Callable[[float], str] = repr
    text = plain(value)
    if "e" in text:
        mantissa, exponent = text.split("e")
        sign, digits = exponent[0] if exponent[0] in "+-" else "+", exponent.lstrip("+-")
        return f"{mantissa}e{sign}{digits.zfill(2)}"
    return text.removesuffix(".0")
