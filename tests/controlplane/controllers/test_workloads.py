from __future__ import annotations

import asyncio

from mendloop.controlplane import ControlPlane
from mendloop.model.readiness import is_current, readiness

from .world import Object, ask, names, one, workload

DEPLOYMENTS = "/apis/apps/v1/namespaces/default/deployments"
SETS = "/apis/apps/v1/namespaces/default/statefulsets"
JOBS = "/apis/batch/v1/namespaces/default/jobs"


def conditions(obj: Object) -> dict[str, tuple[str, str]]:
    return {each["type"]: (each["status"], each["reason"]) for each in obj["status"]["conditions"]}


async def test_a_deployment_becomes_available(control_plane: ControlPlane) -> None:
    ask(control_plane, "POST", DEPLOYMENTS, workload("Deployment", "web"))
    await asyncio.sleep(0.5)
    early = one(control_plane, "apps/v1/Deployment", "web")
    assert early["status"]["unavailableReplicas"] == 2
    assert conditions(early)["Available"] == ("False", "MinimumReplicasUnavailable")
    await asyncio.sleep(5)
    status = one(control_plane, "apps/v1/Deployment", "web")["status"]
    counts = {"replicas": 2, "updatedReplicas": 2, "readyReplicas": 2, "availableReplicas": 2}
    assert counts.items() <= status.items() and status["observedGeneration"] == 1
    assert "unavailableReplicas" not in status
    assert conditions(one(control_plane, "apps/v1/Deployment", "web")) == {
        "Available": ("True", "MinimumReplicasAvailable"),
        "Progressing": ("True", "NewReplicaSetAvailable"),
    }
    assert len(names(control_plane, "v1/Pod")) == 2


async def test_rests_once_all_is_well(control_plane: ControlPlane) -> None:
    """A status that is written again without a change would wake every watcher for ever."""
    ask(control_plane, "POST", DEPLOYMENTS, workload("Deployment", "web"))
    ask(control_plane, "POST", SETS, workload("StatefulSet", "db", serviceName="db"))
    await asyncio.sleep(30)
    writes = len(control_plane.writes())
    await asyncio.sleep(3600)
    assert len(control_plane.writes()) == writes


async def test_a_rollout_never_goes_below_what_must_be_available(control_plane: ControlPlane) -> None:
    ask(control_plane, "POST", DEPLOYMENTS, workload("Deployment", "web", replicas=4))
    await asyncio.sleep(10)
    template = {"spec": {"containers": [{"name": "c", "image": "nginx:2"}]}}
    ask(control_plane, "PATCH", f"{DEPLOYMENTS}/web", {"spec": {"template": template}})
    lowest = highest = 4
    for _ in range(200):
        await asyncio.sleep(0.1)
        status = one(control_plane, "apps/v1/Deployment", "web")["status"]
        lowest = min(lowest, status.get("availableReplicas", 0))
        highest = max(highest, len(control_plane.objects("v1/Pod")))
    assert (lowest, highest) == (3, 5)
    status = one(control_plane, "apps/v1/Deployment", "web")["status"]
    assert status["updatedReplicas"] == status["replicas"] == status["availableReplicas"] == 4
    assert status["observedGeneration"] == 2
    sets = {each["spec"]["replicas"] for each in control_plane.objects("apps/v1/ReplicaSet")}
    assert sets == {0, 4}
    images = {each["spec"]["containers"][0]["image"] for each in control_plane.objects("v1/Pod")}
    assert images == {"nginx:2"}


async def test_a_rollback_uses_the_old_replica_set_again(control_plane: ControlPlane) -> None:
    ask(control_plane, "POST", DEPLOYMENTS, workload("Deployment", "web"))
    for image in ("nginx:2", "nginx:1"):
        await asyncio.sleep(20)
        template = {"spec": {"containers": [{"name": "c", "image": image}]}}
        ask(control_plane, "PATCH", f"{DEPLOYMENTS}/web", {"spec": {"template": template}})
    await asyncio.sleep(20)
    assert len(names(control_plane, "apps/v1/ReplicaSet")) == 2
    annotations = one(control_plane, "apps/v1/Deployment", "web")["metadata"]["annotations"]
    assert annotations["deployment.kubernetes.io/revision"] == "3"


async def test_a_broken_image_stops_the_rollout_and_says_so(control_plane: ControlPlane) -> None:
    ask(control_plane, "POST", DEPLOYMENTS, workload("Deployment", "web"))
    await asyncio.sleep(10)
    template = {"spec": {"containers": [{"name": "c", "image": "registry.example/missing:2"}]}}
    ask(control_plane, "PATCH", f"{DEPLOYMENTS}/web", {"spec": {"template": template}})
    await asyncio.sleep(700)
    found = one(control_plane, "apps/v1/Deployment", "web")
    assert found["status"]["availableReplicas"] == 2
    assert conditions(found)["Progressing"] == ("False", "ProgressDeadlineExceeded")
    waiting = [
        each["status"]["containerStatuses"][0]["state"]["waiting"]["reason"]
        for each in control_plane.objects("v1/Pod")
        if "waiting" in each["status"]["containerStatuses"][0]["state"]
    ]
    assert waiting == ["ErrImagePull"]


async def test_scaling_changes_no_revision(control_plane: ControlPlane) -> None:
    ask(control_plane, "POST", DEPLOYMENTS, workload("Deployment", "web"))
    await asyncio.sleep(10)
    ask(control_plane, "PATCH", f"{DEPLOYMENTS}/web", {"spec": {"replicas": 5}})
    await asyncio.sleep(10)
    assert one(control_plane, "apps/v1/Deployment", "web")["status"]["availableReplicas"] == 5
    ask(control_plane, "PATCH", f"{DEPLOYMENTS}/web", {"spec": {"replicas": 0}})
    await asyncio.sleep(10)
    status = one(control_plane, "apps/v1/Deployment", "web")["status"]
    assert "replicas" not in status or status["replicas"] == 0
    assert names(control_plane, "v1/Pod") == [] and len(names(control_plane, "apps/v1/ReplicaSet")) == 1


async def test_a_deleted_pod_comes_back(control_plane: ControlPlane) -> None:
    ask(control_plane, "POST", DEPLOYMENTS, workload("Deployment", "web"))
    await asyncio.sleep(10)
    victim = names(control_plane, "v1/Pod")[0]
    ask(control_plane, "DELETE", f"/api/v1/namespaces/default/pods/{victim}")
    await asyncio.sleep(10)
    assert victim not in names(control_plane, "v1/Pod") and len(names(control_plane, "v1/Pod")) == 2


async def test_recreate_never_runs_two_versions(control_plane: ControlPlane) -> None:
    body = workload("Deployment", "web", strategy={"type": "Recreate"})
    ask(control_plane, "POST", DEPLOYMENTS, body)
    await asyncio.sleep(10)
    template = {"spec": {"containers": [{"name": "c", "image": "nginx:2"}]}}
    ask(control_plane, "PATCH", f"{DEPLOYMENTS}/web", {"spec": {"template": template}})
    for _ in range(100):
        await asyncio.sleep(0.05)
        images = {each["spec"]["containers"][0]["image"] for each in control_plane.objects("v1/Pod")}
        assert len(images) <= 1
    assert images == {"nginx:2"}


async def test_a_stateful_set_starts_one_pod_after_the_other(control_plane: ControlPlane) -> None:
    claim = {
        "metadata": {"name": "data"},
        "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}},
    }
    body = workload("StatefulSet", "db", replicas=3, serviceName="db", volumeClaimTemplates=[claim])
    ask(control_plane, "POST", SETS, body)
    await asyncio.sleep(0.5)
    assert names(control_plane, "v1/Pod") == ["db-0"]
    await asyncio.sleep(10)
    assert names(control_plane, "v1/Pod") == ["db-0", "db-1", "db-2"]
    assert names(control_plane, "v1/PersistentVolumeClaim") == ["data-db-0", "data-db-1", "data-db-2"]
    assert {each["status"]["phase"] for each in control_plane.objects("v1/PersistentVolumeClaim")} == {
        "Bound"
    }
    status = one(control_plane, "apps/v1/StatefulSet", "db")["status"]
    assert status["readyReplicas"] == status["currentReplicas"] == status["updatedReplicas"] == 3
    assert status["currentRevision"] == status["updateRevision"]


async def test_a_stateful_set_rolls_from_the_last_pod(control_plane: ControlPlane) -> None:
    ask(control_plane, "POST", SETS, workload("StatefulSet", "db", serviceName="db"))
    await asyncio.sleep(10)
    template = {"spec": {"containers": [{"name": "c", "image": "nginx:2"}]}}
    ask(control_plane, "PATCH", f"{SETS}/db", {"spec": {"template": template}})
    await asyncio.sleep(0.5)
    images = [each["spec"]["containers"][0]["image"] for each in control_plane.objects("v1/Pod")]
    assert images == ["nginx:1", "nginx:2"] or images == ["nginx:1"]
    await asyncio.sleep(10)
    status = one(control_plane, "apps/v1/StatefulSet", "db")["status"]
    assert status["updatedReplicas"] == 2 and status["currentRevision"] == status["updateRevision"]


async def test_claims_outlive_a_deleted_stateful_set(control_plane: ControlPlane) -> None:
    claim = {
        "metadata": {"name": "data"},
        "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}},
    }
    ask(
        control_plane,
        "POST",
        SETS,
        workload("StatefulSet", "db", serviceName="db", volumeClaimTemplates=[claim]),
    )
    await asyncio.sleep(10)
    ask(control_plane, "DELETE", f"{SETS}/db", propagationPolicy="Background")
    await asyncio.sleep(10)
    assert names(control_plane, "v1/Pod") == []
    assert names(control_plane, "v1/PersistentVolumeClaim") == ["data-db-0", "data-db-1"]


async def test_an_orphaned_stateful_sets_pods_are_adopted_again(control_plane: ControlPlane) -> None:
    ask(control_plane, "POST", SETS, workload("StatefulSet", "db", serviceName="db"))
    await asyncio.sleep(10)
    before = [each["metadata"]["uid"] for each in control_plane.objects("v1/Pod")]
    ask(control_plane, "DELETE", f"{SETS}/db", propagationPolicy="Orphan")
    await asyncio.sleep(5)
    assert names(control_plane, "apps/v1/StatefulSet") == []
    ask(control_plane, "POST", SETS, workload("StatefulSet", "db", serviceName="db"))
    await asyncio.sleep(5)
    assert [each["metadata"]["uid"] for each in control_plane.objects("v1/Pod")] == before


def job(name: str, image: str = "tool:1", **spec: object) -> Object:
    pod = {"restartPolicy": "Never", "containers": [{"name": "c", "image": image}]}
    body = {"template": {"spec": pod}, **spec}
    return {"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": name}, "spec": body}


async def test_a_job_completes_and_is_gone_after_its_time_to_live(control_plane: ControlPlane) -> None:
    ask(control_plane, "POST", JOBS, job("once", ttlSecondsAfterFinished=60))
    await asyncio.sleep(10)
    found = one(control_plane, "batch/v1/Job", "once")
    assert found["status"]["succeeded"] == 1 and conditions(found)["Complete"] == (
        "True",
        "CompletionsReached",
    )
    await asyncio.sleep(70)
    assert names(control_plane, "batch/v1/Job") == [] and names(control_plane, "v1/Pod") == []


async def test_a_job_gives_up_after_its_backoff_limit(control_plane: ControlPlane) -> None:
    ask(control_plane, "POST", JOBS, job("never", image="fail:1", backoffLimit=2))
    await asyncio.sleep(60)
    found = one(control_plane, "batch/v1/Job", "never")
    assert found["status"]["failed"] == 3 and conditions(found)["Failed"] == ("True", "BackoffLimitExceeded")


async def test_a_service_finds_its_ready_pods(control_plane: ControlPlane) -> None:
    service = {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "web"},
        "spec": {"selector": {"app": "web"}, "ports": [{"port": 80}]},
    }
    ask(control_plane, "POST", "/api/v1/namespaces/default/services", service)
    ask(control_plane, "POST", DEPLOYMENTS, workload("Deployment", "web"))
    await asyncio.sleep(10)
    subset = one(control_plane, "v1/Endpoints", "web")["subsets"][0]
    assert len(subset["addresses"]) == 2 and subset["ports"][0]["port"] == 80
    (found,) = control_plane.objects("discovery.k8s.io/v1/EndpointSlice")
    assert [each["conditions"]["ready"] for each in found["endpoints"]] == [True, True]


async def test_a_crashing_pod_is_told_apart_from_a_slow_one(control_plane: ControlPlane) -> None:
    ask(control_plane, "POST", DEPLOYMENTS, workload("Deployment", "web", image="crash:1", replicas=1))
    await asyncio.sleep(10)
    (pod,) = control_plane.objects("v1/Pod")
    assert pod["status"]["containerStatuses"][0]["state"]["waiting"]["reason"] == "CrashLoopBackOff"


async def test_kstatus_calls_what_is_up_current(control_plane: ControlPlane) -> None:
    """Operators wait for this word before they go on."""
    body = workload("StatefulSet", "db", serviceName="db")
    claim = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}
    body["spec"]["volumeClaimTemplates"] = [{"metadata": {"name": "data"}, "spec": claim}]
    ask(control_plane, "POST", SETS, body)
    ask(control_plane, "POST", DEPLOYMENTS, workload("Deployment", "web"))
    ask(control_plane, "POST", JOBS, job("once"))
    await asyncio.sleep(0.5)
    kinds = ("apps/v1/Deployment", "apps/v1/StatefulSet", "batch/v1/Job")
    assert not any(is_current(obj) for kind in kinds for obj in control_plane.objects(kind))
    await asyncio.sleep(30)
    for kind in (*kinds, "apps/v1/ReplicaSet", "v1/Pod", "v1/PersistentVolumeClaim"):
        for obj in control_plane.objects(kind):
            assert is_current(obj), (kind, readiness(obj))


async def test_a_daemon_set_runs_on_all_of_no_nodes(control_plane: ControlPlane) -> None:
    body = workload("DaemonSet", "agent")
    del body["spec"]["replicas"]
    ask(control_plane, "POST", "/apis/apps/v1/namespaces/default/daemonsets", body)
    await asyncio.sleep(1)
    assert is_current(one(control_plane, "apps/v1/DaemonSet", "agent"))
