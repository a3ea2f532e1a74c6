"""A Deployment's status: counts and the conditions Available and Progressing, in the real one's words."""

from __future__ import annotations

from datetime import UTC, datetime

from mendloop.controlplane.controllers.pods_of import condition
from mendloop.controlplane.wire import Object


def deployment_status(
    obj: Object, current: Object | None, sets: list[Object], max_unavailable: int, now: str
) -> tuple[Object, float | None]:
    """The status as of `now` (RFC 3339), and the seconds after which Progressing may change by time alone."""
    before = obj.get("status") or {}
    counts = _counts(current, sets)
    status: Object = {"observedGeneration": obj["metadata"]["generation"]}
    status |= {name: count for name, count in counts.items() if count}
    status["terminatingReplicas"] = sum(
        (each.get("status") or {}).get("terminatingReplicas", 0) for each in sets
    )
    if "collisionCount" in before:
        status["collisionCount"] = before["collisionCount"]
    progressing, again_s = _progressing(obj, current, counts, now)
    available = _available(obj, counts, max_unavailable)
    status["conditions"] = _merged(before.get("conditions") or [], [available, *progressing], now)
    return status, again_s


def _counts(current: Object | None, sets: list[Object]) -> dict[str, int]:
    def total(name: str) -> int:
        return sum((each.get("status") or {}).get(name, 0) for each in sets)

    replicas, available = total("replicas"), total("availableReplicas")
    return {
        "replicas": replicas,
        "updatedReplicas": ((current or {}).get("status") or {}).get("replicas", 0),
        "readyReplicas": total("readyReplicas"),
        "availableReplicas": available,
        "unavailableReplicas": max(0, sum(each["spec"].get("replicas", 1) for each in sets) - available),
    }


def _available(obj: Object, counts: dict[str, int], max_unavailable: int) -> Object:
    if counts["availableReplicas"] >= obj["spec"]["replicas"] - max_unavailable:
        text = "Deployment has minimum availability."
        return _condition("Available", "True", "MinimumReplicasAvailable", text)
    text = "Deployment does not have minimum availability."
    return _condition("Available", "False", "MinimumReplicasUnavailable", text)


def _progressing(
    obj: Object, current: Object | None, counts: dict[str, int], now: str
) -> tuple[list[Object], float | None]:
    known = condition(obj, "Progressing")
    if current is None:
        return ([known] if known else []), None
    name = current["metadata"]["name"]
    wanted = obj["spec"]["replicas"]
    if counts["updatedReplicas"] == counts["replicas"] == counts["availableReplicas"] == wanted:
        text = f'ReplicaSet "{name}" has successfully progressed.'
        return [_condition("Progressing", "True", "NewReplicaSetAvailable", text)], None
    if known is not None and _was_complete(known, name) and counts["updatedReplicas"] == counts["replicas"]:
        return [known], None  # it is scaled, not rolled out
    if _moved(obj.get("status") or {}, counts) and known is not None:
        text = f'ReplicaSet "{name}" is progressing.'
        return [{**_condition("Progressing", "True", "ReplicaSetUpdated", text), "lastUpdateTime": now}], None
    if known is None or known["reason"] == "NewReplicaSetAvailable":
        text = f'Created new replica set "{name}"'
        return [
            {**_condition("Progressing", "True", "NewReplicaSetCreated", text), "lastUpdateTime": now}
        ], None
    return _timed_out(obj, known, name, now)


def _timed_out(obj: Object, known: Object, name: str, now: str) -> tuple[list[Object], float | None]:
    limit_s = obj["spec"].get("progressDeadlineSeconds", 600)
    if known["reason"] in ("NewReplicaSetAvailable", "ProgressDeadlineExceeded"):
        return [known], None
    left_s = limit_s - (_seconds(now) - _seconds(known["lastUpdateTime"]))
    if left_s > 0:
        return [known], left_s
    text = f'ReplicaSet "{name}" has timed out progressing.'
    return [_condition("Progressing", "False", "ProgressDeadlineExceeded", text)], None


def _moved(before: Object, counts: dict[str, int]) -> bool:
    def was(name: str) -> int:
        return int(before.get(name, 0))

    old_now = counts["replicas"] - counts["updatedReplicas"]
    return (
        counts["updatedReplicas"] > was("updatedReplicas")
        or old_now < was("replicas") - was("updatedReplicas")
        or counts["readyReplicas"] > was("readyReplicas")
        or counts["availableReplicas"] > was("availableReplicas")
    )


def _was_complete(known: Object, name: str) -> bool:
    return known["reason"] == "NewReplicaSetAvailable" and f'"{name}"' in known["message"]


def _merged(before: list[Object], wanted: list[Object], now: str) -> list[Object]:
    """Conditions with their times: both stay while status and reason do."""
    known = {each["type"]: each for each in before}
    merged = []
    for each in wanted:
        old = known.pop(each["type"], None)
        if old is not None and (old["status"], old["reason"]) == (each["status"], each["reason"]):
            stamp = {"lastUpdateTime": each.get("lastUpdateTime", old["lastUpdateTime"])}
            merged.append({**old, **stamp})
            continue
        same = old is not None and old["status"] == each["status"]
        times = {
            "lastUpdateTime": now,
            "lastTransitionTime": old["lastTransitionTime"] if same and old else now,
        }
        merged.append({**each, **times})
    return [*merged, *known.values()]


def _condition(name: str, status: str, reason: str, message: str) -> Object:
    return {"type": name, "status": status, "reason": reason, "message": message}


def _seconds(timestamp: str) -> float:
    return datetime.fromisoformat(timestamp).astimezone(UTC).timestamp()
