"""`mendloop crd`: the CustomResourceDefinitions of an operator's own kinds."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
import msgspec

from mendloop.cli.load import load_operator
from mendloop.wish.operator import Operator


@click.command("crd", short_help="Print the CRDs of an operator.")
@click.argument("operator", metavar="OPERATOR")
@click.option("--json", "as_json", is_flag=True, help="Print JSON: one List that kubectl takes.")
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), metavar="DIR", help="Write one file a CRD instead."
)
def command(operator: str, as_json: bool, output: Path | None) -> None:
    """Print the CustomResourceDefinitions of the kinds that OPERATOR handles and defines.

    OPERATOR is a file (op.py) or a module (pkg.mod), with :NAME where it has several.
    Exit codes: 0 printed; 1 a type cannot stand in a CRD; 2 the operator cannot be loaded.

    \b
    mendloop crd op.py | kubectl apply --server-side -f -
    mendloop crd op.py -o manifests/
    """
    definitions = definitions_of(load_operator(operator))
    if output is None:
        click.echo(_as_list(definitions) if as_json else _as_yaml(definitions), nl=False)
        return
    for path in write_definitions(definitions, output, as_json=as_json):
        click.echo(path)


def definitions_of(op: Operator[Any]) -> list[dict[str, Any]]:
    """One definition for each kind of its own that an operator handles, in the order declared.

    Errors: `ClickException` with one line for a type that cannot stand in a CRD, and for an operator
    that defines no kind.
    """
    from mendloop.model.crd import crd
    from mendloop.model.resource import Resource
    from mendloop.model.structural import Unstructural

    refs = [handler.kind_ref for handler in op.handlers] + [
        part.kind_ref for part in (*op.checks, *op.cleanups)
    ]
    ours = [
        ref for ref in refs if isinstance(ref, type) and issubclass(ref, Resource) and ref.DEFINITION.ours
    ]
    if not ours:
        raise click.ClickException(f"{op.name} defines no kind of its own")
    try:
        return [crd(resource) for resource in dict.fromkeys(ours)]
    except Unstructural as error:
        raise click.ClickException(str(error)) from error


def write_definitions(
    definitions: list[dict[str, Any]], folder: Path, *, as_json: bool = False
) -> list[Path]:
    """Write one file a definition, named as the definition is; the paths written."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for definition in definitions:
        path = folder / f"{definition['metadata']['name']}.{'json' if as_json else 'yaml'}"
        text = _as_json(definition) if as_json else _as_yaml([definition])
        path.write_text(text, encoding="utf-8")
        written.append(path)
    return written


def _as_list(definitions: list[dict[str, Any]]) -> str:
    return _as_json({"apiVersion": "v1", "kind": "List", "items": definitions})


def _as_json(value: Any) -> str:
    return msgspec.json.format(msgspec.json.encode(value), indent=2).decode() + "\n"


def _as_yaml(definitions: list[dict[str, Any]]) -> str:
    import yaml

    class Plain(yaml.SafeDumper):
        def ignore_aliases(self, data: Any) -> bool:
            return True  # an anchor saves a few lines and costs every reader a search

    return "---\n".join(
        yaml.dump(definition, Dumper=Plain, sort_keys=False, width=110, allow_unicode=True)
        for definition in definitions
    )
