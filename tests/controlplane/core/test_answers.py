"""Every answer of the embedded control plane against the one that a real kube-apiserver 1.36.3 gave.

`record.py` asked the real server; where it can be started here, it is asked again.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable
from functools import cache
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from mendloop.controlplane import ControlPlane, Request
from mendloop.controlplane.watching import WatchStream

from .exchanges import TALK, Step
from .record import RECORDED, asker
from .talking import Ask, Reply, hold

# Where the embedded one knowingly differs, and how.
DEPARTURES: dict[str, str] = {
    "cr-other-version": "no warning about every field of a version that is not served",
}


def embedded(plane: ControlPlane) -> Ask:
    def ask(step: Step) -> Reply:
        place = urlsplit(step.path)
        headers = {"user-agent": "talk/1"}
        if step.body is not None:
            headers["content-type"] = step.type
        if step.accept:
            headers["accept"] = step.accept
        text = step.text()
        method = "GET" if step.method == "WAIT" else step.method
        query = tuple(parse_qsl(place.query, keep_blank_values=True))
        request = Request(method, place.path, query, headers, None if text is None else text.encode())
        answer = plane.handle(request)
        if isinstance(answer, WatchStream):
            answer.close()
            return Reply(answer.status, answer.headers, b"".join(answer.take()))
        return Reply(answer.status, answer.headers, answer.body)

    return ask


@cache
def ours() -> dict[str, Any]:
    return hold(TALK, embedded(ControlPlane(seed=1)))


@cache
def recorded() -> dict[str, Any]:
    lines = (json.loads(line) for line in RECORDED.read_text().splitlines())
    return {line.pop("id"): line for line in lines}


@pytest.mark.parametrize("name", [step.id for step in TALK if step.method != "WAIT"])
def test_answers_as_a_real_server(name: str) -> None:
    if name in DEPARTURES:
        assert ours()[name] != recorded()[name], f"{name} is the same by now; it is no departure any more"
        return
    assert ours()[name] == recorded()[name]


@pytest.mark.parametrize(
    "name",
    [
        "dep-status-put-stale",
        "dep-status-patch-stale",
        "put-stale",
        "apply-stale",
        "delete-rv",
        "cr-put-stale",
        "cr-status-stale",
        "cr-status-put-stale",
        "merge-stale",
        "dep-scale-stale",
    ],
)
def test_r76_a_write_with_an_outdated_version_is_a_conflict(name: str) -> None:
    """A double that takes an old status makes lost updates invisible."""
    answer = ours()[name]
    assert answer["status"] == 409
    assert answer["body"]["reason"] == "Conflict"
    assert answer == recorded()[name]


def test_over_http_the_answers_are_the_same() -> None:
    """But for most watches, each of which takes its whole second there."""
    steps = [step for step in TALK if "timeoutSeconds" not in step.path or step.id == "watch-since"]

    async def talk() -> dict[str, Any]:
        async with ControlPlane(seed=1).serve() as url:
            return await asyncio.to_thread(hold, steps, asker(url, "", None))

    loop_factory: Callable[[], asyncio.AbstractEventLoop] = asyncio.SelectorEventLoop
    with asyncio.Runner(loop_factory=loop_factory) as runner:
        answers = runner.run(talk())
    differing = [name for name in answers if answers[name] != ours()[name]]
    assert not differing


def test_the_recorded_talk_is_the_one_of_today() -> None:
    asked = [step.id for step in TALK if step.method != "WAIT"]
    assert list(recorded()) == asked, "run python -m tests.controlplane.core.record"
    assert all(re.fullmatch(r"[a-z0-9-]+", name) for name in asked)
