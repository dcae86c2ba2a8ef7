"""Goals as people write them: what is meant, and what is said where it is not the language."""

from __future__ import annotations

import pytest

from lifecycle_dsl.analysis.errors import AnalysisError
from lifecycle_dsl.analysis.goals import goal_of
from lifecycle_dsl.localtime import DAY
from tests.unit.analysis.written import rules


@pytest.mark.parametrize("text", ["purchase within 3 days", "purchase worth amount within 2 w"])
def test_a_duration_in_words_is_said_to_be_none(text: str) -> None:
    with pytest.raises(AnalysisError, match="ends in no duration such as 14d, without a blank"):
        goal_of(text, rules())


def test_a_duration_of_the_language_is_the_window() -> None:
    goal = goal_of("purchase where amount > 3 within 3d", rules())
    assert (goal.what, goal.within) == ("purchase where amount > 3", 3 * DAY)
