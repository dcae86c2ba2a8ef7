"""Wilson's interval, against statsmodels and a published figure."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.proportion import proportion_confint

from lifecycle_dsl.analysis.findings import Estimate
from lifecycle_dsl.analysis.statistics.proportions import wilson


def test_the_published_examples() -> None:
    """Newcombe (1998), Two-sided confidence intervals for the single proportion, table I."""
    for hits, n, low, high in (
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0, 0.1611),
    ):
        found = wilson(hits, n, 0.95)
        assert (found.low, found.high) == pytest.approx((low, high), abs=5e-5)


@given(
    st.integers(1, 10**7).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))),
    st.floats(0.5, 0.9999),
)
def test_it_is_that_of_statsmodels(counts: tuple[int, int], level: float) -> None:
    found = wilson(*counts, level)
    low, high = proportion_confint(*counts, alpha=1 - level, method="wilson")
    assert found.low is not None
    assert found.value is not None
    assert found.high is not None
    assert (found.low, found.high) == pytest.approx((low, high), rel=1e-9, abs=1e-12)
    assert found.low <= found.value <= found.high


def test_nobody_says_nothing() -> None:
    assert wilson(0, 0, 0.95) == Estimate(None, n=0)
