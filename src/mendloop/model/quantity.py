"""Quantities (`500m`, `1Gi`, `1e3`) with exact arithmetic and the form in which a server writes them.

A quantity is a whole number of nanos: a server rounds anything finer up, away from zero.
Source: k8s.io/apimachinery `pkg/api/resource` (grammar, rounding, canonical form).
"""

from __future__ import annotations

import re
from decimal import Decimal
from functools import lru_cache
from typing import Literal, TypeAlias

import msgspec

Number: TypeAlias = str | int | float
Format: TypeAlias = Literal["decimal", "binary", "exponent"]

_NANO = 10**9
# A binary quantity is capped here; a decimal one is not.
_MOST = (2**63 - 1) * _NANO
# A number that Kubernetes could use has under 40 digits; without a bound `1e999999999` would fill the memory.
_MOST_EXPONENT = 300
_GRAMMAR = re.compile(
    r"(?P<sign>[+-]?)(?P<whole>[0-9]*)(?:\.(?P<part>[0-9]*))?(?P<suffix>|[numkMGTPE]|[KMGTPE]i|[eE][+-]?[0-9]+)"
)
_DECIMAL = {"n": -9, "u": -6, "m": -3, "": 0, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18}
_BINARY = {"Ki": 10, "Mi": 20, "Gi": 30, "Ti": 40, "Pi": 50, "Ei": 60}
_DECIMAL_NAMES = {exponent: name for name, exponent in _DECIMAL.items()}
_BINARY_NAMES = ("", *_BINARY)


class Quantity(msgspec.Struct, frozen=True, eq=False):
    """An amount in nanos, and the kind of suffix that it was written with.

    Compares by amount alone: `1000m == 1`. `str()` gives the canonical form.
    """

    nanos: int
    format: Format = "decimal"

    @classmethod
    def parse(cls, value: Number) -> Quantity:
        """Read text, or a number as JSON allows it in a quantity's place; ValueError where it is none."""
        return _parse(_text(value))

    @property
    def value(self) -> Decimal:
        """The amount in units, exact."""
        return Decimal(self.nanos).scaleb(-9)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Quantity) and self.nanos == other.nanos

    def __hash__(self) -> int:
        return hash(self.nanos)

    def __lt__(self, other: Quantity) -> bool:
        return self.nanos < other.nanos

    def __le__(self, other: Quantity) -> bool:
        return self.nanos <= other.nanos

    def __gt__(self, other: Quantity) -> bool:
        return self.nanos > other.nanos

    def __ge__(self, other: Quantity) -> bool:
        return self.nanos >= other.nanos

    def __str__(self) -> str:
        if self.format == "binary" and abs(self.nanos) >= 1024 * _NANO and self.nanos % _NANO == 0:
            return _binary_text(self.nanos // _NANO)
        return _decimal_text(self.nanos, "exponent" if self.format == "exponent" else "decimal")


def is_quantity(value: object) -> bool:
    """True where a server would read it as a quantity."""
    try:
        _parse(_text(value))
    except ValueError:
        return False
    return True


def same(one: Number, other: Number) -> bool:
    """True where both are the same amount; ValueError where one of them is no quantity."""
    return one == other or _parse(_text(one)).nanos == _parse(_text(other)).nanos


def canonical(value: Number) -> str:
    """The text that a server stores for it: `1000m` gives `1`, `1000` gives `1k`, `1e3` stays.

    A server keeps some texts as they came although `Quantity` would write them otherwise (`+1`, `1.500`).
    """
    return _canonical(_text(value))


def _text(value: object) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"{value!r} is not a quantity")
    return repr(value)


@lru_cache(maxsize=4096)
def _parse(text: str) -> Quantity:
    sign, whole, part, suffix = _split(text)
    if text == "0":
        return Quantity(0)
    exponent, twos, form = _suffix(suffix, text)
    if not whole and not part and (twos > 40 or exponent < -9):
        # Without digits a server's quick reader sees zero, and its exact one, which takes the rest, nothing.
        raise ValueError(f"{text!r} is not a quantity")
    digits = int(whole + part or "0") << twos
    nanos = _scaled_up(digits, exponent - len(part) + 9)
    if form == "binary":
        nanos = min(nanos, _MOST)
        # Below one unit a binary quantity is written in decimal: `0.5Ki` is 512, but `0.0001Ki` is `102400u`.
        form = "decimal" if 0 < nanos < _NANO else form
    return Quantity(-nanos if sign == "-" else nanos, form)


@lru_cache(maxsize=4096)
def _canonical(text: str) -> str:
    parsed = _parse(text)
    return text if _kept(*_split(text)) else str(parsed)


def _split(text: str) -> tuple[str, str, str, str]:
    """Sign, digits before and after the point, suffix."""
    found = _GRAMMAR.fullmatch(text)
    if found is None or not text:  # a sign or a suffix alone is zero to a server
        raise ValueError(f"{text!r} is not a quantity")
    return found["sign"], found["whole"], found["part"] or "", found["suffix"]


def _suffix(suffix: str, text: str) -> tuple[int, int, Format]:
    """Power of ten, power of two, and what kind of suffix it is."""
    if suffix in _DECIMAL:
        return _DECIMAL[suffix], 0, "decimal"
    if suffix in _BINARY:
        return 0, _BINARY[suffix], "binary"
    exponent = int(suffix[1:])
    if abs(exponent) > _MOST_EXPONENT:
        raise ValueError(f"{text!r} is too large or too small for a quantity")
    return exponent, 0, "exponent"


def _scaled_up(digits: int, exponent: int) -> int:
    """`digits` times ten to `exponent`, the fraction rounded up: who asks for something gets something."""
    if exponent >= 0:
        return int(digits * 10**exponent)
    return int(-(-digits // 10**-exponent))


def _kept(sign: str, whole: str, part: str, suffix: str) -> bool:
    """True where the server's quick reader takes the text for canonical and keeps it."""
    # It stops at the last zero of a text of zeros and so never sees a suffix behind them.
    whole = whole.lstrip("0") or "0"
    shifted = whole + part
    exponent, twos, form = _suffix(suffix, shifted)
    if form == "binary":
        precision = 15 - len(whole) - int(twos * 3 / 10) - 1
        return not part and precision >= 0 and int(whole) & 7 != 0 and int(whole) << twos < 2**63
    scale = exponent - len(part)
    if 18 - len(shifted) < 0 or scale < -9:
        return False
    return scale % 3 == 0 and not shifted.endswith("000") and shifted[0] != "0"


def _decimal_text(nanos: int, form: Literal["decimal", "exponent"]) -> str:
    if nanos == 0:
        return "0"
    amount, exponent = nanos, -9
    while amount % 1000 == 0 and (form == "exponent" or exponent < 18):
        amount, exponent = amount // 1000, exponent + 3
    if form == "decimal":
        return f"{amount}{_DECIMAL_NAMES[exponent]}"
    return f"{amount}e{exponent}" if exponent else str(amount)


def _binary_text(units: int) -> str:
    step = 0
    while abs(units) >= 1024 and units % 1024 == 0 and step < len(_BINARY_NAMES) - 1:
        units, step = units // 1024, step + 1
    return f"{units}{_BINARY_NAMES[step]}"
