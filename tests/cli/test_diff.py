"""The command `mendloop diff`, on files; against a cluster it is tried in `tests/real`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner, Result

from mendloop.cli.diff import command

VECTORS = Path(__file__).parents[1] / "vectors" / "delta"

WISH = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 3
  template: {spec: {containers: [{name: c, image: "i:2", resources: {limits: {cpu: 1000m}}}]}}
"""


def compare(tmp_path: Path, desired: str, live: str, *options: str) -> Result:
    one, other = tmp_path / "desired.yaml", tmp_path / "live.yaml"
    one.write_text(desired)
    other.write_text(live)
    return CliRunner().invoke(command, [str(one), str(other), *options])


def test_says_nothing_where_nothing_differs(tmp_path: Path) -> None:
    result = compare(tmp_path, WISH, WISH.replace("1000m", "'1'"))
    assert (result.exit_code, result.output) == (0, "")


def test_names_path_before_and_after(tmp_path: Path) -> None:
    result = compare(tmp_path, WISH, WISH.replace("i:2", "i:1"))
    assert result.exit_code == 1
    assert 'spec.template.spec.containers[name=c].image: "i:1" -> "i:2"' in result.stdout
    assert "\x1b[" not in result.stdout
    assert "\x1b[32m" in compare(tmp_path, WISH, WISH.replace("i:2", "i:1"), "--color").stdout


def test_an_object_that_is_not_in_the_other_file_would_be_created(tmp_path: Path) -> None:
    other = "\n---\n".join(
        f"{{apiVersion: v1, kind: {k}, metadata: {{name: x}}}}" for k in ("ConfigMap", "Secret")
    )
    result = compare(tmp_path, WISH, other)
    assert result.exit_code == 1
    assert "will be created" in result.stdout


def test_unstated_fields_of_the_owner_are_removed_or_given_up(tmp_path: Path) -> None:
    live = yaml.safe_load(WISH)
    owned = {"f:spec": {"f:replicas": {}}}
    live["metadata"]["managedFields"] = [
        {"manager": "web.example.com", "operation": "Apply", "fieldsV1": owned}
    ]
    wish = WISH.replace("  replicas: 3\n", "")
    result = compare(tmp_path, wish, json.dumps(live), "--owner", "web.example.com", "--json")
    assert result.exit_code == 1
    (row,) = json.loads(result.stdout)
    (change,) = row["changes"]
    assert (change["path"], change["before"], change["after"]) == ("spec.replicas", 3, 1)
    given_up = compare(
        tmp_path, wish, json.dumps(live), "--owner", "web.example.com", "--give-up", "spec.replicas"
    )
    assert given_up.exit_code == 0
    assert "= spec.replicas: 3" in given_up.stdout


def test_a_crd_at_hand_tells_how_lists_merge(tmp_path: Path) -> None:
    items = {"type": "object", "properties": {"name": {"type": "string"}, "kg": {"type": "integer"}}}
    sacks = {
        "type": "array",
        "items": items,
        "x-kubernetes-list-type": "map",
        "x-kubernetes-list-map-keys": ["name"],
    }
    spec = {"type": "object", "properties": {"sacks": sacks}}
    crd = {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": "mills.food.example.org"},
        "spec": {
            "group": "food.example.org",
            "names": {"kind": "Mill"},
            "versions": [
                {
                    "name": "v1",
                    "schema": {"openAPIV3Schema": {"type": "object", "properties": {"spec": spec}}},
                }
            ],
        },
    }
    (tmp_path / "crd.yaml").write_text(json.dumps(crd))
    mill = "{apiVersion: food.example.org/v1, kind: Mill, metadata: {name: m}, spec: {sacks: [%s]}}"
    one, other = "{name: a, kg: 1}", "{name: b, kg: 2}"
    desired, live = mill % f"{one}, {other}", mill % f"{other}, {one}"
    assert compare(tmp_path, desired, live).exit_code == 1
    assert compare(tmp_path, desired, live, "--crd", str(tmp_path / "crd.yaml")).exit_code == 0


@pytest.mark.parametrize("form", ["human", "json"])
def test_r55_no_secret_in_any_shape(tmp_path: Path, form: str) -> None:
    case = yaml.safe_load((VECTORS / "R55-secret.yaml").read_text())
    changed = {**case["secret"], "stringData": {"password": "another-one"}}
    options = ["--json"] if form == "json" else []
    for desired, live in ((case["secret"], changed), (changed, case["secret"])):
        live = {**live, "data": {"password": "bm90LXRoZS1zYW1l"}}
        result = compare(tmp_path, yaml.safe_dump(desired), yaml.safe_dump(live), *options)
        assert result.exit_code == 1
        assert "data.password" in result.stdout
        for shape in [*case["search_for"], "bm90LXRoZS1zYW1l", "another-one"]:
            assert shape not in result.output


@pytest.mark.parametrize(
    ("text", "told"),
    [("kind: [", "is not YAML"), ("just text", "no manifest"), ("{kind: Pod}", "no apiVersion or kind")],
)
def test_what_cannot_be_read_is_an_error_of_its_own(tmp_path: Path, text: str, told: str) -> None:
    result = compare(tmp_path, text, WISH)
    assert result.exit_code == 2
    assert told in result.stderr


def test_a_wish_that_does_not_fit_its_schema_names_the_field(tmp_path: Path) -> None:
    result = compare(tmp_path, WISH.replace("replicas: 3", "replicas: [3]"), WISH)
    assert result.exit_code == 2
    assert "spec.replicas" in result.stderr
