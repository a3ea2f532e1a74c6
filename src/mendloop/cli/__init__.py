"""The `mendloop` command. Each subcommand is a module of its own, imported when it is asked for."""

from __future__ import annotations

import importlib
from typing import Final

import click

from mendloop._version import __version__

# What `--help` lists; a line here is all that a new command needs.
COMMANDS: Final = {
    "approve": "Let a held prune go ahead.",
    "controlplane": "Serve the embedded Kubernetes API.",
    "crd": "Print the CRDs of an operator.",
    "demo": "See an operator heal under injected faults.",
    "dev": "Run an operator on an embedded control plane, reloading on change.",
    "diff": "Show what differs in meaning between two objects.",
    "explain": "Say what an error is, why, and what follows.",
    "run": "Run an operator on a cluster.",
}


class _Lazy(click.Group):
    """Knows its commands by name; loads one only when it is used."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command = importlib.import_module(f"mendloop.cli.{cmd_name}").command
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, COMMANDS[name]) for name in self.list_commands(ctx)])


@click.group(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="mendloop")
def main() -> None:
    """Kubernetes operators that heal themselves.

    Write what shall be; mendloop compares meaning, acts only on a difference, and says why.
    """
