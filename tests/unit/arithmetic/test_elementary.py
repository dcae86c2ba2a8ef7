"""exp, log, power and logistic against the decimal module's correctly rounded functions."""

import math
import random
from collections.abc import Callable
from decimal import Context, Decimal, localcontext

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lifecycle_dsl.arithmetic import LARGEST, exp, log, logistic, power, square_root

PRECISE = Context(prec=60, Emin=-999_999, Emax=999_999)


def ulps_off(got: float, true: Decimal) -> float:
    nearest = float(true)
    if math.isinf(nearest):
        return 0.0 if got == LARGEST else math.inf
    with localcontext(PRECISE):
        return float(abs(Decimal(got) - true) / Decimal(math.ulp(nearest)))


def true_logistic(x: float) -> Decimal:
    with localcontext(PRECISE):
        return 1 / (1 + (-Decimal(x)).exp())


def spread(seed: int, *makers: Callable[[random.Random], float]) -> list[float]:
    chance = random.Random(seed)
    return [make(chance) for make in makers for _ in range(700)]


def test_exp_is_within_one_ulp_everywhere() -> None:
    points = spread(
        1,
        lambda r: r.uniform(-745.2, 709.8),
        lambda r: r.uniform(-1, 1),
        lambda r: r.uniform(-745.2, -707),
        lambda r: r.uniform(709.7, 709.79),
        lambda r: r.uniform(-1, 1) * 10 ** r.uniform(-18, 0),
    )
    assert max(ulps_off(exp(x), PRECISE.exp(Decimal(x))) for x in points) < 1


def test_log_is_within_one_ulp_everywhere() -> None:
    points = spread(
        2,
        lambda r: math.ldexp(r.uniform(0.5, 1), r.randint(-1073, 1024)),
        lambda r: r.uniform(0.5, 2),
        lambda r: 1 + r.uniform(-1, 1) * 10 ** r.uniform(-15, -1),
    )
    assert max(ulps_off(log(x), PRECISE.ln(Decimal(x))) for x in points) < 1


def test_logistic_is_within_two_ulp_everywhere() -> None:
    points = spread(3, lambda r: r.uniform(-745, 40), lambda r: r.uniform(-3, 3))
    assert max(ulps_off(logistic(x), true_logistic(x)) for x in points) < 2


def test_power_is_within_one_ulp_also_for_large_exponents() -> None:
    bases = spread(
        4,
        lambda r: math.ldexp(r.uniform(0.5, 1), r.randint(-1073, 1024)),
        lambda r: r.uniform(0.01, 100),
        lambda r: 1 + r.uniform(-1, 1) * 10 ** r.uniform(-15, -1),
    )
    chance = random.Random(5)
    worst = 0.0
    for x in bases:
        size = math.log(x) or 1.0
        for y in (chance.uniform(-745, 710) / size, float(chance.randint(-40, 40))):
            true = PRECISE.power(Decimal(x), Decimal(y))
            worst = max(worst, ulps_off(power(x, y), true))
    assert worst < 1


@given(st.integers(-12, 12), st.integers(0, 14))
def test_whole_powers_that_a_double_can_hold_are_exact(base: int, exponent: int) -> None:
    assert power(float(base), float(exponent)) == base**exponent


@pytest.mark.parametrize(
    ("x", "y", "expected"),
    [
        (0.0, 0.0, 1.0),
        (0.0, 0.5, 0.0),
        (-0.0, 3.0, 0.0),
        (5.0, 1.0, 5.0),
        (4.0, 0.5, 2.0),
        (2.0, -2.0, 0.25),
        (2.0, -1074.0, 5e-324),
        (2.0, -1076.0, 0.0),
        (-2.0, 3.0, -8.0),
        (-2.0, -1076.0, 0.0),
        (-1.0, 1e300, 1.0),
        (1.0, 1e300, 1.0),
        (1e200, 2.0, LARGEST),
        (1e200, 3.0, LARGEST),
        (-1e200, 3.0, -LARGEST),
        (5e-324, -1.0, LARGEST),
    ],
)
def test_power_at_its_corners(x: float, y: float, expected: float) -> None:
    got = power(x, y)
    assert got == expected
    assert math.copysign(1.0, got) == math.copysign(1.0, expected)


def test_what_overflows_stops_at_the_largest_double_and_what_underflows_at_zero() -> None:
    assert exp(709.79) == exp(1e308) == LARGEST
    assert exp(-745.2) == exp(-1e308) == 0.0
    assert logistic(1e308) == 1.0
    assert logistic(-1e308) == 0.0
    assert (exp(0.0), log(1.0), logistic(0.0)) == (1.0, 0.0, 0.5)


def test_outside_their_domain_they_raise() -> None:
    outside: list[Callable[[], float]] = [
        lambda: log(0.0),
        lambda: log(-1.0),
        lambda: power(0.0, -1.0),
    ]
    for bad in outside:
        with pytest.raises(ValueError, match=r"positive|negative"):
            bad()
    with pytest.raises(ValueError, match="whole powers"):
        power(-8.0, 1 / 3)
    with pytest.raises(ValueError, match=r"."):
        square_root(-1.0)


def test_the_bits_of_some_results_are_pinned() -> None:
    assert [value.hex() for value in (exp(1.0), log(10.0), power(0.95, 30.0), logistic(-2.1))] == [
        "0x1.5bf0a8b145769p+1",
        "0x1.26bb1bbb55516p+1",
        "0x1.b794873cb5d21p-3",
        "0x1.bedc4ef21f9c1p-4",
    ]
