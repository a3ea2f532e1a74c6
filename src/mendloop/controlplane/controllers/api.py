"""What a built-in controller sees of the control plane and does to it: a current view, and verbs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Protocol
from urllib.parse import quote

import msgspec

from mendloop.controlplane.store import Change, Happened, Stored
from mendloop.controlplane.wire import Object, Request, Response
from mendloop.model.kinds import Kind

MANAGER = "system:kube-controller-manager"
NODE = "system:node"

FOREGROUND = "foregroundDeletion"
ORPHAN = "orphan"

_MERGE = {"content-type": "application/merge-patch+json", "accept": "application/json"}
_JSON = {"content-type": "application/json", "accept": "application/json"}


class Refused(Exception):
    """Raised where the control plane refuses what a controller asks."""

    def __init__(self, status: int, reason: str, message: str) -> None:
        super().__init__(f"{status} {reason}: {message}")
        self.status = status
        self.reason = reason
        self.message = message


class Plane(Protocol):
    """The part of the control plane's core that controllers use; all of it is synchronous."""

    def ask(self, request: Request, user: str) -> Response:
        """The whole answer to one request, as this user."""
        ...

    def kinds(self) -> Iterable[Kind]:
        """The kinds served at present, each in its preferred version."""
        ...

    def kind_of(self, api_version: str, kind: str) -> Kind | None:
        """The served kind that an owner reference or a manifest names."""
        ...

    def stored(self, kind: Kind, namespace: str, name: str) -> Stored | None: ...

    def all_stored(self, kind: Kind, namespace: str = "") -> list[Stored]: ...

    def subscribe(self, hear: Callable[[Kind, Change], None]) -> Callable[[], None]:
        """Calls `hear` on each change from now on, until the returned function is called."""
        ...


class Owner(msgspec.Struct, frozen=True, rename="camel", kw_only=True):
    """One owner reference."""

    api_version: str
    kind: str
    name: str
    uid: str
    controller: bool | None = None
    block_owner_deletion: bool | None = None


class _Metadata(msgspec.Struct, rename="camel", kw_only=True):
    owner_references: tuple[Owner, ...] | None = ()
    finalizers: tuple[str, ...] | None = ()
    deletion_timestamp: str | None = None


class _Envelope(msgspec.Struct):
    metadata: _Metadata


_read_envelope = msgspec.json.Decoder(_Envelope).decode


class Seen:
    """One stored object with what every controller asks of it."""

    __slots__ = ("deleting", "finalizers", "kind", "owners", "stored")

    def __init__(self, kind: Kind, stored: Stored) -> None:
        metadata = _read_envelope(stored.raw).metadata
        self.kind = kind
        self.stored = stored
        self.owners = metadata.owner_references or ()
        self.finalizers = metadata.finalizers or ()
        self.deleting = metadata.deletion_timestamp is not None

    @property
    def uid(self) -> str:
        return self.stored.uid

    @property
    def controller(self) -> Owner | None:
        return next((owner for owner in self.owners if owner.controller), None)

    @property
    def waits_for_dependents(self) -> bool:
        """It is being deleted in the foreground."""
        return self.deleting and FOREGROUND in self.finalizers

    def object(self) -> Object:
        """A fresh copy that the caller may change."""
        return self.stored.object()


class View:
    """Every object by uid, and who depends on whom; current, as it hears each change in the write itself."""

    def __init__(self, plane: Plane) -> None:
        self._plane = plane
        self._by_uid: dict[str, Seen] = {}
        self._dependents: dict[str, dict[str, Seen]] = {}
        # What has no controller, of which a workload may adopt what its selector selects.
        self._free: dict[tuple[Kind, str], dict[str, Seen]] = {}
        for kind in plane.kinds():
            for stored in plane.all_stored(kind):
                self._add(Seen(kind, stored))

    def __iter__(self) -> Iterator[Seen]:
        return iter(tuple(self._by_uid.values()))

    def hear(self, kind: Kind, change: Change) -> Seen:
        """Takes one change in; gives what the object is now, or was last."""
        seen = Seen(kind, change.now)
        if (before := self._by_uid.get(seen.uid)) is not None:
            self._drop(before)
        if change.happened is not Happened.DELETED:
            self._add(seen)
        return seen

    def get(self, kind: Kind, namespace: str, name: str) -> Seen | None:
        stored = self._plane.stored(kind, namespace, name)
        return None if stored is None else self._by_uid.get(stored.uid)

    def by_uid(self, uid: str) -> Seen | None:
        return self._by_uid.get(uid)

    def dependents(self, uid: str) -> list[Seen]:
        """Whatever names `uid` as one of its owners, oldest change first."""
        return list(self._dependents.get(uid, {}).values())

    def controlled(self, uid: str, kind: Kind) -> list[Seen]:
        """Objects of `kind` whose controller is `uid`."""
        found = self._dependents.get(uid, {}).values()
        return [
            each
            for each in found
            if each.kind == kind and (who := each.controller) is not None and who.uid == uid
        ]

    def free(self, kind: Kind, namespace: str) -> list[Seen]:
        """Objects of `kind` that have no controller."""
        return list(self._free.get((kind, namespace), {}).values())

    def in_namespace(self, kind: Kind, namespace: str) -> list[Stored]:
        return self._plane.all_stored(kind, namespace)

    def _add(self, seen: Seen) -> None:
        self._by_uid[seen.uid] = seen
        for owner in seen.owners:
            self._dependents.setdefault(owner.uid, {})[seen.uid] = seen
        if seen.controller is None:
            self._free.setdefault((seen.kind, seen.stored.namespace), {})[seen.uid] = seen

    def _drop(self, seen: Seen) -> None:
        self._by_uid.pop(seen.uid, None)
        for owner in seen.owners:
            known = self._dependents.get(owner.uid, {})
            known.pop(seen.uid, None)
            if not known:
                self._dependents.pop(owner.uid, None)
        self._free.get((seen.kind, seen.stored.namespace), {}).pop(seen.uid, None)


class Verbs:
    """Requests of one component, checked and stored by the control plane like anybody's.

    Errors: `Refused` for every answer from 400 up.
    """

    def __init__(self, plane: Plane, user: str, manager: str) -> None:
        self._plane = plane
        self._user = user
        self._manager = ("fieldManager", manager)

    def create(self, kind: Kind, obj: Object) -> Object:
        path = kind.path(obj["metadata"].get("namespace", ""))
        return self._send("POST", path, obj, _JSON, (self._manager,))

    def update(self, kind: Kind, obj: Object, subresource: str = "") -> Object:
        """Replaces the object, or only its status; refused if it changed since it was read."""
        metadata = obj["metadata"]
        path = kind.path(metadata.get("namespace", ""), metadata["name"], subresource)
        return self._send("PUT", path, obj, _JSON, (self._manager,))

    def patch(self, seen: Seen, change: Mapping[str, Any], subresource: str = "") -> Object:
        """Merges `change` into just this object: it is refused if another bears the name by now."""
        metadata = {**change.get("metadata", {}), "uid": seen.uid}
        body = {**change, "metadata": metadata}
        path = seen.kind.path(seen.stored.namespace, seen.stored.name, subresource)
        return self._send("PATCH", path, body, _MERGE, (self._manager,))

    def delete(self, seen: Seen, *, policy: str = "Background", grace_s: int | None = None) -> None:
        """Deletes just this object; it is no error if it is gone already."""
        options: Object = {
            "kind": "DeleteOptions",
            "apiVersion": "v1",
            "preconditions": {"uid": seen.uid},
            "propagationPolicy": policy,
        }
        if grace_s is not None:
            options["gracePeriodSeconds"] = grace_s
        path = seen.kind.path(seen.stored.namespace, seen.stored.name)
        try:
            self._send("DELETE", path, options, _JSON, ())
        except Refused as refused:
            if refused.status != 404:
                raise

    def finalize_namespace(self, obj: Object) -> None:
        path = f"/api/v1/namespaces/{quote(obj['metadata']['name'], safe='')}/finalize"
        self._send("PUT", path, obj, _JSON, (self._manager,))

    def _send(
        self,
        method: str,
        path: str,
        body: Object,
        headers: Mapping[str, str],
        query: tuple[tuple[str, str], ...],
    ) -> Object:
        request = Request(method, path, query, headers, msgspec.json.encode(body))
        response = self._plane.ask(request, self._user)
        answer: Object = msgspec.json.decode(response.body)
        if response.status >= 400:
            raise Refused(response.status, answer.get("reason", ""), answer.get("message", ""))
        return answer
