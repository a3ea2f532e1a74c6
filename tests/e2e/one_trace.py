"""Runs one seeded story and prints what the operator asked, line by line; a process of its own a run."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from stage import Stage

from mendloop import Absent, Child, Context, Manifests, Operator, Resource, Spec
from mendloop.aio.virtual import run
from mendloop.controlplane import ControlPlane
from mendloop.k8s import ConfigMap, Secret


class TreeSpec(Spec):
    leaves: int = 3


class Tree(Resource[TreeSpec], group="trace.example.com", version="v1"):
    """Has leaves, and all trees read one Secret."""


op = Operator("trace.example.com")


@op.desired(Tree, owns=[ConfigMap], reads=[Secret])
def desired(tree: Tree, ctx: Context) -> Manifests:
    sun = ctx.get(Secret, "sun")
    light = sun.version if sun is not None else "dark"
    root = Child(config_map(f"{tree.name}-root", light))
    yield root
    for leaf in range(tree.spec.leaves):
        yield Child(config_map(f"{tree.name}-{leaf}", light), after=[root])
    if tree.spec.leaves == 0:
        yield Absent(ConfigMap, f"{tree.name}-kept")


def config_map(name: str, light: str) -> dict[str, object]:
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": {"light": light}}


async def story() -> Stage:
    plane = ControlPlane(seed=0)
    async with plane.running():
        stage = Stage(plane.transport(), "default", real=False)
        await stage.install(Tree)
        stage.plan.fail("apply", kind="ConfigMap", status=500, times=4)
        stage.plan.fail("patch", kind="Tree", subresource="status", status=409, times=3)
        async with stage.run(op) as one:
            for number in range(6):
                await stage.create(Tree, f"t{number}", spec={})
            await stage.settled(one)
            await stage.create(Secret, "sun")  # wakes all that read it, at once
            await stage.settled(one, quiet_s=2.0)
            await stage.patch(Tree, "t1", {"spec": {"leaves": 0}})
            await stage.delete(ConfigMap, "t2-0")
            await stage.delete(Tree, "t3")
            await stage.settled(one, quiet_s=2.0)
        return stage


if __name__ == "__main__":
    for sent in run(story()).recorder.sent:
        print(sent.method, sent.path, sorted(sent.query.items()), sent.status, (sent.body or b"").decode())
    asyncio.set_event_loop(None)
