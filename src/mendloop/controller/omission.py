"""What a complete, accepted pass wished no longer: judged, deleted or held; and what it wished away."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from mendloop.cache.entry import Entry
from mendloop.controller.marks import hold_of
from mendloop.controller.owner import OwnerMarks
from mendloop.controller.prune import Pruner
from mendloop.controller.world import World
from mendloop.errors import Denied, Transient
from mendloop.kube.envelope import Meta
from mendloop.model.kinds import Key, KindId
from mendloop.wish.child import WishedAway
from mendloop.wish.drain import Wish
from mendloop.wish.plan import Owned, leftovers

if TYPE_CHECKING:
    from mendloop.controller.passes import Outcome


class Omission:
    """Deletes by omission for one kind of owner; `owned_kinds` are those that it declares to own."""

    def __init__(
        self, world: World, marks: OwnerMarks, pruner: Pruner, owned_kinds: Iterable[KindId], cleanup: bool
    ) -> None:
        self._world, self._marks, self._pruner = world, marks, pruner
        self._owned_kinds = tuple(owned_kinds)
        self._cleanup = cleanup

    async def prune(self, outcome: Outcome, wish: Wish) -> Outcome:
        """The outcome after what is left over went, or was held.

        What is old goes last, once everything that is wished is ready: a changed name is a new object.
        Errors are in the outcome.
        """
        wished = {child.key for child in wish.children}
        meta = outcome.meta
        assert meta is not None
        try:
            for absent in wish.absent:
                await self.wish_away(absent, outcome.entry)
            there = self._there(outcome.entry, wished)
            outcome = await self._leftovers(outcome, meta, wished, there)
            if outcome.error is None and not outcome.pruning.held and not there:
                outcome = await self._narrowed(outcome, meta)
        except Exception as error:  # judged by the loop
            return replace(outcome, error=outcome.error or error, ready=False)
        return outcome

    async def _leftovers(self, outcome: Outcome, meta: Meta, wished: set[Key], there: list[Owned]) -> Outcome:
        going = leftovers(there, wished)
        if not going or not outcome.ready:
            return outcome
        self._refuse_stale_views()
        status = outcome.entry.decoded().get("status") or {}
        pruning = self._pruner.judge(
            going,
            children=len(wished) + len(going),
            own_change=meta.generation != status.get("observedGeneration"),
            approved=(meta.annotations or {}).get(self._world.marks.approve_prune, ""),
        )
        for one in pruning.go:
            await self._pruner.delete(one)
        return replace(outcome, pruning=pruning)

    def _refuse_stale_views(self) -> None:
        """Errors: `Transient` while any view may be behind: what it lacks is then no evidence (WISH 2)."""
        behind = [store.kind.gvk for store in self._world.stores.values() if store.stale_since is not None]
        if behind:
            raise Transient(
                f"nothing is deleted while the view of {', '.join(behind)} may be behind", reason="StaleView"
            )

    async def _narrowed(self, outcome: Outcome, meta: Meta) -> Outcome:
        """Takes off the record, and the finalizer, what no child needs any more."""
        held = self._marks.holds(meta)
        if not held and not self._marks.has_finalizer(meta):
            return outcome
        needed = frozenset(hold_of(child.key) for child in outcome.results if child.labelled)
        if needed >= held and (needed or self._cleanup):
            return outcome
        keep = bool(needed) or self._cleanup
        entry = await self._marks.narrow(outcome.entry, meta, needed & held, keep_finalizer=keep)
        return replace(outcome, entry=entry, meta=entry.meta)

    def _there(self, entry: Entry, wished: set[Key]) -> list[Owned]:
        """What this operator made for the owner and does not wish any more."""
        children = (child for kind in self._owned_kinds for child in self._world.store(kind).owned(entry.uid))
        return [
            self._world.marks.owned(child.key, child.meta)
            for child in children
            if child.key not in wished and child.owned
        ]

    async def wish_away(self, absent: WishedAway, owner: Entry) -> None:
        """Deletes what is stated to be absent; never what belongs to somebody else.

        Errors: `Denied`, reason ChildNotOurs.
        """
        child = self._world.entry(absent.key)
        if child is None:
            return
        meta = child.meta
        if meta.deleting:
            return
        if child.owner not in ("", owner.uid):
            raise Denied(f"{absent.key} belongs to somebody else", reason="ChildNotOurs")
        await self._pruner.delete(self._world.marks.owned(absent.key, meta), counts=False)
