"""When two single values mean the same, by what the schema says of them.

Each answers False, never raises, for values that it cannot read: what is not understood is different.
"""

from __future__ import annotations

from base64 import b64decode
from binascii import Error as Base64Error
from collections.abc import Iterable, Mapping
from typing import Any

from mendloop.model import quantity, selectors, times


def is_zero(value: Any) -> bool:
    """Empty, 0, False or null: what Go's `omitempty` leaves out."""
    return not value


def same_scalar(wish: Any, live: Any) -> bool:
    """Equal as JSON: `True` is not `1`, while `1` and `1.0` are one number."""
    if isinstance(wish, bool) or isinstance(live, bool):
        return wish is live
    return bool(wish == live)


def same_quantity(wish: Any, live: Any) -> bool:
    """`1000m` = `1` = 1."""
    try:
        return quantity.same(wish, live)
    except ValueError:
        return False


def same_int_or_string(wish: Any, live: Any) -> bool:
    """`80` = `"80"`: a server that knows the field refuses the text, so nobody can mean two things by it."""
    if isinstance(wish, bool) or isinstance(live, bool):
        return wish is live
    return bool(wish == live) or (str(wish) == str(live) and str(wish).isdigit())


def same_time(wish: Any, live: Any) -> bool:
    """One instant to the second, as `metav1.Time` keeps it."""
    return _texts_agree(wish, live, times.same_time)


def same_micro_time(wish: Any, live: Any) -> bool:
    """One instant to the microsecond."""
    return _texts_agree(wish, live, lambda a, b: times.same_time(a, b, micro=True))


def same_duration(wish: Any, live: Any) -> bool:
    """`90s` = `1m30s`."""
    return _texts_agree(wish, live, times.same_duration)


def same_bytes(wish: Any, live: Any) -> bool:
    """One content however its base64 is broken into lines."""
    return _texts_agree(wish, live, lambda a, b: _decoded(a) == _decoded(b))


def same_selector(wish: Any, live: Any) -> bool:
    """One set of requirements, however written."""
    try:
        return selectors.same(wish, live)
    except (ValueError, KeyError, TypeError, AttributeError):
        return False


def same_tolerations(wish: Any, live: Any) -> bool:
    """The same taints tolerated, in any order."""
    try:
        return _tolerated(wish) == _tolerated(live)
    except (TypeError, AttributeError):
        return False


def covers_tolerations(wish: Any, live: Any) -> bool:
    """As `same_tolerations`, where a Pod may have been given those for its node's conditions besides."""
    try:
        stated, held = _tolerated(wish), _tolerated(live)
    except (TypeError, AttributeError):
        return False
    given = held - stated
    return stated <= held and all(
        str(toleration[0]).startswith("node.kubernetes.io/") for toleration in given
    )


def _tolerated(tolerations: Iterable[Mapping[str, Any]]) -> set[tuple[Any, ...]]:
    """Source: `Toleration` in core/v1: no operator is Equal, Exists tolerates whatever value."""
    found = set()
    for stated in tolerations:
        operator = stated.get("operator") or "Equal"
        value = None if operator == "Exists" else stated.get("value") or ""
        seconds = stated.get("tolerationSeconds")
        found.add((stated.get("key") or "", operator, value, stated.get("effect") or "", seconds))
    return found


def _texts_agree(wish: Any, live: Any, same: Any) -> bool:
    if not isinstance(wish, str) or not isinstance(live, str):
        return same_scalar(wish, live)
    try:
        return bool(wish == live or same(wish, live))
    except ValueError:
        return False


def _decoded(text: str) -> bytes:
    try:
        return b64decode("".join(text.split()), validate=True)
    except Base64Error as problem:
        raise ValueError("not base64") from problem
