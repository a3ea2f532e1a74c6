"""The answers of a real server as tests/real/conformance wrote them down, for where there is none."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from mendloop.controlplane import ControlPlane

from .sidebyside import comparable, differing, namespace_of, perform, send_to_embedded

RECORD = Path(__file__).parents[2] / "vectors" / "controlplane" / "conformance.json.gz"
ROWS: list[Any] = json.loads(gzip.decompress(RECORD.read_bytes()))


@pytest.mark.parametrize("row", ROWS, ids=[row["name"] for row in ROWS])
def test_answers_as_a_real_server_did(row: dict[str, Any]) -> None:
    send, namespace = send_to_embedded(ControlPlane()), namespace_of(row["name"])
    perform(send, ("POST", "namespaces", {"metadata": {"name": namespace}}), namespace)
    for step, real in zip(row["script"], row["answers"], strict=True):
        if step[0] in ("SERVED", "WAIT"):
            continue
        ours = comparable(perform(send, step, namespace))
        differences = "\n".join(differing(real, ours))
        assert not differences, f"{step[0]} {step[1]}\n{differences}"
