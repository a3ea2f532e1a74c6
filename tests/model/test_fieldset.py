"""Owned fields, read from fieldsV1."""

from __future__ import annotations

import pytest

from mendloop.model import fieldset
from mendloop.model.fieldpath import parse, render

OWNED = (
    b'{"f:metadata":{"f:labels":{"f:a":{}},"f:finalizers":{"v:\\"x/y\\"":{}}},'
    b'"f:spec":{"f:args":{},"f:containers":{"k:{\\"name\\":\\"web\\"}":{".":{},"f:name":{},"f:image":{}}}}}'
)


def test_membership_follows_fields_keys_and_values() -> None:
    owned = fieldset.parse(OWNED)
    for path in ("metadata.labels.a", "metadata.finalizers[=x/y]", "spec.containers[name=web].image"):
        assert parse(path) in owned
    for path in ("metadata.labels.b", "spec", "spec.containers[name=db]", "spec.containers[name=web].args"):
        assert parse(path) not in owned


def test_what_is_owned_as_a_leaf_is_owned_with_all_inside() -> None:
    assert parse("spec.args[3]") in fieldset.parse(OWNED)


def test_a_list_map_item_is_owned_itself() -> None:
    paths = [render(path) for path in fieldset.parse(OWNED).paths()]
    assert "spec.containers[name=web]" in paths
    assert "spec.containers" not in paths


def test_equal_bytes_are_read_once() -> None:
    assert fieldset.parse(OWNED) is fieldset.parse(bytes(bytearray(OWNED)))


def test_only_the_managers_own_apply_entry_counts() -> None:
    def entry(manager: str, operation: str, **more: str) -> dict[str, object]:
        return {"manager": manager, "operation": operation, "fieldsV1": {"f:spec": {}}, **more}

    entries = [entry("us", "Update"), entry("us", "Apply", subresource="status"), entry("them", "Apply")]
    obj = {"metadata": {"managedFields": entries}}
    assert fieldset.of_manager(obj, "us") is None
    assert fieldset.of_manager(obj, "them") is not None
    assert fieldset.of_manager({}, "us") is None


@pytest.mark.parametrize(
    "text", [b"[]", b"nope", b'{"f:a": 1}', b'{"k:nope": {}}', b'{"i:x": {}}', b'{"a": {}}']
)
def test_what_is_no_fieldsv1_is_refused(text: bytes) -> None:
    with pytest.raises(ValueError, match="fieldsV1"):
        fieldset.parse(text)
