"""In which form an answer is given: JSON, YAML, metadata only, or a table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import msgspec
import yaml

from mendloop.controlplane.answers import not_acceptable, not_streamable
from mendloop.controlplane.conversion import Served
from mendloop.controlplane.resources import Resource
from mendloop.controlplane.store import Stored, decode, encode
from mendloop.controlplane.wire import JSON_HEADERS, Object, Response
from mendloop.controlplane.world import Context

_YAML_HEADERS = {"content-type": "application/yaml"}
_KNOWN = ("application/json", "application/yaml", "application/vnd.kubernetes.protobuf")
_STREAMS = ("application/json;stream=watch", "application/vnd.kubernetes.protobuf;stream=watch")


class Representation(Protocol):
    """Turns stored objects into the bytes of an answer."""

    def one(self, stored: Stored, status: int = 200) -> Response: ...
    def many(self, found: Sequence[Stored], metadata: Object) -> Response: ...
    def document(self, stored: Stored) -> bytes: ...


class Plain:
    """The objects as they are stored: bytes that were encoded once."""

    def __init__(self, resource: Resource) -> None:
        self._resource = resource
        self._served = Served(resource)
        self._prefix = encode({"kind": resource.kind, "apiVersion": resource.api_version})[:-1] + b","

    def one(self, stored: Stored, status: int = 200) -> Response:
        return Response(status, JSON_HEADERS, self.document(stored))

    def document(self, stored: Stored) -> bytes:
        return self._served.document(stored)

    def _item(self, stored: Stored) -> bytes:
        """Within a list, objects of built-in kinds do not say again what they are."""
        document = self.document(stored)
        if self._resource.custom is not None:
            return document
        if document.startswith(self._prefix):
            return b"{" + document[len(self._prefix) :]
        rest = {key: value for key, value in decode(document).items() if key not in ("kind", "apiVersion")}
        return encode(rest)

    def many(self, found: Sequence[Stored], metadata: Object) -> Response:
        resource = self._resource
        if (
            resource.custom is not None
        ):  # a list of custom resources names its next page even if there is none
            metadata = {"continue": "", **metadata}
        head = {"kind": resource.list_kind, "apiVersion": resource.api_version, "metadata": metadata}
        items = b",".join([self._item(stored) for stored in found])
        return Response(200, JSON_HEADERS, encode(head)[:-1] + b',"items":[' + items + b"]}")


class Yaml:
    """The same as YAML."""

    def __init__(self, plain: Plain) -> None:
        self._plain = plain

    def one(self, stored: Stored, status: int = 200) -> Response:
        return as_yaml(self._plain.one(stored, status))

    def many(self, found: Sequence[Stored], metadata: Object) -> Response:
        return as_yaml(self._plain.many(found, metadata))

    def document(self, stored: Stored) -> bytes:
        return self._plain.document(stored)


class MetadataOnly:
    """`PartialObjectMetadata`: everything but spec and status is left out."""

    def __init__(self, resource: Resource) -> None:
        self._resource = resource

    def one(self, stored: Stored, status: int = 200) -> Response:
        return Response(status, JSON_HEADERS, self.document(stored))

    def document(self, stored: Stored) -> bytes:
        return encode(partial(stored))

    def many(self, found: Sequence[Stored], metadata: Object) -> Response:
        head: dict[str, Any] = {"kind": "PartialObjectMetadataList", "apiVersion": "meta.k8s.io/v1"}
        document = {**head, "metadata": metadata, "items": [partial(stored) for stored in found]}
        return Response(200, JSON_HEADERS, encode(document))


def partial(stored: Stored) -> Object:
    metadata = decode(stored.raw)["metadata"]
    return {"kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1", "metadata": metadata}


def as_yaml(response: Response) -> Response:
    text = yaml.safe_dump(msgspec.json.decode(response.body), sort_keys=True, default_flow_style=False)
    return Response(response.status, {**response.headers, **_YAML_HEADERS}, text.encode())


def choose(context: Context, *, stream: bool) -> Representation:
    """The first form in `Accept` that the server has.

    Errors: `Refusal` 406.
    """
    accept = context.call.headers.get("accept", "")
    plain = Plain(context.resource)
    if not accept or accept == "application/json":
        return plain
    for clause in accept.split(","):
        media, _, rest = clause.strip().partition(";")
        parameters = dict(part.strip().partition("=")[::2] for part in rest.split(";") if part)
        if found := _form(context, media.strip(), parameters, plain):
            return found
    if stream:
        raise not_streamable(_STREAMS)
    raise not_acceptable((*_KNOWN, *_STREAMS) if context.call.verb == "list" else _KNOWN)


def _form(context: Context, media: str, parameters: dict[str, str], plain: Plain) -> Representation | None:
    wanted = parameters.get("as", "")
    if media in ("application/json", "*/*"):
        if wanted == "Table":
            from mendloop.controlplane.tables import Table  # only people who look at tables pay for them

            return Table(context)
        if wanted in ("PartialObjectMetadata", "PartialObjectMetadataList"):
            return MetadataOnly(context.resource)
        return None if wanted else plain
    if media == "application/yaml" and not wanted and context.call.verb != "watch":
        return Yaml(plain)
    return None
