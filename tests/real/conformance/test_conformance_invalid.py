"""Objects that a real server refuses: ours refuses them with the same code, reason and causes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

C: dict[str, Any] = {"name": "c", "image": "x:1"}
TEMPLATE = {"metadata": {"labels": {"a": "b"}}, "spec": {"containers": [C]}}
SELECTED = {"selector": {"matchLabels": {"a": "b"}}, "template": TEMPLATE}
JOB = {"template": {"spec": {"containers": [C], "restartPolicy": "Never"}}}
CLAIM = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}


def named(spec: Any = None, name: str = "x", **more: Any) -> dict[str, Any]:
    return {"metadata": {"name": name}, **({"spec": spec} if spec is not None else {}), **more}


def pod(**spec: Any) -> tuple[str, Any]:
    return "pods", named({"containers": [C], **spec})


def container(**more: Any) -> tuple[str, Any]:
    return pod(containers=[{**C, **more}])


def template(**spec: Any) -> Any:
    return {"metadata": {"labels": {"a": "b"}}, "spec": {"containers": [C], **spec}}


def deployment(**spec: Any) -> tuple[str, Any]:
    return "deployments", named({**SELECTED, **spec})


def service(**spec: Any) -> tuple[str, Any]:
    return "services", named(spec)


WRONG: dict[str, tuple[str, Any]] = {
    # Types and unknown fields: refused while reading.
    "a string for a number": deployment(replicas="1"),
    "a fraction for a number": deployment(replicas=1.5),
    "a number too large": deployment(replicas=3_000_000_000),
    "a number for a string": ("configmaps", named(data={"a": 1})),
    "a string for a struct": ("deployments", named("x")),
    "an object for a list": pod(containers={}),
    "a list for a map": ("configmaps", named(data=[])),
    "a bool for an int-or-string": service(ports=[{"port": 80, "targetPort": True}]),
    "a quantity that is none": container(resources={"limits": {"cpu": "much"}}),
    "a time that is none": ("configmaps", {"metadata": {"name": "x", "creationTimestamp": "yesterday"}}),
    "a date": ("configmaps", {"metadata": {"name": "x", "creationTimestamp": "2026-01-01"}}),
    "base64 that is none": ("secrets", named(data={"a": "%"})),
    "a lease with whole seconds": ("leases", named({"renewTime": "2026-01-01T00:00:00Z"})),
    "an unknown field, strictly": ("deployments?fieldValidation=Strict", named({**SELECTED, "replicaz": 1})),
    "unknown fields in a list, strictly": (
        "pods?fieldValidation=Strict",
        named({"containers": [{**C, "imagee": "x"}], "foo": 1}),
    ),
    # Names.
    "no name": ("configmaps", {"metadata": {}}),
    "an upper-case name": ("configmaps", named(name="X")),
    "a service name that starts with a digit": ("services", named({"ports": [{"port": 1}]}, name="1x")),
    "a namespace name with a dot": ("namespaces", named(name="a.b")),
    "a long name": ("configmaps", named(name="x" * 254)),
    "a bad label": ("configmaps", {"metadata": {"name": "x", "labels": {"a b": "c d"}}}),
    "a bad annotation": ("configmaps", {"metadata": {"name": "x", "annotations": {"a b": "c d"}}}),
    "a long label": ("configmaps", {"metadata": {"name": "x", "labels": {"a" * 64: "b" * 64}}}),
    "a bare finalizer": ("configmaps", {"metadata": {"name": "x", "finalizers": ["foo"]}}),
    "half an owner": (
        "configmaps",
        {
            "metadata": {
                "name": "x",
                "ownerReferences": [{"kind": "A", "apiVersion": "v1", "name": "", "uid": ""}],
            }
        },
    ),
    # Pods.
    "no containers": ("pods", named({})),
    "a bad container name": pod(containers=[{"name": "C_", "image": "x"}]),
    "two containers of one name": pod(containers=[C, C]),
    "no image": pod(containers=[{"name": "c"}]),
    "an unknown restart policy": pod(restartPolicy="Sometimes"),
    "an unknown pull policy": container(imagePullPolicy="Maybe"),
    "an unknown dns policy": pod(dnsPolicy="Foo"),
    "port names twice": container(
        ports=[{"name": "a", "containerPort": 1}, {"name": "a", "containerPort": 2}]
    ),
    "a port out of range": container(ports=[{"containerPort": 99999}]),
    "an unknown protocol": container(ports=[{"containerPort": 1, "protocol": "FOO"}]),
    "a request above its limit": container(resources={"limits": {"cpu": "1"}, "requests": {"cpu": "2"}}),
    "a negative request": container(resources={"requests": {"cpu": "-1"}}),
    "an unknown resource": container(resources={"requests": {"frobs": "1"}}),
    "two volume sources": pod(volumes=[{"name": "v", "emptyDir": {}, "hostPath": {"path": "/x"}}]),
    "volumes without a name, and twice": pod(volumes=[{"emptyDir": {}}, {"name": "v"}, {"name": "v"}]),
    "a volume that is not there": container(volumeMounts=[{"name": "v", "mountPath": "/x"}]),
    "an env without a name": container(env=[{"value": "x"}]),
    "an env with two values": container(
        env=[{"name": "A", "value": "x", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}}]
    ),
    "an unknown field reference": container(
        env=[{"name": "A", "valueFrom": {"fieldRef": {"fieldPath": "spec.foo"}}}]
    ),
    "an unknown toleration": pod(tolerations=[{"key": "a", "operator": "Frob"}]),
    "a toleration with a value too many": pod(tolerations=[{"key": "a", "operator": "Exists", "value": "b"}]),
    "no nameservers": pod(dnsPolicy="None"),
    "a negative grace period": pod(terminationGracePeriodSeconds=-1),
    "a negative grace period in a template": deployment(template=template(terminationGracePeriodSeconds=-1)),
    "a deadline of zero": pod(activeDeadlineSeconds=0),
    "a probe without a handler": container(livenessProbe={"periodSeconds": 1}),
    "a probe with two handlers": container(
        livenessProbe={"tcpSocket": {"port": 1}, "exec": {"command": ["x"]}}
    ),
    "several mistakes": pod(containers=[{"name": "C!", "image": ""}], volumes=[{"name": "A!"}]),
    # Workloads.
    "an empty deployment": ("deployments", named({})),
    "labels that the selector misses": deployment(selector={"matchLabels": {"a": "c"}}),
    "negative replicas": deployment(replicas=-1),
    "a rolling update of nothing": deployment(
        strategy={"rollingUpdate": {"maxSurge": 0, "maxUnavailable": 0}}
    ),
    "a bad percentage": deployment(strategy={"rollingUpdate": {"maxSurge": "abc"}}),
    "a deployment that never restarts": deployment(template=template(restartPolicy="Never")),
    "a deadline below min ready": deployment(minReadySeconds=20, progressDeadlineSeconds=10),
    "an empty replicaset": ("replicasets", named({})),
    "an empty statefulset": ("statefulsets", named({})),
    "an empty daemonset": ("daemonsets", named({})),
    "a job that always restarts": ("jobs", named({"template": {"spec": {"containers": [C]}}})),
    "a job with negative counts": ("jobs", named({**JOB, "parallelism": -1, "backoffLimit": -1})),
    "a bad schedule": ("cronjobs", named({"schedule": "every day", "jobTemplate": {"spec": JOB}})),
    "no schedule": ("cronjobs", named({"jobTemplate": {"spec": JOB}})),
    "a time zone on Mars": (
        "cronjobs",
        named({"schedule": "* * * * *", "timeZone": "Mars/Base", "jobTemplate": {"spec": JOB}}),
    ),
    # Services.
    "no ports": service(selector={"a": "b"}),
    "ports without names": service(ports=[{"port": 1}, {"port": 2}]),
    "an unknown service type": service(type="Frob", ports=[{"port": 1}]),
    "an address out of range": service(clusterIP="192.168.0.1", ports=[{"port": 1}]),
    "a node port on a cluster address": service(ports=[{"port": 1, "nodePort": 30001}]),
    "a node port out of range": service(type="NodePort", ports=[{"port": 1, "nodePort": 80}]),
    "a bad target port": service(ports=[{"port": 1, "targetPort": "Not_A_Port!"}]),
    "an unknown affinity": service(sessionAffinity="Frob", ports=[{"port": 1}]),
    "a port of zero": service(ports=[{"port": 0}]),
    "an external name that is none": service(type="ExternalName", externalName="_"),
    "the same port twice": service(ports=[{"port": 1, "name": "a"}, {"port": 1, "name": "b"}]),
    # Others.
    "a bad config key": ("configmaps", named(data={"a b": "x"})),
    "a key in both": ("configmaps", named(data={"a": "x"}, binaryData={"a": "YQ=="})),
    "a bad secret key": ("secrets", named(data={"a b": "YQ=="})),
    "a tls secret without keys": ("secrets", named(type="kubernetes.io/tls")),
    "a token without an account": ("secrets", named(type="kubernetes.io/service-account-token")),
    "a claim without anything": ("persistentvolumeclaims", named({})),
    "an unknown access mode": ("persistentvolumeclaims", named({**CLAIM, "accessModes": ["Foo"]})),
    "a quota of frobs": ("resourcequotas", named({"hard": {"frobs": "1", "pods": "-1"}})),
    "a lease with bad numbers": ("leases", named({"leaseDurationSeconds": 0, "leaseTransitions": -1})),
    "a scaler upside down": (
        "horizontalpodautoscalers",
        named({"minReplicas": 3, "maxReplicas": 1, "scaleTargetRef": {"kind": "D", "name": "d"}}),
    ),
    "a scaler of nothing": ("horizontalpodautoscalers", named({})),
    "a budget with both": ("poddisruptionbudgets", named({"minAvailable": 1, "maxUnavailable": 1})),
    "a role without verbs": ("roles", named(rules=[{"resources": ["pods"]}])),
    "a binding to nothing": (
        "rolebindings",
        named(roleRef={"kind": "Frob", "name": ""}, subjects=[{"kind": "Foo", "name": "x"}]),
    ),
    "an ingress without rules": ("ingresses", named({})),
    "an ingress with a bad host": (
        "ingresses",
        named(
            {
                "rules": [
                    {
                        "host": "Bad_Host",
                        "http": {
                            "paths": [
                                {
                                    "pathType": "Frob",
                                    "backend": {"service": {"name": "s", "port": {"number": 1}}},
                                }
                            ]
                        },
                    }
                ]
            }
        ),
    ),
    "an event from elsewhere": ("events", named(involvedObject={"kind": "Pod", "namespace": "other"})),
}


@pytest.mark.parametrize("name", WRONG)
def test_refuses_as_a_real_server_does(name: str, compare: Callable[[Any], None]) -> None:
    place, obj = WRONG[name]
    compare([("POST u", place, obj)])


CHANGES: dict[str, list[tuple[Any, ...]]] = {
    "a deployment's selector": [
        ("POST u", *deployment()),
        (
            "MERGE u",
            "deployments/x",
            {
                "spec": {
                    "selector": {"matchLabels": {"a": "c"}},
                    "template": {"metadata": {"labels": {"a": "c"}}},
                }
            },
        ),
    ],
    "a statefulset's service": [
        ("POST u", "statefulsets", named({**SELECTED, "serviceName": "s"})),
        ("MERGE u", "statefulsets/x", {"spec": {"serviceName": "t"}}),
        ("MERGE u", "statefulsets/x", {"spec": {"replicas": 3}}),
    ],
    "a daemonset's template": [
        ("POST u", "daemonsets", named(SELECTED)),
        ("MERGE u", "daemonsets/x", {"spec": {"template": {"metadata": {"labels": {"c": "d"}}}}}),
        ("MERGE u", "daemonsets/x", {"spec": {"selector": {"matchLabels": {"a": "c"}}}}),
    ],
    "a job's completions": [
        ("POST u", "jobs", named(JOB)),
        ("MERGE u", "jobs/x", {"spec": {"completions": 7}}),
        ("MERGE u", "jobs/x", {"spec": {"parallelism": 7}}),
    ],
    "a secret's type": [
        ("POST u", "secrets", named(data={"a": "YQ=="})),
        ("MERGE u", "secrets/x", {"type": "e.io/x"}),
        ("MERGE u", "secrets/x", {"stringData": {"b": "b"}}),
    ],
    "an immutable secret": [
        ("POST u", "secrets", named(data={"a": "YQ=="}, immutable=True)),
        ("MERGE u", "secrets/x", {"data": {"a": "Yg=="}}),
        ("MERGE u", "secrets/x", {"immutable": False}),
        ("MERGE u", "secrets/x", {"metadata": {"labels": {"a": "b"}}}),
    ],
    "an immutable configmap": [
        ("POST u", "configmaps", named(data={"a": "1"}, immutable=True)),
        ("MERGE u", "configmaps/x", {"data": {"a": "2"}}),
        ("MERGE u", "configmaps/x", {"immutable": None}),
    ],
    "a service's type and back": [
        ("POST u", "services", named({"ports": [{"port": 80}]})),
        ("MERGE u", "services/x", {"spec": {"type": "NodePort"}}),
        ("MERGE u", "services/x", {"spec": {"ports": [{"port": 81}]}}),
        ("MERGE u", "services/x", {"spec": {"type": "ClusterIP"}}),
        ("MERGE u", "services/x", {"spec": {"type": "ExternalName", "externalName": "e.io"}}),
        ("MERGE u", "services/x", {"spec": {"type": "ClusterIP", "externalName": None}}),
    ],
    "a binding's role": [
        ("POST u", "rolebindings", named(roleRef={"kind": "Role", "name": "r"})),
        ("MERGE u", "rolebindings/x", {"roleRef": {"name": "s"}}),
    ],
    "a namespace's finalizers": [
        ("POST u", "namespaces?dryRun=All", named(name="ns-x")),
        ("POST u", "namespaces?dryRun=All", named({"finalizers": ["e.io/x"]}, name="ns-y")),
    ],
    "metadata": [
        ("POST u", "configmaps", named(data={"a": "1"})),
        ("MERGE u", "configmaps/x", {"metadata": {"uid": "1234"}}),
        ("MERGE u", "configmaps/x", {"metadata": {"name": "other"}}),
        ("MERGE u", "configmaps/x", {"metadata": {"namespace": "other"}}),
        ("MERGE u", "configmaps/x", {"metadata": {"deletionTimestamp": "2020-01-01T00:00:00Z"}}),
        ("MERGE u", "configmaps/x", {"metadata": {"creationTimestamp": "2020-01-01T00:00:00Z"}}),
        ("MERGE u", "configmaps/x", {"metadata": {"labels": None, "annotations": {}}}),
    ],
    "a finalizer while deleting": [
        ("POST u", "configmaps", {"metadata": {"name": "x", "finalizers": ["e.io/a"]}}),
        ("DELETE", "configmaps/x"),
        ("MERGE u", "configmaps/x", {"metadata": {"finalizers": ["e.io/a", "e.io/b"]}}),
        ("POST u", "configmaps", {"metadata": {"name": "x"}}),
        ("MERGE u", "configmaps/x", {"metadata": {"finalizers": None}}),
        ("GET", "configmaps/x"),
    ],
}


@pytest.mark.parametrize("name", CHANGES)
def test_judges_a_change_as_a_real_server_does(name: str, compare: Callable[[Any], None]) -> None:
    compare(CHANGES[name])
