"""Other projects' cases: Argo CD's pairs of wished and live objects, structured-merge-diff's owned sets."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from mendloop.delta import diff
from mendloop.model import fieldset
from mendloop.model.fieldpath import parse, render
from mendloop.model.schemas import Schemas

SHARED = Path(__file__).parents[3] / "shared" / "vectors"
ARGO = SHARED / "argo-cd" / "gitops-engine" / "pkg" / "diff" / "testdata"
SMD = SHARED / "structured-merge-diff" / "internal" / "testdata"
SCHEMAS = Schemas()

CONTAINER = "spec.template.spec.containers[name=main-container]"
PAIRS: dict[str, tuple[str, str, tuple[str, ...]]] = {
    name: (f"{name}-config.json", f"{name}-live.json", ())
    for name in (
        "aggr-clusterrole",
        "deployment",
        "elasticsearch",
        "endpoints",
        "grafana-clusterrole",
        "mutatingwebhookconfig",
        "sealedsecret",
        "spinnaker-sa",
    )
} | {
    "a secret's key is missing": ("wordpress-config.json", "wordpress-live.json", ("data.smtp-password",)),
    "defaulted deployment": ("smd-deploy-config.yaml", "smd-deploy-live.yaml", ()),
    "unstated requests": (
        "smd-deploy2-config.yaml",
        "smd-deploy2-live.yaml",
        (
            "spec.template.spec.containers[name=nginx].resources.requests.cpu",
            "spec.template.spec.containers[name=nginx].resources.requests.memory",
        ),
    ),
    "a port is changed": (
        "smd-service-config.yaml",
        "smd-service-live.yaml",
        ("spec.ports[port=1935,protocol=TCP].targetPort",),
    ),
    "a port is unstated": (
        "smd-service-config-2-ports.yaml",
        "smd-service-live.yaml",
        ("spec.ports[port=443,protocol=TCP]",),
    ),
    "ports that differ by protocol only": (
        "smd-service-config-ports.yaml",
        "smd-service-live.yaml",
        ("spec.ports[port=1935,protocol=UDP]", "spec.ports[port=443,protocol=UDP]"),
    ),
    "a composite key": (
        "ssd-deploy-composite-key-config.yaml",
        "ssd-deploy-composite-key-live.yaml",
        ("spec.template.spec.containers[name=nginx].ports[containerPort=8080,protocol=TCP]",),
    ),
    "nested list-maps": (
        "ssd-deploy-nested-config.yaml",
        "ssd-deploy-nested-live.yaml",
        (f"{CONTAINER}.ports[containerPort=443,protocol=TCP]", f"{CONTAINER}.env[name=ENV_VAR2]"),
    ),
    "another manager's port": (
        "ssd-deploy-with-manual-apply-config.yaml",
        "ssd-deploy-with-manual-apply-live.yaml",
        (f"{CONTAINER}.ports[containerPort=40,protocol=TCP]",),
    ),
    "service": ("ssd-service-config.yaml", "ssd-service-live.yaml", ()),
    "a label is unstated": (
        "ssd-svc-no-label-config.yaml",
        "ssd-svc-label-live.yaml",
        ("metadata.labels.delete-me",),
    ),
}


def load(file: Path) -> Any:
    if not file.exists():
        pytest.skip(f"{file.name} is not at hand")
    return yaml.safe_load(file.read_text())


@pytest.mark.parametrize(("wish", "live", "paths"), PAIRS.values(), ids=PAIRS.keys())
def test_finds_just_what_differs_in_argo_cds_pairs(wish: str, live: str, paths: tuple[str, ...]) -> None:
    desired, observed = load(ARGO / wish), load(ARGO / live)
    assert set(diff(desired, observed, SCHEMAS.of(desired), "argocd-controller").paths) == set(paths)


@pytest.mark.parametrize(
    "name", ["endpointsset.json", "nodeset.json", "podset.json", "prometheus-crdset.json"]
)
def test_reads_the_owned_sets_of_structured_merge_diff(name: str) -> None:
    file = SMD / name
    if not file.exists():
        pytest.skip(f"{name} is not at hand")
    owned = fieldset.parse(file.read_bytes())
    paths = list(owned.paths())
    assert paths
    assert len(set(paths)) == len(paths)
    for path in paths:
        assert path in owned
        assert parse(render(path)) == path
