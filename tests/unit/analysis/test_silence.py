"""What time alone can make true, by hand: who is lost, and where the main path goes, rest on it."""

from __future__ import annotations

import pytest

from lifecycle_dsl.analysis.silence import comes_with_time
from lifecycle_dsl.analysis.ways import looking_lost
from lifecycle_dsl.loading import compile_sources
from lifecycle_dsl.program.program import Program
from lifecycle_dsl.program.rules import WhenTrue

RULES = """
lifecycle shop
event visit
event purchase {{ amount: money }}
score heat {{ half-life 7d  on visit: 1 }}
score doubt {{ half-life 7d  on visit: -1 }}
score total {{ on visit: 1 }}
level warmth = heat {{ warm >= 3  cold }}
segment lively = count(visit within 3d) >= 1
segment spender = sum(amount of purchase) > 100
let spent = sum(amount of purchase)
start {{ -> lead }}
stage lead {{ -> other when {} }}
stage other
"""


def program(condition: str) -> Program:
    return compile_sources({"rules.lcr": RULES.format(condition)}).program


def told(condition: str) -> bool:
    found = program(condition)
    (moving,) = (each.moving for each in found.transitions)
    assert isinstance(moving, WhenTrue)
    return comes_with_time(moving.condition, found)


@pytest.mark.parametrize(
    "condition",
    [
        "count(visit) >= 3",
        "count(visit within 30d) >= 3",
        "spent >= 500",
        "seen(visit)",
        "heat >= 5",
        "5 <= heat",
        "2 * heat >= 5",
        "heat - doubt >= 5",
        "doubt < -3",
        "total < 4",
        "warmth >= warm",
        "lively",
        "spender or heat >= 7",
        "points { when lively: 3  when heat >= 2: 2 } >= 5",
    ],
)
def test_what_only_a_record_makes_true(condition: str) -> None:
    assert not told(condition)


@pytest.mark.parametrize(
    "condition",
    [
        "count(visit within 30d) < 1",
        "heat < 1",
        "doubt > -1",
        "heat + doubt >= 1",
        "in_stage > 3d",
        "(since(visit) else 0d) > 3d",
        "warmth < warm",
        "not lively",
        "spender and not lively",
        "sum(amount of purchase within 30d) >= 5",
        "points { when not lively: 3 } >= 3",
        "points { when lively: -3 } > -2",
    ],
)
def test_what_time_can_make_true(condition: str) -> None:
    assert told(condition)


def test_a_stage_that_is_earned_is_none_that_customers_are_lost_in() -> None:
    """Nothing leads out of `other` by time: it counts as lost only if silence leads in."""
    assert looking_lost(program("spent >= 500")) == []
    assert looking_lost(program("heat < 1")) == ["other"]
