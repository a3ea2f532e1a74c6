"""Where there are no nodes nobody starts pods: this marks them ready, as a kubelet would report it."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any

from mendloop.cache.entry import Change
from mendloop.cache.informers import Caches
from mendloop.controlplane.controllers.nodes import started
from mendloop.errors import ApiError
from mendloop.k8s import Pod
from mendloop.kube.client import Client, Ref
from mendloop.model.kinds import Key


class Kubelet:
    """Reports every new pod as running and ready; no container is behind it."""

    def __init__(self, client: Client, caches: Caches) -> None:
        self._client = client
        self._fresh: asyncio.Queue[Key] = asyncio.Queue()
        self._store = caches.informer(Pod.KIND).store
        self._store.subscribe(self._hear)

    async def run(self) -> None:
        """Works until cancelled."""
        while True:
            key = await self._fresh.get()
            entry = self._store.peek(key.namespace, key.name)
            if entry is None:
                continue
            obj = entry.decoded()
            if not (obj.get("status") or {}).get("startTime"):
                await self._start(key, obj)

    async def _start(self, key: Key, obj: dict[str, Any]) -> None:
        now = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        body = {"metadata": {"uid": obj["metadata"]["uid"]}, "status": started(obj, now)}
        try:
            await self._client.merge_patch(Ref(Pod.KIND, key.namespace, key.name, "status"), body)
        except ApiError as error:
            if error.status not in (404, 409):  # it went meanwhile, or another took its name
                raise

    def _hear(self, change: Change) -> None:
        if change.old is None and change.new is not None:
            self._fresh.put_nowait(change.new.key)
