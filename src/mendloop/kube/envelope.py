"""What is read of every object without reading the object: its metadata, the shape of lists and answers."""

from __future__ import annotations

from typing import Final

import msgspec

NOTHING: Final = msgspec.Raw(b"")


class OwnerReference(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """One owner, as `metadata.ownerReferences` states it."""

    api_version: str = ""
    kind: str = ""
    name: str = ""
    uid: str = ""
    controller: bool | None = None
    block_owner_deletion: bool | None = None


class Meta(msgspec.Struct, gc=False, rename="camel"):
    """An object's metadata; absent and null read alike, as nothing.

    `managed_fields` stays as it came: it is as long as many an object, and few readers want it.
    """

    name: str = ""
    namespace: str = ""
    uid: str = ""
    resource_version: str = ""
    generation: int = 0
    creation_timestamp: str | None = None
    deletion_timestamp: str | None = None
    labels: dict[str, str] | None = None
    annotations: dict[str, str] | None = None
    finalizers: tuple[str, ...] | None = None
    owner_references: tuple[OwnerReference, ...] | None = None
    managed_fields: msgspec.Raw = NOTHING

    @property
    def version(self) -> int:
        """`resourceVersion` as a number; -1 where it is none, which no order can be read from.

        Source: KEP-5504, resource versions of one resource compare as integers.
        """
        text = self.resource_version
        return int(text) if text.isdecimal() else -1

    @property
    def deleting(self) -> bool:
        return self.deletion_timestamp is not None

    @property
    def controller(self) -> OwnerReference | None:
        """The one owner that manages this object."""
        for owner in self.owner_references or ():
            if owner.controller:
                return owner
        return None


class Partial(msgspec.Struct, gc=False, rename="camel"):
    """An object of which only type and metadata were read."""

    api_version: str = ""
    kind: str = ""
    metadata: Meta = msgspec.field(default_factory=Meta)


class ListMeta(msgspec.Struct, gc=False, rename="camel"):
    """A list's metadata; `continue_` is the token of the next page."""

    resource_version: str = ""
    continue_: str = msgspec.field(default="", name="continue")
    remaining_item_count: int | None = None


class Page(msgspec.Struct, gc=False, rename="camel"):
    """One page of a list, its items still in the bytes of the answer."""

    api_version: str = ""
    kind: str = ""
    metadata: ListMeta = msgspec.field(default_factory=ListMeta)
    items: list[msgspec.Raw] | None = None


read_partial: Final = msgspec.json.Decoder(Partial).decode
read_page: Final = msgspec.json.Decoder(Page).decode


def checked_utf8(data: bytes) -> bytes:
    """The bytes, which are UTF-8.

    A decoder that skips over a field does not look into it, so a broken one would be found much later.
    Errors: `UnicodeDecodeError`, a `ValueError`.
    """
    if not data.isascii():
        data.decode()
    return data
