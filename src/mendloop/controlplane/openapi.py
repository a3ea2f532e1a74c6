"""OpenAPI v3: a real server's documents for built-in kinds, made ones for custom resources."""

from __future__ import annotations

import gzip
import hashlib
from functools import cache
from importlib.resources import files
from typing import Any

import msgspec

from mendloop.controlplane.answers import plain_text
from mendloop.controlplane.resources import Registry, Resource
from mendloop.controlplane.wire import JSON_HEADERS, Object, Response, json_response

_OBJECT_META = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"
_LIST_META = "io.k8s.apimachinery.pkg.apis.meta.v1.ListMeta"
_PATCH_TYPES = ("application/apply-patch+yaml", "application/json-patch+json", "application/merge-patch+json")
_QUERY = ("dryRun", "fieldManager", "fieldValidation")


class Documents:
    """The documents of one registry; those of custom groups are made again when the registry changes."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._made: dict[tuple[str, str], bytes] = {}
        self._made_at = -1

    def answer(self, parts: list[str]) -> Response:
        """The answer to a path below `/openapi/v3`."""
        if not parts:
            return json_response(200, {"paths": self._index()})
        group, version = self._place(parts)
        if not self._registry.serves(group, version):
            return Response(404, {}, b"")
        return Response(200, JSON_HEADERS, self.document(group, version))

    def _place(self, parts: list[str]) -> tuple[str, str]:
        match parts:
            case ["api", version]:
                return "", version
            case ["apis", group, version]:
                return group, version
        return "", ""

    def _index(self) -> Object:
        index: Object = {}
        for group, version in self._registry.versions():
            path = f"apis/{group}/{version}" if group else f"api/{version}"
            digest = hashlib.sha256(self.document(group, version)).hexdigest().upper()
            index[path] = {"serverRelativeURL": f"/openapi/v3/{path}?hash={digest}"}
        return index

    def document(self, group: str, version: str) -> bytes:
        """The whole document of a served group and version."""
        resources = list(self._registry.of(group, version))
        if not any(resource.custom is not None for resource in resources):
            return _bundled(group, version)
        if self._made_at != self._registry.generation:
            self._made.clear()
            self._made_at = self._registry.generation
        if (group, version) not in self._made:
            self._made[group, version] = msgspec.json.encode(_make(group, version, resources))
        return self._made[group, version]


@cache
def _bundled(group: str, version: str) -> bytes:
    name = f"{group or 'core'}_{version}.json.gz"
    packed = files("mendloop.controlplane") / "data" / "openapi" / name
    return gzip.decompress(packed.read_bytes())


@cache
def _meta_schemas() -> Object:
    """ObjectMeta and ListMeta with what they refer to, from the core document."""
    schemas = msgspec.json.decode(_bundled("", "v1"))["components"]["schemas"]
    needed = {
        name: schemas[name] for name in schemas if name.startswith("io.k8s.apimachinery.pkg.apis.meta.v1.")
    }
    wanted = ("ObjectMeta", "ListMeta", "OwnerReference", "ManagedFieldsEntry", "Time", "FieldsV1")
    return {name: schema for name, schema in needed.items() if name.rpartition(".")[2] in wanted}


def _make(group: str, version: str, resources: list[Resource]) -> Object:
    schemas: Object = dict(_meta_schemas())
    paths: Object = {}
    for resource in resources:
        schemas |= _schemas_of(resource)
        paths |= _paths_of(resource)
    info = {"title": "Kubernetes CRD Swagger", "version": "v0.1.0"}
    return {"openapi": "3.0.0", "info": info, "paths": paths, "components": {"schemas": schemas}}


def schema_name(resource: Resource) -> str:
    """The name of a kind's schema: the group's labels turned round, version, kind."""
    return ".".join([*reversed(resource.group.split(".")), resource.version, resource.kind])


def _ref(name: str) -> Object:
    return {"$ref": f"#/components/schemas/{name}"}


def _gvk(resource: Resource, kind: str = "") -> list[Object]:
    return [{"group": resource.group, "version": resource.version, "kind": kind or resource.kind}]


def _schemas_of(resource: Resource) -> Object:
    definition: Any = resource.custom or {}
    versions = definition["spec"]["versions"]
    version = next(each for each in versions if each["name"] == resource.version)
    stated = (version.get("schema") or {}).get("openAPIV3Schema") or {}
    schema = _published(stated, {"type": "object"})
    about = {"type": "string"}
    properties = {**schema.get("properties", {}), "apiVersion": about, "kind": about}
    # A property that refers elsewhere may say nothing beside the reference, so that is wrapped.
    properties["metadata"] = {"allOf": [_ref(_OBJECT_META)], "default": {}}
    schema |= {"properties": properties, "x-kubernetes-group-version-kind": _gvk(resource)}
    name = schema_name(resource)
    items = {"type": "array", "items": {"allOf": [_ref(name)], "default": {}}}
    listed = {
        "type": "object",
        "required": ["items"],
        "properties": {"apiVersion": about, "kind": about, "metadata": _ref(_LIST_META), "items": items},
        "x-kubernetes-group-version-kind": _gvk(resource, resource.list_kind),
    }
    return {name: schema, f"{name.removesuffix(resource.kind)}{resource.list_kind}": listed}


def _published(stated: Object, otherwise: Object) -> Object:
    return dict(stated) if stated else dict(otherwise)


def _paths_of(resource: Resource) -> Object:
    root = f"/apis/{resource.group}/{resource.version}"
    scope = "/namespaces/{namespace}" if resource.namespaced else ""
    collection = f"{root}{scope}/{resource.plural}"
    paths: Object = {
        collection: {
            "get": _operation(resource, "list", resource.list_kind),
            "post": _operation(resource, "post"),
            "delete": _operation(resource, "deletecollection"),
        },
        f"{collection}/{{name}}": _object_operations(resource, delete=True),
    }
    if resource.namespaced:
        paths[f"{root}/{resource.plural}"] = {"get": _operation(resource, "list", resource.list_kind)}
    for subresource in sorted(resource.subresources):
        paths[f"{collection}/{{name}}/{subresource}"] = _object_operations(resource, delete=False)
    return paths


def _object_operations(resource: Resource, *, delete: bool) -> Object:
    operations = {
        "get": _operation(resource, "get"),
        "put": _operation(resource, "put"),
        "patch": _operation(resource, "patch"),
    }
    return {**operations, "delete": _operation(resource, "delete")} if delete else operations


def _operation(resource: Resource, action: str, kind: str = "") -> Object:
    name = schema_name(resource)
    answered = f"{name.removesuffix(resource.kind)}{kind}" if kind else name
    ok = {"description": "OK", "content": {"application/json": {"schema": _ref(answered)}}}
    operation: Object = {
        "x-kubernetes-action": action,
        "x-kubernetes-group-version-kind": _gvk(resource)[0],
        "responses": {"200": ok},
    }
    if action in ("post", "put", "patch"):
        text = {"type": "string", "uniqueItems": True}
        operation["parameters"] = [{"name": each, "in": "query", "schema": text} for each in _QUERY]
        types = _PATCH_TYPES if action == "patch" else ("application/json", "application/yaml")
        body = _ref("io.k8s.apimachinery.pkg.apis.meta.v1.Patch") if action == "patch" else _ref(name)
        if action == "patch":
            body = {"type": "object"}
        operation["requestBody"] = {"content": {each: {"schema": body} for each in types}}
    return operation


def no_v2() -> Response:
    """`/openapi/v2` is not served: v3 says the same, and current clients ask for that first."""
    return plain_text(404, "404 page not found\n")
