"""What users may declare, and what is refused when the class is made."""

from __future__ import annotations

import msgspec
import pytest

from mendloop.model.types import Model, Quantity, Spec, Status, touched_fields, watch_fields


class Inner(Model):
    first_name: str = "a"


class Outer(Spec):
    inner: Inner = Inner()
    size: int


class Report(Status):
    ready_replicas: int = 0
    names: tuple[str, ...] = ()


def test_fields_are_snake_case_here_and_camel_case_on_the_wire() -> None:
    assert msgspec.json.encode(Outer(size=3, inner=Inner(first_name="b"))) == (
        b'{"inner":{"firstName":"b"},"size":3}'
    )


def test_values_are_keyword_only_in_subclasses_too() -> None:
    with pytest.raises(TypeError):
        Outer(3)  # type: ignore[misc]


def test_a_spec_is_frozen() -> None:
    with pytest.raises(AttributeError):
        Outer(size=3).size = 4  # type: ignore[misc]


def test_a_status_field_without_default_is_refused_when_the_class_is_made() -> None:
    with pytest.raises(TypeError, match=r"Bad\.size needs a default"):
        type("Bad", (Status,), {"__annotations__": {"size": int}})


def test_a_status_refuses_a_field_that_it_does_not_have() -> None:
    with pytest.raises(AttributeError, match="endpont"):
        Report().endpont = "x"  # type: ignore[attr-defined]


def test_a_status_knows_which_fields_were_read_or_assigned() -> None:
    report = Report()
    watch_fields(report)
    report.ready_replicas = 0
    assert touched_fields(report) == {"ready_replicas"}
    assert report.names == ()
    assert touched_fields(report) == {"ready_replicas", "names"}


def test_a_status_that_nobody_watches_states_all_its_fields() -> None:
    assert touched_fields(Report()) == {"ready_replicas", "names", "conditions", "observed_generation"}


@pytest.mark.parametrize("amount", ["1Gi", "500m", "1e3", "+1", ".5", 3])
def test_a_quantity_is_what_kubernetes_writes(amount: str | int) -> None:
    assert msgspec.convert(amount, Quantity) == amount


@pytest.mark.parametrize("amount", ["1 Gi", "Gi", "1GiB", ""])
def test_a_quantity_refuses_what_kubernetes_refuses(amount: str) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(amount, Quantity)
