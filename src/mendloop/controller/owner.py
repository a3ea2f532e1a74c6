"""What is written on the owner beside its status: the finalizer, and the record of where its children are."""

from __future__ import annotations

from typing import Any

from mendloop.cache.entry import Entry
from mendloop.controller.marks import read_holds, write_holds
from mendloop.controller.world import World
from mendloop.errors import ApiError, Gone
from mendloop.kube.envelope import Meta


class OwnerMarks:
    """Reads and writes an operator's marks on owners; every write is bound to the version that was read."""

    def __init__(self, world: World) -> None:
        self._world = world

    def has_finalizer(self, meta: Meta) -> bool:
        return self._world.marks.finalizer in (meta.finalizers or ())

    def holds(self, meta: Meta) -> frozenset[str]:
        """Kinds and namespaces that hold, or held, children of this owner."""
        return read_holds((meta.annotations or {}).get(self._world.marks.holds, ""))

    async def ensure(self, entry: Entry, meta: Meta, holds: frozenset[str]) -> Entry:
        """The owner with the finalizer and at least these `holds`; no request where it has both (WISH 12).

        Errors: `Gone` when it is being deleted: no finalizer may be added then, and no child be made.
        """
        missing = not self.has_finalizer(meta)
        grown = self.holds(meta) | holds
        if not missing and grown == self.holds(meta):
            return entry
        if meta.deleting:
            raise Gone(f"{entry.key} is being deleted", reason="BeingDeleted")
        patch: dict[str, Any] = {}
        if missing:
            patch["finalizers"] = [*(meta.finalizers or ()), self._world.marks.finalizer]
        if grown != self.holds(meta):
            patch["annotations"] = {self._world.marks.holds: write_holds(grown)}
        return await self._patch(entry, patch)

    async def narrow(self, entry: Entry, meta: Meta, holds: frozenset[str], *, keep_finalizer: bool) -> Entry:
        """Takes off what is needed no longer, after a confirmed prune."""
        patch: dict[str, Any] = {}
        if holds != self.holds(meta):
            patch["annotations"] = {self._world.marks.holds: write_holds(holds) or None}
        if not keep_finalizer and self.has_finalizer(meta):
            patch["finalizers"] = self._others(meta)
        return await self._patch(entry, patch) if patch else entry

    async def release(self, entry: Entry, meta: Meta) -> None:
        """Takes the finalizer off: the object may go. One that is gone already is as good (C2)."""
        if not self.has_finalizer(meta):
            return
        try:
            await self._patch(entry, {"finalizers": self._others(meta)})
        except ApiError as error:
            if error.status != 404:
                raise

    def _others(self, meta: Meta) -> list[str]:
        return [name for name in meta.finalizers or () if name != self._world.marks.finalizer]

    async def _patch(self, entry: Entry, metadata: dict[str, Any]) -> Entry:
        # Not repeated when its answer is lost: the version that it names is then outdated, and the
        # next pass reads what became of it.
        bound = {**metadata, "uid": entry.uid, "resourceVersion": str(entry.version)}
        ref, body = self._world.ref(entry.key), {"metadata": bound}
        written = await self._world.write(
            entry.key,
            lambda: self._world.client.merge_patch(ref, body, manager=self._world.manager),
            writer=entry.key,
        )
        return written.entry
