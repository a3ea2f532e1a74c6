"""Read models of coordination.k8s.io.

Made by scripts/generate_k8s.py from a kube-apiserver's OpenAPI; not edited by hand.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Unpack

from mendloop.k8s.base import stated
from mendloop.model.resource import Given, Object, Resource
from mendloop.model.types import NoStatus, Spec

__all__ = [
    "Lease",
    "LeaseSpec",
]


class LeaseSpec(Spec):
    """LeaseSpec is a specification of a Lease."""

    acquire_time: datetime | None = None
    holder_identity: str | None = None
    lease_duration_seconds: int | None = None
    lease_transitions: int | None = None
    preferred_holder: str | None = None
    renew_time: datetime | None = None
    strategy: str | None = None


class Lease(
    Resource[LeaseSpec, NoStatus], group="coordination.k8s.io", version="v1", plural="leases", crd=False
):
    """Lease defines a lease concept."""

    __slots__ = ()

    def __init__(
        self,
        name: str,
        *,
        spec: LeaseSpec | None = None,
        fields: Mapping[str, Any] | None = None,
        **meta: Unpack[Given],
    ) -> None:
        Object.__init__(self, name, fields=stated(fields, {"spec": spec}), **meta)
