"""How the imperative form writes: the same turn, delta and preconditions as a wish's children."""

from __future__ import annotations

from mendloop.controller.calls import patiently
from mendloop.controller.children import Children, Did, Owner, Result
from mendloop.controller.omission import Omission
from mendloop.controller.view import Seen, seen
from mendloop.controller.world import World
from mendloop.errors import ApiError
from mendloop.model.kinds import Kind
from mendloop.wish.child import Stated, WishedAway
from mendloop.wish.plan import Gate


class ImperativeWrites:
    """Implements `wish.Writes` for one pass."""

    def __init__(self, world: World, children: Children, omission: Omission, owner: Owner) -> None:
        self._world, self._children, self._omission, self._owner = world, children, omission, owner
        self.results: list[Result] = []

    async def apply(self, child: Stated) -> Seen:
        """Errors: what the server or the policy refused; the user's code may catch it and go on."""
        result = await self._children.bring(child, self._owner, Gate.OPEN, wave=0, ordered=False, held_by="")
        if result.error is not None:
            raise result.error
        self.results.append(result)
        assert result.observed is not None and result.did is not Did.HELD
        return seen(result.observed)

    async def delete(self, gone: WishedAway) -> None:
        self._owner.still()
        owner = self._world.entry(self._owner.key)
        if owner is not None:
            await self._omission.wish_away(gone, owner)

    async def live(self, kind: Kind, namespace: str, name: str) -> Seen | None:
        key = kind.key(namespace, name)
        try:
            answer = await patiently(lambda: self._world.client.get(self._world.ref(key)), self._world)
        except ApiError as error:
            if error.status == 404:
                return None
            raise
        return seen(self._world.learn(key, answer, writer=self._owner.key))
