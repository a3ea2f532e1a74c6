"""The state of a cluster so that two runs can be compared: without what differs from run to run."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from typing import Any

import msgspec

_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")
_ADDRESS = re.compile(r"\b\d{1,3}(\.\d{1,3}){3}\b")
_DROPPED = ("uid", "resourceVersion", "creationTimestamp", "managedFields", "generation", "selfLink")


def comparable(objects: Iterable[dict[str, Any]]) -> dict[str, str]:
    """Each object by kind, namespace and name, as indented JSON without uids, versions, times, addresses.

    Generated names and uids are replaced by what they stand for, wherever they are mentioned.
    `observedGeneration` is kept as its distance from the object's generation.
    """
    found = sorted(objects, key=_order)
    stand_ins = _stand_ins(found)
    pattern = (
        re.compile("|".join(map(re.escape, sorted(stand_ins, key=len, reverse=True)))) if stand_ins else None
    )
    state: dict[str, str] = {}
    for obj in found:
        text = msgspec.json.format(
            msgspec.json.encode(_stripped(obj), order="deterministic"), indent=1
        ).decode()
        key = _key(obj)
        if pattern is not None:
            text = pattern.sub(lambda match: stand_ins[match[0]], text)
            key = pattern.sub(lambda match: stand_ins[match[0]], key)
        state[key] = _ADDRESS.sub("<address>", _TIME.sub("<time>", text))
    return state


def _key(obj: dict[str, Any]) -> str:
    metadata = obj["metadata"]
    return f"{obj['kind']} {metadata.get('namespace', '')}/{metadata['name']}"


def _order(obj: dict[str, Any]) -> tuple[str, str, str]:
    metadata = obj["metadata"]
    return obj["kind"], metadata.get("namespace", ""), metadata["name"]


def _stand_ins(objects: list[dict[str, Any]]) -> dict[str, str]:
    numbers: Counter[str] = Counter()
    stand_ins: dict[str, str] = {}
    for obj in objects:
        metadata = obj["metadata"]
        name = metadata["name"]
        if prefix := metadata.get("generateName"):
            numbers[_key(obj).removesuffix(name) + prefix] += 1
            number = numbers[_key(obj).removesuffix(name) + prefix]
            stand_ins[name] = name = f"{prefix}<{number}>"
        if uid := metadata.get("uid"):
            stand_ins[uid] = f"<uid of {obj['kind']} {name}>"
    return stand_ins


def _stripped(obj: dict[str, Any]) -> dict[str, Any]:
    metadata = {key: value for key, value in obj["metadata"].items() if key not in _DROPPED}
    plain = {**obj, "metadata": metadata}
    status = obj.get("status")
    if isinstance(status, dict):
        plain["status"] = _relative(status, obj["metadata"].get("generation", 0))
    return plain


def _relative(value: Any, generation: int) -> Any:
    if isinstance(value, dict):
        return {
            key: inner - generation if key == "observedGeneration" else _relative(inner, generation)
            for key, inner in value.items()
        }
    if isinstance(value, list):
        return [_relative(each, generation) for each in value]
    return value
