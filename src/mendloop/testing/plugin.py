"""The pytest plug-in: `async def` tests in virtual time, a control plane and a cluster as fixtures.

It is loaded by pytest wherever mendloop is installed, so it imports nothing that pytest has not
imported already, and does nothing until `mendloop_asyncio` is set:

    [tool.pytest.ini_options]
    mendloop_asyncio = "virtual"     # or "real"; "off" unless stated

With `virtual`, time stands still while code runs and jumps to the next timer when all wait. A test
marked `real_time` runs on a real loop nevertheless, which is what real sockets need. A test fails that
leaves a task or a timer behind, or an exception that nobody looked at.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Generator, Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from mendloop.controlplane import ControlPlane

    from .cluster import Cluster
    from .loops import LoopOfTest

MODES = ("virtual", "real", "off")
_LOOP = pytest.StashKey["LoopOfTest"]()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addini(
        "mendloop_asyncio",
        "how mendloop runs `async def` tests: virtual (time), real (time) or off",
        default="off",
    )


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "real_time: run this test on a real event loop, not in virtual time")
    if _mode(config) not in MODES:
        raise pytest.UsageError(f"mendloop_asyncio is {_mode(config)!r}; it is one of {', '.join(MODES)}")


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Runs a coroutine function to its end on the test's own loop."""
    if _mode(pyfuncitem.config) == "off":
        return None
    if getattr(pyfuncitem.obj, "is_hypothesis_test", False):
        _run_examples_on_the_loop(pyfuncitem)
        return None
    if not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    arguments = {name: pyfuncitem.funcargs[name] for name in pyfuncitem._fixtureinfo.argnames}
    _loop_of(pyfuncitem).run_test(pyfuncitem.obj(**arguments))
    return True


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup(
    fixturedef: pytest.FixtureDef[Any], request: pytest.FixtureRequest
) -> Generator[None, object, object]:
    """Runs an async fixture on the loop of the test that asks for it."""
    function = fixturedef.func
    if not (inspect.iscoroutinefunction(function) or inspect.isasyncgenfunction(function)):
        return (yield)
    if _mode(request.config) == "off":
        if function.__module__ == __name__:
            pytest.fail(
                f"the fixture {fixturedef.argname!r} runs on mendloop's loop: "
                "set `mendloop_asyncio = virtual` (or real) in pytest's configuration",
                pytrace=False,
            )
        return (yield)
    if fixturedef.scope != "function":
        pytest.fail(
            f"the async fixture {fixturedef.argname!r} has scope {fixturedef.scope!r}, "
            "but each test has a loop of its own: give it function scope",
            pytrace=False,
        )
    fixturedef.func = _on_the_loop(function, request)  # type: ignore[misc]
    try:
        return (yield)
    finally:
        fixturedef.func = function  # type: ignore[misc]


@pytest.hookimpl(wrapper=True, trylast=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None, object, object]:
    """Closes the test's loop once its fixtures are down, and says what was left on it."""
    result = yield
    if (loop := item.stash.get(_LOOP, None)) is not None:
        del item.stash[_LOOP]
        loop.close()
    return result


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """An exception that nobody could raise (in a finaliser, say) fails the async test it happened in."""
    if _mode(config) == "off":
        return
    strict = pytest.mark.filterwarnings("error::pytest.PytestUnraisableExceptionWarning")
    for item in items:
        if isinstance(item, pytest.Function) and inspect.iscoroutinefunction(item.obj):
            item.add_marker(strict, append=False)


@pytest.fixture
async def control_plane() -> AsyncIterator[ControlPlane]:
    """An embedded Kubernetes API of this test's own, its built-in controllers running with the loop."""
    from mendloop.controlplane import ControlPlane

    plane = ControlPlane(seed=0)
    async with plane.running():
        yield plane


@pytest.fixture
async def cluster(control_plane: ControlPlane) -> Cluster:
    """A control plane with typed verbs on it, and operators run by `async with cluster.run(op)`."""
    from .cluster import Cluster

    return Cluster(control_plane)


def _mode(config: pytest.Config) -> str:
    return str(config.getini("mendloop_asyncio"))


def _loop_of(item: pytest.Item) -> LoopOfTest:
    loop = item.stash.get(_LOOP, None)
    if loop is None:
        from .loops import LoopOfTest

        virtual = _mode(item.config) == "virtual" and item.get_closest_marker("real_time") is None
        loop = item.stash[_LOOP] = LoopOfTest(item.name, virtual=virtual)
    return loop


def _on_the_loop(function: Callable[..., Any], request: pytest.FixtureRequest) -> Callable[..., Any]:
    name = f"fixture {function.__name__}"
    if inspect.iscoroutinefunction(function):

        @functools.wraps(function)
        def plain(*args: Any, **kwargs: Any) -> Any:
            return _loop_of(request.node).run(function(*args, **kwargs), name=name)

        return plain

    @functools.wraps(function)
    def generator(*args: Any, **kwargs: Any) -> Iterator[Any]:
        with _loop_of(request.node).entered(function(*args, **kwargs), name=name) as value:
            yield value

    return generator


def _run_examples_on_the_loop(item: pytest.Function) -> None:
    """hypothesis calls the inner test once an example; each is run to its end on the test's loop."""
    handle = item.obj.hypothesis
    inner = handle.inner_test
    if not inspect.iscoroutinefunction(inner):
        return

    @functools.wraps(inner)
    def example(*args: Any, **kwargs: Any) -> None:
        _loop_of(item).run_test(inner(*args, **kwargs))

    handle.inner_test = example
    # The function is shared by every run of this test (parametrised, repeated).
    item.addfinalizer(functools.partial(setattr, handle, "inner_test", inner))
