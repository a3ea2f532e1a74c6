"""The controllers that bring an embedded control plane to life: what a cluster does by itself.

Garbage collection, namespaces, Deployments, ReplicaSets, StatefulSets, Jobs, the life of pods, Endpoints
and volume claims. They are clients of the control plane like any other, act through its checks, and live on
the clock of the event loop, so that virtual time drives them. Tests hold them against the real ones.

Where they depart from those: no scheduler and no nodes (pods run without one, DaemonSets have nowhere to
run), no CronJobs, autoscalers or quotas, no Events but the garbage collector's about misplaced owners,
volumes in name only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from mendloop.controlplane.controllers.api import MANAGER, NODE, Plane, Refused, Verbs, View
from mendloop.controlplane.controllers.daemonsets import DaemonSets
from mendloop.controlplane.controllers.deployments import Deployments
from mendloop.controlplane.controllers.events import Recorder
from mendloop.controlplane.controllers.garbage import GarbageCollector
from mendloop.controlplane.controllers.jobs import Jobs
from mendloop.controlplane.controllers.loop import Controller, Loop, Pace
from mendloop.controlplane.controllers.namespaces import Namespaces
from mendloop.controlplane.controllers.nodes import Behaviour, Kubelet, behaviour_of
from mendloop.controlplane.controllers.replicasets import ReplicaSets
from mendloop.controlplane.controllers.services import Claims, Endpoints
from mendloop.controlplane.controllers.statefulsets import StatefulSets

__all__ = ["Behaviour", "Loop", "Pace", "Plane", "Refused", "behaviour_of", "builtin_controllers"]

DEFAULT_PACE = Pace()


def builtin_controllers(plane: Plane, timestamp: Callable[[], str], pace: Pace = DEFAULT_PACE) -> Loop:
    """All built-in controllers on one plane; `await loop.run()` lives as long as they shall.

    `timestamp` gives the time of the plane's clock as RFC 3339 in UTC; `pace` says how fast pods live.
    """
    verbs = Verbs(plane, MANAGER, "kube-controller-manager")
    kubelet = Verbs(plane, NODE, "kubelet")

    def make(view: View) -> Iterable[Controller]:
        recorder = Recorder(verbs, "garbage-collector-controller", timestamp)
        return (
            GarbageCollector(plane, view, verbs, recorder),
            Namespaces(plane, view, verbs, timestamp),
            Deployments(view, verbs, timestamp),
            ReplicaSets(view, verbs),
            StatefulSets(view, verbs),
            DaemonSets(view, verbs),
            Jobs(view, verbs, timestamp),
            Kubelet(view, kubelet, timestamp, pace),
            Endpoints(view, verbs),
            Claims(view, verbs),
        )

    return Loop(plane, make, reaction_s=pace.reaction_s)
