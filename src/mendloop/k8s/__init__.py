"""Read models of Kubernetes' own kinds: `from mendloop.k8s import Deployment, Secret`.

Lists and maps are never None, unknown fields are ignored, `Secret.data` is text. A name is loaded with its
module when it is first used, so that an operator pays for the groups that it reads. Where two groups use one
name (`Event`), the other is found in its module: `mendloop.k8s.events`.

Made by scripts/generate_k8s.py from a kube-apiserver's OpenAPI; not edited by hand.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

_NAMES = {
    "admissionregistration": """
        ApplyConfiguration AuditAnnotation ExpressionWarning JSONPatch MatchCondition MatchResources
        MutatingAdmissionPolicy MutatingAdmissionPolicyBinding MutatingAdmissionPolicyBindingSpec
        MutatingAdmissionPolicySpec MutatingWebhook MutatingWebhookConfiguration Mutation
        NamedRuleWithOperations ParamKind ParamRef RuleWithOperations ServiceReference TypeChecking
        ValidatingAdmissionPolicy ValidatingAdmissionPolicyBinding ValidatingAdmissionPolicyBindingSpec
        ValidatingAdmissionPolicySpec ValidatingAdmissionPolicyStatus ValidatingWebhook
        ValidatingWebhookConfiguration Validation Variable WebhookClientConfig
    """,
    "apiextensions": """
        CustomResourceColumnDefinition CustomResourceConversion CustomResourceDefinition
        CustomResourceDefinitionCondition CustomResourceDefinitionNames CustomResourceDefinitionSpec
        CustomResourceDefinitionStatus CustomResourceDefinitionVersion CustomResourceSubresourceScale
        CustomResourceSubresourceStatus CustomResourceSubresources CustomResourceValidation SelectableField
        WebhookConversion
    """,
    "apps": """
        ControllerRevision DaemonSet DaemonSetCondition DaemonSetSpec DaemonSetStatus DaemonSetUpdateStrategy
        Deployment DeploymentCondition DeploymentSpec DeploymentStatus DeploymentStrategy ReplicaSet
        ReplicaSetCondition ReplicaSetSpec ReplicaSetStatus RollingUpdateDaemonSet RollingUpdateDeployment
        RollingUpdateStatefulSetStrategy StatefulSet StatefulSetCondition StatefulSetOrdinals
        StatefulSetPersistentVolumeClaimRetentionPolicy StatefulSetSpec StatefulSetStatus
        StatefulSetUpdateStrategy
    """,
    "autoscaling": """
        ContainerResourceMetricSource ContainerResourceMetricStatus CrossVersionObjectReference
        ExternalMetricSource ExternalMetricStatus HPAScalingPolicy HPAScalingRules HorizontalPodAutoscaler
        HorizontalPodAutoscalerBehavior HorizontalPodAutoscalerCondition HorizontalPodAutoscalerSpec
        HorizontalPodAutoscalerStatus MetricIdentifier MetricSpec MetricStatus MetricTarget MetricValueStatus
        ObjectMetricSource ObjectMetricStatus PodsMetricSource PodsMetricStatus ResourceMetricSource
        ResourceMetricStatus
    """,
    "batch": """
        CronJob CronJobSpec CronJobStatus Job JobCondition JobSpec JobStatus JobTemplateSpec PodFailurePolicy
        PodFailurePolicyOnExitCodesRequirement PodFailurePolicyOnPodConditionsPattern PodFailurePolicyRule
        SuccessPolicy SuccessPolicyRule UncountedTerminatedPods
    """,
    "certificates": """
        CertificateSigningRequest CertificateSigningRequestCondition CertificateSigningRequestSpec
        CertificateSigningRequestStatus
    """,
    "coordination": """
        Lease LeaseSpec
    """,
    "core": """
        AWSElasticBlockStoreVolumeSource AttachedVolume AzureDiskVolumeSource AzureFilePersistentVolumeSource
        CSIPersistentVolumeSource CephFSPersistentVolumeSource CinderPersistentVolumeSource ClientIPConfig
        ConfigMap ConfigMapNodeConfigSource ContainerImage DaemonEndpoint EndpointAddress EndpointPort
        EndpointSubset Endpoints Event EventSeries EventSource FCVolumeSource FlexPersistentVolumeSource
        FlockerVolumeSource GCEPersistentDiskVolumeSource GlusterfsPersistentVolumeSource HostPathVolumeSource
        ISCSIPersistentVolumeSource LabelSelector LabelSelectorRequirement LimitRange LimitRangeItem
        LimitRangeSpec LoadBalancerIngress LoadBalancerStatus LocalObjectReference LocalVolumeSource
        ModifyVolumeStatus NFSVolumeSource Namespace NamespaceCondition NamespaceSpec NamespaceStatus Node
        NodeAddress NodeCondition NodeConfigSource NodeConfigStatus NodeDaemonEndpoints NodeFeatures
        NodeRuntimeHandler NodeRuntimeHandlerFeatures NodeSelector NodeSelectorRequirement NodeSelectorTerm
        NodeSpec NodeStatus NodeSwapStatus NodeSystemInfo ObjectReference PersistentVolume
        PersistentVolumeClaim PersistentVolumeClaimCondition PersistentVolumeClaimSpec
        PersistentVolumeClaimStatus PersistentVolumeSpec PersistentVolumeStatus
        PhotonPersistentDiskVolumeSource PortStatus PortworxVolumeSource QuobyteVolumeSource
        RBDPersistentVolumeSource ResourceQuota ResourceQuotaSpec ResourceQuotaStatus
        ScaleIOPersistentVolumeSource ScopeSelector ScopedResourceSelectorRequirement Secret SecretReference
        Service ServiceAccount ServicePort ServiceSpec ServiceStatus SessionAffinityConfig
        StorageOSPersistentVolumeSource Taint Toleration TopologySelectorLabelRequirement TopologySelectorTerm
        TypedLocalObjectReference TypedObjectReference VolumeNodeAffinity VolumeResourceRequirements
        VsphereVirtualDiskVolumeSource
    """,
    "discovery": """
        Endpoint EndpointConditions EndpointHints EndpointSlice ForNode ForZone
    """,
    "networking": """
        HTTPIngressPath HTTPIngressRuleValue IPAddress IPAddressSpec IPBlock Ingress IngressBackend
        IngressClass IngressClassParametersReference IngressClassSpec IngressLoadBalancerIngress
        IngressLoadBalancerStatus IngressPortStatus IngressRule IngressServiceBackend IngressSpec
        IngressStatus IngressTLS NetworkPolicy NetworkPolicyEgressRule NetworkPolicyIngressRule
        NetworkPolicyPeer NetworkPolicyPort NetworkPolicySpec ParentReference ServiceBackendPort ServiceCIDR
        ServiceCIDRSpec ServiceCIDRStatus
    """,
    "node": """
        Overhead RuntimeClass Scheduling
    """,
    "pods": """
        Affinity AppArmorProfile AzureFileVolumeSource CSIVolumeSource Capabilities CephFSVolumeSource
        CinderVolumeSource ClusterTrustBundleProjection ConfigMapEnvSource ConfigMapKeySelector
        ConfigMapProjection ConfigMapVolumeSource Container ContainerExtendedResourceRequest ContainerPort
        ContainerResizePolicy ContainerRestartRule ContainerRestartRuleOnExitCodes ContainerState
        ContainerStateRunning ContainerStateTerminated ContainerStateWaiting ContainerStatus ContainerUser
        DownwardAPIProjection DownwardAPIVolumeFile DownwardAPIVolumeSource EmptyDirVolumeSource EnvFromSource
        EnvVar EnvVarSource EphemeralContainer EphemeralVolumeSource ExecAction FileKeySelector
        FlexVolumeSource GRPCAction GitRepoVolumeSource GlusterfsVolumeSource HTTPGetAction HTTPHeader
        HostAlias HostIP ISCSIVolumeSource ImageVolumeSource ImageVolumeStatus KeyToPath Lifecycle
        LifecycleHandler LinuxContainerUser NodeAffinity NodeAllocatableResourceClaimStatus
        ObjectFieldSelector ObjectMeta OwnerReference PersistentVolumeClaimTemplate
        PersistentVolumeClaimVolumeSource Pod PodAffinity PodAffinityTerm PodAntiAffinity
        PodCertificateProjection PodCondition PodDNSConfig PodDNSConfigOption PodExtendedResourceClaimStatus
        PodIP PodOS PodReadinessGate PodResourceClaim PodResourceClaimStatus PodSchedulingGate
        PodSchedulingGroup PodSecurityContext PodSpec PodStatus PodTemplate PodTemplateSpec
        PreferredSchedulingTerm Probe ProjectedVolumeSource RBDVolumeSource ReplicationController
        ReplicationControllerCondition ReplicationControllerSpec ReplicationControllerStatus ResourceClaim
        ResourceFieldSelector ResourceHealth ResourceRequirements ResourceStatus SELinuxOptions
        ScaleIOVolumeSource SeccompProfile SecretEnvSource SecretKeySelector SecretProjection
        SecretVolumeSource SecurityContext ServiceAccountTokenProjection SleepAction StorageOSVolumeSource
        Sysctl TCPSocketAction TopologySpreadConstraint Volume VolumeDevice VolumeMount VolumeMountStatus
        VolumeProjection VolumeStatus WeightedPodAffinityTerm WindowsSecurityContextOptions
    """,
    "policy": """
        PodDisruptionBudget PodDisruptionBudgetSpec PodDisruptionBudgetStatus
    """,
    "rbac": """
        AggregationRule ClusterRole ClusterRoleBinding PolicyRule Role RoleBinding RoleRef Subject
    """,
    "scheduling": """
        PriorityClass
    """,
    "storage": """
        CSIDriver CSIDriverSpec CSINode CSINodeDriver CSINodeSpec CSIStorageCapacity StorageClass TokenRequest
        VolumeAttachment VolumeAttachmentSource VolumeAttachmentSpec VolumeAttachmentStatus
        VolumeAttributesClass VolumeError VolumeNodeResources
    """,
}
_HOME = {name: module for module, names in _NAMES.items() for name in names.split()}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
    return value


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOME])
