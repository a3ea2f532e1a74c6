"""`mendloop diff`: what an apply would change, by meaning, with secrets masked."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Final, NamedTuple, NoReturn

import click
import msgspec
import yaml

from mendloop.delta import Delta, diff, record, render
from mendloop.errors import ApiError, OperatorError
from mendloop.model.kinds import Kind, split_api_version
from mendloop.model.schemas import Schemas

if TYPE_CHECKING:
    from mendloop.kube.client import Client

MAX_INPUT_BYTES: Final = 16 << 20
_LOADER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_EQUAL, _DIFFERENT, _BROKEN = 0, 1, 2

Manifest = dict[str, Any]


class Address(NamedTuple):
    """By what a manifest is found in another file."""

    group: str
    kind: str
    namespace: str
    name: str

    @classmethod
    def of(cls, manifest: Mapping[str, Any]) -> Address:
        meta = manifest.get("metadata") or {}
        group, _ = split_api_version(str(manifest.get("apiVersion", "")))
        return cls(
            group, str(manifest["kind"]), str(meta.get("namespace") or ""), str(meta.get("name") or "")
        )

    def __str__(self) -> str:
        kind = f"{self.kind}.{self.group}" if self.group else self.kind
        return f"{kind} {self.namespace}/{self.name}" if self.namespace else f"{kind} {self.name}"


@click.command("diff", short_help="Say what an apply would change, by meaning.")
@click.argument("desired", type=click.File("rb"))
@click.argument("live", type=click.File("rb"), required=False)
@click.option(
    "--owner", default="", metavar="MANAGER", help="Field manager whose unstated fields are removed."
)
@click.option("--give-up", multiple=True, metavar="PATH", help="Unstated field whose value stays.")
@click.option(
    "--crd", "crds", type=click.File("rb"), multiple=True, help="File with CRDs, for their schemas."
)
@click.option("--kubeconfig", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--context", "cluster_context", default="", help="Context of the kubeconfig.")
@click.option("-n", "--namespace", default="", help="Namespace of manifests that state none.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option("--color/--no-color", default=None, help="Colours; by default on a terminal.")
@click.pass_context
def command(
    context: click.Context, /, desired: BinaryIO, live: BinaryIO | None, as_json: bool, **options: Any
) -> None:
    """Compare the manifests in DESIRED with those in LIVE, or with the cluster where LIVE is not given.

    Only what DESIRED states is compared, and by meaning: 1000m is 1, list order counts only where it means
    something, defaults are no difference. With --owner, fields that it once applied and that are stated no
    longer are differences too. Secrets are masked. Exit codes: 0 nothing differs, 1 something does, 2 error.

    \b
    mendloop diff web.yaml --owner web.example.com
    kubectl get -f web.yaml -o yaml --show-managed-fields | mendloop diff web.yaml -
    """
    try:
        wishes, schemas = _read(desired), Schemas()
        for file in options["crds"]:
            _learn_crds(_read(file), schemas)
        _learn_crds(wishes, schemas)
        if live is not None:
            found = _from_file(live, wishes)
        else:
            found = asyncio.run(_from_cluster(options, wishes, schemas))
        deltas = [
            (Address.of(wish), _compared(wish, observed, schemas, options))
            for wish, observed in zip(wishes, found, strict=True)
        ]
    except (OperatorError, OSError, ValueError, TimeoutError) as error:
        _fail(context, error)
    _print(deltas, as_json=as_json, color=options["color"])
    context.exit(_EQUAL if all(delta.empty for _, delta in deltas) else _DIFFERENT)


def _fail(context: click.Context, error: Exception) -> NoReturn:
    field = getattr(error, "field", "")
    click.echo(f"mendloop diff: {error}{f' (at {field})' if field else ''}", err=True)
    context.exit(_BROKEN)
    raise AssertionError("context.exit does not return")


def _compared(
    wish: Manifest, observed: Manifest | None, schemas: Schemas, options: Mapping[str, Any]
) -> Delta:
    return diff(wish, observed, schemas.of(wish), options["owner"], give_up=options["give_up"])


def _print(deltas: Iterable[tuple[Address, Delta]], *, as_json: bool, color: bool | None) -> None:
    if as_json:
        rows = [{"object": address._asdict(), **record(delta)} for address, delta in deltas]
        click.echo(msgspec.json.format(msgspec.json.encode(rows), indent=2))
        return
    tinted = sys.stdout.isatty() if color is None else color
    for address, delta in deltas:
        if delta.empty and not delta.given_up:
            continue
        click.echo(str(address), color=tinted)
        click.echo("\n".join(f"  {line}" for line in render(delta, color=tinted).splitlines()), color=tinted)


# ---- reading


def _read(file: BinaryIO) -> list[Manifest]:
    """The manifests of a file, lists taken apart; ValueError with the file's name where it holds others."""
    text = file.read(MAX_INPUT_BYTES + 1)
    if len(text) > MAX_INPUT_BYTES:
        raise ValueError(f"{file.name} is larger than {MAX_INPUT_BYTES} bytes")
    try:
        documents = list(yaml.load_all(text, Loader=_LOADER))
    except yaml.YAMLError as problem:
        raise ValueError(f"{file.name} is not YAML: {problem}") from problem
    found: list[Manifest] = []
    for document in documents:
        for manifest in _taken_apart(document):
            if not isinstance(manifest, dict) or not manifest.get("kind") or not manifest.get("apiVersion"):
                raise ValueError(f"{file.name} holds a document that is no manifest: no apiVersion or kind")
            found.append(manifest)
    return found


def _taken_apart(document: Any) -> list[Any]:
    if document is None:
        return []
    if isinstance(document, dict) and isinstance(document.get("items"), list):
        return list(document["items"])
    return [document]


def _learn_crds(manifests: Iterable[Manifest], schemas: Schemas) -> None:
    for manifest in manifests:
        if manifest["kind"] == "CustomResourceDefinition":
            schemas.add_crd(manifest)


def _from_file(live: BinaryIO, wishes: list[Manifest]) -> list[Manifest | None]:
    held = {Address.of(manifest): manifest for manifest in _read(live)}
    if len(held) == len(wishes) == 1:
        return [*held.values()]  # two files of one object each are meant for each other, whatever their names
    return [held.get(Address.of(wish)) for wish in wishes]


# ---- the cluster


async def _from_cluster(
    options: Mapping[str, Any], wishes: list[Manifest], schemas: Schemas
) -> list[Manifest | None]:
    # The network's libraries take a third of a second to import, which two files need not wait for.
    import aiohttp

    from mendloop.kube.client import Client
    from mendloop.kube.kubeconfig import load_cluster
    from mendloop.kube.wire import AiohttpTransport

    cluster = load_cluster(options["kubeconfig"], options["cluster_context"])
    transport = AiohttpTransport(cluster)
    try:
        client = Client(transport)
        await _learn_schemas(client, wishes, schemas)
        namespace = options["namespace"] or cluster.namespace or "default"
        kinds: dict[str, list[Kind]] = {}
        return [await _fetch(client, wish, namespace, kinds) for wish in wishes]
    except aiohttp.ClientError as error:
        raise OSError(f"{cluster.server} cannot be reached: {error}") from error
    finally:
        await transport.close()


async def _learn_schemas(client: Client, wishes: Iterable[Manifest], schemas: Schemas) -> None:
    """What the server publishes of kinds that are not known here; none of it is no reason to stop."""
    for api_version in {str(w["apiVersion"]) for w in wishes if schemas.of(w) is None}:
        root = f"apis/{api_version}" if "/" in api_version else f"api/{api_version}"
        document = await _document(client, f"/openapi/v3/{root}")
        if document is not None:
            schemas.add(document)


async def _document(client: Client, path: str) -> bytes | None:
    """What the server says at a path; None where it says nothing there."""
    try:
        return (await client.raw("GET", path)).body
    except ApiError as error:
        if error.status != 404:
            raise
        return None


async def _fetch(
    client: Client, wish: Manifest, namespace: str, kinds: dict[str, list[Kind]]
) -> Manifest | None:
    from mendloop.kube.client import Ref

    kind = await _kind_of(client, wish, kinds)
    meta = wish.get("metadata") or {}
    if not meta.get("name"):
        raise ValueError(f"a {wish['kind']} has no name")
    place = str(meta.get("namespace") or namespace) if kind.namespaced else ""
    try:
        return (await client.get(Ref(kind, place, str(meta["name"])))).decoded()
    except ApiError as error:
        if error.status != 404:
            raise
        return None


async def _kind_of(client: Client, wish: Manifest, known: dict[str, list[Kind]]) -> Kind:
    """How the server serves a kind, by discovery; ValueError where it does not."""
    api_version = str(wish["apiVersion"])
    if api_version not in known:
        root = f"/apis/{api_version}" if "/" in api_version else f"/api/{api_version}"
        document = await _document(client, root)
        listed = msgspec.json.decode(document)["resources"] if document is not None else []
        group, version = split_api_version(api_version)
        known[api_version] = [
            Kind(group, version, resource["kind"], resource["name"], resource["namespaced"])
            for resource in listed
            if "/" not in resource["name"]
        ]
    for kind in known[api_version]:
        if kind.kind == wish["kind"]:
            return kind
    raise ValueError(f"the server does not serve {api_version}/{wish['kind']}")
