"""Writes `mendloop.k8s`, the read models of Kubernetes' own kinds, from the bundled OpenAPI documents.

    python scripts/generate_k8s.py [--check]

What becomes of a field: lists and maps are never None; a struct or scalar that the server always states has
its zero as default, any other is None where it is absent. So an object decodes whatever version wrote it.
What only pods need is a module of its own, so that reading a ConfigMap does not load it.
"""

from __future__ import annotations

import argparse
import gzip
import keyword
import re
import subprocess
import sys
import textwrap
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import msgspec
from dump_openapi import GROUP_VERSIONS, ROOT, SERVED

from mendloop.model.kinds import split_api_version
from mendloop.model.schemas import data_name

TARGET = ROOT / "src" / "mendloop" / "k8s"
PODS = "pods"
POD_KINDS = {"Pod", "PodTemplate", "ReplicationController"}
LEFT_OUT = {"Binding", "ComponentStatus"}  # neither can be watched
BASE_NAMES = ("Amount", "NoSpec", "Part", "SecretPart", "encoded", "stated")

REF = "#/components/schemas/"
META = "io.k8s.apimachinery.pkg.apis.meta.v1."
# Schemas that are no structs of their own here: the type that stands for them.
INSTEAD = {
    "io.k8s.apimachinery.pkg.api.resource.Quantity": "Amount",
    "io.k8s.apimachinery.pkg.util.intstr.IntOrString": "int | str",
    "io.k8s.apimachinery.pkg.runtime.RawExtension": "Any",
    "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSON": "Any",
    "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaProps": "Mapping[str, Any]",
    META + "Condition": "Condition",
    META + "ManagedFieldsEntry": "Any",
    META + "MicroTime": "datetime",
    META + "Time": "datetime",
}
# A claim within a StatefulSet is a template: it has no life of its own.
RENAMED = {"io.k8s.api.core.v1.PersistentVolumeClaim": "io.k8s.api.core.v1.PersistentVolumeClaimTemplate"}
# What WORDS would take for "APIV" and "3".
SPELT = {"openAPIV3Schema": "open_api_v3_schema"}
# Text goes in as `data`, and the server never answers with it.
NEVER_READ = {("Secret", "stringData")}
SCALARS = {"string": "str", "integer": "int", "number": "float", "boolean": "bool"}
ZEROS = {"str": '""', "int": "0", "float": "0.0", "bool": "False"}
OF_EVERY_CONDITION = {"lastTransitionTime", "message", "observedGeneration", "reason", "status", "type"}

Node = dict[str, Any]


@dataclass(frozen=True)
class KindInfo:
    """A kind as discovery lists it, and the schema that describes it."""

    module: str
    group: str
    version: str
    kind: str
    plural: str
    namespaced: bool
    scaled: bool
    schema: str


@dataclass
class Module:
    """One file: its kinds, its structs, and the code written so far."""

    name: str
    kinds: list[KindInfo] = field(default_factory=list)
    structs: list[str] = field(default_factory=list)

    @property
    def names(self) -> list[str]:
        return sorted([kind.kind for kind in self.kinds] + [short(name) for name in self.structs])


class Source:
    """All bundled documents as one: schemas by name, and where each of them is written to."""

    def __init__(self) -> None:
        self.schemas: dict[str, Node] = {}
        for api_version in GROUP_VERSIONS:
            document = _read(SERVED / "openapi" / data_name(api_version))
            self.schemas |= document["components"]["schemas"]
        self.kinds = list(self._kinds(_read(SERVED / "discovery.json.gz")))

    def _kinds(self, discovery: Node) -> Iterator[KindInfo]:
        by_gvk = {
            (gvk["group"], gvk["version"], gvk["kind"]): name
            for name, schema in self.schemas.items()
            for gvk in schema.get("x-kubernetes-group-version-kind", ())
        }
        for api_version in GROUP_VERSIONS:
            group, version = split_api_version(api_version)
            listed = discovery[f"/apis/{api_version}" if group else f"/api/{api_version}"]["resources"]
            scaled = {r["name"].partition("/")[0] for r in listed if r["name"].endswith("/scale")}
            for resource in listed:
                kind, plural = resource["kind"], resource["name"]
                if "/" in plural or kind in LEFT_OUT:
                    continue
                where = PODS if not group and kind in POD_KINDS else group.partition(".")[0] or "core"
                schema = by_gvk[group, version, kind]
                yield KindInfo(
                    where, group, version, kind, plural, resource["namespaced"], plural in scaled, schema
                )

    @cached_property
    def modules(self) -> dict[str, Module]:
        """Every struct in the module of its group; in core what is needed without pods, in pods the rest."""
        made = {kind.module: Module(kind.module) for kind in self.kinds}
        without_pods = self.reachable(k for k in self.kinds if k.module not in (PODS, "apps", "batch"))
        for kind in self.kinds:
            made[kind.module].kinds.append(kind)
        for name in self.reachable(self.kinds):
            made[_home(name, name in without_pods)].structs.append(name)
        for module in made.values():
            module.structs = self.in_order(module.structs)
        return made

    def reachable(self, kinds: Iterable[KindInfo]) -> set[str]:
        """The structs that these kinds are made of."""
        found: set[str] = set()
        waiting = [ref for kind in kinds for ref in self.parts_of(kind)]
        while waiting:
            name = waiting.pop()
            if name not in found:
                found.add(name)
                waiting += references(self.schemas[name])
        return found

    def parts_of(self, kind: KindInfo) -> list[str]:
        properties = self.schemas[kind.schema]["properties"]
        return [ref for name, node in properties.items() if name != "metadata" for ref in references(node)]

    def in_order(self, names: Iterable[str]) -> list[str]:
        """Parts before the whole, since a struct's default may be another struct."""
        wanted, done = set(names), dict[str, None]()

        def visit(name: str, above: tuple[str, ...]) -> None:
            if name in done or name in above:
                return
            for ref in sorted(references(self.schemas[name])):
                visit(ref, (*above, name))
            done[name] = None

        for name in sorted(wanted):
            visit(name, ())
        return [name for name in done if name in wanted]

    @cached_property
    def specs(self) -> set[str]:
        return {ref for kind in self.kinds if (ref := self._part(kind, "spec"))}

    @cached_property
    def statuses(self) -> set[str]:
        return {ref for kind in self.kinds if (ref := self._part(kind, "status"))}

    @cached_property
    def conditions(self) -> set[str]:
        """What stands in the `conditions` of a status."""
        lists = (self.schemas[status]["properties"].get("conditions", {}) for status in self.statuses)
        return {ref for node in lists for ref in references(node)}

    def _part(self, kind: KindInfo, name: str) -> str | None:
        return next(iter(references(self.schemas[kind.schema]["properties"].get(name, {}))), None)


def _read(path: Path) -> Any:
    return msgspec.json.decode(gzip.decompress(path.read_bytes()))


def _home(schema: str, without_pods: bool) -> str:
    if schema.startswith(("io.k8s.api.core.", META)):
        return "core" if without_pods else PODS
    return schema.split(".")[-3].removesuffix("-apiserver")


def short(schema: str) -> str:
    """`io.k8s.api.core.v1.Container` is `Container`."""
    return schema.rpartition(".")[2]


def references(node: Any) -> list[str]:
    """The structs that a node speaks of, itself not counted."""
    if isinstance(node, list):
        return [ref for item in node for ref in references(item)]
    if not isinstance(node, dict):
        return []
    ref = node.get("$ref")
    if isinstance(ref, str):
        name = RENAMED.get(ref.removeprefix(REF), ref.removeprefix(REF))
        return [] if name in INSTEAD else [name]
    return [ref for key, value in node.items() if key != "default" for ref in references(value)]


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
    ref = _reference(node)
    return None if ref is None else INSTEAD.get(ref) or short(RENAMED.get(ref, ref))


def _reference(node: Node) -> str | None:
    several = node.get("allOf") or ()
    ref = several[0].get("$ref") if len(several) == 1 else node.get("$ref")
    return ref.removeprefix(REF) if isinstance(ref, str) else None


def default_of(type_: str, node: Node) -> str | None:
    """What an absent field reads as; None where that is None."""
    if type_.startswith("Sequence["):
        return "()"
    if type_.startswith("Mapping["):
        return "{}"
    always_there = "default" in node
    if always_there and type_ in ZEROS:
        return ZEROS[type_]
    is_struct = _reference(node) is not None and _reference(node) not in INSTEAD
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
