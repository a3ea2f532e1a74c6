"""String formats that a CRD's schema may name; a server ignores all others.

Source: the list of supported formats in the reference of CustomResourceDefinition; go-openapi's strfmt.
"""

from __future__ import annotations

import base64
import binascii
import ipaddress
import re
from collections.abc import Callable
from datetime import date
from urllib.parse import urlsplit

_DATE_TIME = re.compile(r"(\d{4}-\d{2}-\d{2})[Tt ](\d{2}):(\d{2}):(\d{2})(\.\d+)?([Zz]|[+-]\d{2}:?\d{2})?")
_EMAIL = re.compile(r"[^@\s<>()\[\],;:\"]+@[^@\s<>()\[\],;:\"]+")
_UUID = re.compile(r"(?i)[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}")
_HOSTNAME = re.compile(
    r"([a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?\.)*[a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?\.?"
)
_MAC = re.compile(
    r"(?i)([0-9a-f]{2}([:-]))([0-9a-f]{2}\2){4}([0-9a-f]{2}\2){0,2}[0-9a-f]{2}|([0-9a-f]{4}\.){2}[0-9a-f]{4}"
)
_DURATION = re.compile(
    r"[+-]?(\d+(\.\d*)?|\.\d+)\s*(ns|us|µs|μs|ms|s|m|h|d|w|[a-z]+)?((\d+(\.\d*)?|\.\d+)\s*[a-zµμ]+)*"
)
_SHORT_NAME = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?")
_LONG_NAME = re.compile(rf"{_SHORT_NAME.pattern}(\.{_SHORT_NAME.pattern})*")


def _date(text: str) -> bool:
    try:
        return bool(re.fullmatch(r"\d{4}-\d{2}-\d{2}", text)) and date.fromisoformat(text) is not None
    except ValueError:
        return False


def _date_time(text: str) -> bool:
    found = _DATE_TIME.fullmatch(text)
    if found is None or not _date(found[1]):
        return False
    return int(found[2]) < 24 and int(found[3]) < 60 and int(found[4]) < 61


def _byte(text: str) -> bool:
    try:
        base64.b64decode(text, validate=True)
    except binascii.Error:
        return False
    return True


def _address(version: int) -> Callable[[str], bool]:
    def fits(text: str) -> bool:
        try:
            return ipaddress.ip_address(text).version == version
        except ValueError:
            return False

    return fits


def _cidr(text: str) -> bool:
    try:
        ipaddress.ip_network(text, strict=False)
    except ValueError:
        return False
    return "/" in text


def _uri(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return bool(parts.scheme or text.startswith("/"))


def _uuid_of(version: str) -> Callable[[str], bool]:
    def fits(text: str) -> bool:
        plain = text.replace("-", "")
        return bool(_UUID.fullmatch(text)) and plain[12] == version

    return fits


def _by(pattern: re.Pattern[str], limit: int = 0) -> Callable[[str], bool]:
    return lambda text: bool(pattern.fullmatch(text)) and (not limit or len(text) <= limit)


FORMATS: dict[str, Callable[[str], bool]] = {
    "byte": _byte,
    "cidr": _cidr,
    "date": _date,
    "date-time": _date_time,
    "datetime": _date_time,
    "duration": _by(_DURATION),
    "email": _by(_EMAIL),
    "hostname": _by(_HOSTNAME, 253),
    "ipv4": _address(4),
    "ipv6": _address(6),
    "k8s-long-name": _by(_LONG_NAME, 253),
    "k8s-short-name": _by(_SHORT_NAME, 63),
    "mac": _by(_MAC),
    "uri": _uri,
    "uuid": _by(_UUID),
    "uuid3": _uuid_of("3"),
    "uuid4": _uuid_of("4"),
    "uuid5": _uuid_of("5"),
}
