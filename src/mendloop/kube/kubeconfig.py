"""Reading kubeconfig files: several merged, one context chosen, every mistake named with file and place.

Source: Kubernetes, "Organizing Cluster Access Using kubeconfig Files", merging rules.
"""

from __future__ import annotations

import logging
import os
from base64 import b64decode
from binascii import Error as Base64Error
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import msgspec
import yaml

from mendloop.errors.exceptions import Invalid
from mendloop.kube.auth import Cluster, Credentials, Fixed, TokenFile, in_cluster
from mendloop.kube.execplugin import VERSIONS, ExecPlugin, ExecSpec
from mendloop.kube.tls import Certificate, Tls

MAX_FILE_BYTES: Final = 16 << 20
_LOADER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_log = logging.getLogger(__name__)


def load_cluster(kubeconfig: str | Path | None = None, context: str = "") -> Cluster:
    """The cluster to talk to: the given kubeconfig, KUBECONFIG, the user's own, or the pod's.

    Errors: `Invalid` with file and place for a kubeconfig that is wrong, and when there is none of these.
    """
    files = _files(kubeconfig)
    if files:
        return read_kubeconfig(files, context)
    try:
        return in_cluster()
    except Invalid as error:
        message = f"no cluster: no KUBECONFIG, no ~/.kube/config, and {error.message}"
        raise Invalid(message, reason="NoCluster") from error


def _files(stated: str | Path | None) -> list[Path]:
    if stated is not None:
        return [Path(stated).expanduser()]
    if listed := os.environ.get("KUBECONFIG"):
        found = [Path(each).expanduser() for each in listed.split(os.pathsep) if each]
        # A missing one of several is passed over; if all are missing, that is a mistake worth naming.
        return [file for file in found if file.exists()] or found[:1]
    own = Path.home() / ".kube" / "config"
    return [own] if own.exists() else []


def read_kubeconfig(files: Sequence[Path], context: str = "") -> Cluster:
    """The cluster of one context, the current one unless stated; of equal names the first file's counts."""
    sources = [_Source.read(file) for file in files]
    name = context or next((source.current for source in sources if source.current), "")
    if not name:
        raise Invalid(f"{_names(sources)}: no current-context, and none was stated", field="current-context")
    chosen = _find(sources, "contexts", "context", name)
    cluster = _find(sources, "clusters", "cluster", chosen.text("cluster", needed=True))
    user_name = chosen.text("user")
    user = _find(sources, "users", "user", user_name) if user_name else _Place({}, cluster.file, "users")
    server = cluster.text("server", needed=True)
    if "://" not in server:
        raise cluster.wrong("server", "is no URL")
    return Cluster(
        server=server,
        credentials=_credentials(user, cluster),
        tls=_tls(cluster),
        namespace=chosen.text("namespace") or "default",
        proxy_url=cluster.text("proxy-url"),
        origin=f"{_names(sources)} context {name}",
    )


class _Place:
    """A mapping within a file, and where it stands there, so that a mistake can be named."""

    def __init__(self, found: Mapping[str, Any], file: Path, path: str) -> None:
        self.found = found
        self.file = file
        self.path = path

    def wrong(self, field: str, why: str) -> Invalid:
        place = f"{self.path}.{field}" if field else self.path
        return Invalid(f"{self.file}: {place} {why}", field=place, reason="KubeconfigInvalid")

    def text(self, field: str, *, needed: bool = False) -> str:
        value = self.found.get(field)
        if value is None or value == "":
            if needed:
                raise self.wrong(field, "is missing")
            return ""
        if not isinstance(value, str):
            raise self.wrong(field, f"is {_kind_of(value)}, not text")
        return value

    def flag(self, field: str) -> bool:
        value = self.found.get(field, False)
        if not isinstance(value, bool):
            raise self.wrong(field, f"is {_kind_of(value)}, not true or false")
        return value

    def file_path(self, field: str) -> str:
        """A path, relative to the file that states it; it must exist."""
        stated = self.text(field)
        if not stated:
            return ""
        path = self.file.parent / Path(stated).expanduser()
        if not path.is_file():
            raise self.wrong(field, f"names {path}, which is no file")
        return str(path)

    def data(self, field: str) -> bytes:
        stated = self.text(field)
        try:
            return b64decode(stated, validate=True)
        except (Base64Error, ValueError):
            raise self.wrong(field, "is not base64") from None

    def inner(self, field: str) -> _Place | None:
        value = self.found.get(field)
        if value is None:
            return None
        if not isinstance(value, Mapping):
            raise self.wrong(field, f"is {_kind_of(value)}, not a mapping")
        return _Place(value, self.file, f"{self.path}.{field}")


class _Source(msgspec.Struct, frozen=True):
    file: Path
    content: Mapping[str, Any]

    @property
    def current(self) -> str:
        return _Place(self.content, self.file, "").text("current-context")

    @classmethod
    def read(cls, file: Path) -> _Source:
        try:
            if file.stat().st_size > MAX_FILE_BYTES:
                raise Invalid(f"{file}: larger than {MAX_FILE_BYTES} bytes", reason="KubeconfigInvalid")
            content = yaml.load(file.read_text(), _LOADER)
        except OSError as error:
            raise Invalid(f"{file}: cannot be read: {error.strerror}", reason="KubeconfigMissing") from error
        except (yaml.YAMLError, UnicodeDecodeError, RecursionError) as error:
            # The parser quotes the line, which may hold a token: only the place is told.
            mark = getattr(error, "problem_mark", None)
            place = f" (line {mark.line + 1}, column {mark.column + 1})" if mark else ""
            raise Invalid(f"{file}: is no YAML{place}", reason="KubeconfigInvalid") from None
        if not isinstance(content, Mapping):
            raise Invalid(f"{file}: is {_kind_of(content)}, not a kubeconfig", reason="KubeconfigInvalid")
        return cls(file, content)


def _find(sources: Iterable[_Source], section: str, field: str, name: str) -> _Place:
    known = []
    for source in sources:
        entries = source.content.get(section)
        if entries is None:
            continue
        if not isinstance(entries, list):
            raise _Place({}, source.file, section).wrong("", f"is {_kind_of(entries)}, not a list")
        for at, entry in enumerate(entries):
            place = f"{section}[{at}]"
            if not isinstance(entry, Mapping):
                raise _Place({}, source.file, place).wrong("", f"is {_kind_of(entry)}, not a mapping")
            if entry.get("name") == name:
                found = _Place(entry, source.file, place).inner(field)
                return found or _Place({}, source.file, f"{place}.{field}")
            known.append(str(entry.get("name")))
    listed = ", ".join(known[:10]) or "none"
    message = f"{_names(sources)}: no {field} named {name!r} in {section}; there are: {listed}"
    raise Invalid(message, field=section, reason="KubeconfigInvalid")


def _tls(cluster: _Place) -> Tls:
    insecure = cluster.flag("insecure-skip-tls-verify")
    if insecure:
        _log.warning(
            "%s: %s.insecure-skip-tls-verify: the server's certificate is not verified",
            cluster.file,
            cluster.path,
        )
    data = cluster.data("certificate-authority-data")
    return Tls(
        ca_file="" if data else cluster.file_path("certificate-authority"),
        ca_pem=data,
        server_name=cluster.text("tls-server-name"),
        insecure=insecure,
    )


def _credentials(user: _Place, cluster: _Place) -> Credentials:
    """A program, else a token from a file or stated, else name and password; a certificate besides."""
    if user.found.get("auth-provider") is not None:
        raise user.wrong("auth-provider", "is not supported: kubectl too wants an exec plug-in by now")
    if (plugin := user.inner("exec")) is not None:
        return ExecPlugin(_exec_spec(plugin, cluster))
    certificate = _certificate(user)
    if file := user.file_path("tokenFile"):
        return TokenFile(Path(file), certificate=certificate)
    if token := user.text("token"):
        return Fixed(token=token, certificate=certificate)
    if name := user.text("username"):
        return Fixed(basic=f"{name}:{user.text('password')}", certificate=certificate)
    return Fixed(certificate=certificate)


def _certificate(user: _Place) -> Certificate | None:
    certificate = Certificate(
        cert_file=user.file_path("client-certificate"),
        key_file=user.file_path("client-key"),
        cert_pem=user.data("client-certificate-data"),
        key_pem=user.data("client-key-data"),
    )
    has_cert = bool(certificate.cert_file or certificate.cert_pem)
    has_key = bool(certificate.key_file or certificate.key_pem)
    if has_cert != has_key:
        missing = "client-key" if has_cert else "client-certificate"
        raise user.wrong(missing, "is missing: a certificate and its key come together")
    return certificate if has_cert else None


def _exec_spec(plugin: _Place, cluster: _Place) -> ExecSpec:
    version = plugin.text("apiVersion", needed=True)
    if version not in VERSIONS:
        raise plugin.wrong("apiVersion", f"is {version}; known are {' and '.join(VERSIONS)}")
    if plugin.text("interactiveMode") == "Always":
        raise plugin.wrong("interactiveMode", "is Always, but there is no terminal here")
    args = plugin.found.get("args") or []
    if not isinstance(args, list) or not all(isinstance(arg, str) for arg in args):
        raise plugin.wrong("args", "is not a list of texts")
    return ExecSpec(
        command=plugin.text("command", needed=True),
        args=tuple(args),
        env=_environment(plugin),
        api_version=version,
        install_hint=plugin.text("installHint"),
        cluster=dict(cluster.found) if plugin.flag("provideClusterInfo") else None,
        folder=str(plugin.file.parent),
    )


def _environment(plugin: _Place) -> tuple[tuple[str, str], ...]:
    pairs = plugin.found.get("env") or []
    if not isinstance(pairs, list):
        raise plugin.wrong("env", f"is {_kind_of(pairs)}, not a list")
    found = []
    for at, pair in enumerate(pairs):
        if not isinstance(pair, Mapping):
            raise plugin.wrong(f"env[{at}]", f"is {_kind_of(pair)}, not a mapping")
        place = _Place(pair, plugin.file, f"{plugin.path}.env[{at}]")
        found.append((place.text("name", needed=True), place.text("value")))
    return tuple(found)


def _names(sources: Iterable[_Source]) -> str:
    return ", ".join(str(source.file) for source in sources)


def _kind_of(value: object) -> str:
    match value:
        case None:
            return "empty"
        case bool():
            return "true or false"
        case int() | float():
            return "a number"
        case str():
            return "text"
        case Mapping():
            return "a mapping"
        case _:
            return "a list"
