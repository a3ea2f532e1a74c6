"""One cluster-scoped Profile makes a RoleBinding and a quota in every matching namespace."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from mendloop import Context, Manifest, Manifests, Operator, Resource, Spec, Status
from mendloop.k8s import Namespace, ResourceQuota, RoleBinding

op = Operator("tenancy.example.com")


class ProfileSpec(Spec):
    namespace_labels: dict[str, str]
    admins: Sequence[str] = ()
    quota: Mapping[str, str] = {}


class ProfileStatus(Status):
    namespaces: int | None = None


class Profile(
    Resource[ProfileSpec, ProfileStatus], group="tenancy.example.com", version="v1", scope="Cluster"
):
    """What a tenant gets."""


@op.desired(Profile, owns=[RoleBinding, ResourceQuota], reads=[Namespace])
def desired(profile: Profile, ctx: Context) -> Manifests:
    namespaces = ctx.list(Namespace, labels=profile.spec.namespace_labels)
    for namespace in namespaces:
        yield from tenant(profile, namespace)
    profile.status.namespaces = len(namespaces)


def tenant(profile: Profile, namespace: Namespace) -> Iterator[Manifest]:
    meta: dict[str, Any] = {"name": f"profile-{profile.name}", "namespace": namespace.name}
    group = "rbac.authorization.k8s.io"
    yield {
        "apiVersion": f"{group}/v1",
        "kind": "RoleBinding",
        "metadata": meta,
        "roleRef": {"apiGroup": group, "kind": "ClusterRole", "name": "admin"},
        "subjects": [{"kind": "User", "name": name, "apiGroup": group} for name in profile.spec.admins],
    }
    if profile.spec.quota:
        yield {
            "apiVersion": "v1",
            "kind": "ResourceQuota",
            "metadata": meta,
            "spec": {"hard": profile.spec.quota},
        }
