"""Which resources are served, and the few ways in which their rules differ."""

from __future__ import annotations

import gzip
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import msgspec

from mendloop.controlplane.wire import Object

ALL_VERBS = ("create", "delete", "deletecollection", "get", "list", "patch", "update", "watch")


class ScalePaths(msgspec.Struct, frozen=True):
    """Where a kind keeps what its scale shows, as dotted paths."""

    spec: str = "spec.replicas"
    status: str = "status.replicas"
    selector: str = ""


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
    scale_paths: ScalePaths | None = None  # of a custom resource that has a scale
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
        """Which collection holds its objects; Events of both groups are the same objects."""
        return "" if self.group == "events.k8s.io" else self.group, self.plural


# Where resources depart from the rule; read off the strategies of kube-apiserver 1.36.
_RETURN_DELETED = frozenset(
    [
        "pods",
        "services",
        "serviceaccounts",
        "namespaces",
        "persistentvolumes",
        "persistentvolumeclaims",
        "resourcequotas",
        "podtemplates",
        "csidrivers",
        "csinodes",
        "storageclasses",
        "volumeattachments",
        "volumeattributesclasses",
    ]
)
_NEED_REVISION = frozenset(
    [
        "leases",
        "poddisruptionbudgets",
        "runtimeclasses",
        "csidrivers",
        "csinodes",
        "csistoragecapacities",
        "volumeattachments",
        "validatingadmissionpolicies",
        "validatingadmissionpolicybindings",
        "mutatingadmissionpolicies",
        "mutatingadmissionpolicybindings",
        "validatingwebhookconfigurations",
        "mutatingwebhookconfigurations",
    ]
)
_CREATE_ON_UPDATE = frozenset(
    [
        "leases",
        "roles",
        "rolebindings",
        "clusterroles",
        "clusterrolebindings",
        "limitranges",
        "events",
        "services",
        "endpoints",
        "runtimeclasses",
    ]
)
_SUBRESOURCES = frozenset({"status", "scale", "finalize", "binding", "eviction"})  # those that are served
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
# Not kept as objects of their own.
_NOT_SERVED = frozenset({("", "bindings"), ("", "componentstatuses")})


@cache
def discovery() -> Mapping[str, Object]:
    """The discovery documents of a real server, by path."""
    packed = (files("mendloop.controlplane") / "data" / "discovery.json.gz").read_bytes()
    found: dict[str, Object] = msgspec.json.decode(gzip.decompress(packed))
    return found


def builtin_resources() -> Iterator[Resource]:
    """Every built-in resource that is served, as a real server announces it."""
    for document in discovery().values():
        if document.get("kind") != "APIResourceList":
            continue
        group, _, version = document["groupVersion"].rpartition("/")
        entries = {entry["name"]: entry for entry in document["resources"]}
        for name, entry in entries.items():
            if "/" not in name and (group, name) not in _NOT_SERVED:
                below = frozenset(sub for sub in _SUBRESOURCES if f"{name}/{sub}" in entries)
                yield _from_discovery(group, version, entry, below)


def _from_discovery(group: str, version: str, entry: Object, below: frozenset[str]) -> Resource:
    plural = entry["name"]
    return Resource(
        group=group,
        version=version,
        kind=entry["kind"],
        plural=plural,
        singular=entry["singularName"],
        namespaced=entry["namespaced"],
        short_names=tuple(entry.get("shortNames", ())),
        categories=tuple(entry.get("categories", ())),
        verbs=tuple(entry["verbs"]),
        subresources=below,
        returns_deleted=plural in _RETURN_DELETED,
        unconditional_update=plural not in _NEED_REVISION,
        create_on_update=plural in _CREATE_ON_UPDATE,
        field_labels=tuple(_FIELD_LABELS.get(plural, "").split()),
    )


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
