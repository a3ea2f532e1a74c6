"""Read models of batch.

Made by scripts/generate_k8s.py from a kube-apiserver's OpenAPI; not edited by hand.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Unpack

from mendloop.k8s.base import stated
from mendloop.k8s.core import LabelSelector, ObjectReference
from mendloop.k8s.pods import ObjectMeta, PodTemplateSpec
from mendloop.model.resource import Given, Object, Resource
from mendloop.model.types import Condition, Model, Spec, Status

__all__ = [
    "CronJob",
    "CronJobSpec",
    "CronJobStatus",
    "Job",
    "JobCondition",
    "JobSpec",
    "JobStatus",
    "JobTemplateSpec",
    "PodFailurePolicy",
    "PodFailurePolicyOnExitCodesRequirement",
    "PodFailurePolicyOnPodConditionsPattern",
    "PodFailurePolicyRule",
    "SuccessPolicy",
    "SuccessPolicyRule",
    "UncountedTerminatedPods",
]


class PodFailurePolicyOnExitCodesRequirement(Model):
    """PodFailurePolicyOnExitCodesRequirement describes the requirement for handling a failed pod ..."""

    container_name: str | None = None
    operator: str = ""
    values: Sequence[int] = ()


class PodFailurePolicyOnPodConditionsPattern(Model):
    """PodFailurePolicyOnPodConditionsPattern describes a pattern for matching an actual pod ..."""

    status: str = ""
    type: str = ""


class PodFailurePolicyRule(Model):
    """PodFailurePolicyRule describes how a pod failure is handled when the requirements are met."""

    action: str = ""
    on_exit_codes: PodFailurePolicyOnExitCodesRequirement | None = None
    on_pod_conditions: Sequence[PodFailurePolicyOnPodConditionsPattern] = ()


class PodFailurePolicy(Model):
    """PodFailurePolicy describes how failed pods influence the backoffLimit."""

    rules: Sequence[PodFailurePolicyRule] = ()


class SuccessPolicyRule(Model):
    """SuccessPolicyRule describes rule for declaring a Job as succeeded."""

    succeeded_count: int | None = None
    succeeded_indexes: str | None = None


class SuccessPolicy(Model):
    """SuccessPolicy describes when a Job can be declared as succeeded based on the success of ..."""

    rules: Sequence[SuccessPolicyRule] = ()


class JobSpec(Spec):
    """JobSpec describes how the job execution will look like."""

    active_deadline_seconds: int | None = None
    backoff_limit: int | None = None
    backoff_limit_per_index: int | None = None
    completion_mode: str | None = None
    completions: int | None = None
    managed_by: str | None = None
    manual_selector: bool | None = None
    max_failed_indexes: int | None = None
    parallelism: int | None = None
    pod_failure_policy: PodFailurePolicy | None = None
    pod_replacement_policy: str | None = None
    selector: LabelSelector | None = None
    success_policy: SuccessPolicy | None = None
    suspend: bool | None = None
    template: PodTemplateSpec = PodTemplateSpec()
    ttl_seconds_after_finished: int | None = None


class JobTemplateSpec(Model):
    """JobTemplateSpec describes the data a Job should have when created from a template."""

    metadata: ObjectMeta = ObjectMeta()
    spec: JobSpec = JobSpec()


class CronJobSpec(Spec):
    """CronJobSpec describes how the job execution will look like and when it will actually run."""

    concurrency_policy: str | None = None
    failed_jobs_history_limit: int | None = None
    job_template: JobTemplateSpec = JobTemplateSpec()
    schedule: str = ""
    starting_deadline_seconds: int | None = None
    successful_jobs_history_limit: int | None = None
    suspend: bool | None = None
    time_zone: str | None = None


class CronJobStatus(Status):
    """CronJobStatus represents the current state of a cron job."""

    active: Sequence[ObjectReference] = ()
    last_schedule_time: datetime | None = None
    last_successful_time: datetime | None = None


class JobCondition(Condition):
    """JobCondition describes current state of a job."""

    last_probe_time: datetime | None = None


class UncountedTerminatedPods(Model):
    """UncountedTerminatedPods holds UIDs of Pods that have terminated but haven't been accounted ..."""

    failed: Sequence[str] = ()
    succeeded: Sequence[str] = ()


class JobStatus(Status):
    """JobStatus represents the current state of a Job."""

    active: int | None = None
    completed_indexes: str | None = None
    completion_time: datetime | None = None
    conditions: Sequence[JobCondition] = ()
    failed: int | None = None
    failed_indexes: str | None = None
    ready: int | None = None
    start_time: datetime | None = None
    succeeded: int | None = None
    terminating: int | None = None
    uncounted_terminated_pods: UncountedTerminatedPods | None = None


class CronJob(
    Resource[CronJobSpec, CronJobStatus], group="batch", version="v1", plural="cronjobs", crd=False
):
    """CronJob represents the configuration of a single cron job."""

    __slots__ = ()

    def __init__(
        self,
        name: str,
        *,
        spec: CronJobSpec | None = None,
        status: CronJobStatus | None = None,
        fields: Mapping[str, Any] | None = None,
        **meta: Unpack[Given],
    ) -> None:
        Object.__init__(self, name, fields=stated(fields, {"spec": spec, "status": status}), **meta)


class Job(Resource[JobSpec, JobStatus], group="batch", version="v1", plural="jobs", crd=False):
    """Job represents the configuration of a single job."""

    __slots__ = ()

    def __init__(
        self,
        name: str,
        *,
        spec: JobSpec | None = None,
        status: JobStatus | None = None,
        fields: Mapping[str, Any] | None = None,
        **meta: Unpack[Given],
    ) -> None:
        Object.__init__(self, name, fields=stated(fields, {"spec": spec, "status": status}), **meta)
