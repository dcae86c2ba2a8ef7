"""Trends: by how much something changes from period to period."""

from __future__ import annotations

import numpy as np

from lifecycle_dsl.analysis.findings import Estimate
from lifecycle_dsl.analysis.statistics.clusters import Floats, Ints, quantile


def slope(times: Floats, values: Floats, clusters: Ints, level: float) -> Estimate:
    """The least squares line through all rows: its rise in a unit of time; n is of customers.

    The error is of the sums of each customer's scores (Liang and Zeger 1986), so that a customer
    who is seen twelve times does not count for twelve.
    """
    present, places = np.unique(clusters, return_inverse=True)
    n = len(present)
    if n < 2:
        return Estimate(None, n=n)
    away = times - times.mean()
    spread = float((away**2).sum())
    if spread == 0:
        return Estimate(None, n=n)
    found = float((away * values).sum()) / spread
    rest = values - values.mean() - found * away
    scores = np.bincount(places, away * rest)
    error = float(np.sqrt((scores**2).sum() * n / (n - 1))) / spread
    reach = quantile(level) * error
    return Estimate(found, found - reach, found + reach, n)
