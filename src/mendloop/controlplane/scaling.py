"""The scale subresource: replicas of anything through one small object."""

from __future__ import annotations

from typing import Any

import msgspec

from mendloop.controlplane.answers import Refusal, bad_request, invalid, not_found
from mendloop.controlplane.bodies import media_type, parse_object
from mendloop.controlplane.causes import invalid as invalid_value
from mendloop.controlplane.patching import patched
from mendloop.controlplane.resources import ScalePaths, dig
from mendloop.controlplane.store import Stored
from mendloop.controlplane.wire import Object, Response, json_response
from mendloop.controlplane.world import Context
from mendloop.controlplane.writing import check_name, check_options, check_revision, replace

_KEPT = ("name", "namespace", "uid", "resourceVersion", "creationTimestamp")


def get_scale(context: Context) -> Response:
    return json_response(200, scale_of(context, _live(context)))


def _live(context: Context) -> Object:
    live = context.live()
    if live is None:
        raise not_found(context.resource.group, context.resource.plural, context.call.target.name)
    return live


def _paths(context: Context) -> ScalePaths:
    return context.resource.scale_paths or ScalePaths()


def scale_of(context: Context, live: Object) -> Object:
    """The Scale object of `live`."""
    paths = _paths(context)
    metadata = {name: live["metadata"][name] for name in _KEPT if name in live["metadata"]}
    status: Object = {"replicas": dig(live, paths.status) or 0}
    selector = dig(live, paths.selector) if paths.selector else _selector_text(dig(live, "spec.selector"))
    if selector:
        status["selector"] = selector
    replicas = dig(live, paths.spec)
    spec = {"replicas": replicas} if replicas else {}
    return {
        "kind": "Scale",
        "apiVersion": "autoscaling/v1",
        "metadata": metadata,
        "spec": spec,
        "status": status,
    }


def _selector_text(selector: Any) -> str:
    """A label selector as the text that `kubectl` and the autoscaler send back."""
    if not isinstance(selector, dict):
        return ""
    labels = selector.get("matchLabels", {} if "matchExpressions" in selector else selector)
    terms = [f"{key}={value}" for key, value in labels.items()]
    for each in selector.get("matchExpressions") or []:
        operator, values = each["operator"], ",".join(sorted(each.get("values") or []))
        terms.append(
            {"Exists": each["key"], "DoesNotExist": f"!{each['key']}"}.get(
                operator, f"{each['key']} {operator.lower()} ({values})"
            )
        )
    return ",".join(sorted(terms))


def update_scale(context: Context) -> Response:
    """Sets the replicas by a whole Scale. Errors: `Refusal` 400, 404, 409, 422."""
    check_options("UpdateOptions", context.call.query)
    live = _live(context)
    scale = parse_object(context.call.body, context.call.headers, context.resource, "Scale")
    if scale.get("kind", "Scale") != "Scale":
        kind, version = scale["kind"], str(scale.get("apiVersion", "")).rpartition("/")[2]
        raise bad_request(
            f'{kind} in version "{version}" cannot be handled as a Scale: converting '
            f"({version}.{kind}) to (autoscaling.Scale): unknown conversion"
        )
    return _set(context, live, scale)


def patch_scale(context: Context) -> Response:
    """Sets the replicas by a patch of the Scale. Errors: `Refusal` 400, 404, 409, 415, 422."""
    check_options("PatchOptions", context.call.query)
    live = _live(context)
    media = media_type(context.call.headers)
    if media not in ("application/merge-patch+json", "application/json-patch+json"):
        if media != "application/strategic-merge-patch+json":
            raise bad_request(f"the scale subresource takes no {media or 'untyped'} patches here")
        media = "application/merge-patch+json"  # a Scale has no lists, so both formats mean the same
    return _set(context, live, patched(context, scale_of(context, live), media))


def _set(context: Context, live: Object, scale: Object) -> Response:
    check_name(context, scale.setdefault("metadata", {}), required=True)
    if scale["metadata"].get("resourceVersion"):
        check_revision(context, scale, live)
    replicas = (scale.get("spec") or {}).get("replicas", 0)
    _check(context, scale, replicas)
    new = msgspec.json.decode(msgspec.json.encode(live))
    holder, _, leaf = _paths(context).spec.rpartition(".")
    node = new
    for key in holder.split("."):
        node = node.setdefault(key, {})
    node[leaf] = replicas
    stored: Stored = replace(context, live, new)
    return json_response(200, scale_of(context, stored.object()))


def _check(context: Context, scale: Object, replicas: Any) -> None:
    if isinstance(replicas, bool) or not isinstance(replicas, int):
        text = msgspec.json.encode(scale).decode()
        why = f"json: cannot unmarshal {type(replicas).__name__} into Go struct field ScaleSpec.spec.replicas"
        raise invalid("", "", "", [invalid_value("patch", text, f"{why} of type int32")])
    if replicas < 0:
        raise _negative(context, replicas)


def _negative(context: Context, replicas: int) -> Refusal:
    why = "must be greater than or equal to 0"
    cause = invalid_value("spec.replicas", replicas, why)
    return invalid("autoscaling", "Scale", context.call.target.name, [cause])
