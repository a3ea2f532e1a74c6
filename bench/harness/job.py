"""The job's objects, as the harness makes them and as they should become."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import yaml

NAMESPACE: Final = "bench"
GROUP: Final = "bench.example.com"
OPERATOR: Final = f"system:serviceaccount:{NAMESPACE}:op"
"""The operators' user: a service account's name and groups, so that API priority and fairness treats it as
it treats real operators."""

ECHOES: Final = f"/apis/{GROUP}/v1/namespaces/{NAMESPACE}/echoes"
CONFIG_MAPS: Final = f"/api/v1/namespaces/{NAMESPACE}/configmaps"

Tree = dict[str, Any]


def crd() -> Tree:
    """The definition of Echo, the same for all operators."""
    path = Path(__file__).parents[1] / "peers" / "echo-crd.yaml"
    tree: Tree = yaml.safe_load(path.read_text(encoding="utf-8"))
    return tree


def name_of(number: int) -> str:
    return f"e{number:05d}"


def echo(number: int, message: str, *, pad: int = 0) -> Tree:
    """An Echo to create; its message is padded to `pad` bytes."""
    return {
        "apiVersion": f"{GROUP}/v1",
        "kind": "Echo",
        "metadata": {"name": name_of(number), "namespace": NAMESPACE},
        "spec": {"message": message.ljust(pad, "x"), "size": number},
    }


def child_data(spec: Tree) -> Tree:
    """What the ConfigMap of an Echo with this spec holds."""
    return {"message": spec["message"], "size": str(spec["size"])}
