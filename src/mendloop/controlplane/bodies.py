"""Request bodies: from bytes to one object, or the server's words about what is wrong with them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import msgspec
import yaml

from mendloop.controlplane import protobuf
from mendloop.controlplane.answers import Refusal, bad_request, too_large, unsupported_media_type
from mendloop.controlplane.resources import Resource
from mendloop.controlplane.wire import Object

BODY_LIMIT = 3 * 1024 * 1024
OBJECT_TYPES = ("application/json", "application/yaml", protobuf.MEDIA_TYPE)
_LOADER: type[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(_LOADER):  # type: ignore[misc]
    """YAML as the server reads it: times stay text, `yes` and `no` are words."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in _LOADER.yaml_implicit_resolvers.items()
}


def media_type(headers: Mapping[str, str]) -> str:
    return headers.get("content-type", "").split(";", 1)[0].strip().lower()


def _parse_protobuf(body: bytes, kind: str) -> Object:
    try:
        return protobuf.decode(body)
    except (protobuf.Malformed, UnicodeDecodeError) as error:
        raise bad_request(
            f"the object provided is unrecognized (must be of type {kind}): {error} ({body.hex()[:32]})"
        ) from None


def check_size(body: bytes | None) -> bytes:
    """The body; 413 above the server's limit of 3 MiB."""
    if body is not None and len(body) > BODY_LIMIT:
        raise too_large(BODY_LIMIT)
    return body or b""


def parse_yaml(body: bytes) -> Any:
    """One YAML (or JSON) document; Errors: `yaml.YAMLError`."""
    return yaml.load(body, Loader=_Loader)


def parse_object(body: bytes, headers: Mapping[str, str], resource: Resource, kind: str = "") -> Object:
    """The object of a create or update; `kind` where a subresource has its own.

    Errors: `Refusal` 400 or 415.
    """
    expected = kind or resource.kind
    media = media_type(headers)
    if media in ("", "application/json"):
        found = _parse_json(body, expected)
    elif media == "application/yaml":
        found = _parse_yaml(body, expected)
    elif media == protobuf.MEDIA_TYPE:
        found = _parse_protobuf(body, expected)
    else:
        raise unsupported_media_type(OBJECT_TYPES)
    return {} if found is None else dict(found)


def _unrecognized(kind: str, why: str) -> Refusal:
    return bad_request(
        f"the object provided is unrecognized (must be of type {kind}): couldn't get version/kind; {why}"
    )


_META_STRUCT = (
    'struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }'
)
_GO_NAMES = {list: "array", str: "string", bool: "bool", int: "number", float: "number"}


def _parse_json(body: bytes, kind: str) -> Object | None:
    try:
        found = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise _unrecognized(kind, f"json parse error: {_syntax_fault(body)} ({_excerpt(body)})") from None
    if found is not None and not isinstance(found, dict):
        why = f"json: cannot unmarshal {_GO_NAMES[type(found)]} into Go value of type {_META_STRUCT}"
        raise _unrecognized(kind, f"json parse error: {why} ({body.hex()[:32]})")
    return found


def _syntax_fault(body: bytes) -> str:
    """Go's sentence about broken JSON, as far as it can be told from Python's."""
    try:
        json.loads(body.decode("utf-8", "replace") or " ")
    except json.JSONDecodeError as error:
        if error.pos >= len(body.rstrip()) or error.msg.startswith("Unterminated"):
            return "unexpected end of JSON input"
        return f"invalid character {chr(body[error.pos])!r} looking for beginning of value"
    return "invalid JSON"


def _excerpt(body: bytes) -> str:
    if not body:
        return "<empty>"
    text = body.decode("utf-8", "replace")
    return text if len(text) <= 30 else f"{text[:30]} ..."


def _parse_yaml(body: bytes, kind: str) -> Object | None:
    try:
        found = parse_yaml(body)
    except yaml.YAMLError as error:
        raise _unrecognized(kind, f"yaml: {error}") from None
    if found is not None and not isinstance(found, dict):
        raise _unrecognized(kind, "json parse error: not an object")
    return found


class _Node(dict[str, Any]):
    """A parsed object that knows which keys were stated twice, in it and below."""

    __slots__ = ("twice",)

    def __init__(self, items: list[tuple[str, Any]]) -> None:
        super().__init__(items)
        self.twice: list[str] = []
        seen: set[str] = set()
        for key, value in items:
            if key in seen:
                self.twice.append(key)
            seen.add(key)
            self.twice += [f"{key}{rest}" for rest in _below(value)]


def _below(value: Any) -> Iterator[str]:
    if isinstance(value, _Node):
        yield from (f".{path}" for path in value.twice)
    elif isinstance(value, list):
        yield from (f"[{at}]{rest}" for at, item in enumerate(value) for rest in _below(item))


def duplicate_keys(body: bytes) -> list[str]:
    """Paths of keys that a JSON document states twice, in the order of their second mention."""
    found = json.loads(body, object_pairs_hook=_Node)
    return found.twice if isinstance(found, _Node) else []


# Versions that a real server knows but does not serve any more; a body in one of them gets another answer.
_RETIRED = frozenset(
    [
        "apps/v1beta1",
        "apps/v1beta2",
        "extensions/v1beta1",
        "batch/v1beta1",
        "autoscaling/v1",
        "autoscaling/v2beta1",
        "autoscaling/v2beta2",
        "policy/v1beta1",
        "networking.k8s.io/v1beta1",
        "events.k8s.io/v1beta1",
        "rbac.authorization.k8s.io/v1beta1",
        "storage.k8s.io/v1beta1",
        "coordination.k8s.io/v1beta1",
    ]
)


def check_type(obj: Object, resource: Resource, known: Callable[[str, str], bool]) -> None:
    """The body must be of the kind and version that the path names; absent ones are filled in.

    `known(api_version, kind)` tells whether some served resource is of that kind. A custom resource of
    another kind is left for validation. Errors: `Refusal` 400.
    """
    api_version, kind = obj.get("apiVersion") or resource.api_version, obj.get("kind") or resource.kind
    rest = {key: value for key, value in obj.items() if key not in ("apiVersion", "kind", "metadata")}
    metadata = obj.get("metadata")
    obj.clear()
    obj.update({"apiVersion": api_version, "kind": kind, "metadata": metadata or {}, **rest})
    right_version = api_version == resource.api_version
    if right_version and (kind == resource.kind or resource.custom is not None):
        return
    strange = resource.custom is None and not (right_version and known(api_version, kind))
    if strange and api_version not in _RETIRED:
        why = f'no kind "{kind}" is registered for version "{api_version}" in scheme'
        raise _cannot_be(obj, resource, f'{why} "pkg/runtime/scheme.go:111"')
    if not right_version:
        raise bad_request(
            f"the API version in the data ({api_version}) does not match the expected API version "
            f"({resource.api_version})"
        )
    internal = resource.group.partition(".")[0] or "core"
    source = f"{resource.version}.{kind}"
    raise _cannot_be(
        obj, resource, f"converting ({source}) to ({internal}.{resource.kind}): unknown conversion"
    )


def _cannot_be(obj: Object, resource: Resource, why: str) -> Refusal:
    version = obj["apiVersion"].rpartition("/")[2]
    head = f'{obj["kind"]} in version "{version}" cannot be handled as a {resource.kind}'
    return bad_request(f"{head}: {why}")
