"""The launcher of the real control plane: what it serves, whom it lets in, and that nothing stays behind."""

from __future__ import annotations

import json
import os
import signal
import ssl
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import aiohttp
import pytest

from mendloop.controlplane.real import BinariesNotFound, ControlPlaneDied, RealControlPlane, find_binaries


def _bearer(plane: RealControlPlane, user: str = "admin") -> dict[str, str]:
    return {"Authorization": f"Bearer {plane.token(user)}"}


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return Path(f"/proc/{pid}/stat").exists() is False or " Z " not in Path(f"/proc/{pid}/stat").read_text()


def _wait(until, seconds: float = 20.0) -> None:
    """Other processes keep no virtual clock; looks often and gives up late."""
    deadline = time.monotonic() + seconds
    while not until():
        assert time.monotonic() < deadline, "still not so"
        time.sleep(0.02)


def test_serves_the_version_that_the_module_names(real: RealControlPlane) -> None:
    module = Path(__file__).parent / "kube" / "apiserver" / "go.mod"
    wanted = next(
        line.split()[1] for line in module.read_text().splitlines() if "k8s.io/kubernetes v" in line
    )
    with urllib.request.urlopen(f"{real.url}/version", context=real.ssl_context()) as answer:
        assert json.loads(answer.read())["gitVersion"] == wanted


async def test_its_certificate_is_refused_by_those_who_do_not_trust_its_own_authority(
    real: RealControlPlane,
) -> None:
    connector = aiohttp.TCPConnector(ssl=ssl.create_default_context())
    async with aiohttp.ClientSession(connector=connector) as http:
        with pytest.raises(aiohttp.ClientConnectorCertificateError):
            await http.get(f"{real.url}/version")


def test_a_user_without_a_role_is_refused(call, namespace: str) -> None:
    with pytest.raises(urllib.error.HTTPError) as refused:
        call("GET", f"/api/v1/namespaces/{namespace}/secrets", user="nobody")
    assert refused.value.code == 403
    assert 'User "nobody" cannot list resource "secrets"' in json.loads(refused.value.read())["message"]


def test_an_unknown_user_has_no_token(real: RealControlPlane) -> None:
    with pytest.raises(ValueError, match="no user 'eve' here; there are admin, nobody, operator"):
        real.token("eve")


def test_a_deployment_gets_its_replica_set_and_pods(call, namespace: str) -> None:
    labels = {"app": "web"}
    pod = {"containers": [{"name": "web", "image": "web:1"}]}
    spec = {"replicas": 2, "selector": {"matchLabels": labels}}
    spec |= {"template": {"metadata": {"labels": labels}, "spec": pod}}
    call(
        "POST",
        f"/apis/apps/v1/namespaces/{namespace}/deployments",
        {"metadata": {"name": "web"}, "spec": spec},
    )

    def pods() -> list[str]:
        return [
            pod["status"]["phase"] for pod in call("GET", f"/api/v1/namespaces/{namespace}/pods")["items"]
        ]

    _wait(lambda: pods() == ["Pending", "Pending"])


def test_kubectl_reaches_it_through_the_kubeconfig(
    real: RealControlPlane, binaries: Path, namespace: str, tmp_path: Path
) -> None:
    kubectl = binaries / "kubectl"
    if not kubectl.exists():
        pytest.skip(f"no {kubectl}; `make kube` builds it")
    config = real.kubeconfig(tmp_path / "config", namespace=namespace)
    assert config.stat().st_mode & 0o077 == 0

    def run(*args: str) -> str:
        command = [str(kubectl), f"--kubeconfig={config}", f"--cache-dir={tmp_path / 'cache'}", *args]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout

    assert run("create", "configmap", "a", "--from-literal=k=v") == "configmap/a created\n"
    assert run("get", "configmap", "a", "-o", "jsonpath={.metadata.namespace} {.data.k}") == f"{namespace} v"


async def test_a_second_one_shares_nothing_and_leaves_nothing(real: RealControlPlane, binaries: Path) -> None:
    async with RealControlPlane(binaries=binaries, controllers=(), audit=True) as plane:
        folder, pids = plane.folder, [process.pid for process in plane._running().processes.values()]
        assert plane.url != real.url
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=plane.ssl_context())) as http:
            async with http.get(f"{plane.url}/api/v1/nodes", headers=_bearer(real)) as answer:
                assert answer.status == 401
            async with http.get(f"{plane.url}/api/v1/nodes", headers=_bearer(plane)) as answer:
                assert answer.status == 200
        events = [json.loads(line) for line in plane.audit_log.read_text().splitlines()]
        assert [event["requestURI"] for event in events if event["user"].get("username") == "admin"] == [
            "/api/v1/nodes"
        ]
    assert not folder.exists()
    assert not any(_exists(pid) for pid in pids)
    with pytest.raises(RuntimeError, match="not running"):
        _ = plane.url


async def test_a_process_that_fails_is_reported_with_its_last_words(binaries: Path) -> None:
    plane = RealControlPlane(binaries=binaries, apiserver_args=["--no-such-flag"])
    with pytest.raises(
        ControlPlaneDied, match=r"kube-apiserver ended with exit code 1(.|\n)*unknown flag: --no-such-flag"
    ):
        await plane.start()
    with pytest.raises(RuntimeError, match="not running"):
        plane.check()


_STARTER = """
import asyncio, sys
from mendloop.controlplane.real import RealControlPlane

async def main():
    async with RealControlPlane(binaries=sys.argv[1], controllers=()) as plane:
        pids = [str(process.pid) for process in plane._running().processes.values()]
        print(plane.folder, *pids, flush=True)
        await asyncio.Event().wait()

asyncio.run(main())
"""


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGKILL], ids=["ctrl-c", "kill"])
def test_nothing_outlives_the_program_that_started_it(binaries: Path, end: signal.Signals) -> None:
    command = [sys.executable, "-c", _STARTER, str(binaries)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as starter:
        assert starter.stdout is not None
        folder, *pids = starter.stdout.readline().split()
        assert len(pids) == 2
        starter.send_signal(end)
        starter.wait(20)
    _wait(lambda: not any(_exists(int(pid)) for pid in pids))
    _wait(lambda: not Path(folder).exists())


def test_names_what_is_missing_and_where_it_looked(monkeypatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("KUBEBUILDER_ASSETS", raising=False)
    with pytest.raises(
        BinariesNotFound, match=r"etcd not found in nowhere, PATH; `make kube` builds it, or set KUBE"
    ):
        find_binaries("nowhere")


def test_finds_the_binaries_of_setup_envtest_first(monkeypatch, tmp_path: Path, binaries: Path) -> None:
    for name in ("etcd", "kube-apiserver"):
        (tmp_path / name).symlink_to(binaries / name)
    monkeypatch.setenv("KUBEBUILDER_ASSETS", str(tmp_path))
    assert find_binaries(binaries).etcd == tmp_path / "etcd"
