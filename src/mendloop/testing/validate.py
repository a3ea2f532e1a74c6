"""What an API server would say of a manifest, from the schema of its kind alone.

It knows types, unknown fields, required fields and choices; what a server judges in code (label syntax,
immutable fields, quotas) it does not.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from mendloop.model.openapi import Schema

_PYTHON: Mapping[str, tuple[type, ...]] = {
    "string": (str,),
    "boolean": (bool,),
    "integer": (int,),
    "number": (int, float),
    "object": (dict,),
    "array": (list,),
}


@dataclass(frozen=True, slots=True)
class Complaint:
    """One thing that a server would refuse."""

    field: str
    message: str

    def __str__(self) -> str:
        return f"{self.field}: {self.message}"


def complaints(manifest: Mapping[str, Any], schema: Schema, *, partial: bool = False) -> list[Complaint]:
    """All that is wrong with a manifest; a `partial` one need not have what is required."""
    return list(_judge(manifest, schema, "", partial))


def _judge(value: Any, schema: Schema, path: str, partial: bool) -> Iterator[Complaint]:
    if value is None or _is_free(schema):
        return
    expected = _expected(schema)
    if expected and not _is_a(value, expected):
        yield Complaint(path, f"expected {expected}, got {_type_name(value)} {value!r}"[:200])
    elif isinstance(value, Mapping):
        yield from _judge_fields(value, schema, path, partial)
    elif isinstance(value, list) and schema.items is not None:
        for index, item in enumerate(value):
            yield from _judge(item, schema.items, f"{path}[{index}]", partial)
    elif schema.enum is not None and value not in schema.enum:
        choices = ", ".join(str(choice) for choice in schema.enum)
        yield Complaint(path, f"{value!r} is not one of {choices}")


def _judge_fields(value: Mapping[str, Any], schema: Schema, path: str, partial: bool) -> Iterator[Complaint]:
    if not partial:
        for name in sorted(schema.required - value.keys()):
            yield Complaint(_join(path, name), "required")
    for name, item in value.items():
        field = schema.field(name)
        if field is not None:
            yield from _judge(item, field, _join(path, name), partial)
        elif not schema.preserve_unknown:
            yield Complaint(_join(path, name), f"unknown field{_nearest(name, schema)}")


def _is_free(schema: Schema) -> bool:
    return schema.int_or_string or schema.quantity or schema.opaque


def _expected(schema: Schema) -> str:
    return schema.type or ("object" if schema.names else "")


def _is_a(value: Any, expected: str) -> bool:
    if isinstance(value, bool):
        return expected == "boolean"
    return isinstance(value, _PYTHON.get(expected, (object,)))


def _type_name(value: Any) -> str:
    if isinstance(value, bool):
        return "boolean"
    return next((name for name, types in _PYTHON.items() if isinstance(value, types)), type(value).__name__)


def _nearest(name: str, schema: Schema) -> str:
    from difflib import get_close_matches  # only mistakes come here

    near = get_close_matches(name, schema.names, n=1)
    return f" (did you mean {near[0]!r}?)" if near else ""


def _join(path: str, name: str) -> str:
    step = f'["{name}"]' if "." in name or "/" in name else name
    return f"{path}.{step}" if path and step is name else f"{path}{step}"
