"""What can be done to a pod besides changing it: binding it to a node, evicting it."""

from __future__ import annotations

from typing import Any

import msgspec

from mendloop.controlplane.answers import Refusal, conflict, internal, not_found
from mendloop.controlplane.bodies import parse_object
from mendloop.controlplane.deleting import DeleteOptions, remove
from mendloop.controlplane.resources import dig
from mendloop.controlplane.selectors import parse_labels
from mendloop.controlplane.wire import Object, Response, json_response
from mendloop.controlplane.world import Context

_SUCCESS: Object = {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success", "code": 201}
_BLOCKED = "Cannot evict pod as it would violate the pod's disruption budget."


def _pod(context: Context) -> Object:
    live = context.live()
    if live is None:
        raise not_found("", "pods", context.call.target.name)
    return live


def bind(context: Context) -> Response:
    """Gives a pod its node, as a scheduler does. Errors: `Refusal` 404, 409, 500."""
    binding = parse_object(context.call.body, context.call.headers, context.resource, "Binding")
    pod, name = _pod(context), context.call.target.name
    target = binding.get("target") or {}
    if target.get("kind") not in (None, "", "Node"):
        kind = target["kind"]
        raise internal(f'target.kind: Unsupported value: "{kind}": supported values: "Node", "<empty>"')
    if node := dig(pod, "spec.nodeName"):
        raise conflict("", "pods/binding", name, f'pod {name} is already assigned to node "{node}"')
    if dig(pod, "spec.schedulingGates"):
        raise conflict("", "pods/binding", name, f"pod {name} has non-empty .spec.schedulingGates")
    pod["spec"]["nodeName"] = target.get("name", "")
    scheduled = {"type": "PodScheduled", "status": "True", "lastProbeTime": None}
    conditions = [each for each in dig(pod, "status.conditions") or [] if each["type"] != "PodScheduled"]
    status = pod.setdefault("status", {})
    status["conditions"] = [*conditions, {**scheduled, "lastTransitionTime": context.world.timestamp()}]
    if not context.call.dry_run:
        context.world.store.put(context.collection, pod)
    return json_response(201, _SUCCESS)


def evict(context: Context) -> Response:
    """Deletes a pod where no disruption budget forbids it (APIFACTS 29).

    Errors: `Refusal` 404, 409, 429, and 500 where two budgets claim the pod.
    """
    eviction = parse_object(context.call.body, context.call.headers, context.resource, "Eviction")
    pod = _pod(context)
    stated: dict[str, Any] = eviction.get("deleteOptions") or {}
    uid = (stated.get("preconditions") or {}).get("uid")
    options = DeleteOptions(
        uid=uid,
        revision=(stated.get("preconditions") or {}).get("resourceVersion"),
        policy=stated.get("propagationPolicy"),
        grace_s=stated.get("gracePeriodSeconds"),
    )
    if dig(pod, "status.phase") not in ("Pending", "Succeeded", "Failed"):
        _ask_budgets(context, pod)
    stored = context.collection.get(context.call.target.namespace, context.call.target.name)
    if stored is not None and not context.call.dry_run:
        remove(context, stored, options)
    return json_response(201, _SUCCESS)


def _ask_budgets(context: Context, pod: Object) -> None:
    """Takes one disruption from the pod's budget, if it has one."""
    budgets = context.world.store.collection("policy", "poddisruptionbudgets")
    found = [
        stored
        for stored in budgets.now(context.call.target.namespace)
        if _selects(stored.object(), pod["metadata"].get("labels") or {})
    ]
    if len(found) > 1:
        raise internal(
            "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support."
        )
    if not found or context.call.dry_run:
        return
    budget = found[0].object()
    status = budget.get("status") or {}
    if status.get("observedGeneration", 0) < budget["metadata"].get("generation", 0):
        name = budget["metadata"]["name"]
        why = f"The disruption budget {name} is still being processed by the server."
        raise _blocked(why, 10)
    if status.get("disruptionsAllowed", 0) <= 0:
        needs, has = status.get("desiredHealthy", 0), status.get("currentHealthy", 0)
        name = budget["metadata"]["name"]
        raise _blocked(f"The disruption budget {name} needs {needs} healthy pods and has {has} currently", 0)
    status["disruptionsAllowed"] -= 1
    status.setdefault("disruptedPods", {})[pod["metadata"]["name"]] = context.world.timestamp()
    context.world.store.put(budgets, budget)


def _selects(budget: Object, labels: dict[str, str]) -> bool:
    selector = dig(budget, "spec.selector") or {}
    terms = [f"{key}={value}" for key, value in (selector.get("matchLabels") or {}).items()]
    for each in selector.get("matchExpressions") or []:
        operator, values = each["operator"], ",".join(each.get("values") or [])
        known = {"Exists": each["key"], "DoesNotExist": f"!{each['key']}"}
        terms.append(known.get(operator, f"{each['key']} {operator.lower()} ({values})"))
    return all(requirement.matches(labels) for requirement in parse_labels(",".join(terms)))


def _blocked(why: str, retry_after_s: int) -> Refusal:
    details: dict[str, Any] = {"causes": [{"reason": "DisruptionBudget", "message": why}]}
    if retry_after_s:
        details["retryAfterSeconds"] = retry_after_s
    headers = {"retry-after": str(retry_after_s)} if retry_after_s else None
    return Refusal(429, "TooManyRequests", _BLOCKED, msgspec.to_builtins(details), headers=headers)
