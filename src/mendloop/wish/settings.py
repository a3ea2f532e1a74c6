"""What an operator is told from outside: typed, read once at start, never at import."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self, dataclass_transform

import msgspec

from mendloop.errors.exceptions import Invalid
from mendloop.model.types import _KeywordOnly


@dataclass_transform(kw_only_default=True, frozen_default=True, field_specifiers=(msgspec.field,))
class Settings(msgspec.Struct, metaclass=_KeywordOnly, frozen=True):
    """Settings from environment variables: the field `backup_url` is read from `BACKUP_URL`."""

    @classmethod
    def load(cls, environ: Mapping[str, str]) -> Self:
        """The settings that `environ` states. Errors: `Invalid` naming the variable."""
        stated: dict[str, Any] = {
            field: environ[field.upper()] for field in cls.__struct_fields__ if field.upper() in environ
        }
        try:
            return msgspec.convert(stated, cls, strict=False)
        except msgspec.ValidationError as error:
            raise Invalid(f"environment of {cls.__name__}: {error}") from error
