"""What the cache costs: time per watch event, and bytes kept per object, against the JSON itself.

    python bench/cache.py [--objects 5000] [--repeat 5]

Rows are ratios against the first; best of interleaved runs. `hash` proves that each did the same work.
"""

from __future__ import annotations

import argparse
import gc
import hashlib
import platform
import time
import tracemalloc
from collections.abc import Callable
from random import Random
from typing import Any

import msgspec

from mendloop.cache.store import Store
from mendloop.kube.watch.actions import Deliver, Passed
from mendloop.kube.watch.frames import FrameReader
from mendloop.kube.watch.inputs import Arrived, Opened
from mendloop.kube.watch.options import DEFAULTS
from mendloop.kube.watch.step import Phase, State, step
from mendloop.model.kinds import Kind

ECHO = Kind("bench.example.com", "v1", "Echo", "echoes")
MANAGER = "bench.example.com"
FINALIZER = "bench.example.com/cleanup"
CHUNK = 64 << 10


def managed(manager: str, operation: str, fields: dict[str, Any]) -> dict[str, Any]:
    return {
        "apiVersion": "bench.example.com/v1",
        "fieldsType": "FieldsV1",
        "fieldsV1": fields,
        "manager": manager,
        "operation": operation,
        "time": "2026-11-25T00:00:00Z",
    }


def echo(number: int, version: int) -> dict[str, Any]:
    """A custom resource of about 2 KB, and its managedFields."""
    return {
        "apiVersion": ECHO.api_version,
        "kind": ECHO.kind,
        "metadata": {
            "creationTimestamp": "2026-11-25T00:00:00Z",
            "finalizers": [FINALIZER],
            "generation": 1,
            "managedFields": [
                managed("harness", "Update", {"f:spec": {".": {}, "f:message": {}, "f:size": {}}}),
                managed(
                    MANAGER, "Apply", {"f:metadata": {"f:finalizers": {'v:"bench.example.com/cleanup"': {}}}}
                ),
            ],
            "name": f"echo-{number:05}",
            "namespace": "bench",
            "resourceVersion": str(version),
            "uid": f"{number:08x}-4e36-4f52-9d4f-d4ea8c28ac7e",
        },
        "spec": {"message": "m" * 2048, "size": 3},
        "status": {"observedGeneration": 1},
    }


def events(objects: int) -> bytes:
    """Each object added, then changed once."""

    def line(type: str, number: int, version: int) -> bytes:
        return msgspec.json.encode({"type": type, "object": echo(number, version)})

    lines = [line("ADDED", number, number + 1) for number in range(objects)]
    lines += [line("MODIFIED", number, objects + number + 1) for number in range(objects)]
    return b"\n".join(lines) + b"\n"


def as_dicts(stream: bytes) -> str:
    """Baseline: every event decoded, objects kept as dicts."""
    kept: dict[str, Any] = {}
    for line in stream.splitlines():
        event = msgspec.json.decode(line)
        kept[event["object"]["metadata"]["name"]] = event["object"]
    return digest([o["metadata"]["resourceVersion"] for o in kept.values()])


def as_store(stream: bytes) -> str:
    """The way of the product: chunks, frames, the watch's core, the store."""
    return digest([str(entry.version) for entry in filled(stream).list()])


def filled(stream: bytes) -> Store:
    store = Store(ECHO, manager=MANAGER)
    store.replace([], "0", complete=True, reset=False)
    reader, rng = FrameReader(), Random(1)
    state = State(phase=Phase.WATCHING, resource_version="0")
    state, _ = step(state, Opened(), 0.0, rng, DEFAULTS)
    for at in range(0, len(stream), CHUNK):
        if not (frames := reader.feed(stream[at : at + CHUNK])):
            continue
        state, actions = step(state, Arrived(frames), 0.0, rng, DEFAULTS)
        for action in actions[:-1]:
            if isinstance(action, Deliver):
                store.deliver(action.events)
            elif isinstance(action, Passed):
                store.passed(action.resource_version)
    return store


def digest(versions: list[str]) -> str:
    return hashlib.sha256(",".join(versions).encode()).hexdigest()[:12]


def best_seconds(ways: list[Callable[[bytes], str]], stream: bytes, repeat: int) -> dict[str, float]:
    best: dict[str, float] = {}
    for _ in range(repeat):
        for way in ways:
            gc.collect()
            began = time.process_time()
            way(stream)
            took = time.process_time() - began
            best[way.__name__] = min(best.get(way.__name__, took), took)
    return best


def kept_bytes(keep: Callable[[], object]) -> int:
    gc.collect()
    tracemalloc.start()
    kept = keep()
    gc.collect()
    used = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    del kept
    return used


def measured(objects: int, repeat: int) -> list[str]:
    """The table, a row a line."""
    stream = events(objects)
    count = 2 * objects
    if as_dicts(stream) != as_store(stream):
        raise AssertionError("the store and the baseline keep different objects")
    seconds = best_seconds([as_dicts, as_store], stream, repeat)
    json_bytes = len(msgspec.json.encode(echo(1, objects)))
    lines = stream.splitlines()[objects:]
    dict_bytes = kept_bytes(lambda: [msgspec.json.decode(line)["object"] for line in lines]) / objects
    store_bytes = kept_bytes(lambda: filled(stream)) / objects
    versions = f"python {platform.python_version()}, msgspec {msgspec.__version__}"
    return [
        f"{versions}, {objects} objects, hash {as_store(stream)}",
        f"{'':24}{'time x':>8}{'us/event':>10}{'events/s':>10}{'bytes x JSON':>14}{'bytes':>8}",
        row("decoded, as dicts", seconds["as_dicts"] / seconds["as_dicts"], seconds["as_dicts"] / count)
        + f"{dict_bytes / json_bytes:14.2f}{dict_bytes:8.0f}",
        row("watch core and store", seconds["as_store"] / seconds["as_dicts"], seconds["as_store"] / count)
        + f"{store_bytes / json_bytes:14.2f}{store_bytes:8.0f}",
    ]


def row(name: str, ratio: float, event_s: float) -> str:
    return f"{name:24}{ratio:8.2f}{event_s * 1e6:10.1f}{1 / event_s:10.0f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--objects", type=int, default=5000)
    parser.add_argument("--repeat", type=int, default=5)
    stated = parser.parse_args()
    print("\n".join(measured(stated.objects, stated.repeat)))


if __name__ == "__main__":
    main()
