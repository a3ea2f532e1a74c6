"""Read models of networking.k8s.io.

Made by scripts/generate_k8s.py from a kube-apiserver's OpenAPI; not edited by hand.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Unpack

from mendloop.k8s.base import stated
from mendloop.k8s.core import LabelSelector, TypedLocalObjectReference
from mendloop.model.resource import Given, Object, Resource
from mendloop.model.types import Model, NoStatus, Spec, Status

__all__ = [
    "HTTPIngressPath",
    "HTTPIngressRuleValue",
    "IPAddress",
    "IPAddressSpec",
    "IPBlock",
    "Ingress",
    "IngressBackend",
    "IngressClass",
    "IngressClassParametersReference",
    "IngressClassSpec",
    "IngressLoadBalancerIngress",
    "IngressLoadBalancerStatus",
    "IngressPortStatus",
    "IngressRule",
    "IngressServiceBackend",
    "IngressSpec",
    "IngressStatus",
    "IngressTLS",
    "NetworkPolicy",
    "NetworkPolicyEgressRule",
    "NetworkPolicyIngressRule",
    "NetworkPolicyPeer",
    "NetworkPolicyPort",
    "NetworkPolicySpec",
    "ParentReference",
    "ServiceBackendPort",
    "ServiceCIDR",
    "ServiceCIDRSpec",
    "ServiceCIDRStatus",
]


class ServiceBackendPort(Model):
    """ServiceBackendPort is the service port being referenced."""

    name: str | None = None
    number: int | None = None


class IngressServiceBackend(Model):
    """IngressServiceBackend references a Kubernetes Service as a Backend."""

    name: str = ""
    port: ServiceBackendPort = ServiceBackendPort()


class IngressBackend(Model):
    """IngressBackend describes all endpoints for a given service and port."""

    resource: TypedLocalObjectReference | None = None
    service: IngressServiceBackend | None = None


class HTTPIngressPath(Model):
    """HTTPIngressPath associates a path with a backend."""

    backend: IngressBackend = IngressBackend()
    path: str | None = None
    path_type: str | None = None


class HTTPIngressRuleValue(Model):
    """HTTPIngressRuleValue is a list of http selectors pointing to backends."""

    paths: Sequence[HTTPIngressPath] = ()


class ParentReference(Model):
    """ParentReference describes a reference to a parent object."""

    group: str | None = None
    name: str | None = None
    namespace: str | None = None
    resource: str | None = None


class IPAddressSpec(Spec):
    """IPAddressSpec describe the attributes in an IP Address."""

    parent_ref: ParentReference | None = None


class IPBlock(Model):
    """IPBlock describes a particular CIDR (Ex."""

    cidr: str = ""
    except_: Sequence[str] = ()


class IngressClassParametersReference(Model):
    """IngressClassParametersReference identifies an API object."""

    api_group: str | None = None
    kind: str = ""
    name: str = ""
    namespace: str | None = None
    scope: str | None = None


class IngressClassSpec(Spec):
    """IngressClassSpec provides information about the class of an Ingress."""

    controller: str | None = None
    parameters: IngressClassParametersReference | None = None


class IngressPortStatus(Model):
    """IngressPortStatus represents the error condition of a service port."""

    error: str | None = None
    port: int = 0
    protocol: str = ""


class IngressLoadBalancerIngress(Model):
    """IngressLoadBalancerIngress represents the status of a load-balancer ingress point."""

    hostname: str | None = None
    ip: str | None = None
    ports: Sequence[IngressPortStatus] = ()


class IngressLoadBalancerStatus(Model):
    """IngressLoadBalancerStatus represents the status of a load-balancer."""

    ingress: Sequence[IngressLoadBalancerIngress] = ()


class IngressRule(Model):
    """IngressRule represents the rules mapping the paths under a specified host to the related ..."""

    host: str | None = None
    http: HTTPIngressRuleValue | None = None


class IngressTLS(Model):
    """IngressTLS describes the transport layer security associated with an ingress."""

    hosts: Sequence[str] = ()
    secret_name: str | None = None


class IngressSpec(Spec):
    """IngressSpec describes the Ingress the user wishes to exist."""

    default_backend: IngressBackend | None = None
    ingress_class_name: str | None = None
    rules: Sequence[IngressRule] = ()
    tls: Sequence[IngressTLS] = ()


class IngressStatus(Status):
    """IngressStatus describe the current state of the Ingress."""

    load_balancer: IngressLoadBalancerStatus = IngressLoadBalancerStatus()


class NetworkPolicyPeer(Model):
    """NetworkPolicyPeer describes a peer to allow traffic to/from."""

    ip_block: IPBlock | None = None
    namespace_selector: LabelSelector | None = None
    pod_selector: LabelSelector | None = None


class NetworkPolicyPort(Model):
    """NetworkPolicyPort describes a port to allow traffic on."""

    end_port: int | None = None
    port: int | str | None = None
    protocol: str | None = None


class NetworkPolicyEgressRule(Model):
    """NetworkPolicyEgressRule describes a particular set of traffic that is allowed out of pods ..."""

    ports: Sequence[NetworkPolicyPort] = ()
    to: Sequence[NetworkPolicyPeer] = ()


class NetworkPolicyIngressRule(Model):
    """NetworkPolicyIngressRule describes a particular set of traffic that is allowed to the pods ..."""

    from_: Sequence[NetworkPolicyPeer] = ()
    ports: Sequence[NetworkPolicyPort] = ()


class NetworkPolicySpec(Spec):
    """NetworkPolicySpec provides the specification of a NetworkPolicy."""

    egress: Sequence[NetworkPolicyEgressRule] = ()
    ingress: Sequence[NetworkPolicyIngressRule] = ()
    pod_selector: LabelSelector = LabelSelector()
    policy_types: Sequence[str] = ()


class ServiceCIDRSpec(Spec):
    """ServiceCIDRSpec define the CIDRs the user wants to use for allocating ClusterIPs for Services."""

    cidrs: Sequence[str] = ()


class ServiceCIDRStatus(Status):
    """ServiceCIDRStatus describes the current state of the ServiceCIDR."""


class IngressClass(
    Resource[IngressClassSpec, NoStatus],
    group="networking.k8s.io",
    version="v1",
    plural="ingressclasses",
    scope="Cluster",
    crd=False,
):
    """IngressClass represents the class of the Ingress, referenced by the Ingress Spec."""

    __slots__ = ()

    def __init__(
        self,
        name: str,
        *,
        spec: IngressClassSpec | None = None,
        fields: Mapping[str, Any] | None = None,
        **meta: Unpack[Given],
    ) -> None:
        Object.__init__(self, name, fields=stated(fields, {"spec": spec}), **meta)


class Ingress(
    Resource[IngressSpec, IngressStatus],
    group="networking.k8s.io",
    version="v1",
    plural="ingresses",
    crd=False,
):
    """Ingress is a collection of rules that allow inbound connections to reach the endpoints ..."""

    __slots__ = ()

    def __init__(
        self,
        name: str,
        *,
        spec: IngressSpec | None = None,
        status: IngressStatus | None = None,
        fields: Mapping[str, Any] | None = None,
        **meta: Unpack[Given],
    ) -> None:
        Object.__init__(self, name, fields=stated(fields, {"spec": spec, "status": status}), **meta)


class IPAddress(
    Resource[IPAddressSpec, NoStatus],
    group="networking.k8s.io",
    version="v1",
    plural="ipaddresses",
    scope="Cluster",
    crd=False,
):
    """IPAddress represents a single IP of a single IP Family."""

    __slots__ = ()

    def __init__(
        self,
        name: str,
        *,
        spec: IPAddressSpec | None = None,
        fields: Mapping[str, Any] | None = None,
        **meta: Unpack[Given],
    ) -> None:
        Object.__init__(self, name, fields=stated(fields, {"spec": spec}), **meta)


class NetworkPolicy(
    Resource[NetworkPolicySpec, NoStatus],
    group="networking.k8s.io",
    version="v1",
    plural="networkpolicies",
    crd=False,
):
    """NetworkPolicy describes what network traffic is allowed for a set of Pods."""

    __slots__ = ()

    def __init__(
        self,
        name: str,
        *,
        spec: NetworkPolicySpec | None = None,
        fields: Mapping[str, Any] | None = None,
        **meta: Unpack[Given],
    ) -> None:
        Object.__init__(self, name, fields=stated(fields, {"spec": spec}), **meta)


class ServiceCIDR(
    Resource[ServiceCIDRSpec, ServiceCIDRStatus],
    group="networking.k8s.io",
    version="v1",
    plural="servicecidrs",
    scope="Cluster",
    crd=False,
):
    """ServiceCIDR defines a range of IP addresses using CIDR format (e.g."""

    __slots__ = ()

    def __init__(
        self,
        name: str,
        *,
        spec: ServiceCIDRSpec | None = None,
        status: ServiceCIDRStatus | None = None,
        fields: Mapping[str, Any] | None = None,
        **meta: Unpack[Given],
    ) -> None:
        Object.__init__(self, name, fields=stated(fields, {"spec": spec, "status": status}), **meta)
