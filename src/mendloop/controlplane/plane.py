"""`ControlPlane`: the Kubernetes API in one object, synchronous at heart."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager

import msgspec

from mendloop.controlplane import crds, reviews
from mendloop.controlplane.answers import Refusal, forbidden
from mendloop.controlplane.bodies import check_size
from mendloop.controlplane.controllers import Pace, builtin_controllers
from mendloop.controlplane.deleting import delete, delete_collection
from mendloop.controlplane.local import LocalTransport
from mendloop.controlplane.patching import patch_object
from mendloop.controlplane.podverbs import bind, evict
from mendloop.controlplane.reading import get, list_objects, watch
from mendloop.controlplane.representations import as_yaml
from mendloop.controlplane.resources import Resource
from mendloop.controlplane.routes import (
    Call,
    Target,
    check_route,
    check_timeout,
    parse_target,
    query_of,
    served,
    split_path,
    verb_of,
)
from mendloop.controlplane.running import ControllersPlane
from mendloop.controlplane.scaling import get_scale, patch_scale, update_scale
from mendloop.controlplane.subscription import Subscription
from mendloop.controlplane.system import System
from mendloop.controlplane.tokens import Authenticator
from mendloop.controlplane.watching import WatchStream
from mendloop.controlplane.wire import Asked, Object, Request, Response, User
from mendloop.controlplane.world import Authorizer, Clock, Context, World, allow_everything
from mendloop.controlplane.writing import create, update

ADMIN = User("admin", "admin", ("system:masters", "system:authenticated"))
Verb = Callable[[Context], Response | WatchStream]
_VERBS: Mapping[str, Verb] = {
    "get": get,
    "list": list_objects,
    "watch": watch,
    "create": create,
    "update": update,
    "patch": patch_object,
    "delete": delete,
    "deletecollection": delete_collection,
}
# Subresources that are not the object itself seen through another door.
_SUBRESOURCES: Mapping[tuple[str, str], Verb] = {
    ("get", "scale"): get_scale,
    ("update", "scale"): update_scale,
    ("patch", "scale"): patch_scale,
    ("create", "binding"): bind,
    ("create", "eviction"): evict,
}
LOG_LIMIT = 100_000  # at least so many of the latest requests are remembered, the oldest are shed
_WRITES = frozenset({"create", "update", "patch", "delete", "deletecollection"})


class Logged(msgspec.Struct, frozen=True):
    """One line of the audit log."""

    user: str
    verb: str
    group: str
    plural: str
    namespace: str
    name: str
    subresource: str
    status: int
    patch_type: str
    dry_run: bool

    @property
    def is_write(self) -> bool:
        """Whether the request may have changed something: a dry run or a refusal has not."""
        return self.verb in _WRITES and not self.dry_run and self.status < 400


Interceptor = Callable[[Asked, User], Response | None]
AfterHook = Callable[[Asked, User, Response | WatchStream], Response | WatchStream]


class ControlPlane:
    """The Kubernetes API in process, with the semantics of a kube-apiserver 1.36.

    `clock`: wall seconds; by default real time, or a fixed start under a virtual loop. `seed` makes uids
    and generated names repeatable. `window`: how many changes of each resource watches can go back.
    `authorize(user, verb, group, resource, namespace, name)`: whether a request is allowed; without it all
    are, as RBAC is not evaluated.
    """

    def __init__(
        self,
        clock: Clock | None = None,
        *,
        seed: int | None = None,
        window: int = 10_000,
        authorize: Authorizer = allow_everything,
    ) -> None:
        self.world = World(clock=clock, seed=seed, window=window, authorize=authorize)
        self.interceptors: list[Interceptor] = []
        self.after: list[AfterHook] = []
        self.log: list[Logged] = []
        self._system = System(self.world.registry)
        self._create_first_namespaces()

    # Requests -----------------------------------------------------------------------------------------

    def handle(self, request: Asked, user: User = ADMIN) -> Response | WatchStream:
        """The answer to one request; a watch is answered with its stream."""
        for intercept in self.interceptors:
            if (early := intercept(request, user)) is not None:
                self._record(request, user, early.status)
                return early
        answer = self._answer(request, user)
        for hook in self.after:
            answer = hook(request, user, answer)
        return answer

    def _answer(self, request: Asked, user: User) -> Response | WatchStream:
        try:
            answer = self._route(request, user)
        except Refusal as refusal:
            answer = refusal.response()
            if request.headers.get("accept", "").startswith("application/yaml"):
                answer = as_yaml(answer)
        self._record(request, user, answer.status)
        if request.method == "HEAD" and isinstance(answer, Response):
            return Response(answer.status, answer.headers, b"")
        return answer

    def _route(self, request: Asked, user: User) -> Response | WatchStream:
        target = parse_target(split_path(request.path))
        if target is None:
            return self._system.answer(request, split_path(request.path))
        query = query_of(request)
        verb = verb_of(request.method, target, query)
        if reviews.is_review(target):
            return reviews.answer(self.world, request, user, target)
        self._authorize(user, verb or request.method.lower(), target)
        resource = served(self.world.registry, target)
        if isinstance(resource, Response):
            return resource
        check_route(resource, target, verb)
        check_timeout(query)
        body = check_size(request.body)
        call = Call(user, verb, resource, target, query, request.headers, body)
        context = Context(self.world, call)
        run = _SUBRESOURCES.get((verb, target.subresource)) or _VERBS[verb]
        revision = self.world.store.revision
        answer = run(context)
        if self.world.store.revision != revision and crds.is_concerned(resource):
            crds.after_write(self.world)
        return _with_warnings(answer, context.warnings)

    def _authorize(self, user: User, verb: str, target: Target) -> None:
        plural = f"{target.plural}/{target.subresource}" if target.subresource else target.plural
        if self.world.authorize(user, verb, target.group, plural, target.namespace, target.name):
            return
        scope = f'in the namespace "{target.namespace}"' if target.namespace else "at the cluster scope"
        why = f'User "{user.name}" cannot {verb} resource "{plural}" in API group "{target.group}" {scope}'
        raise forbidden(target.group, target.plural, target.name, why)

    # What happened ------------------------------------------------------------------------------------

    def _record(self, request: Asked, user: User, status: int) -> None:
        target = parse_target(split_path(request.path))
        if target is None:
            return
        query = query_of(request)
        verb = verb_of(request.method, target, query)
        kind = request.headers.get("content-type", "").split(";")[0] if verb == "patch" else ""
        place = (target.group, target.plural, target.namespace, target.name, target.subresource)
        self.log.append(Logged(user.name, verb, *place, status, kind, bool(query.get("dryRun"))))
        if len(self.log) > 2 * LOG_LIMIT:
            del self.log[:LOG_LIMIT]

    def writes(self, *, user: str | None = None) -> list[Logged]:
        """The requests that changed something or could have, of one user where named."""
        return [entry for entry in self.log if entry.is_write and user in (None, entry.user)]

    # In-process use -----------------------------------------------------------------------------------

    def transport(self, user: str | User = ADMIN) -> LocalTransport:
        """A transport that calls this control plane directly, as `user`."""
        return LocalTransport(self.handle, as_user(user))

    def objects(self, kind: str, namespace: str = "") -> list[Object]:
        """All objects of a kind (`apps/v1/Deployment`, `v1/Pod`), each a copy of its own, in key order."""
        resource = self.resource(kind)
        return [stored.object() for stored in self.world.collection(resource).now(namespace)]

    def subscribe(self, kinds: Iterable[str]) -> Subscription:
        """Every object of these kinds and then every change of them, in order.

        Errors: `LookupError` where a kind is not served.
        """
        return Subscription([self.world.collection(self.resource(kind)) for kind in kinds])

    def resource(self, kind: str) -> Resource:
        """The resource of a kind as users write it: `apps/v1/Deployment` or `v1/Pod`.

        Errors: `LookupError` where no such kind is served.
        """
        api_version, _, name = kind.rpartition("/")
        group, _, version = api_version.rpartition("/")
        found = self.world.registry.kind(group, name, version)
        if found is None:
            raise LookupError(f"the control plane serves no kind {kind}")
        return found

    @asynccontextmanager
    async def serve(
        self,
        port: int = 0,
        *,
        host: str = "127.0.0.1",
        tokens: Mapping[str, User] | None = None,
        ssl_context: ssl.SSLContext | None = None,
    ) -> AsyncIterator[str]:
        """Serves HTTP meanwhile; gives the base URL.

        `tokens`: users by bearer token (`mendloop.controlplane.tokens.read_tokens`); without them everybody
        is the administrator, so keep to loopback. Errors: `OSError` where the address is taken.
        """
        # Over HTTP is for people and other processes; who simulates should not pay for importing it.
        from mendloop.controlplane.httpserver import HttpServer

        server = HttpServer(self.handle, Authenticator(tokens, ADMIN))
        async with server.serve(host, port, ssl_context) as url:
            yield url

    @asynccontextmanager
    async def running(self, pace: Pace | None = None) -> AsyncIterator[ControlPlane]:
        """Runs the built-in controllers (garbage collection, namespaces, workloads, pods) meanwhile.

        They live on the running loop's clock; `pace` says how fast pods become ready and go.
        """
        loop = builtin_controllers(
            ControllersPlane(self.world, self.handle), self.world.timestamp, pace or Pace()
        )
        task = asyncio.create_task(loop.run(), name="built-in controllers")
        try:
            yield self
        finally:
            task.cancel()
            await asyncio.wait([task])
        # A controller that died is a bug that the block may have passed over in silence.
        if not task.cancelled() and (error := task.exception()) is not None:
            raise error

    def _create_first_namespaces(self) -> None:
        for name in ("default", "kube-node-lease", "kube-public", "kube-system"):
            body = msgspec.json.encode({"metadata": {"name": name}})
            answer = self.handle(Request("POST", "/api/v1/namespaces", body=body))
            if answer.status != 201:
                raise RuntimeError(f"cannot create namespace {name}: {answer}")
        self.log.clear()


def as_user(user: str | User) -> User:
    """`admin` is of the masters' group, any other name an authenticated user."""
    if isinstance(user, User):
        return user
    return ADMIN if user == "admin" else User(user, user)


def _with_warnings(answer: Response | WatchStream, warnings: Iterable[str]) -> Response | WatchStream:
    texts = list(warnings)
    if not texts or not isinstance(answer, Response):
        return answer
    quoted = ", ".join(f'299 - "{_escape(text)}"' for text in texts)
    return Response(answer.status, {**answer.headers, "warning": quoted}, answer.body)


def _escape(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')


__all__ = ["ADMIN", "ControlPlane", "Logged", "as_user"]
