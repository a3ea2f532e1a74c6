"""The columns that a real server shows for each kind (`kubectl get`), and what stands in them.

Source: kubernetes pkg/printers/internalversion, columns and order as served by 1.36.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from mendloop.controlplane import podcolumns
from mendloop.controlplane.ages import Ago
from mendloop.controlplane.resources import dig
from mendloop.controlplane.wire import Object

NONE, UNSET = "<none>", "<unset>"
Cell = Callable[[Object, Ago], Any]


class Column(msgspec.Struct, frozen=True):
    """One column; `priority` above 0 shows only in wide output."""

    name: str
    cell: Cell
    type: str = "string"
    format: str = ""
    priority: int = 0
    description: str = ""


def _at(path: str, missing: Any = NONE) -> Cell:
    def cell(obj: Object, ago: Ago) -> Any:
        found = dig(obj, path)
        return missing if found is None or found == "" else found

    return cell


def _age(path: str = "metadata.creationTimestamp") -> Cell:
    return lambda obj, ago: ago(dig(obj, path) or "")


def _of(read: Callable[[Object], Any], missing: Any = NONE) -> Cell:
    return lambda obj, ago: read(obj) or missing


_NAME_TEXT = (
    "Name must be unique within a namespace. Is required when creating resources, although some resources "
    "may allow a client to request the generation of an appropriate name automatically. Name is primarily "
    "intended for creation idempotence and configuration definition. Cannot be updated. More info: "
    "https://kubernetes.io/docs/concepts/overview/working-with-objects/names#names"
)
AGE_TEXT = (
    "CreationTimestamp is a timestamp representing the server time when this object was created. It is not "
    "guaranteed to be set in happens-before order across separate operations. Clients may not set this "
    "value. It is represented in RFC3339 form and is in UTC.\n\nPopulated by the system. Read-only. Null for "
    "lists. More info: https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#metadata"
)
NAME = Column("Name", _at("metadata.name"), format="name", description=_NAME_TEXT)
AGE = Column("Age", _age(), description=AGE_TEXT)
CREATED_AT = Column("Created At", _at("metadata.creationTimestamp"), type="date")
DEFAULT = (NAME, CREATED_AT)


def _count(path: str) -> Cell:
    return _at(path, 0)


def _share(part: str, whole: str, default: int = 0) -> Cell:
    def cell(obj: Object, ago: Ago) -> str:
        wanted = dig(obj, whole)
        return f"{dig(obj, part) or 0}/{default if wanted is None else wanted}"

    return cell


def _names(path: str, field: str) -> Cell:
    return lambda obj, ago: ",".join(each.get(field, "") for each in dig(obj, path) or [])


def selector_text(selector: Any) -> str:
    """A selector as tables show it: `app=web,tier in (a,b)`."""
    if not selector:
        return NONE
    labels = (
        selector if not {"matchLabels", "matchExpressions"} & set(selector) else selector.get("matchLabels")
    )
    terms = [f"{key}={value}" for key, value in sorted((labels or {}).items())]
    for each in selector.get("matchExpressions") or []:
        values = ",".join(sorted(each.get("values") or []))
        known = {"Exists": each["key"], "DoesNotExist": f"!{each['key']}"}
        terms.append(known.get(each["operator"], f"{each['key']} {each['operator'].lower()} ({values})"))
    return ",".join(terms) or NONE


def _selector(path: str = "spec.selector") -> Column:
    return Column("Selector", lambda obj, ago: selector_text(dig(obj, path)), priority=1)


def _template(path: str = "spec.template.spec.containers") -> tuple[Column, Column]:
    return (
        Column("Containers", _names(path, "name"), priority=1),
        Column("Images", _names(path, "image"), priority=1),
    )


# Services and their kin -------------------------------------------------------------------------------


def _external(service: Object, ago: Ago) -> str:
    spec = service.get("spec") or {}
    stated = ",".join(spec.get("externalIPs") or [])
    match spec.get("type", "ClusterIP"):
        case "LoadBalancer":
            ingress = dig(service, "status.loadBalancer.ingress") or []
            found = ",".join(each.get("ip") or each.get("hostname", "") for each in ingress)
            return ",".join(part for part in (found, stated) if part) or "<pending>"
        case "ExternalName":
            return str(spec.get("externalName", ""))
    return stated or NONE


def _ports(service: Object) -> str:
    parts = []
    for port in dig(service, "spec.ports") or []:
        node = f":{port['nodePort']}" if port.get("nodePort") else ""
        parts.append(f"{port['port']}{node}/{port.get('protocol', 'TCP')}")
    return ",".join(parts)


def _endpoints(endpoints: Object) -> str:
    found = [
        f"{address['ip']}:{port['port']}"
        for subset in endpoints.get("subsets") or []
        for port in subset.get("ports") or []
        for address in subset.get("addresses") or []
    ]
    more = f" + {len(found) - 3} more..." if len(found) > 3 else ""
    return ",".join(found[:3]) + more


def _slice_ports(piece: Object) -> str:
    return ",".join(str(port.get("port", "")) for port in piece.get("ports") or []) or UNSET


def _slice_addresses(piece: Object) -> str:
    found = [address for each in piece.get("endpoints") or [] for address in each.get("addresses") or []]
    return ",".join(found[:3]) + (f" + {len(found) - 3} more..." if len(found) > 3 else "") or UNSET


def _hosts(ingress: Object) -> str:
    hosts = [rule["host"] for rule in dig(ingress, "spec.rules") or [] if rule.get("host")]
    return ",".join(hosts) or "*"


# Others -------------------------------------------------------------------------------------------------


def _about(event: Object) -> str:
    involved = event.get("involvedObject") or {}
    return f"{involved.get('kind', '').lower()}/{involved.get('name', '')}"


def _source(event: Object) -> str:
    source = event.get("source") or {}
    component = source.get("component") or event.get("reportingComponent") or ""
    host = source.get("host") or ""
    return f"{component}, {host}" if host else component


def _first_of(*paths: str) -> Cell:
    return lambda obj, ago: ago(next((found for path in paths if (found := dig(obj, path))), ""))


def _job_status(job: Object) -> str:
    conditions = {each["type"]: each["status"] for each in dig(job, "status.conditions") or []}
    for kind, word in (("Complete", "Complete"), ("Failed", "Failed"), ("Suspended", "Suspended")):
        if conditions.get(kind) == "True":
            return word
    if job["metadata"].get("deletionTimestamp"):
        return "Terminating"
    return "FailureTarget" if conditions.get("FailureTarget") == "True" else "Running"


def _completions(job: Object, ago: Ago) -> str:
    wanted, parallel = dig(job, "spec.completions"), dig(job, "spec.parallelism") or 0
    done = dig(job, "status.succeeded") or 0
    if wanted is not None:
        return f"{done}/{wanted}"
    return f"{done}/1 of {parallel}" if parallel > 1 else f"{done}/1"


def _duration(job: Object, ago: Ago) -> str:
    begun, ended = dig(job, "status.startTime"), dig(job, "status.completionTime")
    if not begun:
        return ""
    return ago.between(begun, ended) if ended else ago(begun)


def _modes(path: str) -> Cell:
    short = {
        "ReadWriteOnce": "RWO",
        "ReadOnlyMany": "ROX",
        "ReadWriteMany": "RWX",
        "ReadWriteOncePod": "RWOP",
    }
    return lambda obj, ago: ",".join(short.get(mode, mode) for mode in dig(obj, path) or [])


def _claim_status(claim: Object) -> str:
    return "Terminating" if claim["metadata"].get("deletionTimestamp") else dig(claim, "status.phase") or ""


def _node_status(node: Object) -> str:
    conditions = {each["type"]: each["status"] for each in dig(node, "status.conditions") or []}
    word = {"True": "Ready", "False": "NotReady"}.get(conditions.get("Ready", ""), "Unknown")
    return f"{word},SchedulingDisabled" if dig(node, "spec.unschedulable") else word


def _roles(node: Object) -> str:
    prefix = "node-role.kubernetes.io/"
    labels = node["metadata"].get("labels") or {}
    return ",".join(sorted(label.removeprefix(prefix) for label in labels if label.startswith(prefix)))


def _node_address(kind: str) -> Cell:
    def cell(node: Object, ago: Ago) -> str:
        found = [each for each in dig(node, "status.addresses") or [] if each["type"] == kind]
        return str(found[0]["address"]) if found else NONE

    return cell


def _role(binding: Object) -> str:
    return f"{dig(binding, 'roleRef.kind')}/{dig(binding, 'roleRef.name')}"


def _subjects(kind: str) -> Cell:
    def cell(binding: Object, ago: Ago) -> str:
        found = [each for each in binding.get("subjects") or [] if each["kind"] == kind]
        return ",".join(
            f"{each['namespace']}/{each['name']}" if each.get("namespace") else each["name"] for each in found
        )

    return cell


def _controller(obj: Object) -> str:
    owners = obj["metadata"].get("ownerReferences") or []
    owner = next((each for each in owners if each.get("controller")), None)
    if owner is None:
        return ""
    group = owner["apiVersion"].rpartition("/")[0]
    return f"{owner['kind'].lower()}{'.' + group if group else ''}/{owner['name']}"


def _integer(name: str, path: str) -> Column:
    return Column(name, _count(path), type="integer")


_PODS = (
    NAME,
    Column("Ready", _of(podcolumns.ready)),
    Column("Status", _of(podcolumns.status, "")),
    Column("Restarts", podcolumns.restarts),
    AGE,
    Column("IP", _of(podcolumns.address), priority=1),
    Column("Node", _at("spec.nodeName"), priority=1),
    Column("Nominated Node", _at("status.nominatedNodeName"), priority=1),
    Column("Readiness Gates", _of(podcolumns.gates), priority=1),
)
_REPLICAS = (
    NAME,
    _integer("Desired", "spec.replicas"),
    _integer("Current", "status.replicas"),
    _integer("Ready", "status.readyReplicas"),
    AGE,
    *_template(),
    _selector(),
)
_BINDINGS = (
    NAME,
    Column("Role", _of(_role)),
    AGE,
    Column("Users", _subjects("User"), priority=1),
    Column("Groups", _subjects("Group"), priority=1),
    Column("ServiceAccounts", _subjects("ServiceAccount"), priority=1),
)
COLUMNS: dict[tuple[str, str], tuple[Column, ...]] = {
    ("", "pods"): _PODS,
    ("apps", "deployments"): (
        NAME,
        Column("Ready", _share("status.readyReplicas", "spec.replicas")),
        Column("Up-to-date", _count("status.updatedReplicas")),
        Column("Available", _count("status.availableReplicas")),
        AGE,
        *_template(),
        _selector(),
    ),
    ("apps", "replicasets"): _REPLICAS,
    ("", "replicationcontrollers"): _REPLICAS,
    ("apps", "statefulsets"): (
        NAME,
        Column("Ready", _share("status.readyReplicas", "spec.replicas")),
        AGE,
        *_template(),
    ),
    ("apps", "daemonsets"): (
        NAME,
        _integer("Desired", "status.desiredNumberScheduled"),
        _integer("Current", "status.currentNumberScheduled"),
        _integer("Ready", "status.numberReady"),
        _integer("Up-to-date", "status.updatedNumberScheduled"),
        _integer("Available", "status.numberAvailable"),
        Column("Node Selector", lambda obj, ago: selector_text(dig(obj, "spec.template.spec.nodeSelector"))),
        AGE,
        *_template(),
        _selector(),
    ),
    ("apps", "controllerrevisions"): (
        NAME,
        Column("Controller", _of(_controller)),
        Column("Revision", _at("revision", 0)),
        AGE,
    ),
    ("batch", "jobs"): (
        NAME,
        Column("Status", _of(_job_status)),
        Column("Completions", _completions),
        Column("Duration", _duration),
        AGE,
        *_template(),
        _selector(),
    ),
    ("batch", "cronjobs"): (
        NAME,
        Column("Schedule", _at("spec.schedule")),
        Column("Timezone", _at("spec.timeZone")),
        Column("Suspend", lambda obj, ago: "True" if dig(obj, "spec.suspend") else "False", type="boolean"),
        Column("Active", lambda obj, ago: len(dig(obj, "status.active") or []), type="integer"),
        Column(
            "Last Schedule",
            lambda obj, ago: ago(found) if (found := dig(obj, "status.lastScheduleTime")) else NONE,
        ),
        AGE,
        *_template("spec.jobTemplate.spec.template.spec.containers"),
        _selector("spec.jobTemplate.spec.selector"),
    ),
    ("", "services"): (
        NAME,
        Column("Type", _at("spec.type")),
        Column("Cluster-IP", _at("spec.clusterIP")),
        Column("External-IP", _external),
        Column("Port(s)", _of(_ports)),
        AGE,
        _selector(),
    ),
    ("", "endpoints"): (NAME, Column("Endpoints", _of(_endpoints)), AGE),
    ("discovery.k8s.io", "endpointslices"): (
        NAME,
        Column("AddressType", _at("addressType")),
        Column("Ports", _of(_slice_ports)),
        Column("Endpoints", _of(_slice_addresses)),
        AGE,
    ),
    ("networking.k8s.io", "ingresses"): (
        NAME,
        Column("Class", _at("spec.ingressClassName")),
        Column("Hosts", _of(_hosts)),
        Column("Address", _names("status.loadBalancer.ingress", "ip")),
        Column("Ports", lambda obj, ago: "80, 443" if dig(obj, "spec.tls") else "80"),
        AGE,
    ),
    ("networking.k8s.io", "networkpolicies"): (
        NAME,
        Column("Pod-Selector", lambda obj, ago: selector_text(dig(obj, "spec.podSelector"))),
        AGE,
    ),
    ("", "configmaps"): (
        NAME,
        Column("Data", lambda obj, ago: str(len(obj.get("data") or {}) + len(obj.get("binaryData") or {}))),
        AGE,
    ),
    ("", "secrets"): (
        NAME,
        Column("Type", _at("type")),
        Column("Data", lambda obj, ago: str(len(obj.get("data") or {}))),
        AGE,
    ),
    ("", "namespaces"): (NAME, Column("Status", _at("status.phase")), AGE),
    ("", "serviceaccounts"): (NAME, AGE),
    ("", "events"): (
        Column("Last Seen", _first_of("series.lastObservedTime", "lastTimestamp", "eventTime")),
        Column("Type", _at("type", "")),
        Column("Reason", _at("reason", "")),
        Column("Object", _of(_about)),
        Column("Subobject", _at("involvedObject.fieldPath", ""), priority=1),
        Column("Source", _of(_source, ""), priority=1),
        Column("Message", lambda obj, ago: (obj.get("message") or "").strip()),
        Column("First Seen", _first_of("firstTimestamp", "eventTime"), priority=1),
        Column("Count", lambda obj, ago: dig(obj, "series.count") or obj.get("count") or 1, priority=1),
        Column("Name", _at("metadata.name"), format="name", priority=1),
    ),
    ("", "nodes"): (
        NAME,
        Column("Status", _of(_node_status)),
        Column("Roles", _of(_roles)),
        AGE,
        Column("Version", _at("status.nodeInfo.kubeletVersion", "")),
        Column("Internal-IP", _node_address("InternalIP"), priority=1),
        Column("External-IP", _node_address("ExternalIP"), priority=1),
        Column("OS-Image", _at("status.nodeInfo.osImage", "<unknown>"), priority=1),
        Column("Kernel-Version", _at("status.nodeInfo.kernelVersion", "<unknown>"), priority=1),
        Column("Container-Runtime", _at("status.nodeInfo.containerRuntimeVersion", "<unknown>"), priority=1),
    ),
    ("", "persistentvolumeclaims"): (
        NAME,
        Column("Status", _of(_claim_status, "")),
        Column("Volume", _at("spec.volumeName", "")),
        Column("Capacity", _at("status.capacity.storage", "")),
        Column("Access Modes", _modes("status.accessModes")),
        Column("StorageClass", _at("spec.storageClassName", "")),
        Column("VolumeAttributesClass", _at("spec.volumeAttributesClassName", UNSET)),
        AGE,
        Column("VolumeMode", _at("spec.volumeMode", UNSET), priority=1),
    ),
    ("", "persistentvolumes"): (
        NAME,
        Column("Capacity", _at("spec.capacity.storage", "")),
        Column("Access Modes", _modes("spec.accessModes")),
        Column("Reclaim Policy", _at("spec.persistentVolumeReclaimPolicy", "")),
        Column("Status", _of(_claim_status, "")),
        Column(
            "Claim",
            lambda obj, ago: "/".join(
                filter(None, (dig(obj, "spec.claimRef.namespace"), dig(obj, "spec.claimRef.name")))
            ),
        ),
        Column("StorageClass", _at("spec.storageClassName", "")),
        Column("VolumeAttributesClass", _at("spec.volumeAttributesClassName", UNSET)),
        Column("Reason", _at("status.reason", "")),
        AGE,
        Column("VolumeMode", _at("spec.volumeMode", UNSET), priority=1),
    ),
    ("policy", "poddisruptionbudgets"): (
        NAME,
        Column("Min Available", _at("spec.minAvailable", "N/A")),
        Column("Max Unavailable", _at("spec.maxUnavailable", "N/A")),
        _integer("Allowed Disruptions", "status.disruptionsAllowed"),
        AGE,
    ),
    ("coordination.k8s.io", "leases"): (NAME, Column("Holder", _at("spec.holderIdentity", "")), AGE),
    ("storage.k8s.io", "storageclasses"): (
        NAME,
        Column("Provisioner", _at("provisioner")),
        Column("ReclaimPolicy", _at("reclaimPolicy", "Delete")),
        Column("VolumeBindingMode", _at("volumeBindingMode", "Immediate")),
        Column("AllowVolumeExpansion", _at("allowVolumeExpansion", False)),
        AGE,
    ),
    ("scheduling.k8s.io", "priorityclasses"): (
        NAME,
        Column("Value", _at("value", 0), type="integer"),
        Column("Global-Default", _at("globalDefault", False), type="boolean"),
        AGE,
        Column("PreemptionPolicy", _at("preemptionPolicy", "PreemptLowerPriority"), priority=1),
    ),
    ("rbac.authorization.k8s.io", "rolebindings"): _BINDINGS,
    ("rbac.authorization.k8s.io", "clusterrolebindings"): _BINDINGS,
}
