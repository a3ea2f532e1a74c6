"""A real Kubernetes control plane on this machine: etcd, kube-apiserver and, where asked for, controllers.

It is the judge of the embedded control plane and of everything that runs on it. There are no nodes: pods are
created and stay Pending. Everything listens on 127.0.0.1 only, lives in one temporary folder and one process
group, and goes when the context ends, also when this process is killed.
"""

from __future__ import annotations

import asyncio
import base64
import os
import secrets
import shutil
import socket
import ssl
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import Final, Self

import aiohttp
import yaml

from mendloop.controlplane.processes import ControlPlaneDied, ProcessGroup

DEFAULT_CONTROLLERS: Final = (
    "garbage-collector-controller",
    "namespace-controller",
    "deployment-controller",
    "replicaset-controller",
    "statefulset-controller",
    "job-controller",
)
"""What runs in kube-controller-manager unless told otherwise, by the names of its `--controllers` flag."""

DEFAULT_USERS: Final[Mapping[str, Sequence[str]]] = MappingProxyType(
    {"admin": ("system:masters",), "operator": (), "nobody": ()}
)
"""Users and their groups: `admin` may do everything, the others what a test's role bindings give them."""

_CONTROLLER_MANAGER: Final = "system:kube-controller-manager"
_POLL_S: Final = 0.02  # how long a refused or unready answer rests; start takes some 1.5 s in all
_AUDIT_POLICY: Final = f"""\
apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules:
- {{level: None, users: ["{_CONTROLLER_MANAGER}", "system:apiserver", "system:anonymous"]}}
- {{level: Metadata}}
"""


class BinariesNotFound(FileNotFoundError):
    """Raised when etcd, kube-apiserver or kube-controller-manager is nowhere to be found."""


@dataclass(frozen=True, slots=True)
class Binaries:
    """Paths of the executables; `controller_manager` may be absent where no controllers are wanted."""

    etcd: Path
    apiserver: Path
    controller_manager: Path | None


def find_binaries(folder: Path | str | None = None) -> Binaries:
    """The executables in `KUBEBUILDER_ASSETS` (setup-envtest's), in `folder` or on PATH, in that order.

    Errors: `BinariesNotFound`, naming what is missing and where it was looked for.
    """
    places = [str(place) for place in (os.environ.get("KUBEBUILDER_ASSETS"), folder) if place]
    search = os.pathsep.join([*places, os.environ.get("PATH", os.defpath)])

    def find(name: str) -> Path | None:
        found = shutil.which(name, path=search)
        return Path(found).absolute() if found else None  # each process gets a working directory of its own

    etcd, apiserver, manager = map(find, ("etcd", "kube-apiserver", "kube-controller-manager"))
    if etcd is None or apiserver is None:
        missing = "etcd" if etcd is None else "kube-apiserver"
        looked = ", ".join([*places, "PATH"])
        raise BinariesNotFound(
            f"{missing} not found in {looked}; `make kube` builds it, or set KUBEBUILDER_ASSETS"
        )
    return Binaries(etcd, apiserver, manager)


class RealControlPlane:
    """A real control plane for as long as the context lasts.

    ```python
    async with RealControlPlane(binaries=Path(".kube/bin")) as plane:
        plane.kubeconfig(Path("admin.kubeconfig"))
    ```

    `users` maps names to groups (authorization is RBAC). `controllers` names what kube-controller-manager
    runs; `()` leaves it out. `audit` writes every request of `users` to `audit_log`. `apiserver_args` are
    added to kube-apiserver's flags. It is tied to no event loop: started on one, it may be used on others.

    Errors: `BinariesNotFound`; `ControlPlaneDied` when a process ends or is not ready in `start_timeout_s`.
    """

    def __init__(
        self,
        *,
        binaries: Path | str | Binaries | None = None,
        controllers: Sequence[str] = DEFAULT_CONTROLLERS,
        users: Mapping[str, Sequence[str]] = DEFAULT_USERS,
        audit: bool = False,
        apiserver_args: Sequence[str] = (),
        start_timeout_s: float = 60.0,
    ) -> None:
        self._binaries = binaries if isinstance(binaries, Binaries) else find_binaries(binaries)
        if controllers and self._binaries.controller_manager is None:
            raise BinariesNotFound("kube-controller-manager not found; pass controllers=() to do without")
        self._controllers = tuple(controllers)
        self._users = {name: tuple(groups) for name, groups in users.items()}
        self._tokens = {name: secrets.token_hex(16) for name in (*users, _CONTROLLER_MANAGER)}
        self._audit = audit
        self._apiserver_args = tuple(apiserver_args)
        self._start_timeout_s = start_timeout_s
        self._group: ProcessGroup | None = None
        self._port = 0

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    # ---- what users of a running plane need

    @property
    def folder(self) -> Path:
        """Holds certificates, data and logs (`etcd.log`, `kube-apiserver.log`, ...); removed by `stop`."""
        return self._running().folder

    @property
    def url(self) -> str:
        self._running()
        return f"https://127.0.0.1:{self._port}"

    @property
    def ca(self) -> Path:
        """The certificates that the server's own is checked against, PEM."""
        return self.folder / "certs" / "apiserver.crt"

    @property
    def audit_log(self) -> Path:
        """One JSON line (audit.k8s.io/v1 Event) per answered request; empty unless made with `audit=True`."""
        return self.folder / "audit.log"

    def token(self, user: str = "admin") -> str:
        """The bearer token of a user named at construction."""
        if user not in self._tokens:
            raise ValueError(f"no user {user!r} here; there are {', '.join(sorted(self._users))}")
        return self._tokens[user]

    def ssl_context(self) -> ssl.SSLContext:
        """A context that verifies the server against `ca`, names included."""
        return ssl.create_default_context(cafile=str(self.ca))

    def kubeconfig(self, path: Path | str, user: str = "admin", *, namespace: str = "default") -> Path:
        """Writes a kubeconfig for one user to `path` (readable by its owner only); returns the path."""
        authority = base64.b64encode(self.ca.read_bytes()).decode()
        config = {
            "apiVersion": "v1",
            "kind": "Config",
            "current-context": "real",
            "clusters": [
                {"name": "real", "cluster": {"server": self.url, "certificate-authority-data": authority}}
            ],
            "users": [{"name": user, "user": {"token": self.token(user)}}],
            "contexts": [
                {"name": "real", "context": {"cluster": "real", "user": user, "namespace": namespace}}
            ],
        }
        path = Path(path)
        _write_private(path, yaml.safe_dump(config, sort_keys=False))
        return path

    def check(self) -> None:
        """Raises `ControlPlaneDied`, with the log's tail, when a process has ended since the start."""
        self._running().check()

    # ---- start and stop

    async def start(self) -> None:
        """Starts everything and returns once `/readyz` says ok (about 1.5 s)."""
        if self._group is not None:
            raise RuntimeError("this control plane is already running")
        for attempts_left in (2, 1, 0):
            try:
                return await self._start_once()
            except ControlPlaneDied as error:
                # The ports were free when chosen; another program may have been faster.
                if "address already in use" not in str(error) or not attempts_left:
                    raise

    async def _start_once(self) -> None:
        group = self._group = ProcessGroup(Path(tempfile.mkdtemp(prefix="mendloop-kube-")))
        try:
            etcd_port, self._port = _free_ports(2)
            self._write_files()
            group.spawn("etcd", *self._etcd(etcd_port))
            group.spawn("kube-apiserver", *self._apiserver(etcd_port))
            await self._ready()
            if self._controllers:
                group.spawn("kube-controller-manager", *self._controller_manager())
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Ends all processes and removes the folder; harmless when nothing runs."""
        if self._group is not None:
            self._group.kill()
            shutil.rmtree(self._group.folder, ignore_errors=True)
            self._group = None

    def _running(self) -> ProcessGroup:
        if self._group is None:
            raise RuntimeError("this control plane is not running")
        return self._group

    async def _ready(self) -> None:
        group, deadline = self._running(), time.monotonic() + self._start_timeout_s
        while not self.ca.exists():  # written before the port opens
            await self._rest(group, deadline)
        connector = aiohttp.TCPConnector(ssl=self.ssl_context())
        headers = {"Authorization": f"Bearer {self.token(_CONTROLLER_MANAGER)}"}
        async with aiohttp.ClientSession(connector=connector, headers=headers) as http:
            while not await _answers(http, f"{self.url}/readyz"):
                await self._rest(group, deadline)

    async def _rest(self, group: ProcessGroup, deadline: float) -> None:
        group.check()
        if time.monotonic() > deadline:
            tail = group.tail("kube-apiserver")
            raise ControlPlaneDied(
                f"kube-apiserver is not ready after {self._start_timeout_s:g} s; its log ends with:\n{tail}"
            )
        await asyncio.sleep(_POLL_S)

    # ---- files and flags

    def _write_files(self) -> None:
        rows = [(self._tokens[name], name, name, ",".join(groups)) for name, groups in self._users.items()]
        rows.append(
            (self._tokens[_CONTROLLER_MANAGER], _CONTROLLER_MANAGER, _CONTROLLER_MANAGER, "system:masters")
        )
        lines = [",".join(f'"{cell}"' for cell in row) for row in rows]
        _write_private(self.folder / "tokens.csv", "\n".join(lines) + "\n")
        _write_private(self.folder / "service-accounts.pem", _new_ec_key())
        _write_private(self.folder / "audit-policy.yaml", _AUDIT_POLICY)

    def _etcd(self, port: int) -> list[str]:
        client, peer = f"http://127.0.0.1:{port}", "http://127.0.0.1:0"
        return [
            str(self._binaries.etcd),
            f"--data-dir={self.folder / 'etcd'}",
            "--unsafe-no-fsync",
            "--log-level=warn",
            f"--listen-client-urls={client}",
            f"--advertise-client-urls={client}",
            f"--listen-peer-urls={peer}",
            f"--initial-advertise-peer-urls={peer}",
            f"--initial-cluster=default={peer}",
        ]

    def _apiserver(self, etcd_port: int) -> list[str]:
        key, audit = self.folder / "service-accounts.pem", []
        if self._audit:
            policy = self.folder / "audit-policy.yaml"
            # Blocking, so that a request is in the log when its answer arrives.
            audit = [
                f"--audit-policy-file={policy}",
                f"--audit-log-path={self.audit_log}",
                "--audit-log-mode=blocking",
            ]
        return [
            str(self._binaries.apiserver),
            f"--etcd-servers=http://127.0.0.1:{etcd_port}",
            "--bind-address=127.0.0.1",
            "--advertise-address=127.0.0.1",
            f"--secure-port={self._port}",
            f"--cert-dir={self.folder / 'certs'}",
            f"--token-auth-file={self.folder / 'tokens.csv'}",
            "--authorization-mode=RBAC",
            "--endpoint-reconciler-type=none",
            "--service-cluster-ip-range=10.0.0.0/16",
            "--service-account-issuer=https://kubernetes.default.svc",
            f"--service-account-key-file={key}",
            f"--service-account-signing-key-file={key}",
            # Nothing creates service accounts' defaults here; with it, no pod could be created.
            "--disable-admission-plugins=ServiceAccount",
            *audit,
            *self._apiserver_args,
        ]

    def _controller_manager(self) -> list[str]:
        config = self.kubeconfig(self.folder / "controller-manager.kubeconfig", _CONTROLLER_MANAGER)
        return [
            str(self._binaries.controller_manager),
            f"--kubeconfig={config}",
            f"--controllers={','.join(self._controllers)}",
            "--leader-elect=false",
            "--secure-port=0",
            "--kube-api-qps=2000",
            "--kube-api-burst=4000",
        ]


async def _answers(http: aiohttp.ClientSession, url: str) -> bool:
    try:
        async with http.get(url) as answer:
            return answer.status == 200
    except aiohttp.ClientConnectorCertificateError:
        raise  # waiting would not help
    except aiohttp.ClientConnectionError:
        return False


def _free_ports(count: int) -> list[int]:
    """Ports that are free now; all are held until all are chosen, so that they differ."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    try:
        return [taken.getsockname()[1] for taken in sockets]
    finally:
        for taken in sockets:
            taken.close()


def _write_private(path: Path, text: str) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(text)


def _new_ec_key() -> str:
    """A fresh P-256 private key, PEM: RFC 5915 without its optional public key, which readers compute.

    Written by hand because neither openssl nor a cryptography package is to be had everywhere.
    """
    scalar = bytes(
        [secrets.randbits(7), *secrets.token_bytes(30), secrets.randbits(7) + 1]
    )  # within [1, order)
    prime256v1 = bytes.fromhex("a00a06082a8648ce3d030107")
    body = b"\x02\x01\x01" + b"\x04\x20" + scalar + prime256v1
    der = b"\x30" + bytes([len(body)]) + body
    return f"-----BEGIN EC PRIVATE KEY-----\n{base64.encodebytes(der).decode()}-----END EC PRIVATE KEY-----\n"
