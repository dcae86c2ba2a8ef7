"""Files of rows: what spreadsheets write is read, and nothing that anybody writes does harm."""

from __future__ import annotations

import csv
import io
import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lifecycle_dsl.checker import check
from lifecycle_dsl.checker.csvlines import lines_of
from lifecycle_dsl.diagnostics import Diagnostic
from lifecycle_dsl.source import Source
from tests.generated.effort import effort

TABLE = """
lifecycle shop
event visit
trait city: text = ""
level heat = count(visit) { hot >= 3  warm >= 1  cold }
start { -> lead }
stage lead
stage customer
table t (stage, heat, city) -> goal: text, size: number = 1 from "rows.csv"
"""
TEXTS = st.text(alphabet='ab ",;|\n-é\t', max_size=6)


def read(text: str) -> tuple[list[list[str]], list[Diagnostic]]:
    """The cells of a file, and what is wrong with it."""
    found: list[Diagnostic] = []
    lines = list(lines_of(Source("rows.csv", text), found.append))
    return [[cell.text for cell in line] for line in lines], found


def checked(rows: str) -> tuple[Diagnostic, ...]:
    """What is found in a table with these rows."""
    source = Source("rows.csv", rows)
    return check(Source("main.lcr", TABLE), lambda _name: source).diagnostics


@effort(300)
@given(
    st.lists(st.lists(TEXTS, min_size=2, max_size=4), min_size=1, max_size=4),
    st.sampled_from(",;"),
    st.sampled_from(["\n", "\r\n"]),
    st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]),
)
def test_what_the_csv_module_writes_is_read(
    rows: list[list[str]], mark: str, end: str, quoting: int
) -> None:
    rows = [["a", "b"], *([cell.strip() for cell in row] for row in rows)]
    out = io.StringIO()
    csv.writer(out, delimiter=mark, lineterminator=end, quoting=quoting).writerows(rows)  # type: ignore[arg-type]
    assert read(out.getvalue()) == ([row for row in rows if any(row)], [])


@effort(500)
@given(st.text(alphabet='a",;\r\n \t', max_size=30))
def test_any_text_is_read_to_its_end_or_told(text: str) -> None:
    source = Source("rows.csv", text)
    found: list[Diagnostic] = []
    spans = [cell.span for line in lines_of(source, found.append) for cell in line]
    assert all(a.end <= b.start for a, b in pairwise(spans))
    assert all(0 <= span.start <= span.end <= len(text) for span in spans)
    assert [each.name for each in found] in ([], ["malformed-quotes"])


@effort(200)
@given(st.text(alphabet='leadhotstage,;"|-[]().0123456789<>=#{}\n é', max_size=60))
def test_any_file_gives_diagnostics_and_no_more(text: str) -> None:
    for each in checked(f"stage,heat,city,goal,size\n{text}"):
        assert each.span is not None or each.file is not None


def test_cells_know_their_places() -> None:
    source = Source("rows.csv", 'a, b ,"c d"\r\n"e\n""f""",,g\n')
    lines = list(lines_of(source, lambda _found: None))
    places = [(source.position(cell.span.start), cell.span.text) for line in lines for cell in line]
    assert places == [
        ((1, 1), "a"),
        ((1, 4), "b"),
        ((1, 8), "c d"),
        ((2, 2), 'e\n""f""'),
        ((3, 8), ""),
        ((3, 9), "g"),
    ]


@pytest.mark.parametrize(
    ("rows", "names"),
    [
        ("", {"file-without-rows"}),
        ("\n\n,,,,\n", {"file-without-rows"}),
        ("stage,heat,city,goal,size\n", {"table-not-total"}),
        ("stage,heat,city,goal,size\nlead\n", {"row-of-wrong-length"}),
        ("stage,heat,city,goal,size\nlead,-,-,x,1,2\n", {"row-of-wrong-length"}),
        ("stage,heat,city,goal,size\n" + "lead,-,-,x,1\n" * 10_001, {"definition-too-large"}),
        ("stage,heat,city,goal,size\n-,-,-," + "x" * 5_000 + ",1\n", {"text-too-long"}),
        ("stage,heat,city,goal,size\n-,-,a\u202eb,x,1\n", {"invisible-character"}),
        ("stage,heat,city,goal,size\n-,-,-,a\u2066b,1\n", {"invisible-character"}),
        ("stage,heat,city,goal,size\n" + "(" * 5_000 + ",-,-,x,1\n", {"nesting-too-deep"}),
        ("stage,heat,city,goal,size\n-,-,-,x," + "-(" * 3_000 + "\n", {"nesting-too-deep"}),
    ],
    ids=lambda value: None if isinstance(value, str) else "-".join(value),
)
def test_hostile_files_are_told(rows: str, names: set[str]) -> None:
    start = time.perf_counter()
    assert {each.name for each in checked(rows)} == names
    assert time.perf_counter() - start < 10


def test_ten_thousand_rows_are_taken() -> None:
    rows = "".join(
        f"customer,{heat},city{at},x{at},{at}\n" for at in range(3_333) for heat in HEATS
    )
    assert checked(f"stage,heat,city,goal,size\n{rows}otherwise,,,none,\n") == ()


HEATS = ("cold", "warm", "hot")
