"""Whether people were dealt to arms as the rules say: a mismatch means that nothing else holds.

Checked twice: with the chi-square test, for one look; and with a test that may be looked at every
day, the ratio of a Dirichlet mixture to what was declared.

Lindon, M., Malek, A. (2022): Anytime-valid inference for multinomial count data. Fabijan, A. et al.
(2019): Diagnosing sample ratio mismatch in online controlled experiments.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import exp, log
from typing import Final

from attrs import frozen
from scipy.special import gammaln
from scipy.stats import binomtest, chisquare

ALARM: Final = 0.01
"""Of a hundred sound experiments one is called a mismatch, however often it is looked at."""
_CONCENTRATION: Final = 1_000.0
"""How near to the declared shares the mixture looks for others: most within three hundredths."""
_FEWEST: Final = 5
"""Expected in each arm for the chi-square test."""


@frozen
class Ratio:
    """How counts stand to the declared shares."""

    counts: tuple[int, ...]
    expected: tuple[float, ...]
    p: float | None
    """For one look; None where three or more arms are too small for it."""
    anytime_p: float
    """For as many looks as one likes, of this look alone."""

    @property
    def mismatched(self) -> bool:
        """Whether it is safe to say that the arms were not dealt as declared."""
        return self.anytime_p < ALARM


def ratio(counts: Sequence[int], shares: Sequence[float]) -> Ratio:
    """Counts of arms against their declared shares, which are together 1."""
    total = sum(counts)
    expected = tuple(total * share for share in shares)
    return Ratio(tuple(counts), expected, _once(counts, shares), anytime_p(counts, shares))


def anytime_p(counts: Sequence[int], shares: Sequence[float]) -> float:
    """The p-value that holds for all looks together; an arm of no share has to be empty."""
    kept = [(count, share) for count, share in zip(counts, shares, strict=True) if share > 0]
    if sum(counts) != sum(count for count, _ in kept):
        return 0.0
    total = sum(counts)
    likelihood = float(gammaln(_CONCENTRATION) - gammaln(_CONCENTRATION + total))
    for count, share in kept:
        prior = _CONCENTRATION * share
        likelihood += float(gammaln(prior + count) - gammaln(prior)) - count * log(share)
    return min(1.0, exp(-likelihood)) if likelihood < 700 else 0.0


def _once(counts: Sequence[int], shares: Sequence[float]) -> float | None:
    total = sum(counts)
    expected = [total * share for share in shares]
    if total and min(expected) >= _FEWEST:
        return float(chisquare(counts, expected).pvalue)
    if len(counts) == 2 and total:
        return float(binomtest(counts[0], total, shares[0]).pvalue)
    return None
