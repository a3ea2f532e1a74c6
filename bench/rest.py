"""At rest nothing is sent: objects with children through resyncs, and then through a restart.

    python bench/rest.py [--n 1000] [--resyncs 3] [--embedded]

The server's own record decides: no request but watches in all resyncs, no write in the restart. Exits
with 1 otherwise. Kopf, kube-rs and controller-runtime with server-side apply write every child again.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import uvloop

sys.path.insert(0, str(Path(__file__).parent))

from harness.cluster import Cluster
from harness.comparison import cluster_maker
from harness.job import ECHOES, echo
from harness.requests import Tally
from harness.view import View

from mendloop.cli.load import load_operator
from mendloop.kube.kubeconfig import load_cluster
from mendloop.kube.wire import AiohttpTransport
from mendloop.manager import RunSettings, running
from mendloop.manager.running import Running

OPERATOR = Path(__file__).parent / "peers" / "mendloop" / "operator_echo.py"
LIMIT_S = 300.0


class Restless(AssertionError):
    """Raised when something was sent that must not be."""


@asynccontextmanager
async def operator(cluster: Cluster) -> AsyncIterator[Running]:
    """Ours, in this process, on the cluster; idle when the block begins."""
    transport = AiohttpTransport(load_cluster(str(cluster.kubeconfig), ""))
    op: Any = load_operator(str(OPERATOR))
    try:
        async with running(op, transport, settings=RunSettings()) as one:
            await one.started.wait()
            await until(lambda: one.idle and all(view.synced for view in one.views()))
            yield one
    finally:
        await transport.close()


async def until(holds: Callable[[], bool]) -> None:
    """Returns once it has held for a moment. Errors: `TimeoutError`."""
    async with asyncio.timeout(LIMIT_S):
        steady = 0
        while steady < 5:
            await asyncio.sleep(0.02)
            steady = steady + 1 if holds() else 0


async def check(cluster: Cluster, count: int, resyncs: int) -> None:
    """Prints a line a step. Errors: `Restless`."""
    view = View(cluster)
    following = asyncio.create_task(view.follow(), name="the bench's view")
    try:
        async with operator(cluster) as one:
            await asyncio.gather(*(cluster.send("POST", ECHOES, echo(n, f"hello {n}")) for n in range(count)))
            await view.until(lambda: view.all_done(count), LIMIT_S)
            await until(lambda: one.idle)
            told("create", cluster.requests.take(), view)
            for number in range(resyncs):
                began = time.perf_counter()
                one.resync()
                await until(lambda: one.idle)
                tally = cluster.requests.take()
                told(f"resync {number + 1}, {time.perf_counter() - began:.2f} s", tally, view)
                if tally.total_but_watches:
                    raise Restless(f"at rest, and yet it asked: {dict(tally.asked)}")
        async with operator(cluster):
            tally = cluster.requests.take()
            told("restart", tally, view)
            if tally.writes:
                raise Restless(f"a restart wrote: {dict(tally.asked)}")
    finally:
        following.cancel()
        await asyncio.wait((following,))


def told(step: str, tally: Tally, view: View) -> None:
    asked = ", ".join(f"{name} {count}" for name, count in tally.asked.items()) or "nothing"
    print(f"  {step:<18} {tally.writes:>6} writes  work {view.digest()}  {asked}", flush=True)


async def run(count: int, resyncs: int, *, embedded: bool) -> None:
    async with cluster_maker(embedded)() as cluster:
        print(f"{count} objects with children on the {cluster.name} control plane")
        await check(cluster, count, resyncs)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--n", type=int, default=1000, help="objects")
    parser.add_argument("--resyncs", type=int, default=3)
    parser.add_argument("--embedded", action="store_true", help="on the embedded control plane in any case")
    stated = parser.parse_args()
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(run(stated.n, stated.resyncs, embedded=stated.embedded))
    except Restless as why:
        print(f"NOT AT REST: {why}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
