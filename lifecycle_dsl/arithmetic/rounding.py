"""Rounding half away from zero, whole millionths, and numbers as text.

A number is rounded as it is written: on the shortest decimal text that reads back as the same
double, which is what a person sees. So `round(1.005, 2)` is 1.01, although the double nearest to
1.005 lies a little below it, and 0.0000005 is one millionth. That text is fixed by the value alone
(Python carries its own shortest-digits routine), hence the same on every machine.
"""

from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Final

__all__ = [
    "MILLION",
    "SUM_LIMIT",
    "format_number",
    "from_millionths",
    "nine_decimals",
    "round_half_away",
    "to_millionths",
]

MILLION: Final = 1_000_000
SUM_LIMIT: Final = 10**36
"""Sums of ever stop at ±1e30, which is this many millionths."""

# Wide enough for any double at any number of digits asked for below: nothing is ever inexact twice.
_EXACT: Final = Context(prec=800, rounding=ROUND_HALF_UP)
_WHOLE: Final = Decimal(1)
_WHOLE_FROM: Final = 2.0**52
_SCALES: Final = tuple(10.0**digits for digits in range(16))


def round_half_away(x: float, digits: int = 0) -> float:
    """X rounded to so many decimals, half away from zero; negative digits round to tens and up.

    Never gives -0.0. Digits are clamped to -308..340, and what would leave the finite doubles stays
    as it is.
    """
    if digits == 0:
        if -_WHOLE_FROM < x < _WHOLE_FROM:
            whole = int(x)
            rest = x - whole
            if rest >= 0.5:
                whole += 1
            elif rest <= -0.5:
                whole -= 1
            return float(whole)
        return x
    if 0 < digits < 16:
        scaled = x * _SCALES[digits]
        if -(2.0**43) < scaled < 2.0**43:
            # `scaled` is off by less than 2^-8, so away from a half the answer is sure.
            whole = round(scaled)
            if -0.49 < scaled - whole < 0.49:
                return whole / _SCALES[digits]
    digits = max(-308, min(digits, 340))
    rounded = Decimal(repr(x)).quantize(_WHOLE.scaleb(-digits), context=_EXACT)
    result = float(rounded) + 0.0
    return result if -1.8e308 < result < 1.8e308 else x


def to_millionths(x: float) -> int:
    """The whole number of millionths in x, half away from zero."""
    scaled = x * 1e6
    if -(2.0**43) < scaled < 2.0**43:
        whole = round(scaled)
        if -0.49 < scaled - whole < 0.49:
            return whole
    return int(Decimal(repr(x)).scaleb(6, _EXACT).quantize(_WHOLE, context=_EXACT))


def from_millionths(n: int) -> float:
    """The double nearest to n millionths; n within ±`SUM_LIMIT`."""
    return n / MILLION


def nine_decimals(x: float) -> float:
    """X as scores are written: to nine decimals, and never -0.0."""
    return round_half_away(x, 9)


def format_number(x: float) -> str:
    """The shortest digits that read back as x, without exponent and without a trailing `.0`."""
    text = repr(x + 0.0)
    if "e" in text:
        text = format(Decimal(text), "f")
    return text.removesuffix(".0")
