"""What a request is about, read off its method, path and query: what fault plans select by."""

from __future__ import annotations

from urllib.parse import unquote

import msgspec

from mendloop.kube.transport import Request
from mendloop.model.naming import plural_of

READS = frozenset({"get", "list", "watch"})
_WRITES_NOTHING = READS | {"dry-run", "other"}
_ON_OBJECTS = {"GET": "get", "PUT": "update", "DELETE": "delete", "POST": "create"}
_ON_COLLECTIONS = {"GET": "list", "POST": "create", "DELETE": "deletecollection"}


class Call(msgspec.Struct, frozen=True, omit_defaults=True):
    """One request to the API, in the words of its verbs; `other` is what is not about objects."""

    verb: str
    group: str = ""
    plural: str = ""
    namespace: str = ""
    name: str = ""
    subresource: str = ""

    @property
    def writes(self) -> bool:
        """Whether it changes something where it succeeds; a dry run does not."""
        return self.verb not in _WRITES_NOTHING

    def __str__(self) -> str:
        resource = f"{self.plural}.{self.group}" if self.group else self.plural
        place = "/".join(part for part in (self.namespace, self.name) if part)
        sub = f"/{self.subresource}" if self.subresource else ""
        return " ".join(part for part in (self.verb, f"{resource}{sub}", place) if part)


def call_of(request: Request) -> Call:
    """The call that a request is. A dry run is told apart as `dry-run`: it writes nothing."""
    parts = [unquote(part) for part in request.path.strip("/").split("/")]
    if parts[0] == "api" and len(parts) > 2:
        group, rest = "", parts[2:]
    elif parts[0] == "apis" and len(parts) > 3:
        group, rest = parts[1], parts[3:]
    else:
        return Call("other", name=request.path)
    namespace = ""
    if rest[0] == "namespaces" and len(rest) > 2 and rest[2] not in ("status", "finalize"):
        namespace, rest = rest[1], rest[2:]
    name, subresource = [*rest[1:], "", ""][:2]
    return Call(_verb(request, name), group, rest[0], namespace, name, subresource)


def _verb(request: Request, name: str) -> str:
    query = dict(request.query)
    if request.method not in ("GET", "HEAD") and query.get("dryRun"):
        return "dry-run"
    if request.method == "GET" and query.get("watch", "false").lower() not in ("false", "0", ""):
        return "watch"
    if request.method == "PATCH":
        return "apply" if "apply-patch" in request.headers.get("content-type", "") else "patch"
    known = _ON_OBJECTS if name else _ON_COLLECTIONS
    return known.get(request.method, "other")


class Match(msgspec.Struct, frozen=True, omit_defaults=True):
    """Which calls a fault hits; what is empty selects everything.

    `verb`: get, list, watch, create, update, patch, apply, delete, deletecollection, dry-run; `patch` means
    applies too; `write` means every verb that changes something, `read` the others. `kind`: `Secret`,
    `v1/Secret`, `apps/Deployment` or `apps/v1/Deployment`. `page`: of a list, from 1.
    """

    verb: str = ""
    kind: str = ""
    namespace: str = ""
    name: str = ""
    subresource: str | None = None  # "" is the object itself
    page: int = 0

    def selects(self, call: Call, page: int = 0) -> bool:
        return (
            self._selects_verb(call)
            and self._selects_kind(call)
            and self.namespace in ("", call.namespace)
            and self.name in ("", call.name)
            and self.subresource in (None, call.subresource)
            and self.page in (0, page)
        )

    def _selects_verb(self, call: Call) -> bool:
        if self.verb in ("", call.verb):
            return call.verb != "other" or self.verb == "other"
        if self.verb == "patch":
            return call.verb == "apply"
        if self.verb == "write":
            return call.writes
        return self.verb == "read" and call.verb in READS

    def _selects_kind(self, call: Call) -> bool:
        if not self.kind:
            return True
        *where, kind = self.kind.split("/")
        if plural_of(kind) != call.plural:
            return False
        # `Secret` alone selects by kind in any group; `v1/Secret` and `apps/Deployment` say which.
        return not where or where[0] == call.group or (call.group == "" and where == ["v1"])

    def __str__(self) -> str:
        sub = f"/{self.subresource}" if self.subresource else ""
        place = "/".join(part for part in (self.namespace, self.name) if part)
        page = f"page {self.page}" if self.page else ""
        words = (self.verb or "any call", f"{self.kind}{sub}", place, page)
        return " ".join(word for word in words if word)
