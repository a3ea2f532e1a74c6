"""Discovery: which groups, versions and resources are served, in both forms that clients ask for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from mendloop.controlplane.resources import Registry, Resource
from mendloop.controlplane.wire import JSON_HEADERS, Object, Response, json_response

_AGGREGATED = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"
_SUBRESOURCE_VERBS: Mapping[str, tuple[str, ...]] = {
    "status": ("get", "patch", "update"),
    "scale": ("get", "patch", "update"),
    "finalize": ("update",),
    "binding": ("create",),
    "eviction": ("create",),
}
_SUBRESOURCE_KINDS = {
    "scale": ("autoscaling", "v1", "Scale"),
    "binding": ("", "v1", "Binding"),
    "eviction": ("policy", "v1", "Eviction"),
}


def answer(registry: Registry, parts: list[str], accept: str) -> Response | None:
    """The answer to a discovery path; None where the path is none."""
    match parts:
        case ["api"] | ["apis"]:
            if _wants_aggregated(accept):
                return _aggregated(registry, core=parts == ["api"])
            return json_response(200, _versions() if parts == ["api"] else _groups(registry))
        case ["api", "v1"]:
            return json_response(200, _resource_list(registry, "", "v1"))
        case ["apis", group] if versions := _versions_of(registry, group):
            return json_response(200, _group(group, versions, alone=True))
        case ["apis", group, version] if registry.serves(group, version):
            return json_response(200, _resource_list(registry, group, version))
    return None


def _wants_aggregated(accept: str) -> bool:
    """Whether the first form that is accepted and known here is the aggregated one."""
    for clause in accept.replace(" ", "").split(","):
        parameters = set(clause.split(";")[1:])
        if {"g=apidiscovery.k8s.io", "as=APIGroupDiscoveryList", "v=v2"} <= parameters:
            return True
        if clause.split(";")[0] in ("application/json", "*/*") and not parameters:
            return False
    return False


def _versions() -> Object:
    return {"kind": "APIVersions", "versions": ["v1"], "serverAddressByClientCIDRs": []}


def _group_names(registry: Registry) -> Iterable[str]:
    return dict.fromkeys(group for group, _ in registry.versions() if group)


def _versions_of(registry: Registry, group: str) -> list[str]:
    """The versions of a group, the preferred one first: stable before beta before alpha, newest first."""
    found = [version for each, version in registry.versions() if each == group]
    return sorted(found, key=_rank)


def _rank(version: str) -> tuple[int, int, int, str]:
    """Order of Kubernetes' version names; what is no such name comes last, by alphabet."""
    digits, stage, minor = version.removeprefix("v"), "", "0"
    for word in ("alpha", "beta"):
        if word in digits:
            digits, stage, minor = *digits.partition(word)[:2], digits.partition(word)[2] or "0"
    if not digits.isdigit() or not minor.isdigit():
        return 3, 0, 0, version
    return {"": 0, "beta": 1, "alpha": 2}[stage], -int(digits), -int(minor), version


def _groups(registry: Registry) -> Object:
    groups = [_group(name, _versions_of(registry, name)) for name in _group_names(registry)]
    return {"kind": "APIGroupList", "apiVersion": "v1", "groups": groups}


def _group(name: str, versions: list[str], *, alone: bool = False) -> Object:
    listed = [{"groupVersion": f"{name}/{version}", "version": version} for version in versions]
    head: Object = {"kind": "APIGroup", "apiVersion": "v1"} if alone else {}
    return {**head, "name": name, "versions": listed, "preferredVersion": listed[0]}


def _resource_list(registry: Registry, group: str, version: str) -> Object:
    resources: list[Object] = []
    for resource in sorted(registry.of(group, version), key=lambda each: each.plural):
        resources.append(_resource(resource))
        resources.extend(_subresource(resource, name) for name in sorted(resource.subresources))
    api_version = f"{group}/{version}" if group else version
    head: Object = {"kind": "APIResourceList", "apiVersion": "v1", "groupVersion": api_version}
    return {**head, "resources": resources}


def _resource(resource: Resource) -> Object:
    found: Object = {
        "name": resource.plural,
        "singularName": resource.singular,
        "namespaced": resource.namespaced,
        "kind": resource.kind,
        "verbs": list(resource.verbs),
    }
    if resource.short_names:
        found["shortNames"] = list(resource.short_names)
    if resource.categories:
        found["categories"] = list(resource.categories)
    return found


def _subresource(resource: Resource, name: str) -> Object:
    found: Object = {
        "name": f"{resource.plural}/{name}",
        "singularName": "",
        "namespaced": resource.namespaced,
        "kind": resource.kind,
        "verbs": list(_SUBRESOURCE_VERBS[name]),
    }
    if name in _SUBRESOURCE_KINDS:
        group, version, kind = _SUBRESOURCE_KINDS[name]
        found |= {"group": group, "version": version, "kind": kind} if group else {"kind": kind}
    return found


# The aggregated form ------------------------------------------------------------------------------------


def _aggregated(registry: Registry, *, core: bool) -> Response:
    names = [""] if core else list(_group_names(registry))
    items = [_aggregated_group(registry, name) for name in names]
    head: Object = {"kind": "APIGroupDiscoveryList", "apiVersion": "apidiscovery.k8s.io/v2", "metadata": {}}
    answered = json_response(200, {**head, "items": items})
    return Response(200, {**JSON_HEADERS, "content-type": _AGGREGATED}, answered.body)


def _aggregated_group(registry: Registry, group: str) -> Object:
    versions = [
        {
            "version": version,
            "resources": [
                _aggregated_resource(each)
                for each in sorted(registry.of(group, version), key=lambda each: each.plural)
            ],
            "freshness": "Current",
        }
        for version in _versions_of(registry, group)
    ]
    return {"metadata": {"name": group} if group else {}, "versions": versions}


def _aggregated_resource(resource: Resource) -> Object:
    found: dict[str, Any] = {
        "resource": resource.plural,
        "responseKind": {"group": resource.group, "version": resource.version, "kind": resource.kind},
        "scope": "Namespaced" if resource.namespaced else "Cluster",
        "singularResource": resource.singular,
        "verbs": list(resource.verbs),
    }
    if resource.short_names:
        found["shortNames"] = list(resource.short_names)
    if resource.categories:
        found["categories"] = list(resource.categories)
    if resource.subresources:
        found["subresources"] = [
            {
                "subresource": name,
                "responseKind": _response_kind(resource, name),
                "verbs": list(_SUBRESOURCE_VERBS[name]),
            }
            for name in sorted(resource.subresources)
        ]
    return found


def _response_kind(resource: Resource, subresource: str) -> Object:
    own = (resource.group, resource.version, resource.kind)
    group, version, kind = _SUBRESOURCE_KINDS.get(subresource, own)
    return {"group": group, "version": version, "kind": kind}
