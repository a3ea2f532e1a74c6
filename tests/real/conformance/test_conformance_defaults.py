"""What a real server makes of a small object of each kind: defaults, allocations, status, ownership."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

POD: dict[str, Any] = {"containers": [{"name": "c", "image": "x"}]}
TEMPLATE = {"metadata": {"labels": {"a": "b"}}, "spec": POD}
SELECTED = {"selector": {"matchLabels": {"a": "b"}}, "template": TEMPLATE}
JOB = {"template": {"spec": {**POD, "restartPolicy": "Never"}}}


def named(spec: Any = None, name: str = "x", **more: Any) -> dict[str, Any]:
    return {"metadata": {"name": name}, **({"spec": spec} if spec is not None else {}), **more}


def pod(**spec: Any) -> dict[str, Any]:
    return named({**POD, **spec})


def container(**more: Any) -> dict[str, Any]:
    return pod(containers=[{"name": "c", "image": "x:1", **more}])


OBJECTS: dict[str, tuple[str, Any]] = {
    "pod": ("pods", named(POD)),
    "pod with probes": (
        "pods",
        container(
            livenessProbe={"httpGet": {"port": 80}},
            readinessProbe={"tcpSocket": {"port": "p"}, "periodSeconds": 3},
            startupProbe={"grpc": {"port": 1}},
            lifecycle={"preStop": {"httpGet": {"port": 8}}},
            ports=[{"containerPort": 80, "name": "p"}],
        ),
    ),
    "pod with volumes": (
        "pods",
        pod(
            serviceAccountName="s",
            volumes=[
                {"name": "a"},
                {"name": "b", "secret": {"secretName": "s"}},
                {"name": "c", "configMap": {"name": "s"}},
                {"name": "d", "hostPath": {"path": "/x"}},
                {"name": "e", "projected": {"sources": [{"serviceAccountToken": {"path": "t"}}]}},
                {
                    "name": "f",
                    "downwardAPI": {"items": [{"path": "l", "fieldRef": {"fieldPath": "metadata.labels"}}]},
                },
                {"name": "g", "emptyDir": {"sizeLimit": "1000"}},
            ],
        ),
    ),
    "pod with resources": (
        "pods",
        container(resources={"limits": {"cpu": "1000m", "memory": "1e3"}, "requests": {"cpu": "+1"}}),
    ),
    "guaranteed pod": ("pods", container(resources={"limits": {"cpu": "1", "memory": "1Gi"}})),
    "pod on the host": (
        "pods",
        pod(
            hostNetwork=True,
            containers=[{"name": "c", "image": "x@sha256:1", "ports": [{"containerPort": 1}]}],
        ),
    ),
    "pod with zeros": (
        "pods",
        pod(hostNetwork=False, automountServiceAccountToken=False, serviceAccountName="s", nodeName=""),
    ),
    "pod with tolerations": ("pods", pod(tolerations=[{"operator": "Exists"}])),
    "deployment": ("deployments", named(SELECTED)),
    "deployment that recreates": ("deployments", named({**SELECTED, "strategy": {"type": "Recreate"}})),
    "deployment with half a strategy": (
        "deployments",
        named({**SELECTED, "strategy": {"rollingUpdate": {"maxSurge": 1}}, "replicas": 0, "paused": True}),
    ),
    "replicaset": ("replicasets", named(SELECTED)),
    "statefulset": ("statefulsets", named({**SELECTED, "serviceName": "s"})),
    "statefulset with claims": (
        "statefulsets",
        named(
            {
                **SELECTED,
                "serviceName": "s",
                "updateStrategy": {"type": "OnDelete"},
                "volumeClaimTemplates": [
                    {
                        "metadata": {"name": "d"},
                        "spec": {
                            "accessModes": ["ReadWriteOnce"],
                            "resources": {"requests": {"storage": "1024"}},
                        },
                    }
                ],
            }
        ),
    ),
    "daemonset": ("daemonsets", named(SELECTED)),
    "job": ("jobs", named(JOB)),
    "job with counts": ("jobs", named({**JOB, "parallelism": 0, "completions": 3, "backoffLimit": 0})),
    "cronjob": ("cronjobs", named({"schedule": "* * * * *", "jobTemplate": {"spec": JOB}})),
    "service": ("services", named({"ports": [{"port": 80}], "selector": {"a": "b"}})),
    "service without ports": ("services", named({"clusterIP": "None"})),
    "headless service": (
        "services",
        named({"clusterIP": "None", "ports": [{"port": 1}], "selector": {"a": "b"}}),
    ),
    "node port": ("services", named({"type": "NodePort", "ports": [{"port": 80, "targetPort": "x"}]})),
    "load balancer": ("services", named({"type": "LoadBalancer", "ports": [{"port": 80}]})),
    "local load balancer": (
        "services",
        named({"type": "LoadBalancer", "externalTrafficPolicy": "Local", "ports": [{"port": 80}]}),
    ),
    "external name": ("services", named({"type": "ExternalName", "externalName": "e.io"})),
    "sticky service": ("services", named({"sessionAffinity": "ClientIP", "ports": [{"port": 80}]})),
    "secret": ("secrets", named(data={"a": "YQ=="}, stringData={"b": "b", "a": "z"})),
    "typed secret": ("secrets", named(type="e.io/x", immutable=True)),
    "configmap": ("configmaps", named(data={"a": ""}, binaryData={"b": "YQ=="}, immutable=False)),
    "empty configmap": ("configmaps", named(data={})),
    "claim": (
        "persistentvolumeclaims",
        named({"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}),
    ),
    "serviceaccount": ("serviceaccounts", named(automountServiceAccountToken=False)),
    "lease": ("leases", named({"holderIdentity": "a", "renewTime": "2026-01-01T00:00:00.000000Z"})),
    "empty lease": ("leases", named({})),
    "autoscaler": (
        "horizontalpodautoscalers",
        named(
            {"maxReplicas": 3, "scaleTargetRef": {"kind": "Deployment", "name": "d", "apiVersion": "apps/v1"}}
        ),
    ),
    "autoscaler with behavior": (
        "horizontalpodautoscalers",
        named(
            {
                "maxReplicas": 3,
                "scaleTargetRef": {"kind": "Deployment", "name": "d", "apiVersion": "apps/v1"},
                "behavior": {"scaleDown": {"stabilizationWindowSeconds": 10}},
            }
        ),
    ),
    "budget": ("poddisruptionbudgets", named({"minAvailable": 1, "selector": {"matchLabels": {"a": "b"}}})),
    "network policy": (
        "networkpolicies",
        named({"podSelector": {}, "ingress": [{"ports": [{"port": 80}]}], "egress": [{}]}),
    ),
    "closed network policy": ("networkpolicies", named({"podSelector": {}})),
    "ingress": (
        "ingresses",
        named(
            {
                "rules": [
                    {
                        "host": "e.io",
                        "http": {
                            "paths": [
                                {
                                    "path": "/",
                                    "pathType": "Prefix",
                                    "backend": {"service": {"name": "s", "port": {"number": 80}}},
                                }
                            ]
                        },
                    }
                ]
            }
        ),
    ),
    "role": ("roles", named(rules=[{"apiGroups": [""], "resources": ["pods"], "verbs": ["get"]}])),
    "empty role": ("roles", named()),
    "rolebinding": (
        "rolebindings",
        named(
            roleRef={"kind": "Role", "name": "r"},
            subjects=[
                {"kind": "User", "name": "u"},
                {"kind": "ServiceAccount", "name": "s", "namespace": "d"},
            ],
        ),
    ),
    "quota": ("resourcequotas", named({"hard": {"pods": "10", "requests.cpu": "1000m"}})),
    "limits": ("limitranges", named({"limits": [{"type": "Container", "max": {"cpu": "2000m"}}]})),
    "event": (
        "/api/v1/namespaces/default/events",
        named(
            involvedObject={"kind": "Pod", "name": "p"},
            reason="R",
            message="m",
            type="Normal",
        ),
    ),
    "endpoints": ("endpoints", named(subsets=[{"addresses": [{"ip": "1.2.3.4"}], "ports": [{"port": 80}]}])),
    "namespace": ("namespaces", named(name="defaults-ns", spec={})),
}


@pytest.mark.parametrize("name", OBJECTS)
def test_completes_an_object_as_a_real_server_does(name: str, compare: Callable[[Any], None]) -> None:
    plural, obj = OBJECTS[name]
    compare([("POST u", plural, obj), ("GET", f"{plural}/{obj['metadata']['name']}")])
