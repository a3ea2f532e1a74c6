"""TLS contexts that follow their files: a rotated authority or certificate needs no restart."""

from __future__ import annotations

import os
import ssl
import tempfile
from collections.abc import Iterable
from typing import Final

import msgspec

from mendloop.errors.exceptions import Invalid

CHECK_EVERY_S: Final = 30.0


class Certificate(msgspec.Struct, frozen=True):
    """A client certificate and its key, each as PEM or as a file."""

    cert_file: str = ""
    key_file: str = ""
    cert_pem: bytes = b""
    key_pem: bytes = b""

    def __repr__(self) -> str:
        return f"Certificate({self.cert_file or 'inline'})"


class Tls(msgspec.Struct, frozen=True):
    """How the server is known: by an authority (file or PEM), else by those that the system trusts."""

    ca_file: str = ""
    ca_pem: bytes = b""
    server_name: str = ""
    insecure: bool = False


class TlsContexts:
    """The context for new connections, made anew when a file that it was made from has changed."""

    def __init__(self, tls: Tls) -> None:
        self._tls = tls
        self._context: ssl.SSLContext | None = None
        self._made_from: object = None
        self._made_from_certificate: Certificate | None = None
        self._check_at = 0.0

    def current(self, certificate: Certificate | None, now: float) -> ssl.SSLContext:
        """The context as of now; files are looked at every half minute."""
        if self._context is not None and now < self._check_at and self._made_from_certificate is certificate:
            return self._context
        self._check_at = now + CHECK_EVERY_S
        self._made_from_certificate = certificate
        try:
            stamp = (certificate, _stamps(self._files(certificate)))
            if self._context is None or stamp != self._made_from:
                self._context, self._made_from = _made(self._tls, certificate), stamp
        except (OSError, Invalid):
            # In the middle of a rotation, perhaps: what was good until now stays, and is looked at again.
            if self._context is None:
                raise
        return self._context

    def _files(self, certificate: Certificate | None) -> Iterable[str]:
        yield self._tls.ca_file
        if certificate is not None:
            yield certificate.cert_file
            yield certificate.key_file


def _stamps(files: Iterable[str]) -> tuple[tuple[str, int, int], ...]:
    found = []
    for file in filter(None, files):
        stat = os.stat(file)
        found.append((file, stat.st_mtime_ns, stat.st_size))
    return tuple(found)


def _made(tls: Tls, certificate: Certificate | None) -> ssl.SSLContext:
    try:
        context = ssl.create_default_context(
            cafile=tls.ca_file or None, cadata=tls.ca_pem.decode() if tls.ca_pem else None
        )
    except (ssl.SSLError, OSError, ValueError) as error:
        raise Invalid(
            f"the certificate authority cannot be read: {error}", reason="BadCertificate"
        ) from error
    if tls.insecure:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    if certificate is not None:
        _load(context, certificate)
    return context


def _load(context: ssl.SSLContext, certificate: Certificate) -> None:
    """Python loads a certificate from files only, so an inline one is one for a moment, readable by us."""
    with tempfile.TemporaryDirectory(prefix="mendloop-") as folder:
        cert = certificate.cert_file or _written(folder, "cert.pem", certificate.cert_pem)
        key = certificate.key_file or _written(folder, "key.pem", certificate.key_pem)
        try:
            context.load_cert_chain(cert, key)
        except (ssl.SSLError, OSError) as error:
            place = certificate.cert_file or "given inline"
            message = f"the client certificate ({place}) cannot be loaded: {error}"
            raise Invalid(message, reason="BadCertificate") from error


def _written(folder: str, name: str, data: bytes) -> str:
    path = os.path.join(folder, name)
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(data)
    return path
