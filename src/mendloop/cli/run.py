"""`mendloop run`: an operator on a real cluster."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

import click

from mendloop.cli.load import load_operator
from mendloop.errors import Invalid, OperatorError
from mendloop.wish.operator import Operator


@dataclass(frozen=True, slots=True, kw_only=True)
class Serving:
    """Where the process answers about itself."""

    host: str
    port: int


@click.command("run", short_help="Run an operator on a cluster.")
@click.argument("operator", metavar="OPERATOR")
@click.option("-n", "--namespace", default="", help="Only this namespace.")
@click.option("-A", "--all-namespaces", is_flag=True, help="All namespaces (the default).")
@click.option("--kubeconfig", type=click.Path(), help="Instead of $KUBECONFIG, ~/.kube/config, the pod's.")
@click.option("--context", default="", help="Which context of the kubeconfig.")
@click.option("--workers", type=click.IntRange(1, 256), default=4, show_default=True, help="A kind.")
@click.option("--health-host", default="127.0.0.1", show_default=True, help="0.0.0.0 for kubelet's probes.")
@click.option("--health-port", type=click.IntRange(0, 65535), default=8080, show_default=True, help="0: any.")
@click.option("--log", "log_format", type=click.Choice(["human", "json"]), help="human on a terminal.")
@click.option("--log-level", default="info", show_default=True)
def command(
    operator: str,
    namespace: str,
    all_namespaces: bool,
    kubeconfig: str | None,
    context: str,
    workers: int,
    health_host: str,
    health_port: int,
    log_format: str | None,
    log_level: str,
) -> None:
    """Run OPERATOR: a file (op.py) or a module (pkg.mod), with :NAME where it has several.

    It needs its CRDs installed (`mendloop crd OPERATOR | kubectl apply -f -`) and rights on its kinds;
    /readyz says what is missing, and work begins as soon as it is there. SIGTERM ends it in good order.
    """
    from mendloop.controller.world import Limits
    from mendloop.kube.kubeconfig import load_cluster
    from mendloop.kube.wire import AiohttpTransport
    from mendloop.manager import RunSettings
    from mendloop.observe import set_up

    if namespace and all_namespaces:
        raise click.UsageError("-n and -A exclude each other")
    set_up(json=_wants_json(log_format), level=log_level, colour=sys.stderr.isatty())
    op = load_operator(operator)
    settings = RunSettings(namespace=namespace, limits=Limits(workers=workers))

    async def work() -> None:
        transport = AiohttpTransport(load_cluster(kubeconfig, context))
        try:
            await serve(op, transport, settings, Serving(host=health_host, port=health_port))
        finally:
            await transport.close()

    run_async(work)


def _wants_json(log_format: str | None) -> bool:
    return log_format == "json" or (log_format is None and not sys.stderr.isatty())


async def serve(op: Operator[Any], transport: Any, settings: Any, serving: Serving) -> None:
    """Runs until SIGTERM or SIGINT; answers about itself meanwhile."""
    from mendloop.manager import Watchdog, health_server, liveness, log_stall, readiness, running
    from mendloop.observe import Metrics

    metrics = Metrics()
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    watchdog = Watchdog(log_stall)
    async with running(op, transport, settings=settings, metrics=metrics) as one:
        serves = health_server(
            serving.host,
            serving.port,
            live=lambda: liveness(one.views(), watchdog.stalled_s),
            ready=lambda: readiness(one.views(), started=one.started.is_set()),
            metrics=metrics.text,
        )
        async with serves:
            watchdog.start()
            try:
                await one.until(stop)
            finally:
                watchdog.stop()


def run_async(work: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Runs to the end, on uvloop where there is one; a mistake of the user's is one line and exit code 2."""
    try:
        with asyncio.Runner(loop_factory=_loop_factory()) as runner:
            runner.run(work())
    except OperatorError as error:
        place = f"{error.field}: " if isinstance(error, Invalid) and error.field else ""
        raise _Refused(f"{place}{error.message}") from error


class _Refused(click.ClickException):
    exit_code = 2


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    try:
        import uvloop
    except ImportError:
        return None
    return uvloop.new_event_loop
