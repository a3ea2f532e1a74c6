"""Rules for what runs pods: Deployments, ReplicaSets, StatefulSets, DaemonSets, Jobs, CronJobs.

Source: the reference of the kinds; wording measured on kube-apiserver 1.36.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from mendloop.controlplane.builtin.podrules import check_pod_spec
from mendloop.controlplane.causes import Cause, forbidden, invalid, not_supported, required
from mendloop.controlplane.gotext import GoStruct

Object = dict[str, Any]
Causes = Iterator[Cause]

_NOT_NEGATIVE = "must be greater than or equal to 0"
_PERCENT = (
    "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex "
    "used for validation is '[0-9]+%')"
)
_MISMATCH = "`selector` does not match template `labels`"
_STATEFUL_CHANGES = (
    "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', "
    "'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden"
)
_STATEFUL_MUTABLE = {
    "replicas",
    "ordinals",
    "template",
    "updateStrategy",
    "revisionHistoryLimit",
    "persistentVolumeClaimRetentionPolicy",
    "minReadySeconds",
}


def matches(selector: Object, labels: Object) -> bool:
    """Whether a label selector selects these labels."""
    if any(labels.get(key) != value for key, value in (selector.get("matchLabels") or {}).items()):
        return False
    return all(_fits(each, labels) for each in selector.get("matchExpressions") or ())


def _fits(expression: Object, labels: Object) -> bool:
    key, values = expression.get("key"), expression.get("values") or ()
    match expression.get("operator"):
        case "In":
            return key in labels and labels[key] in values
        case "NotIn":
            return key not in labels or labels[key] not in values
        case "Exists":
            return key in labels
        case _:
            return key not in labels


def _not_negative(spec: Object, names: tuple[str, ...], path: str = "spec") -> Causes:
    for name in names:
        if (spec.get(name) or 0) < 0:
            yield invalid(f"{path}.{name}", spec[name], _NOT_NEGATIVE)


def check_selector(selector: Any, path: str) -> Causes:
    """A selector's expressions must make sense."""
    for at, each in enumerate((selector or {}).get("matchExpressions") or ()):
        here, operator, values = f"{path}.matchExpressions[{at}]", each.get("operator"), each.get("values")
        if operator in ("In", "NotIn") and not values:
            yield required(f"{here}.values", "must be specified when `operator` is 'In' or 'NotIn'")
        elif operator in ("Exists", "DoesNotExist") and values:
            why = "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"
            yield forbidden(f"{here}.values", why)
        elif operator not in ("In", "NotIn", "Exists", "DoesNotExist"):
            yield invalid(f"{here}.operator", operator or "", "not a valid selector operator")


def _check_template(spec: Object, path: str = "spec", *, needs_selector: bool = True) -> Causes:
    """Selector and template belong together; pods of these kinds restart always."""
    selector, template = spec.get("selector"), spec.get("template") or {}
    if selector is None:
        if needs_selector:
            yield required(f"{path}.selector")
    elif not selector.get("matchLabels") and not selector.get("matchExpressions"):
        why = "empty selector is invalid for deployment"
        yield invalid(f"{path}.selector", selector, why)
    yield from check_selector(selector, f"{path}.selector")
    labels = (template.get("metadata") or {}).get("labels")
    if selector is None or not matches(selector, labels or {}):
        yield invalid(f"{path}.template.metadata.labels", labels, _MISMATCH)
    pod = template.get("spec") or {}
    yield from check_pod_spec(pod, f"{path}.template.spec")
    if pod.get("restartPolicy") in ("OnFailure", "Never"):
        yield not_supported(f"{path}.template.spec.restartPolicy", pod["restartPolicy"], ("Always",))


def check_deployment(deployment: Object) -> list[Cause]:
    spec = deployment.get("spec") or {}
    causes = [*_not_negative(spec, ("replicas",)), *_check_template(spec)]
    causes += _check_strategy(spec.get("strategy") or {})
    causes += _not_negative(spec, ("minReadySeconds", "revisionHistoryLimit"))
    deadline, ready = spec.get("progressDeadlineSeconds"), spec.get("minReadySeconds") or 0
    if deadline is not None and deadline <= ready:
        causes.append(
            invalid("spec.progressDeadlineSeconds", deadline, "must be greater than minReadySeconds")
        )
    return causes


def _check_strategy(strategy: Object) -> Causes:
    kind, rolling = strategy.get("type") or "", strategy.get("rollingUpdate")
    if kind not in ("Recreate", "RollingUpdate"):
        shown = GoStruct(Type=kind, RollingUpdate=rolling)
        yield not_supported("spec.strategy", shown, ("Recreate", "RollingUpdate"))
    elif kind == "Recreate" and rolling is not None:
        why = "may not be specified when strategy `type` is 'Recreate'"
        yield forbidden("spec.strategy.rollingUpdate", why)
    elif kind == "RollingUpdate" and rolling is not None:
        yield from _check_rolling(rolling, "spec.strategy.rollingUpdate")


def _check_rolling(rolling: Object, path: str) -> Causes:
    unavailable, surge = rolling.get("maxUnavailable"), rolling.get("maxSurge")
    for name, value in (("maxUnavailable", unavailable), ("maxSurge", surge)):
        if isinstance(value, str) and not re.fullmatch(r"[0-9]+%", value):
            yield invalid(f"{path}.{name}", value, _PERCENT)
        elif isinstance(value, int) and value < 0:
            yield invalid(f"{path}.{name}", value, _NOT_NEGATIVE)
    if unavailable in (0, "0%") and surge in (0, "0%"):
        yield invalid(f"{path}.maxUnavailable", unavailable, "may not be 0 when `maxSurge` is 0")
    if isinstance(unavailable, str) and re.fullmatch(r"[0-9]+%", unavailable) and int(unavailable[:-1]) > 100:
        yield invalid(f"{path}.maxUnavailable", unavailable, "must not be greater than 100%")


def check_replicaset(obj: Object) -> list[Cause]:
    spec = obj.get("spec") or {}
    return [*_not_negative(spec, ("replicas", "minReadySeconds")), *_check_template(spec)]


def check_statefulset(obj: Object) -> list[Cause]:
    spec = obj.get("spec") or {}
    policy, kind = spec.get("podManagementPolicy"), (spec.get("updateStrategy") or {}).get("type")
    causes: list[Cause] = []
    if policy not in ("OrderedReady", "Parallel"):
        causes.append(invalid("spec.podManagementPolicy", policy, 'must be "OrderedReady" or "Parallel"'))
    if kind not in ("RollingUpdate", "OnDelete"):
        causes.append(
            invalid(
                "spec.updateStrategy", spec.get("updateStrategy"), 'must be "RollingUpdate" or "OnDelete"'
            )
        )
    causes += _not_negative(spec, ("replicas", "minReadySeconds"))
    return [*causes, *_check_template(_with_claims(spec))]


def _with_claims(spec: Object) -> Object:
    """The spec as it is judged: its pods will have a volume for each claim, before their own."""
    claims = [
        {"name": name, "persistentVolumeClaim": {"claimName": name}}
        for claim in spec.get("volumeClaimTemplates") or ()
        if (name := (claim.get("metadata") or {}).get("name"))
    ]
    template = spec.get("template") or {}
    pod = template.get("spec") or {}
    names = {claim["name"] for claim in claims}
    others = [volume for volume in pod.get("volumes") or () if volume.get("name") not in names]
    if not claims:
        return spec
    return {**spec, "template": {**template, "spec": {**pod, "volumes": [*claims, *others]}}}


def check_daemonset(obj: Object) -> list[Cause]:
    spec = obj.get("spec") or {}
    causes = [*_check_template(spec, needs_selector=False), *_not_negative(spec, ("minReadySeconds",))]
    strategy = spec.get("updateStrategy") or {}
    if strategy.get("type") not in ("RollingUpdate", "OnDelete"):
        known = ("RollingUpdate", "OnDelete")
        causes.append(not_supported("spec.updateStrategy.type", strategy.get("type"), known))
    return [*causes, *_not_negative(spec, ("revisionHistoryLimit",))]


def check_selector_kept(old: Object, new: Object) -> list[Cause]:
    """A selector cannot be changed, since it says which pods are the object's own."""
    before, after = old["spec"].get("selector"), new["spec"].get("selector")
    return [] if before == after else [invalid("spec.selector", after, "field is immutable")]


def check_statefulset_change(old: Object, new: Object) -> list[Cause]:
    before, after = (
        {name: value for name, value in obj["spec"].items() if name not in _STATEFUL_MUTABLE}
        for obj in (old, new)
    )
    return [] if _claims(before) == _claims(after) else [forbidden("spec", _STATEFUL_CHANGES)]


def _claims(spec: Object) -> Object:
    """The spec with what a claim template states, without what the server says about it."""
    stated = [
        {name: value for name, value in claim.items() if name != "status"}
        for claim in spec.get("volumeClaimTemplates") or ()
    ]
    return {**spec, "volumeClaimTemplates": stated}


# Jobs -----------------------------------------------------------------------------------------------


def check_job(job: Object) -> list[Cause]:
    spec = job.get("spec") or {}
    causes = list(_check_job_spec(spec, "spec"))
    generated = "batch.kubernetes.io/controller-uid"
    selector = spec.get("selector")
    labels = ((spec.get("template") or {}).get("metadata") or {}).get("labels") or {}
    if selector is None:
        return [required("spec.selector"), *causes]
    stated = selector.get("matchLabels") or {}
    uid = job["metadata"].get("uid")
    if not spec.get("manualSelector") and (set(stated) != {generated} or stated.get(generated) != uid):
        causes.append(invalid("spec.selector", selector, "`selector` not auto-generated"))
    if not matches(selector, labels):
        causes.append(invalid("spec.template.metadata.labels", labels, _MISMATCH))
    return causes


def _check_job_spec(spec: Object, path: str) -> Causes:
    counts = (
        "parallelism",
        "completions",
        "activeDeadlineSeconds",
        "backoffLimit",
        "ttlSecondsAfterFinished",
    )
    yield from _not_negative(spec, counts, path)
    mode = spec.get("completionMode")
    if mode is not None and mode not in ("NonIndexed", "Indexed"):
        yield not_supported(f"{path}.completionMode", mode, ("NonIndexed", "Indexed"))
    if mode == "Indexed" and spec.get("completions") is None:
        yield required(f"{path}.completions", "when completion mode is Indexed")
    pod = (spec.get("template") or {}).get("spec") or {}
    yield from check_pod_spec(pod, f"{path}.template.spec")
    if pod.get("restartPolicy", "Always") == "Always":
        yield required(f"{path}.template.spec.restartPolicy", 'valid values: "OnFailure", "Never"')


_JOB_FIXED = ("completions", "selector", "completionMode", "podFailurePolicy", "backoffLimitPerIndex")


def check_job_change(old: Object, new: Object) -> list[Cause]:
    before, after = old["spec"], new["spec"]
    changed = [name for name in _JOB_FIXED if before.get(name) != after.get(name)]
    if "completions" in changed and _is_elastic(before, after):
        changed.remove("completions")
    causes = [invalid(f"spec.{name}", after.get(name), "field is immutable") for name in changed]
    if before.get("template") != after.get("template") and not before.get("suspend"):
        causes.append(invalid("spec.template", after.get("template"), "field is immutable"))
    return causes


def _is_elastic(before: Object, after: Object) -> bool:
    """An indexed Job may change its completions together with its parallelism."""
    indexed = before.get("completionMode") == "Indexed"
    return indexed and after.get("completions") == after.get("parallelism")


def check_cronjob(cron: Object) -> list[Cause]:
    spec, name = cron.get("spec") or {}, cron["metadata"].get("name") or ""
    causes = list(_check_job_spec((spec.get("jobTemplate") or {}).get("spec") or {}, "spec.jobTemplate.spec"))
    causes += _check_schedule(spec)
    if (policy := spec.get("concurrencyPolicy")) not in ("Allow", "Forbid", "Replace"):
        causes.append(not_supported("spec.concurrencyPolicy", policy, ("Allow", "Forbid", "Replace")))
    causes += _not_negative(
        spec, ("startingDeadlineSeconds", "successfulJobsHistoryLimit", "failedJobsHistoryLimit")
    )
    if len(name) > 52:
        causes.append(invalid("metadata.name", name, "must be no more than 52 characters"))
    return causes


def _check_schedule(spec: Object) -> Causes:
    schedule, zone = spec.get("schedule") or "", spec.get("timeZone")
    fields = schedule.split()
    if not schedule:
        yield required("spec.schedule")
    elif not schedule.startswith("@") and len(fields) != 5:
        why = f"expected exactly 5 fields, found {len(fields)}: [{' '.join(fields)}]"
        yield invalid("spec.schedule", schedule, why)
    if zone is not None and not _zone_exists(zone):
        yield invalid("spec.timeZone", zone, f"unknown time zone {zone}")


def _zone_exists(zone: str) -> bool:
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError):
        return False
    return True
