"""What classifying costs, against a plain ladder of ifs over the same errors.

    python bench/classify.py [--rounds N]

Prints ratios: the ladder first, then ours, best of interleaved rounds; a hash of the classes proves that
every round did the same work.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import platform
import time
from collections.abc import Callable
from pathlib import Path

from mendloop.errors import RULES, ApiError, api_error, classify, facts_of, read_answer

ANSWERS = Path(__file__).parents[1] / "tests" / "vectors" / "api-errors" / "answers.jsonl.gz"


def errors() -> list[ApiError]:
    rows = map(json.loads, gzip.decompress(ANSWERS.read_bytes()).splitlines())
    return [
        api_error(
            read_answer(row.get("event_code", row["status"]), row["headers"], row["body"].encode()),
            row["verb"],
            row["path"],
        )
        for row in rows
    ]


def ladder(error: ApiError) -> str:
    """What operators write by hand: short, fast, and wrong for most of the traps."""
    if error.status == 404:
        return "gone"
    if error.status == 409:
        return "conflict"
    if error.status == 429:
        return "throttled"
    if error.status in (401, 403) or "denied the request" in error.message:
        return "denied"
    if error.status in (400, 422):
        return "invalid"
    if error.status in (408, 504) or "timeout" in error.message.lower():
        return "timeout"
    return "transient" if error.status >= 500 else "permanent"


def one_round(judge: Callable[[ApiError], str], found: list[ApiError]) -> tuple[float, str]:
    """Seconds an error, and a hash of what was judged."""
    began = time.perf_counter()
    classes = [judge(error) for error in found]
    took_s = (time.perf_counter() - began) / len(found)
    return took_s, hashlib.sha256(" ".join(classes).encode()).hexdigest()[:12]


JUDGES: dict[str, Callable[[ApiError], str]] = {
    "ladder of ifs": ladder,
    "facts_of": lambda error: str(facts_of(error).status),
    "classify": lambda error: classify(error).klass,
    "classify, with its path": lambda error: classify(error).path[-1].rule,
}


def run(rounds: int) -> dict[str, tuple[float, str]]:
    """The best round of each."""
    found = errors()
    best: dict[str, tuple[float, str]] = {}
    for _ in range(rounds):
        for name, judge in JUDGES.items():
            result = one_round(judge, found)
            best[name] = min(best.get(name, result), result)
    return best


def main() -> None:
    parser = argparse.ArgumentParser(description="What classifying an API error costs.")
    parser.add_argument("--rounds", type=int, default=20)
    best = run(parser.parse_args().rounds)
    baseline_s = best["ladder of ifs"][0]
    print(f"{'':<26}{'x':>8}{'us':>9}  hash of the result")
    for name, (took_s, digest) in best.items():
        print(f"{name:<26}{took_s / baseline_s:>8.1f}{took_s * 1e6:>9.2f}  {digest}")
    rules = f"{len(list(RULES))} rules, version {RULES.version}"
    print(f"{len(errors())} answers, {rules}, Python {platform.python_version()}")


if __name__ == "__main__":
    main()
