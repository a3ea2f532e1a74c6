"""`mendloop demo`: the Database operator under injected faults, its healing shown live and summed up."""

from __future__ import annotations

import sys
import time
from contextlib import ExitStack
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from mendloop.demo.play import Show
    from mendloop.demo.stage import Options
    from mendloop.demo.summary import Summary


@click.command("demo", short_help="See an operator heal under injected faults.")
@click.option("--databases", type=click.IntRange(4, 500), default=50, show_default=True)
@click.option("--seed", type=int, default=1, show_default=True, help="Whom it hits, and all jitter.")
@click.option("--speed", type=click.FloatRange(0.1, 20), default=1.0, help="Faster, or slower to follow.")
@click.option("--plain", is_flag=True, help="Lines instead of the live picture, as without a terminal.")
@click.option("--real", is_flag=True, help="On a real kube-apiserver from .kube/bin (`make kube`).")
def command(databases: int, seed: int, speed: float, plain: bool, real: bool) -> None:
    """Run the Database operator of the examples on the embedded control plane, and do it harm.

    Children are deleted and edited by hand, a spec becomes invalid and is corrected, the API answers 409,
    500 and 429, a watch dies silently, calls hang, and the operator is killed in the middle of a write.
    The faults are real: they happen on the transport between operator and API server.

    The real control plane has no nodes, so nobody would start pods: the demo marks them ready by writing
    their status, as a kubelet would.

    Exit codes: 0 all healed, and nothing was written at rest; 1 something did not; 2 it could not be run.
    """
    from mendloop.cli.run import run_async
    from mendloop.demo.stage import Options

    options = Options(databases=databases, seed=seed, speed=speed, real=real)
    found: list[Summary] = []

    async def work() -> None:
        found.append(await _played(options, plain or not sys.stdout.isatty()))

    run_async(work)
    for line in found[0].lines():
        click.echo(line)
    if found[0].failures:
        raise SystemExit(1)


async def _played(options: Options, plain: bool) -> Summary:
    from mendloop.controlplane.real import BinariesNotFound
    from mendloop.demo.play import play
    from mendloop.errors import Invalid

    with ExitStack() as stack:
        try:
            return await play(options, _show(plain, stack))
        except BinariesNotFound as missing:
            raise Invalid(str(missing), field="--real") from missing


def _show(plain: bool, stack: ExitStack) -> Show:
    from mendloop.demo.view import Picture, Plain

    if plain:
        return Plain(click.echo, time.monotonic)
    return stack.enter_context(Picture(time.monotonic))
