"""What a fresh clone relies on."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LOCKS = [*sorted((ROOT / "requirements").glob("*.txt")), *sorted((ROOT / "bench").rglob("requirements*.txt"))]


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_lock_file_pins_versions_and_hashes_and_names_no_registry(lock: Path) -> None:
    text = lock.read_text(encoding="utf-8")
    assert "://" not in text and "--index" not in text and "--find-links" not in text
    pinned = re.findall(r"^([A-Za-z0-9._-]+)==", text, flags=re.M)
    assert pinned and len(pinned) == len(set(pinned))
    stated = [line for line in text.splitlines() if line and not line.startswith((" ", "#"))]
    assert all("==" in line for line in stated)
    assert text.count("--hash=sha256:") >= len(pinned)


def test_what_the_package_needs_is_what_the_lock_pins() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lock = (ROOT / "requirements" / "run.txt").read_text(encoding="utf-8")
    pinned = set(re.findall(r"^([A-Za-z0-9._-]+)==", lock, flags=re.M))
    for need in project["dependencies"]:
        name = re.split(r"[><=;\s]", need)[0].lower().replace("_", "-")
        assert name in pinned


def test_the_makefile_explains_itself_and_stays_short() -> None:
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 60
    for target in ("demo", "test", "test-real", "lint", "bench", "kube"):
        assert re.search(rf"^{target}:.*## ", text, flags=re.M), target
