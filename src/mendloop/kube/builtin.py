"""The kinds that every cluster of the last years serves, so that nobody needs to ask for them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from mendloop.model.kinds import Kind, split_api_version

# A line: group and version, then kind/plural pairs. Kinds that are new to v1 are left out, for a server
# may not have them yet.
_NAMESPACED: Final = """
v1 ConfigMap/configmaps Endpoints/endpoints Event/events LimitRange/limitranges Pod/pods
v1 PersistentVolumeClaim/persistentvolumeclaims PodTemplate/podtemplates Secret/secrets Service/services
v1 ReplicationController/replicationcontrollers ResourceQuota/resourcequotas ServiceAccount/serviceaccounts
apps/v1 ControllerRevision/controllerrevisions DaemonSet/daemonsets Deployment/deployments
apps/v1 ReplicaSet/replicasets StatefulSet/statefulsets
autoscaling/v2 HorizontalPodAutoscaler/horizontalpodautoscalers
batch/v1 CronJob/cronjobs Job/jobs
coordination.k8s.io/v1 Lease/leases
discovery.k8s.io/v1 EndpointSlice/endpointslices
events.k8s.io/v1 Event/events
networking.k8s.io/v1 Ingress/ingresses NetworkPolicy/networkpolicies
policy/v1 PodDisruptionBudget/poddisruptionbudgets
rbac.authorization.k8s.io/v1 Role/roles RoleBinding/rolebindings
storage.k8s.io/v1 CSIStorageCapacity/csistoragecapacities
"""
_CLUSTER_SCOPED: Final = """
v1 Namespace/namespaces Node/nodes PersistentVolume/persistentvolumes
admissionregistration.k8s.io/v1 MutatingWebhookConfiguration/mutatingwebhookconfigurations
admissionregistration.k8s.io/v1 ValidatingWebhookConfiguration/validatingwebhookconfigurations
apiextensions.k8s.io/v1 CustomResourceDefinition/customresourcedefinitions
certificates.k8s.io/v1 CertificateSigningRequest/certificatesigningrequests
networking.k8s.io/v1 IngressClass/ingressclasses
node.k8s.io/v1 RuntimeClass/runtimeclasses
rbac.authorization.k8s.io/v1 ClusterRole/clusterroles ClusterRoleBinding/clusterrolebindings
scheduling.k8s.io/v1 PriorityClass/priorityclasses
storage.k8s.io/v1 CSIDriver/csidrivers CSINode/csinodes StorageClass/storageclasses
storage.k8s.io/v1 VolumeAttachment/volumeattachments
"""


def _kinds(table: str, *, namespaced: bool) -> Iterator[tuple[str, Kind]]:
    for line in table.split("\n"):
        api_version, *pairs = line.split() or [""]
        for pair in pairs:
            kind, _, plural = pair.partition("/")
            found = Kind(*split_api_version(api_version), kind, plural, namespaced)
            yield found.gvk, found


BUILTIN: Final[Mapping[str, Kind]] = {
    **dict(_kinds(_NAMESPACED, namespaced=True)),
    **dict(_kinds(_CLUSTER_SCOPED, namespaced=False)),
}
"""By `group/version/Kind`, or `version/Kind` in the core group."""

REPLICAS_PATHS: Final[Mapping[str, str]] = dict.fromkeys(
    ("apps/v1/Deployment", "apps/v1/ReplicaSet", "apps/v1/StatefulSet", "v1/ReplicationController"),
    "spec.replicas",
)
"""Where the scale subresource of built-in kinds keeps the number."""
