"""`mendloop dev`: an operator on an embedded control plane in this process, reloaded on change."""

from __future__ import annotations

import asyncio
import logging
import signal
import sys
import time
from contextlib import AsyncExitStack
from pathlib import Path

import click

from mendloop.errors import Invalid


@click.command("dev", short_help="Run an operator on an embedded control plane, reloading on change.")
@click.argument("operator", metavar="OPERATOR")
@click.option(
    "--samples",
    type=click.Path(exists=True, path_type=Path),
    help="A file or folder of objects to apply. Default: samples/ or *.sample.yaml beside OPERATOR.",
)
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="Of the API; 0, the default: any.")
@click.option(
    "--kubeconfig",
    type=click.Path(path_type=Path),
    default=Path(".mendloop/kubeconfig"),
    show_default=True,
    help="Where to write the kubeconfig for kubectl.",
)
@click.option("--color/--no-color", default=None, help="Colours; by default on a terminal.")
def command(operator: str, samples: Path | None, port: int, kubeconfig: Path, color: bool | None) -> None:
    """Run OPERATOR (op.py or pkg.mod, with :NAME where it has several) beside a Kubernetes API of its own.

    Its CRDs and samples are applied, and a kubeconfig is written so that kubectl works beside it. Each write
    and each decision is a line: what differed, or the error's class and what follows. When a file of the
    operator changes it is loaded anew, and the cluster stays; where that fails, the old one keeps running.

    \b
    mendloop dev op.py
    kubectl --kubeconfig .mendloop/kubeconfig get all
    """
    from mendloop.cli.run import run_async
    from mendloop.dev.narration import not_narrated
    from mendloop.observe import set_up

    place = operator.rpartition(":")[0] or operator
    if place.endswith(".py") and not Path(place).is_file():
        raise click.UsageError(f"{place}: no such file")
    colored = sys.stdout.isatty() if color is None else color
    set_up(json=False, level="INFO", colour=colored)
    for handler in logging.getLogger().handlers:
        handler.addFilter(not_narrated)
    run_async(lambda: develop(operator, samples, port, kubeconfig, color=colored))


async def develop(
    operator: str,
    samples: Path | None,
    port: int,
    kubeconfig: Path,
    *,
    color: bool = False,
    stop: asyncio.Event | None = None,
) -> None:
    """Serves and runs until `stop`, or SIGINT or SIGTERM. Errors: `Invalid` where the port is taken."""
    from mendloop.cli.controlplane import write_kubeconfig
    from mendloop.controlplane import ControlPlane
    from mendloop.dev.session import Session
    from mendloop.dev.source import Source

    ended = stop or asyncio.Event()
    if stop is None:
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, ended.set)
    plane = ControlPlane()
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(plane.running())
        try:
            url = await stack.enter_async_context(plane.serve(port))
        except OSError as error:
            raise Invalid(f"cannot serve on port {port}: {error.strerror}", field="--port") from error
        write_kubeconfig(kubeconfig, url)
        _say(f"the API is at {url}; kubectl --kubeconfig {kubeconfig} get all")
        await Session(plane, Source(operator), _say, samples, color=color).run(ended)


def _say(line: str) -> None:
    click.echo(f"{time.strftime('%H:%M:%S')} {line}")
