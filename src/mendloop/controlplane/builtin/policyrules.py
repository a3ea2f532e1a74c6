"""Rules for scaling, disruption, network, access and leases.

Source: the reference of the kinds; wording measured on kube-apiserver 1.36.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mendloop.controlplane.builtin.workloadrules import check_selector
from mendloop.controlplane.causes import Cause, invalid, not_supported, required
from mendloop.controlplane.gotext import GoStruct
from mendloop.controlplane.naming import subdomain_faults

Object = dict[str, Any]
Causes = Iterator[Cause]

_POSITIVE = "must be greater than 0"
_RBAC = "rbac.authorization.k8s.io"


def check_autoscaler(scaler: Object) -> list[Cause]:
    spec = scaler.get("spec") or {}
    least, most = spec.get("minReplicas", 1), spec.get("maxReplicas") or 0
    target = spec.get("scaleTargetRef") or {}
    causes = []
    if least < 1:
        causes.append(invalid("spec.minReplicas", least, "must be greater than or equal to 1"))
    if most < 1:
        causes.append(required("spec.maxReplicas", "must be set and greater than 0"))
    if most < least:
        causes.append(invalid("spec.maxReplicas", most, "must be greater than or equal to `minReplicas`"))
    causes += [required(f"spec.scaleTargetRef.{name}") for name in ("kind", "name") if not target.get(name)]
    if not target.get("apiVersion"):
        causes.append(invalid("spec.scaleTargetRef.apiVersion", "", "apiVersion must specify API group"))
    return causes


def check_budget(budget: Object) -> list[Cause]:
    spec = budget.get("spec") or {}
    least, most = spec.get("minAvailable"), spec.get("maxUnavailable")
    if least is not None and most is not None:
        shown = GoStruct(
            MinAvailable=least,
            Selector=spec.get("selector"),
            MaxUnavailable=most,
            UnhealthyPodEvictionPolicy=spec.get("unhealthyPodEvictionPolicy"),
        )
        return [invalid("spec", shown, "minAvailable and maxUnavailable cannot be both set")]
    causes = list(check_selector(spec.get("selector"), "spec.selector"))
    for name, value in (("minAvailable", least), ("maxUnavailable", most)):
        if isinstance(value, int) and value < 0:
            causes.append(invalid(f"spec.{name}", value, "must be greater than or equal to 0"))
    return causes


def check_lease(lease: Object) -> list[Cause]:
    spec = lease.get("spec") or {}
    duration, transitions = spec.get("leaseDurationSeconds"), spec.get("leaseTransitions")
    causes = []
    if duration is not None and duration <= 0:
        causes.append(invalid("spec.leaseDurationSeconds", duration, _POSITIVE))
    if transitions is not None and transitions < 0:
        causes.append(invalid("spec.leaseTransitions", transitions, "must be greater than or equal to 0"))
    return causes


# Access ---------------------------------------------------------------------------------------------


def check_role(role: Object) -> list[Cause]:
    namespaced = role.get("kind") == "Role"
    causes: list[Cause] = []
    for at, rule in enumerate(role.get("rules") or ()):
        causes += _check_rule(rule, namespaced, f"rules[{at}]")
    return causes


def _check_rule(rule: Object, namespaced: bool, path: str) -> Causes:
    if not rule.get("verbs"):
        yield required(f"{path}.verbs", "verbs must contain at least one value")
    if rule.get("nonResourceURLs"):
        if namespaced:
            why = "namespaced rules cannot apply to non-resource URLs"
            yield invalid(f"{path}.nonResourceURLs", rule["nonResourceURLs"], why)
        return
    if not rule.get("apiGroups"):
        yield required(f"{path}.apiGroups", "resource rules must supply at least one api group")
    if not rule.get("resources"):
        yield required(f"{path}.resources", "resource rules must supply at least one resource")


def check_binding(binding: Object) -> list[Cause]:
    role, namespaced = binding.get("roleRef") or {}, binding.get("kind") == "RoleBinding"
    known = ("Role", "ClusterRole") if namespaced else ("ClusterRole",)
    causes = []
    if role.get("apiGroup") != _RBAC:
        causes.append(not_supported("roleRef.apiGroup", role.get("apiGroup", ""), (_RBAC,)))
    if role.get("kind") not in known:
        causes.append(not_supported("roleRef.kind", role.get("kind", ""), known))
    if not role.get("name"):
        causes.append(required("roleRef.name"))
    for at, subject in enumerate(binding.get("subjects") or ()):
        causes += _check_subject(subject, f"subjects[{at}]")
    return causes


def _check_subject(subject: Object, path: str) -> Causes:
    kind = subject.get("kind") or ""
    if not subject.get("name"):
        yield required(f"{path}.name")
    if kind == "ServiceAccount":
        if not subject.get("namespace"):
            yield required(f"{path}.namespace")
    elif kind not in ("User", "Group"):
        yield not_supported(f"{path}.kind", kind, ("ServiceAccount", "User", "Group"))


def check_binding_change(old: Object, new: Object) -> list[Cause]:
    if old.get("roleRef") == new.get("roleRef"):
        return []
    stated = new.get("roleRef") or {}
    shown = GoStruct(
        APIGroup=stated.get("apiGroup", ""), Kind=stated.get("kind", ""), Name=stated.get("name", "")
    )
    return [invalid("roleRef", shown, "cannot change roleRef")]


# Network --------------------------------------------------------------------------------------------


def check_network_policy(policy: Object) -> list[Cause]:
    spec = policy.get("spec") or {}
    causes = list(check_selector(spec.get("podSelector"), "spec.podSelector"))
    for at, kind in enumerate(spec.get("policyTypes") or ()):
        if kind not in ("Ingress", "Egress"):
            causes.append(not_supported(f"spec.policyTypes[{at}]", kind, ("Egress", "Ingress")))
    return causes


def check_ingress(ingress: Object) -> list[Cause]:
    spec = ingress.get("spec") or {}
    causes: list[Cause] = []
    if not spec.get("rules") and not spec.get("defaultBackend"):
        causes.append(invalid("spec", None, "either `defaultBackend` or `rules` must be specified"))
    for at, rule in enumerate(spec.get("rules") or ()):
        causes += _check_ingress_rule(rule, f"spec.rules[{at}]")
    return causes


def _check_ingress_rule(rule: Object, path: str) -> Causes:
    host = rule.get("host") or ""
    if host and not host.startswith("*."):
        yield from (invalid(f"{path}.host", host, fault) for fault in subdomain_faults(host))
    for at, each in enumerate((rule.get("http") or {}).get("paths") or ()):
        yield from _check_ingress_path(each, f"{path}.http.paths[{at}]")


def _check_ingress_path(stated: Object, path: str) -> Causes:
    kind, where = stated.get("pathType"), stated.get("path") or ""
    if kind is None:
        yield required(f"{path}.pathType", "pathType must be specified")
    elif kind not in ("Exact", "Prefix", "ImplementationSpecific"):
        yield not_supported(f"{path}.pathType", kind, ("Exact", "ImplementationSpecific", "Prefix"))
    elif kind != "ImplementationSpecific" and not where.startswith("/"):
        yield invalid(f"{path}.path", where, "must be an absolute path")
    service = (stated.get("backend") or {}).get("service")
    if service is not None and not service.get("name"):
        yield required(f"{path}.backend.service.name")
