"""The control planes that tests run on: a real one a session, a fresh namespace of it a test."""

from __future__ import annotations

import asyncio
import itertools
import json
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from mendloop.controlplane.real import BinariesNotFound, RealControlPlane, find_binaries

BINARIES = Path(__file__).parent.parent / ".kube" / "bin"

_names = itertools.count(1)


@pytest.fixture(scope="session")
def binaries() -> Path:
    """The folder of the executables; skips where they are not found anywhere."""
    try:
        find_binaries(BINARIES)
    except BinariesNotFound as absent:
        pytest.skip(str(absent))
    return BINARIES


@pytest.fixture(scope="session")
def real(binaries: Path) -> Iterator[RealControlPlane]:
    """A control plane shared by all tests; what a test writes belongs into its own `namespace`."""
    plane = RealControlPlane(binaries=binaries)
    asyncio.run(plane.start())
    try:
        yield plane
    finally:
        plane.stop()


Call = Callable[..., Any]


@pytest.fixture(scope="session")
def call(real: RealControlPlane) -> Call:
    """`call(method, path, body=None, user="admin")`: one request, decoded; for setting up and looking on."""
    context = real.ssl_context()

    def send(method: str, path: str, body: object = None, *, user: str = "admin") -> Any:
        request = urllib.request.Request(
            real.url + path,
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": f"Bearer {real.token(user)}", "Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, context=context, timeout=30) as answer:
            return json.loads(answer.read())

    return send


@pytest.fixture
def namespace(call: Call) -> Iterator[str]:
    """The name of an empty namespace; it is deleted afterwards, without waiting for it to go."""
    name = f"t{next(_names)}"
    call("POST", "/api/v1/namespaces", {"metadata": {"name": name}})
    yield name
    call("DELETE", f"/api/v1/namespaces/{name}")
