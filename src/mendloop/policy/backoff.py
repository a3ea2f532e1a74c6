"""How long to wait: growing, capped, and spread so that many do not come back together."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Final

MAX_STATED_S: Final = 3600.0  # of a server's Retry-After no more than this is believed: no dead ends
SPREAD: Final = 0.1  # share of a stated delay that is added at random


@dataclass(frozen=True, slots=True, kw_only=True)
class Backoff:
    """Delays `first_s`, doubled each time up to `cap_s`, drawn at random.

    Without a `spread` it is full jitter, anything from 0 to the delay, which spreads best; with one the
    delay is a floor, and up to that share of it is added.
    Bounds: full jitter from 0.1 s to 300 s gives some 16 attempts in 10 minutes, then one in 150 s on
    average; a draw with more than 30 in 10 minutes has a chance below 1e-9.
    Source: AWS Architecture Blog, "Exponential Backoff and Jitter".
    """

    first_s: float
    cap_s: float
    spread: float | None = None

    def delay_s(self, attempt: int, rng: random.Random) -> float:
        """The delay after failure number `attempt`, which counts from 1."""
        # 2**64 is beyond any cap: an exponent that grows for ever would overflow a float.
        full = min(self.cap_s, self.first_s * 2.0 ** min(max(attempt - 1, 0), 64))
        if self.spread is None:
            return rng.uniform(0.0, full)
        return full + rng.uniform(0.0, full * self.spread)


def stated_s(retry_after_s: float, rng: random.Random) -> float:
    """Not before what the other side stated, plus a little at random, at most about an hour."""
    stated = min(max(retry_after_s, 0.0), MAX_STATED_S)
    return stated + rng.uniform(0.0, stated * SPREAD)


CALL: Final = Backoff(first_s=0.1, cap_s=1.6)
CALL_ATTEMPTS: Final = 5  # 100 ms doubled to 1.6 s; whatever takes longer becomes a requeue
