"""What a user may yield as a manifest, and how it becomes one: a private copy in plain JSON terms."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, ClassVar, Protocol, TypeAlias, cast

import msgspec

from mendloop.errors.exceptions import Internal
from mendloop.model.decoding import encode, to_tree
from mendloop.model.resource import Object


class HasToDict(Protocol):
    """lightkube's models, and whatever else gives its own wire form."""

    def to_dict(self) -> dict[str, Any]: ...


class HasModelDump(Protocol):
    """pydantic's models."""

    def model_dump(self) -> dict[str, Any]: ...


class IsDataclass(Protocol):
    """A dataclass; its fields are named as on the wire."""

    __dataclass_fields__: ClassVar[dict[str, Any]]


ManifestLike: TypeAlias = (
    Mapping[str, Any] | str | Object | HasToDict | HasModelDump | IsDataclass | msgspec.Struct
)
"""A dict, the text of one YAML document, or a typed object."""


def to_manifest(stated: ManifestLike) -> dict[str, Any]:
    """A copy of what was stated, in plain JSON terms, that nobody else holds.

    An empty `status`, as typed clients print it, is left out.
    Errors: `Internal` for what is no manifest.
    """
    try:
        manifest = msgspec.json.decode(_wire(stated))
    except (TypeError, ValueError, msgspec.MsgspecError) as error:
        raise Internal(f"cannot be written as JSON: {error}") from error
    if not isinstance(manifest, dict):
        raise Internal(f"is a {type(manifest).__name__}, not a mapping")
    if "status" in manifest and _says_nothing(manifest["status"]):
        del manifest["status"]
    return manifest


def _wire(stated: Any) -> bytes:
    if isinstance(stated, str):
        return _from_yaml(stated)
    if type(stated) is dict:
        return msgspec.json.encode(stated)  # most are, and this is every pass's way
    return encode(_tree(stated))


def _tree(stated: Any) -> Any:
    if isinstance(stated, Mapping):
        return dict(stated)
    if isinstance(stated, Object):
        return stated.to_manifest()
    if hasattr(stated, "attribute_map") and hasattr(stated, "openapi_types"):
        return _official(stated)
    if hasattr(stated, "model_dump"):
        return stated.model_dump(mode="json", by_alias=True, exclude_none=True)
    if isinstance(stated, msgspec.Struct):
        return to_tree(stated)
    if hasattr(stated, "to_dict"):
        return stated.to_dict()
    if dataclasses.is_dataclass(stated) and not isinstance(stated, type):
        return to_tree(stated)
    raise Internal(
        f"is {_named(stated)}; a manifest is a dict, YAML text, a typed object, Child(...) or Absent(...)"
    )


def _named(value: object) -> str:
    return "None" if value is None else f"of type {type(value).__name__}"


def _official(value: Any) -> Any:
    """A model of the official Python client in wire form: its own `to_dict` keeps the Python names."""
    if isinstance(value, list | tuple):
        return [_official(item) for item in value]
    if isinstance(value, dict):
        return {key: _official(item) for key, item in value.items()}
    if not hasattr(value, "attribute_map"):
        return value
    attributes = ((wire, getattr(value, name)) for name, wire in value.attribute_map.items())
    return {wire: _official(item) for wire, item in attributes if item is not None}


@lru_cache(maxsize=512)
def _from_yaml(text: str) -> bytes:
    """The JSON of one YAML document; parsing costs a hundred times a look into this cache."""
    import yaml  # only operators that write YAML pay for it

    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        documents = [document for document in yaml.load_all(text, loader) if document is not None]
    except yaml.YAMLError as error:
        raise Internal(f"is not valid YAML: {' '.join(str(error).split())}") from error
    if len(documents) != 1:
        raise Internal(f"holds {len(documents)} YAML documents: yield each by itself")
    return msgspec.json.encode(documents[0])


def _says_nothing(value: Any) -> bool:
    if isinstance(value, dict):
        return all(_says_nothing(item) for item in value.values())
    return value is None or value == []


def as_mapping(value: Any) -> Mapping[str, Any]:
    """`value` where it is a mapping, else an empty one: for looking into what may be malformed."""
    return cast("Mapping[str, Any]", value) if isinstance(value, Mapping) else {}
