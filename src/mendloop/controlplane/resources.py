"""Which resources are served, and the few ways in which their rules differ."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from mendloop.controlplane.wire import Object

ALL_VERBS = ("create", "delete", "deletecollection", "get", "list", "patch", "update", "watch")


class Resource(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """One resource in one version as it is served."""

    group: str
    version: str
    kind: str
    plural: str
    singular: str
    namespaced: bool = True
    short_names: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    verbs: tuple[str, ...] = ALL_VERBS
    subresources: frozenset[str] = frozenset()
    returns_deleted: bool = False  # DELETE answers the object instead of a Status (APIFACTS 25)
    unconditional_update: bool = True  # PUT needs no resourceVersion
    create_on_update: bool = False  # PUT of a missing object creates it (APIFACTS 24)
    field_labels: tuple[str, ...] = ()  # selectable besides metadata.name and metadata.namespace
    storage_version: str = ""  # where it differs from `version`
    custom: Object | None = None  # the CustomResourceDefinition, for custom resources

    @property
    def api_version(self) -> str:
        return f"{self.group}/{self.version}" if self.group else self.version

    @property
    def list_kind(self) -> str:
        if self.custom is not None:
            return str(self.custom["spec"]["names"].get("listKind") or f"{self.kind}List")
        return f"{self.kind}List"

    @property
    def qualified(self) -> str:
        """`deployments.apps`, the form of messages."""
        return f"{self.plural}.{self.group}" if self.group else self.plural

    @property
    def storage_id(self) -> tuple[str, str]:
        return self.group, self.plural


# The core set, until the discovery documents of a real server are read: kind, plural, short names,
# scope ("N"amespaced or "C"luster), subresources, what stands out. Flags: `r` returns the deleted object,
# `u` an update needs a resourceVersion, `c` PUT creates.
_TABLE = """
v1 | Pod | pods | po | N | status ephemeralcontainers resize log binding eviction | r
v1 | Service | services | svc | N | status | rc
v1 | Secret | secrets | | N | |
v1 | ConfigMap | configmaps | cm | N | |
v1 | Namespace | namespaces | ns | C | status finalize | r
v1 | Event | events | ev | N | | c
v1 | Node | nodes | no | C | status |
v1 | ServiceAccount | serviceaccounts | sa | N | token | r
v1 | PersistentVolumeClaim | persistentvolumeclaims | pvc | N | status | r
v1 | PersistentVolume | persistentvolumes | pv | C | status | r
v1 | Endpoints | endpoints | ep | N | | c
v1 | LimitRange | limitranges | limits | N | | c
v1 | ResourceQuota | resourcequotas | quota | N | status | r
v1 | PodTemplate | podtemplates | | N | | r
v1 | ReplicationController | replicationcontrollers | rc | N | status scale |
apps/v1 | Deployment | deployments | deploy | N | status scale |
apps/v1 | ReplicaSet | replicasets | rs | N | status scale |
apps/v1 | StatefulSet | statefulsets | sts | N | status scale |
apps/v1 | DaemonSet | daemonsets | ds | N | status |
apps/v1 | ControllerRevision | controllerrevisions | | N | |
batch/v1 | Job | jobs | | N | status |
batch/v1 | CronJob | cronjobs | cj | N | status |
coordination.k8s.io/v1 | Lease | leases | | N | | uc
policy/v1 | PodDisruptionBudget | poddisruptionbudgets | pdb | N | status | u
networking.k8s.io/v1 | Ingress | ingresses | ing | N | status |
networking.k8s.io/v1 | IngressClass | ingressclasses | | C | |
networking.k8s.io/v1 | NetworkPolicy | networkpolicies | netpol | N | |
rbac.authorization.k8s.io/v1 | Role | roles | | N | | c
rbac.authorization.k8s.io/v1 | RoleBinding | rolebindings | | N | | c
rbac.authorization.k8s.io/v1 | ClusterRole | clusterroles | | C | | c
rbac.authorization.k8s.io/v1 | ClusterRoleBinding | clusterrolebindings | | C | | c
storage.k8s.io/v1 | StorageClass | storageclasses | sc | C | | r
scheduling.k8s.io/v1 | PriorityClass | priorityclasses | pc | C | |
discovery.k8s.io/v1 | EndpointSlice | endpointslices | | N | |
autoscaling/v2 | HorizontalPodAutoscaler | horizontalpodautoscalers | hpa | N | status |
apiextensions.k8s.io/v1 | CustomResourceDefinition | customresourcedefinitions | crd crds | C | status |
"""
_ALL = frozenset(
    [
        "pods",
        "services",
        "daemonsets",
        "deployments",
        "replicasets",
        "statefulsets",
        "jobs",
        "cronjobs",
        "replicationcontrollers",
        "horizontalpodautoscalers",
    ]
)
_FIELD_LABELS = {
    "pods": (
        "spec.nodeName spec.restartPolicy spec.schedulerName spec.serviceAccountName spec.hostNetwork "
        "status.phase status.podIP status.podIPs status.nominatedNodeName"
    ),
    "events": (
        "involvedObject.kind involvedObject.namespace involvedObject.name involvedObject.uid "
        "involvedObject.apiVersion involvedObject.resourceVersion involvedObject.fieldPath reason "
        "reportingComponent source type"
    ),
    "secrets": "type",
    "namespaces": "status.phase",
    "nodes": "spec.unschedulable",
    "services": "spec.clusterIP spec.type",
    "replicasets": "status.replicas",
    "replicationcontrollers": "status.replicas",
    "jobs": "status.successful",
}


def _row(line: str) -> Resource:
    api_version, kind, plural, short, scope, subresources, flags = (cell.strip() for cell in line.split("|"))
    group, _, version = api_version.rpartition("/")
    verbs = ALL_VERBS
    if plural in ("namespaces", "services"):  # neither knows deletecollection in every respect: 405
        verbs = tuple(verb for verb in ALL_VERBS if verb != "deletecollection" or plural == "services")
    return Resource(
        group=group,
        version=version,
        kind=kind,
        plural=plural,
        singular=kind.lower(),
        namespaced=scope == "N",
        short_names=tuple(short.split()),
        categories=("all",) if plural in _ALL else (),
        verbs=verbs,
        subresources=frozenset(subresources.split()),
        returns_deleted="r" in flags,
        unconditional_update="u" not in flags,
        create_on_update="c" in flags,
        field_labels=tuple(_FIELD_LABELS.get(plural, "").split()),
    )


def builtin_resources() -> list[Resource]:
    """Every built-in resource that is served."""
    return [_row(line) for line in _TABLE.strip().splitlines()]


class Registry:
    """The resources served now; custom ones come and go."""

    def __init__(self, resources: Iterable[Resource]) -> None:
        self._served: dict[tuple[str, str], dict[str, Resource]] = {}
        self._preferred: dict[tuple[str, str], Resource] = {}
        self.generation = 0  # moves with every change, so that derived documents know when they are old
        for resource in resources:
            self.add(resource)

    def add(self, resource: Resource) -> None:
        self._served.setdefault((resource.group, resource.version), {})[resource.plural] = resource
        self._preferred.setdefault((resource.group, resource.kind), resource)
        self.generation += 1

    def remove(self, group: str, plural: str) -> None:
        """Stops serving a resource in every version."""
        for place in [place for place in self._served if place[0] == group]:
            self._served[place].pop(plural, None)
            if not self._served[place]:
                del self._served[place]
        for known in [known for known, one in self._preferred.items() if one.storage_id == (group, plural)]:
            del self._preferred[known]
        self.generation += 1

    def find(self, group: str, version: str, plural: str) -> Resource | None:
        served = self._served.get((group, version))
        return served.get(plural) if served else None

    def kind(self, group: str, kind: str, version: str = "") -> Resource | None:
        """The resource of a kind; in its preferred version where none is named."""
        if not version:
            return self._preferred.get((group, kind))
        served = self._served.get((group, version), {})
        return next((resource for resource in served.values() if resource.kind == kind), None)

    def versions(self) -> list[tuple[str, str]]:
        """The (group, version) pairs that are served."""
        return list(self._served)

    def serves(self, group: str, version: str) -> bool:
        return (group, version) in self._served

    def of(self, group: str, version: str) -> Iterator[Resource]:
        yield from self._served.get((group, version), {}).values()

    def __iter__(self) -> Iterator[Resource]:
        for resources in list(self._served.values()):
            yield from list(resources.values())


def dig(obj: Any, path: str) -> Any:
    """The value at a dotted path of plain keys, or None."""
    for key in path.split("."):
        if not isinstance(obj, dict):
            return None
        obj = obj.get(key)
    return obj
