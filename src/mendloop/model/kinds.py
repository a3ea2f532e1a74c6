"""Which kind, and which object: the two names that every room uses."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple
from urllib.parse import quote

import msgspec


class KindId(NamedTuple):
    """A kind whatever its version: `("apps", "Deployment")`; the core group is `""`."""

    group: str
    kind: str

    def __str__(self) -> str:
        return f"{self.kind}.{self.group}" if self.group else self.kind


class Key(NamedTuple):
    """One object's address; `namespace` is empty for cluster-scoped kinds."""

    kind: KindId
    namespace: str
    name: str

    def __str__(self) -> str:
        place = f"{self.namespace}/{self.name}" if self.namespace else self.name
        return f"{self.kind} {place}"


# Asked for some twenty times in a pass; the kinds of a process are few.
_kind_id = lru_cache(maxsize=4096)(KindId)


class Kind(msgspec.Struct, frozen=True, order=True):
    """A kind as the API serves it: where its objects are found and what their keys look like."""

    group: str
    version: str
    kind: str
    plural: str
    namespaced: bool = True

    @property
    def api_version(self) -> str:
        """The `apiVersion` of its objects: `v1`, `apps/v1`."""
        return f"{self.group}/{self.version}" if self.group else self.version

    @property
    def id(self) -> KindId:
        return _kind_id(self.group, self.kind)

    @property
    def gvk(self) -> str:
        """`apps/v1/Deployment` or `v1/Secret`, the form that users write."""
        return f"{self.api_version}/{self.kind}"

    def path(self, namespace: str = "", name: str = "", subresource: str = "") -> str:
        """The URL path of a collection, an object or a subresource, percent-encoded."""
        root = f"/apis/{self.group}/{self.version}" if self.group else f"/api/{self.version}"
        scope = f"/namespaces/{quote(namespace, safe='')}" if self.namespaced and namespace else ""
        tail = "".join(f"/{quote(part, safe='')}" for part in (name, subresource) if part)
        return f"{root}{scope}/{self.plural}{tail}"

    def key(self, namespace: str, name: str) -> Key:
        return Key(self.id, namespace if self.namespaced else "", name)


def split_api_version(api_version: str) -> tuple[str, str]:
    """`apps/v1` as `("apps", "v1")`, `v1` as `("", "v1")`."""
    group, _, version = api_version.rpartition("/")
    return group, version
