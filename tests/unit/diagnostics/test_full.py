from __future__ import annotations

from collections.abc import Callable

import attrs
import pytest

from lifecycle_dsl.diagnostics import Diagnostic, Edit, Fix, Safety, advice, error, warning
from lifecycle_dsl.diagnostics.render import COLOURS, FORMATS, PLAIN
from lifecycle_dsl.diagnostics.render.excerpt import WIDEST
from lifecycle_dsl.source import Source, Span
from tests.unit.diagnostics.marked import marked


def shown(*diagnostics: Diagnostic) -> str:
    return FORMATS["full"](diagnostics, PLAIN)


def screen(text: str) -> str:
    """A golden screen: its left border and the line ends around it are not part of it."""
    return "".join(f"{line.lstrip()[1:]}\n" for line in text.strip().splitlines())


def test_help_stands_beside_the_carets() -> None:
    _, [span] = marked("\n" * 6 + "    on «purchse»: 5\n", "rules/winback.lcr")
    found = error(
        "unknown-event",
        "no event is called `purchse`",
        span,
        help="a similar event exists: `purchase`",
    )
    assert shown(found) == screen("""
        ¦error[unknown-event]: no event is called `purchse`
        ¦  --> rules/winback.lcr:7:8
        ¦   |
        ¦ 7 |     on purchse: 5
        ¦   |        ^^^^^^^ help: a similar event exists: `purchase`
    """)


def test_a_label_sends_the_help_below() -> None:
    _, [span] = marked("a «b» c")
    fixes = [
        Fix("replace it", (Edit(span, "d"),), Safety.SAFE),
        Fix("remove it", (Edit(span, ""),), Safety.UNSAFE),
        Fix("think", (), Safety.DISPLAY),
    ]
    found = warning("odd", "odd", span, "this", help="even", notes=["one", "two"], fixes=fixes)
    assert shown(found) == screen(
        """
        ¦warning[odd]: odd
        ¦ --> main.lcr:1:3
        ¦  |
        ¦1 | a b c
        ¦  |   ^ this
        ¦  = help: even
        ¦  = note: one
        ¦  = note: two
        ¦  = fix: replace it
        ¦  = unsafe fix: remove it
        ¦  = sketch: think
    """.replace("¦", "¦ ").replace("¦ warning", "¦warning")
    )


def test_labels_on_several_lines() -> None:
    text = "event «a»\n\n\nevent b\nevent «a»\n\nevent «a»\n" + "\n" * 4 + "on a\n"
    _, [first, second, third] = marked(text)
    found = error("twice", "twice", second, "again", secondary=[(first, "first"), (third, "")])
    assert shown(found) == screen("""
        ¦error[twice]: twice
        ¦  --> main.lcr:5:7
        ¦   |
        ¦ 1 | event a
        ¦   |       - first
        ¦...
        ¦ 5 | event a
        ¦   |       ^ again
        ¦ 6 |
        ¦ 7 | event a
        ¦   |       -
    """)


def test_labels_on_one_line_hang_below() -> None:
    _, [left, middle, right] = marked("let x = «spent» «+» «orders»")
    found = error(
        "units", "no", middle, "these differ", secondary=[(left, "money"), (right, "number")]
    )
    assert shown(found) == screen("""
        ¦error[units]: no
        ¦  --> main.lcr:1:15
        ¦   |
        ¦ 1 | let x = spent + orders
        ¦   |         ----- ^ ------ number
        ¦   |         |     |
        ¦   |         |     these differ
        ¦   |         money
    """)


def test_overlapping_labels_show_the_primary_one() -> None:
    _, [inner, outer] = marked("let x = «a + «b»»")
    found = error("units", "no", inner, "this", secondary=[(outer, "in this")])
    assert shown(found) == screen("""
        ¦error[units]: no
        ¦  --> main.lcr:1:13
        ¦   |
        ¦ 1 | let x = a + b
        ¦   |         ----^
        ¦   |         |   |
        ¦   |         |   this
        ¦   |         in this
    """)


def test_a_span_over_lines_is_marked_at_both_ends() -> None:
    _, [span] = marked("x\n  «stage a {\n    -> b after 1d\n\n\n  }»\n")
    assert shown(error("dead", "nobody gets here", span, "this stage")) == screen("""
        ¦error[dead]: nobody gets here
        ¦  --> main.lcr:2:3
        ¦   |
        ¦ 2 |   stage a {
        ¦   |   ^^^^^^^^^
        ¦...
        ¦ 6 |   }
        ¦   |   ^ this stage
    """)


def test_a_span_that_ends_with_its_line() -> None:
    _, [span] = marked("«abc\n»def")
    assert shown(error("odd", "odd", span)) == screen("""
        ¦error[odd]: odd
        ¦  --> main.lcr:1:1
        ¦   |
        ¦ 1 | abc
        ¦   | ^^^
    """)


def test_the_end_of_the_file_can_be_marked() -> None:
    _, [span] = marked("stage a {«»")
    assert shown(error("unclosed", "a `}` is missing", span)) == screen("""
        ¦error[unclosed]: a `}` is missing
        ¦  --> main.lcr:1:10
        ¦   |
        ¦ 1 | stage a {
        ¦   |          ^
    """)


def test_tabs_and_wide_characters_keep_the_carets_in_place() -> None:
    _, [span] = marked('\tx\t"日本e\u0301😀" «y»')
    assert shown(error("odd", "odd", span)) == screen("""
        ¦error[odd]: odd
        ¦  --> main.lcr:1:12
        ¦   |
        ¦ 1 |     x   "日本e\u0301😀" y
        ¦   |                   ^
    """)


def test_emoji_of_several_characters_are_one_sign() -> None:
    _, [span] = marked('"👩\u200d💻👍🏽" «y»')
    assert shown(error("odd", "odd", span)).splitlines()[-1] == "   |        ^"


def test_control_characters_reach_no_terminal() -> None:
    _, [span] = marked('"\x1b[31m\u202e" «y»', "a\x1b.lcr")
    text = shown(error("odd", "no `\x1b[2J`\nhere", span, help="\x07"))
    assert text == screen("""
        ¦error[odd]: no `␛[2J` here
        ¦  --> a␛.lcr:1:10
        ¦   |
        ¦ 1 | "␛[31m\ufffd" y
        ¦   |          ^ help: ␇
    """)


def test_a_long_line_is_cut_around_the_span() -> None:
    _, [span] = marked("a " * 200 + "«wrong»" + " b" * 200)
    line, carets = shown(error("odd", "odd", span, "this")).splitlines()[-2:]
    assert line.startswith(" 1 | …")
    assert line.endswith("…")
    assert len(line) <= WIDEST + 5
    assert line[carets.index("^") :].startswith("wrong")
    assert carets.endswith("^^^^^ this")


def test_a_long_line_with_an_early_span_is_cut_at_its_end() -> None:
    _, [early, late] = marked("«x»" + " b" * 200 + "«y»")
    found = error("odd", "odd", early, "this", secondary=[(late, "that")])
    line, carets = shown(found).splitlines()[3:5]
    assert line.startswith(" 1 | x b")
    assert line.endswith("…")
    assert carets.index("-") == len(line) - 1


def test_a_span_longer_than_the_screen_is_marked_as_far_as_it_is_seen() -> None:
    _, [span] = marked("«" + "x" * 1000 + "»")
    line, carets = shown(error("odd", "odd", span)).splitlines()[-2:]
    assert len(line) == len(carets) <= WIDEST + 5


def test_a_label_in_another_file_has_its_own_excerpt() -> None:
    _, [used] = marked('«use "b"»')
    _, [declared] = marked("\nevent «x»", "b.lcr")
    assert shown(error("twice", "twice", used, secondary=[(declared, "here")])) == screen("""
        ¦error[twice]: twice
        ¦  --> main.lcr:1:1
        ¦   |
        ¦ 1 | use "b"
        ¦   | ^^^^^^^
        ¦  ::: b.lcr:2:7
        ¦   |
        ¦ 2 | event x
        ¦   |       - here
    """)


def test_a_problem_of_a_whole_file_has_no_excerpt() -> None:
    found = [error("empty", "nothing is here", None, file="a.lcr"), advice("odd", "odd", None)]
    assert shown(*found) == screen("""
        ¦error[empty]: nothing is here
        ¦  --> a.lcr
        ¦
        ¦advice[odd]: odd
    """)


def test_line_numbers_share_a_column() -> None:
    _, [first, second] = marked("«a»\n" + "\n" * 9 + "«b»")
    assert shown(error("odd", "odd", second, secondary=[(first, "")])) == screen("""
        ¦error[odd]: odd
        ¦   --> main.lcr:11:1
        ¦    |
        ¦  1 | a
        ¦    | -
        ¦...
        ¦ 11 | b
        ¦    | ^
    """)


@pytest.mark.parametrize("make", [error, warning, advice])
def test_colours_only_add_colour(make: Callable[..., Diagnostic]) -> None:
    _, [left, right] = marked("«a» «b»")
    found = [make("odd", "odd", left, "x", help="h", notes=["n"], secondary=[(right, "y")])]
    coloured = FORMATS["full"](found, COLOURS)
    for code in (*attrs.astuple(COLOURS), "\x1b[0m"):
        coloured = coloured.replace(code, "")
    assert coloured == shown(*found)


def test_a_mark_on_every_offset_can_be_drawn() -> None:
    text = "a\tb\r\n\n  é😀\n" + "long " * 60 + "\n"
    source = Source("main.lcr", text)
    for start in range(len(text) + 1):
        for end in range(start, len(text) + 1, 7):
            assert "^" in shown(error("odd", "odd", Span(source, start, end)))
