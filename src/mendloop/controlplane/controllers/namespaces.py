"""Namespaces that go: what they hold is deleted before them, pods first.

Source: kubernetes pkg/controller/namespace/deletion.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable

from mendloop.controlplane.controllers.api import Plane, Refused, Seen, Verbs, View
from mendloop.controlplane.controllers.loop import Target
from mendloop.controlplane.controllers.pods_of import POD
from mendloop.controlplane.store import Change
from mendloop.controlplane.wire import Object
from mendloop.model.kinds import Kind

NAMESPACE = Kind("", "v1", "Namespace", "namespaces", namespaced=False)
SERVICE_ACCOUNT = Kind("", "v1", "ServiceAccount", "serviceaccounts")


class Namespaces:
    """Empties a namespace that is being deleted, says what it waits for, and lets it go."""

    name = "namespace"

    def __init__(self, plane: Plane, view: View, verbs: Verbs, timestamp: Callable[[], str]) -> None:
        self._kinds = plane.kinds
        self._view = view
        self._verbs = verbs
        self._timestamp = timestamp

    def concerns(self, seen: Seen, change: Change) -> Iterable[Target]:
        if seen.kind == NAMESPACE:
            yield Target("", seen.stored.name)
        elif seen.stored.namespace:
            namespace = self._view.get(NAMESPACE, "", seen.stored.namespace)
            if namespace is not None and namespace.deleting:
                yield Target("", seen.stored.namespace)

    def look(self, target: Target, now: float) -> float | None:
        seen = self._view.get(NAMESPACE, "", target.name)
        if seen is None:
            return None
        if not seen.deleting:
            self._furnish(target.name)
            return None
        refused = self._empty(target.name)
        left = self._content(target.name)
        seen = self._view.get(NAMESPACE, "", target.name)
        if seen is None:
            return None
        obj = seen.object()
        status = {**(obj.get("status") or {}), "phase": "Terminating"}
        known = {each["type"]: each for each in status.get("conditions") or []}
        status["conditions"] = [
            _stamped(each, known, self._timestamp()) for each in _conditions(left, refused)
        ]
        if status != obj.get("status"):
            obj = self._verbs.update(NAMESPACE, {**obj, "status": status}, "status")
        if not left and "kubernetes" in (obj["spec"].get("finalizers") or []):
            kept = [each for each in obj["spec"]["finalizers"] if each != "kubernetes"]
            self._verbs.finalize_namespace({**obj, "spec": {**obj["spec"], "finalizers": kept}})
        return None

    def _furnish(self, namespace: str) -> None:
        """Every namespace has a ServiceAccount `default`, which pods without another one use."""
        if self._view.get(SERVICE_ACCOUNT, namespace, "default") is None:
            metadata = {"name": "default", "namespace": namespace}
            account = {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": metadata}
            self._verbs.create(SERVICE_ACCOUNT, account)

    def _empty(self, namespace: str) -> str:
        """Deletes what is left; pods go before what they may need. Gives what could not be deleted."""
        pods = [each for each in self._content(namespace) if each.kind == POD]
        problems = []
        for seen in pods or self._content(namespace):
            if not seen.deleting:
                try:
                    self._verbs.delete(seen)
                except Refused as refused:
                    problems.append(refused.message)
        return "; ".join(problems)

    def _content(self, namespace: str) -> list[Seen]:
        found: list[Seen] = []
        for kind in self._kinds():
            if kind.namespaced:
                stored = self._view.in_namespace(kind, namespace)
                found += [seen for each in stored if (seen := self._view.by_uid(each.uid)) is not None]
        return found


def _conditions(left: list[Seen], refused: str) -> list[Object]:
    counts = Counter(_resource(seen.kind) for seen in left)
    remaining = ", ".join(f"{name} has {count} resource instances" for name, count in sorted(counts.items()))
    finalizers = Counter(each for seen in left for each in seen.finalizers)
    held = ", ".join(f"{name} in {count} resource instances" for name, count in sorted(finalizers.items()))
    discovered = "All resources successfully discovered"
    parsed = "All legacy kube types successfully parsed"
    deleted = "All content successfully deleted, may be waiting on finalization"
    return [
        _condition("NamespaceDeletionDiscoveryFailure", "ResourcesDiscovered", discovered),
        _condition("NamespaceDeletionGroupVersionParsingFailure", "ParsedGroupVersions", parsed),
        _condition("NamespaceDeletionContentFailure", "ContentDeletionFailed", refused, holds=True)
        if refused
        else _condition("NamespaceDeletionContentFailure", "ContentDeleted", deleted),
        _condition(
            "NamespaceContentRemaining",
            "SomeResourcesRemain",
            f"Some resources are remaining: {remaining}",
            holds=True,
        )
        if remaining
        else _condition("NamespaceContentRemaining", "ContentRemoved", "All content successfully removed"),
        _condition(
            "NamespaceFinalizersRemaining",
            "SomeFinalizersRemain",
            f"Some content in the namespace has finalizers remaining: {held}",
            holds=True,
        )
        if held
        else _condition(
            "NamespaceFinalizersRemaining",
            "ContentHasNoFinalizers",
            "All content-preserving finalizers finished",
        ),
    ]


def _condition(name: str, reason: str, message: str, *, holds: bool = False) -> Object:
    return {"type": name, "status": str(holds), "reason": reason, "message": message}


def _stamped(wanted: Object, known: dict[str, Object], now: str) -> Object:
    old = known.get(wanted["type"])
    same = old is not None and old["status"] == wanted["status"]
    return {**wanted, "lastTransitionTime": old["lastTransitionTime"] if same and old else now}


def _resource(kind: Kind) -> str:
    return f"{kind.plural}.{kind.group}"
