"""The CustomResourceDefinition of a resource, from its types."""

from __future__ import annotations

import inspect
from typing import Any

from mendloop.model.resource import AnyResource, Definition, Scale
from mendloop.model.structural import Node, Unstructural, schema_of

_TIME: Node = {"type": "string", "format": "date-time"}
_COUNT: Node = {"type": "integer", "format": "int64"}
CONDITIONS: Node = {
    "type": "array",
    "x-kubernetes-list-type": "map",
    "x-kubernetes-list-map-keys": ["type"],
    "items": {
        "type": "object",
        "required": ["type", "status"],
        "properties": {
            "type": {"type": "string", "maxLength": 316},
            "status": {"type": "string", "enum": ["True", "False", "Unknown"]},
            "reason": {"type": "string", "maxLength": 1024},
            "message": {"type": "string", "maxLength": 32768},
            "lastTransitionTime": _TIME,
            "observedGeneration": _COUNT,
        },
    },
}
"""`metav1.Condition` with its limits, a list-map by type."""

_READY = '.status.conditions[?(@.type=="Ready")].status'
_COLUMN_TYPES = {"integer": "integer", "number": "number", "boolean": "boolean"}


def crd(resource: type[AnyResource]) -> dict[str, Any]:
    """The CustomResourceDefinition of a resource's class, as the API server wants it.

    Errors: `Unstructural`, naming class and field, for a type that no structural schema can say, and for
    a column or a scale path that leads nowhere.
    """
    kind, definition = resource.KIND, resource.DEFINITION
    if not definition.ours:
        raise Unstructural(f"{kind.kind} is not ours to define (crd=False)")
    schema = _schema(resource)
    names: dict[str, Any] = {
        "plural": kind.plural,
        "singular": kind.kind.lower(),
        "kind": kind.kind,
        "listKind": f"{kind.kind}List",
    }
    if definition.short_names:
        names["shortNames"] = list(definition.short_names)
    version = {
        "name": kind.version,
        "served": True,
        "storage": True,
        "schema": {"openAPIV3Schema": schema},
        "subresources": _subresources(definition, schema, kind.kind),
        "additionalPrinterColumns": _columns(definition, schema, kind.kind),
    }
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{kind.plural}.{kind.group}"},
        "spec": {
            "group": kind.group,
            "names": names,
            "scope": "Namespaced" if kind.namespaced else "Cluster",
            "versions": [version],
        },
    }


def _schema(resource: type[AnyResource]) -> Node:
    spec = schema_of(resource.SPEC)
    status = schema_of(resource.STATUS, defaults=False)
    fields = {**status["properties"], "conditions": CONDITIONS, "observedGeneration": _COUNT}
    text = inspect.cleandoc(resource.__dict__.get("__doc__") or "")
    return {
        "type": "object",
        **({"description": text} if text else {}),
        "properties": {
            "apiVersion": {"type": "string"},
            "kind": {"type": "string"},
            "metadata": {"type": "object"},
            "spec": spec,
            "status": {**status, "properties": fields},
        },
        **({"required": ["spec"]} if "required" in spec else {}),
    }


def _subresources(definition: Definition, schema: Node, kind: str) -> Node:
    subresources: Node = {"status": {}}
    if definition.scale is not None:
        subresources["scale"] = _scale(definition.scale, schema, kind)
    return subresources


def _scale(scale: Scale, schema: Node, kind: str) -> Node:
    paths = {"specReplicasPath": scale.spec, "statusReplicasPath": scale.status}
    if scale.selector:
        paths["labelSelectorPath"] = scale.selector
    for path in paths.values():
        _at(schema, path, f"scale of {kind}")
    return {keyword: f".{path}" for keyword, path in paths.items()}


def _columns(definition: Definition, schema: Node, kind: str) -> list[Node]:
    """Ready first, then the user's, then Age, as kubectl's users expect them."""
    users = [
        {
            "name": title,
            "type": _column_type(_at(schema, path, f"column {title!r} of {kind}")),
            "jsonPath": f".{path}",
        }
        for title, path in definition.columns.items()
    ]
    return [
        {"name": "Ready", "type": "string", "jsonPath": _READY},
        *users,
        {"name": "Age", "type": "date", "jsonPath": ".metadata.creationTimestamp"},
    ]


def _column_type(node: Node) -> str:
    if node.get("format") == "date-time":
        return "date"
    return _COLUMN_TYPES.get(node.get("type", ""), "string")


def _at(schema: Node, path: str, what: str) -> Node:
    """The schema at a dotted path. Errors: `Unstructural` where it leads nowhere."""
    node = schema
    for name in path.split("."):
        inner = node.get("properties", {}).get(name)
        if inner is None:
            if path.startswith("metadata."):
                return {}
            raise Unstructural(f"{what}: there is no field {path!r} (names are as on the wire)")
        node = inner
    return node
