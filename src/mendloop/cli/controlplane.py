"""`mendloop controlplane serve`: the embedded Kubernetes API for kubectl and other clients."""

from __future__ import annotations

import asyncio
import signal
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import click
import yaml

from mendloop.cli.run import run_async
from mendloop.errors import Invalid


@click.group("controlplane", short_help="Serve the embedded Kubernetes API.")
def command() -> None:
    """The embedded Kubernetes API: real semantics, in one process, in memory, for trials and tests."""


@command.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="0, the default, takes a free one.")
@click.option("--kubeconfig-out", type=click.Path(path_type=Path), help="Write a kubeconfig for it here.")
@click.option(
    "--token-auth-file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help='As kube-apiserver takes it: lines of token,user,uid,"group1,group2". Without it all are admin.',
)
def serve(host: str, port: int, kubeconfig_out: Path | None, token_auth_file: Path | None) -> None:
    """Serve until interrupted. Nothing is kept: each start is an empty cluster."""

    async def work() -> None:
        from mendloop.controlplane import ControlPlane

        tokens = _tokens(token_auth_file)
        plane = ControlPlane()
        stop = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(plane.running())
            try:
                url = await stack.enter_async_context(plane.serve(port, host=host, tokens=tokens))
            except OSError as error:
                raise Invalid(f"cannot serve on {host}:{port}: {error.strerror}", field="--port") from error
            click.echo(f"serving at {url}")
            if kubeconfig_out is not None:
                write_kubeconfig(kubeconfig_out, url, next(iter(tokens or ()), ""))
                click.echo(f"kubectl --kubeconfig {kubeconfig_out} get namespaces")
            await stop.wait()

    run_async(work)


def _tokens(path: Path | None) -> dict[str, Any] | None:
    from mendloop.controlplane.tokens import TokenFileError, read_tokens

    try:
        return read_tokens(path) if path is not None else None
    except TokenFileError as error:
        raise Invalid(str(error), field="--token-auth-file") from error


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
