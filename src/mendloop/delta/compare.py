"""Do two values mean the same? The quick answer, given thousands of times for each difference found.

It says yes only where that is sure; a no may turn out harmless when `walk` looks again with paths and
ownership at hand (a default inside an atomic list, an empty text where the server put its own).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import UNSET

from mendloop.delta import values
from mendloop.delta.shape import Form, Shape
from mendloop.model.fieldpath import Path

_KEYED, _SET = Form.KEYED, Form.SET


def fields_agree(wish: Mapping[str, Any], live: Mapping[str, Any], shape: Shape) -> bool:
    """True where each stated field means what the live one means; fields not stated are not looked at."""
    kids = shape.kids
    get = live.get
    for name, want in wish.items():
        have = get(name)
        kind = type(want)
        if kind is str:
            if want != have and not agree(want, have, kids[name]):
                return False
        elif kind is dict:
            kid = kids[name]
            if kid.open and type(have) is dict:
                if kid.texts and want.items() <= have.items():
                    continue
                if not fields_agree(want, have, kid):
                    return False
            elif not agree(want, have, kid):
                return False
        elif want is None:
            continue
        # `True == 1`, so the type has to agree as well.
        elif (kind is list or want != have or type(have) is not kind) and not agree(want, have, kids[name]):
            return False
    return True


def agree(wish: Any, live: Any, shape: Shape) -> bool:
    """True where one stated value surely means what the live one means."""
    if wish is None or shape.form is Form.IGNORED:
        return True
    if live is None:
        return absent_means(wish, shape)
    if type(wish) is dict:
        return type(live) is dict and _structs_agree(wish, live, shape)
    if type(wish) is list:
        return type(live) is list and _lists_agree(wish, live, shape)
    if shape.equal is not None:
        return shape.equal(wish, live)
    if wish == "" and shape.typed and not shape.pointer and live == shape.default:
        return True  # Go leaves an empty text out, and the server has put its default there
    return type(live) not in (dict, list) and values.same_scalar(wish, live)


def absent_means(wish: Any, shape: Shape) -> bool:
    """True where a field that is not there means what is wished.

    In Go-typed kinds absence is the zero value, but for pointers. Elsewhere `{}`, `[]` and null are absence,
    and so is what the server defaults.
    """
    if wish is None or shape.form is Form.IGNORED:
        return True
    if isinstance(wish, dict):
        if shape.typed and shape.pointer:
            return False
        return all(absent_means(inner, shape.kids[name]) for name, inner in wish.items())
    if isinstance(wish, list):
        return not wish
    if shape.typed and not shape.pointer and values.is_zero(wish):
        return True
    return shape.implied and values.same_scalar(wish, shape.default)


def _structs_agree(wish: dict[str, Any], live: dict[str, Any], shape: Shape) -> bool:
    match shape.form:
        case Form.SELECTOR:
            return values.same_selector(wish, live)
        case Form.WHOLE:
            return fields_agree(wish, live, shape) and not strangers(wish, live, shape)
        case _:
            return fields_agree(wish, live, shape)


def strangers(wish: Mapping[str, Any], live: Mapping[str, Any], shape: Shape) -> list[Path]:
    """Fields inside something owned as one whole that are neither stated nor a known default nor zero.

    Goes into structs; a list or another whole inside is looked at when the walk comes to it.
    """
    found: list[Path] = []
    for name, have in live.items():
        want, kid = wish.get(name), shape.kids[name]
        if want is None:
            if not _explained(have, kid, shape):
                found.append((name,))
        elif kid.open and type(want) is dict and type(have) is dict:
            found.extend((name, *path) for path in strangers(want, have, kid))
    return found


def _explained(have: Any, kid: Shape, parent: Shape) -> bool:
    if kid.form is Form.IGNORED or (
        values.is_zero(have) and parent.form is not Form.LEAF and not kid.pointer
    ):
        return True
    return kid.default is not UNSET and bool(have == kid.default) and type(have) is type(kid.default)


def _lists_agree(wish: list[Any], live: list[Any], shape: Shape) -> bool:
    if shape.texts and wish == live:
        return True
    form = shape.form
    if form is _KEYED:
        return _keyed_agree(wish, live, shape)
    if form is _SET:
        return all(any(agree(want, have, shape.item) for have in live) for want in wish)
    if form is Form.TOLERATIONS:
        return (shape.equal or values.same_tolerations)(wish, live)
    return len(wish) == len(live) and _in_order(wish, live, shape.item)


def _in_order(wish: list[Any], live: list[Any], item: Shape) -> bool:
    for want, have in zip(wish, live, strict=True):
        if type(want) is dict and type(have) is dict:
            if not fields_agree(want, have, item) or strangers(want, have, item):
                return False
        elif want is None or not agree(want, have, item):
            return False
    return True


def _keyed_agree(wish: list[Any], live: list[Any], shape: Shape) -> bool:
    """Items in the same places are the common case; only where one is elsewhere is an index made."""
    item, key, keys = shape.item, shape.key, shape.keys
    index: Mapping[Any, Any] | None = None
    count = len(live)
    for place, want in enumerate(wish):
        have = live[place] if place < count else None
        if type(want) is not dict:
            return False
        if type(have) is not dict or not (
            _same_key(want, have, keys) if key is None else want.get(key, want) == have.get(key)
        ):
            if index is None:
                index = index_of(live, shape)
            have = index.get(shape.key_of(want))
            if have is None:
                return False
        if not fields_agree(want, have, item):
            return False
    return index is None or not shape.ordered_env or env_order_kept(wish, live)


def _same_key(want: Mapping[str, Any], have: Mapping[str, Any], keys: Sequence[tuple[str, Any]]) -> bool:
    for name, default in keys:
        one = want.get(name, default)
        if one is None or one != have.get(name, default):
            return False
    return True


def index_of(items: Sequence[Any], shape: Shape) -> dict[Any, Any]:
    """A list-map's items by key; of two with one key the last one counts, as it does for the kubelet."""
    return {shape.key_of(item): item for item in items if isinstance(item, dict)}


def env_order_kept(wish: Sequence[Any], live: Sequence[Any]) -> bool:
    """True where each `$(VAR)` still stands on the same side of what it refers to.

    Source: `EnvVar.value` in core/v1: only variables defined before are expanded.
    """
    places = {env.get("name"): place for place, env in enumerate(live)}
    stated = {env.get("name"): place for place, env in enumerate(wish)}
    for user, env in enumerate(wish):
        text = env.get("value")
        if not isinstance(text, str) or "$(" not in text or env.get("name") not in places:
            continue
        for name, place in stated.items():
            moved = name in places and (place < user) != (places[name] < places[env.get("name")])
            if moved and f"$({name})" in text:
                return False
    return True
