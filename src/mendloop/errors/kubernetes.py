"""Rules for answers of the Kubernetes API: the traps behind equal codes.

Structure is looked at before wording; where the API server sends no structure its fixed wording is all there
is. Source of the wordings: answers recorded from a kube-apiserver 1.36 (tests/vectors/api-errors).
"""

from __future__ import annotations

from typing import Final

from mendloop.errors.classes import Class
from mendloop.errors.conditions import (
    ABOUT_ANOTHER,
    FROM_API,
    HAS_CAUSES,
    HAS_DETAILS,
    HAS_RETRY_AFTER,
    about,
    begins,
    body,
    cause,
    cause_at,
    contains,
    ends,
    reason,
    status,
    statuses,
    to,
    verb,
)
from mendloop.errors.rules import Rule
from mendloop.errors.wordings import (
    A_FIELD_IS_WRONG,
    BAD_DIRECTIVE,
    IMMUTABLE,
    LACKS_RIGHT,
    MALFORMED,
    NAMES_AN_OBJECT,
    NAMESPACE_ENDS,
    NO_MERGE_KEY,
    NO_SERVICE_ACCOUNT,
    NOT_IN_SCHEMA,
    NOT_READY,
    OPTIONS,
    OTHER_UID,
    POLICY_DENIES,
    QUOTA,
    STILL_DELETING,
    TOO_LARGE,
    VERSION_MISUSED,
    WEBHOOK_DENIES,
    WEBHOOK_FAILED,
    field_in_front,
    field_in_message,
)

# Before admission, so that `explain` shows for a webhook's own wording why these did not fire (R05).
OBJECT: Final = (
    Rule(
        "k8s.being-deleted",
        status(422) & cause_at("metadata.finalizers") & contains("if the object is being deleted"),
        Class.GONE,
        "finalizers cannot be added any more: the object is going, the user's input is not to blame",
        "BeingDeleted",
    ),
    Rule(
        "k8s.uid-replaced",
        status(422) & cause_at("metadata.uid"),
        Class.GONE,
        "the object that was meant is gone, another one has its name",
        "Replaced",
    ),
    Rule(
        "k8s.immutable",
        status(422) & HAS_CAUSES & IMMUTABLE & ~WEBHOOK_DENIES,
        Class.INVALID,
        "the field cannot be changed on an object that exists",
        "Immutable",
    ),
)

ADMISSION: Final = (
    Rule(
        "k8s.webhook-throttled",
        status(429) & WEBHOOK_DENIES & HAS_RETRY_AFTER,
        Class.THROTTLED,
        "the webhook asks to come later, and says when",
        "WebhookThrottled",
    ),
    Rule(
        "k8s.webhook-denied",
        statuses(400, 599) & WEBHOOK_DENIES,
        Class.DENIED,
        "a webhook may deny with any code: the code is its author's choice, the denial is the fact",
        "WebhookDenied",
        field_in_message,
    ),
    Rule(
        "k8s.policy-denied",
        status(401, 403, 413, 422) & POLICY_DENIES,
        Class.DENIED,
        "an admission policy denies, with 422 Invalid too: the object is valid, it is not wanted",
        "PolicyDenied",
    ),
    Rule(
        "k8s.webhook-failed",
        status(500, 502, 503, 504) & WEBHOOK_FAILED,
        Class.TRANSIENT,
        "the webhook could not be asked; its owner brings it back, and we cannot tell when",
        "WebhookFailed",
    ),
    Rule(
        "k8s.conversion-failed",
        status(500) & begins("conversion webhook for "),
        Class.TRANSIENT,
        "the kind's conversion webhook is down or broken: only this kind is affected",
        "ConversionFailed",
    ),
)

FORBIDDEN: Final = (
    Rule(
        "k8s.namespace-terminating",
        status(403) & (cause("NamespaceTerminating") | NAMESPACE_ENDS),
        Class.WAITING,
        "nothing can be created in a namespace that goes away; its end, or its return, is what follows",
        "NamespaceTerminating",
    ),
    Rule(
        "k8s.crd-terminating",
        status(403, 405) & ends("while custom resource definition is terminating"),
        Class.WAITING,
        "the kind is being removed; it may come back",
        "KindTerminating",
    ),
    Rule(
        "k8s.admission-not-ready",
        status(403) & NOT_READY,
        Class.TRANSIENT,
        "a part of the server has not caught up yet, and refuses meanwhile",
        "AdmissionNotReady",
    ),
    Rule(
        "k8s.service-account-missing",
        status(403) & NO_SERVICE_ACCOUNT,
        Class.WAITING,
        "in a young namespace the service account comes a moment later",
        "ServiceAccountNotFound",
    ),
    Rule(
        "k8s.quota",
        status(403) & QUOTA,
        Class.DENIED,
        "a quota is used up: someone may raise it or free something",
        "QuotaExceeded",
    ),
    Rule(
        "k8s.rbac",
        status(403) & reason("Forbidden") & LACKS_RIGHT,
        Class.DENIED,
        "the operator lacks a right: someone may grant it",
        "RbacDenied",
    ),
    Rule(
        "k8s.unauthorized",
        status(401),
        Class.DENIED,
        "the credentials are not accepted; the transport has already tried fresh ones",
        "Unauthorized",
    ),
    Rule("k8s.forbidden", status(403), Class.DENIED, "admission or authorisation says no"),
)

NOT_FOUND: Final = (
    Rule(
        "k8s.namespace-missing",
        status(404) & reason("NotFound") & about("namespaces") & ABOUT_ANOTHER,
        Class.WAITING,
        "the namespace to write into is not there yet",
        "NamespaceNotFound",
    ),
    Rule(
        "k8s.reference-missing",
        status(404) & reason("NotFound") & ABOUT_ANOTHER,
        Class.WAITING,
        "not the object itself is missing but another one that it refers to",
        "DependencyNotFound",
    ),
    Rule(
        "k8s.not-found",
        status(404) & reason("NotFound") & (HAS_DETAILS | NAMES_AN_OBJECT),
        Class.GONE,
        "the server knows the kind and says that the object is not there",
    ),
    Rule(
        "k8s.not-installed",
        status(404) & FROM_API,
        Class.WAITING,
        "the server does not know the path: the kind is not installed, or not yet; no object is gone",
        "ResourceNotInstalled",
    ),
)

CONFLICTS: Final = (
    Rule(
        "k8s.uid-precondition",
        status(409) & OTHER_UID,
        Class.GONE,
        "the object that was meant is gone, another one has its name",
        "Replaced",
    ),
    Rule(
        "k8s.still-deleting",
        status(409) & STILL_DELETING,
        Class.WAITING,
        "the old object of this name has to go first",
        "BeingDeleted",
    ),
    Rule(
        "k8s.already-exists",
        status(409) & reason("AlreadyExists"),
        Class.CONFLICT,
        "somebody else was first: read what is there, and decide whether it is ours",
    ),
    Rule(
        "k8s.field-manager",
        status(409) & cause("FieldManagerConflict"),
        Class.CONFLICT,
        "another manager owns the field; applying again at once would only fight",
        "FieldManagerConflict",
    ),
    Rule(
        "k8s.patch-test",
        status(422)
        & verb("PATCH")
        & ~HAS_CAUSES
        & ~HAS_DETAILS
        & begins("the server rejected our request due to"),
        Class.CONFLICT,
        "an operation of a JSON patch did not apply: the object is not what the patch was made for",
        "PatchDidNotApply",
    ),
    Rule(
        "k8s.conflict",
        status(409) & FROM_API,
        Class.CONFLICT,
        "the object was changed meanwhile",
        "Conflict",
    ),
    Rule(
        "k8s.expired",
        status(410) & FROM_API,
        Class.CONFLICT,
        "the version or the continue token is too old: list again; no object is gone",
        "Expired",
    ),
)

LIMITS: Final = (
    Rule(
        "k8s.disruption-budget",
        status(429) & (cause("DisruptionBudget") | (to("eviction") & contains("disruption budget"))),
        Class.WAITING,
        "a budget says no, not an overloaded server: other pods have to become ready first",
        "DisruptionBudget",
    ),
    Rule(
        "k8s.two-budgets",
        status(500) & begins("This pod has more than one PodDisruptionBudget"),
        Class.PERMANENT,
        "until somebody removes one of the budgets the pod cannot be evicted",
        "TwoDisruptionBudgets",
    ),
    Rule(
        "k8s.storage-initializing",
        status(429) & begins("storage is (re)initializing"),
        Class.TRANSIENT,
        "the kind was created or changed a moment ago; no overload",
        "StorageInitializing",
    ),
    Rule(
        "k8s.too-large",
        status(500) & TOO_LARGE,
        Class.PERMANENT,
        "the object does not fit into storage, and will not by itself",
        "TooLarge",
    ),
)

REQUESTS: Final = (
    Rule(
        "k8s.request-options",
        status(422) & about(*OPTIONS),
        Class.INTERNAL,
        "a parameter of the request is wrong, not the object",
        "MalformedRequest",
    ),
    Rule(
        "k8s.version-missing",
        status(422) & cause_at("metadata.resourceVersion"),
        Class.INTERNAL,
        "an update has to say which version it was made for",
        "MalformedRequest",
    ),
    Rule(
        "k8s.malformed",
        status(400) & FROM_API & (verb("GET", "WATCH", "DELETE", "HEAD", "OPTIONS") | MALFORMED),
        Class.INTERNAL,
        "path, parameters or envelope of the request are wrong: the operator's doing, not the user's",
        "MalformedRequest",
    ),
    Rule(
        "k8s.version-misused",
        status(500) & VERSION_MISUSED,
        Class.INTERNAL,
        "a resourceVersion where none may be, or one that is no number",
        "MalformedRequest",
    ),
    Rule(
        "k8s.patch-directive",
        status(500) & BAD_DIRECTIVE,
        Class.INTERNAL,
        "a directive of the strategic merge patch makes no sense",
        "MalformedRequest",
    ),
)

WISHES: Final = (
    Rule(
        "k8s.merge-key-missing",
        status(500) & NO_MERGE_KEY,
        Class.INVALID,
        "an item of the list lacks the key by which items are told apart",
        "Invalid",
        field_in_message,
    ),
    Rule(
        "k8s.schema",
        status(500) & NOT_IN_SCHEMA,
        Class.INVALID,
        "server-side apply says with a 500 that the object does not fit the schema",
        "SchemaMismatch",
        field_in_message,
    ),
    Rule(
        "k8s.invalid-as-500",
        status(500) & reason("") & A_FIELD_IS_WRONG,
        Class.INVALID,
        "a validation error that the server wraps in a 500",
        "Invalid",
        field_in_front,
    ),
    Rule(
        "k8s.undecodable",
        status(400) & FROM_API & body("status", "truncated", "yaml"),
        Class.INVALID,
        "the content of the object cannot be read: a wrong type, quantity, time, or an unknown field",
        "BadRequest",
        field_in_message,
    ),
    Rule(
        "k8s.invalid",
        status(422) & FROM_API,
        Class.INVALID,
        "the object does not pass validation",
        "Invalid",
        field_in_message,
    ),
)

SERVER: Final = (
    Rule(
        "k8s.version-ahead",
        status(500, 504) & (cause("ResourceVersionTooLarge") | begins("Timeout: Too large resource version")),
        Class.TRANSIENT,
        "this server has not seen that version yet; it will soon, or another one has",
        "ResourceVersionTooLarge",
    ),
    Rule(
        "k8s.etcd-full",
        status(500) & begins("etcdserver: mvcc: database space exceeded"),
        Class.TRANSIENT,
        "storage is full until an administrator makes room; nobody's input is wrong",
        "StorageFull",
    ),
    Rule(
        "k8s.etcd",
        status(500, 503, 504) & begins("etcdserver: ", "raft: "),
        Class.TRANSIENT,
        "storage changes its leader or is slow; a write may have been done",
        "StorageUnavailable",
    ),
)

KUBERNETES: Final = (
    OBJECT + ADMISSION + FORBIDDEN + NOT_FOUND + CONFLICTS + LIMITS + REQUESTS + WISHES + SERVER
)
