"""Faults within a watch: each takes the lines of a stream and gives what the operator gets to see."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from typing import TypeAlias, assert_never

import msgspec

from mendloop.chaos.faults import Cut, End, Frames, Hide, Hold, OnStream, Repeat, Silence

Lines: TypeAlias = AsyncIterator[bytes]


class _Frame(msgspec.Struct):
    type: str = ""


_type_of: Callable[[bytes], _Frame] = msgspec.json.Decoder(_Frame).decode


async def split(chunks: AsyncIterator[bytes]) -> Lines:
    """Whole lines with their ends; a last one may lack it."""
    rest = b""
    async for chunk in chunks:
        *lines, rest = (rest + chunk).split(b"\n")
        for line in lines:
            yield line + b"\n"
    if rest:
        yield rest


def troubled(lines: Lines, fault: OnStream) -> Lines:
    """The lines as they come through this fault."""
    match fault:
        case Silence():
            return _silent(lines, fault)
        case End():
            return _ended(lines, fault)
        case Cut():
            return _cut(lines, fault)
        case Frames():
            return _interrupted(lines, fault)
        case Repeat():
            return _repeated(lines, fault)
        case Hide():
            return _hidden(lines, fault)
        case Hold():
            return _held(lines, fault)
        case _:
            assert_never(fault)


async def _silent(lines: Lines, fault: Silence) -> Lines:
    if fault.after:
        seen = 0
        async for line in lines:
            yield line
            seen += 1
            if seen == fault.after:
                break
    await asyncio.Event().wait()


async def _ended(lines: Lines, fault: End) -> Lines:
    ends_at = asyncio.get_running_loop().time() + fault.after_s
    following = aiter(lines)
    while True:
        try:
            async with asyncio.timeout_at(ends_at):
                line = await anext(following)
        except (TimeoutError, StopAsyncIteration):
            return
        yield line


async def _cut(lines: Lines, fault: Cut) -> Lines:
    seen = 0
    async for line in lines:
        if seen == fault.after:
            yield line[: len(line) // 2] + fault.tail
            return
        yield line
        seen += 1


async def _interrupted(lines: Lines, fault: Frames) -> Lines:
    seen = 0
    if fault.after == 0:
        for frame in fault.lines:
            yield frame.encode() + b"\n"
        if fault.then_end:
            return
    async for line in lines:
        yield line
        seen += 1
        if seen == fault.after:
            for frame in fault.lines:
                yield frame.encode() + b"\n"
            if fault.then_end:
                return


async def _repeated(lines: Lines, fault: Repeat) -> Lines:
    before: list[bytes] = []
    async for line in lines:
        if not fault.replay:
            for _ in range(fault.times):
                yield line
            continue
        yield line
        for old in before:
            yield old
        before.append(line)


async def _hidden(lines: Lines, fault: Hide) -> Lines:
    async for line in lines:
        if _type_of(line).type not in fault.types:
            yield line


async def _held(lines: Lines, fault: Hold) -> Lines:
    """Reads on while it waits, so that a burst comes late as a burst."""
    loop = asyncio.get_running_loop()
    waiting: asyncio.Queue[tuple[float, bytes | None]] = asyncio.Queue()

    async def read() -> None:
        async for line in lines:
            waiting.put_nowait((loop.time() + fault.seconds, line))
        waiting.put_nowait((loop.time() + fault.seconds, None))

    async with asyncio.TaskGroup() as own:
        reader = own.create_task(read(), name="held watch")
        try:
            while (held := await waiting.get())[1] is not None:
                await asyncio.sleep(max(0.0, held[0] - loop.time()))
                yield held[1]
        finally:
            reader.cancel()


async def through(chunks: AsyncIterator[bytes], faults: list[OnStream]) -> AsyncIterator[bytes]:
    """The stream as it comes through all faults, the first nearest to the server."""
    lines = split(chunks)
    for fault in faults:
        lines = troubled(lines, fault)
    async with aclosing(lines):  # type: ignore[type-var]
        async for line in lines:
            yield line
