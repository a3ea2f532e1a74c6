"""RFC 6902, by the suites of json-patch-tests and java-json-tools, with the departures of a real server."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest

from mendloop.controlplane.patch import PatchRefused, json_patch

VECTORS = Path(__file__).parents[4] / "shared/vectors"
SUITES = (
    "json-patch-tests/tests.json",
    "json-patch-tests/spec_tests.json",
    "java-json-tools-json-patch/src/test/resources/jsonpatch/testsuite.json",
)
# Where a real server departs from the RFC (APIFACTS 7), by what the suites say of the case.
DEPARTURES = {"Out of bounds (lower)", "missing 'from' location"}


def cases() -> list[Any]:
    found = []
    for suite in SUITES:
        if (VECTORS / suite).is_file():
            rows = msgspec.json.decode((VECTORS / suite).read_bytes())
            found += [
                pytest.param(row, id=f"{suite.split('/')[0]}-{at}")
                for at, row in enumerate(rows)
                if "patch" in row and not row.get("disabled") and not departs(row)
            ]
    return found


def departs(row: dict[str, Any]) -> bool:
    said = row.get("error", "")
    if said in DEPARTURES or "missing 'value'" in said or "leading zeros" in said:
        return True
    return any(isinstance(op, dict) and op.get("op") == "add" and op.get("path") == "" for op in row["patch"])


@pytest.mark.parametrize("row", cases())
def test_follows_the_rfc(row: dict[str, Any]) -> None:
    if "error" in row:
        with pytest.raises(PatchRefused):
            json_patch(row["doc"], row["patch"])
    else:
        assert json_patch(row["doc"], row["patch"]) == row.get("expected", row["doc"])


@pytest.mark.parametrize(
    ("document", "operation", "expected"),
    [
        ({"a": 1}, {"op": "replace", "path": "/b", "value": 2}, {"a": 1, "b": 2}),
        ({"a": 1}, {"op": "test", "path": "/b", "value": None}, {"a": 1}),
        ({"a": 1}, {"op": "test", "path": "/b"}, {"a": 1}),
        ({"a": [1, 2]}, {"op": "add", "path": "/a/-1", "value": 3}, {"a": [1, 2, 3]}),
        ({"a": [1, 2]}, {"op": "remove", "path": "/a/-1"}, {"a": [1]}),
        ({"a": [1, 2]}, {"op": "replace", "path": "/a/00", "value": 9}, {"a": [9, 2]}),
        ({"a": 1}, {"op": "add", "path": "/b"}, {"a": 1, "b": None}),
        ({"a": 1}, {"op": "copy", "from": "/b", "path": "/c"}, {"a": 1, "c": None}),
    ],
)
def test_departs_from_the_rfc_as_a_real_server_does(document: Any, operation: Any, expected: Any) -> None:
    """APIFACTS 7."""
    assert json_patch(document, [operation]) == expected


@pytest.mark.parametrize(
    ("operations", "code", "message"),
    [
        (
            {},
            400,
            "error decoding patch: json: cannot unmarshal object into Go value of type"
            " []handlers.jsonPatchOp",
        ),
        (
            [{"op": "frob", "path": "/a"}],
            422,
            "the server rejected our request due to an error in our request",
        ),
        (
            [{"op": "remove", "path": "/no"}],
            422,
            "the server rejected our request due to an error in our request",
        ),
        (
            [{"op": "test", "path": "/a"}] * 10_001,
            413,
            "Request entity too large: The allowed maximum operations in a JSON patch is 10000, got 10001",
        ),
    ],
)
def test_says_why_in_a_real_servers_words(operations: Any, code: int, message: str) -> None:
    with pytest.raises(PatchRefused) as refused:
        json_patch({"a": 1}, operations)
    assert (refused.value.code, refused.value.message) == (code, message)


def test_leaves_its_input_alone() -> None:
    document = {"a": {"b": [1]}}
    json_patch(document, [{"op": "add", "path": "/a/b/0", "value": 0}])
    assert document == {"a": {"b": [1]}}
