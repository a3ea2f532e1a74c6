"""Read models of rbac.authorization.k8s.io.

Made by scripts/generate_k8s.py from a kube-apiserver's OpenAPI; not edited by hand.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Unpack

from msgspec import field

from mendloop.k8s.base import NoSpec, Part, stated
from mendloop.k8s.core import LabelSelector
from mendloop.model.resource import Given, Object, Resource
from mendloop.model.types import Model, NoStatus

__all__ = [
    "AggregationRule",
    "ClusterRole",
    "ClusterRoleBinding",
    "PolicyRule",
    "Role",
    "RoleBinding",
    "RoleRef",
    "Subject",
]


class AggregationRule(Model):
    """AggregationRule describes how to locate ClusterRoles to aggregate into the ClusterRole."""

    cluster_role_selectors: Sequence[LabelSelector] = ()


class PolicyRule(Model):
    """PolicyRule holds information that describes a policy rule, but does not contain information ..."""

    api_groups: Sequence[str] = ()
    non_resource_urls: Sequence[str] = field(default=(), name="nonResourceURLs")
    resource_names: Sequence[str] = ()
    resources: Sequence[str] = ()
    verbs: Sequence[str] = ()


class RoleRef(Model):
    """RoleRef contains information that points to the role being used."""

    api_group: str = ""
    kind: str = ""
    name: str = ""


class Subject(Model):
    """Subject contains a reference to the object or user identities a role binding applies to."""

    api_group: str | None = None
    kind: str = ""
    name: str = ""
    namespace: str | None = None


class ClusterRoleBinding(
    Resource[NoSpec, NoStatus],
    group="rbac.authorization.k8s.io",
    version="v1",
    plural="clusterrolebindings",
    scope="Cluster",
    crd=False,
):
    """ClusterRoleBinding references a ClusterRole, but not contain it."""

    __slots__ = ()
    role_ref: Part[RoleRef] = Part(RoleRef, "roleRef", RoleRef)
    subjects: Part[Sequence[Subject]] = Part(list[Subject], "subjects", list)

    def __init__(
        self,
        name: str,
        *,
        role_ref: RoleRef | None = None,
        subjects: Sequence[Subject] | None = None,
        fields: Mapping[str, Any] | None = None,
        **meta: Unpack[Given],
    ) -> None:
        Object.__init__(
            self, name, fields=stated(fields, {"roleRef": role_ref, "subjects": subjects}), **meta
        )


class ClusterRole(
    Resource[NoSpec, NoStatus],
    group="rbac.authorization.k8s.io",
    version="v1",
    plural="clusterroles",
    scope="Cluster",
    crd=False,
):
    """ClusterRole is a cluster level, logical grouping of PolicyRules that can be referenced as a ..."""

    __slots__ = ()
    aggregation_rule: Part[AggregationRule | None] = Part(AggregationRule, "aggregationRule")
    rules: Part[Sequence[PolicyRule]] = Part(list[PolicyRule], "rules", list)

    def __init__(
        self,
        name: str,
        *,
        aggregation_rule: AggregationRule | None = None,
        rules: Sequence[PolicyRule] | None = None,
        fields: Mapping[str, Any] | None = None,
        **meta: Unpack[Given],
    ) -> None:
        Object.__init__(
            self, name, fields=stated(fields, {"aggregationRule": aggregation_rule, "rules": rules}), **meta
        )


class RoleBinding(
    Resource[NoSpec, NoStatus],
    group="rbac.authorization.k8s.io",
    version="v1",
    plural="rolebindings",
    crd=False,
):
    """RoleBinding references a role, but does not contain it."""

    __slots__ = ()
    role_ref: Part[RoleRef] = Part(RoleRef, "roleRef", RoleRef)
    subjects: Part[Sequence[Subject]] = Part(list[Subject], "subjects", list)

    def __init__(
        self,
        name: str,
        *,
        role_ref: RoleRef | None = None,
        subjects: Sequence[Subject] | None = None,
        fields: Mapping[str, Any] | None = None,
        **meta: Unpack[Given],
    ) -> None:
        Object.__init__(
            self, name, fields=stated(fields, {"roleRef": role_ref, "subjects": subjects}), **meta
        )


class Role(
    Resource[NoSpec, NoStatus], group="rbac.authorization.k8s.io", version="v1", plural="roles", crd=False
):
    """Role is a namespaced, logical grouping of PolicyRules that can be referenced as a unit by a ..."""

    __slots__ = ()
    rules: Part[Sequence[PolicyRule]] = Part(list[PolicyRule], "rules", list)

    def __init__(
        self,
        name: str,
        *,
        rules: Sequence[PolicyRule] | None = None,
        fields: Mapping[str, Any] | None = None,
        **meta: Unpack[Given],
    ) -> None:
        Object.__init__(self, name, fields=stated(fields, {"rules": rules}), **meta)
