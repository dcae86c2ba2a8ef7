"""A report on a terminal: it fits, and reads well."""

from __future__ import annotations

from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console

from lifecycle_dsl.analysis.findings import Column, Estimate, Table, Unit
from lifecycle_dsl.analysis.rendering.screen import show
from lifecycle_dsl.analysis.rendering.tables import table_lines
from tests.unit.analysis.rendering.reports import SMALL, report


def shown(width: int, *, colours: bool = False) -> str:
    out = StringIO()
    show(report(), Console(file=out, width=width, force_terminal=colours, highlight=False))
    return out.getvalue()


@pytest.mark.parametrize("width", [40, 60, 80, 100, 160, 240])
def test_no_line_is_wider_than_the_terminal_and_none_ends_in_spaces(width: int) -> None:
    lines = shown(width).splitlines()
    assert [line for line in lines if line != line.rstrip()] == []
    too_wide = [line for line in lines if cell_len(line) > width]
    assert too_wide == []


def test_colours_change_nothing_of_the_text() -> None:
    from rich.text import Text

    coloured = shown(80, colours=True)
    assert "\x1b[" in coloured
    assert Text.from_ansi(coloured).plain.rstrip() == shown(80).rstrip()


def test_without_colours_there_are_none() -> None:
    assert "\x1b" not in shown(80)


def test_headlines_stand_on_top_of_several_sections() -> None:
    top, *_ = shown(100).split("── ")
    assert top.count("• ") == 2


def lines(table: Table, width: int) -> str:
    return "\n".join(line.plain.rstrip() for line in table_lines(table, width))


def test_an_interval_stands_beside_its_value() -> None:
    assert lines(SMALL, 80) == (
        "Stage     Customers                 Of all\n"
        "lead          1,427  14.2 % (13.0 to 15.5)\n"
        "customer         21       –"
    )


def test_an_interval_goes_below_where_that_is_too_wide() -> None:
    assert lines(SMALL, 38) == (
        "Stage     Customers          Of all\n"
        "lead          1,427          14.2 %\n"
        "                     (13.0 to 15.5)\n"
        "customer         21               –"
    )


def test_rows_become_lists_where_even_that_is_too_wide() -> None:
    assert lines(SMALL, 34) == (
        "lead\n"
        "  Customers  1,427\n"
        "  Of all     14.2 % (13.0 to 15.5)\n"
        "customer\n"
        "  Customers  21\n"
        "  Of all     –"
    )


def test_a_list_breaks_before_an_interval_where_it_must() -> None:
    assert lines(SMALL, 30).splitlines()[:4] == [
        "lead",
        "  Customers  1,427",
        "  Of all     14.2 %",
        "             (13.0 to 15.5)",
    ]


CELLS = st.one_of(
    st.none(),
    st.integers(-(10**12), 10**12),
    st.floats(-1e12, 1e12),
    st.text("abc xyz", max_size=70),
    st.floats(-1e6, 1e6).map(lambda value: Estimate(value, value - 1, value + 1, 9)),
)


@given(
    st.integers(1, 8).flatmap(
        lambda count: st.tuples(
            st.lists(st.sampled_from(Unit), min_size=count, max_size=count),
            st.lists(st.lists(CELLS, min_size=count, max_size=count), max_size=4),
        )
    ),
    st.integers(60, 140),
)
def test_any_table_fits(made: tuple[list[Unit], list[list[object]]], width: int) -> None:
    units, rows = made
    named = tuple(Column(f"column number {place}", unit) for place, unit in enumerate(units))
    table = Table(named, tuple(tuple(row) for row in rows))  # type: ignore[arg-type]
    assert max((len(line) for line in lines(table, width).splitlines()), default=0) <= width
