"""`mendloop controlplane serve`: the embedded Kubernetes API for kubectl, other clients and other operators."""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path
from typing import Any

import click
import yaml

from mendloop.cli.run import run_async


@click.group("controlplane", short_help="Serve the embedded Kubernetes API.")
def command() -> None:
    """The embedded Kubernetes API: real semantics, in one process, in memory, for trying out and testing."""


@command.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="0, the default, takes a free one.")
@click.option("--kubeconfig-out", type=click.Path(path_type=Path), help="Write a kubeconfig for it here.")
@click.option(
    "--token-auth-file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help='As kube-apiserver takes it: lines of token,user,uid,"group1,group2". Without it everybody is admin.',
)
def serve(host: str, port: int, kubeconfig_out: Path | None, token_auth_file: Path | None) -> None:
    """Serve until interrupted. Nothing is kept: each start is an empty cluster."""

    async def work() -> None:
        from mendloop.controlplane import ControlPlane, read_tokens

        tokens = read_tokens(token_auth_file) if token_auth_file else None
        plane = ControlPlane()
        stop = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        async with plane.running(), plane.serve(host=host, port=port, tokens=tokens) as url:
            click.echo(f"serving at {url}")
            if kubeconfig_out is not None:
                token = next(iter(tokens), "") if tokens else ""
                write_kubeconfig(kubeconfig_out, url, token)
                click.echo(f"kubectl --kubeconfig {kubeconfig_out} get namespaces")
            await stop.wait()

    run_async(work)


def write_kubeconfig(path: Path, url: str, token: str = "") -> None:
    """A kubeconfig with one context, for its user's eyes only."""
    user: dict[str, Any] = {"token": token} if token else {}
    document = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "mendloop",
        "clusters": [{"name": "mendloop", "cluster": {"server": url}}],
        "users": [{"name": "mendloop", "user": user}],
        "contexts": [{"name": "mendloop", "context": {"cluster": "mendloop", "user": "mendloop"}}],
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    path.write_text(yaml.safe_dump(document, sort_keys=False), encoding="utf-8")
