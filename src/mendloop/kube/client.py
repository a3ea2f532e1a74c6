"""The verbs of the Kubernetes API, over any transport.

Nothing here repeats a request: what failed is raised, and policy decides. An exception that a write
raises carries `sent`: False only where it is certain that the server has not seen the request.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncIterator, Mapping
from functools import lru_cache
from typing import Any, Final, Literal, NamedTuple, Protocol
from urllib.parse import quote

import msgspec

from mendloop.errors.answers import api_error, read_answer
from mendloop.errors.exceptions import Transient
from mendloop.kube.envelope import Meta, Page, Partial, checked_utf8, read_page, read_partial
from mendloop.kube.transport import Request, Response, Transport
from mendloop.model.kinds import Kind

Body = bytes | Mapping[str, Any] | list[Any]
Query = tuple[tuple[str, str], ...]
Propagation = Literal["Background", "Foreground", "Orphan"]

# One mapping object each, for ever: a transport may prepare its headers once per mapping.
READ_HEADERS: Final = {"accept": "application/json"}
JSON_HEADERS: Final = {"accept": "application/json", "content-type": "application/json"}
APPLY_HEADERS: Final = {"accept": "application/json", "content-type": "application/apply-patch+yaml"}
MERGE_HEADERS: Final = {"accept": "application/json", "content-type": "application/merge-patch+json"}
PATCH_HEADERS: Final = {"accept": "application/json", "content-type": "application/json-patch+json"}
STRATEGIC_HEADERS: Final = {
    "accept": "application/json",
    "content-type": "application/strategic-merge-patch+json",
}
METADATA_LIST_HEADERS: Final = {
    "accept": "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1",
}
METADATA_HEADERS: Final = {"accept": "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1"}
WRITES: Final = frozenset({"create", "apply", "patch", "update", "delete"})

_encode: Final = msgspec.json.Encoder().encode


class Ref(NamedTuple):
    """What a request is to: a collection, an object, or a subresource of one."""

    kind: Kind
    namespace: str = ""
    name: str = ""
    subresource: str = ""

    @property
    def path(self) -> str:
        path = _collection(self.kind, self.namespace)
        if self.name:
            path = f"{path}/{quote(self.name, safe='')}"
        return f"{path}/{self.subresource}" if self.subresource else path


@lru_cache(maxsize=4096)
def _collection(kind: Kind, namespace: str) -> str:
    return kind.path(namespace)


class Call(NamedTuple):
    """One request as it is counted: verbs are get, list, create, apply, patch, update, delete and raw."""

    verb: str
    ref: Ref
    dry_run: bool = False

    @property
    def is_write(self) -> bool:
        """Whether it may change the cluster."""
        return self.verb in WRITES and not self.dry_run


class RequestObserver(Protocol):
    """Told of every request once it has ended; `status` is 0 where there was no answer."""

    def __call__(self, call: Call, status: int, seconds: float) -> None: ...


class Answer(NamedTuple):
    """An object as the server answered it: its bytes as they came, its metadata decoded."""

    raw: bytes
    meta: Meta
    status: int
    warnings: tuple[str, ...] = ()

    def decoded(self) -> dict[str, Any]:
        """The object, decoded anew at each call."""
        return msgspec.json.decode(self.raw, type=dict[str, Any])


class Deleted(NamedTuple):
    """What a delete did: `gone` when the object is certainly no more, else it waits for something.

    `answer` is the object as it is now being deleted; None when the server answered with a bare Status.
    """

    gone: bool
    uid: str
    answer: Answer | None


class Client:
    """Requests to one API server.

    Errors of all verbs: `ApiError` for an answer from 400 up; `TimeoutError` and what the transport
    raises when there is none, with the request in a note; `Transient` for an answer that cannot be read.
    """

    def __init__(
        self, transport: Transport, *, timeout_s: float = 30.0, observer: RequestObserver | None = None
    ) -> None:
        self.transport = transport
        self.timeout_s = timeout_s
        self._observer = observer

    async def get(
        self,
        ref: Ref,
        *,
        resource_version: str = "",
        metadata_only: bool = False,
        timeout_s: float | None = None,
    ) -> Answer:
        """The object; without `resource_version` as of now, by quorum."""
        query = (("resourceVersion", resource_version),) if resource_version else ()
        headers = METADATA_HEADERS if metadata_only else READ_HEADERS
        return _answer(await self._send(Call("get", ref), "GET", query, headers, None, timeout_s))

    async def pages(
        self,
        ref: Ref,
        *,
        labels: str = "",
        fields: str = "",
        limit: int = 500,
        timeout_s: float | None = None,
    ) -> AsyncIterator[Page]:
        """The collection page by page, all pages of one resource version.

        Errors: `ApiError` 410 when a list takes so long that its snapshot is compacted: start again.
        """
        token = ""
        while True:
            stated = (("limit", str(limit)), ("labelSelector", labels), ("fieldSelector", fields))
            query = tuple(pair for pair in (*stated, ("continue", token)) if pair[1])
            response = await self._send(Call("list", ref), "GET", query, READ_HEADERS, None, timeout_s)
            page = _page(response)
            yield page
            token = page.metadata.continue_
            if not token:
                return

    async def create(
        self,
        ref: Ref,
        body: Body,
        *,
        manager: str = "",
        dry_run: bool = False,
        timeout_s: float | None = None,
    ) -> Answer:
        """The new object; `ref` is its collection."""
        call = Call("create", ref._replace(name="") if not ref.subresource else ref, dry_run)
        query = _write_query(manager, dry_run)
        return _answer(await self._send(call, "POST", query, JSON_HEADERS, body, timeout_s))

    async def apply(
        self,
        ref: Ref,
        body: Body,
        *,
        manager: str,
        force: bool = False,
        dry_run: bool = False,
        timeout_s: float | None = None,
    ) -> Answer:
        """The object after a server-side apply by `manager`; status 201 tells that it is new."""
        query = (*_write_query(manager, dry_run), *((("force", "true"),) if force else ()))
        call = Call("apply", ref, dry_run)
        return _answer(await self._send(call, "PATCH", query, APPLY_HEADERS, body, timeout_s))

    async def merge_patch(
        self,
        ref: Ref,
        body: Body,
        *,
        manager: str = "",
        dry_run: bool = False,
        timeout_s: float | None = None,
    ) -> Answer:
        """The object after a JSON merge patch (RFC 7396)."""
        return await self._patch(ref, body, MERGE_HEADERS, _write_query(manager, dry_run), timeout_s)

    async def json_patch(
        self,
        ref: Ref,
        body: list[Any] | bytes,
        *,
        manager: str = "",
        dry_run: bool = False,
        timeout_s: float | None = None,
    ) -> Answer:
        """The object after a JSON patch (RFC 6902)."""
        return await self._patch(ref, body, PATCH_HEADERS, _write_query(manager, dry_run), timeout_s)

    async def strategic_patch(
        self,
        ref: Ref,
        body: Body,
        *,
        manager: str = "",
        dry_run: bool = False,
        timeout_s: float | None = None,
    ) -> Answer:
        """The object after a strategic merge patch, which only built-in kinds know."""
        return await self._patch(ref, body, STRATEGIC_HEADERS, _write_query(manager, dry_run), timeout_s)

    async def update(
        self,
        ref: Ref,
        body: Body,
        *,
        manager: str = "",
        dry_run: bool = False,
        timeout_s: float | None = None,
    ) -> Answer:
        """The object after it was replaced; `body` carries the resourceVersion that it was read at."""
        call = Call("update", ref, dry_run)
        query = _write_query(manager, dry_run)
        return _answer(await self._send(call, "PUT", query, JSON_HEADERS, body, timeout_s))

    async def delete(
        self,
        ref: Ref,
        *,
        uid: str,
        resource_version: str = "",
        propagation: Propagation | None = "Background",
        dry_run: bool = False,
        timeout_s: float | None = None,
    ) -> Deleted:
        """Deletes exactly the object with `uid`: a namesake is answered with 409 and stays."""
        body = _delete_options(uid, resource_version, propagation, dry_run)
        call = Call("delete", ref, dry_run)
        response = await self._send(call, "DELETE", (), JSON_HEADERS, body, timeout_s)
        return _deleted(response, uid)

    async def raw(
        self,
        method: str,
        path: str,
        *,
        query: Query = (),
        body: Body | None = None,
        timeout_s: float | None = None,
    ) -> Response:
        """The answer to any other request: discovery, OpenAPI, `/version`."""
        call = Call("raw", Ref(_RAW, name=path))
        headers = READ_HEADERS if body is None else JSON_HEADERS
        return await self._exchange(call, Request(method, path, query, headers, _bytes(body)), timeout_s)

    async def _patch(
        self, ref: Ref, body: Body, headers: Mapping[str, str], query: Query, timeout_s: float | None
    ) -> Answer:
        call = Call("patch", ref, _DRY_RUN in query)
        return _answer(await self._send(call, "PATCH", query, headers, body, timeout_s))

    async def _send(
        self,
        call: Call,
        method: str,
        query: Query,
        headers: Mapping[str, str],
        body: Body | None,
        timeout_s: float | None,
    ) -> Response:
        if timeout_s is not None:
            query = (*query, ("timeout", f"{max(1, math.ceil(timeout_s))}s"))
        return await self._exchange(
            call, Request(method, call.ref.path, query, headers, _bytes(body)), timeout_s
        )

    async def _exchange(self, call: Call, request: Request, timeout_s: float | None) -> Response:
        loop = asyncio.get_running_loop()
        began, status = loop.time(), 0
        try:
            response = await self.transport.request(request, timeout_s=timeout_s or self.timeout_s)
            status = response.status
        except Exception as error:
            error.add_note(f"during {request.method} {request.path}")
            if not hasattr(error, "sent"):
                error.sent = True  # type: ignore[attr-defined]  # unknown counts as sent
            raise
        finally:
            if self._observer is not None:
                self._observer(call, status, loop.time() - began)
        if status >= 400:
            raise _refusal(request, response)
        return response


_RAW: Final = Kind("", "", "", "", namespaced=False)
_DRY_RUN: Final = ("dryRun", "All")


def _refusal(request: Request, response: Response) -> Exception:
    answer = read_answer(response.status, response.headers, response.body)
    error = api_error(answer, request.method, request.path)
    error.sent = True  # type: ignore[attr-defined]
    return error


def _bytes(body: Body | None) -> bytes | None:
    return body if body is None or isinstance(body, bytes) else _encode(body)


def _write_query(manager: str, dry_run: bool) -> Query:
    stated: Query = (("fieldManager", manager),) if manager else ()
    return (*stated, _DRY_RUN) if dry_run else stated


def _delete_options(
    uid: str, resource_version: str, propagation: Propagation | None, dry_run: bool
) -> dict[str, Any]:
    conditions = {"uid": uid, "resourceVersion": resource_version}
    options: dict[str, Any] = {
        "apiVersion": "v1",
        "kind": "DeleteOptions",
        "preconditions": {name: value for name, value in conditions.items() if value},
    }
    if propagation:
        options["propagationPolicy"] = propagation
    if dry_run:
        options["dryRun"] = ["All"]
    return options


def _answer(response: Response) -> Answer:
    warning = response.headers.get("warning")
    meta = _partial(response).metadata
    return Answer(response.body, meta, response.status, (warning,) if warning else ())


def _page(response: Response) -> Page:
    try:
        return read_page(checked_utf8(response.body))
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Transient(f"an answer that is no list: {error}", reason="BadAnswer") from error


def _partial(response: Response) -> Partial:
    """The answered object's metadata; what a proxy says in the server's place is worth another try."""
    try:
        return read_partial(checked_utf8(response.body))
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        unreadable = Transient(f"an answer {response.status} that is no object: {error}", reason="BadAnswer")
        unreadable.sent = True  # type: ignore[attr-defined]
        raise unreadable from error


def _deleted(response: Response, uid: str) -> Deleted:
    partial = _partial(response)
    if partial.kind == "Status":
        # A server that only began the deletion answers with the object; a Status means that it is done.
        return Deleted(gone=True, uid=uid, answer=None)
    return Deleted(gone=False, uid=partial.metadata.uid or uid, answer=_answer(response))
