"""Which fields a manager owns: `fieldsV1` of a managedFields entry, read once and kept by its bytes.

Source: KEP-555; sigs.k8s.io/structured-merge-diff `fieldpath` (`f:` field, `k:` list-map item, `v:` set
item, `i:` index, `.` the thing itself).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

import msgspec

from mendloop.model.fieldpath import Key, Member, Path, Segment


class FieldSet(msgspec.Struct, frozen=True):
    """Owned paths as a tree. `whole` says that the node itself is owned, not only what is below it.

    `leaves` and `branches` divide the `fields` by whether anything is told apart inside.
    """

    whole: bool = False
    fields: tuple[tuple[str, FieldSet], ...] = ()
    items: tuple[tuple[Key, FieldSet], ...] = ()
    members: tuple[tuple[Member, FieldSet], ...] = ()
    indexes: tuple[tuple[int, FieldSet], ...] = ()
    below: dict[Segment, FieldSet] = {}
    leaves: frozenset[str] = frozenset()
    branches: tuple[tuple[str, FieldSet], ...] = ()

    @property
    def leaf(self) -> bool:
        """Owned as one whole, with nothing told apart inside."""
        return not self.below

    def at(self, segment: Segment) -> FieldSet | None:
        """What is owned below one step."""
        return self.below.get(segment)

    def __contains__(self, path: Path) -> bool:
        """True where the path, or an owned leaf above it, is owned."""
        node: FieldSet | None = self
        for segment in path:
            if node is not self and node is not None and node.leaf:
                return True
            node = node.below.get(segment) if node is not None else None
            if node is None:
                return False
        return node is not None and node.whole

    def paths(self, above: Path = ()) -> Iterator[Path]:
        """Every path that is itself owned."""
        if self.whole and above:
            yield above
        for segment, node in self.below.items():
            yield from node.paths((*above, segment))


EMPTY = FieldSet()


def parse(fields: bytes | Mapping[str, Any]) -> FieldSet:
    """The set that a `fieldsV1` describes, as JSON bytes or decoded; ValueError where it is none."""
    return _parse(fields if isinstance(fields, bytes) else msgspec.json.encode(fields))


def of_manager(obj: Mapping[str, Any], manager: str) -> FieldSet | None:
    """What a manager owns by server-side apply; None where it has no such entry."""
    found = bytes_of(obj, manager)
    return None if found is None else parse(found)


def bytes_of(obj: Mapping[str, Any], manager: str) -> bytes | None:
    """The `fieldsV1` of a manager's Apply entry as JSON, to be kept apart from the object.

    Entries of subresources (`status`, `scale`) are others than the object's own.
    """
    for entry in (obj.get("metadata") or {}).get("managedFields") or ():
        if (
            entry.get("manager") == manager
            and entry.get("operation") == "Apply"
            and not entry.get("subresource")
        ):
            return msgspec.json.encode(entry.get("fieldsV1") or {})
    return None


def of_nodes(below: Mapping[Segment, FieldSet], *, whole: bool = False) -> FieldSet:
    """A set from what is owned one step further down."""
    return FieldSet(
        whole=whole,
        fields=tuple((s, n) for s, n in below.items() if isinstance(s, str)),
        items=tuple((s, n) for s, n in below.items() if isinstance(s, Key)),
        members=tuple((s, n) for s, n in below.items() if isinstance(s, Member)),
        indexes=tuple((s, n) for s, n in below.items() if isinstance(s, int)),
        below=dict(below),
        leaves=frozenset(s for s, n in below.items() if isinstance(s, str) and n.leaf),
        branches=tuple((s, n) for s, n in below.items() if isinstance(s, str) and not n.leaf),
    )


@lru_cache(maxsize=4096)
def _parse(text: bytes) -> FieldSet:
    try:
        tree = msgspec.json.decode(text)
    except msgspec.DecodeError as problem:
        raise ValueError("fieldsV1 is not JSON") from problem
    return _node(tree, root=True)


def _node(tree: Any, *, root: bool = False) -> FieldSet:
    if not isinstance(tree, dict):
        raise ValueError(f"fieldsV1 holds {tree!r} where an object belongs")
    below = {segment_of(name): _node(inner) for name, inner in tree.items() if name != "."}
    return of_nodes(below, whole=not root and ("." in tree or not tree))


def segment_of(name: str) -> Segment:
    """The path segment that one element of fieldsV1 stands for (`f:spec`, `k:{"name":"a"}`)."""
    mark, _, rest = name.partition(":")
    try:
        match mark:
            case "f":
                return rest
            case "k":
                return Key.of(msgspec.json.decode(rest, type=dict[str, Any]))
            case "v":
                return Member(msgspec.json.decode(rest))
            case "i":
                return int(rest)
    except (msgspec.DecodeError, ValueError) as problem:
        raise ValueError(f"fieldsV1 has a malformed element {name!r}") from problem
    raise ValueError(f"fieldsV1 has an unknown element {name!r}")
