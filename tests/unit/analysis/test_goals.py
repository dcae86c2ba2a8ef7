"""Goals as people write them: what is meant, and what is said where it is not the language."""

from __future__ import annotations

import pytest

from lifecycle_dsl.analysis.errors import AnalysisError
from lifecycle_dsl.analysis.goals import NAME, goal_of, with_goal, without_touches
from lifecycle_dsl.engine.decisions import Credit
from lifecycle_dsl.engine.engine import Engine
from lifecycle_dsl.localtime import DAY
from tests.unit.analysis.written import rules


@pytest.mark.parametrize("text", ["purchase within 3 days", "purchase worth amount within 2 w"])
def test_a_duration_in_words_is_said_to_be_none(text: str) -> None:
    with pytest.raises(AnalysisError, match="ends in no duration such as 14d, without a blank"):
        goal_of(text, rules())


def test_a_duration_of_the_language_is_the_window() -> None:
    goal = goal_of("purchase where amount > 3 within 3d", rules())
    assert (goal.what, goal.within) == ("purchase where amount > 3", 3 * DAY)


@pytest.mark.parametrize(
    ("text", "worth"),
    [
        ("purchase", 1.0),
        ("purchase worth amount * 2", 10.0),
        ('visit where page == "it is worth it"', 1.0),
        ('visit where page == "it is worth it" worth 3 within 2d', 3.0),
        ('visit where page is present and page != "gone within 3 days"', 1.0),
        ("visit # whatever it is worth", 1.0),
    ],
)
def test_a_goal_is_worth_1_unless_it_says_its_worth_outside_of_texts(
    text: str, worth: float
) -> None:
    ruleset = rules()
    whole = with_goal(ruleset, goal_of(text, ruleset))
    engine = Engine(whole)
    at = {"customer": "ann", "at": "2026-01-01T10:00:00Z"}
    decided = [
        *engine.process({"type": "visit", "page": "it is worth it", **at}),
        *engine.process({"type": "purchase", "amount": 5, **at}),
    ]
    found = [each for each in decided if isinstance(each, Credit) and each.attribution == NAME]
    assert [each.worth for each in found] == [worth]


def test_who_only_counts_conversions_keeps_no_touches() -> None:
    ruleset = rules()
    program = without_touches(with_goal(ruleset, goal_of("purchase", ruleset)).program, NAME)
    assert list(program.attributions) == [NAME]
    assert not program.attributions[NAME].sends
