"""Who asks over HTTP: static tokens in kube-apiserver's own file format."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path

from mendloop.controlplane.answers import UNAUTHORIZED
from mendloop.controlplane.wire import User


class TokenFileError(ValueError):
    """Raised when a token file cannot be used; the message names file and line."""


def read_tokens(path: Path) -> dict[str, User]:
    """Users by token, from lines of `token,user,uid,"group1,group2"`.

    Errors: `TokenFileError`, `OSError`.
    """
    users: dict[str, User] = {}
    with path.open(newline="", encoding="utf-8") as lines:
        for number, row in enumerate(csv.reader(lines, skipinitialspace=True), 1):
            if not row or row[0].startswith("#"):
                continue
            if len(row) < 3 or not row[0]:
                raise TokenFileError(
                    f"{path}:{number}: expected token,user,uid and maybe groups, found {len(row)} columns"
                )
            groups = tuple(group.strip() for group in row[3].split(",")) if len(row) > 3 and row[3] else ()
            users[row[0]] = User(row[1], row[2], (*groups, "system:authenticated"))
    return users


class Authenticator:
    """Turns a request's headers into its user.

    Without tokens everybody is `default`; with tokens a request without a known one is refused.
    """

    def __init__(self, tokens: Mapping[str, User] | None, default: User) -> None:
        self._tokens = tokens
        self._default = default

    def user(self, headers: Mapping[str, str]) -> User:
        """Errors: `Refusal` 401."""
        if self._tokens is None:
            return self._default
        scheme, _, token = headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or (user := self._tokens.get(token.strip())) is None:
            raise UNAUTHORIZED
        return user
