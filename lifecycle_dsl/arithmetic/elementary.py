"""exp, log, power and logistic from + - * / alone, the same bits on every machine.

Takes finite doubles and gives finite doubles; asks no math library for anything but what IEEE 754
fixes exactly (`frexp`, `ldexp` of normal results, `sqrt`), so no platform can change a decision.
Errors stay under 1 ulp (`logistic`: 2), results below the normal range included. What would
overflow becomes `LARGEST`, what underflows 0.0; a result is never -0.0, an infinity or a NaN.

The algorithms are the textbook ones: reduction by multiples of ln 2, a Taylor series for the rest
of `exp`, the series of 2 artanh((m - 1) / (m + 1)) for `log`. `power` carries log x and y * log x
as pairs of doubles (hi + lo), so that a large exponent does not blow up the rounding of the
logarithm, and a representable result such as 3 ^ 5 comes out exactly.
"""

import math
import sys
from typing import Final

__all__ = ["LARGEST", "exp", "log", "logistic", "power", "square_root"]

LARGEST: Final = sys.float_info.max
"""Where results too large for a finite double stop."""

_LN2_HIGH: Final = float.fromhex("0x1.62e42feep-1")
"""The first 32 bits of ln 2: times any exponent of a double it is exact."""
_LN2_LOW: Final = float.fromhex("0x1.a39ef35793c76p-33")
_PER_LN2: Final = float.fromhex("0x1.71547652b82fep+0")
_SQRT_HALF: Final = float.fromhex("0x1.6a09e667f3bcdp-1")
_THIRD: Final = 1.0 / 3.0
_THIRD_LOW: Final = float.fromhex("0x1.5555555555555p-56")
_SPLITTER: Final = 134217729.0  # 2^27 + 1
_OVERFLOW: Final = 709.79
_UNDERFLOW: Final = -745.2


def exp(x: float) -> float:
    """E to the power x; `LARGEST` from about 709.78 on, 0.0 below about -745.13."""
    return _exp_pair(x, 0.0)


def log(x: float) -> float:
    """The natural logarithm of x > 0.

    Raises ValueError elsewhere, which a checked rule precludes.
    """
    if not x > 0.0:
        raise ValueError("log needs a positive argument")
    m, e = math.frexp(x)
    if m < _SQRT_HALF:
        m += m
        e -= 1
    # With f = m - 1 exact, log m = f - (f²/2 - s (f²/2 + r)): rounding f itself costs nothing.
    f = m - 1.0
    s = f / (m + 1.0)
    w = s * s
    r = 2.0 * w * (_THIRD + w * _artanh_tail(w))
    half = 0.5 * f * f
    return e * _LN2_HIGH - ((half - (s * (half + r) + e * _LN2_LOW)) - f)


def power(x: float, y: float) -> float:
    """X to the power y, for x > 0, for x = 0 with y >= 0, and for x < 0 with a whole y.

    Raises ValueError elsewhere, which a checked rule precludes. 0 ^ 0 is 1.
    """
    if y == 2.0:
        return min(x * x, LARGEST)
    if y == 1.0:
        return x + 0.0
    if y == 0.0:
        return 1.0
    if x > 0.0:
        return _positive_power(x, y)
    if x == 0.0:
        if y < 0.0:
            raise ValueError("zero has no negative power")
        return 0.0
    if y != math.floor(y):
        raise ValueError("a negative number has whole powers only")
    size = _positive_power(-x, y)
    odd = math.fmod(y, 2.0) != 0.0
    return 0.0 - size if odd else size


def logistic(x: float) -> float:
    """1 / (1 + e^-x), within [0, 1]."""
    e = _exp_pair(-abs(x), 0.0)
    d = 1.0 + e
    q = (1.0 if x >= 0.0 else e) / d
    return q - q * (e - (d - 1.0)) / d


def square_root(x: float) -> float:
    """The root of x >= 0, correctly rounded as IEEE 754 asks; raises ValueError below."""
    return math.sqrt(x) + 0.0


def _positive_power(x: float, y: float) -> float:
    hi, lo = _log_pair(x)
    product = y * hi
    if product > 720.0:
        return LARGEST
    if product < -750.0:
        return 0.0
    p, p_low = _two_product(y, hi)
    return _exp_pair(p, p_low + y * lo)


def _exp_pair(x: float, low: float) -> float:
    """E to the power x + low, where low is a rounding error of x."""
    if x > _OVERFLOW:
        return LARGEST
    if x < _UNDERFLOW:
        return 0.0
    k = round(x * _PER_LN2)
    a = x - k * _LN2_HIGH
    c = low - k * _LN2_LOW
    r = a + c
    r_low = c - (r - a)
    # 1 + r rounds, and what it loses is added back with the small terms.
    one = 1.0 + r
    y = one + ((1.0 - one + r) + (r_low + r * r * _exp_tail(r)))
    if -1000 < k < 1000:
        return math.ldexp(y, k)
    # Outside, the last factor alone may round: once, as IEEE multiplication does.
    if k < 0:
        return math.ldexp(y, k + 100) * 2.0**-100
    return min(math.ldexp(y, k - 100) * 2.0**100, LARGEST)


def _exp_tail(r: float) -> float:
    """(e^r - 1 - r) / r² for |r| <= 0.35."""
    # fmt: off
    return 1/2 + r * (1/6 + r * (1/24 + r * (1/120 + r * (1/720 + r * (1/5040 + r * (
        1/40320 + r * (1/362880 + r * (1/3628800 + r * (1/39916800 + r * (
        1/479001600 + r * (1/6227020800 + r * (1/87178291200))))))))))))
    # fmt: on


def _artanh_tail(w: float) -> float:
    """1/5 + w/7 + w²/9 + ... for 0 <= w <= 0.03."""
    # fmt: off
    return 1/5 + w * (1/7 + w * (1/9 + w * (1/11 + w * (1/13 + w * (1/15 + w * (
        1/17 + w * (1/19 + w * (1/21 + w * (1/23)))))))))
    # fmt: on


def _log_pair(x: float) -> tuple[float, float]:
    """Log x as hi + lo, with a relative error of about 2^-64."""
    m, e = math.frexp(x)
    if m < _SQRT_HALF:
        m += m
        e -= 1
    f = m - 1.0
    d = m + 1.0
    d_low = m - (d - 1.0)
    s = f / d
    p, p_low = _two_product(s, d)
    s_low = ((f - p) - p_low - s * d_low) / d
    w, w_low = _two_product(s, s)
    w_low += 2.0 * s * s_low
    t, t_low = _two_product(w, _THIRD)
    t_low += w * _THIRD_LOW + w_low * _THIRD + w * w * _artanh_tail(w)
    v = t + t_low
    v_low = t_low - (v - t)
    a, a_low = _two_product(s, v)
    a_low += s * v_low + s_low * v
    h = s + a
    h_low = (a - (h - s)) + a_low + s_low
    h += h
    big = e * _LN2_HIGH
    low = h_low + h_low + e * _LN2_LOW
    if e == 0:
        return h, low
    hi = big + h
    low += h - (hi - big)
    total = hi + low
    return total, low - (total - hi)


def _two_product(a: float, b: float) -> tuple[float, float]:
    """A * b and its rounding error, by Dekker's splitting; for factors within ±1e300."""
    p = a * b
    t = _SPLITTER * a
    a_high = t - (t - a)
    a_low = a - a_high
    t = _SPLITTER * b
    b_high = t - (t - b)
    b_low = b - b_high
    return p, ((a_high * b_high - p) + a_high * b_low + a_low * b_high) + a_low * b_low
