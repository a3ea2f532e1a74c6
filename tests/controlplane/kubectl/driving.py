"""A kubectl that talks to an embedded control plane over HTTP."""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import NamedTuple

import pytest

from mendloop.controlplane import ControlPlane

ROOT = Path(__file__).parents[3]
BINARY = shutil.which(
    "kubectl", path=os.pathsep.join([str(ROOT / ".kube" / "bin"), os.environ.get("PATH", "")])
)

# Every test here needs the binary, real sockets and real time.
NEEDED = [
    pytest.mark.real,
    pytest.mark.real_time,
    pytest.mark.skipif(BINARY is None, reason="kubectl not found; `make kube` builds it"),
]


class Said(NamedTuple):
    code: int
    out: str
    error: str


class Kubectl:
    """Runs commands against one server, with nothing of the user's own configuration."""

    def __init__(self, url: str, folder: Path) -> None:
        self._common = ("--server", url, "--kubeconfig", os.devnull, "--cache-dir", str(folder / "cache"))
        self._folder = folder

    async def __call__(self, *arguments: str, stdin: str = "", env: Mapping[str, str] | None = None) -> Said:
        assert BINARY is not None
        process = await asyncio.create_subprocess_exec(
            BINARY,
            *self._common,
            *arguments,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env={"PATH": os.environ.get("PATH", ""), "HOME": str(self._folder), **(env or {})},
        )
        out, error = await process.communicate(stdin.encode())
        return Said(process.returncode or 0, out.decode(), error.decode())

    async def ok(self, *arguments: str, stdin: str = "", env: Mapping[str, str] | None = None) -> str:
        """The output of a command that must succeed."""
        said = await self(*arguments, stdin=stdin, env=env)
        assert said.code == 0, said
        return said.out


@asynccontextmanager
async def cluster() -> AsyncIterator[tuple[ControlPlane, Kubectl]]:
    plane = ControlPlane(seed=1)
    with tempfile.TemporaryDirectory() as folder:
        async with plane.serve() as url, plane.running():
            yield plane, Kubectl(url, Path(folder))
