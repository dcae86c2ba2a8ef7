"""Gamma-Gamma: what a customer's purchases are worth on average, from those that were seen.

Fader, P. S., Hardie, B. G. S. (2013): The Gamma-Gamma model of monetary value. What a purchase is
worth varies around the customer's own mean (gamma: p), which differs between customers (gamma: q,
v). It supposes that worth and frequency have nothing to do with each other.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln

from lifecycle_dsl.analysis.statistics.fitted import Fitted, NotFittedError, fit

Floats = NDArray[np.float64]

NAMES: Final = ("p", "q", "v")
FEWEST: Final = 50
"""Customers with something of worth, of whom parameters are fitted at the least."""


def fitted(count: Floats, mean: Floats) -> Fitted:
    """From how many purchases each customer made, and what those were worth on average.

    Raises:
        NotFittedError: where there are too few of worth, or the data leave a parameter open.
    """
    told = (count > 0) & (mean > 0)
    if told.sum() < FEWEST:
        raise NotFittedError(
            f"{int(told.sum())} customers came again for something of worth, and {FEWEST} are "
            "needed at the least"
        )
    count, mean = count[told], mean[told]

    def likelihood(parameters: Floats) -> float:
        return float(log_likelihood(parameters, count, mean).sum())

    return fit(likelihood, NAMES, (2.0, 3.0, float(mean.mean())), len(count))


def log_likelihood(parameters: Floats, count: Floats, mean: Floats) -> Floats:
    """Of each customer: equation 1a of the note."""
    p, q, v = parameters
    size = p * count
    found = gammaln(size + q) - gammaln(size) - gammaln(q) + q * np.log(v)
    found = found + (size - 1) * np.log(mean) + size * np.log(count)
    return np.asarray(found - (size + q) * np.log(v + count * mean))


def expected(parameters: Floats, count: Floats, mean: Floats) -> Floats:
    """What a purchase of each customer is worth: equation 5 of the note.

    Their own mean counts the more, the more purchases it is of. NaN where the population has no
    mean (q at most 1) and nothing was seen of the customer.
    """
    p, q, v = parameters
    with np.errstate(divide="ignore", invalid="ignore"):
        found = p * (v + count * mean) / (p * count + q - 1)
    return np.where(p * count + q > 1, found, np.nan)
