"""Brings one child to what is wished: nothing where both mean the same, one apply where they differ."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

import msgspec

from mendloop.cache.entry import Entry
from mendloop.controller.calls import patiently
from mendloop.controller.initial import without_initial
from mendloop.controller.marks import Tie, stamped, tie
from mendloop.controller.world import World, Written
from mendloop.delta import Contest, Delta, apply_body, diff, grown, learn, release
from mendloop.errors import ApiError, Class, Conflict, Denied, Invalid, Waiting, with_context
from mendloop.model import fieldpath, fieldset
from mendloop.model.kinds import Key, Kind
from mendloop.model.readiness import is_current
from mendloop.model.resource import Object
from mendloop.wish.child import Stated
from mendloop.wish.plan import Gate

# On a missing object a resourceVersion in an apply is ignored (201); on an existing one this version, which
# no object has, is a conflict. So an apply with it creates or refuses, and never overwrites a stranger.
ONLY_IF_ABSENT: Final = "1"

_encode: Final = msgspec.json.Encoder(order="deterministic").encode


class Did(StrEnum):
    """What became of one child in one pass."""

    NOTHING = "nothing"  # it is as wished
    CREATED = "created"
    CHANGED = "changed"
    HELD = "held"  # a predecessor is not ready, or the old one is still going
    REFUSED = "refused"


@dataclass(slots=True, kw_only=True)
class Result:
    """One child after its turn; `observed` is what the cache has of it now."""

    key: Key
    did: Did
    ready: bool = False
    error: Exception | None = None
    observed: Entry | None = None
    wished: Mapping[str, Any] = field(default_factory=dict)  # as it was sent or compared
    delta: Delta | None = None  # what made us write
    labelled: bool = False  # tied by label: the owner's record must name its place
    noop: bool = False  # it was written, and nothing changed: a defect


NO_RECORD: Final = Contest()


@dataclass(slots=True)
class Applied:
    """What is remembered of a child while the process lives; all of it may be lost."""

    wished: int  # hash of what was last stated
    learned: Mapping[Any, Any] = field(default_factory=dict)  # what the server rewrote of it
    contest: Contest = NO_RECORD  # which fields were set back, and when


@dataclass(slots=True)
class Owner:
    """The object whose children these are."""

    kind: Kind
    key: Key
    uid: str
    applied: dict[Key, Applied]
    still: Callable[[], None]  # raises once the owner is going or gone
    complete: bool = True  # all is said: what is stated no longer may be taken away


class Children:
    """The acts on children of one operator."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def bring(
        self, child: Stated, owner: Owner, gate: Gate, *, wave: int, ordered: bool, held_by: str
    ) -> Result:
        """The child after one turn; a failure is in the result, so that the others have theirs.

        Errors: only cancellation.
        """
        turn = _Turn(self._world, child, owner, wave=wave, ordered=ordered)
        try:
            result = await turn.take(gate, held_by)
        except Exception as error:
            with_context(error, child=str(child.key))
            result = Result(
                key=child.key, did=Did.REFUSED, error=self._refusal(child, error), observed=turn.observed
            )
        result.labelled = turn.tie is Tie.LABEL
        return result

    def _refusal(self, child: Stated, error: Exception) -> Exception:
        """A child that the server finds invalid is the user's input gone wrong, at a path (WISH 23)."""
        verdict = self._world.judge(error)
        if verdict.klass is not Class.INVALID or isinstance(error, Invalid):
            return error
        refused = Invalid(f"{child.key}: {verdict.message}", field=verdict.field, reason="ChildInvalid")
        refused.__cause__ = error
        return refused


class _Turn:
    """One child's turn in one pass."""

    def __init__(self, world: World, child: Stated, owner: Owner, *, wave: int, ordered: bool) -> None:
        self._world, self._child, self._owner = world, child, owner
        retained = child.gone == "retain"
        self.tie = tie(child, owner.kind, owner.key, ordered)
        self._schema = world.schemas.get(child.kind.gvk)
        self._body = apply_body(
            stamped(
                child.manifest,
                world.marks,
                self.tie,
                owner=owner.kind,
                owner_key=owner.key,
                owner_uid=owner.uid,
                wave=wave,
                retained=retained,
            )
        )
        self._lasting = without_initial(self._body, child.initial)
        scale = world.scales.get(child.kind.id)
        self._given_up = (*child.initial, scale) if scale else child.initial
        self._hash = hash(_encode(self._body))
        self.observed: Entry | None = None

    async def take(self, gate: Gate, held_by: str) -> Result:
        self.observed = self._world.entry(self._child.key)
        if self.observed is None:
            return await self._missing(gate, held_by)
        return await self._existing(self.observed, gate, held_by)

    # -- it is not there

    async def _missing(self, gate: Gate, held_by: str) -> Result:
        was_there = self._remembered is not None and self._remembered.wished == self._hash
        if gate is not Gate.OPEN and not was_there:
            return self._held(held_by)
        try:
            written = await self._apply(self._body, resourceVersion=ONLY_IF_ABSENT)
        except ApiError as error:
            if error.status == 409:
                return await self._there_after_all(gate, held_by)
            raise
        return self._written(Did.CREATED, written, None)

    async def _there_after_all(self, gate: Gate, held_by: str) -> Result:
        """The cache did not know it, the server does: our own, its answer lost, or a stranger's."""
        answer = await patiently(
            lambda: self._world.client.get(self._world.ref(self._child.key)), self._world
        )
        self.observed = self._world.learn(self._child.key, answer, writer=self._owner.key)
        return await self._existing(self.observed, gate, held_by)

    # -- it is there

    async def _existing(self, entry: Entry, gate: Gate, held_by: str) -> Result:
        tree = entry.decoded()
        if tree["metadata"].get("deletionTimestamp"):
            if self.tie is Tie.OVERLAY:
                return Result(key=self._child.key, did=Did.NOTHING, observed=entry, ready=True)
            return self._held(f"the old {self._child.key} is still being deleted")
        self._refuse_stranger(entry, tree)
        if not self._owner.complete:
            self._lasting = grown(self._lasting, tree, self._schema, entry.owned)
        delta = self._diff(entry, tree)
        if delta.empty:
            return self._as_wished(entry, tree)
        if gate is not Gate.OPEN and not self._is_drift(delta, entry):
            return self._held(held_by)
        self._leave_disputed(delta)
        return await self._change(entry, tree, delta)

    def _leave_disputed(self, delta: Delta) -> None:
        """Errors: `Conflict`, to come again later, where others keep changing what we keep setting back."""
        disputed = self._contest.judge(delta, self._world.now())
        if disputed.wait_s > 0:
            raise Conflict(
                f"{self._child.key}: somebody else keeps changing {', '.join(disputed.paths)}",
                reason="FieldManagerConflict",
                retry_after=disputed.wait_s,
            )

    async def _change(self, entry: Entry, tree: dict[str, Any], delta: Delta) -> Result:
        if self._remembered is None and entry.owned and await self._rewritten_by_server(entry, tree):
            return self._as_wished(entry, tree)
        if delta.given_up:
            await self._give_up(delta)
        try:
            written = await self._apply(self._lasting, uid=entry.uid)
        except ApiError as error:
            if _other_uid(error):
                raise Conflict(
                    f"{self._child.key} was replaced meanwhile",
                    reason="Replaced",
                    keys={"stale": self._child.key},
                ) from error
            raise
        return self._written(Did.CHANGED, written, delta, before=entry)

    def _diff(self, entry: Entry, tree: dict[str, Any]) -> Delta:
        remembered = self._remembered
        return diff(
            self._lasting,
            tree,
            self._schema,
            self._world.manager,
            owned=entry.owned or None,
            learned=remembered.learned if remembered is not None and remembered.wished == self._hash else {},
            give_up=self._given_up,
        )

    async def _rewritten_by_server(self, entry: Entry, tree: dict[str, Any]) -> bool:
        """Whether the server would answer our wish with what is there already.

        After a restart it is not known what a webhook or a default made of what was applied before; a
        dry run tells without a write.
        """
        body = _with(self._lasting, uid=entry.uid)
        answer = await patiently(
            lambda: self._world.client.apply(
                self._world.ref(self._child.key), body, manager=self._world.manager, force=True, dry_run=True
            ),
            self._world,
        )
        would_be = answer.decoded()
        same = _content(would_be) == _content(tree)
        if same:
            self._owner.applied[self._child.key] = Applied(
                self._hash, learn(self._lasting, would_be, self._schema, self._world.manager)
            )
        return same

    async def _give_up(self, delta: Delta) -> None:
        """Ends our ownership of fields that are stated no longer and must outlive it (WISH 14)."""
        ref, owner = self._world.ref(self._child.key), self._world.manager
        live = (await patiently(lambda: self._world.client.get(ref), self._world)).decoded()
        patch = release(live, owner, [given.path for given in delta.given_up])
        if patch:
            self._owner.still()
            await self._world.write(
                self._child.key,
                lambda: self._world.client.json_patch(ref, patch, manager=owner),
                writer=self._owner.key,
            )

    def _refuse_stranger(self, entry: Entry, tree: dict[str, Any]) -> None:
        """Touches only what is ours, what nobody owns and may be adopted, or what we only overlay."""
        if self.tie is Tie.OVERLAY or entry.owner == self._owner.uid:
            return
        metadata = tree["metadata"]
        words = (metadata.get("annotations") or {}).get(self._world.marks.owner)
        if words == str(self._owner.key):
            return  # ours from before a restore gave the owner a new uid
        if not entry.owner and self._child.adopt:
            return
        whose = words or _controller_words(metadata) or "somebody else"
        hint = "" if entry.owner else "; Child(..., adopt=True) would take it over"
        raise Denied(f"{self._child.key} exists and belongs to {whose}{hint}", reason="ChildNotOurs")

    # -- both

    async def _apply(self, body: dict[str, Any], **metadata: str) -> Written:
        self._owner.still()
        world, ref, sent = self._world, self._world.ref(self._child.key), _with(body, **metadata)
        return await world.write(
            self._child.key,
            lambda: patiently(
                lambda: world.client.apply(ref, sent, manager=world.manager, force=True), world
            ),
            writer=self._owner.key,
        )

    def _written(
        self, did: Did, written: Written, delta: Delta | None, before: Entry | None = None
    ) -> Result:
        tree = written.answer.decoded()
        set_back = delta.changes if delta is not None else ()
        self._owner.applied[self._child.key] = Applied(
            self._hash,
            learn(self._lasting, tree, self._schema, self._world.manager),
            self._contest.wrote(set_back, self._world.now()) if set_back else self._contest,
        )
        self.observed = written.entry
        return Result(
            key=self._child.key,
            did=did,
            ready=self._ready(tree),
            observed=written.entry,
            wished=self._body,
            delta=delta,
            noop=before is not None and before.version == written.entry.version,
        )

    def _as_wished(self, entry: Entry, tree: dict[str, Any]) -> Result:
        remembered = self._remembered
        if remembered is None or remembered.wished != self._hash:
            self._owner.applied[self._child.key] = Applied(self._hash, contest=self._contest)
        return Result(
            key=self._child.key,
            did=Did.NOTHING,
            ready=self._ready(tree),
            observed=entry,
            wished=self._body,
        )

    def _held(self, why: str) -> Result:
        error = Waiting(f"{self._child.key} is held: {why}", reason="ChildHeld")
        return Result(key=self._child.key, did=Did.HELD, error=error, observed=self.observed)

    @property
    def _contest(self) -> Contest:
        remembered = self._remembered
        return NO_RECORD if remembered is None else remembered.contest

    @property
    def _remembered(self) -> Applied | None:
        return self._owner.applied.get(self._child.key)

    def _is_drift(self, delta: Delta, entry: Entry) -> bool:
        """Whether others did it: our wish is the one that was last applied, or others own the fields."""
        remembered = self._remembered
        if remembered is not None:
            return remembered.wished == self._hash
        ours = fieldset.parse(entry.owned) if entry.owned else fieldset.EMPTY
        return not any(fieldpath.parse(path) in ours for path in delta.paths)

    def _ready(self, tree: dict[str, Any]) -> bool:
        if self._child.ready is not None:
            return self._child.ready(Object.from_dict(tree))
        return is_current(tree)


def _with(body: dict[str, Any], **metadata: str) -> dict[str, Any]:
    return {**body, "metadata": {**body["metadata"], **metadata}}


def _content(tree: dict[str, Any]) -> dict[str, Any]:
    metadata = {
        name: value
        for name, value in tree.get("metadata", {}).items()
        if name not in ("managedFields", "resourceVersion", "generation")
    }
    return {**tree, "metadata": metadata}


def _other_uid(error: ApiError) -> bool:
    """Whether an apply met a namesake (422) or nothing at all (409) where it named a uid."""
    return error.status == 409 or any(cause.field == "metadata.uid" for cause in error.causes)


def _controller_words(metadata: Mapping[str, Any]) -> str:
    for reference in metadata.get("ownerReferences") or ():
        if reference.get("controller"):
            return f"{reference.get('kind')} {reference.get('name')}"
    return ""
