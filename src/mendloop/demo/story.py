"""The acts: what is done to the databases and to the operator, one after another."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

from mendloop.chaos import Delay, Hang, Kill, text_answer
from mendloop.demo.database import Database, DatabaseSpec
from mendloop.demo.judge import Judge
from mendloop.demo.stage import NAMESPACE, Stage
from mendloop.k8s import ConfigMap, Secret, Service, StatefulSet

SPOILT = {"data": {"database.conf": "max_connections = 1"}}


@dataclass(slots=True)
class Scene:
    """What an act is played with."""

    stage: Stage
    judge: Judge
    rng: Random
    say: Callable[[str], None]
    names: tuple[str, ...]
    act: str = ""
    broken_promises: list[str] = field(default_factory=list)
    suspects: set[str] = field(default_factory=set)  # kinds whose watch is silent by our doing
    struck: int = 0  # faults that no plan counts

    def some(self, share: float, *, least: int = 1) -> list[str]:
        """So many of the databases, by chance."""
        return self.rng.sample(self.names, min(len(self.names), max(least, round(share * len(self.names)))))

    async def hurt(self, name: str, what: str, harm: Awaitable[None]) -> None:
        """Does something to one database; from now on the judge waits for it to be whole."""
        if not any((one.act, one.what) == (self.act, what) for one in self.judge.wounds):
            self.say(f"{name}: {what}")
        self.judge.wound(self.act, name, what)
        await harm

    async def spoil(self, names: Sequence[str]) -> None:
        """Edits the configuration of these by hand."""
        for name in names:
            edit = self.stage.edit(ConfigMap, f"{name}-config", SPOILT)
            await self.hurt(name, "configuration edited by hand", edit)

    def take_struck(self) -> int:
        """How many faults there were beside the plan's, since this was last asked."""
        struck, self.struck = self.struck, 0
        return struck

    async def pause(self, seconds: float) -> None:
        await asyncio.sleep(self.stage.options.seconds(seconds))

    async def until(self, holds: Callable[[], bool]) -> bool:
        """Waits with a limit that only a broken promise exceeds; whether it came to hold."""
        return await self.judge.until(holds, self.stage.options.seconds(10.0))


@dataclass(frozen=True, slots=True)
class Act:
    """One act; `play` injects, and returns when all is injected. `limit_s` bounds the healing."""

    title: str
    about: str
    play: Callable[[Scene], Awaitable[None]]
    limit_s: float = 30.0


async def _create(scene: Scene) -> None:
    late = set(scene.some(0.1))
    for name in scene.names:
        if name not in late:
            await scene.stage.password(name, scene.rng)
    for number, name in enumerate(scene.names):
        scene.judge.wound(scene.act, name, "created")
        await scene.stage.create(_database(name, number))
    await scene.pause(1.5)
    scene.say(f"the passwords of {', '.join(sorted(late))} arrive only now")
    for name in sorted(late):
        await scene.stage.password(name, scene.rng)


def _database(name: str, number: int) -> Database:
    engine, version = (("postgres", "17"), ("mysql", "8.4"), ("postgres", "16"))[number % 3]
    spec = {"engine": engine, "version": version, "replicas": 3 if number % 10 == 0 else 1}
    return Database(name, namespace=NAMESPACE, spec=DatabaseSpec(**spec))  # type: ignore[arg-type]


async def _by_hand(scene: Scene) -> None:
    stage, victims = scene.stage, scene.some(0.3, least=4)
    for number, name in enumerate(victims):
        match number % 4:
            case 0:
                harm, what = stage.delete(Service, name), "Service deleted"
            case 1:
                harm, what = stage.delete(Secret, f"{name}-connection"), "connection Secret deleted"
            case 2:
                harm = stage.edit(StatefulSet, name, {"spec": {"replicas": 0}})
                what = "StatefulSet scaled to 0"
            case _:
                harm = stage.edit(ConfigMap, f"{name}-config", SPOILT)
                what = "configuration edited by hand"
        await scene.hurt(name, what, harm)


async def _invalid(scene: Scene) -> None:
    victims = scene.some(0.06)
    before = {name: scene.judge.entry("StatefulSet", name) for name in victims}
    versions = {name: _spec(scene, name)["version"] for name in victims}
    for name in victims:
        await scene.stage.edit(Database, name, {"spec": {"version": "latest", "replicas": 2}})
    if not await scene.until(lambda: all(scene.judge.state(name) == "stalled" for name in victims)):
        scene.broken_promises.append("an invalid spec was not reported as Stalled")
    await scene.pause(1.0)
    if before != {name: scene.judge.entry("StatefulSet", name) for name in victims}:
        scene.broken_promises.append("children changed while the spec was invalid")
    scene.say(
        f"the specs of {', '.join(victims)} are corrected; until now their children stayed as they were"
    )
    for name in victims:
        fields = {"spec": {"version": versions[name], "replicas": 3}}
        await scene.hurt(name, "invalid spec corrected", scene.stage.edit(Database, name, fields))


def _spec(scene: Scene, name: str) -> dict[str, Any]:
    entry = scene.judge.entry("Database", name)
    assert entry is not None
    spec: dict[str, Any] = entry.decoded()["spec"]
    return spec


async def _conflicts(scene: Scene) -> None:
    stage, chosen = scene.stage, scene.some(0.24, least=2)
    victims, others = chosen[::2], chosen[1::2]
    # What the operator writes next of these is under way for a moment, and another hand is faster: what
    # the server answers then is its own 409.
    under_way = Delay(stage.options.seconds(0.5))
    for name in victims:
        stage.plan.add(under_way, "patch", kind="Database", name=name, subresource="status")
        replicas = 1 if _spec(scene, name).get("replicas", 1) == 3 else 3
        edit = stage.edit(Database, name, {"spec": {"replicas": replicas}})
        await scene.hurt(name, "scaled by its user", edit)
    await scene.pause(0.3)
    for name in victims:
        await stage.edit(Database, name, {"metadata": {"annotations": {"example.com/seen": "yes"}}})
    for name in others:
        stage.plan.fail("apply", kind="ConfigMap", name=f"{name}-config", status=409, times=2)
    await scene.spoil(others)


async def _failures(scene: Scene) -> None:
    plan, deleted = scene.stage.plan, scene.some(0.1, least=2)
    changed = "etcdserver: leader changed"
    outage = plan.fail("apply", kind="ConfigMap", status=500, times=None, message=changed)
    overloaded = text_answer(429, "Too many requests", retry_after_s=2)
    plan.add(overloaded, "apply", kind="Service", times=len(deleted))
    await scene.spoil(scene.some(0.2, least=2))
    for name in deleted:
        await scene.hurt(name, "Service deleted", scene.stage.delete(Service, f"{name}-members"))
    await scene.pause(3.0)
    plan.remove(outage)
    scene.say("the API server can write ConfigMaps again")


async def _silence(scene: Scene) -> None:
    first, *others = scene.some(0.18, least=3)
    await scene.spoil([first])  # its news resets the clock that would find a watch dead
    await scene.until(lambda: not scene.judge.open(scene.act))
    scene.suspects.add(ConfigMap.KIND.gvk)
    scene.struck = scene.stage.wire.silence({ConfigMap.KIND.plural})
    scene.say(f"{scene.struck} watch of ConfigMaps is dead now, and nobody tells")
    await scene.spoil(others)


async def _hang(scene: Scene) -> None:
    victims = scene.some(0.18, least=3)
    hung, others = victims[: len(victims) // 3], victims[len(victims) // 3 :]
    for name in hung:
        scene.stage.plan.add(Hang(), "apply", kind="ConfigMap", name=f"{name}-config")
    await scene.spoil(hung)
    await scene.pause(0.3)
    scene.say(f"{', '.join(hung)}: their calls hang; the others go on")
    await scene.spoil(others)


async def _kill(scene: Scene) -> None:
    stage, victims = scene.stage, scene.some(0.16)
    stage.plan.add(Kill(after=True), "apply", kind="apps/StatefulSet")
    for name in victims:
        harm = stage.edit(StatefulSet, name, {"spec": {"replicas": 5}})
        await scene.hurt(name, "StatefulSet scaled by hand", harm)
    if not await stage.until_killed(stage.options.seconds(10.0)):
        scene.broken_promises.append("the operator was not killed: no write came")
        return
    scene.say("the operator is dead: its last write was committed, and it never heard of it")
    for name in scene.some(0.1):
        await scene.hurt(name, "Service deleted while nobody looked", stage.delete(Service, name))
    await scene.pause(1.0)
    await stage.start()
    scene.say("the operator has started again")


ACTS = (
    Act("create", "databases are created; some of their passwords come late", _create),
    Act("by hand", "children are deleted and edited by hand", _by_hand),
    Act("invalid", "specs are made invalid, and corrected", _invalid),
    Act("conflicts", "others write between the operator's read and its write: 409", _conflicts),
    Act("500 and 429", "the API server answers 500, and 429 with Retry-After", _failures),
    Act("silence", "a watch dies without a word while objects are edited", _silence),
    Act("hang", "calls never answer: passes hang until their deadline", _hang),
    Act("kill", "the operator is killed in the middle of a write, and starts again", _kill),
)
