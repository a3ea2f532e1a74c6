"""Numbers under the names that dashboards know."""

from mendloop.observe import Metrics
from mendloop.observe.metrics import MAX_SERIES, Counter
from mendloop.pipeline import Stage


def test_speaks_controller_runtimes_names() -> None:
    metrics = Metrics()
    numbers = metrics.controller("memcached")
    numbers.pass_ended("success", 0.002)
    numbers.pass_ended("error", 0.3)
    numbers.failed("denied", "QuotaExceeded", "k8s.quota")
    numbers.stage_ended(Stage.PARSE, 0.001, failed=False)
    text = metrics.text().decode()
    assert 'controller_runtime_reconcile_total{controller="memcached",result="success"} 1.0' in text
    assert 'controller_runtime_reconcile_errors_total{controller="memcached"} 1.0' in text
    assert 'controller_runtime_reconcile_time_seconds_bucket{controller="memcached",le="0.005"} 1.0' in text
    assert 'controller_runtime_reconcile_time_seconds_bucket{controller="memcached",le="+Inf"} 2.0' in text
    assert 'class="denied",controller="memcached",reason="QuotaExceeded",rule="k8s.quota"' in text


def test_label_sets_are_bounded() -> None:
    counter = Counter("x_total", "x", ("reason",))
    for i in range(MAX_SERIES + 50):
        counter.add((f"reason-{i}",))
    assert len(counter.values) == MAX_SERIES + 1
    assert counter.values[("other",)] == 50


def test_queues_are_read_when_asked() -> None:
    class Fake:
        delayed = 3
        busy = frozenset({"a"})

        def __len__(self) -> int:
            return 7

    metrics = Metrics()
    metrics.watch_queue("memcached", Fake(), workers=4)
    text = metrics.text().decode()
    assert 'workqueue_depth{controller="memcached",name="memcached"} 7.0' in text
    assert 'controller_runtime_active_workers{controller="memcached"} 1.0' in text
