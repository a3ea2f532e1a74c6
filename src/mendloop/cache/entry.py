"""What is kept of one object: its bytes, and the few facts that are asked for all the time."""

from __future__ import annotations

from sys import intern
from typing import Any, Final

import msgspec

from mendloop.kube.envelope import Meta, read_partial
from mendloop.model.kinds import Key, KindId

_MANAGED_FIELDS: Final = b'"managedFields":'
_MAX_SHARED: Final = 4096


class Entry(msgspec.Struct, frozen=True, gc=False):
    """One object as it was at `version`.

    `raw` has no managedFields; `owned` is what our manager owns by server-side apply (FieldsV1 as bytes,
    empty where it owns nothing). `owner` is the uid of the controlling owner, or the tracking label's
    value, else empty. Nothing is decoded before `decoded()` is called, and nothing decoded is kept.
    """

    kind: KindId
    namespace: str
    name: str
    uid: str
    version: int
    generation: int
    owner: str
    raw: bytes
    owned: bytes

    @property
    def key(self) -> Key:
        return Key(self.kind, self.namespace, self.name)

    @property
    def meta(self) -> Meta:
        """The metadata, decoded anew."""
        return read_partial(self.raw).metadata

    def decoded(self) -> dict[str, Any]:
        """The whole object, decoded anew: the caller may change it."""
        return msgspec.json.decode(self.raw, type=dict[str, Any])


class Change(msgspec.Struct, frozen=True, gc=False):
    """What became of one object: `old` is None when it is new, `new` is None when it is gone.

    An object that was replaced by a namesake comes as two changes: the old one gone, then a new one.
    `meta` is the newest metadata known. `initial`: it was there when the first list came. `writer` is who
    learned it from the answer to a write of its own; None for what a watch or a list told.
    """

    old: Entry | None
    new: Entry | None
    meta: Meta
    initial: bool = False
    writer: object | None = None

    @property
    def entry(self) -> Entry:
        entry = self.new or self.old
        assert entry is not None
        return entry


class _Manager(msgspec.Struct, gc=False, rename="camel"):
    manager: str = ""
    operation: str = ""
    subresource: str = ""
    fields_v1: msgspec.Raw = msgspec.field(default=msgspec.Raw(b""), name="fieldsV1")


_read_managers: Final = msgspec.json.Decoder(list[_Manager] | None).decode


class EntryMaker:
    """Makes entries of one kind. Equal ownership is kept once, however many objects share it."""

    def __init__(
        self, kind: KindId, *, manager: str = "", tracking_label: str = "", metadata_only: bool = False
    ) -> None:
        self._kind = kind
        self._metadata_only = metadata_only
        self._manager = manager
        self._manager_mark = f'"{manager}"'.encode()
        self._tracking_label = tracking_label
        self._shared: dict[bytes, bytes] = {}

    def make(self, meta: Meta, raw: bytes) -> Entry:
        """The entry for an object as it came from the server."""
        managed = bytes(meta.managed_fields)
        if self._metadata_only:
            raw = _metadata_of(raw)
        return Entry(
            self._kind,
            intern(meta.namespace),
            meta.name,
            meta.uid,
            meta.version,
            meta.generation,
            self._owner(meta),
            without_managed_fields(raw, managed) if managed else raw,
            self._owned(managed),
        )

    def _owner(self, meta: Meta) -> str:
        if (controller := meta.controller) is not None:
            return controller.uid
        if meta.labels and (tracked := meta.labels.get(self._tracking_label)):
            return tracked
        return ""

    def _owned(self, managed: bytes) -> bytes:
        if not self._manager or self._manager_mark not in managed:
            return b""
        for entry in _read_managers(managed) or ():
            if entry.manager == self._manager and entry.operation == "Apply" and not entry.subresource:
                return self._share(bytes(entry.fields_v1))
        return b""

    def _share(self, owned: bytes) -> bytes:
        if len(self._shared) >= _MAX_SHARED:
            # It saves memory and claims nothing, so it may forget.
            self._shared.clear()
        return self._shared.setdefault(owned, owned)


class _OnlyMetadata(msgspec.Struct, gc=False):
    metadata: msgspec.Raw


_read_only_metadata: Final = msgspec.json.Decoder(_OnlyMetadata).decode
_METADATA_HEAD: Final = b'{"kind":"PartialObjectMetadata","apiVersion":"meta.k8s.io/v1","metadata":'


def _metadata_of(raw: bytes) -> bytes:
    """The object as a server sends it to who asks for metadata only."""
    return b"".join((_METADATA_HEAD, memoryview(_read_only_metadata(raw).metadata), b"}"))


def without_managed_fields(raw: bytes, managed: bytes) -> bytes:
    """The object's JSON without `metadata.managedFields`, whose value in it is `managed`.

    It is cut out of the bytes, not decoded and written anew; only JSON with spaces takes the long way.
    """
    at = raw.find(_MANAGED_FIELDS)
    while at >= 0 and not raw.startswith(managed, at + len(_MANAGED_FIELDS)):
        at = raw.find(_MANAGED_FIELDS, at + 1)
    if at < 0:
        return _rewritten(raw)
    end = at + len(_MANAGED_FIELDS) + len(managed)
    if raw[end : end + 1] == b",":
        return raw[:at] + raw[end + 1 :]
    return raw[: at - 1 if raw[at - 1 : at] == b"," else at] + raw[end:]


def _rewritten(raw: bytes) -> bytes:
    decoded = msgspec.json.decode(raw)
    decoded["metadata"].pop("managedFields", None)
    return msgspec.json.encode(decoded)
