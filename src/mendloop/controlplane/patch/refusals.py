"""Why a patch is refused: the answer's code, reason and words, as a real API server gives them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

REJECTED = "the server rejected our request due to an error in our request"


class PatchRefused(Exception):
    """Raised where a patch cannot be applied; `details` are those of the `Status`, None where it has none."""

    def __init__(
        self, code: int, reason: str, message: str, details: Mapping[str, Any] | None = None
    ) -> None:
        super().__init__(message)
        self.code = code
        self.reason = reason
        self.message = message
        self.details = details


def bad_request(message: str) -> PatchRefused:
    return PatchRefused(400, "BadRequest", message)


def undecodable(message: str) -> PatchRefused:
    return bad_request(f"error decoding patch: {message}")


def rejected() -> PatchRefused:
    """A failed JSON Patch operation: a real server says no more than this (APIFACTS 7)."""
    return PatchRefused(422, "Invalid", REJECTED, {})


def broken(message: str) -> PatchRefused:
    """A 500 without a reason, which a real server gives for most faults of strategic patches (APIFACTS 3)."""
    return PatchRefused(500, "", message)
