"""Read models of the core group that pods are made of.

Made by scripts/generate_k8s.py from a kube-apiserver's OpenAPI; not edited by hand.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Unpack

from msgspec import field

from mendloop.k8s.base import Amount, NoSpec, Part, stated
from mendloop.k8s.core import (
    AWSElasticBlockStoreVolumeSource,
    AzureDiskVolumeSource,
    FCVolumeSource,
    FlockerVolumeSource,
    GCEPersistentDiskVolumeSource,
    HostPathVolumeSource,
    LabelSelector,
    LocalObjectReference,
    NFSVolumeSource,
    NodeSelector,
    NodeSelectorTerm,
    PersistentVolumeClaimSpec,
    PhotonPersistentDiskVolumeSource,
    PortworxVolumeSource,
    QuobyteVolumeSource,
    Toleration,
    VsphereVirtualDiskVolumeSource,
)
from mendloop.model.resource import Given, Object, Resource, Scale
from mendloop.model.types import Condition, Model, NoStatus, Spec, Status

__all__ = [
    "Affinity",
    "AppArmorProfile",
    "AzureFileVolumeSource",
    "CSIVolumeSource",
    "Capabilities",
    "CephFSVolumeSource",
    "CinderVolumeSource",
    "ClusterTrustBundleProjection",
    "ConfigMapEnvSource",
    "ConfigMapKeySelector",
    "ConfigMapProjection",
    "ConfigMapVolumeSource",
    "Container",
    "ContainerExtendedResourceRequest",
    "ContainerPort",
    "ContainerResizePolicy",
    "ContainerRestartRule",
    "ContainerRestartRuleOnExitCodes",
    "ContainerState",
    "ContainerStateRunning",
    "ContainerStateTerminated",
    "ContainerStateWaiting",
    "ContainerStatus",
    "ContainerUser",
    "DownwardAPIProjection",
    "DownwardAPIVolumeFile",
    "DownwardAPIVolumeSource",
    "EmptyDirVolumeSource",
    "EnvFromSource",
    "EnvVar",
    "EnvVarSource",
    "EphemeralContainer",
    "EphemeralVolumeSource",
    "ExecAction",
    "FileKeySelector",
    "FlexVolumeSource",
    "GRPCAction",
    "GitRepoVolumeSource",
    "GlusterfsVolumeSource",
    "HTTPGetAction",
    "HTTPHeader",
    "HostAlias",
    "HostIP",
    "ISCSIVolumeSource",
    "ImageVolumeSource",
    "ImageVolumeStatus",
    "KeyToPath",
    "Lifecycle",
    "LifecycleHandler",
    "LinuxContainerUser",
    "NodeAffinity",
    "NodeAllocatableResourceClaimStatus",
    "ObjectFieldSelector",
    "ObjectMeta",
    "OwnerReference",
    "PersistentVolumeClaimTemplate",
    "PersistentVolumeClaimVolumeSource",
    "Pod",
    "PodAffinity",
    "PodAffinityTerm",
    "PodAntiAffinity",
    "PodCertificateProjection",
    "PodCondition",
    "PodDNSConfig",
    "PodDNSConfigOption",
    "PodExtendedResourceClaimStatus",
    "PodIP",
    "PodOS",
    "PodReadinessGate",
    "PodResourceClaim",
    "PodResourceClaimStatus",
    "PodSchedulingGate",
    "PodSchedulingGroup",
    "PodSecurityContext",
    "PodSpec",
    "PodStatus",
    "PodTemplate",
    "PodTemplateSpec",
    "PreferredSchedulingTerm",
    "Probe",
    "ProjectedVolumeSource",
    "RBDVolumeSource",
    "ReplicationController",
    "ReplicationControllerCondition",
    "ReplicationControllerSpec",
    "ReplicationControllerStatus",
    "ResourceClaim",
    "ResourceFieldSelector",
    "ResourceHealth",
    "ResourceRequirements",
    "ResourceStatus",
    "SELinuxOptions",
    "ScaleIOVolumeSource",
    "SeccompProfile",
    "SecretEnvSource",
    "SecretKeySelector",
    "SecretProjection",
    "SecretVolumeSource",
    "SecurityContext",
    "ServiceAccountTokenProjection",
    "SleepAction",
    "StorageOSVolumeSource",
    "Sysctl",
    "TCPSocketAction",
    "TopologySpreadConstraint",
    "Volume",
    "VolumeDevice",
    "VolumeMount",
    "VolumeMountStatus",
    "VolumeProjection",
    "VolumeStatus",
    "WeightedPodAffinityTerm",
    "WindowsSecurityContextOptions",
]


class PreferredSchedulingTerm(Model):
    """An empty preferred scheduling term matches all objects with implicit weight 0 (i.e."""

    preference: NodeSelectorTerm = NodeSelectorTerm()
    weight: int = 0


class NodeAffinity(Model):
    """Node affinity is a group of node affinity scheduling rules."""

    preferred_during_scheduling_ignored_during_execution: Sequence[PreferredSchedulingTerm] = ()
    required_during_scheduling_ignored_during_execution: NodeSelector | None = None


class PodAffinityTerm(Model):
    """Defines a set of pods (namely those matching the labelSelector relative to the given ..."""

    label_selector: LabelSelector | None = None
    match_label_keys: Sequence[str] = ()
    mismatch_label_keys: Sequence[str] = ()
    namespace_selector: LabelSelector | None = None
    namespaces: Sequence[str] = ()
    topology_key: str = ""


class WeightedPodAffinityTerm(Model):
    """The weights of all of the matched WeightedPodAffinityTerm fields are added per-node to find ..."""

    pod_affinity_term: PodAffinityTerm = PodAffinityTerm()
    weight: int = 0


class PodAffinity(Model):
    """Pod affinity is a group of inter pod affinity scheduling rules."""

    preferred_during_scheduling_ignored_during_execution: Sequence[WeightedPodAffinityTerm] = ()
    required_during_scheduling_ignored_during_execution: Sequence[PodAffinityTerm] = ()


class PodAntiAffinity(Model):
    """Pod anti affinity is a group of inter pod anti affinity scheduling rules."""

    preferred_during_scheduling_ignored_during_execution: Sequence[WeightedPodAffinityTerm] = ()
    required_during_scheduling_ignored_during_execution: Sequence[PodAffinityTerm] = ()


class Affinity(Model):
    """Affinity is a group of affinity scheduling rules."""

    node_affinity: NodeAffinity | None = None
    pod_affinity: PodAffinity | None = None
    pod_anti_affinity: PodAntiAffinity | None = None


class AppArmorProfile(Model):
    """AppArmorProfile defines a pod or container's AppArmor settings."""

    localhost_profile: str | None = None
    type: str = ""


class AzureFileVolumeSource(Model):
    """AzureFile represents an Azure File Service mount on the host and bind mount to the pod."""

    read_only: bool | None = None
    secret_name: str = ""
    share_name: str = ""


class CSIVolumeSource(Model):
    """Represents a source location of a volume to mount, managed by an external CSI driver."""

    driver: str = ""
    fs_type: str | None = None
    node_publish_secret_ref: LocalObjectReference | None = None
    read_only: bool | None = None
    volume_attributes: Mapping[str, str] = {}


class Capabilities(Model):
    """Adds and removes POSIX capabilities from running containers."""

    add: Sequence[str] = ()
    drop: Sequence[str] = ()


class CephFSVolumeSource(Model):
    """Represents a Ceph Filesystem mount that lasts the lifetime of a pod Cephfs volumes do not ..."""

    monitors: Sequence[str] = ()
    path: str | None = None
    read_only: bool | None = None
    secret_file: str | None = None
    secret_ref: LocalObjectReference | None = None
    user: str | None = None


class CinderVolumeSource(Model):
    """Represents a cinder volume resource in Openstack."""

    fs_type: str | None = None
    read_only: bool | None = None
    secret_ref: LocalObjectReference | None = None
    volume_id: str = field(default="", name="volumeID")


class ClusterTrustBundleProjection(Model):
    """ClusterTrustBundleProjection describes how to select a set of ClusterTrustBundle objects ..."""

    label_selector: LabelSelector | None = None
    name: str | None = None
    optional: bool | None = None
    path: str = ""
    signer_name: str | None = None


class ConfigMapEnvSource(Model):
    """ConfigMapEnvSource selects a ConfigMap to populate the environment variables with."""

    name: str = ""
    optional: bool | None = None


class ConfigMapKeySelector(Model):
    """Selects a key from a ConfigMap."""

    key: str = ""
    name: str = ""
    optional: bool | None = None


class KeyToPath(Model):
    """Maps a string key to a path within a volume."""

    key: str = ""
    mode: int | None = None
    path: str = ""


class ConfigMapProjection(Model):
    """Adapts a ConfigMap into a projected volume."""

    items: Sequence[KeyToPath] = ()
    name: str = ""
    optional: bool | None = None


class ConfigMapVolumeSource(Model):
    """Adapts a ConfigMap into a volume."""

    default_mode: int | None = None
    items: Sequence[KeyToPath] = ()
    name: str = ""
    optional: bool | None = None


class ContainerPort(Model):
    """ContainerPort represents a network port in a single container."""

    container_port: int = 0
    host_ip: str | None = field(default=None, name="hostIP")
    host_port: int | None = None
    name: str | None = None
    protocol: str = ""


class ContainerResizePolicy(Model):
    """ContainerResizePolicy represents resource resize policy for the container."""

    resource_name: str = ""
    restart_policy: str = ""


class ContainerRestartRuleOnExitCodes(Model):
    """ContainerRestartRuleOnExitCodes describes the condition for handling an exited container ..."""

    operator: str | None = None
    values: Sequence[int] = ()


class ContainerRestartRule(Model):
    """ContainerRestartRule describes how a container exit is handled."""

    action: str | None = None
    exit_codes: ContainerRestartRuleOnExitCodes | None = None


class SecretEnvSource(Model):
    """SecretEnvSource selects a Secret to populate the environment variables with."""

    name: str = ""
    optional: bool | None = None


class EnvFromSource(Model):
    """EnvFromSource represents the source of a set of ConfigMaps or Secrets."""

    config_map_ref: ConfigMapEnvSource | None = None
    prefix: str | None = None
    secret_ref: SecretEnvSource | None = None


class FileKeySelector(Model):
    """FileKeySelector selects a key of the env file."""

    key: str = ""
    optional: bool = False
    path: str = ""
    volume_name: str = ""


class ObjectFieldSelector(Model):
    """ObjectFieldSelector selects an APIVersioned field of an object."""

    api_version: str | None = None
    field_path: str = ""


class ResourceFieldSelector(Model):
    """ResourceFieldSelector represents container resources (cpu, memory) and their output format."""

    container_name: str | None = None
    divisor: Amount | None = None
    resource: str = ""


class SecretKeySelector(Model):
    """SecretKeySelector selects a key of a Secret."""

    key: str = ""
    name: str = ""
    optional: bool | None = None


class EnvVarSource(Model):
    """EnvVarSource represents a source for the value of an EnvVar."""

    config_map_key_ref: ConfigMapKeySelector | None = None
    field_ref: ObjectFieldSelector | None = None
    file_key_ref: FileKeySelector | None = None
    resource_field_ref: ResourceFieldSelector | None = None
    secret_key_ref: SecretKeySelector | None = None


class EnvVar(Model):
    """EnvVar represents an environment variable present in a Container."""

    name: str = ""
    value: str | None = None
    value_from: EnvVarSource | None = None


class ExecAction(Model):
    """ExecAction describes a 'run in container' action."""

    command: Sequence[str] = ()


class HTTPHeader(Model):
    """HTTPHeader describes a custom header to be used in HTTP probes."""

    name: str = ""
    value: str = ""


class HTTPGetAction(Model):
    """HTTPGetAction describes an action based on HTTP Get requests."""

    host: str | None = None
    http_headers: Sequence[HTTPHeader] = ()
    path: str | None = None
    port: int | str | None = None
    scheme: str | None = None


class SleepAction(Model):
    """SleepAction describes a 'sleep' action."""

    seconds: int = 0


class TCPSocketAction(Model):
    """TCPSocketAction describes an action based on opening a socket."""

    host: str | None = None
    port: int | str | None = None


class LifecycleHandler(Model):
    """LifecycleHandler defines a specific action that should be taken in a lifecycle hook."""

    exec: ExecAction | None = None
    http_get: HTTPGetAction | None = None
    sleep: SleepAction | None = None
    tcp_socket: TCPSocketAction | None = None


class Lifecycle(Model):
    """Lifecycle describes actions that the management system should take in response to container ..."""

    post_start: LifecycleHandler | None = None
    pre_stop: LifecycleHandler | None = None
    stop_signal: str | None = None


class GRPCAction(Model):
    """GRPCAction specifies an action involving a GRPC service."""

    port: int = 0
    service: str = ""


class Probe(Model):
    """Probe describes a health check to be performed against a container to determine whether it ..."""

    exec: ExecAction | None = None
    failure_threshold: int | None = None
    grpc: GRPCAction | None = None
    http_get: HTTPGetAction | None = None
    initial_delay_seconds: int | None = None
    period_seconds: int | None = None
    success_threshold: int | None = None
    tcp_socket: TCPSocketAction | None = None
    termination_grace_period_seconds: int | None = None
    timeout_seconds: int | None = None


class ResourceClaim(Model):
    """ResourceClaim references one entry in PodSpec.ResourceClaims."""

    name: str = ""
    request: str | None = None


class ResourceRequirements(Model):
    """ResourceRequirements describes the compute resource requirements."""

    claims: Sequence[ResourceClaim] = ()
    limits: Mapping[str, Amount] = {}
    requests: Mapping[str, Amount] = {}


class SELinuxOptions(Model):
    """SELinuxOptions are the labels to be applied to the container."""

    level: str | None = None
    role: str | None = None
    type: str | None = None
    user: str | None = None


class SeccompProfile(Model):
    """SeccompProfile defines a pod/container's seccomp profile settings."""

    localhost_profile: str | None = None
    type: str = ""


class WindowsSecurityContextOptions(Model):
    """WindowsSecurityContextOptions contain Windows-specific options and credentials."""

    gmsa_credential_spec: str | None = None
    gmsa_credential_spec_name: str | None = None
    host_process: bool | None = None
    run_as_user_name: str | None = None


class SecurityContext(Model):
    """SecurityContext holds security configuration that will be applied to a container."""

    allow_privilege_escalation: bool | None = None
    app_armor_profile: AppArmorProfile | None = None
    capabilities: Capabilities | None = None
    privileged: bool | None = None
    proc_mount: str | None = None
    read_only_root_filesystem: bool | None = None
    run_as_group: int | None = None
    run_as_non_root: bool | None = None
    run_as_user: int | None = None
    se_linux_options: SELinuxOptions | None = None
    seccomp_profile: SeccompProfile | None = None
    windows_options: WindowsSecurityContextOptions | None = None


class VolumeDevice(Model):
    """volumeDevice describes a mapping of a raw block device within a container."""

    device_path: str = ""
    name: str = ""


class VolumeMount(Model):
    """VolumeMount describes a mounting of a Volume within a container."""

    mount_path: str = ""
    mount_propagation: str | None = None
    name: str = ""
    read_only: bool | None = None
    recursive_read_only: str | None = None
    sub_path: str | None = None
    sub_path_expr: str | None = None


class Container(Model):
    """A single application container that you want to run within a pod."""

    args: Sequence[str] = ()
    command: Sequence[str] = ()
    env: Sequence[EnvVar] = ()
    env_from: Sequence[EnvFromSource] = ()
    image: str | None = None
    image_pull_policy: str | None = None
    lifecycle: Lifecycle | None = None
    liveness_probe: Probe | None = None
    name: str = ""
    ports: Sequence[ContainerPort] = ()
    readiness_probe: Probe | None = None
    resize_policy: Sequence[ContainerResizePolicy] = ()
    resources: ResourceRequirements = ResourceRequirements()
    restart_policy: str | None = None
    restart_policy_rules: Sequence[ContainerRestartRule] = ()
    security_context: SecurityContext | None = None
    startup_probe: Probe | None = None
    stdin: bool | None = None
    stdin_once: bool | None = None
    termination_message_path: str | None = None
    termination_message_policy: str | None = None
    tty: bool | None = None
    volume_devices: Sequence[VolumeDevice] = ()
    volume_mounts: Sequence[VolumeMount] = ()
    working_dir: str | None = None


class ContainerExtendedResourceRequest(Model):
    """ContainerExtendedResourceRequest has the mapping of container name, extended resource name ..."""

    container_name: str = ""
    request_name: str = ""
    resource_name: str = ""


class ContainerStateRunning(Model):
    """ContainerStateRunning is a running state of a container."""

    started_at: datetime | None = None


class ContainerStateTerminated(Model):
    """ContainerStateTerminated is a terminated state of a container."""

    container_id: str | None = field(default=None, name="containerID")
    exit_code: int = 0
    finished_at: datetime | None = None
    message: str | None = None
    reason: str | None = None
    signal: int | None = None
    started_at: datetime | None = None


class ContainerStateWaiting(Model):
    """ContainerStateWaiting is a waiting state of a container."""

    message: str | None = None
    reason: str | None = None


class ContainerState(Model):
    """ContainerState holds a possible state of container."""

    running: ContainerStateRunning | None = None
    terminated: ContainerStateTerminated | None = None
    waiting: ContainerStateWaiting | None = None


class LinuxContainerUser(Model):
    """LinuxContainerUser represents user identity information in Linux containers."""

    gid: int = 0
    supplemental_groups: Sequence[int] = ()
    uid: int = 0


class ContainerUser(Model):
    """ContainerUser represents user identity information."""

    linux: LinuxContainerUser | None = None


class ResourceHealth(Model):
    """ResourceHealth represents the health of a resource."""

    health: str | None = None
    message: str | None = None
    resource_id: str = field(default="", name="resourceID")


class ResourceStatus(Model):
    """ResourceStatus represents the status of a single resource allocated to a Pod."""

    name: str = ""
    resources: Sequence[ResourceHealth] = ()


class ImageVolumeStatus(Model):
    """ImageVolumeStatus represents the image-based volume status."""

    image_ref: str | None = None


class VolumeStatus(Model):
    """VolumeStatus represents the status of a mounted volume."""

    image: ImageVolumeStatus | None = None


class VolumeMountStatus(Model):
    """VolumeMountStatus shows status of volume mounts."""

    mount_path: str = ""
    name: str = ""
    read_only: bool | None = None
    recursive_read_only: str | None = None
    volume_status: VolumeStatus | None = None


class ContainerStatus(Model):
    """ContainerStatus contains details for the current status of this container."""

    allocated_resources: Mapping[str, Amount] = {}
    allocated_resources_status: Sequence[ResourceStatus] = ()
    container_id: str | None = field(default=None, name="containerID")
    image: str = ""
    image_id: str = field(default="", name="imageID")
    last_state: ContainerState = ContainerState()
    name: str = ""
    ready: bool = False
    resources: ResourceRequirements | None = None
    restart_count: int = 0
    started: bool | None = None
    state: ContainerState = ContainerState()
    stop_signal: str | None = None
    user: ContainerUser | None = None
    volume_mounts: Sequence[VolumeMountStatus] = ()


class DownwardAPIVolumeFile(Model):
    """DownwardAPIVolumeFile represents information to create the file containing the pod field."""

    field_ref: ObjectFieldSelector | None = None
    mode: int | None = None
    path: str = ""
    resource_field_ref: ResourceFieldSelector | None = None


class DownwardAPIProjection(Model):
    """Represents downward API info for projecting into a projected volume."""

    items: Sequence[DownwardAPIVolumeFile] = ()


class DownwardAPIVolumeSource(Model):
    """DownwardAPIVolumeSource represents a volume containing downward API info."""

    default_mode: int | None = None
    items: Sequence[DownwardAPIVolumeFile] = ()


class EmptyDirVolumeSource(Model):
    """Represents an empty directory for a pod."""

    medium: str | None = None
    size_limit: Amount | None = None


class EphemeralContainer(Model):
    """An EphemeralContainer is a temporary container that you may add to an existing Pod for ..."""

    args: Sequence[str] = ()
    command: Sequence[str] = ()
    env: Sequence[EnvVar] = ()
    env_from: Sequence[EnvFromSource] = ()
    image: str | None = None
    image_pull_policy: str | None = None
    lifecycle: Lifecycle | None = None
    liveness_probe: Probe | None = None
    name: str = ""
    ports: Sequence[ContainerPort] = ()
    readiness_probe: Probe | None = None
    resize_policy: Sequence[ContainerResizePolicy] = ()
    resources: ResourceRequirements = ResourceRequirements()
    restart_policy: str | None = None
    restart_policy_rules: Sequence[ContainerRestartRule] = ()
    security_context: SecurityContext | None = None
    startup_probe: Probe | None = None
    stdin: bool | None = None
    stdin_once: bool | None = None
    target_container_name: str | None = None
    termination_message_path: str | None = None
    termination_message_policy: str | None = None
    tty: bool | None = None
    volume_devices: Sequence[VolumeDevice] = ()
    volume_mounts: Sequence[VolumeMount] = ()
    working_dir: str | None = None


class OwnerReference(Model):
    """OwnerReference contains enough information to let you identify an owning object."""

    api_version: str = ""
    block_owner_deletion: bool | None = None
    controller: bool | None = None
    kind: str = ""
    name: str = ""
    uid: str = ""


class ObjectMeta(Model):
    """ObjectMeta is metadata that all persisted resources must have, which includes all objects ..."""

    annotations: Mapping[str, str] = {}
    creation_timestamp: datetime | None = None
    deletion_grace_period_seconds: int | None = None
    deletion_timestamp: datetime | None = None
    finalizers: Sequence[str] = ()
    generate_name: str | None = None
    generation: int | None = None
    labels: Mapping[str, str] = {}
    name: str | None = None
    namespace: str | None = None
    owner_references: Sequence[OwnerReference] = ()
    resource_version: str | None = None
    self_link: str | None = None
    uid: str | None = None


class PersistentVolumeClaimTemplate(Model):
    """PersistentVolumeClaimTemplate is used to produce PersistentVolumeClaim objects as part of ..."""

    metadata: ObjectMeta = ObjectMeta()
    spec: PersistentVolumeClaimSpec = PersistentVolumeClaimSpec()


class EphemeralVolumeSource(Model):
    """Represents an ephemeral volume that is handled by a normal storage driver."""

    volume_claim_template: PersistentVolumeClaimTemplate | None = None


class FlexVolumeSource(Model):
    """FlexVolume represents a generic volume resource that is provisioned/attached using an exec ..."""

    driver: str = ""
    fs_type: str | None = None
    options: Mapping[str, str] = {}
    read_only: bool | None = None
    secret_ref: LocalObjectReference | None = None


class GitRepoVolumeSource(Model):
    """Represents a volume that is populated with the contents of a git repository."""

    directory: str | None = None
    repository: str = ""
    revision: str | None = None


class GlusterfsVolumeSource(Model):
    """Represents a Glusterfs mount that lasts the lifetime of a pod."""

    endpoints: str = ""
    path: str = ""
    read_only: bool | None = None


class HostAlias(Model):
    """HostAlias holds the mapping between IP and hostnames that will be injected as an entry in ..."""

    hostnames: Sequence[str] = ()
    ip: str = ""


class HostIP(Model):
    """HostIP represents a single IP address allocated to the host."""

    ip: str = ""


class ISCSIVolumeSource(Model):
    """Represents an ISCSI disk."""

    chap_auth_discovery: bool | None = None
    chap_auth_session: bool | None = None
    fs_type: str | None = None
    initiator_name: str | None = None
    iqn: str = ""
    iscsi_interface: str = ""
    lun: int = 0
    portals: Sequence[str] = ()
    read_only: bool | None = None
    secret_ref: LocalObjectReference | None = None
    target_portal: str = ""


class ImageVolumeSource(Model):
    """ImageVolumeSource represents a image volume resource."""

    pull_policy: str | None = None
    reference: str | None = None


class NodeAllocatableResourceClaimStatus(Model):
    """NodeAllocatableResourceClaimStatus describes the status of node allocatable resources ..."""

    containers: Sequence[str] = ()
    resource_claim_name: str = ""
    resources: Mapping[str, Amount] = {}


class PersistentVolumeClaimVolumeSource(Model):
    """PersistentVolumeClaimVolumeSource references the user's PVC in the same namespace."""

    claim_name: str = ""
    read_only: bool | None = None


class PodCertificateProjection(Model):
    """PodCertificateProjection provides a private key and X.509 certificate in the pod filesystem."""

    certificate_chain_path: str | None = None
    credential_bundle_path: str | None = None
    key_path: str | None = None
    key_type: str | None = None
    max_expiration_seconds: int | None = None
    signer_name: str | None = None
    user_annotations: Mapping[str, str] = {}


class PodCondition(Condition):
    """PodCondition contains details for the current condition of this pod."""

    last_probe_time: datetime | None = None


class PodDNSConfigOption(Model):
    """PodDNSConfigOption defines DNS resolver options of a pod."""

    name: str | None = None
    value: str | None = None


class PodDNSConfig(Model):
    """PodDNSConfig defines the DNS parameters of a pod in addition to those generated from DNSPolicy."""

    nameservers: Sequence[str] = ()
    options: Sequence[PodDNSConfigOption] = ()
    searches: Sequence[str] = ()


class PodExtendedResourceClaimStatus(Model):
    """PodExtendedResourceClaimStatus is stored in the PodStatus for the extended resource ..."""

    request_mappings: Sequence[ContainerExtendedResourceRequest] = ()
    resource_claim_name: str = ""


class PodIP(Model):
    """PodIP represents a single IP address allocated to the pod."""

    ip: str = ""


class PodOS(Model):
    """PodOS defines the OS parameters of a pod."""

    name: str = ""


class PodReadinessGate(Model):
    """PodReadinessGate contains the reference to a pod condition."""

    condition_type: str = ""


class PodResourceClaim(Model):
    """PodResourceClaim references exactly one ResourceClaim, either directly or by naming a ..."""

    name: str = ""
    resource_claim_name: str | None = None
    resource_claim_template_name: str | None = None


class PodResourceClaimStatus(Model):
    """PodResourceClaimStatus is stored in the PodStatus for each PodResourceClaim which ..."""

    name: str = ""
    resource_claim_name: str | None = None


class PodSchedulingGate(Model):
    """PodSchedulingGate is associated to a Pod to guard its scheduling."""

    name: str = ""


class PodSchedulingGroup(Model):
    """PodSchedulingGroup identifies the runtime scheduling group instance that a Pod belongs to."""

    pod_group_name: str | None = None


class Sysctl(Model):
    """Sysctl defines a kernel parameter to be set."""

    name: str = ""
    value: str = ""


class PodSecurityContext(Model):
    """PodSecurityContext holds pod-level security attributes and common container settings."""

    app_armor_profile: AppArmorProfile | None = None
    fs_group: int | None = None
    fs_group_change_policy: str | None = None
    run_as_group: int | None = None
    run_as_non_root: bool | None = None
    run_as_user: int | None = None
    se_linux_change_policy: str | None = None
    se_linux_options: SELinuxOptions | None = None
    seccomp_profile: SeccompProfile | None = None
    supplemental_groups: Sequence[int] = ()
    supplemental_groups_policy: str | None = None
    sysctls: Sequence[Sysctl] = ()
    windows_options: WindowsSecurityContextOptions | None = None


class TopologySpreadConstraint(Model):
    """TopologySpreadConstraint specifies how to spread matching pods among the given topology."""

    label_selector: LabelSelector | None = None
    match_label_keys: Sequence[str] = ()
    max_skew: int = 0
    min_domains: int | None = None
    node_affinity_policy: str | None = None
    node_taints_policy: str | None = None
    topology_key: str = ""
    when_unsatisfiable: str = ""


class SecretProjection(Model):
    """Adapts a secret into a projected volume."""

    items: Sequence[KeyToPath] = ()
    name: str = ""
    optional: bool | None = None


class ServiceAccountTokenProjection(Model):
    """ServiceAccountTokenProjection represents a projected service account token volume."""

    audience: str | None = None
    expiration_seconds: int | None = None
    path: str = ""


class VolumeProjection(Model):
    """Projection that may be projected along with other supported volume types."""

    cluster_trust_bundle: ClusterTrustBundleProjection | None = None
    config_map: ConfigMapProjection | None = None
    downward_api: DownwardAPIProjection | None = field(default=None, name="downwardAPI")
    pod_certificate: PodCertificateProjection | None = None
    secret: SecretProjection | None = None
    service_account_token: ServiceAccountTokenProjection | None = None


class ProjectedVolumeSource(Model):
    """Represents a projected volume source."""

    default_mode: int | None = None
    sources: Sequence[VolumeProjection] = ()


class RBDVolumeSource(Model):
    """Represents a Rados Block Device mount that lasts the lifetime of a pod."""

    fs_type: str | None = None
    image: str = ""
    keyring: str = ""
    monitors: Sequence[str] = ()
    pool: str = ""
    read_only: bool | None = None
    secret_ref: LocalObjectReference | None = None
    user: str = ""


class ScaleIOVolumeSource(Model):
    """ScaleIOVolumeSource represents a persistent ScaleIO volume."""

    fs_type: str = ""
    gateway: str = ""
    protection_domain: str | None = None
    read_only: bool | None = None
    secret_ref: LocalObjectReference | None = None
    ssl_enabled: bool | None = None
    storage_mode: str = ""
    storage_pool: str | None = None
    system: str = ""
    volume_name: str | None = None


class SecretVolumeSource(Model):
    """Adapts a Secret into a volume."""

    default_mode: int | None = None
    items: Sequence[KeyToPath] = ()
    optional: bool | None = None
    secret_name: str | None = None


class StorageOSVolumeSource(Model):
    """Represents a StorageOS persistent volume resource."""

    fs_type: str | None = None
    read_only: bool | None = None
    secret_ref: LocalObjectReference | None = None
    volume_name: str | None = None
    volume_namespace: str | None = None


class Volume(Model):
    """Volume represents a named volume in a pod that may be accessed by any container in the pod."""

    aws_elastic_block_store: AWSElasticBlockStoreVolumeSource | None = None
    azure_disk: AzureDiskVolumeSource | None = None
    azure_file: AzureFileVolumeSource | None = None
    cephfs: CephFSVolumeSource | None = None
    cinder: CinderVolumeSource | None = None
    config_map: ConfigMapVolumeSource | None = None
    csi: CSIVolumeSource | None = None
    downward_api: DownwardAPIVolumeSource | None = field(default=None, name="downwardAPI")
    empty_dir: EmptyDirVolumeSource | None = None
    ephemeral: EphemeralVolumeSource | None = None
    fc: FCVolumeSource | None = None
    flex_volume: FlexVolumeSource | None = None
    flocker: FlockerVolumeSource | None = None
    gce_persistent_disk: GCEPersistentDiskVolumeSource | None = None
    git_repo: GitRepoVolumeSource | None = None
    glusterfs: GlusterfsVolumeSource | None = None
    host_path: HostPathVolumeSource | None = None
    image: ImageVolumeSource | None = None
    iscsi: ISCSIVolumeSource | None = None
    name: str = ""
    nfs: NFSVolumeSource | None = None
    persistent_volume_claim: PersistentVolumeClaimVolumeSource | None = None
    photon_persistent_disk: PhotonPersistentDiskVolumeSource | None = None
    portworx_volume: PortworxVolumeSource | None = None
    projected: ProjectedVolumeSource | None = None
    quobyte: QuobyteVolumeSource | None = None
    rbd: RBDVolumeSource | None = None
    scale_io: ScaleIOVolumeSource | None = field(default=None, name="scaleIO")
    secret: SecretVolumeSource | None = None
    storageos: StorageOSVolumeSource | None = None
    vsphere_volume: VsphereVirtualDiskVolumeSource | None = None


class PodSpec(Spec):
    """PodSpec is a description of a pod."""

    active_deadline_seconds: int | None = None
    affinity: Affinity | None = None
    automount_service_account_token: bool | None = None
    containers: Sequence[Container] = ()
    dns_config: PodDNSConfig | None = None
    dns_policy: str | None = None
    enable_service_links: bool | None = None
    ephemeral_containers: Sequence[EphemeralContainer] = ()
    host_aliases: Sequence[HostAlias] = ()
    host_ipc: bool | None = field(default=None, name="hostIPC")
    host_network: bool | None = None
    host_pid: bool | None = field(default=None, name="hostPID")
    host_users: bool | None = None
    hostname: str | None = None
    hostname_override: str | None = None
    image_pull_secrets: Sequence[LocalObjectReference] = ()
    init_containers: Sequence[Container] = ()
    node_name: str | None = None
    node_selector: Mapping[str, str] = {}
    os: PodOS | None = None
    overhead: Mapping[str, Amount] = {}
    preemption_policy: str | None = None
    priority: int | None = None
    priority_class_name: str | None = None
    readiness_gates: Sequence[PodReadinessGate] = ()
    resource_claims: Sequence[PodResourceClaim] = ()
    resources: ResourceRequirements | None = None
    restart_policy: str | None = None
    runtime_class_name: str | None = None
    scheduler_name: str | None = None
    scheduling_gates: Sequence[PodSchedulingGate] = ()
    scheduling_group: PodSchedulingGroup | None = None
    security_context: PodSecurityContext | None = None
    service_account: str | None = None
    service_account_name: str | None = None
    set_hostname_as_fqdn: bool | None = field(default=None, name="setHostnameAsFQDN")
    share_process_namespace: bool | None = None
    subdomain: str | None = None
    termination_grace_period_seconds: int | None = None
    tolerations: Sequence[Toleration] = ()
    topology_spread_constraints: Sequence[TopologySpreadConstraint] = ()
    volumes: Sequence[Volume] = ()


class PodStatus(Status):
    """PodStatus represents information about the status of a pod."""

    allocated_resources: Mapping[str, Amount] = {}
    conditions: Sequence[PodCondition] = ()
    container_statuses: Sequence[ContainerStatus] = ()
    ephemeral_container_statuses: Sequence[ContainerStatus] = ()
    extended_resource_claim_status: PodExtendedResourceClaimStatus | None = None
    host_ip: str | None = field(default=None, name="hostIP")
    host_ips: Sequence[HostIP] = field(default=(), name="hostIPs")
    init_container_statuses: Sequence[ContainerStatus] = ()
    message: str | None = None
    node_allocatable_resource_claim_statuses: Sequence[NodeAllocatableResourceClaimStatus] = ()
    nominated_node_name: str | None = None
    phase: str | None = None
    pod_ip: str | None = field(default=None, name="podIP")
    pod_ips: Sequence[PodIP] = field(default=(), name="podIPs")
    qos_class: str | None = None
    reason: str | None = None
    resize: str | None = None
    resource_claim_statuses: Sequence[PodResourceClaimStatus] = ()
    resources: ResourceRequirements | None = None
    start_time: datetime | None = None


class PodTemplateSpec(Model):
    """PodTemplateSpec describes the data a pod should have when created from a template."""

    metadata: ObjectMeta = ObjectMeta()
    spec: PodSpec = PodSpec()


class ReplicationControllerCondition(Condition):
    """ReplicationControllerCondition describes the state of a replication controller at a certain ..."""


class ReplicationControllerSpec(Spec):
    """ReplicationControllerSpec is the specification of a replication controller."""

    min_ready_seconds: int = 0
    replicas: int = 0
    selector: Mapping[str, str] = {}
    template: PodTemplateSpec | None = None


class ReplicationControllerStatus(Status):
    """ReplicationControllerStatus represents the current status of a replication controller."""

    available_replicas: int | None = None
    conditions: Sequence[ReplicationControllerCondition] = ()
    fully_labeled_replicas: int | None = None
    ready_replicas: int | None = None
    replicas: int = 0


class Pod(Resource[PodSpec, PodStatus], group="", version="v1", plural="pods", crd=False):
    """Pod is a collection of containers that can run on a host."""

    __slots__ = ()

    def __init__(
        self,
        name: str,
        *,
        spec: PodSpec | None = None,
        status: PodStatus | None = None,
        fields: Mapping[str, Any] | None = None,
        **meta: Unpack[Given],
    ) -> None:
        Object.__init__(self, name, fields=stated(fields, {"spec": spec, "status": status}), **meta)


class PodTemplate(Resource[NoSpec, NoStatus], group="", version="v1", plural="podtemplates", crd=False):
    """PodTemplate describes a template for creating copies of a predefined pod."""

    __slots__ = ()
    template: Part[PodTemplateSpec] = Part(PodTemplateSpec, "template", PodTemplateSpec)

    def __init__(
        self,
        name: str,
        *,
        template: PodTemplateSpec | None = None,
        fields: Mapping[str, Any] | None = None,
        **meta: Unpack[Given],
    ) -> None:
        Object.__init__(self, name, fields=stated(fields, {"template": template}), **meta)


class ReplicationController(
    Resource[ReplicationControllerSpec, ReplicationControllerStatus],
    group="",
    version="v1",
    plural="replicationcontrollers",
    scale=Scale(selector="status.selector"),
    crd=False,
):
    """ReplicationController represents the configuration of a replication controller."""

    __slots__ = ()

    def __init__(
        self,
        name: str,
        *,
        spec: ReplicationControllerSpec | None = None,
        status: ReplicationControllerStatus | None = None,
        fields: Mapping[str, Any] | None = None,
        **meta: Unpack[Given],
    ) -> None:
        Object.__init__(self, name, fields=stated(fields, {"spec": spec, "status": status}), **meta)
