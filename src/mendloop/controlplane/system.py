"""Paths that are no resources: version, health, discovery, OpenAPI."""

from __future__ import annotations

import platform

from mendloop.controlplane import discovery, openapi
from mendloop.controlplane.answers import method_not_allowed, not_acceptable, plain_text
from mendloop.controlplane.resources import Registry
from mendloop.controlplane.wire import Asked, Object, Response, json_response

_CHECKS = ("ping", "log", "etcd")
_HEALTH = ("healthz", "livez", "readyz")
VERSION: Object = {
    "major": "1",
    "minor": "36",
    "gitVersion": "v1.36.3+mendloop",
    "gitCommit": "",
    "gitTreeState": "clean",
    "buildDate": "2026-01-01T00:00:00Z",
    "goVersion": "",
    "compiler": "CPython",
    "platform": f"{platform.system().lower()}/{platform.machine()}",
}


class System:
    """Answers what is asked about the server itself."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._openapi = openapi.Documents(registry)

    def answer(self, request: Asked, parts: list[str]) -> Response:
        """The answer to a path that names no resource. Errors: `Refusal` 405."""
        found = self._find(request, parts)
        if found is None:
            return plain_text(404, "404 page not found\n")
        if request.method != "GET":
            raise method_not_allowed()
        accept = request.headers.get("accept", "")
        if found.headers.get("content-type") == "application/json" and not _takes_json(accept):
            raise not_acceptable(("application/json",))
        return found

    def _find(self, request: Asked, parts: list[str]) -> Response | None:
        match parts:
            case ["version"]:
                return json_response(200, VERSION)
            case [health, *rest] if health in _HEALTH:
                return _health(health, rest, dict(request.query))
            case ["openapi", "v3", *rest]:
                return self._openapi.answer(rest)
            case ["openapi", "v2"]:
                return openapi.no_v2()
            case [""]:
                return json_response(200, {"paths": self._paths()})
        return discovery.answer(self._registry, parts, request.headers.get("accept", ""))

    def _paths(self) -> list[str]:
        served = [f"/apis/{group}/{version}" for group, version in self._registry.versions() if group]
        fixed = ["/api", "/api/v1", "/apis", *served, *(f"/{each}" for each in _HEALTH)]
        return sorted([*fixed, "/openapi/v3", "/version"])


def _takes_json(accept: str) -> bool:
    return not accept or any(kind in accept for kind in ("application/json", "*/*"))


def _health(kind: str, rest: list[str], query: dict[str, str]) -> Response | None:
    if rest and (len(rest) > 1 or rest[0] not in _CHECKS):
        return None
    if "verbose" not in query or rest:
        return plain_text(200, "ok")
    lines = [f"[+]{check} ok" for check in _CHECKS]
    return plain_text(200, "\n".join([*lines, f"{kind} check passed", ""]))
