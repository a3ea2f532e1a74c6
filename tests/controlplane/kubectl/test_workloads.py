"""kubectl's daily commands on built-in kinds."""

from __future__ import annotations

import json

import pytest

from .driving import NEEDED, Kubectl, cluster
from .manifests import WEB

pytestmark = NEEDED


async def _deployed(kubectl: Kubectl) -> None:
    await kubectl.ok("apply", "-f", "-", stdin=WEB)
    await kubectl.ok("wait", "--for=condition=Available", "deployment/web", "--timeout=20s")


def _rows(table: str) -> list[list[str]]:
    return [line.split() for line in table.splitlines()]


async def test_lists_namespaces_with_their_status() -> None:
    async with cluster() as (_, kubectl):
        rows = _rows(await kubectl.ok("get", "namespaces"))
    assert rows[0] == ["NAME", "STATUS", "AGE"]
    assert [row[:2] for row in rows[1:]] == [
        [name, "Active"] for name in ("default", "kube-node-lease", "kube-public", "kube-system")
    ]


async def test_shows_a_deployment_and_its_pods_wide() -> None:
    async with cluster() as (_, kubectl):
        await _deployed(kubectl)
        deployments = _rows(await kubectl.ok("get", "deployments", "-o", "wide"))
        pods = _rows(await kubectl.ok("get", "pods", "-o", "wide"))
    assert deployments[0] == [
        "NAME",
        "READY",
        "UP-TO-DATE",
        "AVAILABLE",
        "AGE",
        "CONTAINERS",
        "IMAGES",
        "SELECTOR",
    ]
    assert deployments[1][:4] == ["web", "2/2", "2", "2"]
    assert deployments[1][5:] == ["c", "nginx:1", "app=web"]
    assert pods[0][:7] == ["NAME", "READY", "STATUS", "RESTARTS", "AGE", "IP", "NODE"]
    assert [row[1:4] for row in pods[1:]] == [["1/1", "Running", "0"]] * 2


async def test_shows_all_of_a_category() -> None:
    async with cluster() as (_, kubectl):
        await _deployed(kubectl)
        names = {
            row.split()[0].partition("-")[0]
            for row in (await kubectl.ok("get", "all", "--no-headers")).splitlines()
            if row
        }
    assert names == {"pod/web", "service/web", "deployment.apps/web", "replicaset.apps/web"}


async def test_describes_a_deployment_with_its_replica_set() -> None:
    async with cluster() as (_, kubectl):
        await _deployed(kubectl)
        text = await kubectl.ok("describe", "deployment", "web")
    assert "Replicas:               2 desired | 2 updated | 2 total | 2 available | 0 unavailable" in text
    assert "(2/2 replicas created)" in text


async def test_describes_a_pod_and_its_events() -> None:
    async with cluster() as (_, kubectl):
        await _deployed(kubectl)
        pod = (await kubectl.ok("get", "pods", "-o", "name")).split()[0]
        uid = (await kubectl.ok("get", pod, "-o", "jsonpath={.metadata.uid}")).strip()
        event = {
            "apiVersion": "v1",
            "kind": "Event",
            "metadata": {"name": "e", "namespace": "default"},
            "involvedObject": {
                "apiVersion": "v1",
                "kind": "Pod",
                "namespace": "default",
                "name": pod.partition("/")[2],
                "uid": uid,
            },
            "reason": "Happened",
            "message": "something came to pass",
            "type": "Normal",
        }
        await kubectl.ok("create", "-f", "-", stdin=json.dumps(event))
        assert "something came to pass" in await kubectl.ok("describe", pod)
        assert "something came to pass" in await kubectl.ok("events")


async def test_applies_on_the_client_side_and_writes_nothing_twice() -> None:
    async with cluster() as (plane, kubectl):
        assert "created" in await kubectl.ok("apply", "-f", "-", stdin=WEB)
        writes = len(plane.writes(user="admin"))
        second = await kubectl.ok("apply", "-f", "-", stdin=WEB)
        assert second.splitlines() == ["deployment.apps/web unchanged", "service/web unchanged"]
        assert len(plane.writes(user="admin")) == writes
        changed = await kubectl.ok("apply", "-f", "-", stdin=WEB.replace("nginx:1", "nginx:2"))
        assert changed.splitlines() == ["deployment.apps/web configured", "service/web unchanged"]


async def test_applies_on_the_server_side_and_reports_a_conflict() -> None:
    async with cluster() as (_, kubectl):
        await kubectl.ok("apply", "--server-side", "-f", "-", stdin=WEB)
        await kubectl.ok("scale", "deployment", "web", "--replicas=1")
        refused = await kubectl("apply", "--server-side", "-f", "-", stdin=WEB)
        assert refused.code == 1
        assert 'conflict with "kubectl" with subresource "scale"' in refused.error
        assert ".spec.replicas" in refused.error
        await kubectl.ok("apply", "--server-side", "--force-conflicts", "-f", "-", stdin=WEB)
        assert await kubectl.ok("get", "deployment", "web", "-o", "jsonpath={.spec.replicas}") == "2"


async def test_refuses_an_unknown_field_before_it_is_stored() -> None:
    async with cluster() as (_, kubectl):
        said = await kubectl("apply", "-f", "-", stdin=WEB.replace("replicas: 2", "replicaz: 2"))
    assert said.code == 1
    assert 'strict decoding error: unknown field "spec.replicaz"' in said.error


async def test_shows_the_difference_and_only_that() -> None:
    async with cluster() as (_, kubectl):
        await _deployed(kubectl)
        same = await kubectl("diff", "-f", "-", stdin=WEB)
        assert (same.code, same.out) == (0, "")
        other = await kubectl("diff", "-f", "-", stdin=WEB.replace("replicas: 2", "replicas: 3"))
        assert other.code == 1
        lines = [
            line for line in other.out.splitlines() if line[:1] in "+-" and line[:3] not in ("+++", "---")
        ]
        assert [line.replace(" ", "") for line in lines if "replicas" in line] == [
            "-replicas:2",
            "+replicas:3",
        ]
        assert await kubectl.ok("get", "deployment", "web", "-o", "jsonpath={.spec.replicas}") == "2"


@pytest.mark.parametrize(
    ("kind", "patch"),
    [
        ("merge", '{"metadata":{"labels":{"by":"merge"}}}'),
        ("json", '[{"op":"add","path":"/metadata/labels/by","value":"json"}]'),
        ("strategic", '{"metadata":{"labels":{"by":"strategic"}}}'),
    ],
)
async def test_edits_by_each_patch(kind: str, patch: str) -> None:
    async with cluster() as (_, kubectl):
        await kubectl.ok("apply", "-f", "-", stdin=WEB)
        await kubectl.ok("patch", "deployment", "web", "--type", kind, "-p", patch)
        assert await kubectl.ok("get", "deployment", "web", "-o", "jsonpath={.metadata.labels.by}") == kind


async def test_edits_in_an_editor() -> None:
    async with cluster() as (_, kubectl):
        await kubectl.ok("apply", "-f", "-", stdin=WEB)
        env = {"KUBE_EDITOR": "sed -i s/nginx:1/nginx:9/"}
        assert "edited" in await kubectl.ok("edit", "deployment", "web", env=env)
        image = "jsonpath={.spec.template.spec.containers[0].image}"
        assert await kubectl.ok("get", "deployment", "web", "-o", image) == "nginx:9"


async def test_scales_and_waits_until_it_is_so() -> None:
    async with cluster() as (_, kubectl):
        await _deployed(kubectl)
        assert await kubectl.ok("scale", "deployment/web", "--replicas=3") == "deployment.apps/web scaled\n"
        await kubectl.ok(
            "wait", "--for=jsonpath={.status.readyReplicas}=3", "deployment/web", "--timeout=20s"
        )
        assert "successfully rolled out" in await kubectl.ok("rollout", "status", "deployment/web")


async def test_deletes_in_the_background_and_the_pods_go() -> None:
    async with cluster() as (_, kubectl):
        await _deployed(kubectl)
        await kubectl.ok("delete", "deployment", "web", "--cascade=background")
        await kubectl.ok("wait", "--for=delete", "pods", "-l", "app=web", "--timeout=20s")
        assert await kubectl.ok("get", "replicasets", "-o", "name") == ""


async def test_deletes_in_the_foreground_after_the_pods() -> None:
    async with cluster() as (plane, kubectl):
        await _deployed(kubectl)
        await kubectl.ok("delete", "deployment", "web", "--cascade=foreground", "--timeout=20s")
        # kubectl returned when the Deployment was gone, so nothing of it may be left.
        assert plane.objects("v1/Pod") == []
        assert plane.objects("apps/v1/ReplicaSet") == []


async def test_deletes_and_leaves_orphans() -> None:
    async with cluster() as (_, kubectl):
        await _deployed(kubectl)
        await kubectl.ok("delete", "deployment", "web", "--cascade=orphan")
        owners = await kubectl.ok("get", "replicasets", "-o", "jsonpath={.items[0].metadata.ownerReferences}")
        assert owners == ""
        assert len((await kubectl.ok("get", "pods", "-o", "name")).split()) == 2


async def test_deletes_a_namespace_with_what_is_in_it() -> None:
    async with cluster() as (plane, kubectl):
        await kubectl.ok("create", "namespace", "gone")
        await kubectl.ok("-n", "gone", "apply", "-f", "-", stdin=WEB)
        await kubectl.ok("delete", "namespace", "gone", "--timeout=30s")
        assert [pod for pod in plane.objects("v1/Pod") if pod["metadata"]["namespace"] == "gone"] == []


async def test_watches_until_it_has_seen_enough() -> None:
    async with cluster() as (_, kubectl):
        await _deployed(kubectl)
        out = await kubectl.ok("get", "pods", "-w", "--request-timeout=1s", "--no-headers")
        assert len(out.splitlines()) == 2


async def test_creates_from_the_command_line_in_protobuf() -> None:
    """kubectl's typed client sends protobuf, whatever the server answers in."""
    async with cluster() as (plane, kubectl):
        await kubectl.ok("create", "configmap", "c", "--from-literal=a=1")
        await kubectl.ok("create", "deployment", "d", "--image=nginx", "--replicas=1")
        await kubectl.ok("create", "secret", "generic", "s", "--from-literal=p=hidden")
        await kubectl.ok("expose", "deployment", "d", "--port=80")
        assert plane.objects("v1/Secret", "default")[0]["data"] == {"p": "aGlkZGVu"}
        await kubectl.ok("wait", "--for=condition=Available", "deployment/d", "--timeout=20s")


async def test_asks_what_it_may_do() -> None:
    async with cluster() as (plane, kubectl):
        assert await kubectl.ok("auth", "can-i", "create", "pods") == "yes\n"
        plane.world.authorize = lambda user, verb, *rest: verb != "create"
        assert (await kubectl("auth", "can-i", "create", "pods")).out == "no\n"
        assert "admin" in await kubectl.ok("auth", "whoami")
