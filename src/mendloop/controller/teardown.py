"""The end of an owner: its children go in order, clean-up runs, the finalizer comes off last.

`desired` is never asked (WISH 27); everything is read off the world: what is owned, how deep it stands,
and the record on the owner of where to look. So it may be killed at any point and go on from there.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass

from mendloop.cache.entry import Entry
from mendloop.controller.calls import patiently
from mendloop.controller.owner import OwnerMarks
from mendloop.controller.prune import Pruner
from mendloop.controller.world import World
from mendloop.errors import ApiError, Waiting
from mendloop.kube.client import Ref
from mendloop.kube.envelope import Meta, read_partial
from mendloop.model.kinds import Key
from mendloop.wish.plan import Owned, next_wave

Cleanup = Callable[[], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Ended:
    """What is left after one look: nothing (`released`), or what it waits for."""

    released: bool
    error: Exception | None = None
    left: tuple[Owned, ...] = ()
    forced: bool = False


class Teardown:
    """Takes an owner's end one step further each time it is looked at."""

    def __init__(self, world: World, marks: OwnerMarks, pruner: Pruner) -> None:
        self._world, self._marks, self._pruner = world, marks, pruner

    async def step(self, entry: Entry, meta: Meta, cleanup: Cleanup | None) -> Ended:
        """One look. The finalizer is off only when everything was confirmed gone, or a person forced it."""
        if not self._marks.has_finalizer(meta):
            return Ended(released=True)
        left = tuple(await self._owned(entry, meta))
        forced = (meta.annotations or {}).get(self._world.marks.force_delete) == entry.uid
        error = None if forced else await self._work(left, cleanup)
        if error is not None:
            return Ended(released=False, error=error, left=left)
        await self._marks.release(entry, meta)
        return Ended(released=True, left=left if forced else (), forced=forced)

    async def _work(self, left: tuple[Owned, ...], cleanup: Cleanup | None) -> Exception | None:
        """What is still to be waited for after this step. Clean-up comes first: it may need the children."""
        try:
            if cleanup is not None:
                await cleanup()
            return await self._next_wave(left)
        except Exception as error:  # told on the object; the finalizer stays
            return error

    async def _next_wave(self, left: tuple[Owned, ...]) -> Exception | None:
        wave, more = next_wave(left)
        if not wave:
            return None
        failed: Exception | None = None
        for one in wave:
            if not one.deleting:
                try:
                    await self._pruner.delete(one, by_content=False, counts=False)
                except Exception as error:  # the others must not wait behind it
                    failed = failed or error
        if failed is not None:
            return failed
        gone = [one for one in wave if self._is_gone(one)]
        if len(gone) == len(wave) and not more:
            return None
        names = ", ".join(str(one.key) for one in wave if one not in gone) or "the next wave"
        return Waiting(f"waits until {names} is gone", reason="DeletingChildren")

    def _is_gone(self, one: Owned) -> bool:
        store = self._world.stores.get(one.key.kind)
        if store is None or not store.synced:
            return False
        entry = store.get(one.key)
        return entry is None or entry.uid != one.uid

    async def _owned(self, entry: Entry, meta: Meta) -> Iterable[Owned]:
        """All that is tied to the owner by label, where the record and the declarations say to look."""
        found: dict[Key, Owned] = {}
        for store in self._world.stores.values():
            for child in store.owned(entry.uid):
                child_meta = child.meta
                if (child_meta.labels or {}).get(self._world.marks.owner) == entry.uid:
                    found[child.key] = self._world.marks.owned(child.key, child_meta)
        for ref in self._unwatched(meta):
            for owned in await self._listed(ref, entry.uid):
                found[owned.key] = owned
        return found.values()

    def _unwatched(self, meta: Meta) -> Iterable[Ref]:
        """Places that the record names and no informer covers: the kind is declared no longer (WISH 26)."""
        watched = {str(kind) for kind in self._world.stores}
        for hold in sorted(self._marks.holds(meta)):
            name, _, namespace = hold.rpartition("/")
            if name in watched:
                continue
            kind = next((kind for known, kind in self._world.kinds.items() if str(known) == name), None)
            if kind is None:
                raise Waiting(
                    f"{name} holds children and is declared no longer: add it to owns= until they are gone",
                    reason="UndeclaredChildren",
                )
            yield Ref(kind, namespace)

    async def _listed(self, ref: Ref, uid: str) -> list[Owned]:
        found: list[Owned] = []

        async def look() -> None:
            found.clear()
            async for page in self._world.client.pages(ref, labels=f"{self._world.marks.owner}={uid}"):
                for raw in page.items or ():
                    meta = read_partial(bytes(raw)).metadata
                    found.append(self._world.marks.owned(ref.kind.key(meta.namespace, meta.name), meta))

        try:
            await patiently(look, self._world)
        except ApiError as error:
            if error.status != 404:
                raise
        return found
