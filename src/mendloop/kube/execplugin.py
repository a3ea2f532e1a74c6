"""Credentials from a program, as kubeconfigs of cloud providers name one.

Source: Kubernetes, "client-go credential plugins" (client.authentication.k8s.io/v1 and v1beta1).
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import msgspec

from mendloop.errors.exceptions import Denied, Timeout
from mendloop.kube.auth import NEVER
from mendloop.kube.tls import Certificate

VERSIONS: Final = ("client.authentication.k8s.io/v1", "client.authentication.k8s.io/v1beta1")
TIMEOUT_S: Final = 60.0
EARLY_S: Final = 10.0  # renewed so long before it expires
MAX_OUTPUT_BYTES: Final = 1 << 20


class ExecSpec(msgspec.Struct, frozen=True):
    """What to run; `folder` is that of the kubeconfig, to which a relative command refers."""

    command: str
    args: tuple[str, ...] = ()
    env: tuple[tuple[str, str], ...] = ()
    api_version: str = VERSIONS[0]
    install_hint: str = ""
    cluster: Mapping[str, Any] | None = None
    folder: str = ""


class _Status(msgspec.Struct, rename="camel"):
    token: str = ""
    expiration_timestamp: datetime | None = None
    client_certificate_data: str = ""
    client_key_data: str = ""


class _Credential(msgspec.Struct, rename="camel"):
    api_version: str = ""
    kind: str = ""
    status: _Status | None = None


class ExecPlugin:
    """Runs the program when a credential is needed, and keeps what it says until that expires.

    Errors: `Denied` when it cannot be run, fails, or says something else than a credential; its standard
    error is shown, its output never. `Timeout` after a minute.
    """

    def __init__(self, spec: ExecSpec) -> None:
        self.authorization = ""
        self.certificate: Certificate | None = None
        self.due_at = 0.0
        self._spec = spec

    async def refresh(self, now: float, *, rejected: bool) -> None:
        if now < self.due_at and not rejected:
            return
        status = await self._ask()
        expires = status.expiration_timestamp
        self.due_at = NEVER if expires is None else max(now + 1.0, expires.timestamp() - EARLY_S)
        self.authorization = f"Bearer {status.token}" if status.token else ""
        if status.client_certificate_data:
            cert, key = status.client_certificate_data.encode(), status.client_key_data.encode()
            self.certificate = Certificate(cert_pem=cert, key_pem=key)

    async def _ask(self) -> _Status:
        output = await self._run()
        name = self._spec.command
        try:
            said = msgspec.json.decode(output, type=_Credential)
        except msgspec.DecodeError as error:
            raise Denied(f"exec plug-in {name!r} did not write an ExecCredential: {error}") from error
        if said.api_version != self._spec.api_version:
            stated = said.api_version or "no apiVersion"
            raise Denied(f"exec plug-in {name!r} wrote {stated} where {self._spec.api_version} is configured")
        if said.status is None or not (said.status.token or said.status.client_certificate_data):
            raise Denied(f"exec plug-in {name!r} gave neither a token nor a certificate")
        return said.status

    async def _run(self) -> bytes:
        spec = self._spec
        try:
            process = await asyncio.create_subprocess_exec(
                self._program(),
                *spec.args,
                env={**os.environ, **dict(spec.env), "KUBERNETES_EXEC_INFO": self._info()},
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
            )
        except OSError as error:
            hint = f"\n{spec.install_hint}" if spec.install_hint else ""
            raise Denied(f"exec plug-in {spec.command!r} cannot be run: {error.strerror}{hint}") from error
        try:
            async with asyncio.timeout(TIMEOUT_S):
                output, complaint = await process.communicate()
        except TimeoutError as error:
            raise Timeout(f"exec plug-in {spec.command!r} took longer than {TIMEOUT_S:g} s") from error
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        if process.returncode or len(output) > MAX_OUTPUT_BYTES:
            told = complaint.decode(errors="replace").strip()[-500:]
            raise Denied(f"exec plug-in {spec.command!r} ended with {process.returncode}: {told}")
        return output

    def _program(self) -> str:
        command = self._spec.command
        is_relative = "/" in command and not command.startswith("/")
        return str(Path(self._spec.folder, command)) if is_relative else command

    def _info(self) -> str:
        """What the program is told about its task; it has no terminal here."""
        spec: dict[str, Any] = {"interactive": False}
        if self._spec.cluster is not None:
            spec["cluster"] = self._spec.cluster
        info = {"apiVersion": self._spec.api_version, "kind": "ExecCredential", "spec": spec}
        return msgspec.json.encode(info).decode()
