"""Who is compared, and how each is made ready: what it needs lands in bench/out, pinned to exact versions."""

from __future__ import annotations

import platform
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Final

from harness.measure import Subject
from harness.operator import Command

BENCH: Final = Path(__file__).parents[1]
PEERS: Final = BENCH / "peers"
OUT: Final = BENCH / "out"


class NotHere(RuntimeError):
    """Raised when a peer's toolchain is not on this machine, or fails to build it."""


@dataclass(frozen=True, slots=True)
class Peer:
    """One operator. `prepare` builds what it needs, once. Errors: `NotHere`."""

    name: str
    about: str
    prepare: Callable[[str], Subject]


def floor(name: str) -> Subject:
    """With our own interpreter and libraries, so that nothing but the code differs."""
    argv = [sys.executable, str(PEERS / "floor" / "operator_floor.py")]
    return Subject(name, _python_libraries(), Command(argv, PEERS / "floor"))


def mendloop(name: str) -> Subject:
    operator = str(PEERS / "mendloop" / "operator_echo.py")
    program = str(Path(sys.executable).parent / "mendloop")
    argv = [program, "run", operator, "-A", "--health-port", "0"]
    return Subject(name, f"{version('mendloop')}, {_python_libraries()}", Command(argv, PEERS / "mendloop"))


def kopf(file: str, name: str) -> Subject:
    folder = PEERS / "kopf"
    python = _venv(folder / "requirements.txt", OUT / "kopf")
    argv = [str(python.parent / "kopf"), "run", "-A", "--standalone", file]
    return Subject(name, _pinned(folder, "kopf"), Command(argv, folder))


def cloudcoil(name: str) -> Subject:
    folder = PEERS / "cloudcoil"
    python = _venv(folder / "requirements.txt", OUT / "cloudcoil")
    return Subject(name, _pinned(folder, "cloudcoil"), Command([str(python), "operator_echo.py"], folder))


def controller_runtime(environ: dict[str, str], name: str) -> Subject:
    folder, binary = PEERS / "controller-runtime", OUT / "controller-runtime" / "echo"
    _toolchain("go")
    _run(["go", "build", "-o", str(binary), "."], folder)
    found = re.search(r"sigs\.k8s\.io/controller-runtime (\S+)", (folder / "go.mod").read_text())
    assert found, "go.mod names controller-runtime"
    return Subject(name, found[1], Command([str(binary)], folder, environ))


def kube_rs(environ: dict[str, str], name: str) -> Subject:
    folder, target = PEERS / "kube-rs", OUT / "kube-rs"
    _toolchain("cargo")
    _run(["cargo", "build", "--release", "--locked", "--target-dir", str(target)], folder)
    binary = target / "release" / "echo-kube-rs"
    found = re.search(r'^kube = \{ version = "=([^"]+)"', (folder / "Cargo.toml").read_text(), re.M)
    assert found, "Cargo.toml names kube"
    return Subject(name, found[1], Command([str(binary)], folder, environ))


ALL: Final[Sequence[Peer]] = (
    Peer("floor", "the least that any Python operator can do; no peer but the limit", floor),
    Peer("mendloop", "ours", mendloop),
    Peer(
        "controller-runtime", "CreateOrUpdate against its cache, 4 workers", partial(controller_runtime, {})
    ),
    Peer(
        "controller-runtime-ryw",
        "the same, reading its own writes (opt-in)",
        partial(controller_runtime, {"ECHO_RYW": "1"}),
    ),
    Peer(
        "controller-runtime-ssa",
        "the same with server-side apply",
        partial(controller_runtime, {"ECHO_APPLY": "1"}),
    ),
    Peer("kube-rs", "as in its documentation, concurrency 4", partial(kube_rs, {})),
    Peer(
        "kube-rs-predicate",
        "the same, skipping the echo of its own status writes",
        partial(kube_rs, {"ECHO_PREDICATE": "1"}),
    ),
    Peer("kopf", "with an index and an event handler that repairs drift", partial(kopf, "operator_drift.py")),
    Peer("kopf-basic", "without: drift is not repaired", partial(kopf, "operator_basic.py")),
    Peer("cloudcoil", "a client library; queue and workers by hand", cloudcoil),
)
"""Every operator that can be compared; the first is the baseline."""

USUAL: Final = ("floor", "mendloop", "controller-runtime", "kube-rs", "kopf")


def named(names: Sequence[str]) -> list[Peer]:
    """In the order of `ALL`. Errors: `NotHere` for a name that nobody has."""
    unknown = sorted(set(names) - {peer.name for peer in ALL})
    if unknown:
        raise NotHere(f"no peer {', '.join(unknown)}; there are {', '.join(peer.name for peer in ALL)}")
    return [peer for peer in ALL if peer.name in names]


def _python_libraries() -> str:
    libraries = ", ".join(f"{name} {version(name)}" for name in ("aiohttp", "msgspec", "uvloop"))
    return f"{libraries}, CPython {platform.python_version()}"


def _pinned(folder: Path, name: str) -> str:
    found = re.search(rf"^{name}==(\S+)", (folder / "requirements.txt").read_text(), re.M)
    assert found, f"{folder.name}/requirements.txt pins {name}"
    return f"{found[1]}, CPython {platform.python_version()}"


def _venv(requirements: Path, folder: Path) -> Path:
    """The Python of a virtual environment with exactly these requirements; made anew when they change."""
    python, done = folder / "bin" / "python", folder / "requirements.txt"
    if not done.exists() or done.read_bytes() != requirements.read_bytes():
        _run([sys.executable, "-m", "venv", "--clear", str(folder)], BENCH)
        install = [str(python), "-m", "pip", "install", "-q", "--disable-pip-version-check"]
        _run([*install, "--require-hashes", "-r", str(requirements)], BENCH)
        shutil.copy(requirements, done)
    return python


def _toolchain(program: str) -> None:
    if shutil.which(program) is None:
        raise NotHere(f"{program} is not installed")


def _run(argv: Sequence[str], folder: Path) -> None:
    done = subprocess.run(argv, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        raise NotHere(f"`{' '.join(argv)}` failed:\n{done.stdout[-1000:]}{done.stderr[-2000:]}")
