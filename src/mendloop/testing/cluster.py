"""A cluster in a test: a control plane, typed verbs on it, operators that run until all is quiet."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any, TypeVar, cast, overload

from mendloop.aio.virtual import VirtualTimeLoop
from mendloop.chaos import FaultPlan, FaultyTransport
from mendloop.errors.exceptions import ApiError, Invalid
from mendloop.kube.client import Client, Ref
from mendloop.manager.running import Running, running
from mendloop.manager.settings import RunSettings
from mendloop.model.crd import crd
from mendloop.model.kinds import Kind
from mendloop.model.readiness import readiness
from mendloop.model.resource import KindRef, Object, Resource, gvk_of
from mendloop.testing.readying import ready_status

if TYPE_CHECKING:
    from mendloop.controlplane import ControlPlane
    from mendloop.kube.transport import Transport
    from mendloop.wish.operator import Operator

O = TypeVar("O", bound=Object)  # noqa: E741

_UNSET = object()
_STEP_S = 0.05
# Longer than any step of a pod's life in the embedded control plane takes.
_QUIET_S = 5.0
_QUIET_IN_REAL_TIME_S = 0.5
_DEFINITIONS = Ref(
    Kind("apiextensions.k8s.io", "v1", "CustomResourceDefinition", "customresourcedefinitions", False)
)


class NotSettled(AssertionError):
    """Raised when a cluster did not come to rest in time; says what was still going on."""


class Cluster:
    """What the `cluster` fixture gives.

    `faults` is a plan that every operator's transport carries out; it is empty at first:
    `cluster.faults.fail("patch", kind="apps/Deployment", status=409)`. `transports` are the operators'
    so far; each keeps a record of its calls.
    """

    def __init__(self, plane: ControlPlane, *, settings: RunSettings | None = None) -> None:
        self.plane = plane
        self.client = Client(self.transport("admin"))
        self.faults = FaultPlan()
        self.settings = settings or RunSettings(seed=0)
        self._running: list[Running] = []
        self.transports: list[FaultyTransport] = []
        self._operators: set[str] = set()

    # -- operators

    @asynccontextmanager
    async def run(
        self, *ops: Operator[Any], deps: object = _UNSET, environ: Mapping[str, str] | None = None
    ) -> AsyncIterator[None]:
        """Installs the definitions of what the operators declare, and runs them for the length of the block.

        `deps` stands in for what their lifespans would make. Leave the block and enter it again to see a
        restart.
        Errors: what an operator's lifespan raises; a failing pass is no error, it shows in the object.
        """
        async with AsyncExitStack() as stack:
            for op in ops:
                await self.install(*declared_by(op))
                transport = FaultyTransport(self.transport(op.name), self.faults)
                given: dict[str, Any] = {} if deps is _UNSET else {"deps": deps}
                one = await stack.enter_async_context(
                    running(
                        op,
                        transport,
                        settings=self.settings,
                        environ=environ,
                        wall=self.plane.world.now,
                        **given,
                    )
                )
                self._operators.add(op.name)
                self._running.append(one)
                stack.callback(self._running.remove, one)
                self.transports.append(transport)
            yield

    def transport(self, user: str) -> Transport:
        """A transport to the control plane as `user`, without faults."""
        # The control plane knows the shape of a transport and not its types, which belong to the client.
        return cast("Transport", self.plane.transport(user))

    @property
    def writes(self) -> int:
        """Committed writes of the operators so far, in all blocks; neither refusals nor dry runs."""
        return sum(entry.user in self._operators for entry in self.plane.writes())

    @property
    def requests(self) -> int:
        """Requests of the operators so far, in all blocks, watches among them, whatever came of them."""
        return sum(len(transport.made) for transport in self.transports)

    async def settled(self, *, within: float | timedelta = 60) -> None:
        """Returns once nothing happens any more: nothing in hand or due soon, nothing written for a while.

        What waits for something, or is to be tried again later than `within`, is at rest.
        Errors: `NotSettled` after `within` seconds of the loop's clock.
        """
        limit_s = within.total_seconds() if isinstance(within, timedelta) else within
        loop = asyncio.get_running_loop()
        quiet_s = _QUIET_S if isinstance(loop, VirtualTimeLoop) else _QUIET_IN_REAL_TIME_S
        ends_at = loop.time() + limit_s
        quiet_since, revision = loop.time(), -1
        while loop.time() - quiet_since < quiet_s:
            if loop.time() > ends_at:
                raise NotSettled(self._what_goes_on(limit_s))
            await asyncio.sleep(_STEP_S)
            if self.plane.world.store.revision != revision or not self._at_rest(loop.time(), ends_at):
                quiet_since, revision = loop.time(), self.plane.world.store.revision

    async def advance(self, seconds: float | timedelta) -> None:
        """Lets so much time pass on the loop's clock."""
        await asyncio.sleep(seconds.total_seconds() if isinstance(seconds, timedelta) else seconds)

    def _at_rest(self, now: float, ends_at: float) -> bool:
        dues = (one.next_due() for one in self._running)
        return all(one.idle for one in self._running) and not any(
            due is not None and now < due <= ends_at for due in dues
        )

    def _what_goes_on(self, limit_s: float) -> str:
        lines = [f"not settled after {limit_s:g} s"]
        now = asyncio.get_running_loop().time()
        for one in self._running:
            due = one.next_due()
            doing = (
                "works" if not one.idle else "waits" if due is None else f"looks again in {due - now:.1f} s"
            )
            lines.append(f"  operator {one.op.name} {doing}")
            for handler in one.op.handlers:
                lines += [f"  {_account(obj)}" for obj in self.plane.objects(handler.gvk)]
        if self.faults.rules:
            lines.append(self.faults.describe())
        return "\n".join(lines)

    # -- objects

    async def install(self, *definitions: type[Object] | Mapping[str, Any]) -> None:
        """Creates CustomResourceDefinitions, of classes or as manifests, where they are not there yet."""
        for each in definitions:
            body = crd(cast("type[Resource[Any, Any]]", each)) if isinstance(each, type) else each
            try:
                await self.client.create(_DEFINITIONS, body, manager="test")
            except ApiError as refused:
                if refused.reason != "AlreadyExists":
                    raise

    @overload
    async def create(self, obj: O) -> O: ...
    @overload
    async def create(self, obj: Mapping[str, Any]) -> Object: ...
    async def create(self, obj: Object | Mapping[str, Any]) -> Object:
        """Creates it as a user would, in the namespace `default` where none is said; gives what is stored."""
        manifest = obj.to_manifest() if isinstance(obj, Object) else dict(obj)
        metadata = {"namespace": "default", **manifest.get("metadata", {})}
        kind = self._kind(f"{manifest['apiVersion']}/{manifest['kind']}")
        if not kind.namespaced:
            metadata.pop("namespace")
        collection = Ref(kind, metadata.get("namespace", ""))
        answer = await self.client.create(collection, {**manifest, "metadata": metadata}, manager="test")
        made = type(obj) if isinstance(obj, Object) else Object
        return made.from_raw(answer.raw, kind)

    @overload
    async def get(self, kind: type[O], name: str, *, namespace: str = ...) -> O: ...
    @overload
    async def get(self, kind: str, name: str, *, namespace: str = ...) -> Object: ...
    async def get(self, kind: KindRef, name: str, *, namespace: str = "default") -> Object:
        """The object as it is now.

        Errors: `ApiError` 404.
        """
        found = self._kind(gvk_of(kind))
        answer = await self.client.get(_ref(found, namespace, name))
        return _class(kind).from_raw(answer.raw, found)

    @overload
    async def find(self, kind: type[O], name: str, *, namespace: str = ...) -> O | None: ...
    @overload
    async def find(self, kind: str, name: str, *, namespace: str = ...) -> Object | None: ...
    async def find(self, kind: KindRef, name: str, *, namespace: str = "default") -> Object | None:
        """The object as it is now, or None."""
        try:
            return await self.get(cast("type[Object]", kind), name, namespace=namespace)
        except ApiError as error:
            if error.status == 404:
                return None
            raise

    @overload
    async def list(self, kind: type[O], *, namespace: str = ...) -> Sequence[O]: ...
    @overload
    async def list(self, kind: str, *, namespace: str = ...) -> Sequence[Object]: ...
    async def list(self, kind: KindRef, *, namespace: str = "") -> Sequence[Object]:
        """All objects of a kind by name; of one namespace where given."""
        found = self._kind(gvk_of(kind))
        return [_class(kind).from_dict(each) for each in self.plane.objects(found.gvk, namespace)]

    async def patch(self, obj: O, fields: Mapping[str, Any]) -> O:
        """Merges `fields` into the object as a user would (JSON merge patch); gives what is stored."""
        kind = self._kind(obj.gvk)
        answer = await self.client.merge_patch(_ref(kind, obj.namespace, obj.name), fields, manager="test")
        return type(obj).from_raw(answer.raw, kind)

    async def delete(self, obj: Object) -> None:
        """Deletes just this object, in the background; another one of its name is refused with 409."""
        kind = self._kind(obj.gvk)
        await self.client.delete(_ref(kind, obj.namespace, obj.name), uid=obj.uid)

    async def set_ready(self, kind: KindRef, name: str, *, namespace: str = "default") -> None:
        """Writes a status with which the object counts as ready, as its controller would.

        Errors: `Invalid` for a kind whose readiness cannot be written.
        """
        found = self._kind(gvk_of(kind))
        ref = _ref(found, namespace, name)
        obj = (await self.client.get(ref)).decoded()
        status = ready_status(obj)
        if not readiness({**obj, "status": status}).current:
            raise Invalid(f"how a {found.kind} becomes ready is not known here", field="kind")
        await self.client.merge_patch(ref._replace(subresource="status"), {"status": status}, manager="test")

    def _kind(self, gvk: str) -> Kind:
        found = self.plane.resource(gvk)
        return Kind(found.group, found.version, found.kind, found.plural, found.namespaced)


def declared_by(op: Operator[Any]) -> list[type[Object]]:
    """The classes of the kinds that the operator itself defines."""
    declared: dict[str, type[Object]] = {}
    for handler in op.handlers:
        for ref in handler.kinds:
            if isinstance(ref, type) and issubclass(ref, Resource) and ref.DEFINITION.ours:
                declared[gvk_of(ref)] = ref
    return list(declared.values())


def _class(kind: KindRef) -> type[Object]:
    return Object if isinstance(kind, str) else kind


def _ref(kind: Kind, namespace: str, name: str) -> Ref:
    return Ref(kind, namespace if kind.namespaced else "", name)


def _account(obj: Mapping[str, Any]) -> str:
    metadata = obj["metadata"]
    conditions = (obj.get("status") or {}).get("conditions") or []
    said = ", ".join(
        f"{each['type']}={each['status']} {each.get('reason', '')}".strip() for each in conditions
    )
    return f"{obj['kind']} {metadata.get('namespace', '')}/{metadata['name']}: {said or 'no conditions'}"
