"""Endpoints, EndpointSlices and volume claims: the small answers that workloads wait for."""

from __future__ import annotations

from collections.abc import Iterable

from mendloop.controlplane.controllers.api import Seen, Verbs, View
from mendloop.controlplane.controllers.loop import Target
from mendloop.controlplane.controllers.pods_of import (
    CLAIM,
    POD,
    SERVICE,
    controller_reference,
    is_ready,
    template_hash,
)
from mendloop.controlplane.store import Change
from mendloop.controlplane.wire import Object
from mendloop.model.kinds import Kind

ENDPOINTS = Kind("", "v1", "Endpoints", "endpoints")
SLICE = Kind("discovery.k8s.io", "v1", "EndpointSlice", "endpointslices")


class Endpoints:
    """The addresses of the ready pods behind each Service that has a selector."""

    name = "endpoints"

    def __init__(self, view: View, verbs: Verbs) -> None:
        self._view = view
        self._verbs = verbs

    def concerns(self, seen: Seen, change: Change) -> Iterable[Target]:
        namespace = seen.stored.namespace
        if seen.kind in (SERVICE, ENDPOINTS):
            yield Target(namespace, seen.stored.name)
        elif seen.kind == POD:
            for stored in self._view.in_namespace(SERVICE, namespace):
                selector = stored.object()["spec"].get("selector") or {}
                if selector and selector.items() <= seen.stored.labels.items():
                    yield Target(namespace, stored.name)

    def look(self, target: Target, now: float) -> float | None:
        service = self._view.get(SERVICE, target.namespace, target.name)
        old = self._view.get(ENDPOINTS, target.namespace, target.name)
        if service is None or service.deleting:
            # Slices are owned and collected; Endpoints carry no owner, so they are deleted here.
            if old is not None and service is None:
                self._verbs.delete(old)
            return None
        obj = service.object()
        selector = obj["spec"].get("selector") or {}
        if not selector or obj["spec"].get("type") == "ExternalName":
            return None
        found = self._view.in_namespace(POD, target.namespace)
        pods = [each.object() for each in found if selector.items() <= each.labels.items()]
        pods = [pod for pod in pods if (pod.get("status") or {}).get("podIP")]
        self._write_endpoints(obj, old, pods)
        self._write_slice(obj, pods)
        return None

    def _write_endpoints(self, service: Object, old: Seen | None, pods: list[Object]) -> None:
        ready = [_address(pod) for pod in pods if is_ready(pod)]
        other = [_address(pod) for pod in pods if not is_ready(pod)]
        subset: Object = {"ports": _ports(service)}
        subset |= {key: value for key, value in (("addresses", ready), ("notReadyAddresses", other)) if value}
        subsets = [subset] if pods else []
        if old is None:
            metadata = {key: service["metadata"][key] for key in ("name", "namespace")}
            if labels := service["metadata"].get("labels"):
                metadata["labels"] = labels
            endpoints = {"apiVersion": "v1", "kind": "Endpoints", "metadata": metadata, "subsets": subsets}
            self._verbs.create(ENDPOINTS, endpoints)
        elif (obj := old.object()).get("subsets", []) != subsets:
            self._verbs.update(ENDPOINTS, {**obj, "subsets": subsets})

    def _write_slice(self, service: Object, pods: list[Object]) -> None:
        namespace, name = service["metadata"]["namespace"], service["metadata"]["name"]
        endpoints = [_endpoint(pod) for pod in pods]
        content = {"addressType": "IPv4", "endpoints": endpoints, "ports": _ports(service)}
        full_name = f"{name}-{template_hash(name)[:5]}"
        old = self._view.get(SLICE, namespace, full_name)
        if old is not None:
            obj = old.object()
            if any(obj.get(key) != value for key, value in content.items()):
                self._verbs.update(SLICE, {**obj, **content})
            return
        labels = {
            **(service["metadata"].get("labels") or {}),
            "kubernetes.io/service-name": name,
            "endpointslice.kubernetes.io/managed-by": "endpointslice-controller.k8s.io",
        }
        metadata = {"name": full_name, "namespace": namespace, "labels": labels}
        metadata["ownerReferences"] = [controller_reference(SERVICE, service)]
        document = {"apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice", "metadata": metadata}
        self._verbs.create(SLICE, {**document, **content})


class Claims:
    """Binds every volume claim at once, to a volume that exists by name only."""

    name = "persistentvolume-binder"

    def __init__(self, view: View, verbs: Verbs) -> None:
        self._view = view
        self._verbs = verbs

    def concerns(self, seen: Seen, change: Change) -> Iterable[Target]:
        if seen.kind == CLAIM:
            yield Target(seen.stored.namespace, seen.stored.name)

    def look(self, target: Target, now: float) -> float | None:
        seen = self._view.get(CLAIM, target.namespace, target.name)
        if seen is None or seen.deleting:
            return None
        obj = seen.object()
        asked = ((obj["spec"].get("resources") or {}).get("requests")) or {}
        if not obj["spec"].get("volumeName"):
            self._verbs.patch(seen, {"spec": {"volumeName": f"pvc-{seen.uid}"}})
            return None
        status = {"phase": "Bound", "accessModes": obj["spec"].get("accessModes") or [], "capacity": asked}
        if (obj.get("status") or {}) != status:
            self._verbs.update(CLAIM, {**obj, "status": status}, "status")
        return None


def _ports(service: Object) -> list[Object]:
    ports = []
    for each in service["spec"].get("ports") or []:
        target = each.get("targetPort", each["port"])
        port = {"port": target if isinstance(target, int) and target else each["port"]}
        # Both kinds name a port, the empty name included for a single one only by the slice; left out here.
        if each.get("name"):
            port["name"] = each["name"]
        ports.append({**port, "protocol": each.get("protocol", "TCP")})
    return ports


def _reference(pod: Object) -> Object:
    metadata = pod["metadata"]
    return {
        "kind": "Pod",
        "namespace": metadata["namespace"],
        "name": metadata["name"],
        "uid": metadata["uid"],
    }


def _address(pod: Object) -> Object:
    return {"ip": pod["status"]["podIP"], "targetRef": _reference(pod)}


def _endpoint(pod: Object) -> Object:
    ready, going = is_ready(pod), bool(pod["metadata"].get("deletionTimestamp"))
    conditions = {"ready": ready and not going, "serving": ready, "terminating": going}
    return {"addresses": [pod["status"]["podIP"]], "conditions": conditions, "targetRef": _reference(pod)}
