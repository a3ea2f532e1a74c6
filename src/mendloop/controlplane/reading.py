"""get, list and watch."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from mendloop.controlplane.answers import (
    Refusal,
    bad_request,
    expired,
    from_the_future,
    internal,
    invalid_options,
    not_found,
)
from mendloop.controlplane.causes import Cause, forbidden, not_supported
from mendloop.controlplane.conversion import served_labels, to_stored_fields
from mendloop.controlplane.representations import Representation, choose
from mendloop.controlplane.resources import Resource, dig
from mendloop.controlplane.routes import is_true
from mendloop.controlplane.selectors import (
    FieldSelector,
    LabelSelector,
    matches_fields,
    matches_labels,
    parse_fields,
    parse_labels,
)
from mendloop.controlplane.store import Collection, Stored, TooOld, encode
from mendloop.controlplane.watching import (
    WatchOptions,
    WatchStream,
    bookmark_document,
    line,
)
from mendloop.controlplane.wire import Response
from mendloop.controlplane.world import Context

_TOO_OLD = "The resourceVersion for the provided list is too old."
_CONTINUE_TOO_OLD = (
    "The provided continue parameter is too old to display a consistent list result. You can start a new "
    "list without the continue parameter, or use the continue token in this response to retrieve the "
    "remainder of the results. Continuing with the provided token results in an inconsistent list - objects "
    "that were created, modified, or deleted between the time the first chunk was returned and now may show "
    "up in the list."
)
MIN_WATCH_S = 1800.0  # kube-apiserver's --min-request-timeout; each watch gets up to twice that
BOOKMARK_EVERY_S = 60.0


def get(context: Context) -> Response:
    """One object; `resourceVersion` only says how new the answer has to be at least."""
    target, resource = context.call.target, context.resource
    representation = choose(context, stream=False)
    stored = context.collection.get(target.namespace, target.name)
    if wanted := context.call.query.get("resourceVersion"):
        if not wanted.isdigit():
            raise internal(_bad_revision(wanted))
        _check_not_future(context, int(wanted))
    if stored is None:
        raise not_found(resource.group, resource.plural, target.name)
    return representation.one(stored)


def _bad_revision(text: str) -> str:
    why = f'strconv.ParseUint: parsing "{text}": invalid syntax'
    return f'resourceVersion: Invalid value: "{text}": {why}'


def _check_not_future(context: Context, revision: int) -> None:
    if revision > context.world.store.revision:
        raise from_the_future(revision, context.world.store.revision)


class Selection(msgspec.Struct, frozen=True):
    """Which objects of a collection are meant."""

    namespace: str
    labels: LabelSelector
    fields: FieldSelector
    labels_of: tuple[str, ...]  # the selectable fields of the resource

    @property
    def everything(self) -> bool:
        return not self.labels and not self.fields

    def matches(self, stored: Stored) -> bool:
        if self.namespace and stored.namespace != self.namespace:
            return False
        if self.labels and not matches_labels(self.labels, stored.labels):
            return False
        return not self.fields or matches_fields(self.fields, _fields(stored, self.labels_of))


def selection(context: Context) -> Selection:
    """The selectors of the query; Errors: `Refusal` 400."""
    query, resource = context.call.query, context.resource
    return Selection(
        context.call.target.namespace,
        parse_labels(query.get("labelSelector", "")),
        to_stored_fields(resource, parse_fields(query.get("fieldSelector", ""), _known_fields(resource))),
        resource.field_labels,
    )


def _known_fields(resource: Resource) -> Callable[[str], None]:
    def known(field: str) -> None:
        if field in ("metadata.name", "metadata.namespace") or field in served_labels(resource):
            return
        if resource.custom is not None or resource.field_labels:
            raise bad_request(f"field label not supported: {field}")
        raise bad_request(
            f'"{field}" is not a known field selector: only "metadata.name", "metadata.namespace"'
        )

    return known


def _fields(stored: Stored, labels: tuple[str, ...]) -> Mapping[str, str]:
    if stored.fields is None:
        obj = stored.object() if labels else {}
        found = {label: _text(dig(obj, label)) for label in labels}
        stored.fields = {**found, "metadata.name": stored.name, "metadata.namespace": stored.namespace}
    return stored.fields


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):  # an Event's source, of which only the component can be asked for
        return str(value.get("component", ""))
    return str(value)


# Lists ----------------------------------------------------------------------------------------------


class _Page(msgspec.Struct):
    """Where a page of a list comes from."""

    revision: int | None  # a snapshot, or what is stored now
    start: str = ""  # the first key, inclusive
    exact: bool = False


def list_objects(context: Context) -> Response:
    """All objects that the query selects, or one page of them."""
    query = context.call.query
    _check_list_options(query, watch=False)
    limit = max(0, _integer(query.get("limit")))
    wanted = selection(context)
    page = _page(context, limit)
    found, revision = _snapshot(context, page)
    if page.start:
        found = [stored for stored in found if stored.key >= page.start]
    all_keys = [stored.key for stored in found[-1:]]
    if not wanted.everything:
        found = [stored for stored in found if wanted.matches(stored)]
    metadata: dict[str, Any] = {"resourceVersion": str(revision)}
    # resourceVersion=0 reads from the cache, which knows no pages (APIFACTS 10).
    if limit and len(found) >= limit and query.get("resourceVersion") != "0":
        last = found[limit - 1].key
        if all_keys[-1] > last:  # whether the rest is selected is not looked at, as a real server does not
            metadata["continue"] = _token(context, revision, last)
            if wanted.everything:  # APIFACTS 11
                metadata["remainingItemCount"] = len(found) - limit
        found = found[:limit]
    return choose(context, stream=False).many(found, metadata)


def _page(context: Context, limit: int) -> _Page:
    query = context.call.query
    wanted = query.get("resourceVersion", "")
    if token := query.get("continue"):
        if wanted not in ("", "0"):
            raise bad_request("specifying resource version is not allowed when using continue")
        revision, start = _read_token(context, token)
        return _Page(revision if revision >= 0 else None, start)
    if not wanted or wanted == "0":
        return _Page(None)
    if not wanted.isdigit():
        raise bad_request(f"invalid resource version: {_bad_revision(wanted)}")
    _check_not_future(context, int(wanted))
    match = query.get("resourceVersionMatch", "")
    exact = match == "Exact" or (not match and limit > 0)  # APIFACTS 11
    return _Page(int(wanted) if exact else None, exact=exact)


def _snapshot(context: Context, page: _Page) -> tuple[list[Stored], int]:
    namespace = context.call.target.namespace
    if page.revision is None:
        return context.collection.now(namespace), context.world.store.revision
    try:
        return context.collection.at(page.revision, namespace), page.revision
    except TooOld:
        if page.exact:
            raise expired(_TOO_OLD) from None
        token = _token(context, -1, page.start.removesuffix("\0"))
        raise expired(_CONTINUE_TOO_OLD, token) from None


def _token(context: Context, revision: int, last: str) -> str:
    """Continue after `last`; the start is relative to what is listed, as in a real token."""
    namespace = context.call.target.namespace
    start = last.removeprefix(f"{namespace}/") if namespace else last
    slash = "/" if revision >= 0 else ""  # a token for an inconsistent list comes without
    document = {"v": "meta.k8s.io/v1", "rv": revision, "start": f"{slash}{start}\0"}
    return base64.urlsafe_b64encode(encode(document)).decode().rstrip("=")


def _read_token(context: Context, token: str) -> tuple[int, str]:
    fault = "invalid continue token: continue key is not valid: "
    try:
        raw = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
        document = msgspec.json.decode(raw, type=dict[str, Any])
    except (ValueError, msgspec.DecodeError):
        raise bad_request(f"{fault}{_token_fault(token)}") from None
    if document.get("v") != "meta.k8s.io/v1":
        raise bad_request(f"{fault}server does not recognize this encoded version {document.get('v', '')}")
    start = str(document.get("start", "")).lstrip("/")
    if not start or ".." in start.split("/"):
        raise bad_request(fault + str(document.get("start", "")))
    namespace = context.call.target.namespace
    return int(document.get("rv", 0)), f"{namespace}/{start}" if namespace else start


def _token_fault(token: str) -> str:
    try:
        raw = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
    except ValueError:
        return "illegal base64 data"
    first = chr(raw[0]) if raw else ""
    return f"invalid character '{first}' looking for beginning of value"


def _integer(text: str | None) -> int:
    if not text:
        return 0
    try:
        return int(text)
    except ValueError:
        raise bad_request(f'strconv.ParseInt: parsing "{text}": invalid syntax') from None


def _check_list_options(query: Mapping[str, str], *, watch: bool) -> None:
    causes = _list_option_causes(query, watch=watch)
    if causes:
        raise invalid_options("ListOptions", causes)


def _list_option_causes(query: Mapping[str, str], *, watch: bool) -> list[Cause]:
    match = query.get("resourceVersionMatch", "")
    initial = query.get("sendInitialEvents")
    field = "resourceVersionMatch"
    if watch:
        return _watch_option_causes(match, initial, bookmarks=is_true(query.get("allowWatchBookmarks")))
    causes: list[Cause] = []
    if initial is not None:
        causes.append(forbidden("sendInitialEvents", "sendInitialEvents is forbidden for list"))
    if not match:
        return causes
    if not query.get("resourceVersion"):
        causes.append(
            forbidden(field, "resourceVersionMatch is forbidden unless resourceVersion is provided")
        )
    if query.get("continue"):
        causes.append(forbidden(field, "resourceVersionMatch is forbidden when continue is provided"))
    if match not in ("Exact", "NotOlderThan"):
        # The server lists the empty value last, which a sorted list would put first.
        causes.append(_unsupported_match(match))
    if match == "Exact" and query.get("resourceVersion") == "0":
        causes.append(forbidden(field, 'resourceVersionMatch "exact" is forbidden for resourceVersion "0"'))
    return causes


def _unsupported_match(match: str) -> Cause:
    known = not_supported("resourceVersionMatch", match, ("Exact", "NotOlderThan"))
    return Cause(known.reason, f'{known.message}, ""', known.field)


def _watch_option_causes(match: str, initial: str | None, *, bookmarks: bool) -> list[Cause]:
    field = "resourceVersionMatch"
    if initial is None:
        if not match:
            return []
        why = "resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided"
        return [forbidden(field, why)]
    causes: list[Cause] = []
    if match != "NotOlderThan":
        why = "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan"
        causes.append(forbidden(field, why))
    if is_true(initial) and not bookmarks:
        # The real server takes this too and simply sends no end-of-list bookmark.
        return causes
    return causes


# Watches --------------------------------------------------------------------------------------------


def watch(context: Context) -> WatchStream:
    """A stream of changes after `resourceVersion`, or from a synthetic beginning."""
    query = context.call.query
    _check_list_options(query, watch=True)
    wanted = selection(context)
    representation = choose(context, stream=True)
    matches = None if wanted.everything and not wanted.namespace else wanted.matches
    stream = WatchStream(
        context.collection, matches, representation.document, _watch_options(context), _bookmarker(context)
    )
    _begin(context, stream, wanted, representation)
    return stream


def _watch_options(context: Context) -> WatchOptions:
    query = context.call.query
    timeout = float(_integer(query.get("timeoutSeconds")))
    if timeout <= 0:
        timeout = MIN_WATCH_S * (1.0 + context.world.random.random())
    return WatchOptions(timeout, is_true(query.get("allowWatchBookmarks")), BOOKMARK_EVERY_S)


def _bookmarker(context: Context) -> Callable[[int | None, bool], bytes]:
    resource, store = context.resource, context.world.store

    def bookmark(revision: int | None, initial_end: bool) -> bytes:
        rv = store.revision if revision is None else revision
        document = bookmark_document(resource.kind, resource.api_version, rv, initial_end=initial_end)
        return line("BOOKMARK", encode(document))

    return bookmark


def _begin(context: Context, stream: WatchStream, wanted: Selection, representation: Representation) -> None:
    query, revision = context.call.query, context.world.store.revision
    asked = query.get("resourceVersion", "")
    if asked and not asked.isdigit():
        raise internal(_bad_revision(asked))
    since = int(asked or 0)
    initial = query.get("sendInitialEvents")
    if is_true(initial) and since > revision:
        stream.fail(from_the_future(since, revision))
        return
    if is_true(initial) or (initial is None and since == 0):
        first = [line("ADDED", representation.document(stored)) for stored in _selected(context, wanted)]
        # APIFACTS 13: a watch with bookmarks from no version, or from 0, gets the end marker unasked.
        if is_true(query.get("allowWatchBookmarks")):
            first.append(_bookmarker(context)(revision, True))
        stream.begin(first, [])
        return
    _resume(context, stream, since if since else revision)


def _selected(context: Context, wanted: Selection) -> list[Stored]:
    found = context.collection.now(wanted.namespace)
    return found if wanted.everything else [stored for stored in found if wanted.matches(stored)]


def _resume(context: Context, stream: WatchStream, since: int) -> None:
    collection: Collection = context.collection
    try:
        missed = collection.since(since)
    except TooOld:
        stream.fail(_too_old(since, collection.floor))
        return
    stream.begin([], missed)


def _too_old(since: int, floor: int) -> Refusal:
    return expired(f"too old resource version: {since} ({floor})")
