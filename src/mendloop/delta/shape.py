"""What a comparison has to know of each field, worked out once per schema node.

A `Shape` answers the questions of the walk by attribute: how list items are told apart, whether a struct is
owned as one whole, which special meaning a value has. Shapes hang on their schema, so they cost one walk.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import IntEnum
from typing import Any, Final

from msgspec import UNSET

from mendloop.delta import values
from mendloop.delta.defaults import SERVER_DEFAULTS
from mendloop.model.openapi import Schema


class Form(IntEnum):
    """How a value is compared. The members up to `LEAF` are walked into; the rest are met as one."""

    GRANULAR = 0  # struct or map: stated fields only
    WHOLE = 1  # atomic struct or map: owned as one
    KEYED = 2  # list-map
    SET = 3
    ATOMIC = 4  # list in its order
    LEAF = 5
    SELECTOR = 6  # LabelSelector
    TOLERATIONS = 7
    IGNORED = 8


class _Kids(dict[str, "Shape"]):
    """Shapes of declared fields by name; made when first asked for, so that a lookup is one dict access.

    All keys of a map share one shape: there is no end to the names of labels.
    """

    __slots__ = ("owner",)

    def __init__(self, owner: Shape) -> None:
        self.owner = owner

    def __missing__(self, name: str) -> Shape:
        owner = self.owner
        if owner.schema is None:
            return UNKNOWN
        if name not in owner.schema.names:
            if owner.value_made is None:
                owner.value_made = owner.make_kid(name)
            return owner.value_made
        made = self[name] = owner.make_kid(name)
        return made


class Shape:
    """One field's way of being compared.

    `keys` are a list-map's key names with their defaults; `pointer` says that its zero is stored apart from
    absence; `default` is what a server puts where the field is absent (`UNSET` where that is not known);
    `implied` says that the schema itself names that default, so that absence means it; `key` is the one key
    of a list-map that has just one, without a default; `open` is walked into field by field; `texts` holds
    nothing but plain texts, for which Python's own comparison is exact.
    """

    __slots__ = (
        "default",
        "equal",
        "form",
        "implied",
        "item_made",
        "key",
        "keys",
        "kids",
        "open",
        "ordered_env",
        "pointer",
        "schema",
        "texts",
        "typed",
        "value_made",
    )

    def __init__(self, schema: Schema | None, *, pointer: bool = False, default: Any = UNSET) -> None:
        self.schema = schema
        self.kids: dict[str, Shape] = _Kids(self)
        self.form = _form(schema)
        self.equal: Callable[[Any, Any], bool] | None = _meaning(schema)
        self.typed = schema is not None and schema.typed
        self.pointer = pointer
        self.default = default
        self.implied = False
        self.keys: tuple[tuple[str, Any], ...] = ()
        self.item_made: Shape | None = None
        self.value_made: Shape | None = None
        self.key: str | None = None
        self.ordered_env = False
        self.open = self.form in (Form.GRANULAR, Form.LEAF)
        self.texts = _holds_texts(schema)
        if self.form is Form.KEYED and schema is not None:
            self.keys = tuple((name, _key_default(schema, name)) for name in schema.map_keys)
            if len(self.keys) == 1 and self.keys[0][1] is None:
                self.key = self.keys[0][0]
            self.ordered_env = schema.items is not None and schema.items.name.endswith(".EnvVar")

    @classmethod
    def of(cls, schema: Schema | None) -> Shape:
        """The shape of a whole object; made once per schema."""
        if schema is None:
            return UNKNOWN
        found: Shape | None = schema.compiled.get("shape")
        if found is None:
            found = schema.compiled["shape"] = cls(schema)
            if schema.name == "io.k8s.api.core.v1.Pod":
                _let_pods_gain_tolerations(found)
        return found

    @property
    def item(self) -> Shape:
        """The shape of a list's items."""
        if self.item_made is None:
            items = self.schema.items if self.schema is not None else None
            self.item_made = UNKNOWN if items is None else Shape(items)
        return self.item_made

    def make_kid(self, name: str) -> Shape:
        schema = self.schema.field(name) if self.schema is not None else None
        if self.schema is None or schema is None:
            return UNKNOWN
        if name in _CLAIM_IGNORES and schema.typed and self.schema.name.endswith(".PersistentVolumeClaim"):
            # Inside volumeClaimTemplates they come back or not, as the server's age has it.
            return IGNORED
        made = Shape(
            schema,
            # In a map the key itself is the statement: a label with an empty value is not the absence of one.
            pointer=name in self.schema.pointers or not self.schema.typed or self.schema.is_map,
            default=UNSET if self.schema.is_map else _server_default(self.schema, schema, name),
        )
        made.implied = made.default is not UNSET and schema.default is not UNSET
        return made

    def key_of(self, item: Mapping[str, Any]) -> tuple[Any, ...]:
        """A list-map item's key, missing parts filled with their defaults."""
        return tuple(_hashable(item.get(name, default)) for name, default in self.keys)


def _hashable(value: Any) -> Any:
    """A key's value; one that is an object or a list fits no schema, and must not stop the comparison."""
    return str(value) if isinstance(value, dict | list) else value


_CLAIM_IGNORES: Final = frozenset({"apiVersion", "kind", "status"})


def _form(schema: Schema | None) -> Form:
    if schema is None:
        return Form.LEAF
    if schema.type == "array":
        return _list_form(schema)
    if schema.type == "object" or schema.names:
        if {"matchLabels", "matchExpressions"} == schema.names:
            return Form.SELECTOR
        return Form.WHOLE if schema.map_type == "atomic" else Form.GRANULAR
    return Form.LEAF


def _holds_texts(schema: Schema | None) -> bool:
    """A list or map of texts that mean just what they say: no number that `True` could be taken for."""
    if schema is None or not (schema.type == "array" or schema.is_map):
        return False
    held = schema.items if schema.type == "array" else schema.additional
    return held is not None and held.type == "string" and held.format is None and not held.int_or_string


def _list_form(schema: Schema) -> Form:
    items = schema.items
    # Tolerations are one atomic list to the server, but their order and spelling mean nothing.
    if items is not None and {"effect", "key", "operator", "tolerationSeconds", "value"} == items.names:
        return Form.TOLERATIONS
    match schema.list_type:
        case "map" if schema.map_keys:
            return Form.KEYED
        case "set":
            return Form.SET
        case _:
            return Form.ATOMIC


def _meaning(schema: Schema | None) -> Callable[[Any, Any], bool] | None:
    if schema is None:
        return None
    if schema.quantity:
        return values.same_quantity
    if schema.int_or_string:
        return values.same_int_or_string
    match schema.format:
        case "date-time":
            return values.same_micro_time if schema.micro_time or not schema.typed else values.same_time
        case "duration":
            return values.same_duration
        case "byte":
            return values.same_bytes
        case _:
            return None


def _key_default(schema: Schema, name: str) -> Any:
    field = schema.items.field(name) if schema.items is not None else None
    # "" and 0 are what the Go generator writes for a key that must be stated; they are no default.
    default = None if field is None or field.default is UNSET else field.default
    return default or None


def _server_default(parent: Schema, schema: Schema, name: str) -> Any:
    stated = SERVER_DEFAULTS.get(parent.name, {}).get(name, UNSET)
    return schema.default if stated is UNSET else stated


def _let_pods_gain_tolerations(pod: Shape) -> None:
    """Admission gives every Pod tolerations; templates keep exactly what was stated."""
    spec = pod.make_kid("spec")
    if spec.schema is not None:
        pod.kids["spec"] = spec
        tolerations = spec.kids["tolerations"]
        tolerations.equal = values.covers_tolerations


UNKNOWN: Final = Shape(None)
IGNORED: Final = Shape(None)
IGNORED.form, IGNORED.open = Form.IGNORED, False
