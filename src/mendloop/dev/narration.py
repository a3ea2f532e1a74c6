"""A readable account: a line for each write and each decision, with what differed, and what follows."""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import msgspec

from mendloop.chaos import Call, call_of
from mendloop.controller.children import Did, Result
from mendloop.controller.loop import Report
from mendloop.delta import render
from mendloop.kube.transport import Request
from mendloop.model import redact
from mendloop.model.kinds import Key
from mendloop.policy import next_in_words

_SIGNS: Mapping[Did, str] = {Did.CREATED: "+", Did.CHANGED: "~"}
# A status line that no report claims is shown by itself after so long: it belongs to a failing pass.
_PATIENCE_S = 0.1


class Answered(Protocol):
    """The part of an answer that counts here."""

    @property
    def status(self) -> int: ...


@dataclass(slots=True)
class Narrator:
    """Tells what an operator does (`hear`), and what reaches the API server (`answered`)."""

    say: Callable[[str], None]
    operator: str = ""
    color: bool = False
    kinds: Mapping[str, str] = field(default_factory=dict)  # by plural: requests name only that
    _last: dict[Key, str] = field(default_factory=dict)  # what was said of an object last
    _timers: dict[tuple[str, str], asyncio.TimerHandle] = field(default_factory=dict)
    _held: defaultdict[tuple[str, str], list[str]] = field(default_factory=lambda: defaultdict(list))

    def hear(self, report: Report) -> None:
        """One pass: its writes with what differed, then how it ended."""
        for result in _results(report):
            for line in self._child(report.key, result):
                self.say(line)
        self._let_go((report.key.namespace, report.key.name))
        ended = _ended(report)
        if ended and self._last.get(report.key) != ended:
            self._last[report.key] = ended
            follows = f"; next: {next_in_words(report.decision.next)}" if report.decision is not None else ""
            self.say(f"{_named(report.key)}  {ended}{follows}")

    def close(self) -> None:
        """Tells what is still held back."""
        for place in list(self._timers):
            self._let_go(place)

    def answered(self, request: Request, user: str, answer: Answered) -> None:
        """A request to the control plane: the operator's other writes, and what people do by hand."""
        call = call_of(request)
        if not call.writes or answer.status >= 400:
            return
        name = "/".join(part for part in (call.namespace, call.name) if part)
        place = f"{self.kinds.get(call.plural, call.plural)} {name}"
        if user != self.operator:
            self.say(f"by hand: {call.verb} {place}{f' {call.subresource}' if call.subresource else ''}")
        elif call.plural == "events":
            self._event(request)
        elif call.subresource == "status":
            self._hold(call, f"{place}  status: {_status_in_words(request.body)}")
        elif call.verb == "delete":
            self.say(f"- {place}")
        elif call.verb == "patch":
            self.say(f"{place}  {_patch_in_words(request.body)}")

    # -- lines

    def _child(self, owner: Key, result: Result) -> Iterator[str]:
        sign = _SIGNS.get(result.did)
        if sign is None:
            return
        head = f"{_named(owner)}  {sign} {_named(result.key)}"
        delta = [] if result.delta is None else render(result.delta, color=self.color).splitlines()
        yield f"{head}  {delta[0]}" if len(delta) == 1 else head
        if len(delta) > 1:
            yield from (f"    {line}" for line in delta)

    def _event(self, request: Request) -> None:
        if request.method != "POST" or request.body is None:
            return
        event = msgspec.json.decode(request.body)
        about = event["involvedObject"]
        self.say(f"{about['kind']} {about['name']}  Event {event['type']} {event['reason']}")

    def _hold(self, call: Call, line: str) -> None:
        """A status is written before its pass is reported; it is told after what it is about."""
        place = (call.namespace, call.name)
        self._held[place].append(line)
        if place not in self._timers:
            loop = asyncio.get_running_loop()
            self._timers[place] = loop.call_later(_PATIENCE_S, self._let_go, place)

    def _let_go(self, place: tuple[str, str]) -> None:
        timer = self._timers.pop(place, None)
        if timer is not None:
            timer.cancel()
        for line in self._held.pop(place, ()):
            self.say(line)


def _ended(report: Report) -> str:
    """How a pass ended, without the delay that differs each time: the same is said once."""
    if report.verdict is not None:
        verdict = report.verdict
        return f"{verdict.klass} {verdict.reason}: {' '.join(verdict.message.split())}"
    outcome = report.outcome
    if outcome is None or outcome.deleting or outcome.wish is None:
        return ""
    if outcome.ready:
        return "is as wished, and ready"
    waits = ", ".join(_named(result.key) for result in outcome.results if not result.ready)
    return f"waits until ready: {waits}" if waits else ""


def _results(report: Report) -> tuple[Result, ...]:
    return () if report.outcome is None else report.outcome.results


def _named(key: Key) -> str:
    return f"{key.kind.kind} {key.namespace}/{key.name}" if key.namespace else f"{key.kind.kind} {key.name}"


def _status_in_words(body: bytes | None) -> str:
    status = msgspec.json.decode(body or b"{}").get("status") or {}
    conditions = [
        f"{one['type']}={one['status']}{' ' + one['reason'] if one.get('reason') else ''}"
        for one in status.pop("conditions", None) or ()
    ]
    status.pop("observedGeneration", None)
    fields = [f"{name}={_shown(value)}" for name, value in status.items()]
    return ", ".join((*fields, *conditions)) or "observedGeneration"


def _patch_in_words(body: bytes | None) -> str:
    patch: Any = msgspec.json.decode(body or b"{}")
    metadata = patch.get("metadata", {}) if isinstance(patch, dict) else {}
    if "finalizers" in metadata:
        finalizers = metadata["finalizers"] or ["none"]
        return f"finalizers: {', '.join(finalizers)}"
    return f"patched: {_shown(patch)}"


def _shown(value: Any) -> str:
    text = msgspec.json.encode(redact.mask("", (), value)).decode()
    return text if len(text) <= 160 else f"{text[:159]}…"


def not_narrated(record: logging.LogRecord) -> bool:
    """Whether a line of the log says what the narrator does not: users' own, trouble, and tracebacks."""
    if record.name != "mendloop":
        return True
    return record.exc_info is not None or (record.levelno >= logging.WARNING and not hasattr(record, "class"))
