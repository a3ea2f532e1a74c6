"""The command `mendloop explain`."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from mendloop.cli.explain import command

VECTORS = Path(__file__).parents[1] / "vectors"


def explain(*arguments: str, given: str | bytes = "") -> Result:
    return CliRunner().invoke(command, list(arguments), input=given)


def data(*arguments: str, given: str | bytes = "") -> dict:
    result = explain(*arguments, "--json", given=given)
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_explains_a_status_with_a_body_from_standard_input() -> None:
    body = json.dumps({"kind": "Status", "reason": "Conflict", "message": "modified", "code": 409})
    found = data("--status", "409", "--body", "-", given=body)
    assert (found["class"], found["rule"], found["message"]) == ("conflict", "k8s.conflict", "modified")
    assert found["path"][-1]["rule"] == "k8s.conflict"


def test_explains_a_status_alone() -> None:
    assert data("--status", "503")["class"] == "transient"


def test_headers_and_the_request_are_looked_at() -> None:
    found = data("--status", "429", "--header", "Retry-After: 7", "--verb", "get", "--path", "/api/v1/pods")
    assert (found["class"], found["retry_after_s"]) == ("throttled", 7.0)


def test_explains_a_whole_http_answer() -> None:
    answer = "HTTP/1.1 429 Too Many Requests\r\nRetry-After: 3\r\n\r\nToo many requests\n"
    found = data("--answer", "-", given=answer)
    assert (found["class"], found["retry_after_s"], found["message"]) == (
        "throttled",
        3.0,
        "Too many requests",
    )


def test_explains_a_recorded_row() -> None:
    row = {
        "id": "x",
        "status": 404,
        "verb": "GET",
        "path": "/apis/a.b/v1/things",
        "body": "404 page not found\n",
    }
    assert data("--answer", "-", given=json.dumps(row))["reason"] == "ResourceNotInstalled"


@pytest.mark.parametrize("wrap", [lambda status: status, lambda status: {"type": "ERROR", "object": status}])
def test_explains_a_bare_status_and_an_error_line_of_a_watch(wrap) -> None:
    status = {"kind": "Status", "status": "Failure", "reason": "Expired", "message": "too old", "code": 410}
    assert data("--answer", "-", given=json.dumps(wrap(status)))["rule"] == "k8s.expired"


@pytest.mark.parametrize(
    ("name", "klass"),
    [
        ("aiohttp.ClientConnectorError", "transient"),
        ("asyncio.CancelledError", "canceled"),
        ("TimeoutError", "timeout"),
        ("ssl.SSLCertVerificationError", "denied"),
        ("Invalid", "invalid"),
        ("mendloop.errors.Conflict", "conflict"),
        ("KeyError", "internal"),
    ],
)
def test_explains_an_exception_by_its_type(name: str, klass: str) -> None:
    assert data("--exception", name, "--message", "x")["class"] == klass


def test_the_text_says_class_way_and_what_follows() -> None:
    body = {
        "kind": "Status",
        "code": 400,
        "message": 'admission webhook "w.example.com" denied the request: no',
    }
    text = explain("--status", "400", "--body", "-", given=json.dumps(body)).stdout
    assert text.startswith("denied  (not allowed")
    assert "yes k8s.webhook-denied" in text
    assert "not for status 400: k8s.being-deleted, k8s.uid-replaced, k8s.immutable" in text
    assert "retry after 1 min, doubling up to 30 min" in text


def test_many_answers_give_a_line_each(tmp_path: Path) -> None:
    raw = gzip.decompress((VECTORS / "api-errors" / "answers.jsonl.gz").read_bytes())
    (tmp_path / "answers.jsonl").write_bytes(raw)
    result = explain("--answers", str(tmp_path / "answers.jsonl"))
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    assert result.exit_code == 0
    assert [line["id"] for line in lines] == [json.loads(line)["id"] for line in raw.splitlines()]
    assert all({"id", "class", "rule"} <= set(line) for line in lines)


def test_a_bad_row_is_named_and_the_others_go_on() -> None:
    rows = '{"id":"a","status":503}\nnonsense\n\n{"id":"b","status":"x"}\n[1]\n{"id":"c","status":429}\n'
    result = explain("--answers", "-", given=rows.encode() + b"\xff\xfe\n")
    assert result.exit_code == 1
    assert [json.loads(line)["id"] for line in result.stdout.splitlines()] == ["a", "c"]
    assert [line.split(": ")[0] for line in result.stderr.splitlines()] == [
        f"<stdin>:{n}" for n in (2, 4, 5, 7)
    ]


@pytest.mark.parametrize(
    ("arguments", "given", "said"),
    [
        ((), "", "exactly one of"),
        (("--status", "500", "--exception", "KeyError"), "", "exactly one of"),
        (("--answer", "-"), "what is this", "neither HTTP"),
        (("--answer", "-"), "{}", "neither a recorded row nor a Status"),
        (("--answer", "-"), "HTTP/1.1 what\n\n", "no status in"),
        (("--answer", "-"), '{"status": 500, "headers": 5}', "Expected `object`"),
        (("--exception", "os.path"), "", "is not of aiohttp"),
        (("--exception", "NoSuchError"), "", "no exception type"),
        (("--exception", "aiohttp.nothing.X"), "", "cannot import"),
        (("--status", "500", "--rules", "no_such_module:RULES"), "", "cannot import"),
        (("--status", "500", "--rules", "json:dumps"), "", "no RuleSet"),
        (("--status", "500", "--body", "/no/such/file"), "", "No such file"),
        (("--answers", "/no/such/file"), "", "No such file"),
        (("--status", "99"), "", "not in the range"),
    ],
)
def test_wrong_usage_is_said_clearly(arguments: tuple[str, ...], given: str, said: str) -> None:
    result = explain(*arguments, given=given)
    assert result.exit_code == 2
    assert said in result.stderr
    assert "Traceback" not in result.output


def test_rules_of_the_users_are_tried_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "our_rules.py").write_text(
        "from mendloop.errors import Class, Rule\n"
        "from mendloop.errors.conditions import status\n"
        "TEAPOT = Rule('our.teapot', status(418), Class.WAITING, 'it brews')\n"
        "RULES = [TEAPOT]\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    for name in ("our_rules", "our_rules:RULES", "our_rules:TEAPOT"):
        assert data("--status", "418", "--rules", name)["rule"] == "our.teapot"


def test_replays_stored_answers_against_changed_rules(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "other_rules.py").write_text(
        "from mendloop.errors import Class, Rule\n"
        "from mendloop.errors.conditions import status\n"
        "RULES = [Rule('our.calm', status(503), Class.WAITING, 'we know them')]\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    result = explain("--answers", "-", "--rules", "other_rules", given='{"id":"a","status":503}\n')
    assert json.loads(result.stdout)["class"] == "waiting"
