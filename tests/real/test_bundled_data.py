"""What the package carries of Kubernetes is what a real server says of itself."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent


def test_bundled_schemas_and_discovery_are_what_the_server_serves(binaries: Path) -> None:
    """`scripts/dump_openapi.py` makes them anew after `tests/real/kube/apiserver/go.mod` has moved."""
    command = [sys.executable, "scripts/dump_openapi.py", "--check"]
    checked = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stderr
