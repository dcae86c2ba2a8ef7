"""Corrections for looking at many differences at once."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm, qmc
from statsmodels.stats.multitest import multipletests

_POINTS: Final = 15
"""Two to this many points, that stand for all."""


def holm(p_values: Sequence[float]) -> list[float]:
    """The p-values as they are when all are looked at: Holm's step-down correction.

    Holm, S. (1979): A simple sequentially rejective multiple test procedure.
    """
    if not p_values:
        return []
    _, corrected, _, _ = multipletests(p_values, method="holm")
    return [float(each) for each in corrected]


def joint_quantile(correlation: NDArray[np.float64], level: float) -> float:
    """How many standard errors hold for all estimates at once, given how they are correlated.

    The quantile of the largest of correlated normal values, as in Dunnett's comparisons with a
    control; from a fixed set of points, so that the same numbers give the same quantile. Šidák's
    bound, which holds for every correlation, is the most it can be.

    Dunnett, C. W. (1955): A multiple comparison procedure for comparing several treatments with a
    control. Hothorn, T., Bretz, F., Westfall, P. (2008): Simultaneous inference in general
    parametric models.
    """
    count = len(correlation)
    alone = float(norm.ppf((1 + level) / 2))
    if count <= 1:
        return alone
    bound = float(norm.ppf((1 + level ** (1 / count)) / 2))
    values, vectors = np.linalg.eigh(correlation)
    spread = vectors * np.sqrt(np.clip(values, 0.0, None))
    largest = np.abs(_points(count) @ spread.T).max(axis=1)
    return min(max(float(np.quantile(largest, level)), alone), bound)


@lru_cache(maxsize=4)
def _points(count: int) -> NDArray[np.float64]:
    """Independent normal values, spread evenly (Sobol), the same at every call."""
    even = qmc.Sobol(count, scramble=False).random_base2(_POINTS)
    found: NDArray[np.float64] = norm.ppf(even + 0.5 / len(even))
    return found
