"""Where the items of a merged list stand."""

from __future__ import annotations

from typing import Any


def interleave(kept: list[Any], stated: list[Any], live: list[Any], key: str | None) -> list[Any]:
    """Items that only the server knows among those that the patch states.

    Both keep their own order. An item of the server goes before a stated one that follows it in the live
    list; before a stated item that is new, nothing of the server goes (APIFACTS 27).
    """
    position = {_identity(item, key): at for at, item in reversed(list(enumerate(live)))}
    merged: list[Any] = []
    rest = list(kept)
    for item in stated:
        at = position.get(_identity(item, key))
        while rest and at is not None:
            mine = position.get(_identity(rest[0], key))
            if mine is None or mine >= at:
                break
            merged.append(rest.pop(0))
        merged.append(item)
    return merged + rest


def _identity(item: Any, key: str | None) -> Any:
    return item if key is None else item.get(key)
