"""What kubectl learns about the server and about custom resources."""

from __future__ import annotations

from .driving import NEEDED, cluster
from .manifests import GIZMO, GIZMOS

pytestmark = NEEDED


async def test_lists_resources_and_versions() -> None:
    async with cluster() as (_, kubectl):
        lines = (await kubectl.ok("api-resources")).splitlines()
        versions = (await kubectl.ok("api-versions")).split()
        named = (await kubectl.ok("api-resources", "--api-group=apps", "-o", "name")).split()
    deployments = next(line for line in lines if line.startswith("deployments"))
    assert deployments.split() == ["deployments", "deploy", "apps/v1", "true", "Deployment"]
    assert {"v1", "apps/v1", "batch/v1"} <= set(versions)
    assert named == [
        f"{plural}.apps"
        for plural in ("controllerrevisions", "daemonsets", "deployments", "replicasets", "statefulsets")
    ]


async def test_explains_a_built_in_field() -> None:
    async with cluster() as (_, kubectl):
        text = await kubectl.ok("explain", "deployment.spec.replicas")
        whole = await kubectl.ok("explain", "service", "--recursive")
    assert "FIELD: replicas <integer>" in text
    assert "Number of desired pods." in text
    assert "clusterIP" in whole


async def test_tells_its_version_and_that_it_is_ready() -> None:
    async with cluster() as (_, kubectl):
        assert "Server Version: v1.36" in await kubectl.ok("version")
        assert await kubectl.ok("get", "--raw", "/readyz") == "ok"


async def test_serves_a_definition_at_once() -> None:
    async with cluster() as (_, kubectl):
        await kubectl.ok("apply", "-f", "-", stdin=GIZMOS)
        await kubectl.ok("wait", "--for=condition=Established", "crd/gizmos.t.example.com", "--timeout=10s")
        await kubectl.ok("apply", "-f", "-", stdin=GIZMO)
        table = [line.split() for line in (await kubectl.ok("get", "gz")).splitlines()]
        assert table == [["NAME", "SIZE", "READY"], ["one", "3"]]
        assert await kubectl.ok("get", "gizmo", "one", "-o", "jsonpath={.spec.mode}") == "fast"


async def test_explains_a_custom_resource_from_its_schema() -> None:
    async with cluster() as (_, kubectl):
        await kubectl.ok("apply", "-f", "-", stdin=GIZMOS)
        text = await kubectl.ok("explain", "gizmo.spec")
    assert "What is wanted." in text
    assert "size\t<integer> -required-" in text


async def test_validates_patches_scales_and_waits_for_a_custom_resource() -> None:
    async with cluster() as (_, kubectl):
        await kubectl.ok("apply", "-f", "-", stdin=GIZMOS)
        await kubectl.ok("apply", "--server-side", "-f", "-", stdin=GIZMO)
        refused = await kubectl("patch", "gizmo", "one", "--type=merge", "-p", '{"spec":{"size":99}}')
        assert "spec.size in body should be less than or equal to 9" in refused.error
        await kubectl.ok("scale", "gizmo", "one", "--replicas=4")
        status = '{"status":{"conditions":[{"type":"Ready","status":"True"}]}}'
        await kubectl.ok("patch", "gizmo", "one", "--subresource=status", "--type=merge", "-p", status)
        await kubectl.ok("wait", "--for=condition=Ready", "gizmo/one", "--timeout=10s")
        assert (await kubectl.ok("get", "gz", "--no-headers")).split() == ["one", "4", "True"]
        diff = await kubectl("diff", "-f", "-", stdin=GIZMO)
        assert (diff.code, "-  size: 4" in diff.out) == (1, True)


async def test_deleting_a_definition_takes_its_objects_along() -> None:
    async with cluster() as (_, kubectl):
        await kubectl.ok("apply", "-f", "-", stdin=GIZMOS)
        await kubectl.ok("apply", "-f", "-", stdin=GIZMO)
        await kubectl.ok("delete", "crd", "gizmos.t.example.com", "--timeout=10s")
        assert (await kubectl("get", "gizmos.t.example.com")).code == 1
        await kubectl.ok("apply", "-f", "-", stdin=GIZMOS)
        assert await kubectl.ok("get", "gizmos.t.example.com", "-o", "name") == ""
