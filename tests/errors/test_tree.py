"""The shipped rules: each one decides something, and the tree answers whatever comes."""

from __future__ import annotations

import asyncio
import errno
import socket
import ssl
from collections.abc import Iterator
from unittest.mock import sentinel

import aiohttp
import pytest
from aiohttp import RequestInfo, web
from aiohttp.client_reqrep import ConnectionKey
from hypothesis import given, settings
from hypothesis import strategies as st
from multidict import CIMultiDict, CIMultiDictProxy
from yarl import URL

from mendloop import errors
from mendloop.errors import (
    PRECEDENCE,
    RULES,
    UNKNOWN,
    ApiError,
    Class,
    Facts,
    Invalid,
    RequeueAfter,
    Throttled,
    Transient,
    classify,
    facts_of_answer,
)

GENERATED = settings(deadline=None, database=None)
KEY = ConnectionKey("api", 443, True, True, None, None, None)
INFO = RequestInfo(URL("https://api"), "GET", CIMultiDictProxy(CIMultiDict()), URL("https://api"))

EXCEPTIONS: list[tuple[BaseException, str, str]] = [
    (asyncio.CancelledError(), "canceled", "py.canceled"),
    (KeyboardInterrupt(), "canceled", "py.canceled"),
    (SystemExit(1), "canceled", "py.canceled"),
    (TimeoutError("x"), "timeout", "py.timeout"),
    (OSError(errno.ETIMEDOUT, "x"), "timeout", "py.timeout"),
    (aiohttp.ServerTimeoutError(), "timeout", "py.timeout"),
    (aiohttp.ConnectionTimeoutError(), "timeout", "py.timeout"),
    (aiohttp.SocketTimeoutError(), "timeout", "py.timeout"),
    (ConnectionRefusedError(errno.ECONNREFUSED, "x"), "transient", "net.connect"),
    (ConnectionResetError(errno.ECONNRESET, "x"), "transient", "net.broken"),
    (BrokenPipeError(errno.EPIPE, "x"), "transient", "net.broken"),
    (ConnectionAbortedError(), "transient", "net.broken"),
    (socket.gaierror(socket.EAI_NONAME, "x"), "transient", "net.dns"),
    (ssl.SSLCertVerificationError(1, "certificate has expired"), "denied", "net.tls-trust"),
    (ssl.SSLEOFError(8, "EOF in violation of protocol"), "transient", "net.tls"),
    (ssl.SSLError(1, "wrong version number"), "transient", "net.tls"),
    (aiohttp.ClientConnectorError(KEY, OSError(errno.EHOSTUNREACH, "x")), "transient", "net.connect"),
    (aiohttp.ClientConnectorDNSError(KEY, OSError(-2, "x")), "transient", "net.dns"),
    (aiohttp.ClientConnectorCertificateError(KEY, ssl.CertificateError("x")), "denied", "net.tls-trust"),
    (aiohttp.ClientConnectorSSLError(KEY, OSError(1, "x")), "transient", "net.tls"),
    (aiohttp.ServerFingerprintMismatch(b"a", b"b", "api", 443), "denied", "net.tls-trust"),
    (aiohttp.ServerDisconnectedError(), "transient", "net.broken"),
    (aiohttp.ClientOSError(errno.ECONNRESET, "x"), "transient", "net.broken"),
    (aiohttp.ClientPayloadError("x"), "transient", "net.payload"),
    (asyncio.IncompleteReadError(b"", 5), "transient", "net.payload"),
    (aiohttp.ContentTypeError(INFO, (), message="html"), "transient", "net.payload"),
    (aiohttp.http_exceptions.BadStatusLine("x"), "transient", "net.protocol"),
    (aiohttp.InvalidURL("nope"), "invalid", "net.url"),
    (aiohttp.TooManyRedirects(INFO, ()), "permanent", "net.redirects"),
    (OSError(errno.EMFILE, "x"), "transient", "os.exhausted"),
    (OSError(errno.ENETUNREACH, "x"), "transient", "os.error"),
    (OSError("Multiple exceptions: [Errno 111] ..."), "transient", "os.error"),
    (PermissionError(errno.EACCES, "x"), "denied", "os.permission"),
    (FileNotFoundError(errno.ENOENT, "x"), "internal", "os.file"),
    (MemoryError(), "internal", "py.memory"),
    (RecursionError(), "internal", "py.bug"),
    (TypeError("timeout must be a number"), "internal", "py.bug"),
    (AssertionError(), "internal", "py.bug"),
    (RuntimeError("whatever"), "internal", "unknown"),
    (RuntimeError("operation timed out"), "timeout", "words.timeout"),
    (RuntimeError("connection refused by peer"), "transient", "words.connection"),
    (RuntimeError("rate limit reached"), "throttled", "words.throttled"),
    (aiohttp.ClientResponseError(INFO, (), status=503), "transient", "http.server"),
    (aiohttp.ClientResponseError(INFO, (), status=429), "throttled", "http.throttled"),
    (aiohttp.ClientResponseError(INFO, (), status=404), "gone", "http.gone"),
    (aiohttp.ClientResponseError(INFO, (), status=401), "denied", "k8s.unauthorized"),
    (aiohttp.ClientResponseError(INFO, (), status=402), "denied", "http.denied"),
    (aiohttp.ClientResponseError(INFO, (), status=409), "conflict", "http.conflict"),
    (aiohttp.ClientResponseError(INFO, (), status=400), "permanent", "http.client"),
    (aiohttp.ClientResponseError(INFO, (), status=423), "waiting", "http.locked"),
    (aiohttp.ClientResponseError(INFO, (), status=424), "transient", "http.again"),
    (aiohttp.WSServerHandshakeError(INFO, (), status=502), "transient", "http.server"),
    (web.HTTPFound("/x"), "transient", "http.unexpected"),
    (ApiError("x", status=0), "transient", "k8s.unknown-answer"),
    (ApiError("etcdserver: leader changed", status=500), "transient", "k8s.etcd"),
    (
        ApiError('pods "x" is forbidden: not yet ready to handle request', status=403),
        "transient",
        "k8s.admission-not-ready",
    ),
    (
        ApiError('pods "x" is forbidden: error looking up service account a/b', status=403),
        "waiting",
        "k8s.service-account-missing",
    ),
    (
        ApiError('admission webhook "w" denied the request: x', status=429, retry_after=3),
        "throttled",
        "k8s.webhook-throttled",
    ),
    *(
        (error("x"), error.klass, f"own.{error.klass}")
        for error in (
            errors.Transient,
            errors.Throttled,
            errors.Timeout,
            errors.Conflict,
            errors.Waiting,
            errors.Gone,
            errors.Invalid,
            errors.Denied,
            errors.Permanent,
            errors.Internal,
            errors.DependencyDown,
        )
    ),
    (RequeueAfter(5), "waiting", "own.waiting"),
]


@pytest.mark.parametrize(("error", "klass", "rule"), EXCEPTIONS, ids=lambda value: repr(value)[:40])
def test_an_exception_is_what_it_must_be(error: BaseException, klass: str, rule: str) -> None:
    verdict = classify(error)
    assert (verdict.klass, verdict.rule) == (klass, rule)


def decided_by_vectors(vectors) -> Iterator[str]:
    for line in (vectors / "api-errors" / "expected.txt").read_text().splitlines():
        if line and line[0] not in "# ":
            yield line.split()[1]


def test_no_rule_is_shadowed(vectors) -> None:
    """Each rule decides at least one recorded answer or one of the exceptions above."""
    idle = (
        {each.id for each in RULES} - {rule for _, _, rule in EXCEPTIONS} - set(decided_by_vectors(vectors))
    )
    # Nothing of ours states `canceled`: the row is there so that every class can be stated by users.
    assert idle == {"own.canceled"}


def test_r07_an_answer_that_breaks_off_is_transient() -> None:
    """As aiohttp says it; other clients come with their plug-ins."""
    assert classify(aiohttp.ClientPayloadError("Response payload is not completed")).klass == "transient"


def test_r15_the_error_lines_of_a_watch_are_all_answers(vectors) -> None:
    wanted = ["conflict", "conflict", "conflict", "transient", "denied", "transient", "transient"]
    lines = (vectors / "cases" / "R15-frames.jsonl").read_bytes().splitlines()
    found = [
        RULES.judge(
            facts_of_answer(0, {}, line, verb="WATCH", path="/apis/food.example.org/v1/bakeries")
        ).klass
        for line in lines
        if b'"ERROR"' in line
    ]
    assert found == wanted


def test_of_a_group_the_member_that_needs_most_speaks() -> None:
    def of(*members: Exception) -> Class:
        return classify(ExceptionGroup("g", list(members))).klass

    assert of(Invalid("x"), Transient("y")) == "transient"
    assert of(Transient("y"), KeyError("k"), Invalid("x")) == "internal"
    assert of(Throttled("y", retry_after=3), Transient("x")) == "throttled"
    assert of(ExceptionGroup("inner", [ApiError("x", status=409, reason="Conflict")])) == "conflict"


def test_a_group_of_cancellations_is_a_cancellation() -> None:
    group = BaseExceptionGroup("g", [asyncio.CancelledError(), asyncio.CancelledError()])
    assert classify(group).klass == "canceled"


def test_a_failure_beside_a_cancellation_is_not_lost() -> None:
    group = BaseExceptionGroup("g", [asyncio.CancelledError(), Transient("x")])
    assert classify(group).klass == "transient"


def test_a_wrapped_group_is_the_group() -> None:
    error = RuntimeError("stage failed")
    error.__cause__ = ExceptionGroup("g", [ApiError("x", status=503)])
    assert classify(error).klass == "transient"


def test_every_class_has_its_place_in_the_precedence() -> None:
    assert sorted(PRECEDENCE) == sorted(Class)


def test_the_explicit_delay_of_a_user_is_known_as_such() -> None:
    assert classify(RequeueAfter(5)).explicit
    assert classify(Transient("x", retry_after=5)).explicit
    assert not classify(Transient("x")).explicit
    assert not classify(ApiError("x", status=429, retry_after=5)).explicit


def test_equal_input_gives_an_equal_verdict() -> None:
    error = ApiError("x", status=409, reason="Conflict")
    assert classify(error) == classify(error)
    assert classify(error).path == classify(error).path


@GENERATED
@given(
    status=st.one_of(st.none(), st.integers(-10, 10**6)),
    reason=st.text(),
    message=st.text(),
    family=st.sampled_from(["", "bug", "timeout", "os"]),
    verb=st.sampled_from(["", "GET", "PATCH", "WATCH"]),
)
def test_any_facts_get_a_verdict(
    status: int | None, reason: str, message: str, family: str, verb: str
) -> None:
    facts = Facts(status=status or 0, reason=reason, message=message, family=family, verb=verb)
    verdict = RULES.judge(facts)
    assert verdict.klass in Class
    assert verdict.skipped == ()
    assert verdict.path[-1].rule == verdict.rule


@GENERATED
@given(st.binary(max_size=300), st.dictionaries(st.sampled_from(["Retry-After", "Date", "x"]), st.text()))
def test_any_answer_can_be_read(body: bytes, headers: dict[str, str]) -> None:
    assert RULES.judge(facts_of_answer(500, headers, body, verb="GET", path="/api/v1/pods")).klass in Class


def test_the_last_rule_knows_nothing() -> None:
    assert UNKNOWN.then is Class.INTERNAL
    assert classify(Exception(sentinel.thing)).rule == "unknown"
