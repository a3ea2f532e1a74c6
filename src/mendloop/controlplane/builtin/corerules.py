"""Rules for the plain kinds of the core group: Secrets, ConfigMaps, Services, claims, quotas, Events.

Source: the reference of the kinds; wording measured on kube-apiserver 1.36.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from typing import Any

from mendloop.controlplane.builtin.amounts import check_amount, check_quota_name
from mendloop.controlplane.builtin.podrules import check_pod_spec, check_token_projection
from mendloop.controlplane.causes import (
    Cause,
    duplicate,
    forbidden,
    invalid,
    not_supported,
    required,
    too_long,
)
from mendloop.controlplane.gotext import GoStruct
from mendloop.controlplane.naming import config_key_faults, label_faults, port_name_faults, subdomain_faults

Object = dict[str, Any]
Causes = Iterator[Cause]

_DATA_LIMIT_BYTES = 1024 * 1024
_IMMUTABLE = "field is immutable when `immutable` is set"
_SERVICE_TYPES = ("ClusterIP", "ExternalName", "LoadBalancer", "NodePort")
_ACCESS_MODES = ("ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod")
_POD_CHANGES = (
    "pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,"
    "`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),"
    "`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)"
)
_CLAIM_CHANGES = (
    "spec is immutable after creation except resources.requests and volumeAttributesClassName for "
    "bound claims"
)


# Pods -----------------------------------------------------------------------------------------------


def check_pod(pod: Object) -> list[Cause]:
    spec = pod.get("spec") or {}
    causes = [*check_pod_spec(spec, "spec"), *check_token_projection(spec, "spec")]
    if spec.get("ephemeralContainers") and not (pod.get("status") or {}).get("startTime"):
        causes.append(forbidden("spec.ephemeralContainers", "cannot be set on create"))
    return causes


def check_pod_change(old: Object, new: Object) -> list[Cause]:
    """Of a pod's spec little can change; what differs besides is not shown, unlike on a real server."""
    before, after = _fixed_part(old["spec"]), _fixed_part(new["spec"])
    added = [
        each
        for each in old["spec"].get("tolerations") or ()
        if each not in (new["spec"].get("tolerations") or ())
    ]
    if before != after or added:
        return [forbidden("spec", _POD_CHANGES)]
    return []


_POD_MUTABLE = ("activeDeadlineSeconds", "tolerations", "schedulingGates", "nodeName")


def _fixed_part(spec: Object) -> Object:
    kept = {name: value for name, value in spec.items() if name not in _POD_MUTABLE}
    for kind in ("containers", "initContainers"):
        if kind in kept:
            kept[kind] = [{**container, "image": ""} for container in kept[kind]]
    return kept


# Secrets and ConfigMaps -----------------------------------------------------------------------------

_SECRET_KEYS = {
    "kubernetes.io/tls": ("tls.crt", "tls.key"),
    "kubernetes.io/ssh-auth": ("ssh-privatekey",),
}
_DOCKER_KEYS = {
    "kubernetes.io/dockercfg": ".dockercfg",
    "kubernetes.io/dockerconfigjson": ".dockerconfigjson",
}


def check_secret(secret: Object) -> list[Cause]:
    data, kind = secret.get("data") or {}, secret.get("type") or ""
    causes = list(_check_keys(data, "data"))
    if sum(len(base64.b64decode(value or "")) for value in data.values()) > _DATA_LIMIT_BYTES:
        causes.append(too_long("data", _DATA_LIMIT_BYTES))
    causes += [required(f"data[{key}]") for key in _SECRET_KEYS.get(kind, ()) if key not in data]
    if kind == "kubernetes.io/basic-auth" and not {"username", "password"} & data.keys():
        causes += [required(f"data[{key}]") for key in ("username", "password")]
    annotation = "kubernetes.io/service-account.name"
    if kind == "kubernetes.io/service-account-token" and not (
        secret["metadata"].get("annotations") or {}
    ).get(annotation):
        causes.append(required(f"metadata.annotations[{annotation}]"))
    if (key := _DOCKER_KEYS.get(kind)) is not None:
        causes += _check_docker(data, key)
    return causes


def _check_docker(data: Object, key: str) -> Causes:
    if key not in data:
        yield required(f"data[{key}]")
        return
    try:
        json.loads(base64.b64decode(data[key] or ""))
    except ValueError as fault:
        yield invalid(f"data[{key}]", "<secret contents redacted>", str(fault))


def _check_keys(data: Object, path: str) -> Causes:
    for key in sorted(data):
        yield from (invalid(f"{path}[{key}]", key, fault) for fault in config_key_faults(key))


def check_secret_change(old: Object, new: Object) -> list[Cause]:
    causes = []
    if old.get("type") != new.get("type"):
        causes.append(invalid("type", new.get("type", ""), "field is immutable"))
    return [*causes, *_check_immutable(old, new, ("data",))]


def _check_immutable(old: Object, new: Object, parts: tuple[str, ...]) -> Causes:
    if not old.get("immutable"):
        return
    if not new.get("immutable"):
        yield forbidden("immutable", _IMMUTABLE)
    for part in parts:
        if (old.get(part) or {}) != (new.get(part) or {}):
            yield forbidden(part, _IMMUTABLE)


def check_configmap(config: Object) -> list[Cause]:
    data, binary = config.get("data") or {}, config.get("binaryData") or {}
    causes: list[Cause] = []
    for key in sorted(data):
        causes += (invalid(f"data[{key}]", key, fault) for fault in config_key_faults(key))
        if key in binary:
            causes.append(invalid(f"data[{key}]", key, "duplicate of key present in binaryData"))
    causes += _check_keys(binary, "binaryData")
    size = sum(len(value.encode()) for value in data.values())
    size += sum(len(base64.b64decode(value or "")) for value in binary.values())
    if size > _DATA_LIMIT_BYTES:
        causes.append(too_long("", _DATA_LIMIT_BYTES))
    return causes


def check_configmap_change(old: Object, new: Object) -> list[Cause]:
    return list(_check_immutable(old, new, ("data", "binaryData")))


# Services -------------------------------------------------------------------------------------------


def check_service(service: Object) -> list[Cause]:
    spec = service.get("spec") or {}
    kind, ports = spec.get("type") or "", spec.get("ports") or []
    causes: list[Cause] = []
    if not ports and spec.get("clusterIP") != "None" and kind != "ExternalName":
        causes.append(required("spec.ports"))
    if (affinity := spec.get("sessionAffinity")) not in ("ClientIP", "None"):
        causes.append(not_supported("spec.sessionAffinity", affinity, ("ClientIP", "None")))
    if kind not in _SERVICE_TYPES:
        causes.append(not_supported("spec.type", kind, _SERVICE_TYPES))
    if kind == "ExternalName":
        causes += _check_external(spec)
    if kind == "LoadBalancer" and spec.get("clusterIP") == "None":
        causes.append(
            invalid("spec.clusterIPs[0]", "None", "may not be set to 'None' for LoadBalancer services")
        )
    if spec.get("ipFamilyPolicy") == "RequireDualStack" and spec.get("selector"):
        why = "this cluster is not configured for dual-stack services"
        causes.append(invalid("spec.ipFamilyPolicy", "RequireDualStack", why))
    return [*causes, *_check_service_ports(ports, kind)]


def _check_external(spec: Object) -> Causes:
    name = (spec.get("externalName") or "").rstrip(".")
    if not name:
        yield required("spec.externalName")
    else:
        yield from (invalid("spec.externalName", name, fault) for fault in subdomain_faults(name))


def _check_service_ports(ports: list[Object], kind: str) -> Causes:
    names: set[str] = set()
    seen: set[tuple[Any, Any]] = set()
    for at, port in enumerate(ports):
        here = f"spec.ports[{at}]"
        yield from _check_service_port(port, names, len(ports) > 1, here)
        if port.get("nodePort") and kind == "ClusterIP":
            yield forbidden(f"{here}.nodePort", "may not be used when `type` is 'ClusterIP'")
        identity = (port.get("protocol"), port.get("port"))
        if identity in seen:
            shown = GoStruct(Name="", Protocol=identity[0], AppProtocol=None, Port=identity[1])
            yield duplicate(here, GoStruct(**shown, TargetPort=0, NodePort=0))
        seen.add(identity)


def _check_service_port(port: Object, names: set[str], needs_name: bool, path: str) -> Causes:
    name, number, target = port.get("name") or "", port.get("port") or 0, port.get("targetPort")
    if not name and needs_name:
        yield required(f"{path}.name")
    elif name:
        yield from (invalid(f"{path}.name", name, fault) for fault in label_faults(name))
        if name in names:
            yield duplicate(f"{path}.name", name)
        names.add(name)
    if not 1 <= number <= 65535:
        yield invalid(f"{path}.port", number, "must be between 1 and 65535, inclusive")
    if port.get("protocol") not in ("SCTP", "TCP", "UDP"):
        yield not_supported(f"{path}.protocol", port.get("protocol"), ("SCTP", "TCP", "UDP"))
    if isinstance(target, str):
        yield from (invalid(f"{path}.targetPort", target, fault) for fault in port_name_faults(target))
    elif target is not None and not 1 <= target <= 65535:
        yield invalid(f"{path}.targetPort", target, "must be between 1 and 65535, inclusive")


def check_service_change(old: Object, new: Object) -> list[Cause]:
    """A cluster address stays for the Service's life, unless its type gives it up."""
    before, after = old["spec"], new["spec"]
    if before.get("type") == "ExternalName" or after.get("type") == "ExternalName":
        return []
    was, now = before.get("clusterIP"), after.get("clusterIP")
    if was and was != now:
        return [invalid("spec.clusterIPs[0]", [now] if now else None, "may not change once set")]
    return []


# Claims, quotas, Events -----------------------------------------------------------------------------


def check_claim(claim: Object) -> list[Cause]:
    spec = claim.get("spec") or {}
    modes = spec.get("accessModes") or []
    causes = []
    if not modes:
        causes.append(required("spec.accessModes", "at least 1 access mode is required"))
    unknown = [mode for mode in modes if mode not in _ACCESS_MODES]
    causes += [not_supported("spec.accessModes", mode, _ACCESS_MODES) for mode in unknown]
    storage = ((spec.get("resources") or {}).get("requests") or {}).get("storage")
    if storage is None:
        causes.append(required("spec.resources[storage]"))
    elif storage.startswith("-") or storage == "0":
        causes.append(invalid("spec.resources[storage]", storage, "must be greater than zero"))
    return causes


def check_claim_change(old: Object, new: Object) -> list[Cause]:
    """A claim's spec is fixed; what differs is not shown, unlike on a real server."""
    ignored = ("volumeName", "storageClassName")
    before, after = old["spec"], new["spec"]
    binds = not before.get("volumeName") and bool(after.get("volumeName"))
    bound = (old.get("status") or {}).get("phase") == "Bound"
    kept = [dict(before), dict(after)]
    for spec in kept:
        for name in ignored if binds else ():
            spec.pop(name, None)
        if bound:
            spec["resources"] = {**(spec.get("resources") or {}), "requests": None}
            spec.pop("volumeAttributesClassName", None)
    return [] if kept[0] == kept[1] else [forbidden("spec", _CLAIM_CHANGES)]


def check_quota(quota: Object) -> list[Cause]:
    causes: list[Cause] = []
    for name, amount in sorted(((quota.get("spec") or {}).get("hard") or {}).items()):
        causes += check_quota_name(name, f"spec.hard[{name}]")
        causes += check_amount(amount, f"spec.hard[{name}]")
    return causes


def check_event(event: Object) -> list[Cause]:
    """An event stands in the namespace of what it is about, or in `default` for cluster-wide objects."""
    namespace = event["metadata"].get("namespace") or ""
    about = (event.get("involvedObject") or {}).get("namespace") or ""
    if about != namespace and not (not about and namespace in ("default", "kube-system")):
        return [invalid("involvedObject.namespace", about, "does not match event.namespace")]
    return []
