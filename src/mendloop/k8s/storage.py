"""Read models of storage.k8s.io.

Made by scripts/generate_k8s.py from a kube-apiserver's OpenAPI; not edited by hand.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Unpack

from msgspec import field

from mendloop.k8s.base import Amount, NoSpec, Part, stated
from mendloop.k8s.core import LabelSelector, PersistentVolumeSpec, TopologySelectorTerm
from mendloop.model.resource import Given, Object, Resource
from mendloop.model.types import Model, NoStatus, Spec, Status

__all__ = [
    "CSIDriver",
    "CSIDriverSpec",
    "CSINode",
    "CSINodeDriver",
    "CSINodeSpec",
    "CSIStorageCapacity",
    "StorageClass",
    "TokenRequest",
    "VolumeAttachment",
    "VolumeAttachmentSource",
    "VolumeAttachmentSpec",
    "VolumeAttachmentStatus",
    "VolumeAttributesClass",
    "VolumeError",
    "VolumeNodeResources",
]


class TokenRequest(Model):
    """TokenRequest contains parameters of a service account token."""

    audience: str = ""
    expiration_seconds: int | None = None


class CSIDriverSpec(Spec):
    """CSIDriverSpec is the specification of a CSIDriver."""

    attach_required: bool | None = None
    fs_group_policy: str | None = None
    node_allocatable_update_period_seconds: int | None = None
    pod_info_on_mount: bool | None = None
    prevent_pod_scheduling_if_missing: bool | None = None
    requires_republish: bool | None = None
    se_linux_mount: bool | None = None
    service_account_token_in_secrets: bool | None = None
    storage_capacity: bool | None = None
    token_requests: Sequence[TokenRequest] = ()
    volume_lifecycle_modes: Sequence[str] = ()


class VolumeNodeResources(Model):
    """VolumeNodeResources is a set of resource limits for scheduling of volumes."""

    count: int | None = None


class CSINodeDriver(Model):
    """CSINodeDriver holds information about the specification of one CSI driver installed on a node."""

    allocatable: VolumeNodeResources | None = None
    name: str = ""
    node_id: str = field(default="", name="nodeID")
    topology_keys: Sequence[str] = ()


class CSINodeSpec(Spec):
    """CSINodeSpec holds information about the specification of all CSI drivers installed on a node."""

    drivers: Sequence[CSINodeDriver] = ()


class VolumeAttachmentSource(Model):
    """VolumeAttachmentSource represents a volume that should be attached."""

    inline_volume_spec: PersistentVolumeSpec | None = None
    persistent_volume_name: str | None = None


class VolumeAttachmentSpec(Spec):
    """VolumeAttachmentSpec is the specification of a VolumeAttachment request."""

    attacher: str = ""
    node_name: str = ""
    source: VolumeAttachmentSource = VolumeAttachmentSource()


class VolumeError(Model):
    """VolumeError captures an error encountered during a volume operation."""

    error_code: int | None = None
    message: str | None = None
    time: datetime | None = None


class VolumeAttachmentStatus(Status):
    """VolumeAttachmentStatus is the status of a VolumeAttachment request."""

    attach_error: VolumeError | None = None
    attached: bool = False
    attachment_metadata: Mapping[str, str] = {}
    detach_error: VolumeError | None = None


class CSIDriver(
    Resource[CSIDriverSpec, NoStatus],
    group="storage.k8s.io",
    version="v1",
    plural="csidrivers",
    scope="Cluster",
    crd=False,
):
    """CSIDriver captures information about a Container Storage Interface (CSI) volume driver ..."""

    __slots__ = ()

    def __init__(
        self,
        name: str,
        *,
        spec: CSIDriverSpec | None = None,
        fields: Mapping[str, Any] | None = None,
        **meta: Unpack[Given],
    ) -> None:
        Object.__init__(self, name, fields=stated(fields, {"spec": spec}), **meta)


class CSINode(
    Resource[CSINodeSpec, NoStatus],
    group="storage.k8s.io",
    version="v1",
    plural="csinodes",
    scope="Cluster",
    crd=False,
):
    """CSINode holds information about all CSI drivers installed on a node."""

    __slots__ = ()

    def __init__(
        self,
        name: str,
        *,
        spec: CSINodeSpec | None = None,
        fields: Mapping[str, Any] | None = None,
        **meta: Unpack[Given],
    ) -> None:
        Object.__init__(self, name, fields=stated(fields, {"spec": spec}), **meta)


class CSIStorageCapacity(
    Resource[NoSpec, NoStatus], group="storage.k8s.io", version="v1", plural="csistoragecapacities", crd=False
):
    """CSIStorageCapacity stores the result of one CSI GetCapacity call."""

    __slots__ = ()
    capacity: Part[Amount | None] = Part(Amount, "capacity")
    maximum_volume_size: Part[Amount | None] = Part(Amount, "maximumVolumeSize")
    node_topology: Part[LabelSelector | None] = Part(LabelSelector, "nodeTopology")
    storage_class_name: Part[str] = Part(str, "storageClassName", str)

    def __init__(
        self,
        name: str,
        *,
        capacity: Amount | None = None,
        maximum_volume_size: Amount | None = None,
        node_topology: LabelSelector | None = None,
        storage_class_name: str | None = None,
        fields: Mapping[str, Any] | None = None,
        **meta: Unpack[Given],
    ) -> None:
        Object.__init__(
            self,
            name,
            fields=stated(
                fields,
                {
                    "capacity": capacity,
                    "maximumVolumeSize": maximum_volume_size,
                    "nodeTopology": node_topology,
                    "storageClassName": storage_class_name,
                },
            ),
            **meta,
        )


class StorageClass(
    Resource[NoSpec, NoStatus],
    group="storage.k8s.io",
    version="v1",
    plural="storageclasses",
    scope="Cluster",
    crd=False,
):
    """StorageClass describes the parameters for a class of storage for which PersistentVolumes ..."""

    __slots__ = ()
    allow_volume_expansion: Part[bool | None] = Part(bool, "allowVolumeExpansion")
    allowed_topologies: Part[Sequence[TopologySelectorTerm]] = Part(
        list[TopologySelectorTerm], "allowedTopologies", list
    )
    mount_options: Part[Sequence[str]] = Part(list[str], "mountOptions", list)
    parameters: Part[Mapping[str, str]] = Part(dict[str, str], "parameters", dict)
    provisioner: Part[str] = Part(str, "provisioner", str)
    reclaim_policy: Part[str | None] = Part(str, "reclaimPolicy")
    volume_binding_mode: Part[str | None] = Part(str, "volumeBindingMode")

    def __init__(
        self,
        name: str,
        *,
        allow_volume_expansion: bool | None = None,
        allowed_topologies: Sequence[TopologySelectorTerm] | None = None,
        mount_options: Sequence[str] | None = None,
        parameters: Mapping[str, str] | None = None,
        provisioner: str | None = None,
        reclaim_policy: str | None = None,
        volume_binding_mode: str | None = None,
        fields: Mapping[str, Any] | None = None,
        **meta: Unpack[Given],
    ) -> None:
        Object.__init__(
            self,
            name,
            fields=stated(
                fields,
                {
                    "allowVolumeExpansion": allow_volume_expansion,
                    "allowedTopologies": allowed_topologies,
                    "mountOptions": mount_options,
                    "parameters": parameters,
                    "provisioner": provisioner,
                    "reclaimPolicy": reclaim_policy,
                    "volumeBindingMode": volume_binding_mode,
                },
            ),
            **meta,
        )


class VolumeAttachment(
    Resource[VolumeAttachmentSpec, VolumeAttachmentStatus],
    group="storage.k8s.io",
    version="v1",
    plural="volumeattachments",
    scope="Cluster",
    crd=False,
):
    """VolumeAttachment captures the intent to attach or detach the specified volume to/from the ..."""

    __slots__ = ()

    def __init__(
        self,
        name: str,
        *,
        spec: VolumeAttachmentSpec | None = None,
        status: VolumeAttachmentStatus | None = None,
        fields: Mapping[str, Any] | None = None,
        **meta: Unpack[Given],
    ) -> None:
        Object.__init__(self, name, fields=stated(fields, {"spec": spec, "status": status}), **meta)


class VolumeAttributesClass(
    Resource[NoSpec, NoStatus],
    group="storage.k8s.io",
    version="v1",
    plural="volumeattributesclasses",
    scope="Cluster",
    crd=False,
):
    """VolumeAttributesClass represents a specification of mutable volume attributes defined by ..."""

    __slots__ = ()
    driver_name: Part[str] = Part(str, "driverName", str)
    parameters: Part[Mapping[str, str]] = Part(dict[str, str], "parameters", dict)

    def __init__(
        self,
        name: str,
        *,
        driver_name: str | None = None,
        parameters: Mapping[str, str] | None = None,
        fields: Mapping[str, Any] | None = None,
        **meta: Unpack[Given],
    ) -> None:
        Object.__init__(
            self, name, fields=stated(fields, {"driverName": driver_name, "parameters": parameters}), **meta
        )
