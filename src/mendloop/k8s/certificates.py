"""Read models of certificates.k8s.io.

Made by scripts/generate_k8s.py from a kube-apiserver's OpenAPI; not edited by hand.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Unpack

from mendloop.k8s.base import stated
from mendloop.model.resource import Given, Object, Resource
from mendloop.model.types import Condition, Spec, Status

__all__ = [
    "CertificateSigningRequest",
    "CertificateSigningRequestCondition",
    "CertificateSigningRequestSpec",
    "CertificateSigningRequestStatus",
]


class CertificateSigningRequestCondition(Condition):
    """CertificateSigningRequestCondition describes a condition of a CertificateSigningRequest object."""

    last_update_time: datetime | None = None


class CertificateSigningRequestSpec(Spec):
    """CertificateSigningRequestSpec contains the certificate request."""

    expiration_seconds: int | None = None
    extra: Mapping[str, Sequence[str]] = {}
    groups: Sequence[str] = ()
    request: bytes | None = None
    signer_name: str = ""
    uid: str | None = None
    usages: Sequence[str] = ()
    username: str | None = None


class CertificateSigningRequestStatus(Status):
    """CertificateSigningRequestStatus contains conditions used to indicate approved/denied/failed ..."""

    certificate: bytes | None = None
    conditions: Sequence[CertificateSigningRequestCondition] = ()


class CertificateSigningRequest(
    Resource[CertificateSigningRequestSpec, CertificateSigningRequestStatus],
    group="certificates.k8s.io",
    version="v1",
    plural="certificatesigningrequests",
    scope="Cluster",
    crd=False,
):
    """CertificateSigningRequest objects provide a mechanism to obtain x509 certificates by ..."""

    __slots__ = ()

    def __init__(
        self,
        name: str,
        *,
        spec: CertificateSigningRequestSpec | None = None,
        status: CertificateSigningRequestStatus | None = None,
        fields: Mapping[str, Any] | None = None,
        **meta: Unpack[Given],
    ) -> None:
        Object.__init__(self, name, fields=stated(fields, {"spec": spec, "status": status}), **meta)
