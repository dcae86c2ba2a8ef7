"""Shares, or amounts, of several samples that partly hold the same customers.

Each row is a customer, each column a sample: whether they are in it, and whether they succeeded in
it, or what they brought. A share, or a mean, is a ratio of two sums over independent customers, so
that its error, and how the errors of two go together, are those of sums (the linearised ratio, as
in survey sampling). Where two samples are the same customers this is the paired comparison, where
they share nobody the unpaired.

Cochran, W. G. (1977): Sampling techniques, chapter 6. Derrick, B. et al. (2015): Test statistics
for comparing two proportions with partially overlapping samples.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

from lifecycle_dsl.analysis.findings import Estimate
from lifecycle_dsl.analysis.statistics.corrections import joint_quantile
from lifecycle_dsl.analysis.statistics.differences import difference, p_value
from lifecycle_dsl.analysis.statistics.proportions import wilson

Flags = NDArray[np.bool_]
Floats = NDArray[np.float64]
FEWEST: Final = 20
"""Customers of a sample who brought anything; of fewer no interval of an amount is told."""
_ROWS: Final = 100_000
"""Customers that are added up at once, so that a million need no gigabyte."""


class Overlapping:
    """What is estimated of each sample, with how the errors go together."""

    n: NDArray[np.int64]
    """Customers of each sample."""
    covariance: Floats
    """Of the estimates."""
    behind: float = 1.0
    """How many customers stand behind each that `n` counts."""

    def standard_error(self, sample: int, other: int) -> float:
        """Of the difference of two estimates."""
        c = self.covariance
        return float(np.sqrt(max(c[sample, sample] + c[other, other] - 2 * c[sample, other], 0.0)))

    def joint_quantile(self, samples: list[int], other: int, level: float) -> float:
        """How many standard errors hold for the differences of all samples to another at once."""
        c = self.covariance
        chosen = np.array(samples, dtype=np.intp)
        of = c[np.ix_(chosen, chosen)] - c[chosen, other][:, None] - c[other, chosen][None, :]
        of = of + c[other, other]
        error = np.sqrt(np.clip(np.diag(of), 0.0, None))
        known = error > 0
        if not known.any():
            return joint_quantile(np.eye(1), level)
        scale = np.outer(error[known], error[known])
        return joint_quantile(of[np.ix_(known, known)] / scale, level)


class Samples(Overlapping):
    """Samples of customers, how many succeeded, and how their shares are correlated."""

    def __init__(self, members: Flags, hits: Flags) -> None:
        hits = hits & members
        self.n = members.sum(axis=0, dtype=np.int64)
        self.hits: NDArray[np.int64] = hits.sum(axis=0, dtype=np.int64)
        sizes = np.maximum(self.n, 1)
        shares = self.hits / sizes
        self.covariance = _products(hits, members, shares) / np.outer(sizes, sizes)
        both = _products(members, members, np.zeros(len(sizes)))
        self._common: Floats = both / np.sqrt(np.outer(sizes, sizes))
        """What shares of which every customer has one outcome under all values correlate by."""

    def share(self, sample: int, level: float) -> Estimate:
        """The share of one sample, with Wilson's interval."""
        return wilson(int(self.hits[sample]), int(self.n[sample]), level)

    def difference(self, sample: int, other: int, level: float) -> Estimate:
        """The share of one sample less that of another."""
        return difference(
            self._of(sample), self._of(other), self._correlation(sample, other), level
        )

    def p_value(self, sample: int, other: int) -> float:
        """How far the difference of two shares is from what chance gives, looked at alone."""
        return p_value(self._of(sample), self._of(other), self._correlation(sample, other))

    def _of(self, sample: int) -> tuple[int, int]:
        return int(self.hits[sample]), int(self.n[sample])

    def _correlation(self, sample: int, other: int) -> float:
        """As it is found, but no more than there are common customers.

        Where few succeed it is found too high as often as too low, and only the one is a danger.
        """
        c = self.covariance
        scale = np.sqrt(c[sample, sample] * c[other, other])
        if scale <= 0:
            return 0.0
        return float(np.clip(c[sample, other] / scale, -1.0, self._common[sample, other]))


class Amounts(Overlapping):
    """What is estimated in money: means of those in a sample, or lifts over those held out.

    Intervals are those of the normal distribution, which sums over many customers come to; there
    are none where few brought anything, since amounts that nobody has seen yet have a say, too.
    """

    def __init__(
        self, n: NDArray[np.int64], values: Floats, covariance: Floats, some: NDArray[np.int64]
    ) -> None:
        """Of each sample; `some` is how many brought anything."""
        self.n = n
        self.values = values
        self.covariance = covariance
        self.some = some

    def share(self, sample: int, level: float) -> Estimate:
        """The amount of one sample."""
        n = int(self.n[sample])
        if n == 0:
            return Estimate(None, n=0)
        value = float(self.values[sample])
        if self.some[sample] < FEWEST:
            return Estimate(value, n=n)
        return _around(value, self.covariance[sample, sample] ** 0.5, n, level)

    def difference(self, sample: int, other: int, level: float) -> Estimate:
        """The amount of one sample less that of another."""
        n = int(min(self.n[sample], self.n[other]))
        if n == 0:
            return Estimate(None, n=0)
        value = float(self.values[sample] - self.values[other])
        if min(self.some[sample], self.some[other]) < FEWEST:
            return Estimate(value, n=n)
        return _around(value, self.standard_error(sample, other), n, level)

    def p_value(self, sample: int, other: int) -> float:
        """How far the difference of two amounts is from what chance gives, looked at alone."""
        error = self.standard_error(sample, other)
        if error == 0 or min(self.some[sample], self.some[other]) < FEWEST:
            return 1.0
        return 2 * float(norm.sf(abs(self.values[sample] - self.values[other]) / error))


def means(members: Flags, amounts: Floats) -> Amounts:
    """Of each sample what one of its customers brings."""
    n = members.sum(axis=0, dtype=np.int64)
    sizes = np.maximum(n, 1)
    amounts = np.where(members, amounts, 0.0)
    values = amounts.sum(axis=0) / sizes
    covariance = _products(amounts, members, values) / np.outer(sizes, sizes)
    return Amounts(n, values, covariance, (amounts != 0).sum(axis=0, dtype=np.int64))


def lifts(members: Flags, worth: Floats, cost: Floats, held_out: NDArray[np.bool_]) -> Amounts:
    """What messages to those in a sample bring beyond their cost, a customer who is in any.

    Those held out show what comes without messages. Whoever is in no sample of their own brings
    nothing and costs nothing there, so that all samples speak of the same customers. `n` counts the
    held out of a sample: there are fewer of them.
    """
    n = (members & held_out[:, None]).sum(axis=0, dtype=np.int64)
    values = np.zeros(members.shape[1])
    products, counts, some = [], [], []
    for sign, rows, spent in ((1, ~held_out, cost), (-1, held_out, np.zeros_like(cost))):
        count = max(int(rows.sum()), 1)
        brought = np.where(members[rows], worth[rows] - spent[rows], 0.0)
        mean = brought.sum(axis=0) / count
        everybody = np.ones(brought.shape, dtype=bool)
        values += sign * mean
        products.append(_products(brought, everybody, mean))
        counts.append(count)
        some.append((members[rows] & (worth[rows] != 0)).sum(axis=0, dtype=np.int64))
    own = products[0] / counts[0] ** 2 + products[1] / counts[1] ** 2
    # Of those held out few have bought: they do not tell their variance, or seem to have none.
    pooled = (products[0] + products[1]) / (counts[0] * counts[1])
    covariance = pooled if np.trace(pooled) > np.trace(own) else own
    found = Amounts(n, values, covariance, np.minimum(*some))
    found.behind = len(held_out) / max(int(held_out.sum()), 1)
    return found


def _around(value: float, error: float, n: int, level: float) -> Estimate:
    reach = float(norm.ppf(0.5 + level / 2)) * float(error)
    return Estimate(value, value - reach, value + reach, n)


def _products(hits: Flags | Floats, members: Flags, shares: Floats) -> Floats:
    """Sums over customers of the products of what each adds to the errors of two samples."""
    count = len(shares)
    total: NDArray[Any] = np.zeros((count, count))
    for start in range(0, len(hits), _ROWS):
        rows = slice(start, start + _ROWS)
        added = hits[rows] - members[rows] * shares
        total += added.T @ added
    return total
