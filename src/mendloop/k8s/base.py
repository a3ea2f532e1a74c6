"""What the generated read models are made of, and the one kind that needs more than its schema says."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Generic, TypeAlias, cast, overload

from typing_extensions import TypeVar

from mendloop.model.decoding import Unfit, convert, to_tree
from mendloop.model.resource import Object
from mendloop.model.types import Spec

V = TypeVar("V")

Amount: TypeAlias = str | int | float
"""A quantity as it stands in an object; `mendloop.model.quantity` tells what it amounts to."""


class NoSpec(Spec):
    """The spec of kinds that have none: their content is in fields of their own, such as `data`."""


class Part(Generic[V]):
    """A top-level field beside spec and status, read from the object when it is first asked for."""

    def __init__(self, as_: Any, name: str, absent: Callable[[], V] | None = None) -> None:
        self._as, self._name, self._absent = as_, name, absent

    @overload
    def __get__(self, obj: None, owner: type) -> Part[V]: ...
    @overload
    def __get__(self, obj: Object, owner: type) -> V: ...
    def __get__(self, obj: Object | None, owner: type) -> V | Part[V]:
        if obj is None:
            return self
        if self._name not in obj._top:
            obj._top[self._name] = self._read(obj._parsed().get(self._name))
        return cast("V", obj._top[self._name])

    def _read(self, value: Any) -> V:
        if value is None:
            return cast("V", self._absent() if self._absent else None)
        return cast("V", convert(value, self._as, self._name))


class SecretData(Mapping[str, str]):
    """A Secret's data as text. `data["key"]` is `Unfit` where the bytes are no UTF-8; `binary` has them all."""

    __slots__ = ("binary",)

    def __init__(self, binary: Mapping[str, bytes]) -> None:
        self.binary = binary

    def __getitem__(self, key: str) -> str:
        try:
            return self.binary[key].decode()
        except UnicodeDecodeError as error:
            place = f'data["{key}"]'
            raise Unfit("these bytes are not text; read data.binary", field=place) from error

    def __iter__(self) -> Iterator[str]:
        return iter(self.binary)

    def __len__(self) -> int:
        return len(self.binary)

    def __repr__(self) -> str:
        return f"<data of {', '.join(self.binary) or 'nothing'}>"  # never the values: logs outlive secrets


class SecretPart(Part[SecretData]):
    """A Secret's `data`: base64 on the wire, text for those who read it."""

    def _read(self, value: Any) -> SecretData:
        return SecretData(convert(value or {}, dict[str, bytes], self._name))


def encoded(data: Mapping[str, str] | None) -> dict[str, str] | None:
    """A Secret's data as they stand on the wire."""
    return (
        None
        if data is None
        else {key: base64.b64encode(text.encode()).decode() for key, text in data.items()}
    )


def stated(fields: Mapping[str, Any] | None, parts: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of an object made by hand: what is given, and nothing for what is not."""
    given = {name: to_tree(value) for name, value in parts.items() if value is not None}
    return {**given, **(fields or {})}
