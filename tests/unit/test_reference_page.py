"""The language reference is executed: every fence, and its tables against the rows they show.

An `lcr` fence without a name starts an example, and what stands below it belongs to it. An `lcr`
fence with a name is a file that every example may `use`. Between `<!-- operators -->` or
`<!-- functions -->` and `<!-- end -->` stands a table that is made here. `pytest --update`
rewrites expectations and tables in place.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest

from lifecycle_dsl.checker import builtins as functions
from lifecycle_dsl.checker import check, operators
from lifecycle_dsl.checker.builtins import BUILTINS
from lifecycle_dsl.checker.operators import OPERATORS, ORDERED
from lifecycle_dsl.checker.rows import Row
from lifecycle_dsl.engine import decisions
from lifecycle_dsl.localtime import parse_instant
from lifecycle_dsl.program.expressions import Clock
from lifecycle_dsl.program.memory import Period, Remembers
from tests.caseformat import engine
from tests.caseformat.markdown import Case, Fence, Section, sections_in
from tests.caseformat.runner import disagreements, outdated, rewrite
from tests.reference.interpreter import Reference

PAGE = Path(__file__).parents[2] / "grammar" / "REFERENCE.md"
_TABLE = re.compile(r"(<!-- (?P<title>operators|functions) -->\n).*?(<!-- end -->)", re.DOTALL)
_LINK = re.compile(r"\]\(#(?P<anchor>[^)]+)\)")
_COMMENT = re.compile(r"//.*")
_WORD_OF_GRAMMAR = re.compile(r'"([a-z_-]{2,})"')
_WORD = re.compile(r"[a-z_]+(?:-life)?")
_NOT_OF_ANCHORS = re.compile(r"[^\w\- ]")


def sections() -> tuple[Section, ...]:
    """The headings of the page."""
    return sections_in(PAGE.read_text(encoding="utf-8"))


@cache
def examples() -> tuple[Case, ...]:
    """The examples of the page, in order, each with the shared files behind it."""
    shared = tuple(f for section in sections() for f in section.fences if _is_shared(f))
    return tuple(
        Case(PAGE, f"{section.title}, line {fences[0].first}", section.line, (*fences, *shared))
        for section in sections()
        for fences in _examples_of(f for f in section.fences if not _is_shared(f))
    )


def run_examples() -> list[Case]:
    """The examples that are run, not only checked."""
    return [case for case in examples() if any(each.kind == "events" for each in case.fences)]


def _is_shared(fence: Fence) -> bool:
    return fence.kind == "lcr" and "name" in fence.options


def _examples_of(fences: Iterable[Fence]) -> Iterator[tuple[Fence, ...]]:
    example: list[Fence] = []
    for fence in fences:
        if fence.kind == "lcr" and example:
            yield tuple(example)
            example = []
        if fence.kind != "text":
            example.append(fence)
    if example:
        yield tuple(example)


# The tables


def _operators() -> Iterator[str]:
    yield "| operator | does |"
    yield "|---|---|"
    shown = [(row.operation.name, _signature(row)) for row in _once(OPERATORS.rows)]
    for symbol, signatures in _by_name([*shown, ("contains", "list of text, text → bool")]):
        yield f"| `{symbol}` | {signatures} |"
    ordered = " · ".join(f"{type_}, {type_} → bool" for type_ in ORDERED)
    for symbol in operators.TURNED:
        types = "two of any type but lists → bool" if symbol in ("==", "!=") else ordered
        labels = "" if symbol in ("==", "!=") else " · two labels of a level → bool"
        yield f"| `{symbol}` | {types}{labels} |"


def _functions() -> Iterator[str]:
    yield "| function | does |"
    yield "|---|---|"
    types = ", ".join(map(str, ORDERED))
    for name in ("min", "max"):
        yield f"| `{name}` | 2 to {functions.MOST_ARGUMENTS} of one type → that type: {types} |"
    shown = [(row.operation.name, _signature(row)) for row in _once(BUILTINS.rows)]
    for name, signatures in _by_name([*shown, ("length", "list → number")]):
        yield f"| `{name}` | {signatures} |"


def _by_name(shown: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """The signatures of each name, in the order in which the names come up."""
    found: dict[str, list[str]] = {}
    for name, signature in shown:
        found.setdefault(name, []).append(signature)
    for name, signatures in found.items():
        yield name, " · ".join(signatures)


def _signature(row: Row) -> str:
    operation = row.operation
    mark = "?" if operation.may_miss else ""
    return f"{', '.join(map(str, operation.parameters))} → {operation.result}{mark}"


def _once(rows: tuple[Row, ...]) -> Iterator[Row]:
    """A row for each list of types; of several the last, which is for all arguments."""
    for _, same in groupby(rows, key=lambda row: (row.operation.name, row.operation.parameters)):
        yield list(same)[-1]


TABLES = {"operators": _operators, "functions": _functions}


def with_tables(text: str) -> str:
    """The page with its tables as they should be."""
    return _TABLE.sub(
        lambda found: found[1] + "\n".join(TABLES[found["title"]]()) + "\n" + found[3], text
    )


# The tests


@pytest.fixture(scope="module", autouse=True)
def page(request: pytest.FixtureRequest) -> None:
    """With `--update`, the page rewritten once, before anything is compared."""
    if request.config.getoption("--update"):
        bodies = {fence: body for case in examples() for fence, body in outdated(case).items()}
        rewrite(PAGE, bodies)
        text = PAGE.read_text(encoding="utf-8")
        PAGE.write_text(with_tables(text), encoding="utf-8")


@pytest.mark.parametrize("case", examples(), ids=lambda case: case.title)
def test_an_example_does_what_the_page_says(case: Case, update: bool) -> None:  # noqa: FBT001
    assert not disagreements(case, accept=update)


@pytest.mark.parametrize("case", run_examples(), ids=lambda case: case.title)
def test_the_plain_interpreter_decides_the_same(case: Case) -> None:
    program = check(case.source, case.read).program
    assert program is not None
    dead_lines = {json.loads(letter)["line"] for letter in engine.dead(case).splitlines()}
    records: list[dict[str, Any]] = [
        record | {"at": parse_instant(str(record["at"]))}
        for line, record in enumerate(case.events, 1)
        if line not in dead_lines
    ]
    end = max(record["at"] for record in records)
    interpreter = Reference(program)
    decided = [each for record in records for each in interpreter.process(record)]
    decided += interpreter.advance(end)
    states = [interpreter.state(name, end) for name in sorted(interpreter.customers)]
    made = [json.loads(line) for line in engine.decisions(case).splitlines()]
    assert _by_customer(decided) == _by_customer(made)
    assert states == [json.loads(line) for line in engine.state(case).splitlines()]


def _by_customer(decided: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Decisions without keys, each customer's in their order: between customers it is free."""
    return sorted((each | {"key": ""} for each in decided), key=lambda each: each["customer"])


def test_the_tables_show_the_rows_there_are() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert {found["title"] for found in _TABLE.finditer(text)} == set(TABLES)
    assert text == with_tables(text)


def test_every_link_leads_to_a_heading() -> None:
    anchors = {
        _NOT_OF_ANCHORS.sub("", section.title.lower()).replace(" ", "-") for section in sections()
    }
    links = {found["anchor"] for found in _LINK.finditer(PAGE.read_text(encoding="utf-8"))}
    assert links <= anchors


def test_every_word_of_the_grammar_stands_on_the_page() -> None:
    grammar = (PAGE.parent / "lcr.lark").read_text(encoding="utf-8")
    words = set(_WORD_OF_GRAMMAR.findall(_COMMENT.sub("", grammar)))
    words |= {each.value for kind in (Remembers, Period, Clock) for each in kind}
    assert not words - set(_WORD.findall(PAGE.read_text(encoding="utf-8")))


def test_every_kind_of_decision_stands_on_the_page() -> None:
    kinds = {kind.__struct_config__.tag for kind in decisions.Decision.__subclasses__()}
    text = PAGE.read_text(encoding="utf-8")
    assert not [kind for kind in kinds if f"`{kind}`" not in text]
