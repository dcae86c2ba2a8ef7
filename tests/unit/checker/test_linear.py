"""Linear forms over scores of one half-life."""

from __future__ import annotations

import pytest

from lifecycle_dsl.localtime import DAY
from lifecycle_dsl.program import expressions as e
from tests.unit.checker.rules import value_of

FORTNIGHT = 14 * DAY


@pytest.mark.parametrize(
    ("text", "terms", "constant"),
    [
        ("mail + web", ((1.0, "mail"), (1.0, "web")), 0.0),
        ("web + mail", ((1.0, "mail"), (1.0, "web")), 0.0),
        ("health", ((1.0, "mail"), (1.0, "web")), 0.0),
        ("2 * mail", ((2.0, "mail"),), 0.0),
        ("mail / 4 + 1", ((0.25, "mail"),), 1.0),
        ("-(mail - 3) * 2", ((-2.0, "mail"),), 6.0),
        ("health * 0.5 + mail", ((1.5, "mail"), (0.5, "web")), 0.0),
        ("health - web + 1 + 1", ((1.0, "mail"),), 2.0),
        ("5 - mail", ((-1.0, "mail"),), 5.0),
    ],
)
def test_arithmetic_with_constants_is_linear(
    text: str, terms: tuple[tuple[float, str], ...], constant: float
) -> None:
    found = value_of(text)
    assert isinstance(found, e.Linear)
    assert (found.terms, found.constant, found.half_life) == (terms, constant, FORTNIGHT)


@pytest.mark.parametrize("text", ["mail", "mail * 1", "health - web", "mail + 0", "--mail"])
def test_a_lone_score_stays_one(text: str) -> None:
    assert value_of(text) == e.ScoreRead(span=value_of(text).span, score="mail")


@pytest.mark.parametrize(
    "text", ["mail + slow", "mail * web", "total + 1", "mail * a", "1 / (1 + mail)", "mail + a"]
)
def test_all_else_is_plain_arithmetic(text: str) -> None:
    assert isinstance(value_of(text), e.Apply)


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("mail", 0.0, None),
        ("health + 1", 1.0, None),
        ("5 - mail", None, 5.0),
        ("total", 0.0, 100.0),
        ("clamp(mail, 1, 9)", 1.0, 9.0),
    ],
)
def test_scores_lie_within_their_clamps(text: str, low: float | None, high: float | None) -> None:
    bounds = value_of(text).bounds
    assert bounds is not None
    assert low is None or bounds[0] == low
    assert high is None or bounds[1] == high


def test_other_half_lives_keep_what_belongs_together() -> None:
    found = value_of("(mail + web) + slow")
    assert isinstance(found, e.Apply)
    assert found.arguments == (value_of("mail + web"), value_of("slow"))
