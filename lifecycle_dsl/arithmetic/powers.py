"""The table of 2^(i / 4096), each entry the double nearest to the true value.

Worked out on first use from integer square roots in 128-bit fixed point, in about a millisecond:
2^(1/2), 2^(1/4), ... 2^(1/4096) are roots of one another, and every entry is a product of at most
twelve of them. The errors add up to less than 2^-120, and no true value lies that close to the
middle between two doubles (a test looks at all of them), so that rounding once gives the nearest.
"""

from functools import cache
from math import isqrt
from typing import Final

__all__ = ["powers_of_two"]

_BITS: Final = 128
_HALVINGS: Final = 12


@cache
def powers_of_two() -> tuple[float, ...]:
    """2^(i / 4096) for i from 0 to 4,095."""
    table = [1 << _BITS]
    root = 2 << _BITS
    for _ in range(_HALVINGS):
        root = isqrt(root << _BITS)
        between = [value * root >> _BITS for value in table]
        table = [value for pair in zip(table, between, strict=True) for value in pair]
    unit = 2.0**-_BITS
    return tuple(float(value) * unit for value in table)
