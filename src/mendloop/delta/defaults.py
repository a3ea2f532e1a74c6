"""Defaults that a server fills in by code, which its OpenAPI therefore does not tell.

Only for showing what takes a removed field's place, and for telling a default from a stranger's edit inside
what is owned as one whole. Source: kubernetes `pkg/apis/*/v1/defaults.go` (1.36).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

_CORE = "io.k8s.api.core.v1."
_APPS = "io.k8s.api.apps.v1."
_PROBE: Mapping[str, Any] = {
    "failureThreshold": 3,
    "periodSeconds": 10,
    "successThreshold": 1,
    "timeoutSeconds": 1,
}

SERVER_DEFAULTS: Final[Mapping[str, Mapping[str, Any]]] = {
    _APPS + "DeploymentSpec": {
        "progressDeadlineSeconds": 600,
        "replicas": 1,
        "revisionHistoryLimit": 10,
        "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": "25%", "maxUnavailable": "25%"}},
    },
    _APPS + "RollingUpdateDeployment": {"maxSurge": "25%", "maxUnavailable": "25%"},
    _APPS + "StatefulSetSpec": {
        "podManagementPolicy": "OrderedReady",
        "replicas": 1,
        "revisionHistoryLimit": 10,
        "updateStrategy": {"type": "RollingUpdate", "rollingUpdate": {"partition": 0}},
    },
    _APPS + "ReplicaSetSpec": {"replicas": 1},
    _APPS + "DaemonSetSpec": {"revisionHistoryLimit": 10},
    "io.k8s.api.batch.v1.JobSpec": {
        "backoffLimit": 6,
        "completionMode": "NonIndexed",
        "completions": 1,
        "parallelism": 1,
        "podReplacementPolicy": "TerminatingOrFailed",
        "suspend": False,
    },
    "io.k8s.api.batch.v1.CronJobSpec": {
        "concurrencyPolicy": "Allow",
        "failedJobsHistoryLimit": 1,
        "successfulJobsHistoryLimit": 3,
        "suspend": False,
    },
    _CORE + "Container": {
        "terminationMessagePath": "/dev/termination-log",
        "terminationMessagePolicy": "File",
    },
    _CORE + "PodSpec": {
        "dnsPolicy": "ClusterFirst",
        "enableServiceLinks": True,
        "restartPolicy": "Always",
        "schedulerName": "default-scheduler",
        "securityContext": {},
        "terminationGracePeriodSeconds": 30,
    },
    _CORE + "Probe": _PROBE,
    _CORE + "HTTPGetAction": {"path": "/", "scheme": "HTTP"},
    _CORE + "ObjectFieldSelector": {"apiVersion": "v1"},
    _CORE + "ResourceFieldSelector": {"divisor": "0"},
    _CORE + "ConfigMapVolumeSource": {"defaultMode": 420},
    _CORE + "SecretVolumeSource": {"defaultMode": 420},
    _CORE + "DownwardAPIVolumeSource": {"defaultMode": 420},
    _CORE + "ProjectedVolumeSource": {"defaultMode": 420},
    _CORE + "ServiceAccountTokenProjection": {"expirationSeconds": 3600},
    _CORE + "PersistentVolumeClaimSpec": {"volumeMode": "Filesystem"},
    _CORE + "Secret": {"type": "Opaque"},
    _CORE + "ServicePort": {"protocol": "TCP"},
    _CORE + "ServiceSpec": {
        "internalTrafficPolicy": "Cluster",
        "ipFamilyPolicy": "SingleStack",
        "sessionAffinity": "None",
        "type": "ClusterIP",
    },
    "io.k8s.api.networking.v1.NetworkPolicyPort": {"protocol": "TCP"},
    "io.k8s.api.rbac.v1.Subject": {"apiGroup": ""},
    "io.k8s.api.rbac.v1.RoleRef": {"apiGroup": "rbac.authorization.k8s.io"},
}
