"""How an operator is run: all of it has defaults that production can live with."""

from __future__ import annotations

from dataclasses import dataclass, field

from mendloop.controller.world import Limits
from mendloop.errors import RULES, RuleSet
from mendloop.kube.watch.options import DEFAULTS, WatchOptions
from mendloop.policy import TABLE, Table
from mendloop.wish.plan import PruneLimits


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSettings:
    """`namespace` empty: all of them. Times are seconds."""

    namespace: str = ""
    limits: Limits = field(default_factory=Limits)
    prune: PruneLimits = field(default_factory=PruneLimits)
    watch: WatchOptions = DEFAULTS
    table: Table = TABLE
    rules: RuleSet = RULES
    resync_s: float = 36_000.0  # everything is looked at again in this time, as controller-runtime does
    sync_patience_s: float = 10.0  # how long workers wait at the start for kinds that cannot be listed
    seed: int | None = None  # of all jitter; None: a different one each time
