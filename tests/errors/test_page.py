"""The page about errors says what the code does."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_page_is_what_its_script_would_write() -> None:
    done = subprocess.run([sys.executable, ROOT / "scripts" / "errors_page.py", "--check"], check=False)
    assert done.returncode == 0, "run: python scripts/errors_page.py"


def test_the_code_on_the_page_runs() -> None:
    page = (ROOT / "docs" / "errors.md").read_text()
    blocks = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    assert len(blocks) == 2
    for block in blocks:
        exec(compile(block, "docs/errors.md", "exec"), {"__name__": "page"})
