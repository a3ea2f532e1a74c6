"""What the API server fills in where the user said nothing, by the Go type in which the field stands.

`FIXED` holds defaults that depend on nothing, `DERIVED` those that look at other fields. A type is named as
in `types.json.gz`; its defaults hold wherever it occurs (a Container in a Pod, a Deployment, a Job).

Source: the API reference of Kubernetes 1.36; each row is measured on a real server (`tests/real`).
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from copy import deepcopy
from typing import Any

from mendloop.controlplane.builtin.gotypes import List, Map, Object, Pointer, Struct, Type, kind_type

_MODE = {"defaultMode": 0o644}
TEMPLATE_GENERATION = "deprecated.daemonset.template.generation"
_RBAC = "rbac.authorization.k8s.io"

FIXED: dict[str, Object] = {
    "core.v1.Container": {
        "terminationMessagePath": "/dev/termination-log",
        "terminationMessagePolicy": "File",
    },
    "core.v1.EphemeralContainer": {
        "terminationMessagePath": "/dev/termination-log",
        "terminationMessagePolicy": "File",
    },
    "core.v1.ContainerPort": {"protocol": "TCP"},
    "core.v1.Probe": {"timeoutSeconds": 1, "periodSeconds": 10, "successThreshold": 1, "failureThreshold": 3},
    "core.v1.HTTPGetAction": {"path": "/", "scheme": "HTTP"},
    "core.v1.GRPCAction": {"service": ""},
    "core.v1.PodSpec": {
        "dnsPolicy": "ClusterFirst",
        "restartPolicy": "Always",
        "securityContext": {},
        "terminationGracePeriodSeconds": 30,
        "schedulerName": "default-scheduler",
    },
    "core.v1.SecretVolumeSource": _MODE,
    "core.v1.ConfigMapVolumeSource": _MODE,
    "core.v1.DownwardAPIVolumeSource": _MODE,
    "core.v1.ProjectedVolumeSource": _MODE,
    "core.v1.ServiceAccountTokenProjection": {"expirationSeconds": 3600},
    "core.v1.HostPathVolumeSource": {"type": ""},
    "core.v1.ObjectFieldSelector": {"apiVersion": "v1"},
    "core.v1.ISCSIVolumeSource": {"iscsiInterface": "default"},
    "core.v1.PersistentVolumeClaimSpec": {"volumeMode": "Filesystem"},
    "core.v1.PersistentVolumeSpec": {"persistentVolumeReclaimPolicy": "Retain", "volumeMode": "Filesystem"},
    "core.v1.Secret": {"type": "Opaque"},
    "core.v1.ServiceSpec": {"sessionAffinity": "None", "type": "ClusterIP"},
    "core.v1.ServicePort": {"protocol": "TCP"},
    "core.v1.EndpointPort": {"protocol": "TCP"},
    "core.v1.ReplicationControllerSpec": {"replicas": 1},
    "apps.v1.DeploymentSpec": {"replicas": 1, "revisionHistoryLimit": 10, "progressDeadlineSeconds": 600},
    "apps.v1.DeploymentStrategy": {"type": "RollingUpdate"},
    "apps.v1.RollingUpdateDeployment": {"maxUnavailable": "25%", "maxSurge": "25%"},
    "apps.v1.ReplicaSetSpec": {"replicas": 1},
    "apps.v1.StatefulSetSpec": {
        "podManagementPolicy": "OrderedReady",
        "replicas": 1,
        "revisionHistoryLimit": 10,
        "persistentVolumeClaimRetentionPolicy": {},
    },
    "apps.v1.StatefulSetUpdateStrategy": {"type": "RollingUpdate"},
    "apps.v1.StatefulSetPersistentVolumeClaimRetentionPolicy": {
        "whenDeleted": "Retain",
        "whenScaled": "Retain",
    },
    "apps.v1.RollingUpdateStatefulSetStrategy": {"partition": 0},
    "apps.v1.DaemonSetSpec": {"revisionHistoryLimit": 10},
    "apps.v1.DaemonSetUpdateStrategy": {"type": "RollingUpdate"},
    "apps.v1.RollingUpdateDaemonSet": {"maxUnavailable": 1, "maxSurge": 0},
    "batch.v1.CronJobSpec": {
        "concurrencyPolicy": "Allow",
        "suspend": False,
        "successfulJobsHistoryLimit": 3,
        "failedJobsHistoryLimit": 1,
    },
    "batch.v1.PodFailurePolicyOnPodConditionsPattern": {"status": "True"},
    "autoscaling.v2.HorizontalPodAutoscalerSpec": {"minReplicas": 1},
    "autoscaling.v1.HorizontalPodAutoscalerSpec": {"minReplicas": 1},
    "networking.v1.NetworkPolicyPort": {"protocol": "TCP"},
    "networking.v1.IngressClassParametersReference": {"scope": "Cluster"},
    "discovery.v1.EndpointPort": {"name": "", "protocol": "TCP"},
    "rbac.v1.RoleRef": {"apiGroup": _RBAC},
    "storage.v1.StorageClass": {"reclaimPolicy": "Delete", "volumeBindingMode": "Immediate"},
    "scheduling.v1.PriorityClass": {"preemptionPolicy": "PreemptLowerPriority"},
    "admissionregistration.v1.ValidatingWebhook": {
        "failurePolicy": "Fail",
        "matchPolicy": "Equivalent",
        "namespaceSelector": {},
        "objectSelector": {},
        "timeoutSeconds": 10,
    },
    "admissionregistration.v1.MutatingWebhook": {
        "failurePolicy": "Fail",
        "matchPolicy": "Equivalent",
        "namespaceSelector": {},
        "objectSelector": {},
        "timeoutSeconds": 10,
        "reinvocationPolicy": "Never",
    },
    "admissionregistration.v1.RuleWithOperations": {"scope": "*"},
    "admissionregistration.v1.ServiceReference": {"port": 443},
    "apiextensions.v1.CustomResourceConversion": {},
    "apiextensions.v1.ServiceReference": {"port": 443},
}


def _image_pull_policy(container: Object) -> None:
    if not container.get("imagePullPolicy"):
        latest = _tag(container.get("image") or "") == "latest"
        container["imagePullPolicy"] = "Always" if latest else "IfNotPresent"


def _tag(image: str) -> str:
    """The tag of an image reference; without tag and digest it is `latest`."""
    name, _, digest = image.partition("@")
    _, colon, tag = name.rpartition("/")[2].partition(":")
    if colon:
        return tag
    return "" if digest else "latest"


def _requests_from_limits(pod_spec: Object) -> None:
    for container in (*(pod_spec.get("containers") or ()), *(pod_spec.get("initContainers") or ())):
        resources = container.get("resources") or {}
        if limits := resources.get("limits"):
            stated = resources.get("requests") or {}
            resources["requests"] = {**stated, **{k: v for k, v in limits.items() if k not in stated}}


def _pod(pod: Object) -> None:
    spec = pod.setdefault("spec", {})
    _requests_from_limits(spec)
    spec.setdefault("enableServiceLinks", True)


def _volume(volume: Object) -> None:
    if set(volume) <= {"name"}:
        volume["emptyDir"] = {}


def _same_account(spec: Object) -> None:
    """The deprecated spelling of the service account is kept in step with the new one."""
    name = spec.get("serviceAccountName") or spec.get("serviceAccount")
    if name:
        spec["serviceAccountName"] = spec["serviceAccount"] = name


def _pod_spec(spec: Object) -> None:
    _same_account(spec)
    if not spec.get("hostNetwork"):
        return
    for container in (*(spec.get("containers") or ()), *(spec.get("initContainers") or ())):
        for port in container.get("ports") or ():
            if not port.get("hostPort"):
                port["hostPort"] = port.get("containerPort", 0)


def _rolling(kind: str = "RollingUpdate") -> Callable[[Object], None]:
    def fill(strategy: Object) -> None:
        if strategy.get("type") == kind:
            strategy.setdefault("rollingUpdate", {})

    return fill


def _statefulset(spec: Object) -> None:
    for template in spec.get("volumeClaimTemplates") or ():
        template.setdefault("apiVersion", "v1")
        template.setdefault("kind", "PersistentVolumeClaim")


def _job(job: Object) -> None:
    spec = job.setdefault("spec", {})
    if spec.get("completions") is None and spec.get("parallelism") is None:
        spec["completions"] = 1
    spec.setdefault("parallelism", 1)
    spec.setdefault("backoffLimit", 6 if spec.get("backoffLimitPerIndex") is None else 2**31 - 1)
    spec.setdefault("completionMode", "NonIndexed")
    spec.setdefault("suspend", False)
    failing = spec.get("podFailurePolicy") is not None
    spec.setdefault("podReplacementPolicy", "Failed" if failing else "TerminatingOrFailed")
    spec.setdefault("manualSelector", False)


def _service(spec: Object) -> None:
    kind = spec.get("type")
    if spec.get("sessionAffinity") == "ClientIP":
        client = spec.setdefault("sessionAffinityConfig", {}).setdefault("clientIP", {})
        client.setdefault("timeoutSeconds", 10800)
    for port in spec.get("ports") or ():
        if port.get("targetPort") in (None, 0, ""):
            port["targetPort"] = port.get("port", 0)
    external = kind in ("NodePort", "LoadBalancer") or (kind == "ClusterIP" and spec.get("externalIPs"))
    if external and not spec.get("externalTrafficPolicy"):
        spec["externalTrafficPolicy"] = "Cluster"
    if kind in ("ClusterIP", "NodePort", "LoadBalancer"):
        spec.setdefault("internalTrafficPolicy", "Cluster")
    if kind == "LoadBalancer":
        spec.setdefault("allocateLoadBalancerNodePorts", True)


def _secret(secret: Object) -> None:
    texts = secret.pop("stringData", None)
    if texts:
        data = secret.setdefault("data", {})
        for name, text in texts.items():
            data[name] = base64.b64encode(text.encode()).decode()


def _namespace(namespace: Object) -> None:
    metadata = namespace.setdefault("metadata", {})
    if name := metadata.get("name"):
        metadata.setdefault("labels", {})["kubernetes.io/metadata.name"] = name


def _subject(subject: Object) -> None:
    if not subject.get("apiGroup") and subject.get("kind") in ("User", "Group"):
        subject["apiGroup"] = _RBAC


def _autoscaler(spec: Object) -> None:
    if not spec.get("metrics"):
        cpu = {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 80}}
        spec["metrics"] = [{"type": "Resource", "resource": cpu}]
    if (behavior := spec.get("behavior")) is not None:
        up, down = behavior.get("scaleUp") or {}, behavior.get("scaleDown") or {}
        behavior["scaleUp"] = {**_SCALE_UP, **up}
        behavior["scaleDown"] = {**_SCALE_DOWN, **down}


_SCALE_UP = {
    "stabilizationWindowSeconds": 0,
    "selectPolicy": "Max",
    "policies": [
        {"type": "Pods", "value": 4, "periodSeconds": 15},
        {"type": "Percent", "value": 100, "periodSeconds": 15},
    ],
}
_SCALE_DOWN = {"selectPolicy": "Max", "policies": [{"type": "Percent", "value": 100, "periodSeconds": 15}]}


def _network_policy(spec: Object) -> None:
    if not spec.get("policyTypes"):
        spec["policyTypes"] = ["Ingress", "Egress"] if spec.get("egress") else ["Ingress"]


def _definition(spec: Object) -> None:
    names = spec.setdefault("names", {})
    kind = names.get("kind") or ""
    if not names.get("singular"):
        names["singular"] = kind.lower()
    if not names.get("listKind") and kind:
        names["listKind"] = f"{kind}List"
    conversion = spec.setdefault("conversion", {"strategy": "None"})
    if not conversion.get("strategy"):
        conversion["strategy"] = "None"


def _pending(obj: Object) -> None:
    obj.setdefault("status", {}).setdefault("phase", "Pending")


def _daemonset(daemonset: Object) -> None:
    """An old field lives on as an annotation, which the server counts up with the template."""
    annotations = daemonset.setdefault("metadata", {}).setdefault("annotations", {})
    annotations.setdefault(TEMPLATE_GENERATION, "0")


def _limit_item(item: Object) -> None:
    if item.get("type") != "Container":
        return
    high, low = item.get("max") or {}, item.get("min") or {}
    default = item.setdefault("default", {})
    for name, amount in high.items():
        default.setdefault(name, amount)
    requests = item.setdefault("defaultRequest", {})
    for source in (default, low):
        for name, amount in source.items():
            requests.setdefault(name, amount)


DERIVED: dict[str, Callable[[Object], None]] = {
    "core.v1.Pod": _pod,
    "core.v1.PodSpec": _pod_spec,
    "core.v1.Container": _image_pull_policy,
    "core.v1.EphemeralContainer": _image_pull_policy,
    "core.v1.Volume": _volume,
    "core.v1.ServiceSpec": _service,
    "core.v1.Secret": _secret,
    "core.v1.Namespace": _namespace,
    "core.v1.PersistentVolumeClaim": _pending,
    "core.v1.PersistentVolume": _pending,
    "core.v1.LimitRangeItem": _limit_item,
    "apps.v1.DeploymentStrategy": _rolling(),
    "apps.v1.StatefulSetUpdateStrategy": _rolling(),
    "apps.v1.DaemonSetUpdateStrategy": _rolling(),
    "apps.v1.StatefulSetSpec": _statefulset,
    "apps.v1.DaemonSet": _daemonset,
    "batch.v1.Job": _job,
    "rbac.v1.Subject": _subject,
    "autoscaling.v2.HorizontalPodAutoscalerSpec": _autoscaler,
    "networking.v1.NetworkPolicySpec": _network_policy,
    "apiextensions.v1.CustomResourceDefinitionSpec": _definition,
}


def default(gvk: str, obj: Object) -> None:
    """Fills in the defaults of a built-in kind (`apps/v1/Deployment`); does nothing for other kinds."""
    found = kind_type(gvk)
    if found is not None:
        _fill(found, obj)


def _fill(kind: Type, value: Any) -> None:
    match kind:
        case Pointer():
            _fill(kind.inner, value)
        case List():
            for item in value or ():
                _fill(kind.inner, item)
        case Map():
            for item in (value or {}).values():
                _fill(kind.inner, item)
        case Struct() if isinstance(value, dict):
            _fill_struct(kind, value)


def _fill_struct(kind: Struct, value: Object) -> None:
    for name, fixed in FIXED.get(kind.full_name, {}).items():
        # A pointer to the zero is a wish; the zero of a plain field is none, and was left out when decoded.
        if value.get(name) in (None, ""):
            value[name] = deepcopy(fixed)
    if (derive := DERIVED.get(kind.full_name)) is not None:
        derive(value)
    for field in kind.fields:
        if (inner := value.get(field.name)) is not None:
            _fill(field.type, inner)
