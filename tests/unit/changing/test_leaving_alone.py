"""Which edits leave every stored customer as they are, and which do not."""

from __future__ import annotations

import pytest

import lifecycle_dsl as lcr
from lifecycle_dsl.changing import Carrier

RULES = """
lifecycle shop
event visit { page: text = "home" }
event order { amount: money = 0 }
trait vip: bool = false
score warmth { half-life 7d  on visit: 1  on order: 5 }
let heat = warmth * 2
level mood = heat { hot >= 10  cold }
segment big = sum(amount of order within 30d) > 100
channel email { quiet 21:00 to 08:00  cap 3 per 7d }
stage lead {
  -> buyer on order
  -> lost after 30d without visit
}
stage buyer { -> lead when warmth < 0.5 }
stage lost
start { -> lead }
trigger hello "Hello" {
  on visit
  at most 2 per 14d
  do {
    send email "hello"
    wait 3d as rest
    send email "later" { page: page }
  }
}
trigger come_back { on order without visit for 5d  do { send email "back" } }
trigger grown { on enter big  do { send email "big" } }
trigger weekly { every monday  do { send email "digest" } }
"""

ALONE = {
    "a template": ('"hello"\n', '"good_day"\n'),
    "a title": ('"Hello"', '"Hello there"'),
    "a weight": ("on order: 5", "on order: 8"),
    "a bound": ("half-life 7d", "half-life 7d  at most 100"),
    "a cap's number": ("cap 3 per", "cap 5 per"),
    "a frequency's number": ("at most 2 per", "at most 9 per"),
    "a longer wait": ("wait 3d", "wait 4d"),
    "a longer silence": ("after 30d", "after 60d"),
    "a longer absence": ("for 5d", "for 6d"),
    "a level that nobody watches": ("hot >= 10", "hot >= 8"),
    "a new stage": ("stage lost\n", "stage lost\nstage gone { -> lead after 1d }\n"),
    "a new trigger": ("start {", 'trigger new { on order  do { send email "new" } }\nstart {'),
    "a new trait": ("trait vip", "trait age_group: text?\ntrait vip"),
    "a trigger without memory that is gone": (
        "trigger weekly { every monday",
        "trigger weekly { on order",
    ),
}
NOT_ALONE = {
    "a shorter wait": ("wait 3d", "wait 2d"),
    "a shorter silence": ("after 30d", "after 20d"),
    "a shorter absence": ("for 5d", "for 4d"),
    "another half-life": ("half-life 7d", "half-life 8d"),
    "a watched bar": ("warmth < 0.5", "warmth < 0.6"),
    "a watched segment": ("> 100", "> 50"),
    "a longer window": ("within 30d", "within 60d"),
    "another day": ("every monday", "every tuesday"),
    "other quiet times": ("21:00", "22:00"),
    "another span": ("per 14d", "per 7d"),
    "another default": ("vip: bool = false", "vip: bool = true"),
    "a new name": ("trigger weekly", "trigger monthly was weekly"),
    "a new calendar": ("start {", 'trigger new { every day  do { send email "new" } }\nstart {'),
    "a new silence": (
        "start {",
        'trigger new { after 9d without order  do { send email "n" } }\nstart {',
    ),
}


@pytest.mark.parametrize("edit", ALONE)
def test_leaves_everybody_alone(edit: str) -> None:
    assert leaves_alone(*ALONE[edit])


@pytest.mark.parametrize("edit", NOT_ALONE)
def test_does_not_leave_everybody_alone(edit: str) -> None:
    assert not leaves_alone(*NOT_ALONE[edit])


def test_what_is_gone_is_taken_out_of_stored_states() -> None:
    with_another = RULES.replace("score warmth", "score other { on visit: 1 }\nscore warmth")
    assert not Carrier(rules(with_another), rules(RULES)).leaves_alone
    without_frequency = RULES.replace("  at most 2 per 14d\n", "")
    assert not Carrier(rules(RULES), rules(without_frequency)).leaves_alone


def leaves_alone(before: str, after: str) -> bool:
    assert before in RULES
    return Carrier(rules(RULES), rules(RULES.replace(before, after))).leaves_alone


def rules(text: str) -> lcr.RuleSet:
    return lcr.compile(text)
