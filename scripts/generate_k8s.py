"""Writes `mendloop.k8s`, the read models of Kubernetes' own kinds, from the bundled OpenAPI documents.

    python scripts/generate_k8s.py [--check]

What becomes of a field: lists and maps are never None; a struct or scalar that the server always states has
its zero as default, any other is None where it is absent. So an object decodes whatever version wrote it.
What only pods need is a module of its own, so that reading a ConfigMap does not load it.
"""

from __future__ import annotations

import argparse
import keyword
import re
import subprocess
import sys
import textwrap
from collections.abc import Iterable, Iterator
from pathlib import Path

from dump_openapi import ROOT
from kube_schemas import (
    INSTEAD,
    META,
    PODS,
    RENAMED,
    KindInfo,
    Module,
    Node,
    Source,
    reference,
    short,
)

TARGET = ROOT / "src" / "mendloop" / "k8s"
BASE_NAMES = ("Amount", "NoSpec", "Part", "SecretPart", "encoded", "stated")

# What WORDS would take for "APIV" and "3".
SPELT = {"openAPIV3Schema": "open_api_v3_schema"}
# Text goes in as `data`, and the server never answers with it.
NEVER_READ = {("Secret", "stringData")}
SCALARS = {"string": "str", "integer": "int", "number": "float", "boolean": "bool"}
ZEROS = {"str": '""', "int": "0", "float": "0.0", "bool": "False"}
OF_EVERY_CONDITION = {"lastTransitionTime", "message", "observedGeneration", "reason", "status", "type"}

WORDS = re.compile(r"[A-Z]{2,}s(?![a-z])|[A-Z]+(?![a-z])|[A-Z]?[a-z0-9]+")


def snake(name: str) -> str:
    """`clusterIPs` as `cluster_ips`; a Python keyword gets an underscore."""
    made = SPELT.get(name) or "_".join(word.lower() for word in WORDS.findall(name))
    return f"{made}_" if keyword.iskeyword(made) else made


def camel(name: str) -> str:
    """What msgspec makes of a field's name with `rename="camel"`."""
    first, *rest = name.rstrip("_").split("_")
    return first + "".join(word[:1].upper() + word[1:] for word in rest)


# ---- types


def type_of(node: Node) -> str:
    """The Python type of a field, None not counted."""
    found = _named(node)
    if found is not None:
        return found
    match node.get("type"):
        case "array":
            return f"Sequence[{type_of(node['items'])}]"
        case "object":
            value = node.get("additionalProperties")
            return f"Mapping[str, {type_of(value) if isinstance(value, dict) else 'Any'}]"
        case "string" if node.get("format") == "byte":
            return "bytes"
        case "string" if node.get("format") == "date-time":
            return "datetime"
        case str() as name:
            return SCALARS[name]
    return "Any"


def _named(node: Node) -> str | None:
    ref = reference(node)
    return None if ref is None else INSTEAD.get(ref) or short(RENAMED.get(ref, ref))


def default_of(type_: str, node: Node) -> str | None:
    """What an absent field reads as; None where that is None."""
    if type_.startswith("Sequence["):
        return "()"
    if type_.startswith("Mapping["):
        return "{}"
    always_there = "default" in node
    if always_there and type_ in ZEROS:
        return ZEROS[type_]
    is_struct = reference(node) is not None and reference(node) not in INSTEAD
    return f"{type_}()" if always_there and is_struct else None


def declaration(name: str, node: Node) -> str:
    """One line of a struct."""
    type_, python = type_of(node), snake(name)
    default = default_of(type_, node)
    stated = type_ if default is not None or type_ == "Any" else f"{type_} | None"
    default = default or "None"
    if camel(python) != name:
        arguments = "default_factory=dict" if default == "{}" else f"default={default}"
        return f'    {python}: {stated} = field({arguments}, name="{name}")'
    return f"    {python}: {stated} = {default}"


def sentence(description: str, name: str) -> str:
    """The first sentence of a description, as a docstring of one line."""
    text = " ".join(description.replace("\\", "").replace('"', "'").replace("`", "").split())
    first = re.split(r"(?<=[a-z)\]])\. |: \*", text, maxsplit=1)[0].rstrip(".")
    if len(first) > 94:
        first = first[:92].rpartition(" ")[0].rstrip(",;:(") + " ..."
    return f'    """{first or name}{"" if first.endswith("...") else "."}"""'


# ---- code


class Writer:
    """One module's code."""

    def __init__(self, source: Source, module: Module) -> None:
        self.source, self.module = source, module

    def text(self) -> str:
        body = "\n\n\n".join(
            [self.struct(name) for name in self.module.structs]
            + [self.kind(kind) for kind in self.module.kinds]
        )
        group = self.module.kinds[0].group or "the core group"
        head = f'"""Read models of {group}{" that pods are made of" if self.module.name == PODS else ""}.'
        made_by = "Made by scripts/generate_k8s.py from a kube-apiserver's OpenAPI; not edited by hand."
        imports = "\n".join(self.imports(body))
        names = "".join(f'    "{name}",\n' for name in self.module.names)
        return (
            f'{head}\n\n{made_by}\n"""\n\nfrom __future__ import annotations\n\n{imports}\n\n'
            f"__all__ = [\n{names}]\n\n\n{body}\n"
        )

    def imports(self, body: str) -> Iterator[str]:
        used = set(re.findall(r"\w+", re.sub(r'""".*?"""', "", body)))

        def some(module: str, names: Iterable[str]) -> Iterator[str]:
            if found := sorted(used.intersection(names)):
                yield f"from {module} import {', '.join(found)}"

        yield from some("collections.abc", ("Mapping", "Sequence"))
        yield from some("datetime", ("datetime",))
        yield from some("typing", ("Any", "Unpack"))
        yield ""
        yield from some("msgspec", ("field",) if "= field(" in body else ())
        yield ""
        yield from some("mendloop.k8s.base", BASE_NAMES)
        for name, other in self.source.modules.items():
            if other is not self.module and name in ("core", PODS):
                yield from some(f"mendloop.k8s.{name}", set(other.names) - set(self.module.names))
        resource = {"Given", "Object", "Resource", "Scale"} - {short(name) for name in self.module.structs}
        yield from some("mendloop.model.resource", resource)
        yield from some("mendloop.model.types", ("Condition", "Model", "NoStatus", "Spec", "Status"))

    def struct(self, schema: str) -> str:
        node, name = self.source.schemas[schema], short(schema)
        base, inherited = self.base_of(schema)
        properties = {key: value for key, value in node.get("properties", {}).items() if key not in inherited}
        if schema == META + "ObjectMeta":
            properties.pop("managedFields")  # bookkeeping of the server, large, and never in a template
        if base == "Status" and type_of(properties.get("conditions", {})) == "Sequence[Condition]":
            properties.pop("conditions")  # as every status has them
        fields = [declaration(key, value) for key, value in sorted(properties.items())]
        return "\n".join([f"class {name}({base}):", sentence(node.get("description", ""), name), "", *fields])

    def base_of(self, schema: str) -> tuple[str, set[str]]:
        if schema in self.source.conditions:
            return "Condition", OF_EVERY_CONDITION
        if schema in self.source.statuses:
            return "Status", {"observedGeneration"}
        return ("Spec" if schema in self.source.specs else "Model"), set()

    def kind(self, kind: KindInfo) -> str:
        node = self.source.schemas[kind.schema]
        parts = {
            name: part
            for name, part in sorted(node["properties"].items())
            if name not in ("apiVersion", "kind", "metadata") and (kind.kind, name) not in NEVER_READ
        }
        spec = type_of(parts["spec"]) if "spec" in parts else "NoSpec"
        status = type_of(parts["status"]) if "status" in parts else "NoStatus"
        own = {name: part for name, part in parts.items() if name not in ("spec", "status")}
        return "\n".join(
            [
                f"class {kind.kind}(Resource[{spec}, {status}], {_keywords(kind)}):",
                sentence(node.get("description", ""), kind.kind),
                "",
                "    __slots__ = ()",
                *(_part(kind, name, part) for name, part in own.items()),
                "",
                *_init(kind, parts),
            ]
        )


def _keywords(kind: KindInfo) -> str:
    stated = [f'group="{kind.group}"', f'version="{kind.version}"', f'plural="{kind.plural}"']
    if not kind.namespaced:
        stated.append('scope="Cluster"')
    if kind.scaled:
        stated.append('scale=Scale(selector="status.selector")')
    return ", ".join([*stated, "crd=False"])


def _is_secret_data(kind: KindInfo, part: str) -> bool:
    return (kind.group, kind.kind, part) == ("", "Secret", "data")


def _part(kind: KindInfo, name: str, node: Node) -> str:
    if _is_secret_data(kind, name):
        return '    data = SecretPart(None, "data")'
    type_ = type_of(node)
    default = default_of(type_, node)
    stated = type_ if default is not None or type_ == "Any" else f"{type_} | None"
    made = type_.replace("Sequence[", "list[").replace("Mapping[", "dict[")
    absent = {"()": ", list", "{}": ", dict", None: ""}.get(default, f", {type_}")
    return f'    {snake(name)}: Part[{stated}] = Part({made}, "{name}"{absent})'


def _init(kind: KindInfo, parts: Node) -> Iterator[str]:
    yield "    def __init__("
    yield "        self,"
    yield "        name: str,"
    yield "        *,"
    for part, node in parts.items():
        type_ = "Mapping[str, str]" if _is_secret_data(kind, part) else type_of(node)
        yield f"        {snake(part)}: {type_} | None = None,"
    yield "        fields: Mapping[str, Any] | None = None,"
    yield "        **meta: Unpack[Given],"
    yield "    ) -> None:"
    values = {part: "encoded(data)" if _is_secret_data(kind, part) else snake(part) for part in parts}
    pairs = [f'"{part}": {value}' for part, value in values.items()]
    yield f"        Object.__init__(self, name, fields=stated(fields, {{{', '.join(pairs)}}}), **meta)"


FRONT = '''"""Read models of Kubernetes' own kinds: `from mendloop.k8s import Deployment, Secret`.

Lists and maps are never None, unknown fields are ignored, `Secret.data` is text. A name is loaded with its
module when it is first used, so that an operator pays for the groups that it reads. Where two groups use one
name (`Event`), the other is found in its module: `mendloop.k8s.events`.

Made by scripts/generate_k8s.py from a kube-apiserver's OpenAPI; not edited by hand.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

_NAMES = {{
{where}}}
_HOME = {{name: module for module, names in _NAMES.items() for name in names.split()}}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {{__name__!r}} has no attribute {{name!r}}")
    value = globals()[name] = getattr(import_module(f"{{__name__}}.{{_HOME[name]}}"), name)
    return value


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOME])
'''

# What type checkers and editors read in its place: there nothing is lazy.
STUB = (
    "# Made by scripts/generate_k8s.py; the names that __init__.py loads when they are used.\n\n{imports}\n"
)


def front(source: Source) -> dict[Path, str]:
    """The package's own module: which name is loaded from where; and the same for type checkers."""
    seen: dict[str, str] = {}
    first = ("core", PODS, "apps", "batch")
    ordered = sorted(
        source.modules, key=lambda name: (first.index(name) if name in first else len(first), name)
    )
    for kinds_only in (True, False):  # a kind goes before a struct of another group
        for module in ordered:
            names = (kind.kind for kind in source.modules[module].kinds)
            for name in names if kinds_only else source.modules[module].names:
                seen.setdefault(name, module)
    homes = {module: sorted(name for name in seen if seen[name] == module) for module in sorted(ordered)}
    homes = {module: names for module, names in homes.items() if names}
    imports = (
        f"from mendloop.k8s.{module} import ({', '.join(f'{name} as {name}' for name in names)})"
        for module, names in homes.items()
    )
    where = (f'    "{module}": """\n{wrapped(names)}\n    """,\n' for module, names in homes.items())
    return {
        TARGET / "__init__.py": FRONT.format(where="".join(where)),
        TARGET / "__init__.pyi": STUB.format(imports="\n".join(imports)),
    }


def wrapped(names: list[str]) -> str:
    return textwrap.fill(" ".join(names), 110, initial_indent=" " * 8, subsequent_indent=" " * 8)


def formatted(code: str, path: Path) -> str:
    """As the repository's own formatter leaves it."""
    ruff = [sys.executable, "-m", "ruff"]
    for command in (["check", "--quiet", "--select=I,F", "--fix"], ["format"]):
        arguments = [*ruff, *command, f"--stdin-filename={path}", "-"]
        run = subprocess.run(arguments, input=code, capture_output=True, text=True, check=False)
        if run.returncode:
            raise SystemExit(f"{path.name}: {run.stdout[-2000:]}{run.stderr}")
        code = run.stdout
    return code


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--check", action="store_true", help="write nothing, say what would change")
    check: bool = parser.parse_args().check
    source = Source()
    code = {TARGET / f"{name}.py": Writer(source, module).text() for name, module in source.modules.items()}
    code |= front(source)
    wanted = {path: formatted(text, path) for path, text in code.items()}
    stale = [path for path, text in wanted.items() if not path.is_file() or path.read_text() != text]
    stale += [
        path
        for path in TARGET.glob("*.py*")
        if path not in wanted and path.is_file() and path.name != "base.py"
    ]
    if check:
        sys.exit("\n".join(f"{path.relative_to(ROOT)} is not current" for path in stale) or None)
    for path in stale:
        if path in wanted:
            path.write_text(wanted[path])
        else:
            path.unlink()
    print(f"{len(source.kinds)} kinds, {sum(len(m.structs) for m in source.modules.values())} structs")


if __name__ == "__main__":
    main()
