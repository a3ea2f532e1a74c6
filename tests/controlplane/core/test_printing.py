"""Ages, JSON paths, pods in one word: what tables are made of."""

from __future__ import annotations

import pytest

from mendloop.controlplane.ages import human_duration
from mendloop.controlplane.jsonpath import compile_path, find
from mendloop.controlplane.podcolumns import status
from mendloop.controlplane.protobuf import Malformed, decode


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (-5, "<invalid>"),
        (-1, "0s"),
        (0, "0s"),
        (119, "119s"),
        (120, "2m"),
        (200, "3m20s"),
        (600, "10m"),
        (10_799, "179m"),
        (10_800, "3h"),
        (12_060, "3h21m"),
        (8 * 3600, "8h"),
        (49 * 3600, "2d1h"),
        (9 * 86400, "9d"),
        (3 * 365 * 86400 + 86400, "3y1d"),
        (9 * 365 * 86400, "9y"),
    ],
)
def test_prints_ages_as_kubectl_does(seconds: float, text: str) -> None:
    assert human_duration(seconds) == text


def test_finds_values_by_the_paths_of_printer_columns() -> None:
    obj = {
        "metadata": {"labels": {"a.b/c": "x"}},
        "spec": {"list": [{"name": "p"}, {"name": "q"}]},
        "status": {"conditions": [{"type": "Ready", "status": "True"}]},
    }
    assert find(obj, '.status.conditions[?(@.type=="Ready")].status') == ["True"]
    assert find(obj, ".spec.list[1].name") == ["q"]
    assert find(obj, ".spec.list[*].name") == ["p", "q"]
    assert find(obj, r".metadata.labels.a\.b/c") == ["x"]
    assert find(obj, ".spec.missing.deeper") == []


def test_says_which_path_it_cannot_read() -> None:
    with pytest.raises(ValueError, match=r"JSON path '\.a\.\.b' is not understood"):
        compile_path(".a..b")


@pytest.mark.parametrize(
    ("pod", "word"),
    [
        ({"status": {"phase": "Pending"}}, "Pending"),
        (
            {
                "spec": {"initContainers": [{"name": "i"}]},
                "status": {
                    "phase": "Pending",
                    "initContainerStatuses": [{"name": "i", "state": {"running": {}}}],
                },
            },
            "Init:0/1",
        ),
        (
            {
                "status": {
                    "phase": "Running",
                    "containerStatuses": [
                        {"name": "c", "state": {"waiting": {"reason": "CrashLoopBackOff"}}}
                    ],
                }
            },
            "CrashLoopBackOff",
        ),
        (
            {
                "status": {
                    "phase": "Succeeded",
                    "containerStatuses": [
                        {"name": "c", "state": {"terminated": {"exitCode": 0, "reason": "Completed"}}}
                    ],
                }
            },
            "Completed",
        ),
        ({"metadata": {"deletionTimestamp": "x"}, "status": {"phase": "Running"}}, "Terminating"),
        ({"status": {"phase": "Failed", "reason": "Evicted"}}, "Evicted"),
    ],
)
def test_says_in_one_word_how_a_pod_is(pod: dict[str, object], word: str) -> None:
    assert status({"metadata": {}, **pod}) == word


def test_refuses_protobuf_that_ends_too_early() -> None:
    with pytest.raises(Malformed, match="unexpected EOF"):
        decode(b"k8s\x00abc")
