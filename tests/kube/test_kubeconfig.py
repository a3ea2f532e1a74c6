"""Reading kubeconfigs: what is found, and how mistakes are told without telling secrets."""

from __future__ import annotations

import logging
from base64 import b64encode
from pathlib import Path
from typing import Any

import msgspec
import pytest

from mendloop.errors.exceptions import Denied, Invalid, Timeout
from mendloop.kube.auth import Fixed, TokenFile, in_cluster
from mendloop.kube.execplugin import ExecPlugin
from mendloop.kube.kubeconfig import load_cluster, read_kubeconfig


def written(folder: Path, name: str = "config", **more: Any) -> Path:
    content = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "dev",
        "contexts": [{"name": "dev", "context": {"cluster": "c", "user": "u", "namespace": "team"}}],
        "clusters": [{"name": "c", "cluster": {"server": "https://api:6443"}}],
        "users": [{"name": "u", "user": {"token": "s3cr3t"}}],
    } | more
    path = folder / name
    path.write_bytes(msgspec.json.encode(content))  # JSON is YAML
    return path


def user(**fields: Any) -> dict[str, Any]:
    return {"users": [{"name": "u", "user": fields}]}


def cluster(**fields: Any) -> dict[str, Any]:
    return {"clusters": [{"name": "c", "cluster": {"server": "https://api:6443"} | fields}]}


def test_the_current_context_names_server_user_and_namespace(tmp_path: Path) -> None:
    found = read_kubeconfig([written(tmp_path)])
    assert (found.server, found.namespace) == ("https://api:6443", "team")
    assert found.credentials.authorization == "Bearer s3cr3t"
    assert "s3cr3t" not in repr(found)


def test_of_several_files_the_first_that_says_something_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = written(tmp_path, "one", contexts=[], clusters=[], users=[])
    second = written(tmp_path, "two", **{"current-context": "other"})
    monkeypatch.setenv("KUBECONFIG", f"{first}:{tmp_path / 'missing'}::{second}")
    assert load_cluster().server == "https://api:6443"
    with pytest.raises(Invalid, match="no context named 'other' in contexts; there are: dev"):
        load_cluster(context="other")


def test_a_token_file_and_certificate_files_are_relative_to_their_kubeconfig(tmp_path: Path) -> None:
    (tmp_path / "tok").write_text("x")
    (tmp_path / "ca.crt").write_text("x")
    path = written(tmp_path, **user(tokenFile="tok"), **cluster(**{"certificate-authority": "ca.crt"}))
    found = read_kubeconfig([path])
    assert isinstance(found.credentials, TokenFile)
    assert found.tls.ca_file == str(tmp_path / "ca.crt")


def test_inline_certificates_a_server_name_and_a_proxy_are_taken(tmp_path: Path) -> None:
    pem = b64encode(b"PEM").decode()
    path = written(
        tmp_path,
        **user(**{"client-certificate-data": pem, "client-key-data": pem}),
        **cluster(
            **{
                "certificate-authority-data": pem,
                "tls-server-name": "kube",
                "proxy-url": "http://proxy:1",
            }
        ),
    )
    found = read_kubeconfig([path])
    assert (found.tls.ca_pem, found.tls.server_name, found.proxy_url) == (b"PEM", "kube", "http://proxy:1")
    assert found.credentials.certificate is not None
    assert found.credentials.certificate.key_pem == b"PEM"


def test_switching_verification_off_is_honoured_with_a_warning(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = written(tmp_path, **cluster(**{"insecure-skip-tls-verify": True}))
    with caplog.at_level(logging.WARNING):
        assert read_kubeconfig([path]).tls.insecure
    assert "insecure-skip-tls-verify" in caplog.text


def test_a_name_and_password_become_a_basic_header(tmp_path: Path) -> None:
    found = read_kubeconfig([written(tmp_path, **user(username="ann", password="pw"))])
    assert isinstance(found.credentials, Fixed)
    assert found.credentials.authorization == f"Basic {b64encode(b'ann:pw').decode()}"


EXEC = {"command": "x", "apiVersion": "client.authentication.k8s.io/v1"}


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"contexts": {}}, "contexts is a mapping, not a list"),
        ({"contexts": [3]}, "contexts[0] is a number, not a mapping"),
        ({"current-context": ""}, "no current-context"),
        ({"current-context": "x"}, "no context named 'x'"),
        ({"clusters": []}, "no cluster named 'c'"),
        ({"clusters": [{"name": "c"}]}, "clusters[0].cluster.server is missing"),
        ({"clusters": [{"name": "c", "cluster": "s3cr3t"}]}, "clusters[0].cluster is text, not a mapping"),
        (cluster(server="api:6443"), "clusters[0].cluster.server is no URL"),
        (cluster(**{"insecure-skip-tls-verify": "yes"}), "is text, not true or false"),
        (cluster(**{"certificate-authority-data": "$$"}), "certificate-authority-data is not base64"),
        (cluster(**{"certificate-authority": "none.crt"}), "none.crt, which is no file"),
        ({"users": [{"name": "v"}]}, "no user named 'u' in users; there are: v"),
        (user(token=12345), "users[0].user.token is a number, not text"),
        (user(**{"client-certificate-data": "eA=="}), "client-key is missing"),
        (user(**{"auth-provider": {"name": "gcp"}}), "auth-provider is not supported"),
        (user(exec={"command": "x"}), "users[0].user.exec.apiVersion is missing"),
        (user(exec=EXEC | {"apiVersion": "v0"}), "exec.apiVersion is v0; known are"),
        (user(exec=EXEC | {"args": "a b"}), "exec.args is not a list of texts"),
        (user(exec=EXEC | {"env": [{"value": "s3cr3t"}]}), "exec.env[0].name is missing"),
        (user(exec=EXEC | {"interactiveMode": "Always"}), "there is no terminal"),
    ],
)
def test_a_mistake_is_named_with_file_and_place(tmp_path: Path, change: Any, place: str) -> None:
    path = written(tmp_path, **change)
    with pytest.raises(Invalid) as wrong:
        read_kubeconfig([path])
    assert str(path) in wrong.value.message
    assert place in wrong.value.message
    assert "s3cr3t" not in wrong.value.message


def test_a_file_that_is_no_yaml_is_named_by_line_without_its_content(tmp_path: Path) -> None:
    path = tmp_path / "config"
    path.write_text("users:\n- name: u\n  user: {token: s3cr3t\n: [")
    with pytest.raises(Invalid, match=r"is no YAML \(line 4") as wrong:
        read_kubeconfig([path])
    assert "s3cr3t" not in str(wrong.value)
    assert wrong.value.__cause__ is None


def test_without_any_cluster_everything_that_was_looked_for_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("KUBECONFIG", raising=False)
    monkeypatch.delenv("KUBERNETES_SERVICE_HOST", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    with pytest.raises(Invalid, match=r"no KUBECONFIG, no ~/.kube/config, and not in a pod"):
        load_cluster()


async def test_in_a_pod_the_service_account_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, content in (("token", "t"), ("ca.crt", "PEM"), ("namespace", "team\n")):
        (tmp_path / name).write_text(content)
    monkeypatch.setenv("KUBERNETES_SERVICE_HOST", "fd00::1")
    monkeypatch.setenv("KUBERNETES_SERVICE_PORT", "443")
    found = in_cluster(tmp_path)
    assert (found.server, found.namespace) == ("https://[fd00::1]:443", "team")
    await found.credentials.refresh(0.0, rejected=False)
    assert found.credentials.authorization == "Bearer t"
    assert found.credentials.due_at == 60.0


async def test_a_token_file_that_vanishes_keeps_the_old_token_until_it_is_rejected(tmp_path: Path) -> None:
    path = tmp_path / "token"
    path.write_text("t")
    source = TokenFile(path)
    await source.refresh(0.0, rejected=False)
    path.unlink()
    await source.refresh(61.0, rejected=False)
    assert source.authorization == "Bearer t"
    with pytest.raises(Denied, match="cannot be read"):
        await source.refresh(70.0, rejected=True)


def plugin(folder: Path, script: str, **more: Any) -> ExecPlugin:
    program = folder / "plugin.sh"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    spec = EXEC | {"command": "./plugin.sh"} | more
    found = read_kubeconfig([written(folder, **user(exec=spec))]).credentials
    assert isinstance(found, ExecPlugin)
    return found


def credential(**status: Any) -> str:
    said = {"apiVersion": EXEC["apiVersion"], "kind": "ExecCredential", "status": status}
    return f"echo run >> $0.runs; echo '{msgspec.json.encode(said).decode()}'"


@pytest.mark.real_time
async def test_an_exec_plugin_is_asked_again_only_when_its_credential_expires(tmp_path: Path) -> None:
    """2026-11-25T00:10:00Z is 1795565400."""
    source = plugin(tmp_path, credential(token="t", expirationTimestamp="2026-11-25T00:10:00Z"))
    for now in (1795565000.0, 1795565300.0, 1795565395.0):
        await source.refresh(now, rejected=False)
    assert source.authorization == "Bearer t"
    assert (tmp_path / "plugin.sh.runs").read_text().count("run") == 2


@pytest.mark.real_time
async def test_an_exec_plugin_learns_of_its_cluster_and_gives_a_certificate(tmp_path: Path) -> None:
    script = 'echo "$KUBERNETES_EXEC_INFO $WHO $1" > $0.seen; ' + credential(
        clientCertificateData="CERT", clientKeyData="KEY"
    )
    env = [{"name": "WHO", "value": "me"}]
    source = plugin(tmp_path, script, args=["arg"], env=env, provideClusterInfo=True)
    await source.refresh(0.0, rejected=False)
    assert source.certificate is not None
    assert (source.certificate.cert_pem, source.certificate.key_pem) == (b"CERT", b"KEY")
    seen = (tmp_path / "plugin.sh.seen").read_text()
    assert seen.endswith("me arg\n")
    assert '"server":"https://api:6443"' in seen


@pytest.mark.real_time
@pytest.mark.parametrize(
    ("script", "why"),
    [
        ("echo no entry >&2; exit 3", "ended with 3: no entry"),
        ("echo s3cr3t", "did not write an ExecCredential"),
        ('echo \'{"apiVersion":"v9","status":{"token":"s3cr3t"}}\'', "wrote v9 where"),
        (credential(), "neither a token nor a certificate"),
    ],
)
async def test_an_exec_plugin_that_fails_says_why_but_not_what_it_wrote(
    tmp_path: Path, script: str, why: str
) -> None:
    source = plugin(tmp_path, script)
    with pytest.raises(Denied) as failed:
        await source.refresh(0.0, rejected=False)
    assert why in failed.value.message
    assert "s3cr3t" not in failed.value.message


@pytest.mark.real_time
async def test_an_exec_plugin_that_is_not_there_shows_the_hint(tmp_path: Path) -> None:
    spec = EXEC | {"command": "no-such-program", "installHint": "get it from your cloud"}
    found = read_kubeconfig([written(tmp_path, **user(exec=spec))]).credentials
    with pytest.raises(Denied, match="get it from your cloud"):
        await found.refresh(0.0, rejected=False)


@pytest.mark.real_time
async def test_an_exec_plugin_that_hangs_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mendloop.kube.execplugin.TIMEOUT_S", 0.2)
    with pytest.raises(Timeout, match="took longer"):
        await plugin(tmp_path, "exec sleep 60").refresh(0.0, rejected=False)
