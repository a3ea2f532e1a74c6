"""Walks along a value and its shape: which paths it sets, whether it fits, what differs, what is left.

Source: KEP-555; the semantics of structured-merge-diff as its cases describe them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
from msgspec import UNSET

from mendloop.controlplane.apply.paths import (
    Path,
    Paths,
    Tree,
    goes_on,
    is_member,
    key_element,
    show,
    value_element,
)
from mendloop.controlplane.apply.shapes import WHOLE, ListShape, MapShape, Shape
from mendloop.controlplane.gotext import go_syntax, go_type, go_value


class Misfit(ValueError):
    """Raised when a list item cannot be told from the others."""


def element_of(shape: ListShape, item: Any) -> str:
    """The path element of a list's item. Raises `Misfit` for an item that cannot have one."""
    if not shape.keys:
        return _set_element(item)
    if item is None:
        raise Misfit("associative list with keys may not have a null element")
    if not isinstance(item, dict):
        raise Misfit("associative list with keys may not have non-map elements")
    found = {key: item.get(key, shape.key_default(key)) for key in shape.keys}
    found = {key: value for key, value in found.items() if value is not UNSET}
    if not found:
        names = " ".join(f'"{key}"' for key in shape.keys)
        raise Misfit(
            f"associative list with keys has an element that omits all key fields [{names}]"
            " (and doesn't have default values for any key fields)"
        )
    return key_element(found)


def _set_element(item: Any) -> str:
    match item:
        case dict():
            raise Misfit("associative list without keys has an element that's a map type")
        case list():
            raise Misfit("not supported: associative list with lists as elements")
        case None:
            raise Misfit("associative list without keys has an element that's an explicit null")
        case _:
            return value_element(item)


# Does it fit ----------------------------------------------------------------------------------------


def misfits(shape: Shape, value: Any, *, duplicates: bool = False) -> list[str]:
    """What is wrong with a value, each as `.path: message`; `duplicates` are allowed in stored objects."""
    found: list[tuple[Path, str]] = []
    _check(shape, value, (), found, duplicates)
    return [f"{show(path)}: {message}" if path else message for path, message in found]


Found = list[tuple[Path, str]]


def _check(shape: Shape, value: Any, path: Path, found: Found, duplicates: bool) -> None:
    if value is None:
        return
    match shape.form(value):
        case "map":
            assert shape.map is not None
            _check_map(shape.map, value, path, found, duplicates)
        case "list":
            assert shape.list is not None
            _check_list(shape.list, value, path, found, duplicates)
        case "scalar":
            if (message := _scalar_misfit(shape.scalar, value)) is not None:
                found.append((path, message))


def _scalar_misfit(scalar: str | None, value: Any) -> str | None:
    numeric = isinstance(value, int | float) and not isinstance(value, bool)
    match scalar:
        case "numeric" if not numeric:
            return f"expected numeric (int or float), got {go_type(value)}"
        case "string" if not isinstance(value, str):
            return f"expected string, got &value.valueUnstructured{{Value:{go_syntax(value)}}}"
        case "boolean" if not isinstance(value, bool):
            return f"expected boolean, got &{{{go_value(value)}}}"
        case "untyped" if isinstance(value, dict | list):
            return f"expected any scalar, got &{{{go_value(value)}}}"
    return None


def _check_map(shape: MapShape, value: Any, path: Path, found: Found, duplicates: bool) -> None:
    if not isinstance(value, dict):
        found.append((path, f"expected map, got &{{{go_value(value)}}}"))
        return
    for name, inner in value.items():
        below = shape.of(name)
        if below is None:
            found.append(((*path, f"f:{name}"), "field not declared in schema"))
            # The first undeclared field ends the walk of its map, as on a real server.
            return
        _check(below, inner, (*path, f"f:{name}"), found, duplicates)


def _check_list(shape: ListShape, value: Any, path: Path, found: Found, duplicates: bool) -> None:
    if not isinstance(value, list):
        found.append((path, f"expected list, got &{{{go_value(value)}}}"))
        return
    seen: set[str] = set()
    for index, item in enumerate(value):
        element = f"i:{index}"
        if not shape.atomic:
            try:
                element = element_of(shape, item)
            except Misfit as misfit:
                found.append((path, f"element {index}: {misfit}"))
                return
            if element in seen and not duplicates:
                found.append((path, f"duplicate entries for key {show((element,))}"))
            seen.add(element)
        _check(shape.item, item, (*path, element), found, duplicates)


# Which paths does it set ----------------------------------------------------------------------------


def paths_of(shape: Shape, value: Any) -> Paths:
    """The paths that a value states, as the manager that applies it comes to own them."""
    found: set[Path] = set()
    _collect(shape, value, (), found)
    return frozenset(found)


def _collect(shape: Shape, value: Any, path: Path, found: set[Path]) -> None:
    match shape.form(value):
        case "map" if shape.map is not None and not shape.map.atomic:
            if isinstance(value, dict):
                _collect_map(shape.map, value, path, found)
        case "list" if shape.list is not None and not shape.list.atomic:
            if isinstance(value, list):
                _collect_list(shape.list, value, path, found)
        case _:
            found.add(path)


def _collect_map(shape: MapShape, value: dict[str, Any], path: Path, found: set[Path]) -> None:
    for name, inner in value.items():
        below = (*path, f"f:{name}")
        _collect(shape.of(name) or WHOLE, inner, below, found)
        # A struct's field is known by what is in it; a map's key, and anything empty, by itself.
        if inner is None or inner == {} or name not in shape.fields:
            found.add(below)


def _collect_list(shape: ListShape, value: list[Any], path: Path, found: set[Path]) -> None:
    grouped = _by_element(shape, value)
    for element, items in grouped.items():
        below = (*path, element)
        found.add(below)
        if len(items) == 1:
            _collect(shape.item, items[0], below, found)


def _by_element(shape: ListShape, value: list[Any]) -> dict[str, list[Any]]:
    grouped: dict[str, list[Any]] = {}
    for item in value:
        try:
            element = element_of(shape, item)
        except Misfit:
            continue
        grouped.setdefault(element, []).append(item)
    return grouped


# What differs ---------------------------------------------------------------------------------------


class Difference(msgspec.Struct):
    """Paths that a change added, modified and removed."""

    added: set[Path]
    modified: set[Path]
    removed: set[Path]

    @property
    def taken(self) -> Paths:
        """What a writer comes to own by this change."""
        return frozenset(self.added | self.modified)


def difference(shape: Shape, old: Any, new: Any) -> Difference:
    """What became different from `old` to `new`."""
    found = Difference(set(), set(), set())
    _compare(shape, old, new, (), found)
    return found


def _compare(shape: Shape, old: Any, new: Any, path: Path, found: Difference) -> None:
    """Either side may be UNSET: absent, which is another thing than null."""
    if old is new:
        return  # most of an object is shared between its states
    absent = old is UNSET or new is UNSET
    if not absent and shape.form(old) != shape.form(new):
        _compare_as(shape.form(old), shape, old, new, path, found)
    leaf = _compare_as(shape.form(old if new is UNSET else new), shape, old, new, path, found)
    if not leaf:
        if old is UNSET:
            found.added.add(path)
        elif new is UNSET:
            found.removed.add(path)


def _compare_as(form: str, shape: Shape, old: Any, new: Any, path: Path, found: Difference) -> bool:
    """Compares in one form; whether the place was taken as a leaf."""
    if form == "map" and shape.map is not None:
        olds, news = _as(dict, old), _as(dict, new)
        if not shape.map.atomic and (olds or news):
            _compare_maps(shape.map, olds, news, path, found)
            return False
    elif form == "list" and shape.list is not None:
        olds, news = _as(list, old), _as(list, new)
        if not shape.list.atomic and (olds or news):
            _compare_lists(shape.list, olds, news, path, found)
            return False
    _compare_leaf(old, new, path, found)
    return True


def _as(kind: type, value: Any) -> Any:
    return value if isinstance(value, kind) else kind()


def _compare_leaf(old: Any, new: Any, path: Path, found: Difference) -> None:
    if old is UNSET:
        found.added.add(path)
    elif new is UNSET:
        found.removed.add(path)
    elif not same(old, new):
        found.modified.add(path)


def same(old: Any, new: Any) -> bool:
    """Equal as JSON: unlike in Python, true is not 1."""
    if isinstance(old, dict) and isinstance(new, dict):
        return old.keys() == new.keys() and all(same(old[name], new[name]) for name in old)
    if isinstance(old, list) and isinstance(new, list):
        return len(old) == len(new) and all(map(same, old, new))
    return isinstance(old, bool) == isinstance(new, bool) and bool(old == new)


def _compare_maps(shape: MapShape, old: Any, new: Any, path: Path, found: Difference) -> None:
    for name in old.keys() | new.keys():
        below = (*path, f"f:{name}")
        _compare(shape.of(name) or WHOLE, old.get(name, UNSET), new.get(name, UNSET), below, found)


def _compare_lists(shape: ListShape, old: Any, new: Any, path: Path, found: Difference) -> None:
    olds, news = _by_element(shape, old), _by_element(shape, new)
    for element in olds.keys() | news.keys():
        _compare_items(shape.item, olds.get(element, []), news.get(element, []), (*path, element), found)


def _compare_items(shape: Shape, olds: list[Any], news: list[Any], path: Path, found: Difference) -> None:
    """One element of a list; several items under it are duplicates, which are owned in one piece."""
    match len(olds) > 1, len(news) > 1:
        case True, True:
            if not same(olds, news):
                found.modified.add(path)
        case True, False:
            if news:
                _compare(shape, UNSET, news[0], path, found)
            found.removed.add(path)
        case False, True:
            if olds:
                _compare(shape, olds[0], UNSET, path, found)
            found.added.add(path)
        case _:
            _compare(shape, olds[0] if olds else UNSET, news[0] if news else UNSET, path, found)


# What is left ---------------------------------------------------------------------------------------


def remove(shape: Shape, value: Any, doomed: Tree) -> Any:
    """The value without the paths in `doomed` (as `paths.branches` gives them)."""
    match shape.form(value):
        case "map" if shape.map is not None:
            if not isinstance(value, dict) or shape.map.atomic:
                return None
            return dict(_kept_fields(shape.map, value, doomed)) or None
        case "list" if shape.list is not None:
            if not isinstance(value, list) or shape.list.atomic:
                return None
            return list(_kept_items(shape.list, value, doomed)) or None
        case _:
            return value


def _kept_fields(shape: MapShape, value: dict[str, Any], doomed: Tree) -> Iterator[tuple[str, Any]]:
    for name, inner in value.items():
        branch = doomed.get(f"f:{name}")
        if is_member(branch):
            continue
        yield name, remove(shape.of(name) or WHOLE, inner, branch) if branch and goes_on(branch) else inner


def _kept_items(shape: ListShape, value: list[Any], doomed: Tree) -> Iterator[Any]:
    for item in value:
        branch = doomed.get(element_of(shape, item))
        if is_member(branch):
            continue
        yield remove(shape.item, item, branch) if branch and goes_on(branch) else item


def cut_at_atoms(shape: Shape, paths: Paths) -> Paths:
    """The paths, each ending no deeper than the first place that is owned in one piece.

    Entries written before a schema made a list or map atomic lead deeper than anybody can own now.
    """
    return frozenset(_cut(shape, path) for path in paths)


def _cut(shape: Shape, path: Path) -> Path:
    here: Shape | None = shape
    for length, element in enumerate(path):
        if here is None:
            return path
        if element.startswith("f:"):
            if here.map is None or here.map.atomic:
                return path[:length] if here.map is not None else path
            here = here.map.of(element[2:])
        else:
            if here.list is None or here.list.atomic:
                return path[:length] if here.list is not None else path
            here = here.list.item
    return path


def with_parents(shape: Shape, paths: Paths) -> Paths:
    """The paths with every declared field on the way to one of them."""
    found = set(paths)
    for path in paths:
        _add_parents(shape, path, found)
    return frozenset(found)


def _add_parents(shape: Shape, path: Path, found: set[Path]) -> None:
    here: Shape | None = shape
    for length, element in enumerate(path, start=1):
        kind, _, name = element.partition(":")
        if here is None:
            return
        if kind != "f":
            here = here.list.item if here.list is not None else None
            continue
        if here.map is None:
            return
        if name in here.map.fields:
            found.add(path[:length])
        here = here.map.of(name)
