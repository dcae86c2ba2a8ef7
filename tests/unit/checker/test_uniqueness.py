"""Overlaps and gaps of rows are found exactly, which trying all cases confirms."""

from __future__ import annotations

import random
import time
from itertools import product
from types import SimpleNamespace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from lifecycle_dsl.checker import check
from lifecycle_dsl.checker.uniqueness import Boxes
from lifecycle_dsl.localtime import parse_duration
from lifecycle_dsl.program.tables import Row, Table
from lifecycle_dsl.program.types import BOOL, LevelType
from lifecycle_dsl.source import Source
from tests.generated.effort import effort
from tests.reference.tables import holds

RULES = """
lifecycle shop
event visit
trait vip: bool = false
trait city: text = ""
trait bonus: number = 0
score love { half-life 14d  at least 0  at most 100  on visit: 1 }
level heat = love { hot >= 3  warm >= 1  cold }
group early = lead, trial
start { -> lead }
stage lead
stage trial
stage customer
"""
STAGES = ("lead", "trial", "customer")
BARS = (0.0, 1.0, 2.0, 5.0)
ASIDE = (-0.5, -2e-9, -1e-10, 0.0, 1e-10, 2e-9, 0.5)
"""Just beside a bar, within what a comparison with a score forgives and beyond it."""
VALUES: dict[str, tuple[Any, ...]] = {
    "stage": STAGES,
    "previous_stage": (*STAGES, "none"),
    "heat": (0, 1, 2),
    "vip": (False, True),
    "city": ("Utrecht", "Delft", "elsewhere"),
    "bonus": tuple(bar + aside for bar in BARS for aside in ASIDE),
    "love": tuple(bar + aside for bar in BARS for aside in ASIDE if bar + aside >= 0),
    "count(visit)": tuple(float(value) for value in range(8)),
    "in_stage": tuple(value * 3_600_000_000 + aside for value in (0, 1, 2, 5) for aside in (0, 1)),
}
"""Values of each input that no cell below can tell from any other value."""
CELLS: dict[str, tuple[str, ...]] = {
    "stage": ("lead", "not trial", "early", "not early", "trial | customer"),
    "previous_stage": ("none", "lead", "not none", "early"),
    "heat": ("cold", "warm..", "..warm", "[warm..hot)", "not cold"),
    "vip": ("true", "false", "not true"),
    "city": ('"Utrecht"', '"Delft" | "Utrecht"', 'not "Delft"'),
    "in_stage": ("..1h", "1h..", "(1h..2h]", "[0h..5h)", "5h", "not 2h"),
}
NUMBER_SHAPES = ("{}", "not {}", "{}..", "..{}", "[{}..{})", "({}..{}]", "({}..{})", "[{}..{}]")


@st.composite
def cells(draw: DrawFn, title: str) -> str:
    """A cell of an input."""
    if draw(st.integers(0, 3)) == 0:
        return "-"
    if title in CELLS:
        return draw(st.sampled_from(CELLS[title]))
    low, high = sorted(draw(st.permutations(("0", "1", "2", "5")))[:2])
    one = draw(st.sampled_from(NUMBER_SHAPES)).format(low, high)
    return f"{one} | {high}" if draw(st.integers(0, 4)) == 0 else one


@st.composite
def tables(draw: DrawFn) -> Table:
    """A checked table of a few rows."""
    inputs = draw(st.lists(st.sampled_from(sorted(VALUES)), min_size=1, max_size=3, unique=True))
    rows = draw(st.lists(st.tuples(*(cells(each) for each in inputs)), max_size=6))
    written = "".join(f"  row {', '.join(row)} => {at}\n" for at, row in enumerate(rows))
    return table_of(f"({', '.join(inputs)}) -> n: number {{\n{written}  otherwise => 99\n}}")


def table_of(text: str) -> Table:
    """The checked table of a text, which is right."""
    checked = check(Source("main.lcr", f"{RULES}table t {text}"))
    assert checked.program is not None, checked.diagnostics
    return checked.program.tables["t"]


def boxes_of(table: Table) -> Boxes:
    """The boxes of a table's rows."""
    behind = SimpleNamespace(value=lambda _found: None)
    names: Any = SimpleNamespace(stages=STAGES, expressions=SimpleNamespace(behind=behind))
    return Boxes(names, table.inputs, table.rows)


def values_of(table: Table) -> list[tuple[Any, ...]]:
    """For each input of a table, values of every kind that matters."""
    found = []
    for each in table.inputs:
        written = " ".join(each.value.span.text.split())
        found.append(VALUES[written])
    return found


def matching(table: Table, case: tuple[Any, ...]) -> list[int]:
    """The rows that take a case."""
    return [at for at, row in enumerate(table.rows) if takes(table, row, case)]


def takes(table: Table, row: Row, case: tuple[Any, ...]) -> bool:
    """Whether a row takes a case."""
    given_ = zip(row.cells, table.inputs, case, strict=True)
    return all(not cell or holds(cell, each, value) for cell, each, value in given_)


def shown(table: Table, boxes: Boxes, case: tuple[int, ...]) -> tuple[Any, ...]:
    """The values that a message shows for a case."""
    found: list[Any] = []
    for each, axis, piece in zip(table.inputs, boxes.axes, case, strict=True):
        text, kind = axis.examples[piece], each.value.type
        if isinstance(kind, LevelType):
            found.append(kind.labels.index(text))
        elif kind == BOOL:
            found.append(text == "true")
        elif str(kind) == "text":
            found.append(text.strip('"'))
        elif str(kind) == "number":
            found.append(float(text))
        elif str(kind) == "duration":
            found.append(parse_duration(text))
        else:
            found.append(text)
    return tuple(found)


@effort(150)
@given(tables())
def test_trying_all_cases_finds_the_same(table: Table) -> None:
    boxes = boxes_of(table)
    taken = [matching(table, case) for case in product(*values_of(table))]
    earlier: dict[int, int] = {}
    for rows in taken:
        for later in rows[1:]:
            earlier[later] = min(earlier.get(later, later), rows[0])
    overlaps = boxes.overlaps(100)
    assert {later: first for later, first, _ in overlaps} == earlier
    for later, first, case in overlaps:
        assert {first, later} <= set(matching(table, shown(table, boxes, case)))
    is_whole = all(taken)
    holes = [boxes.hole()] if overlaps else [boxes.hole(), boxes.gap()]
    for hole in holes:
        assert (hole is None) == is_whole
        if hole is not None:
            assert matching(table, shown(table, boxes, hole)) == []


def test_many_rows_are_checked_in_no_time() -> None:
    rows = [
        f"  row {stage}, {heat}, {vip}, [{low}..{low + 1}), [{bonus}..{bonus + 10}) => 1\n"
        for stage in STAGES
        for heat in ("cold", "warm", "hot")
        for vip in ("true", "false")
        for low in range(14)
        for bonus in range(0, 40, 10)
    ]
    random.Random(1).shuffle(rows)
    table = table_of(
        f"(stage, heat, vip, love, bonus) -> n: number {{\n{''.join(rows)}  otherwise => 1 }}"
    )
    assert len(table.rows) > 1000
    start = time.perf_counter()
    boxes = boxes_of(table)
    assert boxes.overlaps(1) == []
    gap = boxes.gap()
    assert time.perf_counter() - start < 0.5
    assert gap is not None
    assert matching(table, shown(table, boxes, gap)) == []


def test_a_search_that_takes_too_long_is_given_up() -> None:
    # Three truths a row, at random: whether such rows leave anything out is hard to know.
    some = random.Random(1)
    rows = []
    for _ in range(600):
        asked = {at: some.choice(("true", "false")) for at in some.sample(range(60), 3)}
        rows.append(f"  row {', '.join(asked.get(at, '-') for at in range(60))} => 1\n")
    traits = "".join(f"trait t{at}: bool = false\n" for at in range(60))
    inputs = ", ".join(f"t{at}" for at in range(60))
    text = f"{traits}table t ({inputs}) -> n: number {{\n{''.join(rows)}}}"
    start = time.perf_counter()
    checked = check(Source("main.lcr", RULES + text))
    assert time.perf_counter() - start < 10
    (found,) = checked.diagnostics
    assert found.headline == "`n` has no value where no row applies"
