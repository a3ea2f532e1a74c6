"""The built-in workload controllers beside the real ones: same steps, same objects, same statuses.

The real control plane has no nodes, so pods stay Pending until the test plays the kubelet; the embedded one's
pods are held back for as long.
"""

from __future__ import annotations

import asyncio
import difflib
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from mendloop.chaos.state import comparable
from mendloop.controlplane import ControlPlane
from mendloop.controlplane.controllers import Pace
from mendloop.controlplane.real import RealControlPlane

from .place import Object, Place, Refused, embedded
from .place import real as real_one
from .world import workload

NEVER_S = 1e9
pytestmark = [pytest.mark.real, pytest.mark.real_time]


@pytest.fixture
async def ours() -> AsyncIterator[Place]:
    plane = ControlPlane(seed=0)
    async with plane.running(Pace(pod_start_s=NEVER_S, pod_stop_s=0)):
        yield embedded(plane)


@pytest.fixture
def theirs(real: RealControlPlane, namespace: str) -> Place:
    return real_one(real, namespace)


def apps(place: Place, plural: str, name: str = "") -> str:
    return f"/apis/apps/v1/namespaces/{place.namespace}/{plural}" + (f"/{name}" if name else "")


def play_kubelet(place: Place) -> None:
    """Makes every pod that is not ready ready, and lets go the ones that are to go."""
    now = "2026-01-01T00:00:00Z"
    for pod in place.items("{ns}/pods"):
        name = pod["metadata"]["name"]
        if pod["metadata"].get("deletionTimestamp"):
            place.ask("DELETE", f"{{ns}}/pods/{name}", gracePeriodSeconds="0")
            continue
        ready = {"type": "Ready", "status": "True", "lastTransitionTime": now}
        status = {"phase": "Running", "startTime": now, "podIP": "10.0.0.1", "conditions": [ready]}
        try:
            place.ask("PATCH", f"{{ns}}/pods/{name}/status", {"status": status})
        except Refused as refused:
            if refused.status != 404:  # a rollout that went on meanwhile deleted it
                raise


def seen(place: Place, *plurals: str) -> dict[str, str]:
    objects: list[Object] = []
    for plural in plurals:
        listed = place.ask("GET", apps(place, plural))
        kind = listed["kind"].removesuffix("List")
        objects += [{**each, "kind": kind, "apiVersion": "apps/v1"} for each in listed["items"]]
    pods = [{**each, "kind": "Pod", "apiVersion": "v1"} for each in place.items("{ns}/pods")]
    for each in pods:
        each.pop("status", None)
    for each in objects:
        if conditions := (each.get("status") or {}).get("conditions"):
            conditions.sort(key=lambda condition: condition["type"])  # their order means nothing
            for condition in conditions:
                # Which of the two a rollout in the middle shows depends on which status came first.
                if condition["reason"] in ("NewReplicaSetCreated", "ReplicaSetUpdated"):
                    condition |= {"reason": "<under way>", "message": "<under way>"}
    stand_ins = hashes(objects)
    return {
        named(key, stand_ins, place): named(text, stand_ins, place)
        for key, text in comparable([*objects, *pods]).items()
    }


def hashes(objects: list[Object]) -> dict[str, str]:
    """Hashes of templates by the image that they stand for: the number is each implementation's own."""
    found = {}
    for obj in objects:
        if obj["kind"] == "ReplicaSet":
            template = obj["spec"]["template"]
        elif obj["kind"] == "ControllerRevision":
            template = obj["data"]["spec"]["template"]
        else:
            continue
        number = obj["metadata"]["name"].rpartition("-")[2]
        found[number] = f"<hash of {template['spec']['containers'][0]['image']}>"
    return found


def named(text: str, stand_ins: dict[str, str], place: Place) -> str:
    for number, stand_in in stand_ins.items():
        text = text.replace(number, stand_in)
    return text.replace(f'"{place.namespace}"', '"ns"').replace(f" {place.namespace}/", " ns/")


async def same(ours: Place, theirs: Place, *plurals: str) -> None:
    """Both come to the same state; the difference is what a reader of the failure wants to see."""
    pairs: list[dict[str, str]] = []

    def equal() -> bool:
        pairs[:] = [seen(ours, *plurals), seen(theirs, *plurals)]
        return pairs[0] == pairs[1]

    try:
        # Equal once may be by chance, as before either has begun; equal and at rest is what counts.
        while True:
            await ours.until(lambda: observed(ours, plurals[0]) and observed(theirs, plurals[0]) and equal())
            before = list(pairs)
            await asyncio.sleep(0.5)
            if equal() and pairs == before:
                return
    except TimeoutError:
        lines = []
        for key in sorted({*pairs[0], *pairs[1]}):
            mine, real = pairs[0].get(key, ""), pairs[1].get(key, "")
            lines += difflib.unified_diff(
                real.splitlines(), mine.splitlines(), f"real {key}", f"ours {key}", "", "", 3, ""
            )
        pytest.fail("\n".join(lines), pytrace=False)


def observed(place: Place, plural: str) -> bool:
    found = place.items(apps(place, plural))
    return all(
        (each.get("status") or {}).get("observedGeneration") == each["metadata"]["generation"]
        for each in found
    )


def both(*places: Place) -> Callable[[Callable[[Place], Any]], None]:
    def apply(step: Callable[[Place], Any]) -> None:
        for place in places:
            step(place)

    return apply


def new_image(image: str) -> Object:
    return {"spec": {"template": {"spec": {"containers": [{"name": "c", "image": image}]}}}}


def patch(plural: str, name: str, change: Object) -> Callable[[Place], Object]:
    return lambda place: place.ask("PATCH", apps(place, plural, name), change)


async def test_a_deployment_through_its_life(ours: Place, theirs: Place) -> None:
    do, kinds = both(ours, theirs), ("deployments", "replicasets")
    do(lambda place: place.ask("POST", apps(place, "deployments"), workload("Deployment", "web", replicas=3)))
    await same(ours, theirs, *kinds)
    do(play_kubelet)
    await same(ours, theirs, *kinds)
    do(patch("deployments", "web", new_image("nginx:2")))
    await same(ours, theirs, *kinds)
    for _ in range(4):
        do(play_kubelet)
        await same(ours, theirs, *kinds)
    do(patch("deployments", "web", {"spec": {"replicas": 5}}))
    await same(ours, theirs, *kinds)
    do(play_kubelet)
    await same(ours, theirs, *kinds)
    do(patch("deployments", "web", new_image("nginx:1")))
    for _ in range(6):
        await same(ours, theirs, *kinds)
        do(play_kubelet)
    await same(ours, theirs, *kinds)
    do(patch("deployments", "web", {"spec": {"replicas": 0}}))
    await same(ours, theirs, *kinds)


async def test_a_deployment_that_recreates(ours: Place, theirs: Place) -> None:
    do, kinds = both(ours, theirs), ("deployments", "replicasets")
    body = workload("Deployment", "web", strategy={"type": "Recreate"})
    do(lambda place: place.ask("POST", apps(place, "deployments"), body))
    await same(ours, theirs, *kinds)
    do(play_kubelet)
    await same(ours, theirs, *kinds)
    do(patch("deployments", "web", new_image("nginx:2")))
    for _ in range(3):
        await same(ours, theirs, *kinds)
        do(play_kubelet)
    await same(ours, theirs, *kinds)


async def test_a_stateful_set_through_its_life(ours: Place, theirs: Place) -> None:
    do, kinds = both(ours, theirs), ("statefulsets", "controllerrevisions")
    claim = {
        "metadata": {"name": "data"},
        "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}},
    }
    body = workload("StatefulSet", "db", serviceName="db", volumeClaimTemplates=[claim])
    do(lambda place: place.ask("POST", apps(place, "statefulsets"), body))
    for _ in range(3):
        await same(ours, theirs, *kinds)
        do(play_kubelet)
    await same(ours, theirs, *kinds)
    assert ours.names("{ns}/persistentvolumeclaims") == theirs.names("{ns}/persistentvolumeclaims")
    do(patch("statefulsets", "db", new_image("nginx:2")))
    for _ in range(5):
        await same(ours, theirs, *kinds)
        do(play_kubelet)
    await same(ours, theirs, *kinds)
    do(patch("statefulsets", "db", {"spec": {"replicas": 1}}))
    await same(ours, theirs, *kinds)
