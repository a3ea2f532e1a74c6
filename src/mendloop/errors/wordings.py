"""Fixed wordings of the Kubernetes API server, which rules need where it sends no structure.

Read off answers recorded from a kube-apiserver 1.36 (tests/vectors/api-errors).
"""

from __future__ import annotations

from typing import Final

from mendloop.errors.conditions import begins, contains, ends, says
from mendloop.errors.facts import Facts

_REFUSES: Final = r'(\S+ ("[^"]*" )?is )?forbidden: '

WEBHOOK_DENIES: Final = says(r'admission webhook "[^"]+" denied the request')
WEBHOOK_FAILED: Final = begins('Internal error occurred: failed calling webhook "')
POLICY_DENIES: Final = says(
    rf"({_REFUSES})?(ValidatingAdmissionPolicy|policy) '[^']+' with binding '[^']+' denied request"
)
NAMESPACE_ENDS: Final = ends("because it is being terminated")
NOT_READY: Final = says(rf"{_REFUSES}(not yet ready to handle request|status unknown for quota)")
NO_SERVICE_ACCOUNT: Final = says(rf"{_REFUSES}(error looking up service account|no API token found)")
QUOTA: Final = says(rf"{_REFUSES}(exceeded quota|failed quota|insufficient quota)")
LACKS_RIGHT: Final = says(rf'{_REFUSES}User "[^"]*" cannot ')
OTHER_UID: Final = contains(
    "UID in precondition", "UID in the precondition", "UID in the bound object reference", "uid mismatch"
)
STILL_DELETING: Final = begins("object is being deleted: ") | contains(
    "ensuring all content is removed from this namespace"
)
TOO_LARGE: Final = begins("etcdserver: request is too large") | contains(
    "trying to send message larger than max"
)
NAMES_AN_OBJECT: Final = says(r'\S+ "[^"]+" not found$')
IMMUTABLE: Final = contains(
    "field is immutable",
    "is immutable after creation",
    "spec for fields other than",
    "updates may not change fields other than",
    "may not change once set",
    "cannot be changed after creation",
    "cannot change roleRef",
)
MALFORMED: Final = (
    begins(
        "the object provided is unrecognized",
        "the API version in the data",
        "the name of the object",
        "the name of the provided object",
        "the namespace of the object",
        "the namespace of the provided object",
        "error decoding patch",
        "error decoding YAML",
        "invalid object type: ",
        "metadata.managedFields must be nil",
        "invalid timeout specified",
        "invalid continue token",
        "invalid resource version",
        "invalid selector",
        "unable to parse requirement",
        "field label not supported",
        "Upgrade request required",
        "strconv.",
    )
    | contains(
        " is registered for version ",
        " without impersonating ",
        "is not a known field selector",
        "name in URL does not match",
    )
    | ends(": unknown conversion")
)
VERSION_MISUSED: Final = begins(
    "resourceVersion should not be set", "resourceVersion: Invalid value", "invalid resource version"
) | contains("resource version: Invalid value")
BAD_DIRECTIVE: Final = begins("unknown patch type: ", "invalid patch directive", "The order in patch list")
NO_MERGE_KEY: Final = contains("does not contain declared merge key: ")
NOT_IN_SCHEMA: Final = begins("failed to create typed ") | ends("field not declared in schema")
A_FIELD_IS_WRONG: Final = says(r"[a-z][\w.\[\]]*: (Invalid|Unsupported|Required|Duplicate) value")

# Kinds in whose name the server complains about parameters of the request.
OPTIONS: Final = (
    "CreateOptions",
    "UpdateOptions",
    "PatchOptions",
    "DeleteOptions",
    "GetOptions",
    "ListOptions",
    "TableOptions",
    "PodLogOptions",
    "PodExecOptions",
    "PodAttachOptions",
    "PodPortForwardOptions",
)

# Where a message names a field that no cause names: what stands before the field's path, and after it.
_FIELD_BETWEEN: Final = (
    ('unknown field "', '"'),
    ('duplicate field "', '"'),
    ("Go struct field ", " of type "),
    (
        "): .",
        ": ",
    ),  # failed to create typed patch object (/d1; apps/v1, Kind=Deployment): .spec.foo: field ...
    ("may not change these fields: ", ","),
)


def field_in_message(facts: Facts) -> str:
    """The field's path where only the message has it: decoding errors, server-side apply, some webhooks."""
    stated = facts.field
    if stated and stated != "patch":
        return stated
    for before, after in _FIELD_BETWEEN:
        at = facts.message.find(before)
        if at >= 0:
            found = facts.message[at + len(before) :].partition(after)[0].strip()
            # Go names the struct first: `DeploymentSpec.spec.replicas`.
            return found.partition(".")[2] if before.startswith("Go struct") else found
    return stated


def field_in_front(facts: Facts) -> str:
    """The field's path where the message begins with it, as in `target.kind: Unsupported value`."""
    return facts.message.partition(":")[0]
