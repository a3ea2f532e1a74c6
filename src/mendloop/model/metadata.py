"""An object's metadata and outer form: what is read of every object, whatever its kind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, TypedDict

import msgspec

from mendloop.model.decoding import Unfit, convert, to_tree, without_nulls

_MADE_BY_HAND = datetime(2026, 1, 1, tzinfo=UTC)


class Owner(msgspec.Struct, frozen=True, rename="camel"):
    """One owner reference."""

    api_version: str
    kind: str
    name: str
    uid: str
    controller: bool | None = None
    block_owner_deletion: bool | None = None


class Metadata(msgspec.Struct, frozen=True, rename="camel"):
    """The part of an object's metadata that operators use."""

    name: str = ""
    namespace: str = ""
    uid: str = ""
    resource_version: str = ""
    generation: int = 0
    labels: Mapping[str, str] = {}
    annotations: Mapping[str, str] = {}
    creation_timestamp: datetime | None = None
    deletion_timestamp: datetime | None = None
    owner_references: tuple[Owner, ...] = ()
    finalizers: tuple[str, ...] = ()


class Envelope(msgspec.Struct, frozen=True, rename="camel"):
    """An object with its spec and status left as bytes."""

    api_version: str = ""
    kind: str = ""
    metadata: Metadata = Metadata()
    spec: msgspec.Raw = msgspec.Raw(b"")
    status: msgspec.Raw = msgspec.Raw(b"")


_ENVELOPE = msgspec.json.Decoder(Envelope)


def envelope_of(raw: bytes) -> Envelope:
    """The object's outer form; spec and status stay undecoded. Errors: `Unfit` where it is no object."""
    try:
        return _ENVELOPE.decode(raw)
    except msgspec.ValidationError:
        return _ENVELOPE.decode(_without_null_metadata(raw))
    except msgspec.DecodeError as error:
        raise Unfit(f"not valid JSON: {error}") from error


def _without_null_metadata(raw: bytes) -> bytes:
    """The object again, its metadata read as the API server reads it; spec and status stay as they are.

    Errors: `Unfit`, with the path, where it is no object at all.
    """
    tree = convert(msgspec.json.decode(raw), dict[str, Any])
    metadata = without_nulls(tree.get("metadata") or {})
    convert(metadata, Metadata, "metadata")
    stated = {key: value for key, value in tree.items() if value is not None}
    return msgspec.json.encode({**stated, "metadata": metadata})


class Given(TypedDict, total=False):
    """What may be said of an object's metadata when it is made by hand; `ready` overrules kstatus."""

    namespace: str
    labels: Mapping[str, str]
    annotations: Mapping[str, str]
    uid: str
    generation: int
    version: str
    created: datetime
    deleting: datetime
    owners: Sequence[Owner]
    finalizers: Sequence[str]
    ready: bool


def metadata_of(kind: str, name: str, meta: Given, cluster_scoped: bool) -> dict[str, Any]:
    """The metadata of an object made by hand, as JSON."""
    namespace = "" if cluster_scoped else meta.get("namespace", "default")
    stated = Metadata(
        name=name,
        namespace=namespace,
        uid=meta.get("uid", f"uid-of-{kind}-{namespace}-{name}".lower()),
        resource_version=meta.get("version", "1"),
        generation=meta.get("generation", 1),
        labels=meta.get("labels", {}),
        annotations=meta.get("annotations", {}),
        creation_timestamp=meta.get("created", _MADE_BY_HAND),
        deletion_timestamp=meta.get("deleting"),
        owner_references=tuple(meta.get("owners", ())),
        finalizers=tuple(meta.get("finalizers", ())),
    )
    tree = without_nulls(to_tree(stated))
    return {key: value for key, value in tree.items() if value not in ("", {}, [])}
