"""Where a watch puts what it reads, and the list that is put aside until it is whole."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Generic, Protocol, TypeVar

import msgspec

from mendloop.kube.envelope import Meta, Page, Partial, checked_utf8, read_page, read_partial
from mendloop.kube.watch.inputs import Failed, ObjectEvent, PageArrived
from mendloop.model.kinds import Kind

Held = TypeVar("Held")


class Sink(Protocol[Held]):
    """Who keeps what a watch brings; called on the loop, must not block."""

    def hold(self, meta: Meta, raw: bytes) -> Held:
        """One object of a list that is not whole yet, in the form in which it will be kept."""
        ...

    def missing(self, held: Sequence[Held]) -> tuple[int, int]:
        """How many known objects the list lacks, and how many are known."""
        ...

    def replace(self, held: Sequence[Held], resource_version: str, *, complete: bool, reset: bool) -> None:
        """The list is whole: this is what there is. What it lacks was deleted, if it is `complete`.

        `reset`: the server began its versions anew, so what is known cannot be compared with it.
        """
        ...

    def deliver(self, events: Sequence[ObjectEvent]) -> None:
        """Changes, in the server's order; some may be known already, or be older than what is known."""
        ...

    def passed(self, resource_version: str) -> None:
        """Everything up to this version was delivered."""
        ...

    def behind_since(self, since: float | None) -> None:
        """From `since`, on the loop's clock, events may be missing; None: they come as they happen again."""
        ...


class Listing(Generic[Held]):
    """The pages read so far. Nothing of them reaches the sink before all of them are there."""

    def __init__(self, kind: Kind, sink: Sink[Held]) -> None:
        self._sink = sink
        self._head = f'{{"apiVersion":"{kind.api_version}","kind":"{kind.kind}",'.encode()
        self._held: list[Held] = []
        self._unreadable = 0

    @property
    def unreadable(self) -> int:
        """Objects that could not be read; while there is one, nothing counts as missing."""
        return self._unreadable

    def discard(self) -> None:
        self._held, self._unreadable = [], 0

    def add(self, body: bytes) -> PageArrived | Failed:
        """Keeps one page aside. A page that is damaged as a whole is a failure, as if it had not come."""
        try:
            page = read_page(checked_utf8(body))
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            return Failed(f"a damaged page of a list: {error}")
        for item in page.items or ():
            self._add_item(bytes(item))
        return self._arrived(page)

    def replace(self, resource_version: str, reset: bool) -> None:
        """Hands the whole list to the sink."""
        held, complete = self._held, self._unreadable == 0
        self.discard()
        self._sink.replace(held, resource_version, complete=complete, reset=reset)

    def _add_item(self, raw: bytes) -> None:
        try:
            partial: Partial = read_partial(raw)
        except (msgspec.DecodeError, RecursionError):
            self._unreadable += 1
            return
        meta = partial.metadata
        if not (meta.name and meta.uid and meta.resource_version):
            self._unreadable += 1
            return
        if not partial.kind:
            # Lists of built-in kinds leave out in each item what the list says once.
            raw = self._head + raw[1:]
        self._held.append(self._sink.hold(meta, raw))

    def _arrived(self, page: Page) -> PageArrived:
        meta = page.metadata
        if meta.continue_ or self._unreadable:
            return PageArrived(meta.resource_version, meta.continue_)
        missing, known = self._sink.missing(self._held)
        return PageArrived(meta.resource_version, "", missing, known)
