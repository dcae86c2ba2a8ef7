from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lifecycle_dsl.source import Source, Span

SMALL = st.text(alphabet="ab\n\r\té😀", max_size=30)


def test_lines_and_columns_count_from_one() -> None:
    source = Source("main.lcr", "ab\ncd\r\ne\rf")
    assert [source.position(offset) for offset in (0, 2, 3, 7, 9, 10)] == [
        (1, 1),
        (1, 3),
        (2, 1),
        (3, 1),
        (4, 1),
        (4, 2),
    ]
    assert [source.line_text(line) for line in range(1, 5)] == ["ab", "cd", "e", "f"]
    assert source.line_count == 4


def test_an_empty_text_has_one_empty_line() -> None:
    source = Source("main.lcr", "")
    assert source.position(0) == (1, 1)
    assert source.line_text(1) == ""


def test_columns_in_other_units() -> None:
    source = Source("main.lcr", "x\né😀z")
    assert source.position(4) == (2, 3)
    assert source.utf16_column(4) == 4
    assert source.byte_column(4) == 7


@pytest.mark.parametrize("offset", [-1, 4])
def test_an_offset_outside_is_a_bug(offset: int) -> None:
    with pytest.raises(IndexError, match="no offset"):
        Source("main.lcr", "abc").position(offset)


@pytest.mark.parametrize("line", [0, 2])
def test_a_line_outside_is_a_bug(line: int) -> None:
    with pytest.raises(IndexError, match="no line"):
        Source("main.lcr", "abc").line_text(line)


@given(SMALL)
def test_positions_lead_back_to_their_characters(text: str) -> None:
    source = Source("main.lcr", text)
    for offset, character in enumerate(text):
        line, column = source.position(offset)
        assert source.line_start(line) + column - 1 == offset
        if character not in "\r\n":
            assert source.line_text(line)[column - 1] == character


def test_sources_with_the_same_text_differ() -> None:
    assert Source("main.lcr", "a") != Source("main.lcr", "a")


def test_spans_are_equal_by_place() -> None:
    source = Source("main.lcr", "abc")
    assert Span(source, 0, 1) == Span(source, 0, 1)
    assert Span(source, 0, 1) != Span(Source("main.lcr", "abc"), 0, 1)


def test_joining_covers_both() -> None:
    source = Source("main.lcr", "abcdef")
    assert Span(source, 4, 5).to(Span(source, 1, 2)) == Span(source, 1, 5)
    assert Span(source, 1, 5).text == "bcde"


def test_spans_of_two_files_do_not_join() -> None:
    with pytest.raises(ValueError, match="no span"):
        Span(Source("a.lcr", "a"), 0, 1).to(Span(Source("b.lcr", "b"), 0, 1))
