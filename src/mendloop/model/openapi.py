"""The shape of a kind: what its fields are, how its lists merge, what the server fills in.

A `Schema` is one node of an OpenAPI v3 document as a kube-apiserver serves it, or of a CRD's structural
schema. Nodes are made when they are first asked for, since some kinds contain themselves (`JSONSchemaProps`)
and no process needs all of them.

Source: kube-openapi's extensions (`x-kubernetes-*`); KEP-2896 (OpenAPI v3); KEP-555 (server-side apply).
"""

from __future__ import annotations

import gzip
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any, Literal, TypeAlias

import msgspec
from msgspec import UNSET, structs

from mendloop.model import fieldpath

Node: TypeAlias = Mapping[str, Any]
ListType: TypeAlias = Literal["atomic", "set", "map"]

_ITEMS, _ADDITIONAL = 0, 1
_REF = "#/components/schemas/"
# Definitions generated from Go types: there a field with `omitempty` cannot tell its zero from absence.
# A custom resource of a group below k8s.io is named alike (`io.k8s.networking.gateway.v1`), hence the list.
_TYPED = (
    "io.k8s.api.",
    "io.k8s.apimachinery.",
    "io.k8s.apiextensions-apiserver.",
    "io.k8s.kube-aggregator.",
)
# controller-gen writes quantities as int-or-string with this pattern and nothing else to know them by.
_QUANTITY_PATTERN_HEAD = r"^(\+|-)?(([0-9]+(\.[0-9]*)?)|(\.[0-9]+))(([KMGTPE]i)|"
_EXTRAS = ("default", "nullable", "description")


class _Document:
    """Named definitions and the nodes already made of them."""

    __slots__ = ("made", "schemas")

    def __init__(self, schemas: Mapping[str, Node]) -> None:
        self.schemas = schemas
        self.made: dict[str, Schema] = {}

    def named(self, name: str) -> Schema:
        found = self.made.get(name)
        if found is None:
            if name not in self.schemas:
                raise KeyError(f"the document has no schema {name!r}")
            found = self.made[name] = _make(self, self.schemas[name], name)
        return found


class Schema(msgspec.Struct, frozen=True, eq=False, kw_only=True):
    """One node of a kind's schema; immutable, children are made on demand.

    `default` is `msgspec.UNSET` where there is none. `list_type` already knows the older way to say it
    (patch strategy and merge key). `typed` nodes come from Go types, where zero and absent are one.
    `pointers` are the fields of a typed struct whose zero is stored all the same, being pointers in Go.
    `raw` is the node as it was read, with any `$ref` resolved, for validation keywords.
    `compiled` is room for what other rooms derive from the node, so that it lives as long as the node.
    """

    type: str | None = None
    format: str | None = None
    required: frozenset[str] = frozenset()
    default: Any = UNSET
    nullable: bool = False
    enum: tuple[Any, ...] | None = None
    list_type: ListType | None = None
    map_keys: tuple[str, ...] = ()
    map_type: Literal["atomic", "granular"] | None = None
    merge_key: str | None = None
    patch_strategy: tuple[str, ...] = ()
    int_or_string: bool = False
    quantity: bool = False
    micro_time: bool = False
    preserve_unknown: bool = False
    embedded: bool = False
    typed: bool = False
    name: str = ""
    names: frozenset[str] = frozenset()
    pointers: frozenset[str] = frozenset()
    compiled: dict[str, Any] = {}
    raw: Node
    _document: _Document
    _children: dict[str | int, Schema | None]

    @classmethod
    def from_openapi(cls, document: Node, ref_or_schema: str | Node) -> Schema:
        """The node named or given, references resolved against `document`.

        `document` is a whole OpenAPI v3 document or a mapping of names to schemas; a name may be bare or a
        `#/components/schemas/` reference. Raises KeyError for a name that is not there.
        """
        inner = _Document(_components(document))
        if isinstance(ref_or_schema, str):
            return inner.named(ref_or_schema.removeprefix(_REF))
        return _resolve(inner, ref_or_schema, "", typed=False)

    @classmethod
    def from_crd(cls, structural: Node) -> Schema:
        """The root of a custom resource from a version's `openAPIV3Schema`, with real metadata.

        A structural schema says of `metadata` only that it is an object; the server knows it as ObjectMeta.
        """
        stated = structural.get("properties") or {}
        meta = {"$ref": _REF + "ObjectMeta"}
        fields = {"apiVersion": {"type": "string"}, "kind": {"type": "string"}, **stated, "metadata": meta}
        return cls.from_openapi(META_V1, {**structural, "properties": fields})

    def field(self, name: str) -> Schema | None:
        """The schema of a field: a declared property, else a map's value; None where nothing is known."""
        try:
            return self._children[name]
        except KeyError:
            pass
        node = (self.raw.get("properties") or {}).get(name)
        if node is None:
            return self.additional
        made = self._children[name] = _resolve(self._document, node, "", self.typed)
        return made

    @property
    def properties(self) -> Mapping[str, Schema]:
        """All declared fields with their schemas."""
        return dict(self.fields())

    def fields(self) -> Iterator[tuple[str, Schema]]:
        """Declared fields in the document's order."""
        for name in self.raw.get("properties") or ():
            made = self.field(name)
            assert made is not None
            yield name, made

    @property
    def items(self) -> Schema | None:
        """The schema of a list's items."""
        return self._child(_ITEMS, "items")

    @property
    def additional(self) -> Schema | None:
        """The schema of a map's values; None for structs and where it is not said."""
        return self._child(_ADDITIONAL, "additionalProperties")

    def _child(self, slot: int, keyword: str) -> Schema | None:
        if slot in self._children:
            return self._children[slot]
        node = self.raw.get(keyword)
        if node is True:
            node = {"x-kubernetes-preserve-unknown-fields": True}
        made = _resolve(self._document, node, "", self.typed) if isinstance(node, Mapping) else None
        self._children[slot] = made
        return made

    def hinted(self, path: str, format_: str) -> Schema:
        """The same schema with another format at a path: `hinted("spec.timeout", "duration")`.

        For what a schema does not say, as no structural schema tells a duration from any text. An index
        stands for every item of its list. Raises KeyError where the schema knows no such field.
        """
        return _hinted(self, fieldpath.parse(path), format_)

    @property
    def atomic(self) -> bool:
        """Server-side apply owns it as one whole: an atomic struct, map or list."""
        return self.map_type == "atomic" or (self.type == "array" and self.list_type in (None, "atomic"))

    @property
    def opaque(self) -> bool:
        """Nothing is known of what is inside (RawExtension, JSON, preserve-unknown without properties)."""
        if self.type not in (None, "object") or self.int_or_string or self.quantity:
            return False
        return not self.names and self.additional is None

    @property
    def is_map(self) -> bool:
        """An object with free keys (labels, data), not a struct."""
        return not self.names and self.additional is not None


def _hinted(schema: Schema, path: fieldpath.Path, format_: str) -> Schema:
    if not path:
        return structs.replace(schema, format=format_, compiled={})
    head = path[0]
    child = schema.field(head) if isinstance(head, str) else schema.items
    if child is None:
        raise KeyError(f"{schema.name or 'the schema'} has no {head!r}")
    slot: str | int = head if isinstance(head, str) else _ITEMS
    children = {**schema._children, slot: _hinted(child, path[1:], format_)}
    return structs.replace(schema, _children=children, compiled={})


def _components(document: Node) -> Mapping[str, Node]:
    components = document.get("components")
    if isinstance(components, Mapping):
        schemas: Mapping[str, Node] = components.get("schemas") or {}
        return schemas
    return document


def kinds_in(document: Node) -> dict[str, Schema]:
    """The kinds that an OpenAPI v3 document describes, by `apps/v1/Deployment`.

    Shared definitions are made once. DeleteOptions, WatchEvent and their like belong to every group and are
    left out, since a name cannot tell whose they are.
    """
    inner = _Document(_components(document))
    found: dict[str, Schema] = {}
    for name, node in inner.schemas.items():
        stated: Sequence[Node] = node.get("x-kubernetes-group-version-kind") or ()
        if len(stated) != 1:
            continue
        group, version, kind = (stated[0].get(part, "") for part in ("group", "version", "kind"))
        found[f"{group}/{version}/{kind}" if group else f"{version}/{kind}"] = inner.named(name)
    return found


def _reference(node: Node) -> str | None:
    """The name a node refers to: `$ref`, or the `allOf` of one that OpenAPI v3 needs beside a default."""
    ref = node.get("$ref")
    several: Sequence[Node] = node.get("allOf") or ()
    if ref is None and len(several) == 1:
        ref = several[0].get("$ref")
    # A JSONSchemaProps has a *property* called `$ref`; as a node's keyword it is always text.
    return ref.removeprefix(_REF) if isinstance(ref, str) else None


def _resolve(document: _Document, node: Node, name: str, typed: bool) -> Schema:
    ref = _reference(node)
    if ref is None:
        return _make(document, node, name, typed)
    target = document.named(ref)
    extras = {k: v for k, v in node.items() if k in _EXTRAS or k.startswith("x-kubernetes-")}
    extras.pop("description", None)
    if not extras:
        return target
    raw = {**target.raw, **extras}
    return _make(document, raw, target.name, target.typed, children=target._children)


def _make(
    document: _Document,
    node: Node,
    name: str,
    typed: bool = False,
    *,
    children: dict[str | int, Schema | None] | None = None,
) -> Schema:
    if children is None and _reference(node) is not None:
        return _resolve(document, node, name, typed)
    list_type, keys = _list_relation(node)
    enum = node.get("enum")
    quantity = name.endswith("api.resource.Quantity") or _is_quantity(node)
    return Schema(
        type=node.get("type"),
        format=node.get("format"),
        required=frozenset(node.get("required") or ()),
        default=node.get("default", UNSET),
        nullable=bool(node.get("nullable")),
        enum=None if enum is None else tuple(enum),
        list_type=list_type,
        map_keys=keys,
        map_type=node.get("x-kubernetes-map-type"),
        merge_key=node.get("x-kubernetes-patch-merge-key"),
        patch_strategy=_strategies(node),
        int_or_string=not quantity
        and (node.get("format") == "int-or-string" or bool(node.get("x-kubernetes-int-or-string"))),
        quantity=quantity,
        micro_time=name.endswith(".MicroTime"),
        preserve_unknown=bool(node.get("x-kubernetes-preserve-unknown-fields")),
        embedded=bool(node.get("x-kubernetes-embedded-resource")),
        typed=typed or name.startswith(_TYPED),
        name=name,
        names=frozenset(node.get("properties") or ()),
        pointers=_pointers().get(name, frozenset()) if name.startswith(_TYPED) else frozenset(),
        compiled={},
        raw=node,
        _document=document,
        _children={} if children is None else children,
    )


@cache
def _pointers() -> Mapping[str, frozenset[str]]:
    """Per Go type its pointer fields (`scripts/go_pointers.py` reads them off the types' source)."""
    packed = (files("mendloop.model") / "data" / "pointers.json.gz").read_bytes()
    return msgspec.json.decode(gzip.decompress(packed), type=dict[str, frozenset[str]])


def _is_quantity(node: Node) -> bool:
    pattern = node.get("pattern")
    return bool(node.get("x-kubernetes-int-or-string")) and (
        isinstance(pattern, str) and pattern.startswith(_QUANTITY_PATTERN_HEAD)
    )


def _strategies(node: Node) -> tuple[str, ...]:
    stated = node.get("x-kubernetes-patch-strategy")
    return tuple(stated.split(",")) if isinstance(stated, str) and stated else ()


def _list_relation(node: Node) -> tuple[ListType | None, tuple[str, ...]]:
    """How a list's items are told apart; the patch strategy speaks where no list type does.

    Source: kube-openapi `pkg/schemaconv`, which the server builds its own merge from.
    """
    stated = node.get("x-kubernetes-list-type")
    if stated is not None:
        return stated, tuple(node.get("x-kubernetes-list-map-keys") or ())
    if node.get("type") != "array" or "merge" not in _strategies(node):
        return None, ()
    key = node.get("x-kubernetes-patch-merge-key")
    return ("map", (key,)) if isinstance(key, str) else ("set", ())


_STRING = {"type": "string"}
_STRINGS = {"type": "object", "additionalProperties": {"type": "string"}}
_TIME = {"type": "string", "format": "date-time"}

# What every object carries, for kinds whose own schema leaves it out (custom resources).
META_V1: Node = {
    "OwnerReference": {
        "type": "object",
        "required": ["apiVersion", "kind", "name", "uid"],
        "properties": {
            "apiVersion": _STRING,
            "blockOwnerDeletion": {"type": "boolean"},
            "controller": {"type": "boolean"},
            "kind": _STRING,
            "name": _STRING,
            "uid": _STRING,
        },
        "x-kubernetes-map-type": "atomic",
    },
    "ManagedFieldsEntry": {
        "type": "object",
        "properties": {
            "apiVersion": _STRING,
            "fieldsType": _STRING,
            "fieldsV1": {"type": "object"},
            "manager": _STRING,
            "operation": _STRING,
            "subresource": _STRING,
            "time": _TIME,
        },
    },
    "ObjectMeta": {
        "type": "object",
        "properties": {
            "annotations": _STRINGS,
            "creationTimestamp": _TIME,
            "deletionGracePeriodSeconds": {"type": "integer", "format": "int64"},
            "deletionTimestamp": _TIME,
            "finalizers": {
                "type": "array",
                "items": _STRING,
                "x-kubernetes-list-type": "set",
                "x-kubernetes-patch-strategy": "merge",
            },
            "generateName": _STRING,
            "generation": {"type": "integer", "format": "int64"},
            "labels": _STRINGS,
            "managedFields": {
                "type": "array",
                "items": {"$ref": _REF + "ManagedFieldsEntry"},
                "x-kubernetes-list-type": "atomic",
            },
            "name": _STRING,
            "namespace": _STRING,
            "ownerReferences": {
                "type": "array",
                "items": {"$ref": _REF + "OwnerReference"},
                "x-kubernetes-list-type": "map",
                "x-kubernetes-list-map-keys": ["uid"],
                "x-kubernetes-patch-merge-key": "uid",
                "x-kubernetes-patch-strategy": "merge",
            },
            "resourceVersion": _STRING,
            "selfLink": _STRING,
            "uid": _STRING,
        },
    },
}
