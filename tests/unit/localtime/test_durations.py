"""Durations as literals and for people."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lifecycle_dsl.localtime import (
    DAY,
    HOUR,
    MINUTE,
    UNITS,
    duration_literal,
    format_duration,
    parse_duration,
)


@pytest.mark.parametrize(
    ("text", "micros"),
    [
        ("30d", 30 * DAY),
        ("1.5h", 90 * MINUTE),
        ("0s", 0),
        ("10_000ms", 10_000_000),
        ("2w", 14 * DAY),
        ("1y", 365 * DAY),
        ("0.001ms", 1),
        ("0.000001s", 1),
        ("0.1y", 36 * DAY + 12 * HOUR),
    ],
)
def test_one_number_and_one_unit_is_a_duration(text: str, micros: int) -> None:
    assert parse_duration(text) == micros


@pytest.mark.parametrize(
    "text",
    ["", "d", "30", "30 d", "1d12h", "1m", "-1d", "1.d", ".5h", "0.0001ms", "1__0d", "٣d"],
)
def test_anything_else_is_none(text: str) -> None:
    assert parse_duration(text) is None
    assert parse_duration("9" * 5000 + "d") is None


@pytest.mark.parametrize(
    ("micros", "literal", "people"),
    [
        (0, "0s", "0s"),
        (90 * MINUTE, "90min", "1h 30min"),
        (3 * DAY + 4 * HOUR, "76h", "3d 4h"),
        (3 * DAY + 4 * MINUTE, "4324min", "3d"),
        (14 * DAY, "14d", "14d"),
        (730 * DAY, "2y", "2y"),
        (400 * DAY, "400d", "1y 35d"),
        (1_500_000, "1500ms", "1s 500ms"),
        (1_500, "1.5ms", "1ms 500µs"),
        (7, "0.007ms", "7µs"),
        (-2 * HOUR, "-2h", "-2h"),
    ],
)
def test_durations_are_written_as_literals_and_for_people(
    micros: int, literal: str, people: str
) -> None:
    assert duration_literal(micros) == literal
    assert format_duration(micros) == people


@given(st.one_of(st.integers(0, 10**16), st.sampled_from([*UNITS.values()])))
def test_literals_read_back(micros: int) -> None:
    assert parse_duration(duration_literal(micros)) == micros
