"""Read models of scheduling.k8s.io.

Made by scripts/generate_k8s.py from a kube-apiserver's OpenAPI; not edited by hand.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Unpack

from mendloop.k8s.base import NoSpec, Part, stated
from mendloop.model.resource import Given, Object, Resource
from mendloop.model.types import NoStatus

__all__ = [
    "PriorityClass",
]


class PriorityClass(
    Resource[NoSpec, NoStatus],
    group="scheduling.k8s.io",
    version="v1",
    plural="priorityclasses",
    scope="Cluster",
    crd=False,
):
    """PriorityClass defines mapping from a priority class name to the priority integer value."""

    __slots__ = ()
    description: Part[str | None] = Part(str, "description")
    global_default: Part[bool | None] = Part(bool, "globalDefault")
    preemption_policy: Part[str | None] = Part(str, "preemptionPolicy")
    value: Part[int] = Part(int, "value", int)

    def __init__(
        self,
        name: str,
        *,
        description: str | None = None,
        global_default: bool | None = None,
        preemption_policy: str | None = None,
        value: int | None = None,
        fields: Mapping[str, Any] | None = None,
        **meta: Unpack[Given],
    ) -> None:
        Object.__init__(
            self,
            name,
            fields=stated(
                fields,
                {
                    "description": description,
                    "globalDefault": global_default,
                    "preemptionPolicy": preemption_policy,
                    "value": value,
                },
            ),
            **meta,
        )
