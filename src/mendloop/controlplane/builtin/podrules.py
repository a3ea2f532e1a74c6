"""Which rules a pod's spec breaks, in a Pod or in a template.

Source: the reference of PodSpec; wording measured on kube-apiserver 1.36.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mendloop.controlplane.builtin.amounts import check_amount, check_resource_name
from mendloop.controlplane.causes import (
    Cause,
    duplicate,
    forbidden,
    invalid,
    not_found,
    not_supported,
    required,
)
from mendloop.controlplane.naming import env_faults, label_faults, port_name_faults, subdomain_faults
from mendloop.model.quantity import Quantity

Object = dict[str, Any]
Causes = Iterator[Cause]

_PULLS = ("Always", "IfNotPresent", "Never")
_PROTOCOLS = ("SCTP", "TCP", "UDP")
_RESTARTS = ("Always", "OnFailure", "Never")
_DNS = ("ClusterFirstWithHostNet", "ClusterFirst", "Default", "None")
_EFFECTS = ("NoSchedule", "PreferNoSchedule", "NoExecute")
_HANDLERS = ("exec", "httpGet", "tcpSocket", "grpc", "sleep")
_FIELDS = (
    "metadata.name",
    "metadata.namespace",
    "metadata.uid",
    "metadata.labels",
    "metadata.annotations",
    "spec.nodeName",
    "spec.serviceAccountName",
    "status.hostIP",
    "status.hostIPs",
    "status.podIP",
    "status.podIPs",
)
_NOT_NEGATIVE = "must be greater than or equal to 0"
_SUBJECTS = ("livenessProbe", "readinessProbe", "startupProbe")


def check_pod_spec(spec: Object, path: str) -> Causes:
    """The rules that a pod's spec breaks; `path` is where it stands."""
    yield from _check_volumes(spec.get("volumes") or (), f"{path}.volumes")
    volumes = {volume.get("name") for volume in spec.get("volumes") or ()}
    yield from _check_containers(spec, volumes, path)
    yield from _check_choices(spec, path)
    yield from _check_numbers(spec, path)
    yield from _check_names(spec, path)
    for at, toleration in enumerate(spec.get("tolerations") or ()):
        yield from _check_toleration(toleration, f"{path}.tolerations[{at}]")
    yield from _check_affinity(spec.get("affinity") or {}, f"{path}.affinity")


def _check_choices(spec: Object, path: str) -> Causes:
    restart, dns = spec.get("restartPolicy") or "", spec.get("dnsPolicy") or ""
    if not restart:
        yield required(f"{path}.restartPolicy")
    elif restart not in _RESTARTS:
        yield not_supported(f"{path}.restartPolicy", restart, _RESTARTS)
    if dns not in _DNS:
        yield not_supported(f"{path}.dnsPolicy", dns, _DNS) if dns else required(f"{path}.dnsPolicy")
    nameservers = (spec.get("dnsConfig") or {}).get("nameservers")
    if dns == "None" and spec.get("dnsConfig") is None:
        yield required(f"{path}.dnsConfig", "must provide `dnsConfig` when `dnsPolicy` is None")
    elif dns == "None" and not nameservers:
        why = "must provide at least one DNS nameserver when `dnsPolicy` is None"
        yield required(f"{path}.dnsConfig.nameservers", why)


def _check_numbers(spec: Object, path: str) -> Causes:
    deadline = spec.get("activeDeadlineSeconds")
    if deadline is not None and not 1 <= deadline <= 2**31 - 1:
        yield invalid(
            f"{path}.activeDeadlineSeconds", deadline, "must be between 1 and 2147483647, inclusive"
        )


def _check_names(spec: Object, path: str) -> Causes:
    for name in ("serviceAccountName", "nodeName", "priorityClassName"):
        for fault in subdomain_faults(spec[name]) if spec.get(name) else ():
            yield invalid(f"{path}.{name}", spec[name], fault)
    for name in ("hostname", "subdomain"):
        for fault in label_faults(spec[name]) if spec.get(name) else ():
            yield invalid(f"{path}.{name}", spec[name], fault)


# Volumes --------------------------------------------------------------------------------------------


def _check_volumes(volumes: Any, path: str) -> Causes:
    seen: set[str] = set()
    for at, volume in enumerate(volumes):
        here, name = f"{path}[{at}]", volume.get("name") or ""
        yield from _check_source(volume, here)
        if not name:
            yield required(f"{here}.name")
        elif faults := label_faults(name):
            yield from (invalid(f"{here}.name", name, fault) for fault in faults)
        elif name in seen:
            yield duplicate(f"{here}.name", name)
        seen.add(name)


_NEEDED = {
    "secret": "secretName",
    "configMap": "name",
    "hostPath": "path",
    "persistentVolumeClaim": "claimName",
    "csi": "driver",
}


def _check_source(volume: Object, path: str) -> Causes:
    # An emptyDir is looked at first, so that the other source is the one too many.
    sources = sorted((name for name in volume if name != "name"), key=lambda name: name != "emptyDir")
    if not sources:
        yield required(path, "must specify a volume type")
    for name in sources[1:]:
        yield forbidden(f"{path}.{name}", "may not specify more than 1 volume type")
    for name in sources[:1]:
        needed = _NEEDED.get(name)
        if needed and not volume[name].get(needed):
            yield required(f"{path}.{name}.{needed}")


def check_token_projection(spec: Object, path: str) -> Causes:
    """A projected token needs a service account; asked of Pods only, since templates get one later."""
    if spec.get("serviceAccountName"):
        return
    for at, volume in enumerate(spec.get("volumes") or ()):
        for part, source in enumerate((volume.get("projected") or {}).get("sources") or ()):
            if "serviceAccountToken" in source:
                here = f"{path}.volumes[{at}].projected.sources[{part}].serviceAccountToken"
                yield forbidden(here, "must not be specified when serviceAccountName is not set")


# Containers -----------------------------------------------------------------------------------------


def _check_containers(spec: Object, volumes: set[str], path: str) -> Causes:
    if not spec.get("containers"):
        yield required(f"{path}.containers")
    seen: set[str] = set()
    for kind in ("containers", "initContainers"):
        for at, container in enumerate(spec.get(kind) or ()):
            here, name = f"{path}.{kind}[{at}]", container.get("name") or ""
            yield from _check_container(container, volumes, bool(spec.get("hostNetwork")), here)
            if not name:
                yield required(f"{here}.name")
            elif faults := label_faults(name):
                yield from (invalid(f"{here}.name", name, fault) for fault in faults)
            elif name in seen:
                yield duplicate(f"{here}.name", name)
            seen.add(name)


def _check_container(container: Object, volumes: set[str], on_host: bool, path: str) -> Causes:
    image = container.get("image") or ""
    if not image:
        yield required(f"{path}.image")
    elif image != image.strip():
        yield invalid(f"{path}.image", image, "must not have leading or trailing whitespace")
    policy = container.get("imagePullPolicy") or ""
    if policy not in _PULLS:
        yield (
            not_supported(f"{path}.imagePullPolicy", policy, _PULLS)
            if policy
            else required(f"{path}.imagePullPolicy")
        )
    yield from _check_ports(container.get("ports") or (), on_host, f"{path}.ports")
    for at, variable in enumerate(container.get("env") or ()):
        yield from _check_env(variable, f"{path}.env[{at}]")
    yield from _check_mounts(container.get("volumeMounts") or (), volumes, f"{path}.volumeMounts")
    yield from check_resources(container.get("resources") or {}, f"{path}.resources")
    for name in _SUBJECTS:
        if container.get(name) is not None:
            yield from _check_probe(container[name], name, f"{path}.{name}")
    message = container.get("terminationMessagePolicy")
    if message not in ("File", "FallbackToLogsOnError"):
        known = ("FallbackToLogsOnError", "File")
        yield not_supported(f"{path}.terminationMessagePolicy", message, known)


def _check_ports(ports: Any, on_host: bool, path: str) -> Causes:
    seen: set[str] = set()
    for at, port in enumerate(ports):
        here, name, number = f"{path}[{at}]", port.get("name"), port.get("containerPort") or 0
        if name:
            yield from (invalid(f"{here}.name", name, fault) for fault in port_name_faults(name))
            if name in seen:
                yield duplicate(f"{here}.name", name)
            seen.add(name)
        if not number:
            yield required(f"{here}.containerPort")
        elif not 1 <= number <= 65535:
            yield invalid(f"{here}.containerPort", number, "must be between 1 and 65535, inclusive")
        host = port.get("hostPort") or 0
        if host and not 1 <= host <= 65535:
            yield invalid(f"{here}.hostPort", host, "must be between 1 and 65535, inclusive")
        elif on_host and host != number:
            why = "must match `containerPort` when `hostNetwork` is true"
            yield invalid(f"{here}.hostPort", host, why)
        if port.get("protocol") not in _PROTOCOLS:
            yield not_supported(f"{here}.protocol", port.get("protocol"), _PROTOCOLS)


def _check_env(variable: Object, path: str) -> Causes:
    name, source = variable.get("name") or "", variable.get("valueFrom")
    if not name:
        yield required(f"{path}.name")
    else:
        yield from (invalid(f"{path}.name", name, fault) for fault in env_faults(name))
    if source is None:
        return
    if not source:
        known = "`fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`"
        yield invalid(f"{path}.valueFrom", "", f"must specify one of: {known}")
    elif variable.get("value"):
        yield invalid(f"{path}.valueFrom", "", "may not be specified when `value` is not empty")
    elif len(source) > 1:
        yield invalid(f"{path}.valueFrom", "", "may not have more than one field specified at a time")
    for kind in ("configMapKeyRef", "secretKeyRef"):
        if kind in source and not source[kind].get("key"):
            yield required(f"{path}.valueFrom.{kind}.key")
    if "fieldRef" in source:
        yield from _check_field_ref(source["fieldRef"], f"{path}.valueFrom.fieldRef")


def _check_field_ref(reference: Object, path: str) -> Causes:
    field = reference.get("fieldPath") or ""
    if not field:
        yield required(f"{path}.fieldPath")
    elif field.partition("[")[0] not in _FIELDS:
        why = f"error converting fieldPath: field label not supported: {field}"
        yield invalid(f"{path}.fieldPath", field, why)


def _check_mounts(mounts: Any, volumes: set[str], path: str) -> Causes:
    seen: set[str] = set()
    for at, mount in enumerate(mounts):
        here, name, target = f"{path}[{at}]", mount.get("name") or "", mount.get("mountPath") or ""
        if not name:
            yield required(f"{here}.name")
        elif name not in volumes:
            yield not_found(f"{here}.name", name)
        if not target:
            yield required(f"{here}.mountPath")
        elif target in seen:
            yield invalid(f"{here}.mountPath", target, "must be unique")
        seen.add(target)
        if ".." in (mount.get("subPath") or "").split("/"):
            yield invalid(f"{path}.subPath", mount["subPath"], "must not contain '..'")


def check_resources(resources: Object, path: str) -> Causes:
    """Requests and limits: known names, no negative amounts, no request above its limit."""
    limits, requests = resources.get("limits") or {}, resources.get("requests") or {}
    for side, amounts in (("limits", limits), ("requests", requests)):
        for name, amount in sorted(amounts.items()):
            here = f"{path}.{side}[{name}]"
            yield from check_resource_name(name, here)
            yield from check_amount(amount, here)
            if (
                side == "requests"
                and name in limits
                and Quantity.parse(amount) > Quantity.parse(limits[name])
            ):
                why = f"must be less than or equal to {name} limit of {limits[name]}"
                yield invalid(f"{path}.requests", amount, why)


def _check_probe(probe: Object, kind: str, path: str) -> Causes:
    handlers = [name for name in _HANDLERS if probe.get(name) is not None]
    if not handlers:
        yield required(path, "must specify a handler type")
    for name in handlers[1:]:
        yield forbidden(f"{path}.{name}", "may not specify more than 1 handler type")
    for name in (
        "initialDelaySeconds",
        "timeoutSeconds",
        "periodSeconds",
        "successThreshold",
        "failureThreshold",
    ):
        if (probe.get(name) or 0) < 0:
            yield invalid(f"{path}.{name}", probe[name], _NOT_NEGATIVE)
    if kind != "readinessProbe" and probe.get("successThreshold", 1) != 1:
        yield invalid(f"{path}.successThreshold", probe["successThreshold"], "must be 1")


# Scheduling -----------------------------------------------------------------------------------------


def _check_toleration(toleration: Object, path: str) -> Causes:
    operator, effect = toleration.get("operator") or "", toleration.get("effect") or ""
    if operator not in ("", "Equal", "Exists"):
        yield not_supported(f"{path}.operator", operator, ("Equal", "Exists"))
    if operator == "Exists" and toleration.get("value"):
        why = "value must be empty when `operator` is 'Exists'"
        yield invalid(f"{path}.operator", toleration["value"], why)
    if not toleration.get("key") and operator != "Exists":
        why = 'operator must be Exists when `key` is empty, which means "match all values and all keys"'
        yield invalid(f"{path}.operator", operator, why)
    if effect and effect not in _EFFECTS:
        yield not_supported(f"{path}.effect", effect, _EFFECTS)


def _check_affinity(affinity: Object, path: str) -> Causes:
    wanted = "requiredDuringSchedulingIgnoredDuringExecution"
    selector = (affinity.get("nodeAffinity") or {}).get(wanted)
    if selector is not None and not selector.get("nodeSelectorTerms"):
        here = f"{path}.nodeAffinity.{wanted}.nodeSelectorTerms"
        yield required(here, "must have at least one node selector term")
