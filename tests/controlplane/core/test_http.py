"""Over HTTP: who asks, and what happens to watches of clients that go."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import aiohttp
import pytest

from mendloop.controlplane import ControlPlane, User
from mendloop.controlplane.tokens import TokenFileError, read_tokens

from .asking import CMS, create

pytestmark = pytest.mark.real_time


def test_reads_kube_apiservers_token_file(tmp_path: Path) -> None:
    file = tmp_path / "tokens.csv"
    file.write_text('s3cret,alice,7,"admins,ops"\nother,bob,8\n')
    assert read_tokens(file) == {
        "s3cret": User("alice", "7", ("admins", "ops", "system:authenticated")),
        "other": User("bob", "8", ("system:authenticated",)),
    }


def test_names_the_line_of_a_token_file_that_cannot_be_read(tmp_path: Path) -> None:
    file = tmp_path / "tokens.csv"
    file.write_text("good,alice,7\nbad\n")
    with pytest.raises(TokenFileError, match=r"tokens\.csv:2: expected token,user,uid"):
        read_tokens(file)


async def test_with_tokens_nobody_else_is_let_in() -> None:
    plane = ControlPlane(seed=1)
    async with plane.serve(tokens={"s3cret": User("alice")}) as url, aiohttp.ClientSession() as session:
        seen = []
        for header in ({}, {"authorization": "Bearer wrong"}, {"authorization": "Bearer s3cret"}):
            async with session.get(f"{url}{CMS}", headers=header) as answer:
                seen.append((answer.status, (await answer.json()).get("message")))
    assert seen == [(401, "Unauthorized"), (401, "Unauthorized"), (200, None)]
    assert plane.log[-1].user == "alice"


async def test_an_administrator_may_act_as_another() -> None:
    plane = ControlPlane(seed=1)
    async with plane.serve() as url, aiohttp.ClientSession() as session:
        (await session.get(f"{url}{CMS}", headers={"impersonate-user": "eve"})).close()
    assert plane.log[-1].user == "eve"


async def test_a_watch_ends_when_its_client_goes() -> None:
    plane = ControlPlane(seed=1)
    collection = plane.world.store.collection("", "configmaps")
    listeners = len(collection._listeners)
    async with plane.serve() as url, aiohttp.ClientSession() as session:
        async with session.get(f"{url}{CMS}?watch=1") as answer:
            create(plane, "a")
            assert b'"ADDED"' in await answer.content.readline()
            assert len(collection._listeners) == listeners + 1
        async with asyncio.timeout(5):
            while len(collection._listeners) > listeners:
                await session.head(url)  # a round trip, in which the server may notice


async def test_stopping_the_server_ends_open_watches() -> None:
    plane = ControlPlane(seed=1)
    async with aiohttp.ClientSession() as session:
        async with asyncio.timeout(5), plane.serve() as url:
            answer = await session.get(f"{url}{CMS}?watch=1")
        assert await answer.content.read() == b""


async def test_a_port_in_use_is_an_os_error() -> None:
    plane = ControlPlane(seed=1)
    async with plane.serve() as url:
        port = int(url.rpartition(":")[2])
        with pytest.raises(OSError, match="address already in use"):
            async with plane.serve(port):
                pass
    assert os.name == "posix"
