"""One session of `mendloop dev`: the cluster stays, operators come and go with their files."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from mendloop.cli.load import LoadError
from mendloop.controller.world import Limits
from mendloop.dev.narration import Narrator
from mendloop.dev.samples import MANAGER, Samples
from mendloop.dev.source import Source, in_a_block
from mendloop.errors import classify
from mendloop.kube.client import Client, Ref
from mendloop.manager import Running, RunSettings, running
from mendloop.model.crd import crd
from mendloop.model.kinds import Kind
from mendloop.model.resource import Resource
from mendloop.model.structural import Unstructural
from mendloop.wish.operator import Operator

if TYPE_CHECKING:
    from mendloop.controlplane import ControlPlane
    from mendloop.kube.transport import Transport

_DEFINITIONS = Kind(
    "apiextensions.k8s.io", "v1", "CustomResourceDefinition", "customresourcedefinitions", False
)
_POLL_S = 0.5


@dataclass(slots=True)
class Session:
    """Runs what `target` names on `plane`, and follows its files and samples; `say` gets each line."""

    plane: ControlPlane
    source: Source
    say: Callable[[str], None]
    samples: Path | None = None
    color: bool = False
    _one: Running | None = None
    _life: AsyncExitStack = field(default_factory=AsyncExitStack)

    async def run(self, stop: asyncio.Event) -> None:
        """Returns once `stop` is set and the operator has ended in good order."""
        client = Client(self._transport(MANAGER))
        samples = Samples(client, self.say, self.samples, self.source.folder)
        narrator = Narrator(self.say, color=self.color)
        hook = _hook(narrator)
        self.plane.after.append(hook)
        try:
            await self._load(client, narrator)
            await samples.apply()
            while not stop.is_set():
                await self._next_look(stop)
                if self.source.changed() and await self._load(client, narrator):
                    await samples.apply(again=True)
                await samples.apply()
                self._bury()
        finally:
            self.plane.after.remove(hook)
            await self._end()
            narrator.close()

    async def _next_look(self, stop: asyncio.Event) -> None:
        try:
            async with asyncio.timeout(_POLL_S):
                await stop.wait()
        except TimeoutError:
            return

    async def _load(self, client: Client, narrator: Narrator) -> bool:
        """Puts the operator as its files are now in the place of the one that runs; whether it could."""
        try:
            op = self.source.load()
            definitions = [crd(kind) for kind in _own_kinds(op)]
        except LoadError as error:
            self._tell(in_a_block(error, self._one is not None))
            return False
        except Unstructural as error:
            self._tell(["cannot make a CRD of the operator's types", f"  {error}"])
            return False
        again = self._one is not None
        await self._end()
        for definition in definitions:
            await client.apply(
                Ref(_DEFINITIONS, "", definition["metadata"]["name"]), definition, manager=MANAGER, force=True
            )
            self.say(f"CRD {definition['metadata']['name']} applied")
        await self._start(op, narrator)
        self.say(f"operator {op.name} {'reloaded; the cluster is as it was' if again else 'runs'}")
        return True

    async def _start(self, op: Operator[Any], narrator: Narrator) -> None:
        narrator.operator, narrator.kinds = op.name, _kinds_by_plural(op)
        settings = RunSettings(limits=Limits(stop_s=5.0))
        one = await self._life.enter_async_context(
            running(op, self._transport(op.name), settings=settings, wall=self.plane.world.now)
        )
        started = asyncio.ensure_future(one.started.wait())
        # An operator whose dependencies cannot be made ends before it has started.
        await asyncio.wait((started, one.task), return_when=asyncio.FIRST_COMPLETED)
        started.cancel()
        for controller in one.controllers.values():
            controller.listeners.append(narrator.hear)
        self._one = one

    async def _end(self) -> None:
        life, self._life, self._one = self._life, AsyncExitStack(), None
        try:
            await life.aclose()
        except Exception as error:  # it was told when it ended, and must not end the session
            self.say(f"the operator had ended: {classify(error).message}")

    def _bury(self) -> None:
        """Tells once of an operator that ended by itself."""
        if self._one is None or not self._one.task.done():
            return
        error = None if self._one.task.cancelled() else self._one.task.exception()
        why = classify(error).message if error is not None else "without a reason"
        self._tell(["the operator ended; it starts again when its files change", f"  {why}"])
        self._one = None

    def _tell(self, block: Iterable[str]) -> None:
        for line in block:
            self.say(line)

    def _transport(self, user: str) -> Transport:
        # The control plane knows the shape of a transport, and not the client's types.
        return cast("Transport", self.plane.transport(user))


def _own_kinds(op: Operator[Any]) -> list[type[Resource[Any, Any]]]:
    refs = [ref for handler in op.handlers for ref in handler.kinds]
    typed = [ref for ref in refs if isinstance(ref, type) and issubclass(ref, Resource)]
    return list(dict.fromkeys(ref for ref in typed if ref.DEFINITION.ours))


def _kinds_by_plural(op: Operator[Any]) -> dict[str, str]:
    refs = [ref for handler in op.handlers for ref in handler.kinds]
    return {ref.KIND.plural: ref.KIND.kind for ref in refs if isinstance(ref, type) and ref.KIND}


def _hook(narrator: Narrator) -> Any:
    """Tells the narrator of what the operator and people ask; the cluster's own controllers are no news."""

    def after(request: Any, user: Any, answer: Any) -> Any:
        if user.name == narrator.operator or user.name == "admin":
            narrator.answered(request, user.name, answer)
        return answer

    return after
