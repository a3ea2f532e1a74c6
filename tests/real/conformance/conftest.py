"""Runs the request scripts of this folder on a real API server and on the embedded one.

With `MENDLOOP_RECORD=1` the real server's answers are written down for `tests/controlplane/conformance`,
which replays them where there is no real server.
"""

from __future__ import annotations

import asyncio
import gzip
import json
import os
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from mendloop.controlplane import ControlPlane
from mendloop.controlplane.real import RealControlPlane

from ...controlplane.conformance.sidebyside import (
    Step,
    comparable,
    differing,
    namespace_of,
    perform,
    send_to_embedded,
    send_to_real,
    until_served,
)

RECORD = Path(__file__).parents[2] / "vectors" / "controlplane" / "conformance.json.gz"
Compare = Callable[[Sequence[Step]], None]


@pytest.fixture(scope="session")
def bare(binaries: Path) -> Iterator[RealControlPlane]:
    """A real API server without controllers, so that nobody else changes what a script looks at."""
    plane = RealControlPlane(binaries=binaries, controllers=())
    asyncio.run(plane.start())
    try:
        yield plane
    finally:
        plane.stop()


@pytest.fixture(scope="session")
def record() -> Iterator[list[Any]]:
    """What was asked and answered; written down at the end if that was asked for."""
    rows: list[Any] = []
    yield rows
    if os.environ.get("MENDLOOP_RECORD"):
        ordered = json.dumps(sorted(rows, key=lambda row: str(row["name"])), separators=(",", ":"))
        RECORD.write_bytes(gzip.compress(ordered.encode(), 9, mtime=0))


@pytest.fixture
def compare(bare: RealControlPlane, record: list[Any], request: pytest.FixtureRequest) -> Compare:
    """`compare(script)` runs a script on both servers and fails at the first step that they answer unlike."""

    def run(script: Sequence[Step]) -> None:
        sides = (send_to_real(bare), send_to_embedded(ControlPlane()))
        name = f"{request.path.stem}::{request.node.name}"
        namespace, answers = namespace_of(name), []
        for send in sides:
            perform(send, ("POST", "namespaces", {"metadata": {"name": namespace}}), namespace)
        for at, step in enumerate(script):
            if step[0] == "SERVED":
                for send in sides:
                    until_served(send, step, namespace)
                answers.append(None)
                continue
            if step[0] == "WAIT":  # for what a real server takes in a moment later
                time.sleep(step[2])
                answers.append(None)
                continue
            real, ours = (comparable(perform(send, step, namespace)) for send in sides)
            differences = "\n".join(differing(real, ours))
            assert not differences, f"step {at}: {step[0]} {step[1]}\n{differences}"
            answers.append(real)
        record.append({"name": name, "script": script, "answers": answers})

    return run
