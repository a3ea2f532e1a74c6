"""Who we are to the API server, and how that stays true: tokens, certificates, the pod's own account.

No secret is ever part of a repr, a message or a log line.
"""

from __future__ import annotations

import os
from base64 import b64encode
from pathlib import Path
from typing import Final, Protocol

import msgspec

from mendloop.errors.exceptions import Denied, Invalid
from mendloop.kube.tls import Certificate, Tls

SERVICE_ACCOUNT: Final = Path("/var/run/secrets/kubernetes.io/serviceaccount")
REREAD_S: Final = 60.0  # a projected token is replaced at 80 % of its life, so a minute late is early enough
NEVER: Final = float("inf")


class Credentials(Protocol):
    """What a request is signed with. Times are seconds since the epoch: expiry is stated in wall time."""

    @property
    def authorization(self) -> str:
        """The Authorization header as it is now; empty for none."""
        ...

    @property
    def certificate(self) -> Certificate | None: ...

    @property
    def due_at(self) -> float:
        """From when on `refresh` wants to be called before the next request."""
        ...

    async def refresh(self, now: float, *, rejected: bool) -> None:
        """Brings the credential up to date; `rejected`: the server did not accept the one in use."""
        ...


class Fixed:
    """Credentials that do not change: none, a token, a name and password, a certificate."""

    due_at = NEVER

    def __init__(self, *, token: str = "", basic: str = "", certificate: Certificate | None = None) -> None:
        self.authorization = ""
        if token:
            self.authorization = f"Bearer {token}"
        elif basic:
            self.authorization = f"Basic {b64encode(basic.encode()).decode()}"
        self.certificate = certificate

    async def refresh(self, now: float, *, rejected: bool) -> None: ...


class TokenFile:
    """A token in a file that somebody else renews, as the kubelet does for a pod.

    Errors: `Denied`, which passes by itself, while the file cannot be read and no older token is left.
    """

    def __init__(self, path: Path, *, certificate: Certificate | None = None) -> None:
        self.certificate = certificate
        self.authorization = ""
        self.due_at = 0.0
        self._path = path

    async def refresh(self, now: float, *, rejected: bool) -> None:
        self.due_at = now + REREAD_S
        try:
            token = self._path.read_text().strip()
        except OSError as error:
            if self.authorization and not rejected:
                return  # the old one may still be good, and is tried until the server says otherwise
            raise Denied(f"the token file {self._path} cannot be read: {error.strerror}") from error
        if not token:
            raise Denied(f"the token file {self._path} is empty")
        self.authorization = f"Bearer {token}"


class Cluster(msgspec.Struct, frozen=True):
    """One cluster: where it is, how it is known, who we are there, and our namespace."""

    server: str
    credentials: Credentials
    tls: Tls = Tls()
    namespace: str = "default"
    proxy_url: str = ""
    origin: str = ""  # where this was read, for people


def in_cluster(root: Path = SERVICE_ACCOUNT) -> Cluster:
    """The cluster that this process runs in as a pod.

    Errors: `Invalid` naming what is missing when it does not run in a pod.
    Source: Kubernetes, "Accessing the API from a Pod".
    """
    host, port = os.environ.get("KUBERNETES_SERVICE_HOST"), os.environ.get("KUBERNETES_SERVICE_PORT")
    if not host or not port:
        raise Invalid("not in a pod: KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT are not set")
    if not (root / "token").is_file():
        raise Invalid(f"in a pod without a service account: there is no {root / 'token'}")
    authority = root / "ca.crt"
    space = root / "namespace"
    return Cluster(
        server=f"https://{f'[{host}]' if ':' in host else host}:{port}",
        credentials=TokenFile(root / "token"),
        tls=Tls(ca_file=str(authority) if authority.is_file() else ""),
        namespace=space.read_text().strip() if space.is_file() else "default",
        origin=str(root),
    )
