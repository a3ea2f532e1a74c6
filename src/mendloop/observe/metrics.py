"""Numbers of a running operator, under the names that controller-runtime's dashboards know.

Counting is plain Python on plain dicts; Prometheus' library sees the numbers only when it is asked for
them, so that a pass costs no lock. Label sets are bounded: `reason` of an error comes from the rules and
from users' code, so beyond `MAX_SERIES` of one metric a new one is counted under "other".
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Final, Protocol

from mendloop.pipeline import Stage

if TYPE_CHECKING:
    from prometheus_client.core import Metric

MAX_SERIES: Final = 2000
Labels = tuple[str, ...]

# Seconds; controller-runtime's buckets for its reconcile time, thinned out.
BUCKETS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)


class Counter:
    """A number that only grows, one for each set of label values."""

    def __init__(self, name: str, text: str, labels: Labels) -> None:
        self.name, self.text, self.labels = name, text, labels
        self.values: dict[Labels, float] = {}

    def add(self, labels: Labels, by: float = 1.0) -> None:
        known = self.values.get(labels)
        if known is None and len(self.values) >= MAX_SERIES:
            labels = ("other",) * len(labels)
            known = self.values.get(labels)
        self.values[labels] = (known or 0.0) + by

    def collect(self) -> Metric:
        from prometheus_client.core import CounterMetricFamily

        family = CounterMetricFamily(self.name.removesuffix("_total"), self.text, labels=self.labels)
        for labels, value in self.values.items():
            family.add_metric(labels, value)
        return family


class Histogram:
    """How long things took, in seconds, one distribution for each set of label values."""

    def __init__(self, name: str, text: str, labels: Labels) -> None:
        self.name, self.text, self.labels = name, text, labels
        self.values: dict[Labels, list[float]] = {}  # a count for each bucket, beyond the last, the sum

    def observe(self, labels: Labels, seconds: float) -> None:
        counts = self.values.get(labels)
        if counts is None:
            counts = self.values[labels] = [0.0] * (len(BUCKETS) + 2)
        counts[bisect_left(BUCKETS, seconds)] += 1
        counts[-1] += seconds

    def collect(self) -> Metric:
        from prometheus_client.core import HistogramMetricFamily

        family = HistogramMetricFamily(self.name, self.text, labels=self.labels)
        for labels, counts in self.values.items():
            total, buckets = 0.0, []
            for edge, count in zip((*map(str, BUCKETS), "+Inf"), counts[:-1], strict=True):
                total += count
                buckets.append((edge, total))
            family.add_metric(labels, buckets=buckets, sum_value=counts[-1])
        return family


class Gauge:
    """A number read at the moment it is asked for."""

    def __init__(self, name: str, text: str, labels: Labels) -> None:
        self.name, self.text, self.labels = name, text, labels
        self.readers: dict[Labels, Callable[[], float]] = {}

    def read_by(self, labels: Labels, reader: Callable[[], float]) -> None:
        self.readers[labels] = reader

    def collect(self) -> Metric:
        from prometheus_client.core import GaugeMetricFamily

        family = GaugeMetricFamily(self.name, self.text, labels=self.labels)
        for labels, reader in self.readers.items():
            family.add_metric(labels, reader())
        return family


class QueueNumbers(Protocol):
    """What is read off a queue."""

    def __len__(self) -> int: ...

    @property
    def delayed(self) -> int: ...

    @property
    def busy(self) -> frozenset[object]: ...


class Metrics:
    """All numbers of one process; also a collector for Prometheus' registry."""

    def __init__(self) -> None:
        own = ("controller",)
        self.reconciles = Counter(
            "controller_runtime_reconcile_total", "Passes by result.", ("controller", "result")
        )
        self.reconcile_errors = Counter(
            "controller_runtime_reconcile_errors_total", "Passes that ended with an error.", own
        )
        self.reconcile_seconds = Histogram(
            "controller_runtime_reconcile_time_seconds", "Seconds that a pass took.", own
        )
        self.stage_seconds = Histogram(
            "mendloop_stage_seconds", "Seconds that a stage of a pass took.", ("controller", "stage")
        )
        self.errors = Counter(
            "mendloop_errors_total",
            "Failures by class, reason and the rule that decided.",
            ("controller", "class", "reason", "rule"),
        )
        self.noop_writes = Counter("noop_writes_total", "Writes that changed nothing: a defect.", own)
        self.requests = Counter(
            "rest_client_requests_total", "Requests to the API server.", ("code", "method", "verb", "kind")
        )
        self.request_seconds = Histogram(
            "rest_client_request_duration_seconds", "Seconds that a request took.", ("verb",)
        )
        self.depth = Gauge("workqueue_depth", "Objects that may be taken now.", ("name", "controller"))
        self.delayed = Gauge("mendloop_workqueue_delayed", "Objects that wait for their time.", own)
        self.workers = Gauge("controller_runtime_active_workers", "Workers that are at an object.", own)
        self.max_workers = Gauge("controller_runtime_max_concurrent_reconciles", "Workers in all.", own)
        self.synced = Gauge("mendloop_informer_synced", "1 where the cache of a kind is complete.", ("kind",))

    def collect(self) -> Iterator[Metric]:
        """Called by Prometheus' registry."""
        found: Iterable[object] = vars(self).values()
        for one in found:
            if isinstance(one, Counter | Histogram | Gauge):
                yield one.collect()

    def controller(self, name: str) -> ControllerNumbers:
        """What one controller reports to."""
        return ControllerNumbers(self, name)

    def watch_queue(self, controller: str, queue: QueueNumbers, workers: int) -> None:
        """Reads a queue whenever the numbers are asked for."""
        self.depth.read_by((controller, controller), lambda: len(queue))
        self.delayed.read_by((controller,), lambda: queue.delayed)
        self.workers.read_by((controller,), lambda: len(queue.busy))
        self.max_workers.read_by((controller,), lambda: workers)

    def text(self) -> bytes:
        """The exposition format; takes milliseconds for thousands of series, so call it in a thread."""
        from prometheus_client import CollectorRegistry, generate_latest

        registry = CollectorRegistry(auto_describe=False)
        registry.register(self)
        return generate_latest(registry)


class ControllerNumbers:
    """One controller's observer: label values made once."""

    def __init__(self, metrics: Metrics, name: str) -> None:
        self._metrics, self._own = metrics, (name,)
        self._stages = {stage: (name, str(stage)) for stage in Stage}

    def stage_ended(self, stage: Stage, seconds: float, failed: bool) -> None:
        self._metrics.stage_seconds.observe(self._stages[stage], seconds)

    def pass_ended(self, result: str, seconds: float) -> None:
        metrics = self._metrics
        metrics.reconciles.add((*self._own, result))
        metrics.reconcile_seconds.observe(self._own, seconds)
        if result == "error":
            metrics.reconcile_errors.add(self._own)

    def failed(self, klass: str, reason: str, rule: str) -> None:
        self._metrics.errors.add((*self._own, klass, reason, rule))

    def noop_write(self) -> None:
        self._metrics.noop_writes.add(self._own)
