"""Each test here runs twice: on the embedded control plane in virtual time, and on a real one."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from mendloop.controlplane import ControlPlane
from mendloop.kube.kubeconfig import load_cluster
from mendloop.kube.wire import AiohttpTransport

sys.path.insert(0, str(Path(__file__).parent))  # importlib mode leaves a test's neighbours to the test

from stage import Stage

BOTH = [
    "embedded",
    pytest.param("real", marks=[pytest.mark.real, pytest.mark.real_time]),
]


@pytest.fixture(params=BOTH)
def target(request: pytest.FixtureRequest) -> tuple[Path, str] | None:
    """A kubeconfig and a namespace of the real control plane; None for the embedded one."""
    if request.param == "embedded":
        return None
    kubeconfig: Path = request.getfixturevalue("tmp_path") / "kubeconfig"
    request.getfixturevalue("real").kubeconfig(kubeconfig)
    return kubeconfig, request.getfixturevalue("namespace")


@pytest.fixture
async def embedded() -> AsyncIterator[Stage]:
    """The embedded control plane alone, for what takes virtual minutes."""
    plane = ControlPlane(seed=0)
    async with plane.running():
        yield Stage(plane.transport(), "default", real=False)


@pytest.fixture
async def stage(target: tuple[Path, str] | None) -> AsyncIterator[Stage]:
    if target is None:
        plane = ControlPlane(seed=0)
        async with plane.running():
            yield Stage(plane.transport(), "default", real=False)
        return
    kubeconfig, namespace = target
    transport = AiohttpTransport(load_cluster(kubeconfig))
    try:
        yield Stage(transport, namespace, real=True)
    finally:
        await transport.close()
