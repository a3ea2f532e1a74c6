"""Where the demonstration plays: a control plane, an administrator, and an operator that lives and dies."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any, cast

from mendloop.cache.informers import Caches
from mendloop.chaos import FaultPlan, FaultyTransport, Made
from mendloop.controller.loop import Listener
from mendloop.controller.world import Limits
from mendloop.demo.database import Database, op
from mendloop.demo.kubelet import Kubelet
from mendloop.demo.wire import Wire
from mendloop.errors import ApiError
from mendloop.k8s import Secret
from mendloop.kube.client import Client, Ref
from mendloop.kube.transport import Transport
from mendloop.kube.watch.options import WatchOptions
from mendloop.manager import Running, RunSettings, running
from mendloop.model.crd import crd
from mendloop.model.kinds import Kind
from mendloop.model.resource import Resource
from mendloop.observe import Metrics

NAMESPACE = "default"
BINARIES = Path(".kube/bin")
_DEFINITIONS = Kind(
    "apiextensions.k8s.io", "v1", "CustomResourceDefinition", "customresourcedefinitions", False
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What a user may choose; `speed` divides every wait that is only there to be seen."""

    databases: int = 50
    seed: int = 1
    speed: float = 1.0
    real: bool = False

    def seconds(self, at_normal_speed: float) -> float:
        return at_normal_speed / self.speed

    @property
    def command(self) -> str:
        """The command that plays this again."""
        words = ["mendloop demo", f"--seed {self.seed}", f"--databases {self.databases}"]
        words += [f"--speed {self.speed:g}"] if self.speed != 1.0 else []
        return " ".join([*words, *(["--real"] if self.real else [])])

    @property
    def settings(self) -> RunSettings:
        """A patient operator's settings with short limits, so that one can watch them being reached."""
        return RunSettings(
            namespace=NAMESPACE,
            seed=self.seed,
            limits=Limits(workers=8, pass_s=self.seconds(2.0), grace_s=0.5, pace_s=self.seconds(0.5)),
            watch=WatchOptions(idle_s=self.seconds(3.0), first_s=self.seconds(0.2), cap_s=self.seconds(2.0)),
        )


@dataclass(slots=True)
class Stage:
    """What the acts work with."""

    options: Options
    wire: Wire  # between the operator and the API server
    client: Client  # the administrator's
    caches: Caches  # the administrator's view
    plan: FaultPlan
    metrics: Metrics = field(default_factory=Metrics)
    transports: list[FaultyTransport] = field(default_factory=list)  # one a life of the operator
    listener: Listener | None = None
    one: Running | None = None
    _life: AsyncExitStack | None = None

    # -- the operator

    async def start(self) -> None:
        """The operator starts, with nothing but the cluster to remember by."""
        transport = FaultyTransport(self.wire, self.plan)
        self.transports.append(transport)
        self._life = AsyncExitStack()
        self.one = await self._life.enter_async_context(
            running(op, transport, settings=self.options.settings, metrics=self.metrics)
        )
        await self.one.started.wait()
        if self.listener is not None:
            for controller in self.one.controllers.values():
                controller.listeners.append(self.listener)

    async def stop(self) -> None:
        """The operator ends in good order."""
        life, self._life, self.one = self._life, None, None
        if life is not None:
            await life.aclose()

    async def until_killed(self, within_s: float) -> bool:
        """Waits for a planned kill, then buries what is left of the operator; whether it came."""
        try:
            async with asyncio.timeout(within_s):
                await self.transports[-1].killed.wait()
        except TimeoutError:
            return False
        assert self.one is not None
        self.one.task.cancel()  # dead is dead: no good order, nothing in hand is finished
        await asyncio.wait((self.one.task,))
        await self.stop()
        return True

    @property
    def made(self) -> list[Made]:
        """Every call of the operator so far, of all its lives."""
        return [made for transport in self.transports for made in transport.made]

    @property
    def writes(self) -> list[Made]:
        """What of it changed something."""
        return [made for transport in self.transports for made in transport.writes()]

    # -- the administrator, and other people

    async def install(self) -> None:
        definition = crd(Database)
        ref = Ref(_DEFINITIONS, "", definition["metadata"]["name"])
        await self.client.apply(ref, definition, manager="demo", force=True)
        while True:
            if await self._established(ref):
                return
            await asyncio.sleep(0.05)

    async def _established(self, ref: Ref) -> bool:
        stated = ((await self.client.get(ref)).decoded().get("status") or {}).get("conditions") or []
        return any(one["type"] == "Established" and one["status"] == "True" for one in stated)

    async def create(self, obj: Resource[Any, Any]) -> None:
        await self.client.create(Ref(obj.KIND, NAMESPACE), obj.to_manifest(), manager="demo")

    async def password(self, database: str, rng: Random) -> None:
        """The user's own Secret; the operator only reads it."""
        text = "".join(rng.choices("abcdefghjkmnpqrstuvwxyz23456789", k=20))
        await self.create(Secret(f"{database}-password", namespace=NAMESPACE, data={"password": text}))

    async def edit(self, kind: type[Resource[Any, Any]], name: str, fields: Mapping[str, Any]) -> None:
        """As `kubectl patch` by hand."""
        await self.client.merge_patch(Ref(kind.KIND, NAMESPACE, name), fields, manager="somebody")

    async def delete(self, kind: type[Resource[Any, Any]], name: str) -> None:
        """As `kubectl delete` by hand."""
        try:
            await self.client.delete(Ref(kind.KIND, NAMESPACE, name), uid="")
        except ApiError as error:
            if error.status != 404:
                raise


@asynccontextmanager
async def opened(options: Options) -> AsyncIterator[Stage]:
    """A stage with an empty control plane and no operator yet.

    Errors: `BinariesNotFound` where a real one is asked for and its binaries are not there.
    """
    async with AsyncExitStack() as stack:
        if options.real:
            admin, operator = await _real(stack)
        else:
            admin, operator = await _embedded(stack, options)
        client = Client(admin)
        caches = Caches(admin, rng=Random(options.seed))
        kubelet = Kubelet(client, caches) if options.real else None
        await stack.enter_async_context(caches)
        if kubelet is not None:
            await stack.enter_async_context(_while_open(kubelet))
        stage = Stage(options, Wire(operator), client, caches, FaultPlan(options.seed))
        stack.push_async_callback(stage.stop)
        yield stage


async def _embedded(stack: AsyncExitStack, options: Options) -> tuple[Transport, Transport]:
    from mendloop.controlplane import ControlPlane
    from mendloop.controlplane.controllers import Pace

    plane = ControlPlane(seed=options.seed)
    pace = Pace(pod_start_s=options.seconds(0.4), pod_stop_s=options.seconds(0.1))
    await stack.enter_async_context(plane.running(pace))
    # The control plane knows the shape of a transport, and not the client's types.
    return cast("Transport", plane.transport()), cast("Transport", plane.transport(op.name))


async def _real(stack: AsyncExitStack) -> tuple[Transport, Transport]:
    from mendloop.controlplane.real import RealControlPlane
    from mendloop.kube.kubeconfig import load_cluster
    from mendloop.kube.wire import AiohttpTransport

    plane = await stack.enter_async_context(RealControlPlane(binaries=BINARIES))
    folder = stack.enter_context(TemporaryDirectory(prefix="mendloop-demo-"))
    cluster = load_cluster(str(plane.kubeconfig(Path(folder) / "kubeconfig")))
    transports = AiohttpTransport(cluster), AiohttpTransport(cluster)
    for transport in transports:
        stack.push_async_callback(transport.close)
    return transports


@asynccontextmanager
async def _while_open(kubelet: Kubelet) -> AsyncIterator[None]:
    task = asyncio.create_task(kubelet.run(), name="kubelet")
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait((task,))
        if not task.cancelled() and (error := task.exception()) is not None:
            raise error
