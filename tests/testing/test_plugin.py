"""The plug-in, seen from a user's project: each test writes one and runs pytest in it."""

from __future__ import annotations

import subprocess
import sys

import pytest

pytest_plugins = ["pytester"]


@pytest.fixture
def project(pytester: pytest.Pytester) -> pytest.Pytester:
    pytester.makeini("[pytest]\nmendloop_asyncio = virtual\n")
    return pytester


def run(project: pytest.Pytester, source: str, *options: str) -> pytest.RunResult:
    # Its plug-in imports all of hypothesis to say goodbye: two seconds a run.
    options = ("-p", "no:randomly", "-p", "no:hypothesispytest", *options)
    project.makepyfile("import asyncio, time, pytest\n" + source)
    return project.runpytest_inprocess(*options)


def test_costs_nothing_where_it_is_not_used() -> None:
    """It is loaded into every pytest run of everyone who has mendloop installed."""
    script = "import sys, mendloop.testing.plugin; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True)
    assert {"mendloop.testing.loops", "asyncio", "aiohttp", "msgspec"}.isdisjoint(loaded.stdout.split())


def test_is_off_unless_stated(pytester: pytest.Pytester) -> None:
    result = run(pytester, "async def test_one():\n    raise AssertionError('ran')\n", "-W", "ignore")
    result.stdout.no_fnmatch_line("*AssertionError: ran*")


def test_a_mode_that_does_not_exist_is_refused(pytester: pytest.Pytester) -> None:
    pytester.makeini("[pytest]\nmendloop_asyncio = auto\n")
    result = run(pytester, "def test_one(): pass\n")
    result.stderr.fnmatch_lines(["*mendloop_asyncio is 'auto'; it is one of virtual, real, off*"])


def test_a_day_passes_at_once(project: pytest.Pytester) -> None:
    result = run(
        project,
        """
async def test_day():
    began = time.monotonic()
    await asyncio.sleep(86_400)
    assert asyncio.get_running_loop().time() >= 86_400
    assert time.monotonic() - began < 5
""",
    )
    result.assert_outcomes(passed=1)


def test_the_marker_real_time_gives_a_real_loop(project: pytest.Pytester) -> None:
    result = run(
        project,
        """
@pytest.mark.real_time
async def test_real():
    began = time.monotonic()
    await asyncio.sleep(0.02)
    assert time.monotonic() - began >= 0.019
""",
        "--strict-markers",
    )
    result.assert_outcomes(passed=1)


def test_a_failure_in_an_async_test_is_a_failure(project: pytest.Pytester) -> None:
    result = run(project, "async def test_one():\n    await asyncio.sleep(1)\n    assert 1 == 2\n")
    result.assert_outcomes(failed=1)


def test_a_task_that_is_left_behind_fails_the_test_and_is_named(project: pytest.Pytester) -> None:
    result = run(
        project,
        """
async def forgotten():
    await asyncio.Event().wait()

async def test_leak():
    test_leak.task = asyncio.create_task(forgotten(), name="renew lease")
""",
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*left on its event loop*", "*task 'renew lease', waiting in *forgotten*"])


def test_a_timer_that_is_left_behind_fails_the_test(project: pytest.Pytester) -> None:
    result = run(
        project,
        """
def retry_the_call(): pass

async def test_leak():
    asyncio.get_running_loop().call_later(30, retry_the_call)
""",
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*timer*retry_the_call*"])


def test_a_cancelled_task_may_still_end(project: pytest.Pytester) -> None:
    result = run(
        project,
        """
async def test_cancelled():
    task = asyncio.create_task(asyncio.sleep(60))
    await asyncio.sleep(0)
    task.cancel()
""",
    )
    result.assert_outcomes(passed=1)


def test_an_exception_that_nobody_looked_at_fails_the_test(project: pytest.Pytester) -> None:
    result = run(
        project,
        """
async def broken():
    raise ValueError("nobody saw this")

async def test_unseen():
    task = asyncio.create_task(broken())
    await asyncio.sleep(1)
    del task
""",
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*never retrieved*nobody saw this*"])


def test_an_exception_in_a_finaliser_fails_the_test(project: pytest.Pytester) -> None:
    result = run(
        project,
        """
class Handle:
    def __del__(self): raise ValueError("in a finaliser")

async def test_unraisable():
    handle = Handle()
    del handle
""",
    )
    assert result.parseoutcomes().get("passed", 0) == 0 or result.ret != 0


def test_async_generators_are_closed_on_their_loop(project: pytest.Pytester) -> None:
    result = run(
        project,
        """
closed = []

async def numbers():
    try:
        yield 1
    finally:
        await asyncio.sleep(0)
        closed.append(True)

async def test_open():
    test_open.kept = numbers()
    assert await anext(test_open.kept) == 1

def test_after():
    assert closed == [True]
""",
    )
    result.assert_outcomes(passed=2)


def test_fixtures_and_test_share_loop_context_and_order(project: pytest.Pytester) -> None:
    result = run(
        project,
        """
import contextvars
who = contextvars.ContextVar("who")
log = []

@pytest.fixture
async def name():
    who.set("fixture")
    await asyncio.sleep(1)
    return "n"

@pytest.fixture
async def ticker(name):
    async with asyncio.TaskGroup() as group:     # entered and left in one task
        task = group.create_task(asyncio.sleep(10_000))
        yield task
        log.append("down")
        task.cancel()

async def test_both(ticker, name):
    assert name == "n"
    await asyncio.sleep(5)
    assert not ticker.done() and who.get() == "fixture"

def test_later():
    assert log == ["down"]
""",
    )
    result.assert_outcomes(passed=2)


def test_a_leak_beside_a_fixture_is_found_when_the_fixture_is_down(project: pytest.Pytester) -> None:
    result = run(
        project,
        """
@pytest.fixture
async def something():
    yield 1

async def test_leak(something):
    test_leak.task = asyncio.create_task(asyncio.Event().wait(), name="left")
""",
    )
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["*task 'left'*"])


def test_a_fixture_that_breaks_is_an_error_of_its_own(project: pytest.Pytester) -> None:
    result = run(
        project,
        """
@pytest.fixture
async def broken():
    raise LookupError("no such thing")
    yield

async def test_one(broken): pass
""",
    )
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*LookupError: no such thing*"])


def test_a_fixture_of_a_wider_scope_is_refused(project: pytest.Pytester) -> None:
    result = run(
        project,
        """
@pytest.fixture(scope="module")
async def shared():
    return 1

async def test_one(shared): pass
""",
    )
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*'shared' has scope 'module'*each test has a loop of its own*"])


def test_methods_and_parameters_are_run_too(project: pytest.Pytester) -> None:
    result = run(
        project,
        """
class TestThings:
    @pytest.fixture
    async def base(self):
        yield 10

    @pytest.mark.parametrize("n", [1, 2])
    async def test_sum(self, base, n):
        await asyncio.sleep(n)
        assert base + n == asyncio.get_running_loop().time() + 10
""",
    )
    result.assert_outcomes(passed=2)


def test_hypothesis_examples_run_on_the_loop(project: pytest.Pytester) -> None:
    result = run(
        project,
        """
from hypothesis import given, strategies as st, settings

@settings(max_examples=5, database=None)
@given(st.integers(1, 100))
async def test_any(n):
    await asyncio.sleep(n)
    assert n >= 1
""",
    )
    result.assert_outcomes(passed=1)


def test_two_tests_never_share_a_loop(project: pytest.Pytester) -> None:
    result = run(
        project,
        """
async def test_one():
    await asyncio.sleep(100)
    assert asyncio.get_running_loop().time() == 100

async def test_two():
    assert asyncio.get_running_loop().time() == 0
""",
    )
    result.assert_outcomes(passed=2)


def test_our_fixtures_say_what_to_set_where_the_mode_is_off(pytester: pytest.Pytester) -> None:
    result = run(pytester, "def test_one(control_plane): pass\n")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*set `mendloop_asyncio = virtual`*"])
