"""The object and the pass on each line."""

import logging

import msgspec

from mendloop.observe import HumanFormatter, JsonFormatter, Scope, about


def record(message: str, **extra: object) -> logging.LogRecord:
    made = logging.makeLogRecord({"name": "mendloop", "levelname": "WARNING", "msg": message, "created": 0.0})
    for name, value in extra.items():
        setattr(made, name, value)
    return made


def test_json_lines_carry_the_object_and_the_pass() -> None:
    with about(Scope("memcached", "Memcached d/shop", "p-1")):
        line = msgspec.json.decode(JsonFormatter().format(record("waits", rule="k8s.quota")))
    assert line["object"] == "Memcached d/shop" and line["reconcile_id"] == "p-1"
    assert (
        line["rule"] == "k8s.quota"
        and line["level"] == "warning"
        and line["ts"] == "1970-01-01T00:00:00.000Z"
    )


def test_what_json_does_not_know_is_written_as_text() -> None:
    line = msgspec.json.decode(JsonFormatter().format(record("x", odd=object)))
    assert line["odd"] == str(object)


def test_human_lines_carry_the_object_too() -> None:
    with about(Scope("memcached", "Memcached d/shop", "p-1")):
        line = HumanFormatter().format(record("waits", rule="k8s.quota"))
    assert line == "00:00:00.000 WARNING Memcached d/shop (p-1): waits rule=k8s.quota"
