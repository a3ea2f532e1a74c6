"""The operator under measure: a process of its own."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from harness.processes import kill


@dataclass(frozen=True, slots=True)
class Command:
    """How an operator is started; it is told where the cluster is by KUBECONFIG."""

    argv: Sequence[str]
    folder: Path
    environ: Mapping[str, str] = field(default_factory=dict)


class Operator:
    """Starts and kills it; what it says goes to `log`."""

    def __init__(self, command: Command, kubeconfig: Path, log: Path) -> None:
        self.log = log
        self._command = command
        self._environ = {**os.environ, "KUBECONFIG": str(kubeconfig), **command.environ}
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        if self._process is None:
            raise RuntimeError("the operator was not started")
        return self._process.pid

    @property
    def alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def last_words(self) -> str:
        """The end of its log."""
        return self.log.read_text(errors="replace")[-2000:]

    def start(self) -> None:
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command.argv,
                cwd=self._command.folder,
                env=self._environ,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def kill(self) -> None:
        """Ends it as a crash would; harmless when it does not run."""
        if self._process is not None:
            kill(self._process.pid)
            self._process.wait()
