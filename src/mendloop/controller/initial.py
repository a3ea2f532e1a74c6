"""Fields that are stated at creation only: what is sent later leaves them out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from mendloop.errors import Internal
from mendloop.model.fieldpath import Key, Path, parse


def without_initial(manifest: Mapping[str, Any], paths: Iterable[str]) -> dict[str, Any]:
    """The manifest without the fields at `paths`; the given one stays as it is.

    Errors: `Internal` for a text that is no path.
    """
    lasting = dict(manifest)
    for path in paths:
        lasting = _without(lasting, _parsed(path))
    return lasting


@lru_cache(maxsize=1024)
def _parsed(text: str) -> Path:
    try:
        return parse(text)
    except ValueError as error:
        raise Internal(f"Child(initial=[{text!r}]): {error}", reason="InvalidManifest") from error


def _without(value: Any, path: Path) -> Any:
    head, rest = path[0], path[1:]
    if isinstance(value, Mapping) and isinstance(head, str) and head in value:
        if not rest:
            return {name: inner for name, inner in value.items() if name != head}
        return {**value, head: _without(value[head], rest)}
    if isinstance(value, list) and isinstance(head, Key):
        kept = [(item, _is(item, head)) for item in value]
        if not rest:
            return [item for item, meant in kept if not meant]
        return [_without(item, rest) if meant else item for item, meant in kept]
    return value


def _is(item: Any, key: Key) -> bool:
    return isinstance(item, Mapping) and all(item.get(name) == wanted for name, wanted in key.pairs)
