"""What mendloop costs, beside others that do the same, in one run.

    python bench/run.py [--only micro,peers,rest,stages] [--peers floor,mendloop,...] [--n 1000] [--quick]

Tables have the baseline first and the others as multiples of it (`x`), with versions and a hash of the
result that proves equal work. Peers that cannot be built here are left out and said so. Without a real
control plane (`make kube`) the embedded one serves, and only CPU and requests are worth comparing.
"""

from __future__ import annotations

import argparse
import asyncio
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import msgspec
import uvloop

sys.path.insert(0, str(Path(__file__).parent))

from harness.comparison import Comparison, compare
from harness.peers import OUT, USUAL
from harness.phases import PHASES, Plan

HERE = Path(__file__).parent
RESULTS = OUT / "results.json"
"""Everything measured in the last comparison, for whoever wants more than the tables."""
MICRO = {
    "classify.py": ("--rounds", "2"),
    "diff.py": ("--rounds", "2", "--loops", "50"),
    "cache.py": ("--objects", "200", "--repeat", "2"),
}
"""The benches of one function each, and what makes them quick."""

QUICK = Plan(
    count=20, single=3, pause_s=0.05, idle_s=0.5, start_quiet_s=0.7, tail_s=0.3, settled_s=0.7, limit_s=40.0
)


def micro(stated: argparse.Namespace) -> bool:
    """Each in a process of its own, so that none is measured with another's memory."""
    fine = True
    for name, quick in MICRO.items():
        print(f"\n## {name}\n", flush=True)
        argv = [sys.executable, str(HERE / name), *(quick if stated.quick else ())]
        fine &= subprocess.run(argv, check=False).returncode == 0
    return fine


def rest(stated: argparse.Namespace) -> bool:
    argv = [sys.executable, str(HERE / "rest.py"), "--n", str(stated.n or (20 if stated.quick else 1000))]
    return subprocess.run([*argv, *(("--embedded",) if stated.embedded else ())], check=False).returncode == 0


def stages(stated: argparse.Namespace) -> bool:
    argv = [sys.executable, str(HERE / "stages.py"), *(("--quick",) if stated.quick else ())]
    return subprocess.run(argv, check=False).returncode == 0


def peers(stated: argparse.Namespace) -> bool:
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        compared = runner.run(compare(comparison(stated)))
    RESULTS.write_bytes(msgspec.json.format(msgspec.json.encode([compared.runs, compared.memory])))
    print("\n## peers")
    print("\n".join(compared.lines()))
    for difference in compared.unequal:
        print(f"NOT THE SAME WORK: {difference}")
    return not compared.unequal


def comparison(stated: argparse.Namespace) -> Comparison:
    full = Plan(count=stated.n or 1000, idle_s=stated.idle)
    big = None if stated.no_memory else Plan(count=5 * full.count, pad=2048)
    return Comparison(
        peers=stated.peers.split(","),
        plan=QUICK if stated.quick else full,
        memory=None if stated.quick else big,
        phases=[name for name in PHASES if name in stated.phases.split(",")],
        rounds=stated.rounds,
        embedded=stated.embedded,
    )


BENCHES: dict[str, Callable[[argparse.Namespace], bool]] = {
    "micro": micro,
    "stages": stages,
    "rest": rest,
    "peers": peers,
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--only", default=",".join(BENCHES), help="which benches: " + ", ".join(BENCHES))
    parser.add_argument("--peers", default=",".join(USUAL), help="see bench/harness/peers.py for all names")
    parser.add_argument("--phases", default=",".join(PHASES))
    parser.add_argument("--n", type=int, help="objects (1000; for memory five times as many)")
    parser.add_argument("--rounds", type=int, default=1, help="interleaved; the best of each phase counts")
    parser.add_argument("--idle", type=float, default=20.0, help="seconds")
    parser.add_argument("--no-memory", action="store_true", help="leave out the run with large objects")
    parser.add_argument("--embedded", action="store_true", help="on the embedded control plane in any case")
    parser.add_argument(
        "--quick", action="store_true", help="few objects: whether it runs, not what it costs"
    )
    stated = parser.parse_args()
    unknown = set(stated.only.split(",")) - set(BENCHES)
    if unknown:
        parser.error(f"no bench {', '.join(sorted(unknown))}")
    chosen = [bench for name, bench in BENCHES.items() if name in stated.only.split(",")]
    fine = [bench(stated) for bench in chosen]
    return 0 if all(fine) else 1


if __name__ == "__main__":
    sys.exit(main())
