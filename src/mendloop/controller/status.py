"""The status of the object itself: what the user reports, and the conditions that mendloop keeps.

Written only when its meaning changes, in one request, bound to the version that it was decided on: a
status that was made for an older generation is refused by the server and decided again (C16).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final, Literal, NamedTuple

import msgspec

from mendloop.controller.passes import BLOCKING, Outcome
from mendloop.controller.world import World
from mendloop.delta import merge_patch
from mendloop.errors import ApiError
from mendloop.model.conditions import set_condition
from mendloop.model.decoding import to_tree
from mendloop.model.kinds import Kind
from mendloop.model.resource import KindRef, Resource
from mendloop.model.times import write_time
from mendloop.model.types import Condition
from mendloop.policy import ConditionWish, cut

READY: Final = "Ready"
RECONCILING: Final = "Reconciling"
STALLED: Final = "Stalled"
PRUNE_HELD: Final = "PruneHeld"
# Where they do not hold, they are not there: kstatus reads absence as False, and people read less.
ABNORMAL: Final = frozenset({RECONCILING, STALLED, PRUNE_HELD, "Degraded", "Frozen"})


class Wanted(NamedTuple):
    """A condition as it should be; `status` None takes it off."""

    type: str
    status: Literal["True", "False", "Unknown"] | None
    reason: str = ""
    message: str = ""


class _OnlyStatus(msgspec.Struct, gc=False):
    """An object of which only the status is read."""

    status: dict[str, Any] | None = None


_read_status: Final = msgspec.json.Decoder(_OnlyStatus).decode


class StatusWriter:
    """Writes the status of objects of one kind; of a foreign kind, nothing."""

    def __init__(self, world: World, kind: Kind, ref: KindRef) -> None:
        self._world, self._kind = world, kind
        self._ours = isinstance(ref, type) and issubclass(ref, Resource) and ref.DEFINITION.ours
        self._fields = (
            frozenset(ref.STATUS.__struct_encode_fields__) - {"conditions", "observedGeneration"}
            if isinstance(ref, type) and issubclass(ref, Resource)
            else frozenset()
        )

    async def write(self, outcome: Outcome, failure: Sequence[ConditionWish]) -> None:
        """Makes the status tell how the pass ended; no request where it tells that already.

        Errors: what the server refuses, as it is; an object that is gone needs no status.
        """
        if not self._ours or outcome.gone:
            return
        observed = _read_status(outcome.entry.raw).status or {}
        wished = self._wished(observed, outcome, failure)
        patch = merge_patch(observed, wished)
        if not patch:
            return
        metadata = {"uid": outcome.entry.uid, "resourceVersion": str(outcome.entry.version)}
        ref = self._world.ref(outcome.entry.key, "status")
        body = {"metadata": metadata, "status": patch}
        try:
            await self._world.write(
                outcome.entry.key,
                lambda: self._world.client.merge_patch(ref, body, manager=self._world.manager),
                writer=outcome.entry.key,
            )
        except ApiError as error:
            if not (error.status == 404 and outcome.deleting):
                raise

    def _wished(
        self, observed: Mapping[str, Any], outcome: Outcome, failure: Sequence[ConditionWish]
    ) -> dict[str, Any]:
        wished = self._reported(observed, outcome)
        generation = outcome.meta.generation if outcome.meta is not None else outcome.entry.generation
        users = outcome.wish.conditions if outcome.wish is not None else None
        wanted = [*_of_user(users or ()), *_of_pass(outcome, failure)]
        now = datetime.fromtimestamp(self._world.wall(), UTC)
        conditions = maintained(observed.get("conditions") or [], wanted, now, generation)
        if conditions or "conditions" in observed:
            wished["conditions"] = conditions
        if outcome.accepted:
            wished["observedGeneration"] = generation
        return wished

    def _reported(self, observed: Mapping[str, Any], outcome: Outcome) -> dict[str, Any]:
        """The user's fields: as assigned; of a pass that blocks, as they were."""
        if not self._reports(outcome):
            return dict(observed)
        if outcome.wish is None:
            assert isinstance(outcome.obj, Resource)
            tree = to_tree(outcome.obj.status)
            stated = {name: tree[name] for name in self._fields if tree.get(name) not in (None, "", [], {})}
        else:
            stated = msgspec.json.decode(outcome.wish.status, type=dict[str, Any])
        others = {name: value for name, value in observed.items() if name not in self._fields}
        return {**others, **stated}

    def _reports(self, outcome: Outcome) -> bool:
        if outcome.deleting or not isinstance(outcome.obj, Resource):
            return False
        error = outcome.error if outcome.wish is None else outcome.wish.error
        return error is None or self._world.judge(error).klass not in BLOCKING


def _of_user(conditions: Iterable[Any]) -> list[Wanted]:
    return [
        Wanted(one.type, one.status, one.reason or "Set", one.message)
        for one in conditions
        if one.type not in ABNORMAL and one.type != READY
    ]


def _of_pass(outcome: Outcome, failure: Sequence[ConditionWish]) -> list[Wanted]:
    """What the pass says of the object: by policy where it failed, else by its children."""
    if outcome.error is not None:
        found = [_wanted(one) for one in failure]
        return [*found, *_held(outcome)]
    off = [Wanted(STALLED, None)]
    if outcome.ready:
        return [Wanted(READY, "True", "Ready", ""), Wanted(RECONCILING, None), *off, *_held(outcome)]
    waiting = ", ".join(str(result.key) for result in outcome.results if not result.ready)
    text = cut(f"waits for {waiting}")
    return [
        Wanted(READY, "False", "ChildrenNotReady", text),
        Wanted(RECONCILING, "True", "ChildrenNotReady", text),
        *off,
        *_held(outcome),
    ]


def _wanted(wish: ConditionWish) -> Wanted:
    if not wish.status and wish.type in ABNORMAL:
        return Wanted(wish.type, None)
    return Wanted(wish.type, "True" if wish.status else "False", wish.reason, wish.message)


def _held(outcome: Outcome) -> list[Wanted]:
    """Told, or taken off, only by a pass that could judge it."""
    if not outcome.accepted:
        return []
    if not outcome.pruning.held:
        return [Wanted(PRUNE_HELD, None)]
    names = ", ".join(str(one.key) for one in outcome.pruning.held)
    text = cut(f"{outcome.pruning.why}; approve {outcome.pruning.digest} to delete: {names}")
    return [Wanted(PRUNE_HELD, "True", "TooManyDeletions", text)]


def maintained(
    observed: Sequence[Mapping[str, Any]], wanted: Iterable[Wanted], now: datetime, generation: int
) -> list[dict[str, Any]]:
    """The conditions after `wanted`: foreign ones to the letter, ours by the API conventions."""
    kept = {str(one.get("type", "")): dict(one) for one in observed}
    for want in wanted:
        if want.status is None:
            kept.pop(want.type, None)
            continue
        before = kept.get(want.type)
        stated = Condition(
            type=want.type,
            status=want.status,
            reason=want.reason,
            message=want.message,
            observed_generation=generation,
        )
        known = (msgspec.convert(before, Condition),) if before is not None else ()
        after = set_condition(known, stated, now=now)[0]
        if after not in known:
            kept[want.type] = _written(after)
    return list(kept.values())


def _written(condition: Condition) -> dict[str, Any]:
    """All fields of metav1.Condition: many schemas require the empty ones too."""
    assert condition.last_transition_time is not None
    return {
        "type": condition.type,
        "status": condition.status,
        "reason": condition.reason,
        "message": condition.message,
        "observedGeneration": condition.observed_generation,
        "lastTransitionTime": write_time(condition.last_transition_time),
    }
