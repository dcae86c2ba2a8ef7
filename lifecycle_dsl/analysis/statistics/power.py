"""How many customers it takes to tell a difference from chance."""

from __future__ import annotations

from math import ceil
from typing import Final

from scipy.stats import norm

POWER: Final = 0.8
"""How often a true difference is then seen."""


def sample_for(n: int, standard_error: float, effect: float, quantile: float) -> int | None:
    """How large a sample of n would have to be for an effect to be seen; None where it is none.

    The error of n customers shrinks with the root of their number; `quantile` is how many errors an
    interval reaches to a side.
    """
    if effect == 0 or n == 0:
        return None
    needed = (quantile + float(norm.ppf(POWER))) * standard_error / abs(effect)
    return ceil(n * needed * needed)


def least_effect(standard_error: float, quantile: float) -> float:
    """The smallest effect that a sample of this error shows so often."""
    return (quantile + float(norm.ppf(POWER))) * standard_error
