"""Answers of a real kube-apiserver, each held against what it must be."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from mendloop.errors import RULES, Facts, api_error, classify, facts_from, read_answer

VECTORS = Path(__file__).parents[1] / "vectors" / "api-errors"


def recorded() -> dict[str, dict[str, object]]:
    lines = gzip.decompress((VECTORS / "answers.jsonl.gz").read_bytes()).splitlines()
    return {row["id"]: row for row in map(json.loads, lines)}


def expected() -> Iterator[tuple[str, str, str]]:
    heading = ""
    for line in (VECTORS / "expected.txt").read_text().splitlines():
        if line.startswith("  "):
            klass, rule = heading.split()
            yield from ((each, klass, rule) for each in line.split())
        elif not line.startswith("#"):
            heading = line


ROWS = recorded()
EXPECTED = list(expected())


def facts(row: dict) -> Facts:
    answer = read_answer(row.get("event_code", row["status"]), row["headers"], row["body"].encode())
    return facts_from(answer, row["verb"], row["path"], stream=row.get("stream", False))


def test_every_recorded_answer_has_one_expectation() -> None:
    assert sorted(each for each, _, _ in EXPECTED) == sorted(ROWS)


@pytest.mark.parametrize(("name", "klass", "rule"), EXPECTED, ids=[each[0] for each in EXPECTED])
def test_a_recorded_answer_is_what_it_must_be(name: str, klass: str, rule: str) -> None:
    verdict = RULES.judge(facts(ROWS[name]))
    assert (verdict.klass, verdict.rule) == (klass, rule)


def test_the_exception_made_of_an_answer_is_judged_as_the_answer() -> None:
    for name, row in ROWS.items():
        answer = read_answer(row.get("event_code", row["status"]), row["headers"], row["body"].encode())
        error = api_error(answer, row["verb"], row["path"], stream=row.get("stream", False))
        assert classify(error).rule == RULES.judge(facts(row)).rule, name


def test_a_message_that_is_cut_off_on_its_way_is_never_gone() -> None:
    """Absence is not evidence: half an answer must not end the work on an object."""
    for name, row in ROWS.items():
        body = row["body"].encode()
        for part in (0, len(body) // 4, len(body) // 2):
            answer = read_answer(row.get("event_code", row["status"]), {}, body[:part])
            verdict = RULES.judge(facts_from(answer, row["verb"], row["path"]))
            if verdict.klass == "gone":
                assert "NotFound" in body[:part].decode() or row["status"] in (409, 422), name


@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("422-dep-replicas", "spec.replicas"),
        ("400-strict-unknown", "spec.replicaz"),
        ("400-type-string-int", "spec.replicas"),
        ("500-apply-unknown", "spec.foo"),
        ("500-crd-apply-type", "spec.size"),
        ("422-crd-type", "spec.size"),
        ("422-mp-type", "spec.replicas"),
        ("422-imm-ds", "spec.selector"),
        ("409-apply-two-managers", "data.a"),
    ],
)
def test_names_the_field_that_is_wrong(name: str, field: str) -> None:
    assert RULES.judge(facts(ROWS[name])).field == field


def test_no_message_quotes_the_object_that_was_patched() -> None:
    """A patch that does not fit is quoted back whole by the server; it may be a Secret."""
    for name in ("422-mp-type", "422-mp-kind", "422-scale-patch"):
        found = facts(ROWS[name])
        assert "managedFields" not in found.message
        assert not any("managedFields" in cause.message for cause in found.causes)
