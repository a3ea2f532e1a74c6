"""Carries a talk to one server and makes its answers comparable with another's."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from .exchanges import Step

_UID = re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b")
_TIME = re.compile(r"\b20(?!20)\d\d-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z")
_COMPARED_HEADERS = ("content-type", "retry-after", "warning")


class Reply(NamedTuple):
    status: int
    headers: Mapping[str, str]
    body: bytes


Ask = Callable[[Step], Reply]


class Normal:
    """Replaces what differs by nature: uids, times, and revisions by the order of their first mention."""

    def __init__(self) -> None:
        self._revisions: dict[str, str] = {}

    def answer(self, reply: Reply) -> dict[str, Any]:
        try:
            body: Any = json.loads(reply.body)
        except ValueError:
            body = _lines(reply.body.decode())
        headers = {name: reply.headers[name] for name in _COMPARED_HEADERS if name in reply.headers}
        return {"status": reply.status, "headers": headers, "body": self._value(body)}

    def _value(self, value: Any, key: str = "") -> Any:
        match value:
            case {"type": "BOOKMARK", "object": {"metadata": {"annotations": annotations}}}:
                return {"type": "BOOKMARK", "annotations": annotations}
            case {"kind": str(kind), "metadata": {"resourceVersion": _}} if kind.endswith("List"):
                # A list tells the revision of the whole store, to which a real server itself writes.
                metadata = {**value["metadata"], "resourceVersion": "<now>"}
                return {
                    name: self._value(each, name) for name, each in {**value, "metadata": metadata}.items()
                }
            case {"columnDefinitions": [*columns], **rest} if any("description" in each for each in columns):
                # What a column is about is only told for a few here.
                untold = [{k: v for k, v in each.items() if k != "description"} for each in columns]
                return self._value({"columnDefinitions": untold, **rest})
            case dict():
                return {name: self._value(each, name) for name, each in value.items()}
            case list() if key in ("managedFields", "causes"):
                # The one's order is that of its times, and a slow server's seconds pass; the other's is at
                # times that of a Go map.
                return sorted((self._value(each) for each in value), key=_text_of)
            case list():
                return [self._value(each, key) for each in value]
            case str() if key == "resourceVersion" and value.isdigit():
                return self._revisions.setdefault(value, f"<rv{len(self._revisions)}>")
            case str() if key == "continue" and value:
                return self._token(value)
            case str():
                return self._text(value)
        return value

    def _token(self, token: str) -> Any:
        document = json.loads(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
        return {**document, "rv": "<now>" if document["rv"] > 0 else document["rv"]}

    def _text(self, text: str) -> str:
        text = _TIME.sub("<time>", _UID.sub(_uid, text))
        text = re.sub(r"^\d+s$", "<age>", text)
        # The whole object is quoted here, in the order of Go's structs.
        text = re.sub(r'(patch: Invalid value|^Invalid value): "\{.*\}": ', r"\1: <patched>: ", text)
        text = re.sub(r"current: \d+", "current: <now>", text)
        text = re.sub(r"(ResourceVersion in record) \(\d+\)", r"\1 (<rv>)", text)
        return re.sub(r'("?resourceVersion\\*"?:\\*"?)\d+', r"\1<rv>", text)


def _lines(text: str) -> Any:
    """The events of a watch; bookmarks that only time brings are left out."""
    try:
        events = [json.loads(line) for line in text.splitlines()]
    except ValueError:
        return text
    return [
        each for each in events if each["type"] != "BOOKMARK" or "annotations" in each["object"]["metadata"]
    ]


def _text_of(value: Any) -> str:
    return json.dumps(value, sort_keys=True)


def _uid(found: re.Match[str]) -> str:
    return found[0] if found[0][:8] in ("11111111", "33333333") else "<uid>"


def hold(talk: Iterable[Step], ask: Ask) -> dict[str, dict[str, Any]]:
    """The comparable answers by step id."""
    raw: dict[str, Any] = {}
    normal = Normal()
    answers: dict[str, dict[str, Any]] = {}
    for step in talk:
        text = step.text()
        known = step._replace(path=_fill(step.path, raw), body=None if text is None else _fill(text, raw))
        reply = ask(known)
        if step.method == "WAIT":
            continue
        answers[step.id] = normal.answer(reply)
        try:
            raw[step.id] = json.loads(reply.body)
        except ValueError:
            raw[step.id] = None
    return answers


def _fill(text: str, raw: Mapping[str, Any]) -> str:
    def value(found: re.Match[str]) -> str:
        place: Any = raw[found[1]]
        for key in found[2].split("."):
            place = place[key]
        return str(place)

    return re.sub(r"\$([a-z0-9-]+)\.([A-Za-z.]+)", value, text)
