"""Answers as tables: rows of cells that the client only has to print."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from mendloop.controlplane.ages import Ago
from mendloop.controlplane.answers import bad_request
from mendloop.controlplane.columns import AGE_TEXT, COLUMNS, DEFAULT, NAME, Column
from mendloop.controlplane.jsonpath import find
from mendloop.controlplane.resources import Resource
from mendloop.controlplane.store import Stored, encode
from mendloop.controlplane.wire import JSON_HEADERS, Object, Response
from mendloop.controlplane.world import Context

_AGE = {
    "name": "Age",
    "type": "date",
    "jsonPath": ".metadata.creationTimestamp",
    "description": AGE_TEXT,
}
_INCLUDES = ("", "Metadata", "Object", "None")


class Table:
    """`meta.k8s.io/v1` Table; a watch tells its columns with the first row only."""

    def __init__(self, context: Context) -> None:
        self._include = context.call.query.get("includeObject", "")
        if self._include not in _INCLUDES:
            raise bad_request(
                f'Unable to convert to Table as requested: includeObject: Invalid value: "{self._include}": '
                "must be 'Metadata', 'Object', 'None', or empty"
            )
        self._columns = columns_of(context.resource)
        self._ago = Ago(context.world.now)
        self._told = False

    def one(self, stored: Stored, status: int = 200) -> Response:
        metadata = {"resourceVersion": str(stored.rv)}
        return Response(status, JSON_HEADERS, encode(self._table([stored], metadata)))

    def many(self, found: Sequence[Stored], metadata: Object) -> Response:
        return Response(200, JSON_HEADERS, encode(self._table(found, metadata)))

    def document(self, stored: Stored) -> bytes:
        table = self._table([stored], {"resourceVersion": str(stored.rv)})
        if self._told:
            table["columnDefinitions"] = None
        self._told = True
        return encode(table)

    def _table(self, found: Sequence[Stored], metadata: Object) -> Object:
        return {
            "kind": "Table",
            "apiVersion": "meta.k8s.io/v1",
            "metadata": metadata,
            "columnDefinitions": [_definition(column) for column in self._columns],
            "rows": [self._row(stored) for stored in found],
        }

    def _row(self, stored: Stored) -> Object:
        obj = stored.object()
        row: Object = {"cells": [column.cell(obj, self._ago) for column in self._columns]}
        if self._include == "None":
            row["object"] = None
        elif self._include == "Object":
            row["object"] = obj
        else:
            about = {"kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1"}
            row["object"] = {**about, "metadata": obj["metadata"]}
        return row


def _definition(column: Column) -> Object:
    return {
        "name": column.name,
        "type": column.type,
        "format": column.format,
        "description": column.description,
        "priority": column.priority,
    }


def columns_of(resource: Resource) -> tuple[Column, ...]:
    """The columns of a resource; those of a definition for a custom one, else name and age."""
    if resource.custom is None:
        return COLUMNS.get(resource.storage_id, DEFAULT)
    versions = resource.custom["spec"]["versions"]
    version = next(each for each in versions if each["name"] == resource.version)
    stated = version.get("additionalPrinterColumns") or [_AGE]
    return (NAME, *(_custom(each) for each in stated))


def _custom(stated: Object) -> Column:
    path, kind = stated["jsonPath"], stated["type"]

    def cell(obj: Object, ago: Ago) -> Any:
        found = find(obj, path)
        return _printed(found[0], kind, ago) if found else None

    return Column(
        stated["name"],
        cell,
        type=kind,
        format=stated.get("format", ""),
        priority=stated.get("priority", 0),
        description=stated.get("description", ""),
    )


def _printed(value: Any, kind: str, ago: Ago) -> Any:
    """The value as its column's type shows it; None where it is of another type."""
    match kind, value:
        case "integer", int() | float() if not isinstance(value, bool):
            return int(value)
        case "number", int() | float() if not isinstance(value, bool):
            return float(value)
        case "boolean", bool():
            return value
        case "date", str():
            try:
                return ago(value)
            except ValueError:
                return "<invalid>"
        case "string", str():
            return value
        case "string", bool() | int() | float() | dict() | list():
            return msgspec.json.encode(value).decode()
    return None
