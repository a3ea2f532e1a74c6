"""Quantities: amounts, canonical texts, and what is refused. Rows follow apimachinery's own tables."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mendloop.model.quantity import Quantity, canonical, is_quantity, same

TEXTS = st.builds(
    lambda sign, whole, part, suffix: f"{sign}{whole}{part}{suffix}",
    st.sampled_from(["", "-", "+"]),
    st.integers(0, 10**12).map(str),
    st.one_of(st.just(""), st.integers(0, 9999).map(lambda n: f".{n:04d}")),
    st.sampled_from(["", "n", "u", "m", "k", "M", "G", "Ki", "Mi", "Gi", "Ti", "e3", "E-2", "e+6"]),
)


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        ("1000m", "1"),
        ("1024Mi", "1Gi"),
        ("300Mi", "300Mi"),
        ("307200Ki", "300Mi"),
        ("1025024Mi", "1001Gi"),
        ("0.5", "500m"),
        ("5000m", "5"),
        ("1000", "1k"),
        ("1e3", "1e3"),
        ("+1", "+1"),
        ("0.001T", "1G"),
        ("1080000000n", "1080m"),
        ("1.5Gi", "1536Mi"),
        ("0.5Gi", "512Mi"),
        ("1025", "1025"),
        ("00", "0"),
        ("Mi", "0"),
        (".001e12", "1e9"),
        ("0.001e0", "1e-3"),
        ("1000e-12", "1e-9"),
        ("0.0000000001", "1n"),
        ("8Ki", "8Ki"),
        ("512Ki", "512Ki"),
        ("0.0001Ki", "102400u"),
        ("100.035Ki", "102435840m"),
        ("9Ei", "9223372036854775807"),
        ("12E", "12E"),
        ("1.500", "1.500"),
        ("-1000m", "-1"),
        ("1.", "1."),
        (1, "1"),
        (0.5, "500m"),
        (2000, "2k"),
    ],
)
def test_writes_what_a_server_stores(written: str | float, stored: str) -> None:
    assert canonical(written) == stored


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("3.001n", "4e-9"),
        ("1.1E-9", "2e-9"),
        ("0.00000012345", "124e-9"),
        ("1.3E+6", "1300000"),
        ("300.2T", "300200000000000"),
        ("0.05Gi", "53687091.2"),
        ("0.000000000001Ki", "2e-9"),
        (".0001k", "0.1"),
        ("1.G", "1e9"),
    ],
)
def test_reads_the_exact_amount(text: str, value: str) -> None:
    assert Quantity.parse(text).value == Decimal(value)


@pytest.mark.parametrize(
    "text", ["", "1.1.M", "1+1.0M", "0.1mi", "0.1am", "aoeu", ".5i", "1i", "-3.01i", " 1"]
)
def test_refuses_what_a_server_refuses(text: str) -> None:
    assert not is_quantity(text)
    with pytest.raises(ValueError, match="not a quantity"):
        Quantity.parse(text)


def test_true_is_no_quantity() -> None:
    assert not is_quantity(True)
    assert not is_quantity(None)


def test_an_absurd_exponent_is_refused_not_computed() -> None:
    assert not is_quantity("1e999999999")


def test_compares_by_amount() -> None:
    assert same("1000m", 1)
    assert not same("1", "1001m")
    assert Quantity.parse("1Gi") > Quantity.parse("1G")
    assert Quantity.parse("1Ki") == Quantity.parse("1024")


@given(TEXTS)
def test_the_canonical_text_is_the_same_amount_and_stays(text: str) -> None:
    stored = canonical(text)
    assert same(text, stored)
    assert canonical(stored) == stored


@given(TEXTS, TEXTS)
def test_order_agrees_with_the_amounts(one: str, other: str) -> None:
    a, b = Quantity.parse(one), Quantity.parse(other)
    assert (a < b, a == b, a > b) == (a.value < b.value, a.value == b.value, a.value > b.value)
