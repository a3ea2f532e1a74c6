"""Field paths as managedFields write them, and sets of them.

A path is a tuple of elements, an element the text that `fieldsV1` uses as a key: `f:spec` for a field,
`k:{"name":"web"}` for the item of a list with keys, `v:"a"` for the item of a set, `i:0` for a position.

Source: KEP-555; `FieldsV1` in the API reference.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any, TypeAlias

import msgspec

from mendloop.controlplane.gotext import go_json

Path: TypeAlias = tuple[str, ...]
Paths: TypeAlias = frozenset[Path]
Tree: TypeAlias = dict[str, Any]

NONE: Paths = frozenset()
_MEMBER = "."


def key_element(keys: Mapping[str, Any]) -> str:
    """The element of a list item that is told apart by these keys."""
    if all(type(value) is str for value in keys.values()):
        return _named(tuple(keys.items()))
    return f"k:{go_json(dict(keys))}"


@lru_cache(maxsize=4096)
def _named(keys: tuple[tuple[str, str], ...]) -> str:
    """Most items bear names, and the same ones in every write."""
    return f"k:{go_json(dict(keys))}"


def value_element(value: Any) -> str:
    """The element of a set's item."""
    return f"v:{msgspec.json.encode(value).decode()}"


def decode(tree: Mapping[str, Any]) -> Paths:
    """The paths in a `fieldsV1` document. Raises ValueError where it is none."""
    found: list[Path] = []
    _gather(tree, (), found)
    return frozenset(found)


def _gather(tree: Mapping[str, Any], prefix: Path, found: list[Path]) -> None:
    for element, inner in tree.items():
        if element == _MEMBER:
            found.append(prefix)
            continue
        if ":" not in element:
            raise ValueError(f"missing colon: {element}")
        path = (*prefix, _normal(element))
        if inner:
            _gather(inner, path, found)
        else:
            found.append(path)


@lru_cache(maxsize=4096)
def _normal(element: str) -> str:
    """The one spelling of an element, since clients may write keys in another order or with blanks."""
    kind, _, text = element.partition(":")
    if kind == "k":
        return key_element(msgspec.json.decode(text))
    return value_element(msgspec.json.decode(text)) if kind == "v" else element


def encode(paths: Iterable[Path]) -> Tree:
    """The `fieldsV1` document of a set of paths."""
    tree: Tree = {}
    for path in sorted(paths):
        here = tree
        for element in path:
            here = here.setdefault(element, {})
        here[_MEMBER] = {}
    return _without_dots(tree)


def _without_dots(tree: Tree) -> Tree:
    """A member without members below it is written as an empty map."""
    return {
        element: {} if inner == {_MEMBER: {}} else inner if element == _MEMBER else _without_dots(inner)
        for element, inner in tree.items()
    }


def show(path: Path) -> str:
    """A path as messages print it: `.spec.containers[name="c"].image`."""
    return "".join(map(_show_element, path))


def _show_element(element: str) -> str:
    kind, _, text = element.partition(":")
    match kind:
        case "f":
            return f".{text}"
        case "k":
            keys: dict[str, Any] = msgspec.json.decode(text)
            return f"[{','.join(f'{name}={_json(value)}' for name, value in sorted(keys.items()))}]"
        case "v":
            return f"[={text}]"
        case _:
            return f"[{text}]"


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()


def branches(paths: Iterable[Path]) -> Tree:
    """The paths as nested maps in which `.` marks a member, for walks along a value."""
    tree: Tree = {}
    for path in paths:
        here = tree
        for element in path:
            here = here.setdefault(element, {})
        here[_MEMBER] = {}
    return tree


def is_member(branch: Tree | None) -> bool:
    """A path that ends here is in the set."""
    return branch is not None and _MEMBER in branch


def goes_on(branch: Tree | None) -> bool:
    """A path that leads further is in the set."""
    return branch is not None and any(element != _MEMBER for element in branch)


def prefixes(path: Path) -> Iterator[Path]:
    """All beginnings of a path, from the shortest to the path itself."""
    return (path[:length] for length in range(1, len(path) + 1))


def without(paths: Paths, roots: Iterable[Path]) -> Paths:
    """The paths that are neither one of `roots` nor below one."""
    cut = frozenset(roots)
    if not cut:
        return paths
    return frozenset(path for path in paths if not any(prefix in cut for prefix in prefixes(path)))
