from __future__ import annotations

from random import Random

from lifecycle_dsl.diagnostics import Diagnostic, advice, error, sort_and_cap, warning
from lifecycle_dsl.source import Source, Span

A = Source("a.lcr", "some text")
B = Source("b.lcr", "some text")


def test_the_order_is_by_file_place_and_name() -> None:
    expected = (
        error("whole", "of no file", None),
        error("whole", "of a file", None, file="a.lcr"),
        error("alpha", "x", Span(A, 0, 1)),
        warning("beta", "x", Span(A, 0, 1)),
        advice("alpha", "x", Span(A, 3, 4)),
        error("alpha", "x", Span(B, 0, 1)),
    )
    shuffled = list(expected)
    for seed in range(5):
        Random(seed).shuffle(shuffled)
        assert sort_and_cap(shuffled) == expected


def test_a_problem_is_told_once() -> None:
    twice = [error("alpha", "x", Span(A, 0, 1)), error("alpha", "x", Span(A, 0, 1))]
    assert len(sort_and_cap(twice)) == 1


def found(count: int) -> list[Diagnostic]:
    return [error("alpha", f"number {at:03}", Span(A, 0, 1)) for at in range(count)]


def test_what_is_left_out_is_counted() -> None:
    assert sort_and_cap(found(5), limit=3)[-1].notes == ("2 more problems are not shown",)
    assert sort_and_cap(found(4), limit=3)[-1].notes == ("1 more problem is not shown",)
    assert len(sort_and_cap(found(5), limit=3)) == 3
    assert sort_and_cap(found(2), limit=0) == ()


def test_without_a_limit_nothing_is_left_out() -> None:
    assert len(sort_and_cap(found(500), limit=None)) == 500


def test_errors_are_the_last_to_be_left_out() -> None:
    mild = advice("alpha", "early", Span(A, 0, 1))
    bad = error("alpha", "late", Span(A, 5, 6))
    assert [each.headline for each in sort_and_cap([mild, bad], limit=1)] == ["late"]
