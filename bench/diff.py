"""What a comparison costs when nothing differs, which is nearly always.

Rows: `==` of two equal trees (no meaning at all), mendloop's diff without and with ownership, a naive
recursion that collects paths as deepdiff-like tools do. Run: `python bench/diff.py`.
"""

from __future__ import annotations

import argparse
import hashlib
import platform
import time
from collections.abc import Callable
from typing import Any

import msgspec

from mendloop.delta import diff
from mendloop.model.schemas import Schemas

OWNER = "bench.example.com"
Pair = tuple[dict[str, Any], dict[str, Any]]


def copied(value: dict[str, Any]) -> dict[str, Any]:
    """An equal tree that shares nothing, as a second decoding gives it."""
    twin: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(value))
    return twin


def deployment() -> Pair:
    """A manifest as people write it, and the same as a server gives it back."""
    labels = {"app": "web", "app.kubernetes.io/managed-by": "bench"}
    container = {
        "name": "web",
        "image": "registry.example.com/web:1.4.2",
        "args": ["--port", "8080", "--verbose"],
        "ports": [{"name": "http", "containerPort": 8080}],
        "env": [{"name": f"SETTING_{n}", "value": str(n)} for n in range(6)],
        "resources": {"requests": {"cpu": "250m", "memory": "1Gi"}, "limits": {"memory": "1024Mi"}},
        "readinessProbe": {"httpGet": {"path": "/healthz", "port": "http"}, "periodSeconds": 5},
        "volumeMounts": [{"name": "conf", "mountPath": "/etc/web"}],
    }
    pod = {"containers": [container], "volumes": [{"name": "conf", "configMap": {"name": "web-conf"}}]}
    desired: dict[str, Any] = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "web", "namespace": "default", "labels": labels},
        "spec": {
            "replicas": 3,
            "selector": {"matchLabels": {"app": "web"}},
            "template": {"metadata": {"labels": labels}, "spec": pod},
        },
    }
    live = copied(desired)
    live["metadata"] |= {"uid": "u", "resourceVersion": "7", "generation": 1}
    rolling = {"maxSurge": "25%", "maxUnavailable": "25%"}
    live["spec"] |= {
        "strategy": {"type": "RollingUpdate", "rollingUpdate": rolling},
        "revisionHistoryLimit": 10,
    }
    spec = live["spec"]["template"]["spec"]
    spec |= {"restartPolicy": "Always", "dnsPolicy": "ClusterFirst", "schedulerName": "default-scheduler"}
    spec["volumes"][0]["configMap"]["defaultMode"] = 420
    (web,) = spec["containers"]
    web |= {"imagePullPolicy": "IfNotPresent", "terminationMessagePath": "/dev/termination-log"}
    web["ports"][0]["protocol"] = "TCP"
    web["readinessProbe"] |= {"timeoutSeconds": 1, "successThreshold": 1, "failureThreshold": 3}
    web["readinessProbe"]["httpGet"]["scheme"] = "HTTP"
    web["resources"]["limits"]["memory"] = "1Gi"
    live["status"] = {"observedGeneration": 1, "replicas": 3, "readyReplicas": 3}
    return desired, live


def config_map() -> Pair:
    """Twenty keys."""
    desired: dict[str, Any] = {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "web-conf", "labels": {"app": "web"}},
        "data": {f"key-{n}": f"value {n}" for n in range(20)},
    }
    live = copied(desired)
    live["metadata"] |= {"uid": "u", "resourceVersion": "7"}
    return desired, live


def owned_by(desired: dict[str, Any]) -> bytes:
    """The fieldsV1 that a server records for an apply of one of these manifests."""

    def tree(value: Any) -> dict[str, Any]:
        if isinstance(value, dict):
            return {f"f:{name}": tree(inner) for name, inner in value.items()}
        if isinstance(value, list) and value and isinstance(value[0], dict):
            return {key(item): {".": {}, **tree(item)} for item in value}
        return {}

    def key(item: dict[str, Any]) -> str:
        if "containerPort" in item:
            return f'k:{{"containerPort":{item["containerPort"]},"protocol":"TCP"}}'
        name = "mountPath" if "mountPath" in item else "name"
        return f'k:{{"{name}":"{item[name]}"}}'

    stated = {name: value for name, value in desired.items() if name not in ("apiVersion", "kind")}
    fields = tree({**stated, "metadata": {"labels": desired["metadata"]["labels"]}})
    if "selector" in desired.get("spec", {}):
        fields["f:spec"]["f:selector"] = {}
    return msgspec.json.encode(fields)


def naive(wish: Any, live: Any, path: str, out: list[tuple[str, Any, Any]]) -> None:
    """Every path visited with its text, lists in their order, nothing known of meaning."""
    if isinstance(wish, dict) and isinstance(live, dict):
        for name in sorted(set(wish) | set(live)):
            naive(wish.get(name), live.get(name), f"{path}.{name}", out)
    elif isinstance(wish, list) and isinstance(live, list):
        for place, (want, have) in enumerate(zip(wish, live, strict=False)):
            naive(want, have, f"{path}[{place}]", out)
    elif wish != live:
        out.append((path, wish, live))


def best_of(calls: dict[str, Callable[[], object]], rounds: int, loops: int) -> dict[str, float]:
    """Microseconds a call, the best of interleaved rounds."""
    best = dict.fromkeys(calls, float("inf"))
    for _ in range(rounds):
        for name, call in calls.items():
            start = time.perf_counter()
            for _ in range(loops):
                call()
            best[name] = min(best[name], (time.perf_counter() - start) / loops * 1e6)
    return best


def measured(title: str, pair: Pair, rounds: int, loops: int) -> bytes:
    """Print the rows of one pair; what proves that the same objects were found equal."""
    desired, live = pair
    schema, owned, twin = Schemas().of(desired), owned_by(desired), copied(desired)
    delta = diff(desired, live, schema, OWNER, owned=owned)
    assert delta.empty, delta
    calls: dict[str, Callable[[], object]] = {
        "== of equal trees": lambda: desired == twin,
        "diff": lambda: diff(desired, live, schema, OWNER),
        "diff with ownership": lambda: diff(desired, live, schema, OWNER, owned=owned),
        "naive recursion": lambda: naive(desired, live, "", []),
    }
    best = best_of(calls, rounds, loops)
    print(title)
    for name, micros in best.items():
        print(f"  {name:<22} {micros / best['== of equal trees']:6.1f} x   {micros:7.2f} us")
    return msgspec.json.encode([title, desired, live, delta])


def main(rounds: int = 15, loops: int = 1000) -> str:
    """Print the table and a hash of the work."""
    print(f"CPython {platform.python_version()}")
    work = hashlib.sha256()
    for title, pair in {"Deployment": deployment(), "ConfigMap": config_map()}.items():
        work.update(measured(title, pair, rounds, loops))
    print("work", work.hexdigest()[:16])
    return work.hexdigest()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="What a comparison costs when nothing differs.")
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--loops", type=int, default=1000)
    stated = parser.parse_args()
    main(stated.rounds, stated.loops)
