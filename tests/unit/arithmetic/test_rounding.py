"""Rounding half away from zero, millionths and numbers as text."""

import math
from decimal import ROUND_HALF_UP, Context, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lifecycle_dsl.arithmetic import (
    format_number,
    from_millionths,
    nine_decimals,
    round_half_away,
    to_millionths,
)

WIDE = Context(prec=800, rounding=ROUND_HALF_UP)
NUMBERS = st.floats(-1e15, 1e15)
NEAR_HALVES = st.builds(
    lambda n, up: math.nextafter(n / 2_000_000, math.inf if up else -math.inf),
    st.integers(-(10**12), 10**12),
    st.booleans(),
)
HALVES = st.builds(lambda n: n / 2_000_000, st.integers(-(10**12), 10**12))


@pytest.mark.parametrize(
    ("x", "digits", "expected"),
    [
        (2.5, 0, 3.0),
        (-2.5, 0, -3.0),
        (0.49999999999999994, 0, 0.0),
        (1.005, 2, 1.01),
        (-1.005, 2, -1.01),
        (2.675, 2, 2.68),
        (1250.0, -2, 1300.0),
        (1e300, 2, 1e300),
        (5e-324, 400, 5e-324),
        (1.7e308, -308, 1.7e308),
    ],
)
def test_halves_as_written_go_away_from_zero(x: float, digits: int, expected: float) -> None:
    assert round_half_away(x, digits) == expected


@given(st.one_of(NUMBERS, HALVES, NEAR_HALVES), st.integers(-3, 17))
def test_rounding_is_that_of_the_shortest_decimal_text(x: float, digits: int) -> None:
    expected = Decimal(repr(x)).quantize(Decimal(1).scaleb(-digits), context=WIDE)
    got = round_half_away(x, digits)
    assert got == float(expected)
    assert got != 0.0 or math.copysign(1.0, got) == 1.0


@given(st.one_of(NUMBERS, HALVES, NEAR_HALVES))
def test_millionths_are_whole_and_exact(x: float) -> None:
    expected = Decimal(repr(x)).scaleb(6, WIDE).quantize(Decimal(1), context=WIDE)
    assert to_millionths(x) == int(expected)


@given(st.integers(-(10**36), 10**36))
def test_millionths_come_back_correctly_rounded(n: int) -> None:
    assert from_millionths(n) == float(Decimal(n).scaleb(-6, WIDE))


def test_amounts_survive_the_way_through_millionths() -> None:
    for cents in range(-3000, 3000, 7):
        assert from_millionths(to_millionths(cents / 100)) == cents / 100
    assert to_millionths(0.0000005) == 1
    assert to_millionths(-0.0000005) == -1
    assert to_millionths(1e30) == 10**36


def test_scores_have_nine_decimals_and_no_negative_zero() -> None:
    assert nine_decimals(2.9999999999) == 3.0
    assert nine_decimals(0.1234567885) == 0.123456789
    assert str(nine_decimals(-1e-12)) == "0.0"
    assert nine_decimals(1e30) == 1e30


@pytest.mark.parametrize(
    ("x", "text"),
    [(3.0, "3"), (-0.0, "0"), (0.1, "0.1"), (1e16, "10000000000000000"), (-2.5e-7, "-0.00000025")],
)
def test_numbers_are_written_without_exponents(x: float, text: str) -> None:
    assert format_number(x) == text


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_written_numbers_read_back(x: float) -> None:
    text = format_number(x)
    assert float(text) == x
    assert "e" not in text
