"""BG/NBD: how often customers will come again who may leave for good after any purchase.

Fader, P. S., Hardie, B. G. S., Lee, K. L. (2005): "Counting your customers" the easy way: an
alternative to the Pareto/NBD model. Marketing Science 24(2). A customer buys at a rate of their own
while they are alive (gamma: r, alpha), and after each purchase leaves with a probability of their
own (beta: a, b). Of the libraries that have it, `lifetimes` is no longer kept, and its successor
needs a sampler; the likelihood is a few lines.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from attrs import frozen
from numpy.typing import NDArray
from scipy.special import betaln, gammaln, hyp2f1

from lifecycle_dsl.analysis.statistics.fitted import Fitted, NotFittedError, fit

Floats = NDArray[np.float64]

NAMES: Final = ("r", "alpha", "a", "b")
FEWEST: Final = 50
"""Customers who came again, of whom parameters are fitted at the least."""


@frozen(eq=False)
class Purchases:
    """Of each customer: how often they came again, when last, and for how long they were seen.

    Times count from the first purchase, all in the same unit.
    """

    again: Floats
    last: Floats
    """0 of those who did not come again."""
    seen: Floats

    def __len__(self) -> int:
        return len(self.again)


def fitted(purchases: Purchases) -> Fitted:
    """The parameters of the greatest likelihood.

    Raises:
        NotFittedError: where too few came again, or the data leave a parameter open.
    """
    repeaters = int((purchases.again > 0).sum())
    if repeaters < FEWEST:
        raise NotFittedError(
            f"{repeaters} customers came again, and {FEWEST} are needed at the least"
        )
    table, counts = np.unique(
        np.column_stack([purchases.again, purchases.last, purchases.seen]),
        axis=0,
        return_counts=True,
    )
    x, last, seen = table.T
    weights = counts.astype(np.float64)

    def likelihood(parameters: Floats) -> float:
        return float((weights * log_likelihood(parameters, x, last, seen)).sum())

    rate = float(purchases.again.sum() / purchases.seen.sum())
    return fit(likelihood, NAMES, (1.0, 1.0 / rate, 1.0, 2.0), len(purchases))


def log_likelihood(parameters: Floats, x: Floats, last: Floats, seen: Floats) -> Floats:
    """Of each customer: equation 6 of the paper, with logarithms throughout."""
    r, alpha, a, b = parameters
    bought = gammaln(r + x) - gammaln(r) + r * np.log(alpha)
    stayed = betaln(a, b + x) - betaln(a, b) - (r + x) * np.log(alpha + seen)
    came = np.maximum(x, 1.0)
    left = betaln(a + 1, b + came - 1) - betaln(a, b) - (r + x) * np.log(alpha + last)
    return np.asarray(bought + np.where(x > 0, np.logaddexp(stayed, left), stayed))


def alive(parameters: Floats, x: Floats, last: Floats, seen: Floats) -> Floats:
    """The probability of each customer that they have not left."""
    r, alpha, a, b = parameters
    odds = np.log(a) - np.log(b + np.maximum(x, 1.0) - 1)
    odds = odds + (r + x) * (np.log(alpha + seen) - np.log(alpha + last))
    with np.errstate(over="ignore"):
        return np.where(x > 0, 1 / (1 + np.exp(odds)), 1.0)


def expected(parameters: Floats, x: Floats, last: Floats, seen: Floats, ahead: float) -> Floats:
    """How often each customer will come in a time ahead: equation 10 of the paper."""
    r, alpha, a, b = parameters
    if abs(a - 1) < 1e-6:
        a = 1 + 1e-6
    # As the paper prints it, all terms stay within a double up to about a purchase a day for years.
    z = ahead / (alpha + seen + ahead)
    shrunk = np.exp((r + x) * (np.log(alpha + seen) - np.log(alpha + seen + ahead)))
    power = hyp2f1(r + x, b + x, a + b + x - 1, z)
    return np.asarray(
        (a + b + x - 1) / (a - 1) * (1 - shrunk * power) * alive(parameters, x, last, seen)
    )


def expected_of_newcomer(parameters: Floats, ahead: float) -> float:
    """How often somebody of whom nothing is known comes again: equation 9 of the paper."""
    nobody = np.zeros(1)
    return float(expected(parameters, nobody, nobody, nobody, ahead)[0])
