"""Delta against a real kube-apiserver: what it gives back means what was stated; fields given up stay."""

from __future__ import annotations

import asyncio
import copy
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from mendloop.cli.diff import command
from mendloop.delta import applied, apply_body, diff, json_patch, learn, merge_patch, release
from mendloop.errors import ApiError
from mendloop.kube.client import Client, Ref
from mendloop.kube.kubeconfig import read_kubeconfig
from mendloop.kube.wire import AiohttpTransport
from mendloop.model.kinds import Kind
from mendloop.model.schemas import Schemas

VECTORS = Path(__file__).parents[1] / "vectors" / "delta"
SCHEMAS = Schemas()
OWNER = "cellar.example.com"
DEPLOYMENT = Kind("apps", "v1", "Deployment", "deployments")
PLURALS = {"Ingress": "ingresses", "NetworkPolicy": "networkpolicies"}


def documents(name: str) -> list[dict[str, Any]]:
    return list(yaml.safe_load_all((VECTORS / name).read_text()))


@asynccontextmanager
async def connected(real: Any, tmp_path: Path) -> AsyncIterator[Client]:
    transport = AiohttpTransport(read_kubeconfig([real.kubeconfig(tmp_path / "kubeconfig")]))
    try:
        yield Client(transport)
    finally:
        await transport.close()


def placed(manifest: dict[str, Any], namespace: str) -> tuple[Ref, dict[str, Any]]:
    manifest = copy.deepcopy(manifest)
    manifest["metadata"]["namespace"] = namespace
    group, _, version = manifest["apiVersion"].rpartition("/")
    kind = manifest["kind"]
    plural = PLURALS.get(kind, f"{kind.lower()}s")
    return Ref(Kind(group, version, kind, plural), namespace, manifest["metadata"]["name"]), manifest


def deployment(**spec: Any) -> dict[str, Any]:
    labels = {"app": "web"}
    pod = {"metadata": {"labels": labels}, "spec": {"containers": [{"name": "c", "image": "i:1"}]}}
    spec = {"selector": {"matchLabels": labels}, "template": pod, **spec}
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"}, "spec": spec}


MANIFESTS = [
    *documents("gallery.yaml"),
    *(manifest for manifest in documents("R25-desired.yaml")),
    documents("R31-statefulset.yaml")[0]["desired"],
]


@pytest.mark.parametrize("manifest", MANIFESTS, ids=lambda m: f"{m['kind']}-{m['metadata']['name']}")
async def test_what_a_server_makes_of_a_manifest_means_the_same(
    manifest: dict[str, Any], real: Any, namespace: str, tmp_path: Path
) -> None:
    ref, manifest = placed(manifest, namespace)
    schema = SCHEMAS.of(manifest)
    async with connected(real, tmp_path) as client:
        answer = await client.apply(ref, apply_body(manifest, schema), manager=OWNER, force=True)
    delta = diff(manifest, answer.decoded(), schema, OWNER)
    assert (delta.changes, delta.tolerated) == ((), ())
    assert learn(manifest, answer.decoded(), schema, OWNER) == {}


async def _released(client: Client, ref: Ref, paths: list[str]) -> list[Any]:
    """Releases the paths; the Deployment's own controller writes too, so that a version may be outdated."""
    while True:
        patch = release((await client.get(ref)).decoded(), OWNER, paths)
        try:
            await client.json_patch(ref, patch, manager=OWNER)
        except ApiError as error:
            if error.status != 409:
                raise
        else:
            return patch


async def test_wish_14_a_released_field_keeps_its_value(real: Any, namespace: str, tmp_path: Path) -> None:
    async with connected(real, tmp_path) as client:
        ref, five = placed(deployment(replicas=5), namespace)
        _, silent = placed(deployment(), namespace)
        live = (await client.apply(ref, five, manager=OWNER)).decoded()
        delta = diff(silent, live, SCHEMAS.of(silent), OWNER, give_up=["spec.replicas"])
        assert delta.empty
        patch = await _released(client, ref, [given.path for given in delta.given_up])
        after = (await client.apply(ref, silent, manager=OWNER)).decoded()
        assert after["spec"]["replicas"] == 5
        with pytest.raises(ApiError) as stale:
            await client.json_patch(ref, patch, manager=OWNER)
        assert stale.value.status == 409


async def test_an_unstated_field_becomes_the_default_that_the_delta_names(
    real: Any, namespace: str, tmp_path: Path
) -> None:
    async with connected(real, tmp_path) as client:
        ref, full = placed(
            deployment(replicas=5, revisionHistoryLimit=3, progressDeadlineSeconds=30), namespace
        )
        _, silent = placed(deployment(), namespace)
        live = (await client.apply(ref, full, manager=OWNER)).decoded()
        delta = diff(silent, live, SCHEMAS.of(silent), OWNER)
        assert len(delta.changes) == 3
        after = (await client.apply(ref, silent, manager=OWNER)).decoded()
        for change in delta.changes:
            assert after["spec"][change.path.removeprefix("spec.")] == change.after
        assert diff(silent, after, SCHEMAS.of(silent), OWNER).empty


@pytest.mark.parametrize("kind", ["merge", "json"])
async def test_patches_bring_an_object_to_the_wish(
    kind: str, real: Any, namespace: str, tmp_path: Path
) -> None:
    async with connected(real, tmp_path) as client:
        ref, one = placed(deployment(replicas=1), namespace)
        _, other = placed(deployment(replicas=2, paused=True), namespace)
        other["spec"]["template"]["spec"]["containers"][0]["image"] = "i:2"
        other["spec"]["template"]["spec"]["containers"].append({"name": "b", "image": "b:1"})
        live = (await client.apply(ref, one, manager=OWNER)).decoded()
        schema = SCHEMAS.of(other)
        goal = applied(diff(other, live, schema, OWNER), live, schema)
        if kind == "merge":
            after = await client.merge_patch(ref, merge_patch(live, goal), manager=OWNER)
        else:
            after = await client.json_patch(ref, json_patch(live, goal, tested=True), manager=OWNER)
        assert diff(other, after.decoded(), schema, OWNER).changes == ()


async def test_the_command_compares_with_the_cluster(real: Any, namespace: str, tmp_path: Path) -> None:
    async with connected(real, tmp_path) as client:
        ref, manifest = placed(deployment(replicas=2), namespace)
        await client.apply(ref, manifest, manager=OWNER)
    file = tmp_path / "web.yaml"

    def compare(wish: dict[str, Any]) -> Any:
        file.write_text(yaml.safe_dump(wish))
        options = ["--kubeconfig", str(tmp_path / "kubeconfig"), "-n", namespace, "--owner", OWNER]
        return CliRunner().invoke(command, [str(file), *options])

    same = await asyncio.to_thread(compare, deployment(replicas=2))
    assert (same.exit_code, same.output) == (0, "")
    changed = await asyncio.to_thread(compare, deployment(replicas=3))
    assert changed.exit_code == 1
    assert "spec.replicas: 2 -> 3" in changed.output
    absent = await asyncio.to_thread(compare, {**deployment(), "metadata": {"name": "other"}})
    assert absent.exit_code == 1
    assert "will be created" in absent.output
    unknown = await asyncio.to_thread(compare, {**deployment(), "kind": "Depolyment"})
    assert unknown.exit_code == 2
    assert "does not serve apps/v1/Depolyment" in unknown.output
