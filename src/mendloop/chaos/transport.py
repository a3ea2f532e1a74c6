"""A transport that carries a fault plan out, around any other."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field

import msgspec

from mendloop.chaos.calls import Call, call_of
from mendloop.chaos.faults import (
    Answer,
    Delay,
    EmptyList,
    Fault,
    Hang,
    Kill,
    OnStream,
    Reset,
    Silence,
    StaleView,
)
from mendloop.chaos.plan import FaultPlan
from mendloop.chaos.streams import through
from mendloop.kube.transport import Request, Response, Stream, Transport


class OperatorKilled(BaseException):
    """Raised in the operator by its own transport: it is dead, whatever it still tries.

    Not an `Exception`, so that nothing in the operator takes it for a failure that it could handle.
    """


@dataclass(frozen=True, slots=True)
class Made:
    """One call as it went: when it began on the loop's clock, and its status; 0 is no answer."""

    at_s: float
    call: Call
    status: int


@dataclass(slots=True)
class _Pages:
    """Which page a continue token leads to, so that a plan can name the page that fails."""

    leading: dict[str, int] = field(default_factory=dict)

    def of(self, request: Request) -> int:
        token = dict(request.query).get("continue", "")
        return self.leading.get(token, 2) if token else 1

    def remember(self, page: int, response: Response) -> None:
        if response.status == 200 and b'"continue"' in response.body:
            token = msgspec.json.decode(response.body).get("metadata", {}).get("continue", "")
            if token:
                self.leading[token] = page + 1


class FaultyTransport:
    """Passes every call to `inner` as `plan` has it, and keeps a record of all of them in `made`.

    Faults may be planned at any time. After a `Kill` the event `killed` is set and every call raises
    `OperatorKilled`; whoever runs the operator then cancels what is left of it.
    """

    def __init__(self, inner: Transport, plan: FaultPlan | None = None) -> None:
        self._inner = inner
        self.plan = plan or FaultPlan()
        self.made: list[Made] = []
        self.killed = asyncio.Event()
        self._pages = _Pages()

    def writes(self) -> list[Made]:
        """The writes that were committed, in order: those answered below 400."""
        return [each for each in self.made if each.call.writes and 0 < each.status < 400]

    async def request(self, request: Request, *, timeout_s: float) -> Response:
        call = self._begin(request)
        began = asyncio.get_running_loop().time()
        page = self._pages.of(request) if call.verb == "list" else 0
        fault = self.plan.first_for(call, began, page)
        status = 0
        try:
            response = await self._carry(request, fault, timeout_s)
            status = response.status
        except _Committed as committed:
            status = committed.status
            raise committed.seen from None
        finally:
            self.made.append(Made(began, call, status))
        if page:
            self._pages.remember(page, response)
        return response

    def stream(self, request: Request, *, connect_timeout_s: float) -> AbstractAsyncContextManager[Stream]:
        return self._stream(request, connect_timeout_s)

    async def close(self) -> None:
        await self._inner.close()

    def _begin(self, request: Request) -> Call:
        if self.killed.is_set():
            raise OperatorKilled("the operator was killed before this call")
        return call_of(request)

    async def _carry(self, request: Request, fault: Fault | None, timeout_s: float) -> Response:
        match fault:
            case Answer():
                return Response(fault.status, fault.headers, fault.body.encode())
            case Delay():
                await _wait(fault.seconds, timeout_s)
                return await self._inner.request(request, timeout_s=timeout_s - fault.seconds)
            case Reset(after_commit=False):
                raise ConnectionResetError("injected: connection reset by peer")
            case Hang(after_commit=False):
                await _wait(None, timeout_s)
            case Kill(after=False):
                self._kill("before")
            case StaleView():
                request = _as_of(request, fault.resource_version)
            case _:
                pass
        response = await self._inner.request(request, timeout_s=timeout_s)
        return await self._after(response, fault, timeout_s)

    async def _after(self, response: Response, fault: Fault | None, timeout_s: float) -> Response:
        match fault:
            case Reset():
                raise _Committed(response.status, ConnectionResetError("injected: the reply was lost"))
            case Hang():
                try:
                    await _wait(None, timeout_s)
                except TimeoutError as late:
                    raise _Committed(response.status, late) from None
            case Kill():
                self.killed.set()
                raise _Committed(response.status, OperatorKilled("killed right after this call"))
            case EmptyList():
                document = msgspec.json.decode(response.body)
                document["items"] = []
                document.get("metadata", {}).pop("continue", None)
                document.get("metadata", {}).pop("remainingItemCount", None)
                return Response(response.status, response.headers, msgspec.json.encode(document))
            case _:
                pass
        return response

    def _kill(self, when: str) -> None:
        self.killed.set()
        raise OperatorKilled(f"killed right {when} this call")

    @asynccontextmanager
    async def _stream(self, request: Request, connect_timeout_s: float) -> AsyncIterator[Stream]:
        call = self._begin(request)
        began = asyncio.get_running_loop().time()
        faults = self.plan.all_for(call, began)
        made = len(self.made)
        self.made.append(Made(began, call, 0))
        inside: list[OnStream] = []
        for fault in faults:
            answer = await self._at_setup(fault, connect_timeout_s)
            if answer is not None:
                self.made[made] = Made(began, call, answer.status)
                yield _Canned(answer)
                return
            if isinstance(fault, StaleView):
                inside.append(Silence())
            elif isinstance(fault, OnStream):
                inside.append(fault)
        async with self._inner.stream(request, connect_timeout_s=connect_timeout_s) as stream:
            self.made[made] = Made(began, call, stream.status)
            yield _Troubled(stream, inside) if inside and stream.status < 400 else stream

    async def _at_setup(self, fault: Fault, connect_timeout_s: float) -> Answer | None:
        match fault:
            case Answer():
                return fault
            case Reset():
                raise ConnectionResetError("injected: connection reset by peer")
            case Hang():
                await _wait(None, connect_timeout_s)
            case Delay():
                await _wait(fault.seconds, connect_timeout_s)
            case Kill():
                self._kill("at")
            case _:
                pass
        return None


class _Committed(Exception):
    """Carries what the operator sees past the record of what the server answered."""

    def __init__(self, status: int, seen: BaseException) -> None:
        self.status = status
        self.seen = seen


class _Canned:
    """A stream whose answer is known in whole."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer

    @property
    def status(self) -> int:
        return self._answer.status

    @property
    def headers(self) -> Mapping[str, str]:
        return self._answer.headers

    async def chunks(self) -> AsyncIterator[bytes]:
        yield self._answer.body.encode()


class _Troubled:
    """A stream as it comes through faults."""

    def __init__(self, stream: Stream, faults: list[OnStream]) -> None:
        self._stream = stream
        self._faults = faults

    @property
    def status(self) -> int:
        return self._stream.status

    @property
    def headers(self) -> Mapping[str, str]:
        return self._stream.headers

    def chunks(self) -> AsyncIterator[bytes]:
        return through(self._stream.chunks(), self._faults)


async def _wait(seconds: float | None, timeout_s: float) -> None:
    """Waits, but no longer than a client does that gives up after `timeout_s`."""
    if seconds is not None and seconds < timeout_s:
        await asyncio.sleep(seconds)
        return
    await asyncio.sleep(timeout_s)
    raise TimeoutError("injected: no answer")


def _as_of(request: Request, resource_version: str) -> Request:
    kept = [pair for pair in request.query if pair[0] not in ("resourceVersion", "resourceVersionMatch")]
    if any(name == "continue" for name, _ in kept):
        return request  # the token holds its version
    pinned = [("resourceVersion", resource_version), ("resourceVersionMatch", "Exact")]
    return Request(request.method, request.path, (*kept, *pinned), request.headers, request.body)
