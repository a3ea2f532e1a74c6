"""Secrets out of what is shown, by place, by content and by value in every shape."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from mendloop.model.fieldpath import parse
from mendloop.model.redact import MASK, Known, in_text, mask

VECTORS = Path(__file__).parents[1] / "vectors" / "delta"


@pytest.mark.parametrize(
    ("kind", "path"),
    [
        ("Secret", "data.tls"),
        ("Secret", "stringData.tls"),
        ("Secret", 'metadata.annotations["kubectl.kubernetes.io/last-applied-configuration"]'),
        ("Deployment", "spec.template.spec.containers[name=c].env[name=DB_PASSWORD].value"),
        ("Deployment", "spec.template.spec.containers[name=c].env[name=API_TOKEN].value"),
        ("Bakery", "spec.adminPassword"),
        ("Bakery", "spec.apiKey"),
    ],
)
def test_what_stands_in_a_secret_place_is_masked(kind: str, path: str) -> None:
    assert mask(kind, parse(path), "hunter2") == MASK


@pytest.mark.parametrize(
    ("kind", "path"),
    [
        ("ConfigMap", "data.tls"),
        ("Secret", "metadata.labels.a"),
        ("Pod", "spec.imagePullSecrets[name=a].name"),
        ("Pod", "spec.containers[name=c].env[name=A].valueFrom.secretKeyRef.name"),
        ("Pod", "spec.volumes[name=a].secret.secretName"),
        ("Pod", "spec.serviceAccountName"),
    ],
)
def test_what_only_names_a_secret_stays(kind: str, path: str) -> None:
    assert mask(kind, parse(path), "tls-cert") == "tls-cert"


def test_objects_are_masked_inside_and_keys_stay() -> None:
    assert mask("Secret", ("data",), {"a": "Yg=="}) == {"a": MASK}
    whole = {"data": {"a": "Yg=="}, "metadata": {"name": "x"}}
    assert mask("Secret", (), whole) == {"data": {"a": MASK}, "metadata": {"name": "x"}}
    env = parse("spec.containers[name=c].env")
    masked = mask("Pod", env, [{"name": "DB_PASSWORD", "value": "hunter2"}, {"name": "PORT", "value": "80"}])
    assert masked == [{"name": "DB_PASSWORD", "value": MASK}, {"name": "PORT", "value": "80"}]


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("Authorization: Bearer abcdef123456", "abcdef123456"),
        ("token eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0.c2ln failed", "eyJzdWIiOiJ4In0"),
        ("postgres://app:hunter2@db:5432/app", "hunter2"),
    ],
)
def test_tokens_and_passwords_in_texts_are_masked(text: str, hidden: str) -> None:
    assert hidden not in in_text(text)


def test_r55_a_known_value_is_found_in_every_shape() -> None:
    case = yaml.safe_load((VECTORS / "R55-secret.yaml").read_text())
    known = Known()
    known.add_secret(case["secret"])
    value = case["secret"]["stringData"]["password"].encode()
    shapes = [
        value.decode(),
        base64.b64encode(value).decode(),
        value.hex(),
        str(list(value)),
        " ".join(map(str, value)),
        repr({"data": {"password": base64.b64encode(value).decode()}}),
    ]
    for shape in shapes:
        hidden = known.hide(f"the secret was {shape} before")
        for canary in case["search_for"]:
            assert canary not in hidden
        assert MASK in hidden


@given(st.binary(max_size=6), st.binary(min_size=8, max_size=20), st.binary(max_size=6))
def test_a_known_value_inside_a_longer_base64_is_hidden(head: bytes, value: bytes, tail: bytes) -> None:
    known = Known([value])
    encoded = base64.b64encode(head + value + tail).decode()
    assert MASK in known.hide(encoded)


def test_short_values_are_left_alone() -> None:
    assert Known(["a"]).hide("a banana") == "a banana"
