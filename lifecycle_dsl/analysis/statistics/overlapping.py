"""Shares of several samples that partly hold the same customers.

Each row is a customer, each column a sample: whether they are in it, and whether they succeeded in
it. A share is a ratio of two sums over independent customers, so that its error, and how the
errors of two shares go together, are those of sums (the linearised ratio, as in survey sampling).
Where two samples are the same customers this is the paired comparison, where they share nobody the
unpaired.

Cochran, W. G. (1977): Sampling techniques, chapter 6. Derrick, B. et al. (2015): Test statistics
for comparing two proportions with partially overlapping samples.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from lifecycle_dsl.analysis.findings import Estimate
from lifecycle_dsl.analysis.statistics.corrections import joint_quantile
from lifecycle_dsl.analysis.statistics.differences import difference, p_value
from lifecycle_dsl.analysis.statistics.proportions import wilson

Flags = NDArray[np.bool_]
_ROWS: Final = 100_000
"""Customers that are added up at once, so that a million need no gigabyte."""


class Samples:
    """Samples of customers, how many succeeded, and how their shares are correlated."""

    def __init__(self, members: Flags, hits: Flags) -> None:
        hits = hits & members
        self.n: NDArray[np.int64] = members.sum(axis=0, dtype=np.int64)
        self.hits: NDArray[np.int64] = hits.sum(axis=0, dtype=np.int64)
        sizes = np.maximum(self.n, 1)
        shares = self.hits / sizes
        self.covariance = _products(hits, members, shares) / np.outer(sizes, sizes)
        """Of the shares."""

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

    def standard_error(self, sample: int, other: int) -> float:
        """Of the difference of two shares."""
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

    def _of(self, sample: int) -> tuple[int, int]:
        return int(self.hits[sample]), int(self.n[sample])

    def _correlation(self, sample: int, other: int) -> float:
        c = self.covariance
        scale = np.sqrt(c[sample, sample] * c[other, other])
        return float(np.clip(c[sample, other] / scale, -1.0, 1.0)) if scale > 0 else 0.0


def _products(hits: Flags, members: Flags, shares: NDArray[np.float64]) -> NDArray[np.float64]:
    """Sums over customers of the products of what each adds to the errors of two samples."""
    count = len(shares)
    total: NDArray[Any] = np.zeros((count, count))
    for start in range(0, len(hits), _ROWS):
        rows = slice(start, start + _ROWS)
        added = hits[rows] - members[rows] * shares
        total += added.T @ added
    return total
