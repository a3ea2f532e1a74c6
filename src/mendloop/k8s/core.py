"""Read models of the core group.

Made by scripts/generate_k8s.py from a kube-apiserver's OpenAPI; not edited by hand.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Unpack

from msgspec import field

from mendloop.k8s.base import Amount, NoSpec, Part, SecretPart, encoded, stated
from mendloop.model.resource import Given, Object, Resource
from mendloop.model.types import Condition, Model, NoStatus, Spec, Status

__all__ = [
    "AWSElasticBlockStoreVolumeSource",
    "AttachedVolume",
    "AzureDiskVolumeSource",
    "AzureFilePersistentVolumeSource",
    "CSIPersistentVolumeSource",
    "CephFSPersistentVolumeSource",
    "CinderPersistentVolumeSource",
    "ClientIPConfig",
    "ConfigMap",
    "ConfigMapNodeConfigSource",
    "ContainerImage",
    "DaemonEndpoint",
    "EndpointAddress",
    "EndpointPort",
    "EndpointSubset",
    "Endpoints",
    "Event",
    "EventSeries",
    "EventSource",
    "FCVolumeSource",
    "FlexPersistentVolumeSource",
    "FlockerVolumeSource",
    "GCEPersistentDiskVolumeSource",
    "GlusterfsPersistentVolumeSource",
    "HostPathVolumeSource",
    "ISCSIPersistentVolumeSource",
    "LabelSelector",
    "LabelSelectorRequirement",
    "LimitRange",
    "LimitRangeItem",
    "LimitRangeSpec",
    "LoadBalancerIngress",
    "LoadBalancerStatus",
    "LocalObjectReference",
    "LocalVolumeSource",
    "ModifyVolumeStatus",
    "NFSVolumeSource",
    "Namespace",
    "NamespaceCondition",
    "NamespaceSpec",
    "NamespaceStatus",
    "Node",
    "NodeAddress",
    "NodeCondition",
    "NodeConfigSource",
    "NodeConfigStatus",
    "NodeDaemonEndpoints",
    "NodeFeatures",
    "NodeRuntimeHandler",
    "NodeRuntimeHandlerFeatures",
    "NodeSelector",
    "NodeSelectorRequirement",
    "NodeSelectorTerm",
    "NodeSpec",
    "NodeStatus",
    "NodeSwapStatus",
    "NodeSystemInfo",
    "ObjectReference",
    "PersistentVolume",
    "PersistentVolumeClaim",
    "PersistentVolumeClaimCondition",
    "PersistentVolumeClaimSpec",
    "PersistentVolumeClaimStatus",
    "PersistentVolumeSpec",
    "PersistentVolumeStatus",
    "PhotonPersistentDiskVolumeSource",
    "PortStatus",
    "PortworxVolumeSource",
    "QuobyteVolumeSource",
    "RBDPersistentVolumeSource",
    "ResourceQuota",
    "ResourceQuotaSpec",
    "ResourceQuotaStatus",
    "ScaleIOPersistentVolumeSource",
    "ScopeSelector",
    "ScopedResourceSelectorRequirement",
    "Secret",
    "SecretReference",
    "Service",
    "ServiceAccount",
    "ServicePort",
    "ServiceSpec",
    "ServiceStatus",
    "SessionAffinityConfig",
    "StorageOSPersistentVolumeSource",
    "Taint",
    "Toleration",
    "TopologySelectorLabelRequirement",
    "TopologySelectorTerm",
    "TypedLocalObjectReference",
    "TypedObjectReference",
    "VolumeNodeAffinity",
    "VolumeResourceRequirements",
    "VsphereVirtualDiskVolumeSource",
]


class AWSElasticBlockStoreVolumeSource(Model):
    """Represents a Persistent Disk resource in AWS. An AWS EBS disk must exist before mounting to ..."""

    fs_type: str | None = None
    partition: int | None = None
    read_only: bool | None = None
    volume_id: str = field(default="", name="volumeID")


class AttachedVolume(Model):
    """AttachedVolume describes a volume attached to a node."""

    device_path: str = ""
    name: str = ""


class AzureDiskVolumeSource(Model):
    """AzureDisk represents an Azure Data Disk mount on the host and bind mount to the pod."""

    caching_mode: str = ""
    disk_name: str = ""
    disk_uri: str = field(default="", name="diskURI")
    fs_type: str = ""
    kind: str = ""
    read_only: bool = False


class AzureFilePersistentVolumeSource(Model):
    """AzureFile represents an Azure File Service mount on the host and bind mount to the pod."""

    read_only: bool | None = None
    secret_name: str = ""
    secret_namespace: str | None = None
    share_name: str = ""


class SecretReference(Model):
    """SecretReference represents a Secret Reference."""

    name: str | None = None
    namespace: str | None = None


class CSIPersistentVolumeSource(Model):
    """Represents storage that is managed by an external CSI volume driver."""

    controller_expand_secret_ref: SecretReference | None = None
    controller_publish_secret_ref: SecretReference | None = None
    driver: str = ""
    fs_type: str | None = None
    node_expand_secret_ref: SecretReference | None = None
    node_publish_secret_ref: SecretReference | None = None
    node_stage_secret_ref: SecretReference | None = None
    read_only: bool | None = None
    volume_attributes: Mapping[str, str] = {}
    volume_handle: str = ""


class CephFSPersistentVolumeSource(Model):
    """Represents a Ceph Filesystem mount that lasts the lifetime of a pod Cephfs volumes do not ..."""

    monitors: Sequence[str] = ()
    path: str | None = None
    read_only: bool | None = None
    secret_file: str | None = None
    secret_ref: SecretReference | None = None
    user: str | None = None


class CinderPersistentVolumeSource(Model):
    """Represents a cinder volume resource in Openstack."""

    fs_type: str | None = None
    read_only: bool | None = None
    secret_ref: SecretReference | None = None
    volume_id: str = field(default="", name="volumeID")


class ClientIPConfig(Model):
    """ClientIPConfig represents the configurations of Client IP based session affinity."""

    timeout_seconds: int | None = None


class ConfigMapNodeConfigSource(Model):
    """ConfigMapNodeConfigSource contains the information to reference a ConfigMap as a config ..."""

    kubelet_config_key: str = ""
    name: str = ""
    namespace: str = ""
    resource_version: str | None = None
    uid: str | None = None


class ContainerImage(Model):
    """Describe a container image."""

    names: Sequence[str] = ()
    size_bytes: int | None = None


class DaemonEndpoint(Model):
    """DaemonEndpoint contains information about a single Daemon endpoint."""

    port: int = field(default=0, name="Port")


class ObjectReference(Model):
    """ObjectReference contains enough information to let you inspect or modify the referred object."""

    api_version: str | None = None
    field_path: str | None = None
    kind: str | None = None
    name: str | None = None
    namespace: str | None = None
    resource_version: str | None = None
    uid: str | None = None


class EndpointAddress(Model):
    """EndpointAddress is a tuple that describes single IP address."""

    hostname: str | None = None
    ip: str = ""
    node_name: str | None = None
    target_ref: ObjectReference | None = None


class EndpointPort(Model):
    """EndpointPort is a tuple that describes a single port."""

    app_protocol: str | None = None
    name: str | None = None
    port: int = 0
    protocol: str | None = None


class EndpointSubset(Model):
    """EndpointSubset is a group of addresses with a common set of ports."""

    addresses: Sequence[EndpointAddress] = ()
    not_ready_addresses: Sequence[EndpointAddress] = ()
    ports: Sequence[EndpointPort] = ()


class EventSeries(Model):
    """EventSeries contain information on series of events, i.e."""

    count: int | None = None
    last_observed_time: datetime | None = None


class EventSource(Model):
    """EventSource contains information for an event."""

    component: str | None = None
    host: str | None = None


class FCVolumeSource(Model):
    """Represents a Fibre Channel volume."""

    fs_type: str | None = None
    lun: int | None = None
    read_only: bool | None = None
    target_wwns: Sequence[str] = field(default=(), name="targetWWNs")
    wwids: Sequence[str] = ()


class FlexPersistentVolumeSource(Model):
    """FlexPersistentVolumeSource represents a generic persistent volume resource that is ..."""

    driver: str = ""
    fs_type: str | None = None
    options: Mapping[str, str] = {}
    read_only: bool | None = None
    secret_ref: SecretReference | None = None


class FlockerVolumeSource(Model):
    """Represents a Flocker volume mounted by the Flocker agent."""

    dataset_name: str | None = None
    dataset_uuid: str | None = field(default=None, name="datasetUUID")


class GCEPersistentDiskVolumeSource(Model):
    """Represents a Persistent Disk resource in Google Compute Engine."""

    fs_type: str | None = None
    partition: int | None = None
    pd_name: str = ""
    read_only: bool | None = None


class GlusterfsPersistentVolumeSource(Model):
    """Represents a Glusterfs mount that lasts the lifetime of a pod."""

    endpoints: str = ""
    endpoints_namespace: str | None = None
    path: str = ""
    read_only: bool | None = None


class HostPathVolumeSource(Model):
    """Represents a host path mapped into a pod."""

    path: str = ""
    type: str | None = None


class ISCSIPersistentVolumeSource(Model):
    """ISCSIPersistentVolumeSource represents an ISCSI disk."""

    chap_auth_discovery: bool | None = None
    chap_auth_session: bool | None = None
    fs_type: str | None = None
    initiator_name: str | None = None
    iqn: str = ""
    iscsi_interface: str = ""
    lun: int = 0
    portals: Sequence[str] = ()
    read_only: bool | None = None
    secret_ref: SecretReference | None = None
    target_portal: str = ""


class LimitRangeItem(Model):
    """LimitRangeItem defines a min/max usage limit for any resource that matches on kind."""

    default: Mapping[str, Amount] = {}
    default_request: Mapping[str, Amount] = {}
    max: Mapping[str, Amount] = {}
    max_limit_request_ratio: Mapping[str, Amount] = {}
    min: Mapping[str, Amount] = {}
    type: str = ""


class LimitRangeSpec(Spec):
    """LimitRangeSpec defines a min/max usage limit for resources that match on kind."""

    limits: Sequence[LimitRangeItem] = ()


class PortStatus(Model):
    """PortStatus represents the error condition of a service port."""

    error: str | None = None
    port: int = 0
    protocol: str = ""


class LoadBalancerIngress(Model):
    """LoadBalancerIngress represents the status of a load-balancer ingress point: traffic ..."""

    hostname: str | None = None
    ip: str | None = None
    ip_mode: str | None = None
    ports: Sequence[PortStatus] = ()


class LoadBalancerStatus(Model):
    """LoadBalancerStatus represents the status of a load-balancer."""

    ingress: Sequence[LoadBalancerIngress] = ()


class LocalObjectReference(Model):
    """LocalObjectReference contains enough information to let you locate the referenced object ..."""

    name: str = ""


class LocalVolumeSource(Model):
    """Local represents directly-attached storage with node affinity."""

    fs_type: str | None = None
    path: str = ""


class ModifyVolumeStatus(Model):
    """ModifyVolumeStatus represents the status object of ControllerModifyVolume operation."""

    status: str = ""
    target_volume_attributes_class_name: str | None = None


class NFSVolumeSource(Model):
    """Represents an NFS mount that lasts the lifetime of a pod."""

    path: str = ""
    read_only: bool | None = None
    server: str = ""


class NamespaceCondition(Condition):
    """NamespaceCondition contains details about state of namespace."""


class NamespaceSpec(Spec):
    """NamespaceSpec describes the attributes on a Namespace."""

    finalizers: Sequence[str] = ()


class NamespaceStatus(Status):
    """NamespaceStatus is information about the current status of a Namespace."""

    conditions: Sequence[NamespaceCondition] = ()
    phase: str | None = None


class NodeAddress(Model):
    """NodeAddress contains information for the node's address."""

    address: str = ""
    type: str = ""


class NodeCondition(Condition):
    """NodeCondition contains condition information for a node."""

    last_heartbeat_time: datetime | None = None


class NodeConfigSource(Model):
    """NodeConfigSource specifies a source of node configuration."""

    config_map: ConfigMapNodeConfigSource | None = None


class NodeConfigStatus(Model):
    """NodeConfigStatus describes the status of the config assigned by Node.Spec.ConfigSource."""

    active: NodeConfigSource | None = None
    assigned: NodeConfigSource | None = None
    error: str | None = None
    last_known_good: NodeConfigSource | None = None


class NodeDaemonEndpoints(Model):
    """NodeDaemonEndpoints lists ports opened by daemons running on the Node."""

    kubelet_endpoint: DaemonEndpoint = DaemonEndpoint()


class NodeFeatures(Model):
    """NodeFeatures describes the set of features implemented by the CRI implementation."""

    supplemental_groups_policy: bool | None = None


class NodeRuntimeHandlerFeatures(Model):
    """NodeRuntimeHandlerFeatures is a set of features implemented by the runtime handler."""

    recursive_read_only_mounts: bool | None = None
    user_namespaces: bool | None = None


class NodeRuntimeHandler(Model):
    """NodeRuntimeHandler is a set of runtime handler information."""

    features: NodeRuntimeHandlerFeatures | None = None
    name: str = ""


class NodeSelectorRequirement(Model):
    """A node selector requirement is a selector that contains values, a key, and an operator that ..."""

    key: str = ""
    operator: str = ""
    values: Sequence[str] = ()


class NodeSelectorTerm(Model):
    """A null or empty node selector term matches no objects."""

    match_expressions: Sequence[NodeSelectorRequirement] = ()
    match_fields: Sequence[NodeSelectorRequirement] = ()


class NodeSelector(Model):
    """A node selector represents the union of the results of one or more label queries over a set ..."""

    node_selector_terms: Sequence[NodeSelectorTerm] = ()


class Taint(Model):
    """The node this Taint is attached to has the 'effect' on any pod that does not tolerate the ..."""

    effect: str = ""
    key: str = ""
    time_added: datetime | None = None
    value: str | None = None


class NodeSpec(Spec):
    """NodeSpec describes the attributes that a node is created with."""

    config_source: NodeConfigSource | None = None
    external_id: str | None = field(default=None, name="externalID")
    pod_cidr: str | None = field(default=None, name="podCIDR")
    pod_cidrs: Sequence[str] = field(default=(), name="podCIDRs")
    provider_id: str | None = field(default=None, name="providerID")
    taints: Sequence[Taint] = ()
    unschedulable: bool | None = None


class NodeSwapStatus(Model):
    """NodeSwapStatus represents swap memory information."""

    capacity: int | None = None


class NodeSystemInfo(Model):
    """NodeSystemInfo is a set of ids/uuids to uniquely identify the node."""

    architecture: str = ""
    boot_id: str = field(default="", name="bootID")
    container_runtime_version: str = ""
    kernel_version: str = ""
    kube_proxy_version: str = ""
    kubelet_version: str = ""
    machine_id: str = field(default="", name="machineID")
    operating_system: str = ""
    os_image: str = ""
    swap: NodeSwapStatus | None = None
    system_uuid: str = field(default="", name="systemUUID")


class NodeStatus(Status):
    """NodeStatus is information about the current status of a node."""

    addresses: Sequence[NodeAddress] = ()
    allocatable: Mapping[str, Amount] = {}
    capacity: Mapping[str, Amount] = {}
    conditions: Sequence[NodeCondition] = ()
    config: NodeConfigStatus | None = None
    daemon_endpoints: NodeDaemonEndpoints = NodeDaemonEndpoints()
    declared_features: Sequence[str] = ()
    features: NodeFeatures | None = None
    images: Sequence[ContainerImage] = ()
    node_info: NodeSystemInfo = NodeSystemInfo()
    phase: str | None = None
    runtime_handlers: Sequence[NodeRuntimeHandler] = ()
    volumes_attached: Sequence[AttachedVolume] = ()
    volumes_in_use: Sequence[str] = ()


class PersistentVolumeClaimCondition(Condition):
    """PersistentVolumeClaimCondition contains details about state of pvc."""

    last_probe_time: datetime | None = None


class TypedLocalObjectReference(Model):
    """TypedLocalObjectReference contains enough information to let you locate the typed ..."""

    api_group: str | None = None
    kind: str = ""
    name: str = ""


class TypedObjectReference(Model):
    """TypedObjectReference contains enough information to let you locate the typed referenced object."""

    api_group: str | None = None
    kind: str = ""
    name: str = ""
    namespace: str | None = None


class VolumeResourceRequirements(Model):
    """VolumeResourceRequirements describes the storage resource requirements for a volume."""

    limits: Mapping[str, Amount] = {}
    requests: Mapping[str, Amount] = {}


class LabelSelectorRequirement(Model):
    """A label selector requirement is a selector that contains values, a key, and an operator ..."""

    key: str = ""
    operator: str = ""
    values: Sequence[str] = ()


class LabelSelector(Model):
    """A label selector is a label query over a set of resources."""

    match_expressions: Sequence[LabelSelectorRequirement] = ()
    match_labels: Mapping[str, str] = {}


class PersistentVolumeClaimSpec(Spec):
    """PersistentVolumeClaimSpec describes the common attributes of storage devices and allows a ..."""

    access_modes: Sequence[str] = ()
    data_source: TypedLocalObjectReference | None = None
    data_source_ref: TypedObjectReference | None = None
    resources: VolumeResourceRequirements = VolumeResourceRequirements()
    selector: LabelSelector | None = None
    storage_class_name: str | None = None
    volume_attributes_class_name: str | None = None
    volume_mode: str | None = None
    volume_name: str | None = None


class PersistentVolumeClaimStatus(Status):
    """PersistentVolumeClaimStatus is the current status of a persistent volume claim."""

    access_modes: Sequence[str] = ()
    allocated_resource_statuses: Mapping[str, str] = {}
    allocated_resources: Mapping[str, Amount] = {}
    capacity: Mapping[str, Amount] = {}
    conditions: Sequence[PersistentVolumeClaimCondition] = ()
    current_volume_attributes_class_name: str | None = None
    modify_volume_status: ModifyVolumeStatus | None = None
    phase: str | None = None


class PhotonPersistentDiskVolumeSource(Model):
    """Represents a Photon Controller persistent disk resource."""

    fs_type: str | None = None
    pd_id: str = field(default="", name="pdID")


class PortworxVolumeSource(Model):
    """PortworxVolumeSource represents a Portworx volume resource."""

    fs_type: str | None = None
    read_only: bool | None = None
    volume_id: str = field(default="", name="volumeID")


class QuobyteVolumeSource(Model):
    """Represents a Quobyte mount that lasts the lifetime of a pod."""

    group: str | None = None
    read_only: bool | None = None
    registry: str = ""
    tenant: str | None = None
    user: str | None = None
    volume: str = ""


class RBDPersistentVolumeSource(Model):
    """Represents a Rados Block Device mount that lasts the lifetime of a pod."""

    fs_type: str | None = None
    image: str = ""
    keyring: str = ""
    monitors: Sequence[str] = ()
    pool: str = ""
    read_only: bool | None = None
    secret_ref: SecretReference | None = None
    user: str = ""


class ScaleIOPersistentVolumeSource(Model):
    """ScaleIOPersistentVolumeSource represents a persistent ScaleIO volume."""

    fs_type: str = ""
    gateway: str = ""
    protection_domain: str | None = None
    read_only: bool | None = None
    secret_ref: SecretReference | None = None
    ssl_enabled: bool | None = None
    storage_mode: str = ""
    storage_pool: str | None = None
    system: str = ""
    volume_name: str | None = None


class StorageOSPersistentVolumeSource(Model):
    """Represents a StorageOS persistent volume resource."""

    fs_type: str | None = None
    read_only: bool | None = None
    secret_ref: ObjectReference | None = None
    volume_name: str | None = None
    volume_namespace: str | None = None


class VolumeNodeAffinity(Model):
    """VolumeNodeAffinity defines constraints that limit what nodes this volume can be accessed from."""

    required: NodeSelector | None = None


class VsphereVirtualDiskVolumeSource(Model):
    """Represents a vSphere volume resource."""

    fs_type: str | None = None
    storage_policy_id: str | None = field(default=None, name="storagePolicyID")
    storage_policy_name: str | None = None
    volume_path: str = ""


class PersistentVolumeSpec(Spec):
    """PersistentVolumeSpec is the specification of a persistent volume."""

    access_modes: Sequence[str] = ()
    aws_elastic_block_store: AWSElasticBlockStoreVolumeSource | None = None
    azure_disk: AzureDiskVolumeSource | None = None
    azure_file: AzureFilePersistentVolumeSource | None = None
    capacity: Mapping[str, Amount] = {}
    cephfs: CephFSPersistentVolumeSource | None = None
    cinder: CinderPersistentVolumeSource | None = None
    claim_ref: ObjectReference | None = None
    csi: CSIPersistentVolumeSource | None = None
    fc: FCVolumeSource | None = None
    flex_volume: FlexPersistentVolumeSource | None = None
    flocker: FlockerVolumeSource | None = None
    gce_persistent_disk: GCEPersistentDiskVolumeSource | None = None
    glusterfs: GlusterfsPersistentVolumeSource | None = None
    host_path: HostPathVolumeSource | None = None
    iscsi: ISCSIPersistentVolumeSource | None = None
    local: LocalVolumeSource | None = None
    mount_options: Sequence[str] = ()
    nfs: NFSVolumeSource | None = None
    node_affinity: VolumeNodeAffinity | None = None
    persistent_volume_reclaim_policy: str | None = None
    photon_persistent_disk: PhotonPersistentDiskVolumeSource | None = None
    portworx_volume: PortworxVolumeSource | None = None
    quobyte: QuobyteVolumeSource | None = None
    rbd: RBDPersistentVolumeSource | None = None
    scale_io: ScaleIOPersistentVolumeSource | None = field(default=None, name="scaleIO")
    storage_class_name: str | None = None
    storageos: StorageOSPersistentVolumeSource | None = None
    volume_attributes_class_name: str | None = None
    volume_mode: str | None = None
    vsphere_volume: VsphereVirtualDiskVolumeSource | None = None


class PersistentVolumeStatus(Status):
    """PersistentVolumeStatus is the current status of a persistent volume."""

    last_phase_transition_time: datetime | None = None
    message: str | None = None
    phase: str | None = None
    reason: str | None = None


class ScopedResourceSelectorRequirement(Model):
    """A scoped-resource selector requirement is a selector that contains values, a scope name ..."""

    operator: str = ""
    scope_name: str = ""
    values: Sequence[str] = ()


class ScopeSelector(Model):
    """A scope selector represents the AND of the selectors represented by the scoped-resource ..."""

    match_expressions: Sequence[ScopedResourceSelectorRequirement] = ()


class ResourceQuotaSpec(Spec):
    """ResourceQuotaSpec defines the desired hard limits to enforce for Quota."""

    hard: Mapping[str, Amount] = {}
    scope_selector: ScopeSelector | None = None
    scopes: Sequence[str] = ()


class ResourceQuotaStatus(Status):
    """ResourceQuotaStatus defines the enforced hard limits and observed use."""

    hard: Mapping[str, Amount] = {}
    used: Mapping[str, Amount] = {}


class ServicePort(Model):
    """ServicePort contains information on service's port."""

    app_protocol: str | None = None
    name: str | None = None
    node_port: int | None = None
    port: int = 0
    protocol: str = ""
    target_port: int | str | None = None


class SessionAffinityConfig(Model):
    """SessionAffinityConfig represents the configurations of session affinity."""

    client_ip: ClientIPConfig | None = field(default=None, name="clientIP")


class ServiceSpec(Spec):
    """ServiceSpec describes the attributes that a user creates on a service."""

    allocate_load_balancer_node_ports: bool | None = None
    cluster_ip: str | None = field(default=None, name="clusterIP")
    cluster_ips: Sequence[str] = field(default=(), name="clusterIPs")
    external_ips: Sequence[str] = field(default=(), name="externalIPs")
    external_name: str | None = None
    external_traffic_policy: str | None = None
    health_check_node_port: int | None = None
    internal_traffic_policy: str | None = None
    ip_families: Sequence[str] = ()
    ip_family_policy: str | None = None
    load_balancer_class: str | None = None
    load_balancer_ip: str | None = field(default=None, name="loadBalancerIP")
    load_balancer_source_ranges: Sequence[str] = ()
    ports: Sequence[ServicePort] = ()
    publish_not_ready_addresses: bool | None = None
    selector: Mapping[str, str] = {}
    session_affinity: str | None = None
    session_affinity_config: SessionAffinityConfig | None = None
    traffic_distribution: str | None = None
    type: str | None = None


class ServiceStatus(Status):
    """ServiceStatus represents the current status of a service."""

    load_balancer: LoadBalancerStatus = LoadBalancerStatus()


class Toleration(Model):
    """The pod this Toleration is attached to tolerates any taint that matches the triple ..."""

    effect: str | None = None
    key: str | None = None
    operator: str | None = None
    toleration_seconds: int | None = None
    value: str | None = None


class TopologySelectorLabelRequirement(Model):
    """A topology selector requirement is a selector that matches given label."""

    key: str = ""
    values: Sequence[str] = ()


class TopologySelectorTerm(Model):
    """A topology selector term represents the result of label queries."""

    match_label_expressions: Sequence[TopologySelectorLabelRequirement] = ()


class ConfigMap(Resource[NoSpec, NoStatus], group="", version="v1", plural="configmaps", crd=False):
    """ConfigMap holds configuration data for pods to consume."""

    __slots__ = ()
    binary_data: Part[Mapping[str, bytes]] = Part(dict[str, bytes], "binaryData", dict)
    data: Part[Mapping[str, str]] = Part(dict[str, str], "data", dict)
    immutable: Part[bool | None] = Part(bool, "immutable")

    def __init__(
        self,
        name: str,
        *,
        binary_data: Mapping[str, bytes] | None = None,
        data: Mapping[str, str] | None = None,
        immutable: bool | None = None,
        fields: Mapping[str, Any] | None = None,
        **meta: Unpack[Given],
    ) -> None:
        Object.__init__(
            self,
            name,
            fields=stated(fields, {"binaryData": binary_data, "data": data, "immutable": immutable}),
            **meta,
        )


class Endpoints(Resource[NoSpec, NoStatus], group="", version="v1", plural="endpoints", crd=False):
    """Endpoints is a collection of endpoints that implement the actual service."""

    __slots__ = ()
    subsets: Part[Sequence[EndpointSubset]] = Part(list[EndpointSubset], "subsets", list)

    def __init__(
        self,
        name: str,
        *,
        subsets: Sequence[EndpointSubset] | None = None,
        fields: Mapping[str, Any] | None = None,
        **meta: Unpack[Given],
    ) -> None:
        Object.__init__(self, name, fields=stated(fields, {"subsets": subsets}), **meta)


class Event(Resource[NoSpec, NoStatus], group="", version="v1", plural="events", crd=False):
    """Event is a report of an event somewhere in the cluster."""

    __slots__ = ()
    action: Part[str | None] = Part(str, "action")
    count: Part[int | None] = Part(int, "count")
    event_time: Part[datetime | None] = Part(datetime, "eventTime")
    first_timestamp: Part[datetime | None] = Part(datetime, "firstTimestamp")
    involved_object: Part[ObjectReference] = Part(ObjectReference, "involvedObject", ObjectReference)
    last_timestamp: Part[datetime | None] = Part(datetime, "lastTimestamp")
    message: Part[str | None] = Part(str, "message")
    reason: Part[str | None] = Part(str, "reason")
    related: Part[ObjectReference | None] = Part(ObjectReference, "related")
    reporting_component: Part[str] = Part(str, "reportingComponent", str)
    reporting_instance: Part[str] = Part(str, "reportingInstance", str)
    series: Part[EventSeries | None] = Part(EventSeries, "series")
    source: Part[EventSource] = Part(EventSource, "source", EventSource)
    type: Part[str | None] = Part(str, "type")

    def __init__(
        self,
        name: str,
        *,
        action: str | None = None,
        count: int | None = None,
        event_time: datetime | None = None,
        first_timestamp: datetime | None = None,
        involved_object: ObjectReference | None = None,
        last_timestamp: datetime | None = None,
        message: str | None = None,
        reason: str | None = None,
        related: ObjectReference | None = None,
        reporting_component: str | None = None,
        reporting_instance: str | None = None,
        series: EventSeries | None = None,
        source: EventSource | None = None,
        type: str | None = None,
        fields: Mapping[str, Any] | None = None,
        **meta: Unpack[Given],
    ) -> None:
        Object.__init__(
            self,
            name,
            fields=stated(
                fields,
                {
                    "action": action,
                    "count": count,
                    "eventTime": event_time,
                    "firstTimestamp": first_timestamp,
                    "involvedObject": involved_object,
                    "lastTimestamp": last_timestamp,
                    "message": message,
                    "reason": reason,
                    "related": related,
                    "reportingComponent": reporting_component,
                    "reportingInstance": reporting_instance,
                    "series": series,
                    "source": source,
                    "type": type,
                },
            ),
            **meta,
        )


class LimitRange(Resource[LimitRangeSpec, NoStatus], group="", version="v1", plural="limitranges", crd=False):
    """LimitRange sets resource usage limits for each kind of resource in a Namespace."""

    __slots__ = ()

    def __init__(
        self,
        name: str,
        *,
        spec: LimitRangeSpec | None = None,
        fields: Mapping[str, Any] | None = None,
        **meta: Unpack[Given],
    ) -> None:
        Object.__init__(self, name, fields=stated(fields, {"spec": spec}), **meta)


class Namespace(
    Resource[NamespaceSpec, NamespaceStatus],
    group="",
    version="v1",
    plural="namespaces",
    scope="Cluster",
    crd=False,
):
    """Namespace provides a scope for Names."""

    __slots__ = ()

    def __init__(
        self,
        name: str,
        *,
        spec: NamespaceSpec | None = None,
        status: NamespaceStatus | None = None,
        fields: Mapping[str, Any] | None = None,
        **meta: Unpack[Given],
    ) -> None:
        Object.__init__(self, name, fields=stated(fields, {"spec": spec, "status": status}), **meta)


class Node(
    Resource[NodeSpec, NodeStatus], group="", version="v1", plural="nodes", scope="Cluster", crd=False
):
    """Node is a worker node in Kubernetes."""

    __slots__ = ()

    def __init__(
        self,
        name: str,
        *,
        spec: NodeSpec | None = None,
        status: NodeStatus | None = None,
        fields: Mapping[str, Any] | None = None,
        **meta: Unpack[Given],
    ) -> None:
        Object.__init__(self, name, fields=stated(fields, {"spec": spec, "status": status}), **meta)


class PersistentVolumeClaim(
    Resource[PersistentVolumeClaimSpec, PersistentVolumeClaimStatus],
    group="",
    version="v1",
    plural="persistentvolumeclaims",
    crd=False,
):
    """PersistentVolumeClaim is a user's request for and claim to a persistent volume."""

    __slots__ = ()

    def __init__(
        self,
        name: str,
        *,
        spec: PersistentVolumeClaimSpec | None = None,
        status: PersistentVolumeClaimStatus | None = None,
        fields: Mapping[str, Any] | None = None,
        **meta: Unpack[Given],
    ) -> None:
        Object.__init__(self, name, fields=stated(fields, {"spec": spec, "status": status}), **meta)


class PersistentVolume(
    Resource[PersistentVolumeSpec, PersistentVolumeStatus],
    group="",
    version="v1",
    plural="persistentvolumes",
    scope="Cluster",
    crd=False,
):
    """PersistentVolume (PV) is a storage resource provisioned by an administrator."""

    __slots__ = ()

    def __init__(
        self,
        name: str,
        *,
        spec: PersistentVolumeSpec | None = None,
        status: PersistentVolumeStatus | None = None,
        fields: Mapping[str, Any] | None = None,
        **meta: Unpack[Given],
    ) -> None:
        Object.__init__(self, name, fields=stated(fields, {"spec": spec, "status": status}), **meta)


class ResourceQuota(
    Resource[ResourceQuotaSpec, ResourceQuotaStatus],
    group="",
    version="v1",
    plural="resourcequotas",
    crd=False,
):
    """ResourceQuota sets aggregate quota restrictions enforced per namespace."""

    __slots__ = ()

    def __init__(
        self,
        name: str,
        *,
        spec: ResourceQuotaSpec | None = None,
        status: ResourceQuotaStatus | None = None,
        fields: Mapping[str, Any] | None = None,
        **meta: Unpack[Given],
    ) -> None:
        Object.__init__(self, name, fields=stated(fields, {"spec": spec, "status": status}), **meta)


class Secret(Resource[NoSpec, NoStatus], group="", version="v1", plural="secrets", crd=False):
    """Secret holds secret data of a certain type."""

    __slots__ = ()
    data = SecretPart(None, "data")
    immutable: Part[bool | None] = Part(bool, "immutable")
    type: Part[str | None] = Part(str, "type")

    def __init__(
        self,
        name: str,
        *,
        data: Mapping[str, str] | None = None,
        immutable: bool | None = None,
        type: str | None = None,
        fields: Mapping[str, Any] | None = None,
        **meta: Unpack[Given],
    ) -> None:
        Object.__init__(
            self,
            name,
            fields=stated(fields, {"data": encoded(data), "immutable": immutable, "type": type}),
            **meta,
        )


class ServiceAccount(Resource[NoSpec, NoStatus], group="", version="v1", plural="serviceaccounts", crd=False):
    """ServiceAccount binds together."""

    __slots__ = ()
    automount_service_account_token: Part[bool | None] = Part(bool, "automountServiceAccountToken")
    image_pull_secrets: Part[Sequence[LocalObjectReference]] = Part(
        list[LocalObjectReference], "imagePullSecrets", list
    )
    secrets: Part[Sequence[ObjectReference]] = Part(list[ObjectReference], "secrets", list)

    def __init__(
        self,
        name: str,
        *,
        automount_service_account_token: bool | None = None,
        image_pull_secrets: Sequence[LocalObjectReference] | None = None,
        secrets: Sequence[ObjectReference] | None = None,
        fields: Mapping[str, Any] | None = None,
        **meta: Unpack[Given],
    ) -> None:
        Object.__init__(
            self,
            name,
            fields=stated(
                fields,
                {
                    "automountServiceAccountToken": automount_service_account_token,
                    "imagePullSecrets": image_pull_secrets,
                    "secrets": secrets,
                },
            ),
            **meta,
        )


class Service(Resource[ServiceSpec, ServiceStatus], group="", version="v1", plural="services", crd=False):
    """Service is a named abstraction of software service (for example, mysql) consisting of local ..."""

    __slots__ = ()

    def __init__(
        self,
        name: str,
        *,
        spec: ServiceSpec | None = None,
        status: ServiceStatus | None = None,
        fields: Mapping[str, Any] | None = None,
        **meta: Unpack[Given],
    ) -> None:
        Object.__init__(self, name, fields=stated(fields, {"spec": spec, "status": status}), **meta)
