"""A talk with an API server: what is asked, step by step, so that two servers can be asked the same.

`$id.path.to.value` in a path or body stands for a value of an earlier answer.
"""

from __future__ import annotations

import json
from typing import Any, NamedTuple

MERGE = "application/merge-patch+json"
JSON_PATCH = "application/json-patch+json"
STRATEGIC = "application/strategic-merge-patch+json"
APPLY = "application/apply-patch+yaml"
JSON = "application/json"


class Step(NamedTuple):
    """One request; `body` is JSON unless it is text."""

    id: str
    method: str
    path: str
    body: Any = None
    type: str = JSON
    accept: str = ""

    def text(self) -> str | None:
        if self.body is None or isinstance(self.body, str):
            return self.body
        return json.dumps(self.body)


CM = "/api/v1/namespaces/talk/configmaps"
DEP = "/apis/apps/v1/namespaces/talk/deployments"
GZ = "/apis/talk.example.com/v1/namespaces/talk/gizmos"
LEASE = "/apis/coordination.k8s.io/v1/namespaces/talk/leases"
CRDS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"


def cm(name: str, data: dict[str, str] | None = None, **metadata: Any) -> dict[str, Any]:
    body = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name, **metadata}}
    return body if data is None else {**body, "data": data}


def deployment(name: str, replicas: int | None = 1, **metadata: Any) -> dict[str, Any]:
    spec: dict[str, Any] = {
        "selector": {"matchLabels": {"app": name}},
        "template": {
            "metadata": {"labels": {"app": name}},
            "spec": {"containers": [{"name": "c", "image": "i"}]},
        },
    }
    if replicas is not None:
        spec["replicas"] = replicas
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name, **metadata},
        "spec": spec,
    }


def gizmo(name: str, size: Any = 1, kind: str = "Gizmo", **rest: Any) -> dict[str, Any]:
    metadata = {"name": name, **rest.pop("metadata", {})}
    return {
        "apiVersion": "talk.example.com/v1",
        "kind": kind,
        "metadata": metadata,
        "spec": {"size": size},
        **rest,
    }


def definition(plural: str, kind: str, *, status: bool) -> dict[str, Any]:
    spec = {
        "type": "object",
        "required": ["size"],
        "properties": {
            "size": {"type": "integer", "minimum": 1, "maximum": 9},
            "mode": {"type": "string", "default": "fast"},
            "note": {"type": "string", "nullable": True, "default": "n"},
        },
    }
    version: dict[str, Any] = {
        "name": "v1",
        "served": True,
        "storage": True,
        "schema": {
            "openAPIV3Schema": {
                "type": "object",
                "required": ["spec"],
                "properties": {
                    "spec": spec,
                    "status": {
                        "type": "object",
                        "properties": {"size": {"type": "integer"}, "selector": {"type": "string"}},
                    },
                },
            }
        },
    }
    if status:
        paths = {"specReplicasPath": ".spec.size", "statusReplicasPath": ".status.size"}
        version["subresources"] = {"status": {}, "scale": {**paths, "labelSelectorPath": ".status.selector"}}
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{plural}.talk.example.com"},
        "spec": {
            "group": "talk.example.com",
            "scope": "Namespaced",
            "names": {"plural": plural, "kind": kind, "singular": kind.lower(), "listKind": f"{kind}List"},
            "versions": [version],
        },
    }


OLD = {"resourceVersion": "1"}
CREATED = [
    Step("ns", "POST", "/api/v1/namespaces", {"metadata": {"name": "talk"}}),
    Step("ns-again", "POST", "/api/v1/namespaces", {"metadata": {"name": "talk"}}),
    Step("ns-dots", "POST", "/api/v1/namespaces", {"metadata": {"name": "a.b"}}),
    Step("create", "POST", CM, cm("a", {"k": "1"}, labels={"app": "x"})),
    Step("create-again", "POST", CM, cm("a")),
    Step("create-generation-kept", "POST", CM, cm("gen", generation=7)),
    Step("create-with-rv", "POST", CM, cm("rv", resourceVersion="5")),
    Step("create-foreign-namespace", "POST", CM, cm("x", namespace="default")),
    Step("create-missing-namespace", "POST", "/api/v1/namespaces/nope/configmaps", cm("x")),
    Step("create-no-name", "POST", CM, {"metadata": {}}),
    Step("create-bad-name", "POST", CM, cm("Bad_Name")),
    Step("create-empty-body", "POST", CM, ""),
    Step("create-truncated", "POST", CM, '{"apiVersion":"v1","kind":"Con'),
    Step("create-array", "POST", CM, "[]"),
    Step("create-null", "POST", CM, "null"),
    Step("create-wrong-kind", "POST", CM, {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "x"}}),
    Step(
        "create-wrong-version",
        "POST",
        CM,
        {"apiVersion": "v2", "kind": "ConfigMap", "metadata": {"name": "x"}},
    ),
    Step("create-wrong-group", "POST", DEP, {**deployment("x"), "apiVersion": "bogus/v1"}),
    Step("create-old-version", "POST", DEP, {**deployment("x"), "apiVersion": "apps/v1beta1"}),
    Step("create-wrong-type", "POST", DEP, deployment("x", replicas="three")),  # type: ignore[arg-type]
    Step("create-text", "POST", CM, "hello", type="text/plain"),
    Step("create-xml-accepted", "POST", CM, cm("x"), accept="application/xml"),
    Step("create-strict", "POST", f"{CM}?fieldValidation=Strict", {**cm("x"), "foo": 1}),
    Step("create-warn", "POST", CM, {**cm("warned"), "foo": 1}),
    Step("create-ignore", "POST", f"{CM}?fieldValidation=Ignore", {**cm("ignored"), "foo": 1}),
    Step(
        "create-strict-duplicate",
        "POST",
        f"{CM}?fieldValidation=Strict",
        '{"metadata":{"name":"x"},"data":{"a":"1","a":"2"}}',
    ),
    Step("create-dry", "POST", f"{CM}?dryRun=All", cm("dry", {"k": "1"})),
    Step("get-dry", "GET", f"{CM}/dry"),
    Step("create-dry-bad", "POST", f"{CM}?dryRun=Some", cm("dry")),
    Step("create-long-manager", "POST", f"{CM}?fieldManager={'m' * 200}", cm("dry")),
    Step("create-bad-validation", "POST", f"{CM}?fieldValidation=Maybe", cm("dry")),
    Step("create-bad-finalizer", "POST", CM, cm("x", finalizers=["plain"])),
    Step("create-bad-label", "POST", CM, cm("x", labels={"a": "b c!"})),
    Step("create-bad-annotation", "POST", CM, cm("x", annotations={"a/b/c": "1"})),
    Step(
        "create-two-controllers",
        "POST",
        CM,
        cm(
            "x",
            ownerReferences=[
                {"apiVersion": "v1", "kind": "Pod", "name": n, "uid": n, "controller": True} for n in "ab"
            ],
        ),
    ),
    Step(
        "create-owner-without-uid",
        "POST",
        CM,
        cm("x", ownerReferences=[{"apiVersion": "v1", "kind": "Pod", "name": "a"}]),
    ),
]
READ = [
    Step("get", "GET", f"{CM}/a"),
    Step("get-missing", "GET", f"{CM}/nope"),
    Step("get-watch-ignored", "GET", f"{CM}/a?watch=1"),
    Step("get-rv-bad", "GET", f"{CM}/a?resourceVersion=abc"),
    Step("get-rv-future", "GET", f"{CM}/a?resourceVersion=99999999"),
    Step(
        "get-metadata",
        "GET",
        f"{CM}/a",
        accept="application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1",
    ),
    Step("get-yaml-unknown", "GET", f"{CM}/a", accept="application/xml"),
    Step("get-star", "GET", f"{CM}/a", accept="application/*"),
    Step("list-rv-bad", "GET", f"{CM}?resourceVersion=abc"),
    Step("list-rv-future", "GET", f"{CM}?resourceVersion=99999999"),
    Step("list-limit-bad", "GET", f"{CM}?limit=abc"),
    Step("list-limit-negative", "GET", f"{CM}?limit=-1&fieldSelector=metadata.name%3Da"),
    Step("list-one-of", "GET", f"{CM}?limit=1"),
    Step("list-next", "GET", f"{CM}?limit=1&continue=$list-one-of.metadata.continue"),
    Step("list-next-rv0", "GET", f"{CM}?limit=1&resourceVersion=0&continue=$list-one-of.metadata.continue"),
    Step("list-next-rv", "GET", f"{CM}?limit=1&resourceVersion=5&continue=$list-one-of.metadata.continue"),
    Step("list-selected", "GET", f"{CM}?labelSelector=app%3Dx&limit=1"),
    Step("list-in-empty", "GET", f"{CM}?labelSelector=app+in+()"),
    Step("list-selector-bad", "GET", f"{CM}?labelSelector=a+in+("),
    Step("list-selector-bad-key", "GET", f"{CM}?labelSelector=a!b%3Dc"),
    Step("list-field", "GET", f"{CM}?fieldSelector=metadata.name%3Da"),
    Step("list-field-unknown", "GET", f"{CM}?fieldSelector=data.k%3Dx"),
    Step("list-field-pod-unknown", "GET", "/api/v1/namespaces/talk/pods?fieldSelector=spec.foo%3Dx"),
    Step("list-field-bad", "GET", f"{CM}?fieldSelector=metadata.name"),
    Step("list-match-alone", "GET", f"{CM}?resourceVersionMatch=Exact"),
    Step("list-match-exact0", "GET", f"{CM}?resourceVersionMatch=Exact&resourceVersion=0"),
    Step("list-match-bad", "GET", f"{CM}?resourceVersionMatch=Foo&resourceVersion=5"),
    Step("list-send-initial", "GET", f"{CM}?sendInitialEvents=true"),
    Step("list-continue-garbage", "GET", f"{CM}?limit=1&continue=xyz"),
    Step("watch-match-alone", "GET", f"{CM}?watch=1&resourceVersionMatch=NotOlderThan&resourceVersion=5"),
    Step("watch-initial-no-match", "GET", f"{CM}?watch=1&sendInitialEvents=true"),
    Step("watch-rv-bad", "GET", f"{CM}?watch=1&resourceVersion=abc"),
    Step("unknown-group", "GET", "/apis/nope.example.com/v1/things"),
    Step("unknown-resource", "GET", "/api/v1/namespaces/talk/things"),
    Step("unknown-subresource", "GET", f"{CM}/a/status"),
    Step("escaped-slash", "GET", f"{CM}/a%2Fb"),
    Step("head", "HEAD", f"{CM}/a"),
    Step("options", "OPTIONS", CM),
    Step("put-collection", "PUT", CM, cm("a")),
    Step("post-object", "POST", f"{CM}/a", cm("a")),
    Step("patch-collection", "PATCH", CM, {}, type=MERGE),
    Step("post-everywhere", "POST", "/api/v1/configmaps", cm("a")),
    Step("delete-all-namespaces", "DELETE", "/api/v1/namespaces"),
]
UPDATED = [
    Step("put", "PUT", f"{CM}/a", cm("a", {"k": "2"}, resourceVersion="$get.metadata.resourceVersion")),
    Step("put-same", "PUT", f"{CM}/a", cm("a", {"k": "2"})),
    Step("put-stale", "PUT", f"{CM}/a", cm("a", {"k": "3"}, **OLD)),
    Step("put-missing", "PUT", f"{CM}/nope", cm("nope")),
    Step("put-no-name", "PUT", f"{CM}/a", {"metadata": {}}),
    Step("put-other-name", "PUT", f"{CM}/a", cm("b")),
    Step("put-other-namespace", "PUT", f"{CM}/a", cm("a", namespace="default")),
    Step("put-foreign-uid", "PUT", f"{CM}/a", cm("a", uid="11111111-1111-1111-1111-111111111111")),
    Step("put-rv-bad", "PUT", f"{CM}/a", cm("a", resourceVersion="abc")),
    Step("merge", "PATCH", f"{CM}/a", {"data": {"m": "1"}}, type=MERGE),
    Step("merge-same", "PATCH", f"{CM}/a", {"data": {"m": "1"}}, type=MERGE),
    Step("merge-stale", "PATCH", f"{CM}/a", {"metadata": OLD, "data": {"m": "2"}}, type=MERGE),
    Step("merge-uid", "PATCH", f"{CM}/a", {"metadata": {"uid": "1234"}}, type=MERGE),
    Step("merge-name", "PATCH", f"{CM}/a", {"metadata": {"name": "b"}}, type=MERGE),
    Step("merge-namespace", "PATCH", f"{CM}/a", {"metadata": {"namespace": "default"}}, type=MERGE),
    Step(
        "merge-deleted-by-hand",
        "PATCH",
        f"{CM}/a",
        {"metadata": {"deletionTimestamp": "2020-01-01T00:00:00Z"}},
        type=MERGE,
    ),
    Step("merge-missing", "PATCH", f"{CM}/nope", {}, type=MERGE),
    Step("merge-force", "PATCH", f"{CM}/a?force=true", {}, type=MERGE),
    Step(
        "json-patch",
        "PATCH",
        f"{CM}/a",
        [{"op": "replace", "path": "/data/new", "value": "1"}],
        type=JSON_PATCH,
    ),
    Step(
        "json-patch-test-fails",
        "PATCH",
        f"{CM}/a",
        [{"op": "test", "path": "/data/k", "value": "9"}],
        type=JSON_PATCH,
    ),
    Step("json-patch-no-list", "PATCH", f"{CM}/a", {"op": "x"}, type=JSON_PATCH),
    Step(
        "json-patch-stale",
        "PATCH",
        f"{CM}/a",
        [{"op": "replace", "path": "/metadata/resourceVersion", "value": "1"}],
        type=JSON_PATCH,
    ),
    Step(
        "json-patch-name",
        "PATCH",
        f"{CM}/a",
        [{"op": "replace", "path": "/metadata/name", "value": "zz"}],
        type=JSON_PATCH,
    ),
    Step("patch-media", "PATCH", f"{CM}/a", {}, type="application/foo+json"),
    Step("merge-managed-cleared", "PATCH", f"{CM}/a", {"metadata": {"managedFields": []}}, type=MERGE),
    Step("merge-untracked", "PATCH", f"{CM}/a", {"data": {"u": "1"}}, type=MERGE),
    Step("apply-before-first", "PATCH", f"{CM}/a?fieldManager=me", cm("a", {"u": "2"}), type=APPLY),
]
_WATCH = f"{CM}?watch=1&timeoutSeconds=1"
WATCHED = [
    Step("seen", "POST", CM, cm("seen", {"k": "1"}, labels={"in": "yes"})),
    Step("seen-changed", "PATCH", f"{CM}/seen", {"data": {"k": "2"}}, type=MERGE),
    Step("seen-leaves", "PATCH", f"{CM}/seen", {"metadata": {"labels": {"in": "no"}}}, type=MERGE),
    Step("seen-enters", "PATCH", f"{CM}/seen", {"metadata": {"labels": {"in": "yes"}}}, type=MERGE),
    Step("seen-deleted", "DELETE", f"{CM}/seen"),
    Step("watch-since", "GET", f"{_WATCH}&resourceVersion=$seen.metadata.resourceVersion"),
    Step(
        "watch-selected",
        "GET",
        f"{_WATCH}&resourceVersion=$seen.metadata.resourceVersion&labelSelector=in%3Dyes",
    ),
    Step("watch-from-now", "GET", _WATCH),
    Step("watch-from-zero", "GET", f"{_WATCH}&resourceVersion=0&fieldSelector=metadata.name%3Da"),
    Step("watch-bookmarks", "GET", f"{_WATCH}&allowWatchBookmarks=true&fieldSelector=metadata.name%3Da"),
    Step(
        "watch-bookmarks-from-zero",
        "GET",
        f"{_WATCH}&allowWatchBookmarks=true&resourceVersion=0&fieldSelector=metadata.name%3Da",
    ),
    Step(
        "watch-initial",
        "GET",
        f"{_WATCH}&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true",
    ),
    Step(
        "watch-no-initial",
        "GET",
        f"{_WATCH}&sendInitialEvents=false&resourceVersionMatch=NotOlderThan&fieldSelector=metadata.name%3Da",
    ),
    Step(
        "watch-initial-future",
        "GET",
        f"{_WATCH}&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&resourceVersion=99999999",
    ),
    Step(
        "watch-metadata",
        "GET",
        f"{_WATCH}&fieldSelector=metadata.name%3Da",
        accept="application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1",
    ),
    Step("watch-maybe", "GET", f"{CM}?watch=maybe&timeoutSeconds=1&fieldSelector=metadata.name%3Da"),
    Step("watch-yaml", "GET", _WATCH, accept="application/yaml"),
    Step(
        "list-exact", "GET", f"{CM}?resourceVersionMatch=Exact&resourceVersion=$seen.metadata.resourceVersion"
    ),
    Step("list-limit-at", "GET", f"{CM}?limit=50&resourceVersion=$seen.metadata.resourceVersion"),
    Step("list-not-older", "GET", f"{CM}?resourceVersionMatch=NotOlderThan&resourceVersion=1&limit=2"),
]
APPLIED = [
    Step("apply-create", "PATCH", f"{CM}/s?fieldManager=alice", cm("s", {"a": "1"}), type=APPLY),
    Step("apply-same", "PATCH", f"{CM}/s?fieldManager=alice", cm("s", {"a": "1"}), type=APPLY),
    Step("apply-shared", "PATCH", f"{CM}/s?fieldManager=bob", cm("s", {"a": "1"}), type=APPLY),
    Step("apply-conflict", "PATCH", f"{CM}/s?fieldManager=carol", cm("s", {"a": "2"}), type=APPLY),
    Step(
        "apply-force",
        "PATCH",
        f"{CM}/s?fieldManager=carol&force=true",
        cm("s", {"a": "2", "b": "1"}),
        type=APPLY,
    ),
    Step("apply-dropped", "PATCH", f"{CM}/s?fieldManager=carol", cm("s", {"a": "2"}), type=APPLY),
    Step("apply-no-manager", "PATCH", f"{CM}/s", cm("s"), type=APPLY),
    Step("apply-yaml-bad", "PATCH", f"{CM}/s?fieldManager=m", "a: [", type=APPLY),
    Step(
        "apply-other-kind",
        "PATCH",
        f"{CM}/s?fieldManager=m",
        {"apiVersion": "v1", "kind": "Secret"},
        type=APPLY,
    ),
    Step(
        "apply-other-version",
        "PATCH",
        f"{CM}/s?fieldManager=m",
        {"apiVersion": "foo/v1", "kind": "ConfigMap"},
        type=APPLY,
    ),
    Step("apply-managed", "PATCH", f"{CM}/s?fieldManager=m", cm("s", managedFields=[]), type=APPLY),
    Step("apply-stale", "PATCH", f"{CM}/s?fieldManager=carol", cm("s", {"a": "3"}, **OLD), type=APPLY),
    Step(
        "apply-foreign-uid",
        "PATCH",
        f"{CM}/s?fieldManager=carol",
        cm("s", uid="11111111-1111-1111-1111-111111111111"),
        type=APPLY,
    ),
    Step("apply-rv-creates", "PATCH", f"{CM}/s2?fieldManager=m", cm("s2", resourceVersion="5"), type=APPLY),
    Step(
        "apply-uid-missing",
        "PATCH",
        f"{CM}/s3?fieldManager=m",
        cm("s3", uid="11111111-1111-1111-1111-111111111111"),
        type=APPLY,
    ),
    Step(
        "apply-missing-namespace",
        "PATCH",
        "/api/v1/namespaces/nope/configmaps/x?fieldManager=m",
        cm("x"),
        type=APPLY,
    ),
    Step("apply-dry", "PATCH", f"{CM}/s4?fieldManager=m&dryRun=All", cm("s4"), type=APPLY),
    Step("apply-deployment", "PATCH", f"{DEP}/d?fieldManager=me", deployment("d", 2), type=APPLY),
    Step("apply-deployment-same", "PATCH", f"{DEP}/d?fieldManager=me", deployment("d", 2), type=APPLY),
    Step(
        "apply-unknown-field",
        "PATCH",
        f"{DEP}/d?fieldManager=me",
        {**deployment("d"), "spec": {"foo": 1}},
        type=APPLY,
    ),
    Step(
        "apply-status-missing",
        "PATCH",
        f"{DEP}/nope/status?fieldManager=me",
        {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "nope"}},
        type=APPLY,
    ),
]
GENERATIONS = [
    Step("dep-get", "GET", f"{DEP}/d"),
    Step("dep-annotated", "PATCH", f"{DEP}/d", {"metadata": {"annotations": {"a": "1"}}}, type=MERGE),
    Step("dep-labelled", "PATCH", f"{DEP}/d", {"metadata": {"labels": {"a": "1"}}}, type=MERGE),
    Step(
        "dep-status",
        "PATCH",
        f"{DEP}/d/status",
        {
            "metadata": {"labels": {"b": "1"}, "annotations": {"b": "1"}, "finalizers": ["a.com/b"]},
            "spec": {"replicas": 9},
            "status": {"replicas": 1},
        },
        type=MERGE,
    ),
    Step("dep-status-put-stale", "PUT", f"{DEP}/d/status", deployment("d", **OLD)),
    Step(
        "dep-status-patch-stale",
        "PATCH",
        f"{DEP}/d/status",
        {"metadata": OLD, "status": {"replicas": 2}},
        type=MERGE,
    ),
    Step("dep-scale", "GET", f"{DEP}/d/scale"),
    Step("dep-scale-put", "PUT", f"{DEP}/d/scale", {"metadata": {"name": "d"}, "spec": {"replicas": 4}}),
    Step("dep-scale-patch", "PATCH", f"{DEP}/d/scale", {"spec": {"replicas": 5}}, type=MERGE),
    Step("dep-scale-negative", "PATCH", f"{DEP}/d/scale", {"spec": {"replicas": -1}}, type=MERGE),
    Step(
        "dep-scale-stale",
        "PUT",
        f"{DEP}/d/scale",
        {"metadata": {"name": "d", **OLD}, "spec": {"replicas": 4}},
    ),
    Step("dep-scale-kind", "PUT", f"{DEP}/d/scale", deployment("d")),
    Step("dep-scale-missing", "GET", f"{DEP}/nope/scale"),
    Step(
        "dep-strategic",
        "PATCH",
        f"{DEP}/d",
        {"spec": {"template": {"spec": {"containers": [{"name": "side", "image": "s"}]}}}},
        type=STRATEGIC,
    ),
    Step("dep-strategic-type", "PATCH", f"{DEP}/d", {"spec": "x"}, type=STRATEGIC),
    Step("dep-merge-type", "PATCH", f"{DEP}/nope", {"spec": {"replicas": "x"}}, type=MERGE),
    Step("dep-delete", "DELETE", f"{DEP}/d"),
    Step("dep-deleting", "GET", f"{DEP}/d"),
    Step("dep-delete-again", "DELETE", f"{DEP}/d"),
    Step("dep-create-while-deleting", "POST", DEP, deployment("d")),
    Step(
        "dep-finalizer-added",
        "PATCH",
        f"{DEP}/d",
        {"metadata": {"finalizers": ["a.com/b", "a.com/c"]}},
        type=MERGE,
    ),
    Step("dep-finalizer-gone", "PATCH", f"{DEP}/d", {"metadata": {"finalizers": None}}, type=MERGE),
    Step("dep-gone", "GET", f"{DEP}/d"),
]
DELETED = [
    Step(
        "delete-uid", "DELETE", f"{CM}/s", {"preconditions": {"uid": "33333333-3333-3333-3333-333333333333"}}
    ),
    Step("delete-rv", "DELETE", f"{CM}/s", {"preconditions": {"resourceVersion": "1"}}),
    Step("delete-policy-bad", "DELETE", f"{CM}/s?propagationPolicy=Maybe"),
    Step("delete-kind-bad", "DELETE", f"{CM}/s", {"kind": "Pod", "apiVersion": "v1"}),
    Step("delete-grace-bad", "DELETE", f"{CM}/s?gracePeriodSeconds=abc"),
    Step("delete-dry", "DELETE", f"{CM}/s?dryRun=All"),
    Step("delete-foreground", "DELETE", f"{CM}/s?propagationPolicy=Foreground"),
    Step("delete-foreground-state", "GET", f"{CM}/s"),
    Step("delete-foreground-end", "PATCH", f"{CM}/s", {"metadata": {"finalizers": None}}, type=MERGE),
    Step("delete", "DELETE", f"{CM}/s2"),
    Step("delete-missing", "DELETE", f"{CM}/s2"),
    Step("delete-selected", "DELETE", f"{CM}?labelSelector=app%3Dnone"),
    Step("delete-selector-bad", "DELETE", f"{CM}?labelSelector=a+b+c"),
    Step(
        "service",
        "POST",
        "/api/v1/namespaces/talk/services",
        {"metadata": {"name": "svc"}, "spec": {"ports": [{"port": 80}], "clusterIP": "None"}},
    ),
    Step("service-delete", "DELETE", "/api/v1/namespaces/talk/services/svc"),
    Step("ns-delete-default", "DELETE", "/api/v1/namespaces/default"),
]
LEASES = [
    Step(
        "lease-put-creates",
        "PUT",
        f"{LEASE}/l",
        {
            "metadata": {"name": "l", "resourceVersion": "5"},
            "spec": {"holderIdentity": "me", "leaseDurationSeconds": 15},
        },
    ),
    Step(
        "lease-whole-second",
        "PATCH",
        f"{LEASE}/l",
        {"spec": {"renewTime": "2026-01-01T00:00:00Z"}},
        type=MERGE,
    ),
    Step(
        "lease-micro",
        "PATCH",
        f"{LEASE}/l",
        {"spec": {"renewTime": "2026-01-01T00:00:00.000000Z"}},
        type=MERGE,
    ),
    Step(
        "lease-put-no-rv", "PUT", f"{LEASE}/l", {"metadata": {"name": "l"}, "spec": {"holderIdentity": "me"}}
    ),
]
_EVENTS = "/api/v1/namespaces/talk/events"
_NEW_EVENTS = "/apis/events.k8s.io/v1/namespaces/talk/events"
_ABOUT = {"apiVersion": "v1", "kind": "Pod", "name": "p", "namespace": "talk", "uid": "u"}
EVENTS = [
    Step(
        "event",
        "POST",
        _EVENTS,
        {
            "metadata": {"name": "e"},
            "involvedObject": _ABOUT,
            "reason": "R",
            "message": "m",
            "type": "Normal",
            "source": {"component": "me"},
            "firstTimestamp": "2026-01-01T00:00:00Z",
            "lastTimestamp": "2026-01-01T00:00:00Z",
            "count": 2,
        },
    ),
    Step(
        "event-foreign",
        "POST",
        _EVENTS,
        {"metadata": {"name": "x"}, "involvedObject": {**_ABOUT, "namespace": "other"}},
    ),
    Step("event-as-new", "GET", f"{_NEW_EVENTS}/e"),
    Step(
        "event-new",
        "POST",
        _NEW_EVENTS,
        {
            "metadata": {"name": "n"},
            "regarding": _ABOUT,
            "eventTime": "2026-01-01T00:00:00.000000Z",
            "type": "Warning",
            "reason": "R",
            "action": "A",
            "reportingController": "a.com/b",
            "reportingInstance": "i",
            "note": "n",
        },
    ),
    Step("event-new-as-core", "GET", f"{_EVENTS}/n"),
    Step(
        "event-series",
        "PATCH",
        f"{_NEW_EVENTS}/n",
        {"series": {"count": 2, "lastObservedTime": "2026-01-01T00:00:01.000000Z"}},
        type=MERGE,
    ),
    Step("events-about", "GET", f"{_EVENTS}?fieldSelector=involvedObject.name%3Dp,reason%3DR"),
    Step("events-from", "GET", f"{_EVENTS}?fieldSelector=source%3Dme"),
    Step("events-regarding", "GET", f"{_NEW_EVENTS}?fieldSelector=regarding.name%3Dp"),
    Step("events-regarding-old-name", "GET", f"{_NEW_EVENTS}?fieldSelector=involvedObject.name%3Dp"),
    Step(
        "events-table",
        "GET",
        f"{_EVENTS}/e?includeObject=None",
        accept="application/json;as=Table;g=meta.k8s.io;v=v1",
    ),
    Step("event-delete", "DELETE", f"{_NEW_EVENTS}/n"),
]
CUSTOM = [
    Step("crd", "POST", CRDS, definition("gizmos", "Gizmo", status=True)),
    Step("crd-plain", "POST", CRDS, definition("plains", "Plain", status=False)),
    Step("crd-served", "WAIT", GZ),
    Step("crd-get", "GET", f"{CRDS}/gizmos.talk.example.com"),
    Step("cr", "POST", GZ, gizmo("g", status={"size": 3})),
    Step("cr-too-big", "POST", GZ, gizmo("h", 99)),
    Step("cr-wrong-type", "POST", GZ, gizmo("h", "many")),
    Step(
        "cr-no-spec",
        "POST",
        GZ,
        {"apiVersion": "talk.example.com/v1", "kind": "Gizmo", "metadata": {"name": "h"}},
    ),
    Step("cr-other-kind", "POST", GZ, gizmo("h", kind="Other")),
    Step("cr-other-version", "POST", GZ, {**gizmo("h"), "apiVersion": "talk.example.com/v2"}),
    Step(
        "cr-unknown-strict",
        "POST",
        f"{GZ}?fieldValidation=Strict",
        {**gizmo("h"), "spec": {"size": 1, "foo": 1}},
    ),
    Step("cr-unknown", "POST", GZ, {**gizmo("h"), "spec": {"size": 1, "foo": 1, "mode": None, "note": None}}),
    Step("cr-put-no-rv", "PUT", f"{GZ}/g", gizmo("g")),
    Step("cr-put-stale", "PUT", f"{GZ}/g", gizmo("g", metadata=OLD)),
    Step("cr-status-by-main", "PATCH", f"{GZ}/g", {"status": {"size": 5}}, type=MERGE),
    Step(
        "cr-status",
        "PATCH",
        f"{GZ}/g/status",
        {
            "metadata": {"labels": {"a": "1"}, "finalizers": ["a.com/b"]},
            "spec": {"size": 9},
            "status": {"size": 5, "selector": "a=b"},
        },
        type=MERGE,
    ),
    Step("cr-status-type", "PATCH", f"{GZ}/g/status", {"status": {"size": "x"}}, type=MERGE),
    Step("cr-status-stale", "PATCH", f"{GZ}/g/status", {"metadata": OLD, "status": {"size": 6}}, type=MERGE),
    Step("cr-status-put-stale", "PUT", f"{GZ}/g/status", gizmo("g", metadata=OLD, status={"size": 7})),
    Step("cr-spec", "PATCH", f"{GZ}/g", {"spec": {"size": 2}}, type=MERGE),
    Step("cr-scale", "GET", f"{GZ}/g/scale"),
    Step("cr-scale-put", "PUT", f"{GZ}/g/scale", {"metadata": {"name": "g"}, "spec": {"replicas": 3}}),
    Step("cr-strategic", "PATCH", f"{GZ}/g", {"spec": {"size": 2}}, type=STRATEGIC),
    Step("cr-field-unknown", "GET", f"{GZ}?fieldSelector=spec.size%3D1"),
    Step("cr-apply", "PATCH", f"{GZ}/ap?fieldManager=m", gizmo("ap"), type=APPLY),
    Step(
        "cr-apply-unknown",
        "PATCH",
        f"{GZ}/ap?fieldManager=m",
        {**gizmo("ap"), "spec": {"foo": 1}},
        type=APPLY,
    ),
    Step(
        "cr-apply-status",
        "PATCH",
        f"{GZ}/ap/status?fieldManager=m",
        {
            "apiVersion": "talk.example.com/v1",
            "kind": "Gizmo",
            "metadata": {"name": "ap"},
            "status": {"size": 1},
        },
        type=APPLY,
    ),
    Step("cr-table", "GET", f"{GZ}/ap", accept="application/json;as=Table;g=meta.k8s.io;v=v1"),
    Step("plain", "POST", GZ.replace("gizmos", "plains"), gizmo("p", kind="Plain")),
    Step("plain-status", "PATCH", GZ.replace("gizmos", "plains") + "/p", {"status": {"size": 1}}, type=MERGE),
    Step("plain-no-scale", "GET", GZ.replace("gizmos", "plains") + "/p/scale"),
    Step("cr-held", "PATCH", f"{GZ}/ap", {"metadata": {"finalizers": ["a.com/b"]}}, type=MERGE),
    Step("cr-delete", "DELETE", f"{GZ}/ap"),
    Step("cr-deleting", "GET", f"{GZ}/ap"),
    Step("cr-let-go", "PATCH", f"{GZ}/ap", {"metadata": {"finalizers": []}}, type=MERGE),
    Step("cr-delete-gone", "DELETE", f"{GZ}/g"),
    Step("cr-collection", "DELETE", f"{GZ}?fieldSelector=metadata.name%3Dh"),
    Step(
        "crd-bad-name",
        "POST",
        CRDS,
        {**definition("gizmos", "Gizmo", status=True), "metadata": {"name": "wrong.talk.example.com"}},
    ),
    Step("ns-delete", "DELETE", "/api/v1/namespaces/talk"),
    Step("ns-create-within", "POST", CM, cm("late")),
    Step("ns-apply-within", "PATCH", f"{CM}/late?fieldManager=m", cm("late"), type=APPLY),
    Step("ns-recreate", "POST", "/api/v1/namespaces", {"metadata": {"name": "talk"}}),
]
TALK = [*CREATED, *READ, *UPDATED, *WATCHED, *APPLIED, *GENERATIONS, *DELETED, *LEASES, *EVENTS, *CUSTOM]
