"""Where operators are measured: the real control plane, or the embedded one where there is no Go."""

from __future__ import annotations

import asyncio
import os
import secrets
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import aiohttp
import msgspec

from harness.job import ECHOES, GROUP, NAMESPACE, OPERATOR, crd
from harness.processes import cpu_s, tree
from harness.requests import Asked, AuditLog, Requests
from mendloop.cli.controlplane import write_kubeconfig
from mendloop.controlplane import ControlPlane
from mendloop.controlplane.real import RealControlPlane
from mendloop.controlplane.wire import User

MERGE_PATCH: Final = "application/merge-patch+json"
_SERVICE_ACCOUNTS: Final = ("system:serviceaccounts", f"system:serviceaccounts:{NAMESPACE}")
_ATTEMPTS: Final = 200


class Refused(RuntimeError):
    """Raised when the harness itself is refused something."""


@dataclass(slots=True)
class Cluster:
    """A running control plane with Echo defined, as its administrator and as the operator under measure."""

    name: str
    http: aiohttp.ClientSession
    kubeconfig: Path  # the operator's
    requests: Requests  # the operator's
    server_pid: int

    async def send(
        self, method: str, path: str, body: Any = None, content_type: str = "application/json"
    ) -> Any:
        """The decoded answer. Errors: `Refused`."""
        data = None if body is None else msgspec.json.encode(body)
        headers = {"Content-Type": content_type}
        async with self.http.request(method, path, data=data, headers=headers) as answer:
            text = await answer.read()
        if answer.status >= 300:
            raise Refused(f"{method} {path}: {answer.status} {text[:300]!r}")
        return msgspec.json.decode(text)

    async def patch(self, path: str, change: Any) -> Any:
        return await self.send("PATCH", path, change, MERGE_PATCH)

    def server_cpu_s(self) -> float:
        return cpu_s(self.server_pid)

    async def furnish(self) -> None:
        """The namespace, the operator's rights and the definition of Echo; returns once it is served."""
        await self.send("POST", "/api/v1/namespaces", {"metadata": {"name": NAMESPACE}})
        rbac = "rbac.authorization.k8s.io"
        binding = {
            "metadata": {"name": "bench-operator"},
            "roleRef": {"apiGroup": rbac, "kind": "ClusterRole", "name": "cluster-admin"},
            "subjects": [{"kind": "User", "apiGroup": rbac, "name": OPERATOR}],
        }
        await self.send("POST", f"/apis/{rbac}/v1/clusterrolebindings", binding)
        await self.send("POST", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", crd())
        for _ in range(_ATTEMPTS):
            async with self.http.get(ECHOES) as answer:
                if answer.status == 200:
                    return
            await asyncio.sleep(0.05)
        raise Refused(f"{GROUP}/v1 is not served")


@asynccontextmanager
async def real_cluster(binaries: Path) -> AsyncIterator[Cluster]:
    """etcd, kube-apiserver and a garbage collector. Errors: `BinariesNotFound`, `ControlPlaneDied`."""
    users = {"admin": ("system:masters",), OPERATOR: _SERVICE_ACCOUNTS}
    controllers = ("garbage-collector-controller",)
    async with RealControlPlane(binaries=binaries, controllers=controllers, users=users, audit=True) as plane:
        kubeconfig = plane.kubeconfig(plane.folder / "operator.kubeconfig", OPERATOR, namespace=NAMESPACE)
        connector = aiohttp.TCPConnector(ssl=plane.ssl_context(), limit=64)
        async with _session(plane.url, plane.token("admin"), connector) as http:
            requests = Requests(AuditLog(plane.audit_log, OPERATOR))
            cluster = Cluster("kube-apiserver", http, kubeconfig, requests, _started("kube-apiserver"))
            await cluster.furnish()
            yield cluster


@asynccontextmanager
async def embedded_cluster() -> AsyncIterator[Cluster]:
    """mendloop's own control plane, in this process: its CPU is the harness's."""
    plane = ControlPlane()
    admin, operator = secrets.token_hex(8), secrets.token_hex(8)
    tokens = {
        admin: User("admin", "admin", ("system:masters", "system:authenticated")),
        operator: User(OPERATOR, "op", (*_SERVICE_ACCOUNTS, "system:authenticated")),
    }
    with tempfile.TemporaryDirectory(prefix="mendloop-bench-") as folder:
        async with plane.running(), plane.serve(tokens=tokens) as url:
            kubeconfig = Path(folder, "operator.kubeconfig")
            write_kubeconfig(kubeconfig, url, operator)
            async with _session(url, admin, aiohttp.TCPConnector(limit=64)) as http:
                requests = Requests(_PlaneLog(plane))
                cluster = Cluster("embedded", http, kubeconfig, requests, os.getpid())
                await cluster.furnish()
                yield cluster


class _PlaneLog:
    """The operator's requests in the embedded control plane's log, which is emptied as it is read."""

    def __init__(self, plane: ControlPlane) -> None:
        self._plane = plane

    def __call__(self) -> list[Asked]:
        found = [
            Asked(one.verb, "/".join(filter(None, (one.plural, one.subresource))), one.status, one.dry_run)
            for one in self._plane.log
            if one.user == OPERATOR
        ]
        self._plane.log.clear()
        return found


def _session(url: str, token: str, connector: aiohttp.TCPConnector) -> aiohttp.ClientSession:
    return aiohttp.ClientSession(
        base_url=url,
        headers={"Authorization": f"Bearer {token}"},
        connector=connector,
        timeout=aiohttp.ClientTimeout(total=None),
    )


def _started(program: str) -> int:
    """The process of this name among those that this one started."""
    for pid in tree(os.getpid()):
        if Path(f"/proc/{pid}/comm").read_text().strip() == program[:15]:
            return pid
    raise LookupError(f"{program} does not run")
