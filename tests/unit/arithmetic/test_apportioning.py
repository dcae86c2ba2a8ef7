"""Shares are as near to exact fractions as whole units allow, and are the whole together."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lifecycle_dsl.arithmetic import BILLION, apportioned, shared_out

weights = st.lists(
    st.one_of(st.just(0.0), st.just(1.0), st.floats(0, 1e300), st.floats(0, 1), st.floats(0, 1e9)),
    max_size=50,
)
amounts = st.integers(-(10**36), 10**36)


@given(weights)
def test_shares_are_exactly_the_whole_and_none_is_off_by_a_unit_of_what_is_due(
    found: list[float],
) -> None:
    shares = apportioned(found)
    assert len(shares) == len(found)
    assert sum(shares) == (BILLION if any(found) else 0)
    whole = sum(map(Fraction, found))
    for weight, share in zip(found, shares, strict=True):
        assert share >= 0
        assert weight or not share
        # A unit, and what adding doubles up may be off by.
        assert not any(found) or abs(share - BILLION * Fraction(weight) / whole) < Fraction(
            101, 100
        )


@given(st.integers(1, 1_000))
def test_equal_weights_differ_by_a_unit_at_the_most(count: int) -> None:
    shares = apportioned([0.1] * count)
    assert sum(shares) == BILLION
    assert max(shares) - min(shares) <= 1


@given(weights)
def test_what_is_written_adds_up_to_1_in_decimals(found: list[float]) -> None:
    written = [Fraction(repr(share / BILLION)) for share in apportioned(found)]
    assert sum(written) == (1 if any(found) else 0)


@given(amounts, weights)
def test_an_amount_is_shared_out_exactly(amount: int, found: list[float]) -> None:
    shares = apportioned(found)
    parts = shared_out(amount, shares)
    assert sum(parts) == (amount if any(found) else 0)
    for part, share in zip(parts, shares, strict=True):
        assert abs(part - Fraction(amount) * share / BILLION) <= 1


@pytest.mark.parametrize(
    ("found", "shares"),
    [
        ([], []),
        ([0.0, 0.0], [0, 0]),
        ([5e-324], [BILLION]),
        ([1.0, 1.0, 1.0], [333_333_333, 333_333_334, 333_333_333]),
        ([40.0, 10.0, 10.0, 40.0], [400_000_000, 100_000_000, 100_000_000, 400_000_000]),
        ([1e300, 1.0, 1e300], [500_000_000, 0, 500_000_000]),
        ([1.0, 0.0, 2.0], [333_333_333, 0, 666_666_667]),
    ],
)
def test_shares_by_hand(found: list[float], shares: list[int]) -> None:
    assert apportioned(found) == shares


def test_halves_go_away_from_zero() -> None:
    halves = [BILLION // 2, BILLION // 2]
    assert shared_out(1, halves) == [1, 0]
    assert shared_out(-1, halves) == [-1, 0]
    assert shared_out(3, halves) == [2, 1]
