"""The virtual-time loop: order and times of what waits, real sockets and threads, deadlocks."""

from __future__ import annotations

import asyncio
import time

import pytest

from mendloop.aio.virtual import Deadlock, VirtualTimeLoop, run


def test_an_hour_of_sleep_takes_no_real_time() -> None:
    async def main() -> float:
        await asyncio.sleep(3600)
        return asyncio.get_running_loop().time()

    began = time.perf_counter()
    assert run(main()) == 3600.0
    assert time.perf_counter() - began < 1.0


def test_timers_fire_in_order_at_their_exact_times() -> None:
    async def main() -> list[tuple[float, str]]:
        seen: list[tuple[float, str]] = []

        async def at(delay: float, name: str) -> None:
            await asyncio.sleep(delay)
            seen.append((asyncio.get_running_loop().time(), name))

        async with asyncio.TaskGroup() as group:
            for delay, name in ((0.3, "c"), (0.1, "a"), (0.2, "b"), (0.1, "a2")):
                group.create_task(at(delay, name))
        return seen

    assert run(main()) == [(0.1, "a"), (0.1, "a2"), (0.2, "b"), (0.3, "c")]


def test_work_that_is_ready_runs_before_time_moves() -> None:
    async def main() -> list[str]:
        seen = []
        loop = asyncio.get_running_loop()
        loop.call_later(0.001, seen.append, "timer")
        for _ in range(1000):
            await asyncio.sleep(0)
        seen.append("ready")
        await asyncio.sleep(1)
        return seen

    assert run(main()) == ["ready", "timer"]


def test_a_timeout_on_a_silent_peer_fires_without_waiting() -> None:
    async def main() -> float:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(30):
                await asyncio.Event().wait()
        return asyncio.get_running_loop().time()

    assert run(main()) == 30.0


def test_a_deadlock_names_each_task_and_where_it_waits() -> None:
    async def stuck(event: asyncio.Event) -> None:
        await event.wait()

    async def main() -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(stuck(asyncio.Event()), name="the stuck one")

    with pytest.raises(Deadlock, match=r"2 tasks wait for ever(.|\n)*the stuck one: .*stuck \(test_virtual"):
        run(main())


def test_both_ends_of_a_socket_may_live_on_the_loop() -> None:
    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(10)
        writer.write(await reader.readline())
        writer.close()

    async def main() -> tuple[bytes, float]:
        server = await asyncio.start_server(echo, "127.0.0.1", 0)
        async with server:
            reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
            writer.write(b"hello\n")
            async with asyncio.timeout(60):
                line = await reader.read()
            writer.close()
        return line, asyncio.get_running_loop().time()

    line, now = run(main())
    assert line == b"hello\n"
    assert 10.0 <= now < 60.0


def test_a_thread_is_waited_for_in_real_time() -> None:
    async def main() -> tuple[int, float]:
        async with asyncio.timeout(1):
            answer = await asyncio.to_thread(lambda: time.sleep(0.02) or 42)
        return answer, asyncio.get_running_loop().time()

    assert run(main()) == (42, 0.0)


def test_the_class_is_a_loop_factory() -> None:
    with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
        runner.run(asyncio.sleep(5))
        runner.run(asyncio.sleep(5))
        assert runner.get_loop().time() == 10.0
