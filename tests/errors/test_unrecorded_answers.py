"""Answers in the manner of the recorded ones, from other versions, plug-ins and proxies."""

from __future__ import annotations

import json

import pytest

from mendloop.errors import RULES, Verdict, facts_of_answer

POD = "/api/v1/namespaces/a/pods/x"
PODS = "/api/v1/namespaces/a/pods"


def judge(code: int, body: str | dict, verb: str = "POST", path: str = PODS, **headers: str) -> Verdict:
    raw = body if isinstance(body, str) else json.dumps({"kind": "Status", "code": code, **body})
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return RULES.judge(facts_of_answer(code, named, raw.encode(), verb=verb, path=path))


def forbidden(why: str, **details: object) -> dict:
    named = {"name": "x", "kind": "pods", **details}
    return {"reason": "Forbidden", "message": f'pods "x" is forbidden: {why}', "details": named}


@pytest.mark.parametrize(
    ("why", "klass", "reason"),
    [
        ("exceeded quota: q, requested: pods=1, used: pods=9, limited: pods=9", "denied", "QuotaExceeded"),
        ("failed quota: q: must specify limits.cpu", "denied", "QuotaExceeded"),
        ("status unknown for quota: q, resources: pods", "transient", "AdmissionNotReady"),
        ("not yet ready to handle request", "transient", "AdmissionNotReady"),
        (
            'error looking up service account a/default: serviceaccount "default" not found',
            "waiting",
            "ServiceAccountNotFound",
        ),
        (
            "unable to create new content in namespace a because it is being terminated",
            "waiting",
            "NamespaceTerminating",
        ),
        (
            'User "u" cannot patch resource "pods" in API group "" in the namespace "a"',
            "denied",
            "RbacDenied",
        ),
        ('violates PodSecurity "restricted:latest": privileged', "denied", "Forbidden"),
        ("anything that a plug-in of tomorrow says", "denied", "Forbidden"),
    ],
)
def test_tells_the_403s_apart(why: str, klass: str, reason: str) -> None:
    verdict = judge(403, forbidden(why))
    assert (verdict.klass, verdict.reason) == (klass, reason)


@pytest.mark.parametrize(
    ("code", "reason", "message", "klass"),
    [
        (500, "", "etcdserver: leader changed", "transient"),
        (500, "", "etcdserver: request timed out", "transient"),
        (500, "", "rpc error: code = Unavailable desc = transport is closing", "transient"),
        (
            500,
            "ServerTimeout",
            "The POST operation against Pod could not be completed at this time",
            "transient",
        ),
        (500, "InternalError", "Internal error occurred: resource quota evaluation timed out", "transient"),
        (
            500,
            "",
            "rpc error: code = ResourceExhausted desc = trying to send message larger than max",
            "permanent",
        ),
        (500, "", ".spec.foo: field not declared in schema", "invalid"),
        (504, "Timeout", "Timeout: request did not complete within requested timeout", "timeout"),
        (504, "", "<html><title>504 Gateway Time-out</title></html>", "timeout"),
        (502, "", "<html><title>502 Bad Gateway</title></html>", "transient"),
        (503, "", "upstream connect error or disconnect/reset before headers", "transient"),
        (503, "ServiceUnavailable", "error trying to reach service: dial tcp 10.0.0.1:443", "transient"),
        (408, "", "", "timeout"),
        (507, "", "", "transient"),
        (599, "", "", "transient"),
        (451, "", "", "denied"),
        (407, "", "", "denied"),
        (412, "", "", "conflict"),
        (423, "", "", "waiting"),
        (425, "", "", "transient"),
        (418, "", "", "permanent"),
        (302, "", "", "transient"),
        (
            409,
            "Conflict",
            'Operation cannot be fulfilled on resourcequotas "q": the object has been modified',
            "conflict",
        ),
        (
            409,
            "Conflict",
            'Operation cannot be fulfilled on namespaces "a": The system is ensuring all content is'
            " removed from this namespace.",
            "waiting",
        ),
        (
            409,
            "Conflict",
            'Operation cannot be fulfilled on pods "x": StorageError: invalid object, Code: 4, Key: /x,'
            " ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: 1, UID in"
            " object meta: ",
            "gone",
        ),
        (410, "Gone", "too old resource version: 5010 (9044)", "conflict"),
        (400, "BadRequest", "name in URL does not match name in Eviction object", "internal"),
        (422, "Invalid", 'Pod "x" is invalid: spec.nodeName: may not change once set', "invalid"),
    ],
)
def test_an_answer_is_what_it_must_be(code: int, reason: str, message: str, klass: str) -> None:
    body: str | dict = {"reason": reason, "message": message} if reason or code == 500 else message
    assert judge(code, body).klass == klass


def test_a_webhook_that_asks_to_come_later_is_not_a_denial() -> None:
    says = {
        "message": 'admission webhook "w.example.com" denied the request: busy',
        "reason": "TooManyRequests",
    }
    assert judge(429, says, retry_after="7").klass == "throttled"
    assert judge(429, says).klass == "denied"


def test_flow_control_on_an_eviction_is_not_a_disruption_budget() -> None:
    path = f"{POD}/eviction"
    assert judge(429, "Too many requests, please try again later.\n", path=path).klass == "throttled"
    budget = {
        "reason": "TooManyRequests",
        "message": "Cannot evict pod as it would violate the pod's disruption budget.",
        "details": {"causes": [{"reason": "DisruptionBudget", "message": "The disruption budget b needs 1"}]},
    }
    assert judge(429, budget, path=path).klass == "waiting"


def test_a_404_tells_object_namespace_reference_and_kind_apart() -> None:
    def missing(kind: str, name: str) -> dict:
        return {
            "reason": "NotFound",
            "message": f'{kind} "{name}" not found',
            "details": {"kind": kind, "name": name},
        }

    assert judge(404, missing("pods", "x"), "GET", POD).klass == "gone"
    assert judge(404, missing("pods", "x"), "POST", f"{POD}/eviction").klass == "gone"
    assert judge(404, missing("namespaces", "a"), "POST", PODS).reason == "NamespaceNotFound"
    assert judge(404, missing("namespaces", "x"), "PATCH", POD).reason == "NamespaceNotFound"
    assert judge(404, missing("namespaces", "a"), "GET", "/api/v1/namespaces/a").klass == "gone"
    assert judge(404, missing("serviceaccounts", "s"), "POST", PODS).reason == "DependencyNotFound"
    assert judge(404, "404 page not found\n", "GET", "/apis/a.b/v1/things").reason == "ResourceNotInstalled"
    assert judge(404, "<html>nothing here</html>", "GET", POD).klass == "waiting"


def test_r05_a_webhook_that_words_immutability_is_a_denial(vectors) -> None:
    """The immutable rule did not fire, and the path shows that it was considered first."""
    answers = json.loads((vectors / "cases" / "R05-webhook-immutable.json").read_bytes())
    found = {name[0]: judge(body["code"], body, "PATCH", POD) for name, body in answers.items()}
    assert {name: verdict.reason for name, verdict in found.items()} == {
        "a": "Immutable",
        "b": "WebhookDenied",
        "c": "WebhookDenied",
        "d": "Immutable",
    }
    assert found["b"].field == "spec.address"
    assert '"vgate.net.example.org"' in found["b"].message
    tried = [step.rule for step in found["b"].path]
    assert tried.index("k8s.immutable") < tried.index("k8s.webhook-denied") == len(tried) - 1


def test_r01_a_refused_status_is_invalid_with_its_field(vectors) -> None:
    body = json.loads((vectors / "cases" / "R01-status-422.json").read_bytes())
    verdict = judge(422, body, "PATCH", "/apis/food.example.org/v1/namespaces/a/bakeries/shop-a/status")
    assert (verdict.klass, verdict.field) == ("invalid", "status.ovens")


def test_r37_a_finalizer_while_deleting_is_not_the_users_fault(vectors) -> None:
    body = json.loads((vectors / "cases" / "R37-status.json").read_bytes())
    verdict = judge(422, body, "PATCH", "/apis/home.example.org/v1/namespaces/a/quilts/blue")
    assert (verdict.klass, verdict.reason) == ("gone", "BeingDeleted")


def test_r11_a_quota_is_denied(vectors) -> None:
    body = json.loads((vectors / "cases" / "R11-quota.json").read_bytes())["k8s_variant"]
    assert judge(403, body).reason == "QuotaExceeded"
