"""Deletes what is wished no longer, and holds back what is too much to go without a human's word."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence

from mendloop.controller.calls import patiently
from mendloop.controller.world import World
from mendloop.errors import ApiError, Conflict
from mendloop.kube.client import Deleted
from mendloop.wish.plan import Owned, PruneLimits, Pruning, judge_prune


class Deletions:
    """How many objects one operator deleted lately, over all its controllers."""

    def __init__(self, now: Callable[[], float], window_s: float) -> None:
        self._now, self._window_s = now, window_s
        self._times: deque[float] = deque()

    def recent(self) -> int:
        since = self._now() - self._window_s
        while self._times and self._times[0] <= since:
            self._times.popleft()
        return len(self._times)

    def note(self) -> None:
        self._times.append(self._now())


class Pruner:
    """Judges and carries out deletions by omission (WISH 4 to 7, 9)."""

    def __init__(self, world: World, deletions: Deletions, limits: PruneLimits) -> None:
        self._world, self._deletions, self._limits = world, deletions, limits

    def judge(self, going: Sequence[Owned], *, children: int, own_change: bool, approved: str) -> Pruning:
        """What goes now, or what is held and why."""
        return judge_prune(
            going,
            children=children,
            own_change=own_change,
            recent=self._deletions.recent(),
            approved=approved,
            limits=self._limits,
        )

    async def delete(self, one: Owned, *, by_content: bool = True, counts: bool = True) -> None:
        """Deletes exactly the object that was seen; one that is gone already is as good.

        `by_content`: what was in it decided, so it must not have changed since. `counts`: it is a deletion
        by omission, of which an operator may do only so many.
        Errors: `Conflict` when it changed or was replaced meanwhile.
        """
        if counts:
            self._deletions.note()
        ref = self._world.ref(one.key)
        version = one.version if by_content else ""
        try:
            deleted: Deleted = await patiently(
                lambda: self._world.client.delete(
                    ref,
                    uid=one.uid,
                    resource_version=version,
                    propagation="Background",
                ),
                self._world,
            )
        except ApiError as error:
            if error.status == 404:
                self._world.forget(one.key, one.uid)
                return
            if error.status == 409:
                message = f"{one.key} changed before it could be deleted"
                raise Conflict(message, reason="Changed", keys={"stale": one.key}) from error
            raise
        if deleted.gone:
            self._world.forget(one.key, one.uid)
        elif deleted.answer is not None:
            self._world.learn(one.key, deleted.answer, writer=one.key)
