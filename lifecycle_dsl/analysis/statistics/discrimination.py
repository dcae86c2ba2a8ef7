"""How well predictions tell those to whom it happened from the others: the area under the ROC."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit
from scipy.stats import rankdata

from lifecycle_dsl.analysis.findings import Estimate
from lifecycle_dsl.analysis.statistics.clusters import Floats, Ints, quantile, sums
from lifecycle_dsl.analysis.statistics.proportions import wilson


def area(happened: NDArray[np.bool_], predicted: Floats, clusters: Ints, level: float) -> Estimate:
    """The area under the ROC curve: how often who it happens to is ranked above who it does not.

    The variance is that of DeLong, DeLong and Clarke-Pearson (1988) for clustered rows, as in
    Obuchowski, N. A. (1997): Nonparametric analysis of clustered ROC curve data; it is DeLong's
    where every cluster has one row. The interval is made on the scale of the logit.
    """
    n = len(happened)
    ones, zeros = predicted[happened], predicted[~happened]
    if len(ones) == 0 or len(zeros) == 0:
        return Estimate(None, n=n)
    ranks = rankdata(np.concatenate([ones, zeros]))
    over = (ranks[: len(ones)] - rankdata(ones)) / len(zeros)
    under = 1 - (ranks[len(ones) :] - rankdata(zeros)) / len(ones)
    found = float(over.mean())
    variance = _variance(over, under, clusters[happened], clusters[~happened], found)
    if found in (0.0, 1.0) or variance <= 0:
        # All pairs agree: the interval is that of as many shares as there are of the rarer kind.
        few = min(len(ones), len(zeros))
        share = wilson(round(found * few), few, level)
        return Estimate(found, share.low, share.high, n)
    reach = quantile(level) * float(np.sqrt(variance)) / (found * (1 - found))
    centre = float(logit(found))
    return Estimate(found, float(expit(centre - reach)), float(expit(centre + reach)), n)


def _variance(over: Floats, under: Floats, of_ones: Ints, of_zeros: Ints, found: float) -> float:
    names = np.unique(np.concatenate([of_ones, of_zeros]))
    ones, zeros = np.searchsorted(names, of_ones), np.searchsorted(names, of_zeros)
    count = len(names)

    def spread(values: Floats, places: Ints) -> Floats:
        padded = np.zeros(count)
        found_sums = sums(values - found, places)
        padded[: len(found_sums)] = found_sums
        return padded

    a, b = spread(over, ones), spread(under, zeros)
    m, n = len(over), len(under)
    with_ones, with_zeros = len(np.unique(ones)), len(np.unique(zeros))
    if min(with_ones, with_zeros) < 2:
        return 0.0
    of_over = (a**2).sum() * with_ones / (with_ones - 1) / m**2
    of_under = (b**2).sum() * with_zeros / (with_zeros - 1) / n**2
    together = (a * b).sum() * count / (count - 1) / (m * n)
    return float(of_over + of_under + 2 * together)
