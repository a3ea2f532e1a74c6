"""Processes that belong together, end together and never outlive the process that started them."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

_TAIL_LINES: Final = 25

# The warden waits at the reading end of a pipe whose other end only this process holds: when this process
# ends, however it ends, the pipe closes, and the group and the folder go with it. It sits in a group of its
# own, out of reach of the terminal's Ctrl-C.
_WARDEN: Final = 'read -r group && { read -r _; kill -KILL "-$group"; rm -rf "$1"; }'


class ControlPlaneDied(RuntimeError):
    """Raised when a process ends by itself or does not get ready; the message ends with its log's tail."""


@dataclass(slots=True)
class ProcessGroup:
    """The processes of one control plane: one process group, one folder, one log each."""

    folder: Path
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    _warden: subprocess.Popen[bytes] | None = None

    def spawn(self, name: str, *argv: str) -> None:
        leader = next(iter(self.processes.values()), None)
        with open(self.folder / f"{name}.log", "ab") as log:
            self.processes[name] = subprocess.Popen(
                argv,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.folder,
                process_group=leader.pid if leader else 0,
            )
        if leader is None:
            self._guard(self.processes[name].pid)

    def _guard(self, group: int) -> None:
        self._warden = subprocess.Popen(
            ["/bin/sh", "-c", _WARDEN, "warden", str(self.folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            process_group=0,
        )
        assert self._warden.stdin is not None
        self._warden.stdin.write(b"%d\n" % group)
        self._warden.stdin.flush()

    def check(self) -> None:
        """Raises `ControlPlaneDied` when a process has ended by itself."""
        for name, process in self.processes.items():
            code = process.poll()
            if code is not None:
                raise ControlPlaneDied(
                    f"{name} ended with exit code {code}; its log ends with:\n{self.tail(name)}"
                )

    def tail(self, name: str) -> str:
        text = (self.folder / f"{name}.log").read_text(errors="replace")
        return "\n".join(f"  {line}" for line in text.splitlines()[-_TAIL_LINES:])

    def kill(self) -> None:
        """Ends every process at once. State is thrown away, so nothing is worth a graceful end."""
        for process in self.processes.values():
            process.kill()
        for process in self.processes.values():
            process.wait()
        self.processes.clear()
        if self._warden is not None:
            self._warden.kill()
            self._warden.communicate()
            self._warden = None
