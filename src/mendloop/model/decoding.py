"""From JSON to typed values and back, as Kubernetes writes them.

One step decodes what fits. What does not is tried once more the way the API server reads it: null is
absent, a duration may be in Go's form. What fits neither way is `Unfit`, with the field's path.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Mapping
from datetime import timedelta
from functools import cache
from typing import Any, TypeVar, cast

import msgspec

from mendloop.model.durations import read_duration, write_duration

V = TypeVar("V")


class Unfit(ValueError):
    """Raised when JSON does not fit the type it is read as; `field` is the path, as in `spec.size`.

    Where a pass runs into it, it becomes `Invalid`: this room knows no error classes.
    """

    def __init__(self, message: str, *, field: str = "") -> None:
        super().__init__(f"{field}: {message}" if field else message)
        self.message = message
        self.field = field


_PLACE = re.compile(r"^(?P<what>.*?)(?: - at `(?:key` in `)?\$\.?(?P<path>[^`]*)`)?$", re.DOTALL)
_MISSING = re.compile(r"^Object missing required field `(?P<name>[^`]*)`$")


def decode(raw: bytes | msgspec.Raw, as_: type[V], at: str = "") -> V:
    """The JSON in `raw` as a value of type `as_`; `at` is where in its object it stands.

    Unknown fields are ignored; empty `raw` counts as an empty object.
    Errors: `Unfit`, with the field path, where it does not fit.
    """
    source = raw if isinstance(raw, bytes) else bytes(raw)
    try:
        return cast("V", _decoder(cast("Hashable", as_)).decode(source or b"{}"))
    except msgspec.ValidationError:
        return convert(msgspec.json.decode(source or b"{}"), as_, at)
    except msgspec.DecodeError as error:
        raise Unfit(f"not valid JSON: {error}", field=at) from error


def convert(tree: Any, as_: type[V], at: str = "") -> V:
    """A decoded JSON value as a value of type `as_`, read as `decode` reads it."""
    try:
        return msgspec.convert(_mender(cast("Hashable", as_))(without_nulls(tree)), as_)
    except msgspec.ValidationError as error:
        raise _unfit(error, at) from error


def encode(value: Any) -> bytes:
    """`value` as JSON; durations are in Go's form, sets are sorted."""
    return msgspec.json.encode(to_tree(value))


def to_tree(value: Any) -> Any:
    """`value` as fresh dicts, lists, strings and numbers: what `encode` writes."""
    return _plain(msgspec.to_builtins(value, builtin_types=(timedelta,), order="deterministic"))


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return write_duration(value) if isinstance(value, timedelta) else value


def without_nulls(tree: Any) -> Any:
    """A copy of `tree` in which no mapping has a null: the API server reads those as absent."""
    if isinstance(tree, dict):
        return {key: without_nulls(item) for key, item in tree.items() if item is not None}
    if isinstance(tree, list):
        return [without_nulls(item) for item in tree]
    return tree


def _unfit(error: msgspec.ValidationError, at: str) -> Unfit:
    """msgspec's complaint as ours: the message without the path, and the path from the object's top."""
    found = _PLACE.match(str(error))
    what, path = (found["what"], found["path"] or "") if found else (str(error), "")
    if missing := _MISSING.match(what):
        path = f"{path}.{missing['name']}" if path else missing["name"]
        what = "required"
    if what == "Invalid ISO8601 duration":
        what = "expected a duration, as in 5m0s"
    joined = f"{at}{path}" if path.startswith("[") else ".".join(part for part in (at, path) if part)
    return Unfit(what[:1].lower() + what[1:], field=joined)


@cache
def _decoder(as_: Any) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(as_)


Mender = Callable[[Any], Any]


def _same(value: Any) -> Any:
    return value


@cache
def _mender(as_: Any) -> Mender:
    """What turns Go's durations into timedeltas wherever `as_` has one."""
    import msgspec.inspect as inspect  # only what does not decode at once comes here

    return _mend(inspect.type_info(as_), inspect, ())


def _mend(info: Any, inspect: Any, above: tuple[Any, ...]) -> Mender:
    match info:
        case inspect.TimeDeltaType():
            return _as_timedelta
        case inspect.Metadata():
            return _mend(info.type, inspect, above)
        case inspect.UnionType():
            menders = [_mend(branch, inspect, above) for branch in info.types]
            return _in_turn([mender for mender in menders if mender is not _same])
        case inspect.ListType() | inspect.SetType() | inspect.FrozenSetType() | inspect.VarTupleType():
            return _each_item(_mend(info.item_type, inspect, above))
        case inspect.DictType():
            return _each_value(_mend(info.value_type, inspect, above))
        case inspect.StructType() | inspect.DataclassType() if info.cls not in above:
            inside = (*above, info.cls)
            fields = {f.encode_name: _mend(f.type, inspect, inside) for f in info.fields}
            return _each_field({name: mender for name, mender in fields.items() if mender is not _same})
    return _same


def _as_timedelta(value: Any) -> Any:
    parsed = read_duration(value) if isinstance(value, str) else None
    return value if parsed is None else parsed


def _in_turn(menders: list[Mender]) -> Mender:
    def mend(value: Any) -> Any:
        for mender in menders:
            value = mender(value)
        return value

    return mend if menders else _same


def _each_item(mender: Mender) -> Mender:
    if mender is _same:
        return _same
    return lambda value: [mender(item) for item in value] if isinstance(value, list) else value


def _each_value(mender: Mender) -> Mender:
    if mender is _same:
        return _same
    return lambda value: (
        {key: mender(item) for key, item in value.items()} if isinstance(value, dict) else value
    )


def _each_field(menders: Mapping[str, Mender]) -> Mender:
    if not menders:
        return _same
    return lambda value: (
        {key: menders.get(key, _same)(item) for key, item in value.items()}
        if isinstance(value, dict)
        else value
    )
