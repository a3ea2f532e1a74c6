"""Questions about rights: what the authoriser says, for one's own user or for another."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mendloop.controlplane.answers import Refusal, invalid, method_not_allowed
from mendloop.controlplane.bodies import parse_object
from mendloop.controlplane.causes import Cause
from mendloop.controlplane.causes import invalid as invalid_value
from mendloop.controlplane.resources import Resource
from mendloop.controlplane.routes import Target
from mendloop.controlplane.wire import Asked, Object, Response, User, json_response
from mendloop.controlplane.world import World

GROUP, AUTHENTICATION = "authorization.k8s.io", "authentication.k8s.io"
_KINDS = {
    (GROUP, "selfsubjectaccessreviews"): "SelfSubjectAccessReview",
    (GROUP, "subjectaccessreviews"): "SubjectAccessReview",
    (GROUP, "localsubjectaccessreviews"): "LocalSubjectAccessReview",
    (GROUP, "selfsubjectrulesreviews"): "SelfSubjectRulesReview",
    (AUTHENTICATION, "selfsubjectreviews"): "SelfSubjectReview",
}


def is_review(target: Target) -> bool:
    return (target.group, target.plural) in _KINDS and target.version == "v1" and not target.name


def answer(world: World, request: Asked, user: User, target: Target) -> Response:
    """The review with its status. Errors: `Refusal` 400, 405, 415, 422."""
    if request.method != "POST":
        raise method_not_allowed()
    kind = _KINDS[target.group, target.plural]
    resource = Resource(
        group=target.group, version="v1", kind=kind, plural=target.plural, singular=kind.lower()
    )
    review = parse_object(request.body or b"", request.headers, resource)
    head: Object = {"kind": kind, "apiVersion": f"{target.group}/v1", "metadata": {}}
    spec: Object = review.get("spec") or {}
    status = _ANSWERS[kind](world, user, spec)
    # The reviews of oneself that carry no question show none.
    return json_response(
        201, {**head, **({"spec": spec} if kind != "SelfSubjectReview" else {}), "status": status}
    )


def _own_access(world: World, user: User, spec: Object) -> Object:
    asked = spec.get("resourceAttributes")
    if bool(asked) == bool(spec.get("nonResourceAttributes")):
        raise _one_of()
    return {"allowed": asked is None or _allowed(world, user, asked)}


def _access(world: World, user: User, spec: Object) -> Object:
    groups = tuple(spec.get("groups") or ())
    return _own_access(world, User(spec.get("user", ""), spec.get("uid", ""), groups), spec)


def _allowed(world: World, user: User, asked: dict[str, Any]) -> bool:
    plural = asked.get("resource", "")
    if asked.get("subresource"):
        plural = f"{plural}/{asked['subresource']}"
    group, namespace, name = (asked.get(key, "") for key in ("group", "namespace", "name"))
    return world.authorize(user, asked.get("verb", ""), group, plural, namespace, name)


def _one_of() -> Refusal:
    why = "exactly one of nonResourceAttributes or resourceAttributes must be specified"
    cause: Cause = invalid_value("spec.resourceAttributes", None, why)
    return invalid(GROUP, "", "", [cause])


def _rules(world: World, user: User, spec: Object) -> Object:
    """A callable cannot be listed, so the rules are told as far as one can: everything, and incomplete."""
    everything = {"verbs": ["*"], "apiGroups": ["*"], "resources": ["*"]}
    return {
        "resourceRules": [everything],
        "nonResourceRules": [{"verbs": ["*"], "nonResourceURLs": ["*"]}],
        "incomplete": True,
        "evaluationError": "the embedded control plane does not evaluate RBAC",
    }


def _oneself(world: World, user: User, spec: Object) -> Object:
    return {"userInfo": {"username": user.name, "uid": user.uid, "groups": list(user.groups)}}


_ANSWERS: dict[str, Callable[[World, User, Object], Object]] = {
    "SelfSubjectAccessReview": _own_access,
    "SubjectAccessReview": _access,
    "LocalSubjectAccessReview": _access,
    "SelfSubjectRulesReview": _rules,
    "SelfSubjectReview": _oneself,
}
