"""How probable it is that each of several shares is the highest, from their counts alone.

Each share has the Beta distribution that a uniform prior and its counts give. The probabilities are
integrals, computed on a fixed grid, not drawn: the same counts give the same answer.

Thompson, W. R. (1933): On the likelihood that one unknown probability exceeds another in view of
the evidence of two samples. Scott, S. L. (2010): A modern Bayesian look at the multi-armed bandit.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from scipy.stats import beta

from lifecycle_dsl.analysis.findings import Estimate

_STEPS: Final = 20_000
"""Of equal probability, along each share."""


def probabilities_best(counts: Sequence[tuple[int, int]]) -> list[float]:
    """Of each share, (successes, sample), that it is higher than all others; together 1."""
    shares = [beta(1 + hits, 1 + n - hits) for hits, n in counts]
    grid = (np.arange(_STEPS) + 0.5) / _STEPS
    found = []
    for place, share in enumerate(shares):
        x = share.ppf(grid)
        others = [other.cdf(x) for at, other in enumerate(shares) if at != place]
        found.append(float(np.prod(others, axis=0).mean()) if others else 1.0)
    total = sum(found)
    return [each / total for each in found]


def credible(hits: int, n: int, level: float) -> Estimate:
    """A share's posterior mean with the interval of equal tails."""
    share = beta(1 + hits, 1 + n - hits)
    low, high = share.interval(level)
    return Estimate(float(share.mean()), float(low), float(high), n)
