"""Where the time of one object goes: the framework alone, by stage and by part, on an API that costs nothing.

    python bench/stages.py [--objects 1000] [--quick]

The API is canned: it answers the job's four requests as a kube-apiserver does and tells the watches. Its
own time is taken off. The first row is the JSON alone: every answer and event decoded, every body encoded
once, with nothing understood of it. Microseconds are CPU time; the parts overlap where one calls the other.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import platform
import sys
import time
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from functools import wraps
from importlib import import_module
from pathlib import Path
from typing import Any

import msgspec

sys.path.insert(0, str(Path(__file__).parent))

from harness.job import GROUP, NAMESPACE, echo, name_of

from mendloop.kube.transport import Request, Response, Stream
from mendloop.manager import RunSettings, running
from mendloop.manager.running import Running
from mendloop.observe import Metrics
from mendloop.pipeline import Stage

Tree = dict[str, Any]
Act = Callable[[], Awaitable[None] | None]
OPERATOR = "echo.bench.example.com"
ECHO_FIELDS: Tree = {"f:spec": {".": {}, "f:message": {}, "f:size": {}}}
CHILD_FIELDS: Tree = {
    "f:data": {"f:message": {}, "f:size": {}},
    "f:metadata": {"f:ownerReferences": {'k:{"uid":"-"}': {}}},
}

PARTS = {
    "wish: drain desired()": ("mendloop.controller.passes", "drain"),
    "delta: diff": ("mendloop.controller.children", "diff"),
    "delta: learn from the answer": ("mendloop.controller.children", "learn"),
    "delta: body of the apply": ("mendloop.controller.children", "apply_body"),
    "controller: stamp the child": ("mendloop.controller.children", "stamped"),
    "cache: take an object": ("mendloop.cache.store", "Store._take"),
    "cache: make an entry": ("mendloop.cache.entry", "EntryMaker.make"),
    "watch: frames of a chunk": ("mendloop.kube.watch.frames", "FrameReader.feed"),
    "status: what is wished": ("mendloop.controller.status", "StatusWriter._wished"),
    "kube: encode a body": ("mendloop.kube.client", "_bytes"),
    "kube: read an answer": ("mendloop.kube.client", "_answer"),
}
"""What is timed, by where it is called from."""


class CannedApi:
    """Answers lists, watches and the job's writes from a dict; `spent_s` is what that took."""

    def __init__(self) -> None:
        self.spent_s = 0.0
        self.requests: Counter[str] = Counter()
        self.wire: list[bytes] = []  # bodies, answers and events, for the baseline
        self.objects: dict[str, bytes] = {}  # by path; as bytes, so that the collector has nothing to walk
        self._version = 100
        self._watches: dict[str, asyncio.Queue[bytes]] = {}

    async def request(self, request: Request, *, timeout_s: float) -> Response:
        with self._own_time():
            answer = self._answer(request)
        await asyncio.sleep(0)
        return answer

    @asynccontextmanager
    async def stream(self, request: Request, *, connect_timeout_s: float) -> AsyncIterator[Stream]:
        queue = self._watches[request.path.rpartition("/")[2]] = asyncio.Queue()
        yield _Events(queue)

    async def close(self) -> None:
        return None

    def put(self, plural: str, path: str, tree: Tree, manager: str, fields: Tree) -> bytes:
        """Stores an object as the next version of itself and tells the watch."""
        event_type, metadata = b"MODIFIED" if path in self.objects else b"ADDED", tree["metadata"]
        self._version += 1
        metadata["resourceVersion"] = str(self._version)
        metadata.setdefault("uid", f"{self._version:08d}-4e36-4f52-9d4f-d4ea8c28ac7e")
        metadata.setdefault("creationTimestamp", "2026-11-25T00:00:00Z")
        managed = metadata.setdefault("managedFields", [])
        if manager not in [one["manager"] for one in managed]:
            managed.append(_managed(manager, tree["apiVersion"], fields))
        text = self.objects[path] = msgspec.json.encode(tree)
        event = b'{"type":"%s","object":%s}\n' % (event_type, text)
        self.wire += [text, event]
        self._watches[plural].put_nowait(event)
        return text

    def get(self, path: str) -> Tree | None:
        """An object, decoded anew."""
        text = self.objects.get(path)
        return None if text is None else msgspec.json.decode(text, type=Tree)

    def _answer(self, request: Request) -> Response:
        plural = request.path.split("/")[-2] if request.method == "PATCH" else request.path.split("/")[-1]
        if request.method == "GET":
            self.requests[f"list {plural}"] += 1
            items = [msgspec.Raw(text) for path, text in self.objects.items() if f"/{plural}/" in path]
            listed = {"metadata": {"resourceVersion": str(self._version)}, "items": items}
            return Response(200, {}, msgspec.json.encode(listed))
        assert request.body is not None
        self.wire.append(request.body)
        body: Tree = msgspec.json.decode(request.body)
        if plural == "configmaps":
            return self._apply(request.path, body)
        return self._merge(request.path, body)

    def _apply(self, path: str, body: Tree) -> Response:
        self.requests["apply configmaps"] += 1
        known = self.get(path)
        old = known["metadata"] if known is not None else {}
        kept = {name: old[name] for name in ("uid", "creationTimestamp", "managedFields") if name in old}
        stated = {name: value for name, value in body["metadata"].items() if name != "resourceVersion"}
        uid = stated["ownerReferences"][0]["uid"]
        references: Tree = {f'k:{{"uid":"{uid}"}}': {}}
        fields = {**CHILD_FIELDS, "f:metadata": {"f:ownerReferences": references}}
        tree = {**body, "metadata": {**stated, **kept}}
        text = self.put("configmaps", path, tree, OPERATOR, fields)
        return Response(200 if known else 201, {}, text)

    def _merge(self, path: str, body: Tree) -> Response:
        """The finalizer, or the status."""
        path = path.removesuffix("/status")
        self.requests["patch echoes/status" if "status" in body else "patch echoes"] += 1
        known = self.get(path)
        assert known is not None
        tree = {**known, "metadata": {**known["metadata"], **_without_bounds(body["metadata"])}}
        if "status" in body:
            tree["status"] = {**known.get("status", {}), **body["status"]}
        return Response(200, {}, self.put("echoes", path, tree, OPERATOR, {"f:status": {}}))

    @contextmanager
    def _own_time(self) -> Iterator[None]:
        began = time.process_time()
        try:
            yield
        finally:
            self.spent_s += time.process_time() - began


class _Events:
    def __init__(self, queue: asyncio.Queue[bytes]) -> None:
        self.status, self.headers = 200, dict[str, str]()
        self._queue = queue

    async def chunks(self) -> AsyncIterator[bytes]:
        while True:
            lines = [await self._queue.get()]
            while not self._queue.empty():
                lines.append(self._queue.get_nowait())
            yield b"".join(lines)


def _managed(manager: str, api_version: str, fields: Tree) -> Tree:
    return {
        "manager": manager,
        "operation": "Apply" if manager == OPERATOR and "f:data" in fields else "Update",
        "apiVersion": api_version,
        "time": "2026-11-25T00:00:00Z",
        "fieldsType": "FieldsV1",
        "fieldsV1": fields,
    }


def _without_bounds(metadata: Tree) -> Tree:
    return {name: value for name, value in metadata.items() if name not in ("uid", "resourceVersion")}


class Clock:
    """Where time went, by name: seconds and calls."""

    def __init__(self) -> None:
        self.seconds: defaultdict[str, float] = defaultdict(float)
        self.calls: Counter[str] = Counter()

    def timed(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(function)
        def call(*args: Any, **stated: Any) -> Any:
            began = time.perf_counter()
            try:
                return function(*args, **stated)
            finally:
                self.seconds[name] += time.perf_counter() - began
                self.calls[name] += 1

        return call

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Times `PARTS` meanwhile."""
        put_back: list[tuple[Any, str, Any]] = []
        for name, (module, path) in PARTS.items():
            owner: Any = import_module(module)
            *classes, attribute = path.split(".")
            for each in classes:
                owner = getattr(owner, each)
            put_back.append((owner, attribute, getattr(owner, attribute)))
            setattr(owner, attribute, self.timed(name, getattr(owner, attribute)))
        try:
            yield
        finally:
            for owner, attribute, function in put_back:
                setattr(owner, attribute, function)


class Phase(msgspec.Struct, kw_only=True):
    """One phase: CPU seconds of the framework and of the bare JSON, and the requests."""

    framework_s: float
    json_s: float
    requests: dict[str, int]
    stages_s: dict[str, float]
    parts_s: dict[str, float] = {}


async def played(objects: int, clock: Clock | None) -> tuple[dict[str, Phase], str]:
    """Create, then change; each measured. The hash is of the children at the end."""
    api, metrics, phases = CannedApi(), Metrics(), dict[str, Phase]()
    settings = RunSettings(seed=1)
    async with running(_operator(), api, settings=settings, metrics=metrics, deps=None) as one:
        await _until(lambda: _at_rest(one))
        for name, message in (("create", "hello"), ("update", "changed"), ("no change", "")):
            act = _change(api, objects, message) if message else one.resync
            phases[name] = await _phase(api, metrics, clock, act, lambda: one.idle)
    again = running(_operator(), api, settings=settings, metrics=metrics, deps=None)

    async with AsyncExitStack() as stack:
        begun: list[Running] = []

        async def start() -> None:
            begun.append(await stack.enter_async_context(again))

        phases["restart"] = await _phase(api, metrics, clock, start, lambda: _at_rest(begun[0]))
    paths = sorted(path for path in api.objects if "configmaps" in path)
    children = [(tree := api.get(path)) and tree["data"] for path in paths]
    return phases, hashlib.sha256(msgspec.json.encode(children)).hexdigest()[:12]


def _at_rest(one: Running) -> bool:
    return one.started.is_set() and one.idle and all(view.synced for view in one.views())


def _change(api: CannedApi, objects: int, message: str) -> Callable[[], None]:
    def act() -> None:
        for number in range(objects):
            path = f"/apis/{GROUP}/v1/namespaces/{NAMESPACE}/echoes/{name_of(number)}"
            tree = api.get(path) or echo(number, "")
            tree["spec"] = {"message": f"{message} {number}", "size": number}
            tree["metadata"]["generation"] = tree["metadata"].get("generation", 0) + 1
            api.put("echoes", path, tree, "bench", ECHO_FIELDS)

    return act


async def _phase(
    api: CannedApi, metrics: Metrics, clock: Clock | None, act: Act, idle: Callable[[], bool]
) -> Phase:
    before, stages = dict(api.requests), _stages(metrics)
    api.wire.clear()
    if clock is not None:
        clock.seconds.clear()
    done = act()
    spent_s, began = api.spent_s, time.process_time()
    if done is not None:
        await done
    await asyncio.sleep(0)
    await _until(idle)
    took_s = time.process_time() - began - (api.spent_s - spent_s)
    began = time.process_time()
    for text in api.wire:
        msgspec.json.encode(msgspec.json.decode(text))
    return Phase(
        framework_s=took_s,
        json_s=time.process_time() - began if api.wire else 0.0,
        requests={name: count - before.get(name, 0) for name, count in api.requests.items()},
        stages_s={name: spent - stages[name] for name, spent in _stages(metrics).items()},
        parts_s=dict(clock.seconds) if clock is not None else {},
    )


async def _until(holds: Callable[[], bool]) -> None:
    """Turns the loop until it holds twice running: events may still be on their way."""
    steady = 0
    while steady < 20:
        await asyncio.sleep(0)
        steady = steady + 1 if holds() else 0


def _stages(metrics: Metrics) -> dict[str, float]:
    """Wall seconds in each stage so far: awaiting the API included."""
    found = {labels[-1]: counts[-1] for labels, counts in metrics.stage_seconds.values.items()}
    return {str(stage): found.get(str(stage), 0.0) for stage in Stage}


def _operator() -> Any:
    from mendloop.cli.load import load_operator

    return load_operator(str(Path(__file__).parent / "peers" / "mendloop" / "operator_echo.py"))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--objects", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--quick", action="store_true", help="a few objects: whether it runs")
    stated = parser.parse_args()
    objects, rounds = (20, 1) if stated.quick else (stated.objects, stated.rounds)
    runs = [asyncio.run(played(objects, None)) for _ in range(rounds)]
    clock = Clock()
    with clock.watching():
        parts, work = asyncio.run(played(objects, clock))
    if {one for _, one in runs} != {work}:
        print("NOT THE SAME WORK")
        return 1
    print(
        f"CPython {platform.python_version()}, msgspec {msgspec.__version__}, {objects} objects, work {work}"
    )
    for name, phase in parts.items():
        best = min((run[name] for run, _ in runs), key=lambda one: one.framework_s)
        asked = ", ".join(f"{what} {count}" for what, count in phase.requests.items() if count)
        print(f"\n{name}: {asked or 'nothing'}")
        for line in rows(best, phase, objects):
            print(line)
    return 0


def rows(best: Phase, parts: Phase, objects: int) -> Iterator[str]:
    base_s = best.json_s or best.framework_s  # where nothing is sent, the framework is the measure

    def row(what: str, seconds: float) -> str:
        return f"  {what:<32}{seconds / base_s:>8.2f} x{seconds / objects * 1e6:>10.1f} us/object"

    if best.json_s:
        yield row("JSON alone", base_s)
    yield row("framework", best.framework_s)
    for part, seconds in sorted(parts.parts_s.items(), key=lambda each: -each[1]):
        yield row(f"  {part}", seconds)
    for stage in ("parse", "validate", "verify"):
        yield row(f"  stage {stage}", best.stages_s[stage])


if __name__ == "__main__":
    sys.exit(main())
