"""Runs operators in one process: what they need, how they start and stop, how they are looked at."""

from mendloop.manager.health import Check, liveness, readiness
from mendloop.manager.running import Running, running
from mendloop.manager.server import health_server
from mendloop.manager.settings import RunSettings
from mendloop.manager.watchdog import Stall, Watchdog, log_stall

__all__ = [
    "Check",
    "RunSettings",
    "Running",
    "Stall",
    "Watchdog",
    "health_server",
    "liveness",
    "log_stall",
    "readiness",
    "running",
]
