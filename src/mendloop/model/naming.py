"""Names: of kinds in the plural, of children, of contents."""

from __future__ import annotations

import hashlib
import re

import msgspec

LABEL_LIMIT = 63
_SUBDOMAIN = re.compile(r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$")


def digest(*parts: object) -> str:
    """Ten characters that name a content: for Jobs and ConfigMaps that must be new when their input is.

    The same in every process and for every order of a mapping's keys. Parts are what JSON can say,
    and models.
    """
    raw = msgspec.json.encode(parts, order="deterministic")
    return hashlib.sha256(raw).hexdigest()[:10]


def child_name(owner: str, *parts: str, limit: int = LABEL_LIMIT) -> str:
    """Owner and parts joined by dashes; cut and given a digest where it would be too long for a label."""
    full = "-".join((owner, *parts))
    if len(full) <= limit:
        return full
    head = full[: limit - 11].rstrip("-.")
    return f"{head}-{digest(full)}"


def plural_of(kind: str) -> str:
    """The resource name that Kubernetes guesses for a kind: `Policy` gives `policies`."""
    word = kind.lower()
    if word.endswith("endpoints"):
        return word
    if re.search(r"(s|x|z|ch|sh)$", word):
        return f"{word}es"
    if re.search(r"[^aeiou]y$", word):
        return f"{word[:-1]}ies"
    return f"{word}s"


def is_subdomain(name: str) -> bool:
    """Whether `name` is a DNS subdomain (RFC 1123), which most objects' names must be."""
    return len(name) <= 253 and _SUBDOMAIN.match(name) is not None
