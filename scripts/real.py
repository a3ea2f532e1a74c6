"""Runs a real control plane until Ctrl-C: `python scripts/real.py [--audit] [USER ...]`."""

from __future__ import annotations

import argparse
import asyncio
from pathlib import Path

from mendloop.controlplane.real import DEFAULT_CONTROLLERS, DEFAULT_USERS, RealControlPlane

BINARIES = Path(__file__).parent.parent / ".kube" / "bin"


async def serve(options: argparse.Namespace) -> None:
    users = {**DEFAULT_USERS, **dict.fromkeys(options.users, ())}
    controllers = () if options.no_controllers else DEFAULT_CONTROLLERS
    async with RealControlPlane(
        binaries=BINARIES, users=users, audit=options.audit, controllers=controllers
    ) as plane:
        print(f"serving on {plane.url}, logs in {plane.folder}")
        for user in users:
            print(f"{user}: export KUBECONFIG={plane.kubeconfig(plane.folder / f'{user}.kubeconfig', user)}")
        while True:
            plane.check()
            await asyncio.sleep(1)


def main() -> None:
    parser = argparse.ArgumentParser(description="A real etcd and kube-apiserver until Ctrl-C.")
    parser.add_argument("users", nargs="*", metavar="USER", help="more users, without any right")
    parser.add_argument("--audit", action="store_true", help="write requests to audit.log beside the logs")
    parser.add_argument("--no-controllers", action="store_true", help="leave kube-controller-manager out")
    try:
        asyncio.run(serve(parser.parse_args()))
    except KeyboardInterrupt:
        print("stopped")


if __name__ == "__main__":
    main()
