"""The garbage collector: owners go, what they alone owned follows; the rules of the real one.

Source: kubernetes pkg/controller/garbagecollector, and the page "Owners and Dependents".
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from mendloop.controlplane.controllers.api import (
    FOREGROUND,
    ORPHAN,
    Owner,
    Plane,
    Refused,
    Seen,
    Verbs,
    View,
)
from mendloop.controlplane.controllers.events import Recorder
from mendloop.controlplane.controllers.loop import Target
from mendloop.controlplane.store import Change, Happened
from mendloop.model.kinds import Kind


class GarbageCollector:
    """Deletes what is owned only by what is gone, or by what is going in the foreground."""

    name = "garbage-collector"

    def __init__(self, plane: Plane, view: View, verbs: Verbs, recorder: Recorder) -> None:
        self._kind_of: Callable[[str, str], Kind | None] = plane.kind_of
        self._view = view
        self._verbs = verbs
        self._recorder = recorder
        self._reported: set[tuple[str, str]] = set()

    def concerns(self, seen: Seen, change: Change) -> Iterable[Target]:
        if change.happened is Happened.DELETED:
            yield from (_target(each) for each in self._view.dependents(seen.uid))
            # An owner that waits for this one to go may go now itself.
            yield from (Target("", "", owner.uid) for owner in seen.owners)
            return
        if seen.owners or seen.deleting:
            yield _target(seen)
        if seen.waits_for_dependents:
            yield from (_target(each) for each in self._view.dependents(seen.uid))

    def look(self, target: Target, now: float) -> float | None:
        seen = self._view.by_uid(target.uid)
        if seen is None:
            self._forget(target.uid)
        elif seen.deleting:
            self._help_to_go(seen)
        elif seen.owners:
            self._judge(seen)
        return None

    def _help_to_go(self, seen: Seen) -> None:
        if ORPHAN in seen.finalizers:
            for dependent in self._view.dependents(seen.uid):
                self._drop_owners(dependent, {seen.uid})
            self._drop_finalizer(seen, ORPHAN)
        elif FOREGROUND in seen.finalizers:
            blocking = [each for each in self._view.dependents(seen.uid) if _blocks(each, seen.uid)]
            if not blocking:
                self._drop_finalizer(seen, FOREGROUND)

    def _judge(self, seen: Seen) -> None:
        solid, dangling, waiting = self._classify(seen)
        gone = {owner.uid for owner in dangling + waiting}
        if solid:
            if gone:
                self._drop_owners(seen, gone)
        elif waiting and self._view.dependents(seen.uid):
            if any(each.waits_for_dependents for each in self._view.dependents(seen.uid)):
                # A circle of owners that wait for one another would never end.
                self._unblock(seen)
            self._verbs.delete(seen, policy="Foreground")
        elif gone:
            self._verbs.delete(seen, policy=_policy(seen))

    def _classify(self, seen: Seen) -> tuple[list[Owner], list[Owner], list[Owner]]:
        """Owners that hold the object, that are gone, and that wait for it to go."""
        solid: list[Owner] = []
        dangling: list[Owner] = []
        waiting: list[Owner] = []
        for owner in seen.owners:
            kind = self._kind_of(owner.api_version, owner.kind)
            if kind is None or (kind.namespaced and not seen.stored.namespace):
                # Whether it exists cannot be asked: nothing is deleted for that.
                self._report_misplaced(seen, owner)
                return [owner], [], []
            # The real one asks in the namespace of the object, wherever the owner may live.
            found = self._view.get(kind, seen.stored.namespace if kind.namespaced else "", owner.name)
            if found is None or found.uid != owner.uid:
                self._report_misplaced(seen, owner)
                dangling.append(owner)
            elif found.waits_for_dependents:
                waiting.append(owner)
            else:
                solid.append(owner)
        return solid, dangling, waiting

    def _report_misplaced(self, seen: Seen, owner: Owner) -> None:
        """An owner that lives elsewhere looks absent from here; the object's Event says so."""
        real = self._view.by_uid(owner.uid)
        if real is None or (seen.uid, owner.uid) in self._reported:
            return
        self._reported.add((seen.uid, owner.uid))
        place = seen.stored.namespace
        identity = (
            f"[{owner.api_version}/{owner.kind}, namespace: {place}, name: {owner.name}, uid: {owner.uid}]"
        )
        message = f'ownerRef {identity} does not exist in namespace "{place}"'
        self._recorder.warn(seen, "OwnerRefInvalidNamespace", message)

    def _forget(self, uid: str) -> None:
        self._reported = {pair for pair in self._reported if pair[0] != uid}

    def _drop_owners(self, seen: Seen, uids: set[str]) -> None:
        obj = seen.object()
        kept = [each for each in obj["metadata"]["ownerReferences"] if each["uid"] not in uids]
        self._patch_metadata(seen, {"ownerReferences": kept or None})

    def _unblock(self, seen: Seen) -> None:
        owners = seen.object()["metadata"]["ownerReferences"]
        self._patch_metadata(
            seen, {"ownerReferences": [{**each, "blockOwnerDeletion": False} for each in owners]}
        )

    def _drop_finalizer(self, seen: Seen, finalizer: str) -> None:
        kept = [each for each in seen.finalizers if each != finalizer]
        self._patch_metadata(seen, {"finalizers": kept or None})

    def _patch_metadata(self, seen: Seen, metadata: dict[str, Any]) -> None:
        try:
            self._verbs.patch(seen, {"metadata": {**metadata, "resourceVersion": str(seen.stored.rv)}})
        except Refused as refused:
            if refused.status != 404:
                raise


def _target(seen: Seen) -> Target:
    return Target("", "", seen.uid)


def _blocks(seen: Seen, owner_uid: str) -> bool:
    return any(owner.uid == owner_uid and owner.block_owner_deletion for owner in seen.owners)


def _policy(seen: Seen) -> str:
    if ORPHAN in seen.finalizers:
        return "Orphan"
    return "Foreground" if FOREGROUND in seen.finalizers else "Background"
