"""Where exactly two objects differ: the slow, precise walk, taken only where the quick answer was no."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from mendloop.delta import compare, values
from mendloop.delta.difference import Change, Learned
from mendloop.delta.shape import Form, Shape
from mendloop.errors.exceptions import Invalid
from mendloop.model.fieldpath import Key, Member, Path, Segment, render
from mendloop.model.fieldset import FieldSet


class Owners:
    """Who owns a path, as far as the live object says."""

    def __init__(self, ours: FieldSet | None, others: Sequence[tuple[str, FieldSet]] = ()) -> None:
        self.ours = ours
        self._others = others

    def lost(self, path: Path) -> bool:
        """True where we own fields of the object, but not this one."""
        return self.ours is not None and path not in self.ours

    def others(self, path: Path) -> tuple[str, ...]:
        """Other managers that own it."""
        return tuple(sorted({manager for manager, owned in self._others if path in owned}))

    def by(self, path: Path) -> str:
        """` by X`, where it is known who else holds the field."""
        names = self.others(path)
        return f" by {', '.join(names)}" if names else ""


class Walk:
    """Collects changes; `tolerated` are paths where what was learned explains the difference."""

    def __init__(self, owners: Owners, learned: Learned) -> None:
        self.owners = owners
        self.learned = learned
        self.changes: list[Change] = []
        self.tolerated: list[str] = []

    def fields(self, wish: Mapping[str, Any], live: Mapping[str, Any], shape: Shape, path: Path) -> None:
        """Compare what a struct or map states."""
        for name, want in wish.items():
            self.value(want, live.get(name), shape.kids[name], (*path, name))

    def value(self, wish: Any, live: Any, shape: Shape, path: Path) -> None:
        """Compare one stated value; raises Invalid where it does not fit the schema."""
        if compare.agree(wish, live, shape):
            return
        _fits(wish, shape, path)
        if live is None:
            check(wish, shape, path)
            self._note(path, None, wish, "is not there")
        elif isinstance(wish, dict) and isinstance(live, dict):
            self._struct(wish, live, shape, path)
        elif isinstance(wish, list) and isinstance(live, list):
            self._list(wish, live, shape, path)
        elif not self._left_to_the_server(wish, shape, path):
            self._note(path, live, wish, self._differs(path))

    def _struct(self, wish: dict[str, Any], live: dict[str, Any], shape: Shape, path: Path) -> None:
        if shape.form is Form.SELECTOR:
            self._note(path, live, wish, "selects other objects" + self.owners.by(path))
            return
        self.fields(wish, live, shape, path)
        if shape.form is Form.WHOLE:
            self._strangers(wish, live, shape, path, self.owners.lost(path))

    def _strangers(
        self, wish: Mapping[str, Any], live: Mapping[str, Any], shape: Shape, path: Path, lost: bool
    ) -> None:
        """Fields beside the stated ones in what is owned as one whole.

        A map holds exactly what was stated. In a struct they are defaults, unless somebody else wrote since:
        whoever edits a part takes the whole from us.
        """
        free = shape.schema is not None and shape.schema.is_map
        if free and not wish and self._left_to_the_server(wish, shape, path):
            return
        if free or lost:
            for below in compare.strangers(wish, live, shape):
                at = (*path, *below)
                self._note(at, _at(live, below), None, "was added" + self.owners.by(at))

    def _list(self, wish: list[Any], live: list[Any], shape: Shape, path: Path) -> None:
        match shape.form:
            case Form.KEYED:
                self._keyed(wish, live, shape, path)
            case Form.SET:
                for want in wish:
                    if not any(compare.agree(want, have, shape.item) for have in live):
                        self._note((*path, Member(want)), None, want, "is not in the set")
            case Form.TOLERATIONS:
                self._note(path, live, wish, self._differs(path))
            case _:
                self._ordered(wish, live, shape, path)

    def _ordered(self, wish: list[Any], live: list[Any], shape: Shape, path: Path) -> None:
        if not wish and self._left_to_the_server(wish, shape, path):
            return
        if len(wish) != len(live):
            self._note(path, live, wish, self._differs(path))
            return
        lost = self.owners.lost(path)
        for place, (want, have) in enumerate(zip(wish, live, strict=True)):
            self.value(want, have, shape.item, (*path, place))
            if isinstance(want, dict) and isinstance(have, dict) and lost:
                self._strangers(want, have, shape.item, (*path, place), lost)

    def _keyed(self, wish: list[Any], live: list[Any], shape: Shape, path: Path) -> None:
        _keys_are_sound(wish, shape, path)
        index = compare.index_of(live, shape)
        before = len(self.changes)
        for want in wish:
            key = shape.key_of(want)
            at = (*path, _segment(key, shape))
            have = index.get(key)
            if have is None:
                check(want, shape.item, at)
                self._note(at, None, want, "is not there")
            else:
                self.fields(want, have, shape.item, at)
        if len(self.changes) == before and shape.ordered_env and not compare.env_order_kept(wish, live):
            stated = {env.get("name"): {**(index.get(shape.key_of(env)) or {}), **env} for env in wish}
            others = [env for env in live if env.get("name") not in stated]
            self._note(path, live, [*others, *stated.values()], "a $(VAR) needs what stands before it")

    def _left_to_the_server(self, wish: Any, shape: Shape, path: Path) -> bool:
        """An empty text or list that Go would leave out states nothing, unless we stated more before."""
        if wish or isinstance(wish, bool | int | float) or not shape.typed or shape.pointer:
            return False
        return self.owners.ours is None or path not in self.owners.ours

    def _differs(self, path: Path) -> str:
        if self.owners.lost(path):
            return "was changed" + (self.owners.by(path) or " since we applied it")
        return "differs"

    def _note(self, path: Path, before: Any, after: Any, why: str) -> None:
        text = render(path)
        if text in self.learned:
            wished, given = self.learned[text]
            if identical(wished, after) and identical(given, before):
                self.tolerated.append(text)
                return
        self.changes.append(Change(text, before, after, why))


def identical(one: Any, other: Any) -> bool:
    """Equal as JSON in every part, so that `True` is not `1`."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(
            identical(inner, other[name]) for name, inner in one.items()
        )
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(identical, one, other))
    return values.same_scalar(one, other)


def check(wish: Any, shape: Shape, path: Path = ()) -> None:
    """Raise Invalid, with the path, where a wish does not have the form that the schema gives it.

    Says nothing of values: the server is their judge.
    """
    _fits(wish, shape, path)
    if isinstance(wish, dict):
        for name, inner in wish.items():
            check(inner, shape.kids[name], (*path, name))
    elif isinstance(wish, list):
        if shape.form is Form.KEYED:
            _keys_are_sound(wish, shape, path)
        for place, inner in enumerate(wish):
            segment = _segment(shape.key_of(inner), shape) if shape.form is Form.KEYED else place
            check(inner, shape.item, (*path, segment))


def _at(value: Any, path: Path) -> Any:
    for name in path:
        value = value[name]
    return value


def _segment(key: tuple[Any, ...], shape: Shape) -> Segment:
    return Key.of(
        {name: value for (name, _), value in zip(shape.keys, key, strict=True) if value is not None}
    )


def _keys_are_sound(wish: Sequence[Any], shape: Shape, path: Path) -> None:
    for want in wish:
        if not isinstance(want, dict):
            raise Invalid(f"{render(path)} holds {want!r} where an object belongs", field=render(path))
    for key, count in Counter(map(shape.key_of, wish)).items():
        if count > 1:
            at = render((*path, _segment(key, shape)))
            raise Invalid(f"{at} is stated {count} times", field=at)
        # A key that may be absent is one of several (a port without a name of its own); one alone may not.
        if key[0] is None and len(key) == 1:
            name = shape.keys[0][0]
            raise Invalid(f"an item of {render(path)} has no {name!r}", field=render(path))


def _fits(wish: Any, shape: Shape, path: Path) -> None:
    """Raise Invalid for an object, list or plain value where the schema has another of the three."""
    schema = shape.schema
    if schema is None or schema.type is None or wish is None:
        return
    wanted = {"object": dict, "array": list}.get(schema.type)
    if isinstance(wish, dict | list) if wanted is None else not isinstance(wish, wanted):
        at = render(path)
        raise Invalid(f"{at} must be of type {schema.type}, not {type(wish).__name__}", field=at)
