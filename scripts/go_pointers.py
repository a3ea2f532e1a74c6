"""Which fields of Kubernetes' Go types are pointers, read from the types' source.

OpenAPI does not tell: a pointer's zero is stored (`automountServiceAccountToken: false`), any other zero is
left out (`hostNetwork: false`). Usage: `python scripts/go_pointers.py GOMODCACHE/k8s.io OUT.json.gz`, with
the modules api, apimachinery, apiextensions-apiserver and kube-aggregator in the one version that is bundled.
"""

from __future__ import annotations

import gzip
import json
import re
import sys
from pathlib import Path

MODULES = ("api", "apimachinery", "apiextensions-apiserver", "kube-aggregator")
STRUCT = re.compile(r"^type (\w+) struct \{\n(.*?)^\}", re.M | re.S)
FIELD = re.compile(r"^\t(?:(\w+)\s+)?(\*?[\w.\[\]*]+)\s+`[^`]*json:\"([^\",]*)(,[^\"]*)?\"", re.M)


def structs(root: Path) -> dict[str, dict[str, tuple[str, str]]]:
    """Per definition name, the JSON name of each field with its Go type; inlined ones under their type."""
    found: dict[str, dict[str, tuple[str, str]]] = {}
    for module in MODULES:
        (home,) = root.glob(f"{module}@*")
        for file in home.rglob("types*.go"):
            package = ".".join(("io", "k8s", module, *file.parent.relative_to(home).parts))
            for name, body in STRUCT.findall(file.read_text()):
                fields = {}
                for go_name, go_type, json_name, options in FIELD.findall(body):
                    inlined = "inline" in options or (not go_name and not json_name)
                    fields[json_name or f"<{go_type}>"] = (go_type, "inline" if inlined else "")
                found[f"{package}.{name}"] = fields
    return found


def pointers(found: dict[str, dict[str, tuple[str, str]]], name: str) -> set[str]:
    """The pointer fields of one type, those of inlined types included."""
    held = set()
    for json_name, (go_type, how) in found[name].items():
        if how == "inline":
            inner = f"{name.rpartition('.')[0]}.{go_type.lstrip('*')}"
            held |= pointers(found, inner) if inner in found else set()
        elif go_type.startswith("*"):
            held.add(json_name)
    return held


def main(root: str, out: str) -> None:
    """Write the table, sorted, so that the same source gives the same bytes."""
    found = structs(Path(root))
    table = {name: sorted(held) for name in sorted(found) if (held := pointers(found, name))}
    text = json.dumps(table, separators=(",", ":")).encode()
    Path(out).write_bytes(gzip.compress(text, 9, mtime=0))
    print(f"{len(table)} types, {sum(map(len, table.values()))} pointer fields")


if __name__ == "__main__":
    main(*sys.argv[1:])
