"""The recorded answers are still those of a real API server."""

from __future__ import annotations

import asyncio
import json

import pytest

from mendloop.controlplane.real import BinariesNotFound, RealControlPlane, find_binaries

from .exchanges import TALK
from .record import RECORDED, asker
from .talking import hold


@pytest.mark.real
@pytest.mark.real_time
async def test_a_real_server_still_answers_as_recorded() -> None:
    try:
        binaries = find_binaries(".kube/bin")
    except BinariesNotFound as missing:
        pytest.skip(str(missing))
    async with RealControlPlane(binaries=binaries, controllers=()) as real:
        ask = asker(real.url, real.token("admin"), real.ssl_context())
        answers = await asyncio.to_thread(hold, TALK, ask)
    recorded = [json.loads(line) for line in RECORDED.read_text().splitlines()]
    assert [{"id": name, **answer} for name, answer in answers.items()] == recorded
