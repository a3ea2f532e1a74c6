"""The values that users declare: specs, statuses, and what is nested in them.

All are msgspec structs: keyword only, snake_case in Python and camelCase on the wire.
A spec is frozen, because it is the user's; a status is mutable, because it is ours.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeAlias, dataclass_transform

import msgspec
from msgspec import Meta as Meta

_NUMBER = r"(([0-9]+(\.[0-9]*)?)|(\.[0-9]+))"
QUANTITY_PATTERN = rf"^(\+|-)?{_NUMBER}(([KMGTPE]i)|[numkMGTPE]|([eE](\+|-)?{_NUMBER}))?$"
"""What `resource.Quantity` accepts (k8s.io/apimachinery, pkg/api/resource)."""

Quantity: TypeAlias = Annotated[
    int | Annotated[str, Meta(pattern=QUANTITY_PATTERN)],
    Meta(extra_json_schema={"x-kubernetes-int-or-string": True, "pattern": QUANTITY_PATTERN}),
]
"""An amount as Kubernetes writes it: `"1Gi"`, `"500m"`, or a plain whole number."""


class _KeywordOnly(msgspec.StructMeta):
    """Makes `kw_only` hold for subclasses too; msgspec applies it to one class's own fields only."""

    def __new__(mcs, name: str, bases: tuple[type, ...], namespace: dict[str, Any], **config: Any) -> Any:
        config.setdefault("kw_only", True)
        return super().__new__(mcs, name, bases, namespace, **config)


@dataclass_transform(kw_only_default=True, frozen_default=True, field_specifiers=(msgspec.field,))
class Model(msgspec.Struct, metaclass=_KeywordOnly, rename="camel", frozen=True, omit_defaults=True):
    """A frozen value; the base of everything that is nested in a spec or a status."""


class Spec(Model):
    """An object's `spec`: what the object's user asks for."""


class Condition(Model):
    """One condition by the API conventions; kept up by `mendloop.model.conditions`."""

    type: str
    status: Literal["True", "False", "Unknown"]
    reason: str = ""
    message: str = ""
    last_transition_time: datetime | None = None
    observed_generation: int | None = None


class _StatusMeta(_KeywordOnly):
    """Refuses, when the class is made, a status that could not start empty."""

    def __new__(mcs, name: str, bases: tuple[type, ...], namespace: dict[str, Any], **config: Any) -> Any:
        made = super().__new__(mcs, name, bases, namespace, **config)
        for field in _without_default(made):
            raise TypeError(f"{name}.{field} needs a default: the status of a new object is empty")
        return made


def _without_default(struct: Any) -> Iterable[str]:
    fields, defaults = struct.__struct_fields__, struct.__struct_defaults__
    required = len(fields) - len(defaults)
    yield from fields[:required]
    yield from (
        field
        for field, default in zip(fields[required:], defaults, strict=True)
        if default is msgspec.NODEFAULT
    )


@dataclass_transform(kw_only_default=True, field_specifiers=(msgspec.field,))
class Status(msgspec.Struct, metaclass=_StatusMeta, rename="camel", dict=True):
    """An object's `status`: what the operator reports. Every field has a default.

    `conditions` and `observed_generation` are kept up by mendloop. During a pass it is known which
    fields were read or assigned: see `mendloop.wish.drain` for what becomes of the others.
    """

    conditions: Sequence[Condition] = ()
    observed_generation: int | None = None

    if not TYPE_CHECKING:  # a type checker would otherwise accept any attribute

        def __getattribute__(self, name: str) -> Any:
            value = super().__getattribute__(name)
            if name[0] != "_":
                _note(self, name)
            return value

        def __setattr__(self, name: str, value: Any) -> None:
            if name not in self.__struct_fields__:
                raise AttributeError(f"{type(self).__name__} has no field {name!r}")
            super().__setattr__(name, value)
            _note(self, name)


def _note(status: Status, field: str) -> None:
    touched = status.__dict__.get("_touched")
    if touched is not None:
        touched.add(field)


def watch_fields(status: Status) -> None:
    """From now on, remember which fields of `status` are read or assigned."""
    status.__dict__["_touched"] = set()


def touched_fields(status: Status) -> frozenset[str]:
    """The fields read or assigned since `watch_fields`; all of them where nobody watches.

    A status that was made during the pass, and put in the watched one's place, states every field.
    """
    touched = status.__dict__.get("_touched")
    return frozenset(status.__struct_fields__ if touched is None else touched)


class NoStatus(Status):
    """The status of a resource that declares none: conditions and nothing else."""
