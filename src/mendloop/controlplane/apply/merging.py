"""An applied configuration laid over a live object: what it states wins, the rest stays where it was.

Source: KEP-555; the cases of structured-merge-diff for the order of lists.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from msgspec import UNSET

from mendloop.controlplane.apply.shapes import WHOLE, ListShape, MapShape, Shape
from mendloop.controlplane.apply.values import element_of


def merge(shape: Shape, live: Any, stated: Any) -> Any:
    """The value after `stated` is laid over `live`; either may be UNSET, which says nothing.

    Guarantees: neither input is changed; parts of them may be shared with the result.
    Assumptions: `stated` fits the shape and has no duplicates in lists with keys.
    """
    if stated is UNSET or live is UNSET:
        return live if stated is UNSET else stated
    match shape.form(stated):
        case "map" if shape.map is not None and not shape.map.atomic:
            old, new = _as_map(live), _as_map(stated)
            return _merge_maps(shape.map, old, new) if old or new else stated
        case "list" if shape.list is not None and not shape.list.atomic:
            before, after = _as_list(live), _as_list(stated)
            return _merge_lists(shape.list, before, after) if before or after else stated
        case _:
            return stated


def _as_map(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _merge_maps(shape: MapShape, live: dict[str, Any], stated: dict[str, Any]) -> dict[str, Any]:
    return {
        name: merge(shape.of(name) or WHOLE, live.get(name, UNSET), stated.get(name, UNSET))
        for name in dict.fromkeys((*live, *stated))
    }


def _merge_lists(shape: ListShape, live: list[Any], stated: list[Any]) -> list[Any]:
    have = [element_of(shape, item) for item in live]
    want = {element_of(shape, item): item for item in stated}
    # An element that stands there twice is one piece: what is stated replaces all of it.
    single = {element: item for element, item in zip(have, live, strict=True) if have.count(element) == 1}
    merged = []
    for element, index in _order(have, list(want)):
        if element in want:
            merged.append(merge(shape.item, single.get(element, UNSET), want[element]))
        else:
            merged.append(live[index])
    return merged


def _order(have: Sequence[str], want: Sequence[str]) -> Iterator[tuple[str, int]]:
    """The elements of the merged list with their index in the live one (-1 for stated ones).

    The stated order holds among stated elements. What only lives keeps its place before the next element
    that both know; new elements come before it too, after what only lives.
    """
    shared = [element for element in want if element in set(have)]
    known, merged = set(want), set[str]()
    at = 0
    for element in want:
        while at < len(have) and have[at] != element:
            here = have[at]
            if here not in known:
                yield here, at
            elif here not in merged and shared and here == shared[0]:
                break
            at += 1
        yield element, -1
        merged.add(element)
        if at < len(have) and have[at] == element:
            at += 1
        if shared and (element == shared[0]):
            shared.pop(0)
    yield from ((have[index], index) for index in range(at, len(have)) if have[index] not in known)
