"""What facts an exception or an answer gives."""

from __future__ import annotations

import asyncio

import pytest

from mendloop.errors import (
    ApiError,
    Conflict,
    Facts,
    Internal,
    Invalid,
    OperatorError,
    RequeueAfter,
    Target,
    Throttled,
    Transient,
    classify,
    decisive,
    facts_from,
    facts_of,
    facts_of_type,
    http_date,
    read_answer,
    read_status,
    target_of,
)


@pytest.mark.parametrize(
    ("path", "target"),
    [
        ("/api/v1/namespaces/a/pods/x/eviction", Target("", "pods", "a", "x", "eviction")),
        ("/api/v1/namespaces/a", Target("", "namespaces", "", "a")),
        ("/api/v1/namespaces/a/status", Target("", "namespaces", "", "a", "status")),
        ("/api/v1/namespaces/a/finalize", Target("", "namespaces", "", "a", "finalize")),
        ("/apis/apps/v1/namespaces/a/deployments?limit=5", Target("apps", "deployments", "a")),
        (
            "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/b",
            Target("apiextensions.k8s.io", "customresourcedefinitions", "", "b"),
        ),
        ("/apis/apps/v1", Target("apps")),
        ("/healthz", Target()),
        ("", Target()),
    ],
)
def test_a_path_says_what_the_call_was_to(path: str, target: Target) -> None:
    assert target_of(path) == target


def test_known_facts_win_over_what_the_exception_says() -> None:
    facts = facts_of(
        ApiError("x", status=409), verb="PUT", idempotent=True, attempt=3, path="/api/v1/nodes/n"
    )
    assert (facts.verb, facts.idempotent, facts.attempt, facts.resource, facts.name) == (
        "PUT",
        True,
        3,
        "nodes",
        "n",
    )


def test_an_unknown_fact_is_refused() -> None:
    with pytest.raises(TypeError):
        facts_of(ValueError("x"), weather="fine")


@pytest.mark.parametrize(
    ("wrapper", "inner", "klass"),
    [
        (RuntimeError("while saving"), ApiError("x", status=429), "throttled"),
        (OperatorError("while saving"), ApiError("x", status=409, reason="Conflict"), "conflict"),
        (ValueError("bad answer"), TimeoutError("x"), "timeout"),
        (RuntimeError("outer"), RequeueAfter(3), "waiting"),
        (Exception("while saving"), KeyError("k"), "internal"),
        (Invalid("no such size"), KeyError("k"), "invalid"),
        (Internal("ours"), ApiError("x", status=503), "internal"),
        (Transient("again"), ApiError("x", status=422), "transient"),
    ],
)
def test_wrapping_does_not_change_the_class(wrapper: Exception, inner: Exception, klass: str) -> None:
    """Only an exception that states a class of its own, on purpose, speaks for itself."""
    wrapper.__cause__ = inner
    assert classify(wrapper).klass == klass


def test_a_bug_in_a_handler_is_a_bug_whatever_it_was_handling() -> None:
    try:
        try:
            raise TimeoutError("x")
        except TimeoutError:
            {}["missing"]
    except KeyError as error:
        assert classify(error).klass == "internal"


def test_a_foreign_wrapper_without_from_is_looked_through() -> None:
    class CouldNotSave(Exception):
        pass

    try:
        try:
            raise ApiError("x", status=503)
        except ApiError:
            raise CouldNotSave("order 5")  # noqa: B904
    except CouldNotSave as error:
        assert classify(error).klass == "transient"


def test_a_timeout_made_of_a_cancellation_is_a_timeout() -> None:
    """So does `asyncio.timeout`."""
    error = TimeoutError()
    error.__cause__ = asyncio.CancelledError()
    assert classify(error).klass == "timeout"


def test_a_cancellation_that_was_turned_into_another_error_is_none() -> None:
    error = RuntimeError("stopped in the middle")
    error.__cause__ = asyncio.CancelledError()
    assert classify(error).klass == "internal"
    assert decisive(error) is error


def test_a_users_own_exception_inherits_its_class() -> None:
    class TableLocked(Conflict):
        default_reason = "TableLocked"

    verdict = classify(TableLocked("t"))
    assert (verdict.klass, verdict.reason) == ("conflict", "TableLocked")


def test_a_users_exception_without_a_class_is_only_a_wrapper() -> None:
    class Saving(OperatorError):
        pass

    error = Saving("order 5")
    error.__cause__ = Throttled("later", retry_after=4)
    assert (classify(error).klass, classify(error).retry_after) == ("throttled", 4)


def test_a_status_attribute_does_not_overrule_a_stated_class() -> None:
    class Refused(Transient):
        status = 404

    assert classify(Refused("x")).klass == "transient"


def test_an_exception_that_cannot_print_itself_is_classified() -> None:
    class Broken(Exception):
        def __str__(self) -> str:
            raise ZeroDivisionError

    assert facts_of(Broken()).message == "Broken"


def test_a_type_alone_gives_facts() -> None:
    assert facts_of_type(Invalid, "x").own == "invalid"
    assert facts_of_type(ConnectionResetError).family == "connection"


@pytest.mark.parametrize(
    ("headers", "now", "seconds"),
    [
        ({"Retry-After": "7"}, None, 7.0),
        ({"retry-after": "0"}, None, 0.0),
        ({"retry-after": "1.5"}, None, 1.5),
        ({"retry-after": http_date(1_000_030)}, 1_000_000.0, 30.0),
        ({"retry-after": http_date(1_000_030), "date": http_date(1_000_000)}, None, 30.0),
        ({"retry-after": http_date(1_000_000)}, 1_000_030.0, 0.0),
        ({"retry-after": http_date(1_000_000)}, None, None),
        ({"retry-after": "soon"}, None, None),
        ({"retry-after": "-5"}, None, None),
        ({}, None, None),
    ],
)
def test_reads_retry_after(headers: dict[str, str], now: float | None, seconds: float | None) -> None:
    assert read_answer(429, headers, b"", now=now).retry_after_s == seconds


def test_details_say_when_the_header_does_not() -> None:
    body = b'{"kind":"Status","details":{"retryAfterSeconds":9}}'
    assert read_answer(429, {}, body).retry_after_s == 9
    assert read_answer(429, {"retry-after": "2"}, body).retry_after_s == 2


@pytest.mark.parametrize(
    ("body", "form", "message"),
    [
        (b"", "empty", ""),
        (b" \n\x1c", "empty", ""),
        (b"404 page not found\n", "text", "404 page not found"),
        (b"<html><head><title>502 Bad\n Gateway</title></head></html>", "html", "502 Bad Gateway"),
        (b"k8s\x00\n\x0c\xff\xfe", "binary", "a binary body of 8 bytes"),
        (b'{"metadata":{},"message":"m","reason":"Timeout","code":504}', "json", "m"),
        (b'{"kind":"Status","message":"cut off in the mid', "truncated", "cut off in the mid"),
        (b"apiVersion: v1\nkind: Status\nmessage: Unauthorized\ncode: 401\n", "yaml", "Unauthorized"),
        (b"[1, 2]", "json", "[1, 2]"),
        (b"[" * 100_000, "truncated", None),
        (b'{"type":"ERROR","object":{"kind":"Status","message":"m","code":410}}', "status", "m"),
    ],
)
def test_reads_any_body(body: bytes, form: str, message: str | None) -> None:
    answer = read_answer(500, {}, body)
    assert answer.body == form
    assert message is None or answer.message == message


def test_a_long_body_is_shortened() -> None:
    assert len(read_answer(500, {}, b"x" * 5_000_000).message) == 1024


@pytest.mark.parametrize(
    "garbage", [None, 5, "x", [], {"details": 5}, {"code": "x"}, {"details": {"causes": [1]}}]
)
def test_reads_a_watch_error_of_any_shape(garbage: object) -> None:
    assert facts_from(read_status(garbage), "WATCH", "/api/v1/pods", stream=True).stream


def test_a_status_without_a_code_takes_it_from_its_reason() -> None:
    assert read_status({"kind": "Status", "reason": "Expired"}).status == 410


def test_facts_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        Facts().status = 5  # type: ignore[misc]
