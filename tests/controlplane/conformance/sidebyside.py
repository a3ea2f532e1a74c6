"""Request scripts sent to a real API server and to the embedded one; what both must answer alike.

A script is a list of steps `(verb, place, body)`. A verb is `POST`, `PUT`, `GET`, `DELETE`, `MERGE`, `JSON`,
`STRATEGIC`, `APPLY` or `FORCE` (apply with force), followed by the field manager if any: `APPLY alice`.
A place is `configmaps/x?dryRun=All`: a plural of `GROUPS`, perhaps a name and a subresource; or a whole path.
Compared are code, reason, message, causes and the object, less what names only one run (uids, times, ...).
"""

from __future__ import annotations

import json
import re
import time
import urllib.error
import urllib.request
import zlib
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qsl, urlencode

from mendloop.controlplane import ControlPlane
from mendloop.controlplane.plane import ADMIN
from mendloop.controlplane.real import RealControlPlane
from mendloop.controlplane.wire import Request, Response

GROUPS = {
    "": "configmaps secrets services pods namespaces serviceaccounts persistentvolumeclaims events "
    "resourcequotas limitranges endpoints nodes persistentvolumes",
    "apps": "deployments replicasets statefulsets daemonsets",
    "batch": "jobs cronjobs",
    "autoscaling/v2": "horizontalpodautoscalers",
    "policy": "poddisruptionbudgets",
    "networking.k8s.io": "ingresses networkpolicies",
    "rbac.authorization.k8s.io": "roles rolebindings clusterroles clusterrolebindings",
    "coordination.k8s.io": "leases",
    "apiextensions.k8s.io": "customresourcedefinitions",
    "conf.example.com": "gadgets",
}
CLUSTER_WIDE = {"namespaces", "nodes", "persistentvolumes", "clusterroles", "clusterrolebindings"}
CLUSTER_WIDE |= {"customresourcedefinitions"}
PATCHES = {
    "MERGE": "application/merge-patch+json",
    "JSON": "application/json-patch+json",
    "STRATEGIC": "application/strategic-merge-patch+json",
    "APPLY": "application/apply-patch+yaml",
    "FORCE": "application/apply-patch+yaml",
}
Step = tuple[Any, ...]
Answer = tuple[int, Any]
Send = Callable[[str, str, list[tuple[str, str]], Any, str], Answer]
_UID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


def path_of(place: str, namespace: str) -> str:
    if place.startswith("/"):
        return place
    plural, _, rest = place.partition("/")
    group = next(group for group, plurals in GROUPS.items() if plural in plurals.split())
    group, _, version = group.partition("/")
    root = f"/apis/{group}/{version or 'v1'}" if group else "/api/v1"
    scope = "" if plural in CLUSTER_WIDE else f"/namespaces/{namespace}"
    return f"{root}{scope}/{plural}" + (f"/{rest}" if rest else "")


def perform(send: Send, step: Step, namespace: str) -> Answer:
    verb, place, body = (*step, None)[:3]
    verb, _, manager = verb.partition(" ")
    path, _, text = place.replace("{ns}", namespace).partition("?")
    query = parse_qsl(text, keep_blank_values=True)
    if manager:
        query.append(("fieldManager", manager))
    if verb == "FORCE":
        query.append(("force", "true"))
    method = "PATCH" if verb in PATCHES else verb
    return send(method, path_of(path, namespace), query, body, PATCHES.get(verb, "application/json"))


def until_served(send: Send, step: Step, namespace: str) -> None:
    """Waits until a new definition's objects can be listed, as a real server takes a moment."""
    end = time.monotonic() + 20
    while perform(send, ("GET", step[1]), namespace)[0] != 200:
        assert time.monotonic() < end, f"{step[1]} is not served"
        time.sleep(0.05)


def send_to_real(real: RealControlPlane) -> Send:
    context, token = real.ssl_context(), real.token("admin")

    def send(method: str, path: str, query: list[tuple[str, str]], body: Any, media: str) -> Answer:
        request = urllib.request.Request(
            real.url + path + ("?" + urlencode(query) if query else ""),
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": f"Bearer {token}", "Content-Type": media, "User-Agent": "conf/1"},
        )
        try:
            with urllib.request.urlopen(request, context=context, timeout=30) as answer:
                return answer.status, decoded(answer.read())
        except urllib.error.HTTPError as refused:
            return refused.code, decoded(refused.read())

    return send


def send_to_embedded(plane: ControlPlane) -> Send:
    def send(method: str, path: str, query: list[tuple[str, str]], body: Any, media: str) -> Answer:
        data = None if body is None else json.dumps(body).encode()
        headers = {"content-type": media, "user-agent": "conf/1", "accept": "application/json"}
        answer = plane.handle(Request(method, path, tuple(query), headers, data), ADMIN)
        assert isinstance(answer, Response)
        return answer.status, decoded(answer.body)

    return send


def decoded(data: bytes) -> Any:
    try:
        return json.loads(data)
    except ValueError:
        return data.decode()


def comparable(answer: Answer) -> Any:
    """What two servers must agree on."""
    code, body = answer
    if not isinstance(body, dict):
        return code, body
    if body.get("kind") == "Status":
        details = dict(body.get("details") or {})
        causes = sorted(details.pop("causes", ()), key=lambda cause: json.dumps(cause, sort_keys=True))
        # The order of several causes is that of a Go map, and the message lists them in it.
        message = body.get("message", "") if len(causes) < 2 else "..."
        details.pop("uid", None)
        return (
            code,
            body.get("status"),
            body.get("reason"),
            _masked(message),
            _masked(details),
            _masked(causes),
        )
    return code, _masked(_less(body))


def _less(obj: Any) -> Any:
    meta = dict(obj.get("metadata") or {})
    for name in ("uid", "resourceVersion", "creationTimestamp", "deletionTimestamp"):
        if name in meta:
            meta[name] = "..."
    if meta.get("finalizers") == ["kubernetes.io/pvc-protection"]:
        # The embedded server leaves it out, having nobody who would take it away again.
        del meta["finalizers"]
    entries = meta.get("managedFields")
    if entries:
        # Entries of one second stand by name, others by time: which it is depends on the speed of the run.
        timeless = [{**entry, "time": "..." if "time" in entry else None} for entry in entries]
        meta["managedFields"] = sorted(timeless, key=lambda entry: json.dumps(entry, sort_keys=True))
    return {**obj, "metadata": meta}


def _masked(value: Any) -> Any:
    """Without uids and handed-out addresses, wherever they stand."""
    text = _UID.sub("<uid>", json.dumps(value, sort_keys=True))
    # A refused patch shows the whole object, whose keys come in an order of the server's own.
    text = re.sub(r'(Invalid value: \\"){.*}(\\": )', r"\1{...}\2", text)
    text = re.sub(r"in record \(\d+\)", "in record (n)", text)
    text = re.sub(r'"10\.0\.\d+\.\d+"', '"<ip>"', text)
    text = re.sub(r'"(nodePort|healthCheckNodePort)": 3\d{4}', r'"\1": 0', text)
    text = re.sub(r'"lastTransitionTime": "[^"]*"', '"lastTransitionTime": "..."', text)
    return json.loads(text)


def namespace_of(name: str) -> str:
    """A test's own namespace, the same in each run."""
    return f"c{zlib.crc32(name.encode()):08x}"


def differing(real: Any, ours: Any, place: str = "") -> Iterator[str]:
    """One line a difference: where, what the real server said, and what ours said."""
    if isinstance(real, dict) and isinstance(ours, dict):
        for key in sorted(real.keys() | ours.keys()):
            yield from differing(real.get(key, "(none)"), ours.get(key, "(none)"), f"{place}.{key}")
    elif isinstance(real, list | tuple) and isinstance(ours, list | tuple) and len(real) == len(ours):
        for at, (one, other) in enumerate(zip(real, ours, strict=True)):
            yield from differing(one, other, f"{place}[{at}]")
    elif json.dumps(real) != json.dumps(ours):
        yield f"  {place}: real {json.dumps(real)} -- ours {json.dumps(ours)}"
