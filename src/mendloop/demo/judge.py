"""Who decides whether a database is whole: an administrator's own view, not the operator's word.

A database is whole when it says that it is ready at its generation, and when each of its children has what
`desired` wishes. What was done to it is a wound, open until it is whole again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from mendloop.cache.entry import Change, Entry
from mendloop.cache.informers import Caches
from mendloop.cache.store import Store
from mendloop.demo.database import Database, op
from mendloop.k8s import ConfigMap, Secret, Service, StatefulSet
from mendloop.model.kinds import Key
from mendloop.model.readiness import conditions
from mendloop.testing import render

Manifest = Mapping[str, Any]


@dataclass(slots=True, kw_only=True)
class Wound:
    """Something that was done to one database; times are on the loop's clock."""

    act: str
    database: str
    what: str
    at_s: float
    seen: bool = False  # the damage has been seen: only then can it be seen to be gone
    healed_s: float | None = None


@dataclass(slots=True)
class Judge:
    """Follows every database and child through an informer of its own, past all faults."""

    caches: Caches
    wounds: list[Wound] = field(default_factory=list)
    _stores: dict[str, Store] = field(default_factory=dict)
    _owner: dict[Key, str] = field(default_factory=dict)  # child to database
    _wishes: dict[tuple[str, int, int], tuple[Manifest, ...]] = field(default_factory=dict)
    _changed: asyncio.Event = field(default_factory=asyncio.Event)

    def follow(self) -> None:
        """Begins to look; the caches may be running already or be started later."""
        for kind in (Database, StatefulSet, Service, ConfigMap, Secret):
            store = self._stores[kind.KIND.kind] = self.caches.informer(kind.KIND).store
            store.subscribe(self._hear)

    def wound(self, act: str, database: str, what: str) -> Wound:
        """Notes that something is being done to a database now."""
        made = Wound(act=act, database=database, what=what, at_s=self._now())
        self.wounds.append(made)
        self._look(database)
        return made

    def open(self, act: str | None = None) -> list[Wound]:
        """Wounds that are not healed yet, of one act where named."""
        return [one for one in self.wounds if one.healed_s is None and act in (None, one.act)]

    async def until(self, holds: Callable[[], bool], within_s: float) -> bool:
        """Returns once something holds, or the time is over; whether it holds."""
        try:
            async with asyncio.timeout(within_s):
                while not holds():
                    self._changed.clear()
                    await self._changed.wait()
        except TimeoutError:
            pass
        return holds()

    async def until_healed(self, act: str, within_s: float) -> bool:
        """Returns once every wound of an act is healed, or the time is over; whether all are healed."""
        return await self.until(lambda: not self.open(act), within_s)

    def entry(self, kind: str, name: str) -> Entry | None:
        """A database or child as it is now."""
        return self._stores[kind].peek("default", name)

    def state(self, database: str) -> str:
        """In one word: absent, new, ready, waiting, reconciling or stalled."""
        entry = self.entry("Database", database)
        if entry is None:
            return "absent"
        held = conditions(entry.decoded())
        if not held:
            return "new"
        if held.get("Stalled", {}).get("status") == "True":
            return "stalled"
        if held.get("Ready", {}).get("status") == "True":
            return "ready"
        return "reconciling" if held.get("Reconciling", {}).get("status") == "True" else "waiting"

    def missing(self, database: str) -> str:
        """What a database lacks to be whole, in words; empty where it is."""
        entry = self.entry("Database", database)
        if entry is None:
            return "it is not there"
        for wished in self._wished(entry):
            name = wished["metadata"]["name"]
            child = self.entry(wished["kind"], name)
            if child is None:
                return f"{wished['kind']} {name} is not there"
            if path := _differs(wished, child.decoded(), ""):
                return f"{wished['kind']} {name} differs at {path}"
        ready = conditions(entry.decoded()).get("Ready", {})
        if ready.get("status") != "True" or ready.get("observedGeneration") != entry.generation:
            return f"it is not ready: {ready.get('reason', 'it says nothing')}"
        return ""

    def _wished(self, entry: Entry) -> tuple[Manifest, ...]:
        password = self.entry("Secret", f"{entry.name}-password")
        key = (entry.uid, entry.generation, password.version if password else 0)
        if key not in self._wishes:
            world = [Secret.from_raw(password.raw)] if password else []
            self._wishes[key] = render(op, Database.from_raw(entry.raw), world=world).manifests
            for wished in self._wishes[key]:
                kind = self._stores[wished["kind"]].kind
                self._owner[kind.key("default", wished["metadata"]["name"])] = entry.name
        return self._wishes[key]

    def _hear(self, change: Change) -> None:
        entry = change.entry
        own = entry.kind == Database.KIND.id
        name = entry.name if own else self._owner.get(entry.key, entry.name.removesuffix("-password"))
        self._look(name)
        self._changed.set()

    def _look(self, database: str) -> None:
        wounds = [one for one in self.wounds if one.database == database and one.healed_s is None]
        if not wounds:
            return
        missing = self.missing(database)
        for one in wounds:
            if missing:
                one.seen = True
            elif one.seen:
                one.healed_s = self._now()

    def _now(self) -> float:
        return asyncio.get_running_loop().time()


def _differs(wished: Any, found: Any, path: str) -> str:
    """The first path at which something wished is not found; what is found beyond it does not count."""
    if isinstance(wished, Mapping):
        if not isinstance(found, Mapping):
            return path or "."
        sides = ((f"{path}.{name}", value, found.get(name)) for name, value in wished.items())
    elif isinstance(wished, list):
        if not isinstance(found, list) or len(found) != len(wished):
            return path
        sides = ((f"{path}[{n}]", *pair) for n, pair in enumerate(zip(wished, found, strict=True)))
    else:
        return "" if wished == found else path
    return next((at for here, want, have in sides if (at := _differs(want, have, here))), "")
