"""From method and path to what is asked: verb, resource, namespace, name, subresource."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

import msgspec

from mendloop.controlplane.answers import (
    Refusal,
    bad_request,
    invalid_options,
    method_not_allowed,
    no_such_resource,
    plain_text,
)
from mendloop.controlplane.resources import Registry, Resource
from mendloop.controlplane.wire import Asked, Response, User

_COLLECTION_VERBS = {"GET": "list", "POST": "create", "DELETE": "deletecollection"}
_OBJECT_VERBS = {"GET": "get", "PUT": "update", "PATCH": "patch", "DELETE": "delete"}
_SUBRESOURCE_VERBS = {"GET": "get", "PUT": "update", "PATCH": "patch", "POST": "create"}


class Target(msgspec.Struct, frozen=True):
    """What a path names, before it is known whether that is served."""

    group: str
    version: str
    plural: str
    namespace: str = ""
    name: str = ""
    subresource: str = ""


class Call(msgspec.Struct, frozen=True):
    """One request for a resource, ready to be carried out."""

    user: User
    verb: str
    resource: Resource
    target: Target
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes

    @property
    def dry_run(self) -> bool:
        return "dryRun" in self.query and bool(self.query["dryRun"])

    @property
    def manager(self) -> str:
        """The field manager: stated, or the first part of the user agent, as the real server does."""
        stated = self.query.get("fieldManager", "")
        return stated or self.headers.get("user-agent", "unknown").split("/", 1)[0][:128] or "unknown"


def split_path(path: str) -> list[str]:
    return (
        [unquote(part) for part in path.strip("/").split("/")] if "%" in path else path.strip("/").split("/")
    )


def parse_target(parts: list[str]) -> Target | None:
    """The target of a path below `/api/v1` or `/apis/group/version`; None for any other path."""
    if parts[0] == "api" and len(parts) > 2:
        group, version, rest = "", parts[1], parts[2:]
    elif parts[0] == "apis" and len(parts) > 3:
        group, version, rest = parts[1], parts[2], parts[3:]
    else:
        return None
    namespace = ""
    if rest[0] == "namespaces" and len(rest) > 2 and not (len(rest) == 3 and rest[2] in _OF_NAMESPACES):
        namespace, rest = rest[1], rest[2:]
    if len(rest) > 3 or any("/" in part for part in rest):
        return None if len(rest) > 3 else Target(group, version, "")
    name, subresource = ([*rest[1:], "", ""])[:2]
    return Target(group, version, rest[0], namespace, name, subresource)


_OF_NAMESPACES = frozenset({"status", "finalize"})


def verb_of(method: str, target: Target, query: Mapping[str, str]) -> str:
    """The verb as authorisation sees it; empty where the method means nothing here."""
    if target.subresource:
        return _SUBRESOURCE_VERBS.get(method, "")
    if target.name:
        return _OBJECT_VERBS.get(method, "")
    if method == "GET" and is_true(query.get("watch")):
        return "watch"
    return _COLLECTION_VERBS.get(method, "")


def is_true(value: str | None) -> bool:
    """How the server reads a flag: all but `false` and `0` counts as true (APIFACTS 9)."""
    return value is not None and value.lower() not in ("false", "0")


def served(registry: Registry, target: Target) -> Resource | Response:
    """The resource, or the 404 of a real server: plain text for what was never there."""
    if not registry.serves(target.group, target.version):
        return plain_text(404, "404 page not found\n")
    resource = registry.find(target.group, target.version, target.plural)
    if resource is None:
        custom = any(one.custom is not None for one in registry.of(target.group, target.version))
        if custom:
            return plain_text(404, "404 page not found\n")
        return no_such_resource().response()
    return resource


def check_route(resource: Resource, target: Target, verb: str) -> None:
    """Refuses what the path and method cannot mean for this resource.

    Errors: `Refusal` 404 or 405.
    """
    if target.namespace and not resource.namespaced:
        raise no_such_resource()
    if target.subresource and target.subresource not in resource.subresources:
        if resource.custom is not None:
            raise _subresource_missing(resource, target)
        raise no_such_resource()
    needs_namespace = resource.namespaced and (target.name or verb in ("create", "deletecollection"))
    if not verb or (not target.subresource and verb not in resource.verbs):
        raise method_not_allowed()
    if needs_namespace and not target.namespace:
        raise no_such_resource() if target.name else method_not_allowed()


def _subresource_missing(resource: Resource, target: Target) -> Refusal:
    message = f'{resource.qualified} "{target.name}" not found'
    details: dict[str, Any] = {"name": target.name}
    if resource.group:
        details["group"] = resource.group
    return Refusal(404, "NotFound", message, {**details, "kind": resource.plural})


_DURATION = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h)")


def check_timeout(query: Mapping[str, str]) -> None:
    """`timeout` must be a Go duration; no request here takes long enough to reach it.

    Errors: `Refusal` 400.
    """
    text = query.get("timeout", "")
    if not text or text == "0" or re.fullmatch(f"({_DURATION.pattern})+", text):
        return
    missing = re.fullmatch(r"[+-]?(\d+(\.\d*)?|\.\d+)", text)
    why = f'missing unit in duration "{text}"' if missing else f'invalid duration "{text}"'
    raise bad_request(f"invalid timeout specified in the request URL - time: {why}")


def query_of(request: Asked) -> Mapping[str, str]:
    """The query; of a repeated parameter the first counts, as in Go."""
    found: dict[str, str] = {}
    for name, value in request.query:
        found.setdefault(name, value)
    return found


__all__ = [
    "Call",
    "Target",
    "check_route",
    "invalid_options",
    "is_true",
    "parse_target",
    "query_of",
    "served",
    "split_path",
    "verb_of",
]
