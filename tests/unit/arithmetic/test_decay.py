"""The decay grid: its table, its steps and epochs, and the crossings found on it."""

import math
from collections.abc import Callable
from decimal import Context, Decimal
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lifecycle_dsl import localtime
from lifecycle_dsl.arithmetic import EPOCH_HALF_LIVES, STEPS, Cursor, Grid, decay
from lifecycle_dsl.arithmetic.powers import powers_of_two

DAY = 86_400_000_000
HALF_LIVES = st.one_of(
    st.sampled_from([60_000_000, 3_600_000_000, 14 * DAY, 365 * DAY, 36_500 * DAY]),
    st.integers(60_000_000, 36_500 * DAY),
)
INSTANTS = st.integers(-2_208_988_800_000_000, 13_601_087_999_999_999)
WEIGHTS = st.floats(1e-3, 1e30)


def test_the_table_holds_the_nearest_doubles() -> None:
    precise = Context(prec=50)
    table = powers_of_two()
    assert len(table) == STEPS
    for i, value in enumerate(table):
        assert value == float(precise.power(2, Decimal(i) / STEPS))
    assert all(a < b for a, b in pairwise(table))


@given(HALF_LIVES, INSTANTS)
def test_a_step_starts_at_its_first_microsecond(half_life: int, t: int) -> None:
    grid = Grid(half_life)
    index = grid.index(t)
    start, following = grid.step_start(index), grid.step_start(index + 1)
    assert start <= t < following
    assert grid.index(start) == grid.index(following - 1) == index
    assert grid.index(start - 1) == index - 1


@given(HALF_LIVES, INSTANTS)
def test_g_counts_from_the_start_of_its_own_epoch(half_life: int, t: int) -> None:
    grid = Grid(half_life)
    epoch = grid.epoch(t)
    start = grid.epoch_start(epoch)
    assert start <= t < start + EPOCH_HALF_LIVES * half_life
    assert start % (EPOCH_HALF_LIVES * half_life) == 0
    assert grid.g(start) == 1.0
    assert grid.g(t) == grid.growth(grid.index(t), epoch)
    steps = (t - start) * STEPS // half_life
    assert grid.g(t) == powers_of_two()[steps % STEPS] * 2.0 ** (steps // STEPS)
    assert grid.growth(grid.index(t), epoch - 3) == grid.g(t) * 2.0**192


def test_growth_ends_at_infinity_and_at_zero() -> None:
    grid = Grid(DAY)
    assert grid.growth(1023 * STEPS, 0) == 2.0**1023
    assert grid.growth(1024 * STEPS, 0) == math.inf
    assert grid.growth(-1022 * STEPS, 0) == 2.0**-1022
    assert grid.growth(-1023 * STEPS, 0) == 0.0


@given(st.floats(-1e60, 1e60), st.lists(st.integers(0, 12), max_size=6))
def test_rebasing_in_any_number_of_moves_gives_the_same_bits(x: float, moves: list[int]) -> None:
    grid = Grid(DAY)
    x = grid.rebase(x, 0, 1)
    epoch, value = 1, x
    for move in moves:
        value = grid.rebase(value, epoch, epoch + move)
        epoch += move
    assert value == grid.rebase(x, 1, epoch)
    if value:
        assert math.ldexp(value, 64 * sum(moves)) == x


def test_rebasing_far_ahead_leaves_nothing_and_never_goes_back() -> None:
    grid = Grid(DAY)
    assert grid.rebase(1e49, 0, 33) == 0.0
    assert grid.rebase(1.5, 0, 15) == 1.5 * 2.0**-960
    assert grid.rebase(-1.5, 0, 1) == -1.5 * 2.0**-64
    assert grid.rebase(1.5, 4, 2) == 1.5


def brute_first(grid: Grid, now: int, holds: Callable[[float], bool], steps: int) -> int | None:
    epoch = grid.epoch(now)
    index = grid.index(now)
    for later in range(index + 1, index + steps):
        if holds(grid.growth(later, epoch)):
            return grid.step_start(later)
    return None


@settings(max_examples=60)
@given(HALF_LIVES, st.integers(0, 4 * 10**15), WEIGHTS, st.floats(0.51, 0.9999999))
def test_a_crossing_is_the_first_step_at_which_the_comparison_holds(
    half_life: int, now: int, weight: float, part: float
) -> None:
    grid = Grid(half_life)
    kept = weight * grid.g(now)
    bar = weight * part
    found = grid.first_step(now, lambda g: kept / g < bar)
    assert found == brute_first(grid, now, lambda g: kept / g < bar, STEPS + 2)
    if found is not None:
        assert found > now
        assert kept / grid.growth(grid.index(found), grid.epoch(now)) < bar


def test_a_crossing_is_found_where_it_is_and_in_few_calls() -> None:
    grid = Grid(14 * DAY)
    now = 1_767_614_400_000_000
    calls = []

    def below_three(g: float) -> bool:
        calls.append(g)
        return 6.0 * grid.g(now) / g < 3.0

    found = grid.first_step(now, below_three)
    assert found is not None
    step = 14 * DAY / STEPS
    assert 0 <= found - now - 14 * DAY <= 2 * step
    assert len(calls) <= 24
    assert all(map(math.isfinite, calls))


def test_what_decay_never_brings_about_has_no_crossing() -> None:
    grid = Grid(DAY)
    assert grid.first_step(0, lambda g: 5.0 / g < 0.0) is None
    assert grid.first_step(0, lambda _: False) is None
    assert grid.first_step(0, lambda _: True) == grid.step_start(1)
    century = Grid(36_500 * DAY)
    assert century.first_step(4 * 10**15, lambda g: 1e9 / g < 1.0) is None


def test_a_half_life_is_at_least_a_minute() -> None:
    with pytest.raises(ValueError, match="one minute"):
        Grid(59_999_999)


@given(HALF_LIVES, INSTANTS, INSTANTS)
def test_a_cursor_shows_the_step_it_was_moved_to(half_life: int, first: int, second: int) -> None:
    grid = Grid(half_life)
    cursor = Cursor(grid)
    assert not cursor.low <= first < cursor.high
    for t in (first, second):
        cursor.move(t)
        assert cursor.low <= t < cursor.high
        assert cursor.g == grid.g(t) == grid.g(cursor.low) == grid.g(cursor.high - 1)


def test_both_rooms_agree_on_where_the_calendar_ends() -> None:
    assert decay.LAST_INSTANT == localtime.LAST_INSTANT
