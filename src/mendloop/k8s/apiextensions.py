"""Read models of apiextensions.k8s.io.

Made by scripts/generate_k8s.py from a kube-apiserver's OpenAPI; not edited by hand.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Unpack

from msgspec import field

from mendloop.k8s.base import stated
from mendloop.model.resource import Given, Object, Resource
from mendloop.model.types import Condition, Model, Spec, Status

__all__ = [
    "CustomResourceColumnDefinition",
    "CustomResourceConversion",
    "CustomResourceDefinition",
    "CustomResourceDefinitionCondition",
    "CustomResourceDefinitionNames",
    "CustomResourceDefinitionSpec",
    "CustomResourceDefinitionStatus",
    "CustomResourceDefinitionVersion",
    "CustomResourceSubresourceScale",
    "CustomResourceSubresourceStatus",
    "CustomResourceSubresources",
    "CustomResourceValidation",
    "SelectableField",
    "ServiceReference",
    "WebhookClientConfig",
    "WebhookConversion",
]


class CustomResourceColumnDefinition(Model):
    """CustomResourceColumnDefinition specifies a column for server side printing."""

    description: str | None = None
    format: str | None = None
    json_path: str = ""
    name: str = ""
    priority: int | None = None
    type: str = ""


class ServiceReference(Model):
    """ServiceReference holds a reference to Service.legacy.k8s.io."""

    name: str = ""
    namespace: str = ""
    path: str | None = None
    port: int | None = None


class WebhookClientConfig(Model):
    """WebhookClientConfig contains the information to make a TLS connection with the webhook."""

    ca_bundle: bytes | None = None
    service: ServiceReference | None = None
    url: str | None = None


class WebhookConversion(Model):
    """WebhookConversion describes how to call a conversion webhook."""

    client_config: WebhookClientConfig | None = None
    conversion_review_versions: Sequence[str] = ()


class CustomResourceConversion(Model):
    """CustomResourceConversion describes how to convert different versions of a CR."""

    strategy: str = ""
    webhook: WebhookConversion | None = None


class CustomResourceDefinitionCondition(Condition):
    """CustomResourceDefinitionCondition contains details for the current condition of this pod."""


class CustomResourceDefinitionNames(Model):
    """CustomResourceDefinitionNames indicates the names to serve this CustomResourceDefinition."""

    categories: Sequence[str] = ()
    kind: str = ""
    list_kind: str | None = None
    plural: str = ""
    short_names: Sequence[str] = ()
    singular: str | None = None


class CustomResourceSubresourceScale(Model):
    """CustomResourceSubresourceScale defines how to serve the scale subresource for CustomResources."""

    label_selector_path: str | None = None
    spec_replicas_path: str = ""
    status_replicas_path: str = ""


class CustomResourceSubresourceStatus(Model):
    """CustomResourceSubresourceStatus defines how to serve the status subresource for ..."""


class CustomResourceSubresources(Model):
    """CustomResourceSubresources defines the status and scale subresources for CustomResources."""

    scale: CustomResourceSubresourceScale | None = None
    status: CustomResourceSubresourceStatus | None = None


class CustomResourceValidation(Model):
    """CustomResourceValidation is a list of validation methods for CustomResources."""

    open_api_v3_schema: Mapping[str, Any] = field(default_factory=dict, name="openAPIV3Schema")


class SelectableField(Model):
    """SelectableField specifies the JSON path of a field that may be used with field selectors."""

    json_path: str = ""


class CustomResourceDefinitionVersion(Model):
    """CustomResourceDefinitionVersion describes a version for CRD."""

    additional_printer_columns: Sequence[CustomResourceColumnDefinition] = ()
    deprecated: bool | None = None
    deprecation_warning: str | None = None
    name: str = ""
    schema: CustomResourceValidation | None = None
    selectable_fields: Sequence[SelectableField] = ()
    served: bool = False
    storage: bool = False
    subresources: CustomResourceSubresources | None = None


class CustomResourceDefinitionSpec(Spec):
    """CustomResourceDefinitionSpec describes how a user wants their resource to appear."""

    conversion: CustomResourceConversion | None = None
    group: str = ""
    names: CustomResourceDefinitionNames = CustomResourceDefinitionNames()
    preserve_unknown_fields: bool | None = None
    scope: str = ""
    versions: Sequence[CustomResourceDefinitionVersion] = ()


class CustomResourceDefinitionStatus(Status):
    """CustomResourceDefinitionStatus indicates the state of the CustomResourceDefinition."""

    accepted_names: CustomResourceDefinitionNames = CustomResourceDefinitionNames()
    conditions: Sequence[CustomResourceDefinitionCondition] = ()
    stored_versions: Sequence[str] = ()


class CustomResourceDefinition(
    Resource[CustomResourceDefinitionSpec, CustomResourceDefinitionStatus],
    group="apiextensions.k8s.io",
    version="v1",
    plural="customresourcedefinitions",
    scope="Cluster",
    crd=False,
):
    """CustomResourceDefinition represents a resource that should be exposed on the API server."""

    __slots__ = ()

    def __init__(
        self,
        name: str,
        *,
        spec: CustomResourceDefinitionSpec | None = None,
        status: CustomResourceDefinitionStatus | None = None,
        fields: Mapping[str, Any] | None = None,
        **meta: Unpack[Given],
    ) -> None:
        Object.__init__(self, name, fields=stated(fields, {"spec": spec, "status": status}), **meta)
