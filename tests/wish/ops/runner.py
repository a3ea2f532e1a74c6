"""One Job per spec generation; its result is copied to the status, the phase is derived."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from mendloop import Context, Manifests, Operator, Resource, Spec, Status
from mendloop.k8s import Job, Pod

op = Operator("run.example.com")

Phase = Literal["Pending", "Running", "Succeeded", "Failed"]


class RunSpec(Spec):
    image: str
    command: Sequence[str] = ()


class RunStatus(Status):
    phase: Phase = "Pending"
    result: str | None = None


class Run(Resource[RunSpec, RunStatus], group="run.example.com", version="v1alpha1"):
    """Something that is run once for each of its generations."""


@op.desired(Run, owns=[Job], reads=[Pod])
def desired(run: Run, ctx: Context) -> Manifests:
    name = f"{run.name}-{run.generation}"
    container = {"name": "run", "image": run.spec.image, "command": list(run.spec.command)}
    pod = {"restartPolicy": "Never", "containers": [container]}
    yield {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {"name": name},
        "spec": {"backoffLimit": 2, "template": {"spec": pod}},
    }
    run.status.phase = phase(ctx.get(Job, name))
    if run.status.observed_generation != run.generation:
        run.status.result = None
    for pod_of_job in ctx.list(Pod, labels={"batch.kubernetes.io/job-name": name}):
        for one in pod_of_job.status.container_statuses:
            if one.state and one.state.terminated:
                run.status.result = one.state.terminated.message


def phase(job: Job | None) -> Phase:
    if job is None:
        return "Pending"
    if job.status.succeeded:
        return "Succeeded"
    return "Failed" if (job.status.failed or 0) > 2 else "Running"
