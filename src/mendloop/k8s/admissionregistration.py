"""Read models of admissionregistration.k8s.io.

Made by scripts/generate_k8s.py from a kube-apiserver's OpenAPI; not edited by hand.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Unpack

from mendloop.k8s.base import NoSpec, Part, stated
from mendloop.k8s.core import LabelSelector
from mendloop.model.resource import Given, Object, Resource
from mendloop.model.types import Model, NoStatus, Spec, Status

__all__ = [
    "ApplyConfiguration",
    "AuditAnnotation",
    "ExpressionWarning",
    "JSONPatch",
    "MatchCondition",
    "MatchResources",
    "MutatingAdmissionPolicy",
    "MutatingAdmissionPolicyBinding",
    "MutatingAdmissionPolicyBindingSpec",
    "MutatingAdmissionPolicySpec",
    "MutatingWebhook",
    "MutatingWebhookConfiguration",
    "Mutation",
    "NamedRuleWithOperations",
    "ParamKind",
    "ParamRef",
    "RuleWithOperations",
    "ServiceReference",
    "TypeChecking",
    "ValidatingAdmissionPolicy",
    "ValidatingAdmissionPolicyBinding",
    "ValidatingAdmissionPolicyBindingSpec",
    "ValidatingAdmissionPolicySpec",
    "ValidatingAdmissionPolicyStatus",
    "ValidatingWebhook",
    "ValidatingWebhookConfiguration",
    "Validation",
    "Variable",
    "WebhookClientConfig",
]


class ApplyConfiguration(Model):
    """ApplyConfiguration defines the desired configuration values of an object."""

    expression: str | None = None


class AuditAnnotation(Model):
    """AuditAnnotation describes how to produce an audit annotation for an API request."""

    key: str = ""
    value_expression: str = ""


class ExpressionWarning(Model):
    """ExpressionWarning is a warning information that targets a specific expression."""

    field_ref: str = ""
    warning: str = ""


class JSONPatch(Model):
    """JSONPatch defines a JSON Patch."""

    expression: str | None = None


class MatchCondition(Model):
    """MatchCondition represents a condition which must by fulfilled for a request to be sent to a ..."""

    expression: str = ""
    name: str = ""


class NamedRuleWithOperations(Model):
    """NamedRuleWithOperations is a tuple of Operations and Resources with ResourceNames."""

    api_groups: Sequence[str] = ()
    api_versions: Sequence[str] = ()
    operations: Sequence[str] = ()
    resource_names: Sequence[str] = ()
    resources: Sequence[str] = ()
    scope: str | None = None


class MatchResources(Model):
    """MatchResources decides whether to run the admission control policy on an object based on ..."""

    exclude_resource_rules: Sequence[NamedRuleWithOperations] = ()
    match_policy: str | None = None
    namespace_selector: LabelSelector | None = None
    object_selector: LabelSelector | None = None
    resource_rules: Sequence[NamedRuleWithOperations] = ()


class ParamRef(Model):
    """ParamRef describes how to locate the params to be used as input to expressions of rules ..."""

    name: str | None = None
    namespace: str | None = None
    parameter_not_found_action: str | None = None
    selector: LabelSelector | None = None


class MutatingAdmissionPolicyBindingSpec(Spec):
    """MutatingAdmissionPolicyBindingSpec defines the specification of the ..."""

    match_resources: MatchResources | None = None
    param_ref: ParamRef | None = None
    policy_name: str | None = None


class Mutation(Model):
    """Mutation specifies the CEL expression which is used to apply the Mutation."""

    apply_configuration: ApplyConfiguration | None = None
    json_patch: JSONPatch | None = None
    patch_type: str = ""


class ParamKind(Model):
    """ParamKind is a tuple of Group Kind and Version."""

    api_version: str | None = None
    kind: str | None = None


class Variable(Model):
    """Variable is the definition of a variable that is used for composition."""

    expression: str = ""
    name: str = ""


class MutatingAdmissionPolicySpec(Spec):
    """MutatingAdmissionPolicySpec defines the desired behavior of the admission policy."""

    failure_policy: str | None = None
    match_conditions: Sequence[MatchCondition] = ()
    match_constraints: MatchResources | None = None
    mutations: Sequence[Mutation] = ()
    param_kind: ParamKind | None = None
    reinvocation_policy: str | None = None
    variables: Sequence[Variable] = ()


class RuleWithOperations(Model):
    """RuleWithOperations is a tuple of Operations and Resources."""

    api_groups: Sequence[str] = ()
    api_versions: Sequence[str] = ()
    operations: Sequence[str] = ()
    resources: Sequence[str] = ()
    scope: str | None = None


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


class MutatingWebhook(Model):
    """MutatingWebhook describes an admission webhook and the resources and operations it applies to."""

    admission_review_versions: Sequence[str] = ()
    client_config: WebhookClientConfig = WebhookClientConfig()
    failure_policy: str | None = None
    match_conditions: Sequence[MatchCondition] = ()
    match_policy: str | None = None
    name: str = ""
    namespace_selector: LabelSelector | None = None
    object_selector: LabelSelector | None = None
    reinvocation_policy: str | None = None
    rules: Sequence[RuleWithOperations] = ()
    side_effects: str | None = None
    timeout_seconds: int | None = None


class TypeChecking(Model):
    """TypeChecking contains results of type checking the expressions in the ..."""

    expression_warnings: Sequence[ExpressionWarning] = ()


class ValidatingAdmissionPolicyBindingSpec(Spec):
    """ValidatingAdmissionPolicyBindingSpec is the specification of the ..."""

    match_resources: MatchResources | None = None
    param_ref: ParamRef | None = None
    policy_name: str | None = None
    validation_actions: Sequence[str] = ()


class Validation(Model):
    """Validation specifies the CEL expression which is used to apply the validation."""

    expression: str = ""
    message: str | None = None
    message_expression: str | None = None
    reason: str | None = None


class ValidatingAdmissionPolicySpec(Spec):
    """ValidatingAdmissionPolicySpec is the specification of the desired behavior of the ..."""

    audit_annotations: Sequence[AuditAnnotation] = ()
    failure_policy: str | None = None
    match_conditions: Sequence[MatchCondition] = ()
    match_constraints: MatchResources | None = None
    param_kind: ParamKind | None = None
    validations: Sequence[Validation] = ()
    variables: Sequence[Variable] = ()


class ValidatingAdmissionPolicyStatus(Status):
    """ValidatingAdmissionPolicyStatus represents the status of an admission validation policy."""

    type_checking: TypeChecking | None = None


class ValidatingWebhook(Model):
    """ValidatingWebhook describes an admission webhook and the resources and operations it ..."""

    admission_review_versions: Sequence[str] = ()
    client_config: WebhookClientConfig = WebhookClientConfig()
    failure_policy: str | None = None
    match_conditions: Sequence[MatchCondition] = ()
    match_policy: str | None = None
    name: str = ""
    namespace_selector: LabelSelector | None = None
    object_selector: LabelSelector | None = None
    rules: Sequence[RuleWithOperations] = ()
    side_effects: str | None = None
    timeout_seconds: int | None = None


class MutatingAdmissionPolicy(
    Resource[MutatingAdmissionPolicySpec, NoStatus],
    group="admissionregistration.k8s.io",
    version="v1",
    plural="mutatingadmissionpolicies",
    scope="Cluster",
    crd=False,
):
    """MutatingAdmissionPolicy describes the definition of an admission mutation policy that ..."""

    __slots__ = ()

    def __init__(
        self,
        name: str,
        *,
        spec: MutatingAdmissionPolicySpec | None = None,
        fields: Mapping[str, Any] | None = None,
        **meta: Unpack[Given],
    ) -> None:
        Object.__init__(self, name, fields=stated(fields, {"spec": spec}), **meta)


class MutatingAdmissionPolicyBinding(
    Resource[MutatingAdmissionPolicyBindingSpec, NoStatus],
    group="admissionregistration.k8s.io",
    version="v1",
    plural="mutatingadmissionpolicybindings",
    scope="Cluster",
    crd=False,
):
    """MutatingAdmissionPolicyBinding binds the MutatingAdmissionPolicy with parametrized resources."""

    __slots__ = ()

    def __init__(
        self,
        name: str,
        *,
        spec: MutatingAdmissionPolicyBindingSpec | None = None,
        fields: Mapping[str, Any] | None = None,
        **meta: Unpack[Given],
    ) -> None:
        Object.__init__(self, name, fields=stated(fields, {"spec": spec}), **meta)


class MutatingWebhookConfiguration(
    Resource[NoSpec, NoStatus],
    group="admissionregistration.k8s.io",
    version="v1",
    plural="mutatingwebhookconfigurations",
    scope="Cluster",
    crd=False,
):
    """MutatingWebhookConfiguration describes the configuration of and admission webhook that ..."""

    __slots__ = ()
    webhooks: Part[Sequence[MutatingWebhook]] = Part(list[MutatingWebhook], "webhooks", list)

    def __init__(
        self,
        name: str,
        *,
        webhooks: Sequence[MutatingWebhook] | None = None,
        fields: Mapping[str, Any] | None = None,
        **meta: Unpack[Given],
    ) -> None:
        Object.__init__(self, name, fields=stated(fields, {"webhooks": webhooks}), **meta)


class ValidatingAdmissionPolicy(
    Resource[ValidatingAdmissionPolicySpec, ValidatingAdmissionPolicyStatus],
    group="admissionregistration.k8s.io",
    version="v1",
    plural="validatingadmissionpolicies",
    scope="Cluster",
    crd=False,
):
    """ValidatingAdmissionPolicy describes the definition of an admission validation policy that ..."""

    __slots__ = ()

    def __init__(
        self,
        name: str,
        *,
        spec: ValidatingAdmissionPolicySpec | None = None,
        status: ValidatingAdmissionPolicyStatus | None = None,
        fields: Mapping[str, Any] | None = None,
        **meta: Unpack[Given],
    ) -> None:
        Object.__init__(self, name, fields=stated(fields, {"spec": spec, "status": status}), **meta)


class ValidatingAdmissionPolicyBinding(
    Resource[ValidatingAdmissionPolicyBindingSpec, NoStatus],
    group="admissionregistration.k8s.io",
    version="v1",
    plural="validatingadmissionpolicybindings",
    scope="Cluster",
    crd=False,
):
    """ValidatingAdmissionPolicyBinding binds the ValidatingAdmissionPolicy with paramerized ..."""

    __slots__ = ()

    def __init__(
        self,
        name: str,
        *,
        spec: ValidatingAdmissionPolicyBindingSpec | None = None,
        fields: Mapping[str, Any] | None = None,
        **meta: Unpack[Given],
    ) -> None:
        Object.__init__(self, name, fields=stated(fields, {"spec": spec}), **meta)


class ValidatingWebhookConfiguration(
    Resource[NoSpec, NoStatus],
    group="admissionregistration.k8s.io",
    version="v1",
    plural="validatingwebhookconfigurations",
    scope="Cluster",
    crd=False,
):
    """ValidatingWebhookConfiguration describes the configuration of and admission webhook that ..."""

    __slots__ = ()
    webhooks: Part[Sequence[ValidatingWebhook]] = Part(list[ValidatingWebhook], "webhooks", list)

    def __init__(
        self,
        name: str,
        *,
        webhooks: Sequence[ValidatingWebhook] | None = None,
        fields: Mapping[str, Any] | None = None,
        **meta: Unpack[Given],
    ) -> None:
        Object.__init__(self, name, fields=stated(fields, {"webhooks": webhooks}), **meta)
