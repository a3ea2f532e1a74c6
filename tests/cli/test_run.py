"""`mendloop run`, `approve` and `controlplane serve` meet what is wrong around them."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from click.testing import CliRunner

from mendloop import Context, Invalid, Manifests, Operator, Resource, Spec
from mendloop.cli import main
from mendloop.cli.approve import approve
from mendloop.controlplane import ControlPlane
from mendloop.k8s import ConfigMap
from mendloop.kube.auth import Cluster as Place
from mendloop.kube.auth import Fixed
from mendloop.kube.client import Client, Ref
from mendloop.kube.tls import Tls
from mendloop.kube.watch.options import WatchOptions
from mendloop.kube.wire import AiohttpTransport
from mendloop.manager import RunSettings, Watchdog, health_server, liveness, readiness, running
from mendloop.model.crd import crd
from mendloop.observe import Metrics


class BoxSpec(Spec):
    count: int = 1


class Box(Resource[BoxSpec], group="run.example.com", version="v1", plural="boxes"):
    """Holds ConfigMaps."""


def operator() -> Operator:
    op = Operator("run.example.com")

    @op.desired(Box, owns=[ConfigMap])
    def desired(box: Box, ctx: Context) -> Manifests:
        for number in range(box.spec.count):
            yield {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": f"{box.name}-{number}"}}

    return op


def write_operator(folder: Path) -> Path:
    path = folder / "op_under_test.py"
    path.write_text(
        "from mendloop import Operator, Resource, Spec\n"
        "class BoxSpec(Spec):\n    count: int = 1\n"
        "class Box(Resource[BoxSpec], group='run.example.com', version='v1', plural='boxes'):\n    'A box.'\n"
        "op = Operator('run.example.com')\n"
        "@op.desired(Box)\n"
        "def desired(box, ctx):\n    yield from ()\n",
        encoding="utf-8",
    )
    return path


def settings() -> RunSettings:
    return RunSettings(
        seed=0, sync_patience_s=0.5, watch=WatchOptions(first_s=0.1, cap_s=0.5, slow_cap_s=0.5)
    )


@pytest.mark.parametrize("name", ["run", "approve", "controlplane", "crd", "demo", "dev", "diff", "explain"])
def test_every_command_has_help(name: str) -> None:
    answer = CliRunner().invoke(main, [name, "--help"])
    assert answer.exit_code == 0 and "Usage:" in answer.output


def test_an_operator_that_fails_to_import_is_one_line_with_its_place(tmp_path: Path) -> None:
    broken = tmp_path / "broken_operator.py"
    broken.write_text("import nothing_of_this_name\n", encoding="utf-8")
    answer = CliRunner().invoke(main, ["run", str(broken)])
    assert answer.exit_code == 2
    assert "broken_operator.py:1: ModuleNotFoundError" in answer.output


def test_a_malformed_kubeconfig_is_named_with_its_place(tmp_path: Path) -> None:
    kubeconfig = tmp_path / "kubeconfig"
    kubeconfig.write_text("clusters: 7\n", encoding="utf-8")
    answer = CliRunner().invoke(
        main, ["run", str(write_operator(tmp_path)), "--kubeconfig", str(kubeconfig), "--health-port", "0"]
    )
    assert answer.exit_code == 2
    assert str(kubeconfig) in answer.output and "Traceback" not in answer.output


def test_two_scopes_at_once_are_refused(tmp_path: Path) -> None:
    answer = CliRunner().invoke(main, ["run", str(write_operator(tmp_path)), "-n", "a", "-A"])
    assert answer.exit_code == 2 and "exclude each other" in answer.output


@pytest.mark.real_time
async def test_a_port_in_use_is_named_with_the_way_out() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(Invalid, match="--health-port") as refused:
            async with health_server("127.0.0.1", port, live=list, ready=list, metrics=bytes):
                pass
        assert str(port) in refused.value.message


@asynccontextmanager
async def answering(one: Any) -> AsyncIterator[str]:
    watchdog = Watchdog(lambda stall: None)
    serves = health_server(
        "127.0.0.1",
        0,
        live=lambda: liveness(one.views(), watchdog.stalled_s),
        ready=lambda: readiness(one.views(), started=one.started.is_set(), patience_s=0.2),
        metrics=Metrics().text,
    )
    async with serves as port:
        yield f"http://127.0.0.1:{port}"


async def asked(url: str) -> tuple[int, str]:
    async with aiohttp.ClientSession() as session, session.get(url) as answer:
        return answer.status, await answer.text()


async def until_says(url: str, status: int, words: str) -> str:
    async with asyncio.timeout(10):
        while True:
            got, text = await asked(url)
            if got == status and words in text:
                return text
            await asyncio.sleep(0.05)


@pytest.mark.real_time
async def test_d4_an_api_server_that_is_not_there_is_survived_and_said() -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{nobody.getsockname()[1]}"
        transport = AiohttpTransport(Place(server=address, credentials=Fixed(), tls=Tls()))
        try:
            async with running(operator(), transport, settings=settings()) as one, answering(one) as url:
                text = await until_says(f"{url}/readyz", 500, "[-]view run.example.com/v1/Box")
                assert "[-]view v1/ConfigMap" in text
                status, _ = await asked(f"{url}/healthz")
                assert status == 200, "a restart would not bring the API server back"
                assert not one.task.done()
        finally:
            await transport.close()


@pytest.mark.real_time
async def test_a_kind_that_is_not_installed_is_said_and_taken_up_once_it_is() -> None:
    plane = ControlPlane(seed=0)
    async with running(operator(), plane.transport(), settings=settings()) as one, answering(one) as url:
        text = await until_says(f"{url}/readyz", 500, "[-]view run.example.com/v1/Box")
        assert "[+]view v1/ConfigMap ok" in text
        admin = Client(plane.transport())
        definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
        await admin.raw("POST", definitions, body=crd(Box))
        await until_says(f"{url}/readyz", 200, "[+]view run.example.com/v1/Box ok")


@pytest.mark.real_time
async def test_b15_missing_rights_on_one_kind_leave_the_others_at_work() -> None:
    plane = ControlPlane(
        seed=0,
        authorize=lambda user, verb, group, resource, namespace, name: (
            user.name == "admin" or resource != "configmaps"
        ),
    )
    await Client(plane.transport()).raw(
        "POST", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", body=crd(Box)
    )
    async with running(operator(), plane.transport("op"), settings=settings()) as one, answering(one) as url:
        text = await until_says(f"{url}/readyz", 500, "forbidden")
        assert "[-]view v1/ConfigMap" in text and "[+]view run.example.com/v1/Box ok" in text


async def test_approve_shows_the_list_and_writes_its_digest() -> None:
    plane = ControlPlane(seed=0)
    admin = Client(plane.transport())
    await admin.raw("POST", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", body=crd(Box))
    ref = Ref(Box.KIND, "default", "b")
    body = {"apiVersion": "run.example.com/v1", "kind": "Box", "metadata": {"name": "b"}, "spec": {}}
    await admin.create(ref._replace(name=""), body)
    with pytest.raises(Invalid, match="no prune is held"):
        await approve(admin, Box.KIND, "default", "b", "run.example.com", True)
    held = {
        "type": "PruneHeld",
        "status": "True",
        "reason": "TooManyDeletions",
        "message": "4 of 4 children would go; approve 0123456789ab to delete: ConfigMap default/b-0",
        "lastTransitionTime": "2026-01-01T00:00:00Z",
    }
    await admin.merge_patch(ref._replace(subresource="status"), {"status": {"conditions": [held]}})
    await approve(admin, Box.KIND, "default", "b", "run.example.com", True)
    notes = (await admin.get(ref)).decoded()["metadata"]["annotations"]
    assert notes == {"run.example.com/approve-prune": "0123456789ab"}


def test_a_token_file_that_is_wrong_is_named(tmp_path: Path) -> None:
    tokens = tmp_path / "tokens.csv"
    tokens.write_text("only-a-token\n", encoding="utf-8")
    answer = CliRunner().invoke(main, ["controlplane", "serve", "--token-auth-file", str(tokens)])
    assert answer.exit_code == 2 and str(tokens) in answer.output
