"""No text, however odd, makes the parser fail, and what it finds is said in the user's words."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lifecycle_dsl.diagnostics import Diagnostic
from lifecycle_dsl.source import Source
from lifecycle_dsl.syntax import decode, nodes, parse, parse_expression
from lifecycle_dsl.syntax.expectations import expected
from lifecycle_dsl.syntax.machine import Machine, automaton
from lifecycle_dsl.syntax.tables import is_terminal

LANGUAGE = Path(__file__).parent / "language"
FILES = [path.read_text(encoding="utf-8") for path in sorted(LANGUAGE.glob("*.lcr"))]
WORDS = sorted({word for text in FILES for word in re.findall(r"\w+|[^\w\s]+", text)})
ODD = [
    "\x00",
    "\ud800",
    "\u202e",
    "\xa0",
    "\u200b",
    "é",
    "'",
    '"',
    "\\",
    "//",
    "/*",
    "#",
    "\r",
    "\t",
]
OUR_WORDS = re.compile(r"<[A-Za-z_]|\$END|\b[A-Z]{2,}_|LPAR|TypeError|NoneType")
FUZZ = settings(max_examples=150, deadline=None)


def found(text: str) -> tuple[Diagnostic, ...]:
    """The diagnostics of a text, each of which must be sound."""
    parsed = parse(Source("main.lcr", text))
    for each in parsed.diagnostics:
        assert each.span is not None
        assert 0 <= each.span.start <= each.span.end <= len(text)
        assert "\n" not in each.headline
        assert not each.headline.endswith(".")
        said = re.sub(r"(found|before|after) .*", "", each.headline)
        assert not OUR_WORDS.search(said), each.headline
    starts = [each.span.start for each in parsed.diagnostics if each.span]
    assert starts == sorted(starts)
    return parsed.diagnostics


@FUZZ
@given(st.text())
def test_any_text(text: str) -> None:
    found(text)
    parse_expression(Source("expression", text))


@FUZZ
@given(st.lists(st.sampled_from([*WORDS, *ODD, "\n"]), max_size=60))
def test_any_row_of_words(words: list[str]) -> None:
    found(" ".join(words))
    parse_expression(Source("expression", " ".join(words)))


@FUZZ
@given(
    st.sampled_from(FILES),
    st.lists(
        st.tuples(
            st.floats(0, 1), st.integers(0, 12), st.sampled_from([*WORDS, *ODD, "", "{", "}", "("])
        ),
        min_size=1,
        max_size=5,
    ),
)
def test_any_damage_to_a_sound_file(text: str, damage: list[tuple[float, int, str]]) -> None:
    for where, removed, added in damage:
        at = int(where * len(text))
        text = text[:at] + added + text[at + removed :]
    found(text)


@FUZZ
@given(st.binary(max_size=200))
def test_any_bytes(data: bytes) -> None:
    result = decode("main.lcr", data)
    assert isinstance(result, Source | Diagnostic)
    if isinstance(result, Source):
        found(result.text)


HOSTILE = {
    "round brackets": "let x = " + "(" * 100_000 + "1" + ")" * 100_000,
    "square brackets": "let x = " + "[" * 100_000,
    "braces": "a {\n" * 20_000,
    "closing brackets": ")" * 20_000,
    "sums": "let x = " + " + ".join(["a"] * 20_000),
    "powers": "let x = " + " ^ ".join(["a"] * 20_000),
    "negations": "let x = " + "not " * 20_000 + "a",
    "signs": "let x = " + "-" * 20_000 + "a",
    "choices": "let x = " + "if a then b else " * 20_000 + "c",
    "branches": "trigger t { on a do { " + "if a { exit } else " * 20_000 + "{ exit } } }",
    "digits": "let x = " + "9" * 100_000,
    "quotes": '"' * 20_000,
    "comments": "/*" * 20_000,
    "braces in a text": 'let x = "' + "{a}" * 20_000 + '"',
    "control characters": "\x00 " * 20_000,
    "names": "let " + "a" * 1_000_000 + " = 1",
    "soup": "a b c " * 20_000,
    "soup in a block": "score s { " + "a b c " * 20_000 + "}",
    "wrong lines": "score s {\n" + "on a b c\n" * 20_000 + "}",
    "open declarations": "let x = (\n" * 20_000,
    "semicolons": ";" * 20_000,
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_texts_end_in_diagnostics(text: str) -> None:
    assert found(text)


@pytest.mark.parametrize(
    "text",
    [
        "let x = " + " + ".join(["a"] * 129),
        "let x = " + " and ".join(["a"] * 129),
        "let x = " + "not " * 128 + "a",
        "let x = " + "if a then b else " * 128 + "c",
        "let x = " + "(1 + " * 64 + "1" + ")" * 64,
        "trigger t { on a do { " + "if a { exit } else " * 128 + "{ exit } } }",
    ],
)
def test_what_is_deep_but_not_too_deep(text: str) -> None:
    assert found(text) == ()


def test_sixteen_thousand_lines_are_read() -> None:
    text = "".join(f"let x{at} = {at} + 1 # {at}\n" for at in range(16_000))
    parsed = parse(Source("main.lcr", text))
    assert parsed.diagnostics == ()
    assert len(parsed.file.declarations) == len(parsed.file.comments) == 16_000


def test_every_state_has_something_to_say() -> None:
    run = automaton()
    for state in range(len(run.rows)):
        machine = Machine.__new__(Machine)
        machine.rows, machine.states, machine.values = run.rows, [state], []
        if any(is_terminal(symbol) and run.rows[state][symbol] >= 0 for symbol in run.rows[state]):
            shifts = {s: a for s, a in run.rows[state].items() if a >= 0}
            machine.rows = [*run.rows[:state], shifts, *run.rows[state + 1 :]]
            machine._run, machine._end = run, -1
            said = expected(machine)
            assert said
            assert not OUR_WORDS.search(said), said


def test_comments_are_kept_beside_the_declarations() -> None:
    text = "# one  \nevent a # two\n\n  # three\r\nevent b {# four\n}\n# five"
    comments = parse(Source("main.lcr", text)).file.comments
    assert [(each.text, each.own_line) for each in comments] == [
        ("# one", True),
        ("# two", False),
        ("# three", True),
        ("# four", False),
        ("# five", True),
    ]
    assert [each.span.text for each in comments] == [each.text for each in comments]


def test_line_ends_and_tabs_are_blanks() -> None:
    unix = "score s {\n  on a: 1\n}\n"
    for text in (unix.replace("\n", "\r\n"), unix.replace("\n", "\r"), unix.replace(" ", "\t")):
        assert found(text) == ()


def test_what_is_sound_is_read_beside_what_is_not() -> None:
    text = "event a\nscore s {\n  on a 1 2\n  on a: 2\n}\nscore t { on a: + }\nevent b"
    file = parse(Source("main.lcr", text)).file
    assert [type(each).__name__ for each in file.declarations] == [
        "Event",
        "Score",
        "Score",
        "Event",
    ]
    score = file.declarations[1]
    assert isinstance(score, nodes.Score)
    assert len(score.items) == 1


def test_an_expression_by_itself() -> None:
    expression, diagnostics = parse_expression(Source("-e", "1 + 2 * x # why"))
    assert isinstance(expression, nodes.Binary)
    assert expression.operator == "+"
    assert expression.operator_span.text == "+"
    assert diagnostics == ()


@pytest.mark.parametrize("text", ["", "1 +", "event a", "1 2", "(1", "))"])
def test_what_is_no_expression(text: str) -> None:
    expression, diagnostics = parse_expression(Source("-e", text))
    assert diagnostics
    assert expression is None


def test_a_byte_order_mark_is_no_part_of_the_text() -> None:
    source = decode("main.lcr", b"\xef\xbb\xbfevent a")
    assert isinstance(source, Source)
    assert source.text == "event a"


@pytest.mark.parametrize(
    ("data", "headline"),
    [
        (b"\xef\xbb\xbfevent \xff", "this file is no UTF-8 text: byte 10 fits nowhere"),
        (b"event \xff", "this file is no UTF-8 text: byte 7 fits nowhere"),
        (b"a\n\x00", "this is no rule file: line 2 has the control character U+0000"),
        (b"\xed\xa0\x80", "this file is no UTF-8 text: byte 1 fits nowhere"),
        (
            b" " * (8 * 2**20 + 1),
            "this file has 8,388,609 bytes, and a rule file may have 8,388,608",
        ),
    ],
)
def test_bytes_that_are_no_rule_file(data: bytes, headline: str) -> None:
    result = decode("main.lcr", data)
    assert isinstance(result, Diagnostic)
    assert (result.name, result.headline) == ("unreadable-file", headline)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("let x = 1 && y", "let x = 1 and y"),
        ("segment a = b = c", "segment a = b == c"),
        ("dedupe 30 minutes", "dedupe 30min"),
        ("dedupe 5m", "dedupe 5min"),
        ("use 'a.lcr'", 'use "a.lcr"'),
        ("score s { on a 1 }", "score s { on a : 1 }"),
        ("scroe s { on a: 1 }", "score s { on a: 1 }"),
        ("score s { on a: 1; }", "score s { on a: 1 }"),
        ("holdout 5\nlet x = 1", "holdout 5%\nlet x = 1"),
        ("let a = x in (1, 2)", "let a = x is one of (1, 2)"),
        ("let x\u00a0= 1", "let x = 1"),
    ],
)
def test_a_fix_removes_its_problem(before: str, after: str) -> None:
    (diagnostic,) = found(before)
    (fix,) = diagnostic.fixes
    (edit,) = fix.edits
    fixed = before[: edit.span.start] + edit.replacement + before[edit.span.end :]
    assert re.sub(" +", " ", fixed) == after
    assert found(fixed) == ()
