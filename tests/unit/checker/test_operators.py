"""Every row of the tables does what it says, and stays within the bounds it gives."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from lifecycle_dsl.checker import intervals
from lifecycle_dsl.checker.builtins import BUILTINS, find_function
from lifecycle_dsl.checker.operators import OPERATORS, TURNED, comparison
from lifecycle_dsl.checker.rows import Row
from lifecycle_dsl.localtime import DAY, HOUR, zone
from lifecycle_dsl.program.types import (
    BOOL,
    DATE,
    DURATION,
    MONEY,
    NUMBER,
    TEXT,
    TIME,
    WEEKDAYS,
    Labels,
    LevelType,
    ListType,
    Type,
)

ROWS = [*OPERATORS.rows, *BUILTINS.rows]
NOON = 1_767_614_400_000_000  # Monday 2026-01-05T12:00Z
SAMPLES: dict[tuple[str, tuple[Type, ...]], tuple[tuple[Any, ...], Any]] = {
    ("+", (NUMBER, NUMBER)): ((0.1, 0.2), 0.1 + 0.2),
    ("+", (MONEY, MONEY)): ((2.5, 1.0), 3.5),
    ("+", (DURATION, DURATION)): ((DAY, HOUR), DAY + HOUR),
    ("-", (NUMBER, NUMBER)): ((0.3, 0.1), 0.3 - 0.1),
    ("-", (MONEY, MONEY)): ((2.5, 1.0), 1.5),
    ("-", (DURATION, DURATION)): ((DAY, HOUR), 23 * HOUR),
    ("-", (TIME, TIME)): ((NOON, NOON - DAY), DAY),
    ("-", (NUMBER,)): ((2.0,), -2.0),
    ("-", (MONEY,)): ((2.0,), -2.0),
    ("-", (DURATION,)): ((DAY,), -DAY),
    ("+", (TIME, DURATION)): ((NOON, HOUR), NOON + HOUR),
    ("+", (DURATION, TIME)): ((HOUR, NOON), NOON + HOUR),
    ("-", (TIME, DURATION)): ((NOON, HOUR), NOON - HOUR),
    ("+", (DATE, DURATION)): ((20_000, 14 * DAY), 20_014),
    ("+", (DURATION, DATE)): ((14 * DAY, 20_000), 20_014),
    ("-", (DATE, DURATION)): ((20_000, 14 * DAY), 19_986),
    ("-", (DATE, DATE)): ((20_014, 20_000), 14 * DAY),
    ("*", (NUMBER, NUMBER)): ((0.1, 3.0), 0.1 * 3.0),
    ("*", (MONEY, NUMBER)): ((2.5, 3.0), 7.5),
    ("*", (NUMBER, MONEY)): ((3.0, 2.5), 7.5),
    ("*", (DURATION, NUMBER)): ((DAY, 0.5), 12 * HOUR),
    ("*", (NUMBER, DURATION)): ((1.5, 3), 5),
    ("/", (NUMBER, NUMBER)): ((1.0, 3.0), 1.0 / 3.0),
    ("/", (MONEY, NUMBER)): ((5.0, 2.0), 2.5),
    ("/", (MONEY, MONEY)): ((5.0, 2.0), 2.5),
    ("/", (DURATION, DURATION)): ((36 * HOUR, DAY), 1.5),
    ("/", (DURATION, NUMBER)): ((DAY, 2.0), 12 * HOUR),
    ("^", (NUMBER, NUMBER)): ((3.0, 5.0), 243.0),
    ("contains", (TEXT, TEXT)): (("newsletter", "news"), True),
    ("starts with", (TEXT, TEXT)): (("newsletter", "letter"), False),
    ("ends with", (TEXT, TEXT)): (("newsletter", "letter"), True),
    ("abs", (NUMBER,)): ((-2.5,), 2.5),
    ("abs", (MONEY,)): ((-2.5,), 2.5),
    ("abs", (DURATION,)): ((-DAY,), DAY),
    ("mod", (NUMBER, NUMBER)): ((-1.0, 7.0), 6.0),
    ("mod", (MONEY, MONEY)): ((9.0, 7.0), 2.0),
    ("mod", (DURATION, DURATION)): ((DAY + HOUR, DAY), HOUR),
    ("clamp", (NUMBER,) * 3): ((12.0, 0.0, 10.0), 10.0),
    ("clamp", (MONEY,) * 3): ((-1.0, 0.0, 10.0), 0.0),
    ("clamp", (DURATION,) * 3): ((HOUR, 0, DAY), HOUR),
    ("clamp", (TIME,) * 3): ((5, 1, 3), 3),
    ("clamp", (DATE,) * 3): ((5, 1, 3), 3),
    ("round", (NUMBER,)): ((2.5,), 3.0),
    ("round", (MONEY,)): ((-2.5,), -3.0),
    ("round", (NUMBER, NUMBER)): ((1.005, 2.0), 1.01),
    ("round", (MONEY, NUMBER)): ((1.005, 2.0), 1.01),
    ("sqrt", (NUMBER,)): ((9.0,), 3.0),
    ("log", (NUMBER,)): ((1.0,), 0.0),
    ("exp", (NUMBER,)): ((0.0,), 1.0),
    ("logistic", (NUMBER,)): ((0.0,), 0.5),
    ("number", (MONEY,)): ((2.5,), 2.5),
    ("days", (DURATION,)): ((-36 * HOUR,), -1.0),
    ("hours", (DURATION,)): ((90 * 60_000_000,), 1.0),
    ("length", (TEXT,)): (("abc",), 3.0),
    ("lower", (TEXT,)): (("AbC",), "abc"),
    ("date", (TIME,)): ((NOON,), 20_458),
    ("midnight", (DATE,)): ((20_458,), NOON - 13 * HOUR),
    ("hour", (TIME,)): ((NOON,), 13.0),
    ("weekday", (TIME,)): ((NOON,), "monday"),
    ("weekday", (DATE,)): ((20_458,), "monday"),
    ("day", (TIME,)): ((NOON,), 5.0),
    ("day", (DATE,)): ((20_458,), 5.0),
    ("month", (TIME,)): ((NOON,), "january"),
    ("month", (DATE,)): ((20_458,), "january"),
    ("year", (TIME,)): ((NOON,), 2026.0),
    ("year", (DATE,)): ((20_458,), 2026.0),
}


def named(row: Row) -> str:
    operation = row.operation
    kind = "-or-nothing" if operation.may_miss else "" if operation.inline else "-called"
    return f"{operation.name}-{'-'.join(map(str, operation.parameters))}{kind}"


def evaluated(row: Row, *arguments: Any) -> Any:
    before = (zone("Europe/Amsterdam"),) if row.operation.needs_zone else ()
    return row.operation.evaluate(*before, *arguments)


@pytest.mark.parametrize("row", ROWS, ids=named)
def test_a_row_does_what_it_says(row: Row) -> None:
    arguments, expected = SAMPLES[row.operation.name, row.operation.parameters]
    found = evaluated(row, *arguments)
    assert found == expected
    assert type(found) is type(expected)


def test_every_sample_is_of_a_row() -> None:
    known = {(row.operation.name, row.operation.parameters) for row in ROWS}
    assert set(SAMPLES) == known


@pytest.mark.parametrize(
    "row", [row for row in ROWS if row.operation.inline and row.operation.name != "-"], ids=named
)
def test_what_is_written_inline_is_the_same(row: Row) -> None:
    arguments, expected = SAMPLES[row.operation.name, row.operation.parameters]
    assert eval(f"a {row.operation.inline} b", dict(zip("ab", arguments, strict=True))) == expected  # noqa: S307


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("/", (1.0, 0.0)),
        ("mod", (1.0, 0.0)),
        ("^", (0.0, -1.0)),
        ("^", (-2.0, 0.5)),
        ("sqrt", (-1.0,)),
        ("log", (0.0,)),
    ],
)
def test_outside_its_domain_there_is_nothing(name: str, arguments: tuple[float, ...]) -> None:
    rows = [row for row in ROWS if row.operation.name == name and row.operation.may_miss]
    row = next(row for row in rows if set(row.operation.parameters) == {NUMBER})
    assert row.operation.evaluate(*arguments) is None


def test_a_quotient_of_a_tiny_divisor_stops() -> None:
    row = next(row for row in OPERATORS.rows if row.operation.name == "/" and row.domain is None)
    assert row.operation.evaluate(1.0, 5e-324) == intervals.STOP
    assert row.operation.evaluate(-1.0, 5e-324) == -intervals.STOP


BOUNDED = [
    row
    for row in ROWS
    if row.bounds is not None and set(row.operation.parameters) <= {NUMBER, MONEY, DURATION}
]
SIZES = st.sampled_from([0.0, 1.0, -1.0, 5e-324, 1e-9, 0.5, 7.0, 700.0, 1e9, 1e15, -1e15, 1e30])
NUMBERS = SIZES | st.floats(-1e15, 1e15)


@st.composite
def within(draw: st.DrawFn, type_: Type) -> tuple[intervals.Interval, float]:
    """An interval and a value in it."""
    if type_ == DURATION:
        ends = st.integers(-(2**52), 2**52) | st.sampled_from([0, 1, -1, DAY, -DAY])
        low, value, high = sorted(draw(st.tuples(ends, ends, ends)))
        return (float(low), float(high)), value
    numbers = draw(st.sampled_from([NUMBERS, NUMBERS.map(abs).map(lambda x: x or 1.0)]))
    low_, value_, high_ = sorted(draw(st.tuples(numbers, numbers, numbers)))
    return (low_, high_), value_


@pytest.mark.parametrize("row", BOUNDED, ids=named)
@given(data=st.data())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
def test_values_stay_within_bounds(row: Row, data: st.DataObject) -> None:
    drawn = [data.draw(within(each)) for each in row.operation.parameters]
    if row.operation.name == "round" and len(drawn) == 2:
        drawn[1] = ((0.0, 15.0), float(data.draw(st.integers(0, 15))))
    ranges, values = [each[0] for each in drawn], [each[1] for each in drawn]
    assume(row.domain is None or row.domain(*ranges))
    assert row.bounds is not None
    low, high = row.bounds(*ranges)
    assume(intervals.fits((low, high)))
    found = evaluated(row, *values)
    if found is None:
        assert row.operation.may_miss
    else:
        assert low <= found <= high


@given(st.floats(1e-300, 1.0), st.floats(0.0, 1e6))
@example(0.95, 0.0)
def test_what_shrinks_never_grows(base: float, exponent: float) -> None:
    assert intervals.power((base, 1.0), (0.0, exponent))[1] <= 1.0


@pytest.mark.parametrize("symbol", TURNED)
def test_comparisons_are_made_for_what_has_an_order(symbol: str) -> None:
    level = LevelType("tier", ("low", "high"))
    operation = comparison(symbol, level)
    assert operation is not None
    assert operation.evaluate(0, 1) is (symbol in ("!=", "<", "<="))
    for unordered in (TEXT, BOOL, WEEKDAYS, Labels(("a", "b"))):
        assert (comparison(symbol, unordered) is not None) is (symbol in ("==", "!="))
    assert comparison(symbol, ListType(TEXT, 3)) is None


@pytest.mark.parametrize("name", ["min", "max"])
def test_extremes_take_any_number_of_values_of_one_unit(name: str) -> None:
    row = find_function(name, [MONEY] * 4, [(0.0, 9.0)] * 4)
    assert row is not None
    assert row.operation.evaluate(3.0, 1.0, 4.0, 1.5) == {"min": 1.0, "max": 4.0}[name]
    assert find_function(name, [MONEY, NUMBER], [None, None]) is None
    assert find_function(name, [MONEY], [None]) is None
    assert find_function(name, [TEXT, TEXT], [None, None]) is None
