"""What the harness's figures rest on."""

from __future__ import annotations

import sys
from pathlib import Path

BENCH = Path(__file__).parents[2] / "bench"
sys.path.append(str(BENCH))

from harness.phases import quantile  # noqa: E402
from harness.requests import Tally, asked_in  # noqa: E402

USER = "system:serviceaccount:bench:op"


def event(verb: str, stage: str = "ResponseComplete", uri: str = "/x", **ref: str) -> dict[str, object]:
    return {
        "verb": verb,
        "stage": stage,
        "user": {"username": USER},
        "objectRef": ref or None,
        "requestURI": uri,
        "responseStatus": {"code": 200},
    }


def test_a_watch_counts_when_it_begins_and_everything_else_when_it_ends() -> None:
    begun = asked_in(event("watch", "ResponseStarted", resource="echoes"), USER)
    assert begun is not None and begun.name == "watch echoes"
    assert asked_in(event("watch", "ResponseComplete", resource="echoes"), USER) is None
    assert asked_in(event("patch", "ResponseStarted", resource="echoes"), USER) is None


def test_others_requests_are_not_counted() -> None:
    assert asked_in(event("patch", resource="echoes"), "admin") is None


def test_a_dry_run_is_a_request_and_no_write() -> None:
    told = [
        asked_in(event("patch", uri="/x?dryRun=All", resource="configmaps"), USER),
        asked_in(event("patch", resource="echoes", subresource="status"), USER),
        asked_in(event("get"), USER),
    ]
    tally = Tally()
    tally.add(one for one in told if one is not None)
    assert dict(tally.asked) == {"dry-run patch configmaps": 1, "patch echoes/status": 1, "get discovery": 1}
    assert (tally.writes, tally.total) == (1, 3)


def test_a_quantile_of_nothing_is_nothing() -> None:
    assert quantile([], 0.5) is None
    assert quantile([3.0, 1.0, 2.0], 0.99) == 3.0
