"""Samples: objects from files, applied as a user would."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from mendloop.errors import OperatorError, classify
from mendloop.kube.client import Client, Ref
from mendloop.kube.discovery import Discovery

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_ENDINGS = (".yaml", ".yml", ".json")
MANAGER = "mendloop-dev"


def sample_files(stated: Path | None, folder: Path) -> list[Path]:
    """The files: those stated, else in `samples/` or named `*.sample.yaml` beside the operator."""
    place = stated or folder / "samples"
    if place.is_file():
        return [place]
    found = sorted(file for file in place.glob("*") if file.suffix in _ENDINGS)
    return found if stated or found else sorted(folder.glob("*.sample.yaml"))


class Samples:
    """Applies sample files, each again when it changes. What is wrong with one is told, and others go on."""

    def __init__(self, client: Client, say: Callable[[str], None], stated: Path | None, folder: Path) -> None:
        self._client, self._say = client, say
        self._stated, self._folder = stated, folder
        self._applied: dict[Path, int] = {}

    async def apply(self, *, again: bool = False) -> None:
        """Applies what is new or changed; with `again`, everything."""
        discovery = Discovery(self._client)
        for file in sample_files(self._stated, self._folder):
            time = file.stat().st_mtime_ns
            if again or self._applied.get(file) != time:
                self._applied[file] = time
                await self._apply_file(file, discovery)

    async def _apply_file(self, file: Path, discovery: Discovery) -> None:
        try:
            for manifest in _manifests(file):
                await self._apply_one(manifest, discovery)
        except (yaml.YAMLError, ValueError) as error:
            self._say(f"sample {file.name}: {' '.join(str(error).split())}")
        except (OperatorError, OSError) as error:
            self._say(f"sample {file.name}: {classify(error).message}")

    async def _apply_one(self, manifest: dict[str, Any], discovery: Discovery) -> None:
        gvk, metadata = f"{manifest['apiVersion']}/{manifest['kind']}", dict(manifest.get("metadata") or {})
        kind = await discovery.kind(gvk)
        if kind.namespaced:
            metadata.setdefault("namespace", "default")
        ref = Ref(kind, metadata.get("namespace", ""), str(metadata["name"]))
        answer = await self._client.apply(
            ref, {**manifest, "metadata": metadata}, manager=MANAGER, force=True
        )
        self._say(f"sample {kind.kind} {ref.name} {'created' if answer.status == 201 else 'applied'}")


def _manifests(file: Path) -> Iterator[dict[str, Any]]:
    """Errors: `ValueError` for a document that is no object; `yaml.YAMLError`."""
    for document in yaml.load_all(file.read_text(encoding="utf-8"), _LOADER):
        if document is None:
            continue
        items = document.get("items") if isinstance(document, Mapping) and "items" in document else [document]
        for one in items or ():
            if not isinstance(one, dict) or not {"apiVersion", "kind"} <= one.keys():
                raise ValueError("a document has no apiVersion or kind")
            if not isinstance(one.get("metadata"), dict) or not one["metadata"].get("name"):
                raise ValueError(f"{one['kind']} has no metadata.name")
            yield one
