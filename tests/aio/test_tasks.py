"""Bounded work, supervision and leak checks, in virtual time."""

from __future__ import annotations

import asyncio
from random import Random

import pytest

from mendloop.aio.tasks import (
    Failure,
    OwnedTasks,
    Restarts,
    abandoned_tasks,
    deadline,
    leaked_tasks,
    remaining_s,
    run_bounded,
    supervise,
)
from mendloop.aio.virtual import run
from mendloop.errors.exceptions import Timeout


async def stubborn(times: int, seconds: float = 100.0) -> str:
    """Swallows its cancellation `times` times."""
    for _ in range(times):
        try:
            await asyncio.sleep(seconds)
        except asyncio.CancelledError:
            continue
    await asyncio.sleep(seconds)
    return "late"


def now() -> float:
    return asyncio.get_running_loop().time()


def test_a_deadline_raises_our_timeout_at_its_time() -> None:
    async def main() -> float:
        with pytest.raises(Timeout, match="reading took longer than 3 s"):
            async with deadline(3, what="reading"):
                await asyncio.sleep(10)
        return now()

    assert run(main()) == 3.0


def test_the_shorter_of_nested_deadlines_wins() -> None:
    async def main() -> float:
        with pytest.raises(Timeout):
            async with deadline(2), deadline(50):
                assert remaining_s() == 2.0
                await asyncio.sleep(10)
        assert remaining_s() == float("inf")
        return now()

    assert run(main()) == 2.0


def test_a_foreign_timeout_inside_a_deadline_stays_what_it_is() -> None:
    async def main() -> None:
        async with deadline(3):
            raise TimeoutError("of a library")

    with pytest.raises(TimeoutError, match="of a library"):
        run(main())


def test_r46_bounded_work_is_interrupted_at_its_limit() -> None:
    async def main() -> float:
        with pytest.raises(Timeout, match=r"call, waiting in .*took longer than 5 s"):
            await run_bounded(asyncio.sleep(100), 5, name="call")
        return now()

    assert run(main()) == 5.0


def test_r46_work_that_swallows_its_cancellation_is_abandoned_and_reported() -> None:
    async def main() -> float:
        reported: list[str] = []
        with pytest.raises(Timeout):
            await run_bounded(
                stubborn(1), 5, 2, name="bad call", on_abandoned=lambda task: reported.append(task.get_name())
            )
        assert reported == ["bad call"]
        assert [task.get_name() for task in abandoned_tasks()] == ["bad call"]
        ended = now()
        await asyncio.sleep(200)
        assert not abandoned_tasks()
        return ended

    assert run(main()) == 7.0


def test_bounded_work_keeps_its_own_exception() -> None:
    async def broken() -> None:
        raise LookupError("mine")

    with pytest.raises(LookupError, match="mine"):
        run(run_bounded(broken(), 5))


def test_canceling_the_caller_cancels_the_bounded_work_and_stays_a_cancellation() -> None:
    async def main() -> list[str]:
        seen: list[str] = []

        async def work() -> None:
            try:
                await asyncio.sleep(100)
            finally:
                seen.append("ended")

        task = asyncio.create_task(run_bounded(work(), 50))
        await asyncio.sleep(1)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        return seen

    assert run(main()) == ["ended"]


def test_a_supervised_task_comes_back_slower_each_time_up_to_the_cap() -> None:
    async def main() -> list[Failure]:
        failures: list[Failure] = []

        async def falls() -> None:
            raise OSError("reset")

        restarts = Restarts(first_s=1, cap_s=8)
        with pytest.raises(Timeout):
            async with deadline(100):
                await supervise("stream", falls, failures.append, rng=Random(1), restarts=restarts)
        return failures

    failures = run(main())
    delays = [failure.delay_s for failure in failures]
    assert all(0.5 <= delay <= 1 for delay in delays[:1])
    assert all(4 <= delay <= 8 for delay in delays[3:])
    assert 12 <= len(failures) <= 30
    assert {type(failure.error) for failure in failures} == {OSError}


def test_a_supervised_task_that_returns_is_reported_and_restarted() -> None:
    async def main() -> list[Failure]:
        failures: list[Failure] = []
        with pytest.raises(Timeout):
            async with deadline(1):
                await supervise("stream", lambda: asyncio.sleep(0), failures.append, rng=Random(1))
        return failures

    assert run(main())[0].error is None


def test_a_long_healthy_run_resets_the_restart_delay() -> None:
    async def main() -> list[int]:
        failures: list[Failure] = []

        async def falls_late() -> None:
            await asyncio.sleep(61)

        with pytest.raises(Timeout):
            async with deadline(200):
                await supervise("stream", falls_late, failures.append, rng=Random(1))
        return [failure.failures for failure in failures]

    assert run(main()) == [1, 1, 1]


def test_owned_tasks_end_with_their_owner_within_the_grace() -> None:
    async def main() -> tuple[float, list[Failure]]:
        failures: list[Failure] = []
        async with OwnedTasks(on_failure=failures.append, grace_s=3) as own:
            own.start(asyncio.sleep(1000), name="good")
            own.start(stubborn(1), name="bad")
            await asyncio.sleep(1)
        return now(), failures

    ended, failures = run(main())
    assert ended == 4.0
    assert [failure.name for failure in failures] == ["bad"]
    assert isinstance(failures[0].error, Timeout)


def test_an_owned_task_that_fails_is_reported_and_leaves_its_siblings() -> None:
    async def main() -> list[str]:
        failures: list[Failure] = []

        async def broken() -> None:
            raise LookupError("x")

        async with OwnedTasks(on_failure=failures.append) as own:
            sibling = own.start(asyncio.sleep(10, "alive"), name="sibling")
            own.start(broken(), name="broken")
            assert await sibling == "alive"
        return [failure.name for failure in failures]

    assert run(main()) == ["broken"]


def test_leaked_tasks_are_named_with_the_place_where_they_wait() -> None:
    async def main() -> list[str]:
        task = asyncio.create_task(asyncio.sleep(5), name="forgotten")
        await asyncio.sleep(1)
        leaks = leaked_tasks()
        task.cancel()
        return leaks

    assert [leak.partition(" ")[0] for leak in run(main())] == ["forgotten:"]
