"""The forms of names that the API knows, and the sentences in which it refuses others.

Source: RFC 1123, RFC 1035; "Object names and IDs" in the Kubernetes documentation; measured on 1.36.
"""

from __future__ import annotations

import re

_LABEL = "[a-z0-9]([-a-z0-9]*[a-z0-9])?"
_SUBDOMAIN = rf"{_LABEL}(\.{_LABEL})*"
_LABEL_1035 = "[a-z]([-a-z0-9]*[a-z0-9])?"
_QUALIFIED = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]"

SUBDOMAIN_RULE = (
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must "
    "start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is "
    f"'{_SUBDOMAIN}')"
)
LABEL_RULE = (
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start "
    "and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is "
    f"'{_LABEL}')"
)
LABEL_1035_RULE = (
    "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic "
    "character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for "
    f"validation is '{_LABEL_1035}')"
)
CONFIG_KEY_RULE = (
    "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or "
    "'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')"
)
ENV_RULE = "a valid environment variable name must consist only of printable ASCII characters other than '='"
PORT_NAME_LIMIT = 15


def _faults(text: str, pattern: str, limit: int, rule: str) -> list[str]:
    faults = [f"must be no more than {limit} characters"] if len(text) > limit else []
    return faults if re.fullmatch(pattern, text) else [*faults, rule]


def subdomain_faults(text: str) -> list[str]:
    """What is wrong with a DNS-1123 subdomain, the usual form of an object's name."""
    return _faults(text, _SUBDOMAIN, 253, SUBDOMAIN_RULE)


def label_faults(text: str) -> list[str]:
    """What is wrong with a DNS-1123 label (namespaces, containers, volumes)."""
    return _faults(text, _LABEL, 63, LABEL_RULE)


def label_1035_faults(text: str) -> list[str]:
    """What is wrong with a DNS-1035 label (Services, the names in a CRD)."""
    return _faults(text, _LABEL_1035, 63, LABEL_1035_RULE)


def config_key_faults(text: str) -> list[str]:
    """What is wrong with a key of a ConfigMap or Secret."""
    faults = _faults(text, "[-._a-zA-Z0-9]+", 253, CONFIG_KEY_RULE)
    if text in (".", ".."):
        faults.append(f"must not be '{text}'")
    elif text.startswith(".."):
        faults.append("must not start with '..'")
    return faults


def env_faults(text: str) -> list[str]:
    """What is wrong with the name of an environment variable."""
    fine = bool(text) and all(" " <= char <= "~" and char != "=" for char in text)
    return [] if fine else [ENV_RULE]


def port_name_faults(text: str) -> list[str]:
    """What is wrong with the name of a port (an IANA service name)."""
    faults = []
    if len(text) > PORT_NAME_LIMIT:
        faults.append(f"must be no more than {PORT_NAME_LIMIT} characters")
    if not re.fullmatch(r"[-a-z0-9]+", text):
        faults.append("must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)")
    if not re.search(r"[a-z]", text):
        faults.append("must contain at least one letter (a-z)")
    if "--" in text:
        faults.append("must not contain consecutive hyphens")
    if text.startswith("-") or text.endswith("-"):
        faults.append("must not begin or end with a hyphen")
    return faults
