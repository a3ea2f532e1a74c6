"""`mendloop approve`: a human's word that a held prune may go ahead."""

from __future__ import annotations

import asyncio
from typing import Any

import click

from mendloop.cli.run import run_async
from mendloop.errors import Invalid


@click.command("approve", short_help="Let a held prune go ahead.")
@click.argument("kind", metavar="KIND")
@click.argument("name", metavar="[NAMESPACE/]NAME")
@click.option("--operator", "operator_name", required=True, help="The operator's name, as cache.example.com.")
@click.option("--kubeconfig", type=click.Path(), help="Instead of $KUBECONFIG, ~/.kube/config.")
@click.option("--context", default="", help="Which context of the kubeconfig.")
@click.option("-y", "--yes", is_flag=True, help="Do not ask.")
def command(
    kind: str, name: str, operator_name: str, kubeconfig: str | None, context: str, yes: bool
) -> None:
    """Approve the deletions that an object's PruneHeld condition lists.

    KIND is group/version/Kind, as cache.example.com/v1/Memcached. The approval is bound to the list that is
    shown now: if it changes before the operator acts, nothing is deleted and the new list is held again.
    """
    from mendloop.kube.client import Client
    from mendloop.kube.discovery import Discovery
    from mendloop.kube.kubeconfig import load_cluster
    from mendloop.kube.wire import AiohttpTransport

    async def work() -> None:
        transport = AiohttpTransport(load_cluster(kubeconfig, context))
        try:
            client = Client(transport)
            known = await Discovery(client).kind(kind)
            namespace, _, own = name.rpartition("/")
            namespace = namespace or ("default" if known.namespaced else "")
            await approve(client, known, namespace, own, operator_name, yes)
        finally:
            await transport.close()

    run_async(work)


async def approve(client: Any, kind: Any, namespace: str, name: str, operator: str, yes: bool) -> None:
    """Writes the approval. Errors: `Invalid` where nothing is held; `ApiError`."""
    from mendloop.controller.marks import Marks
    from mendloop.controller.status import PRUNE_HELD
    from mendloop.kube.client import Ref

    ref = Ref(kind, namespace, name)
    answer = await client.get(ref)
    conditions = (answer.decoded().get("status") or {}).get("conditions") or []
    held = next((one for one in conditions if one["type"] == PRUNE_HELD and one["status"] == "True"), None)
    if held is None:
        raise Invalid(f"{kind.kind} {name}: no prune is held", reason="NothingHeld")
    click.echo(held["message"])
    digest = held["message"].partition("approve ")[2].partition(" ")[0]
    if not yes and not await asyncio.to_thread(click.confirm, "Delete these?"):
        raise Invalid("not approved", reason="NotApproved")
    note = {"metadata": {"annotations": {Marks(operator).approve_prune: digest}}}
    await client.merge_patch(ref, note, manager="mendloop-approve")
    click.echo(f"approved {digest}")
