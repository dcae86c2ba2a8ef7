"""What can be noticed at the instant it turns."""

from __future__ import annotations

import pytest

from tests.unit.checker.rules import RULES, checked_rules

TABLES = """
table looks (mail, warmth, loyal, in_stage, opens) -> tone: text, much: number {
  layers
  row [3..15], warm.., -, -, - => "warm", 1
  row -, -, true, [3d..7d), not 2 => "busy", a + opens
  otherwise => "calm", 0
}
table moving (stage, hour(now), mail * web) -> hourless: number, moving: number {
  row new, -, - => 1, mail
  otherwise => 1, 1
}
table hourly (hour(now)) -> tone: text { row [9..17] => "day"  otherwise => "night" }
table lately (idle) -> tone: text { row 3d.. => "late"  otherwise => "now" }
"""


def problems(condition: str, *, both_ways: bool) -> list[str]:
    """What is wrong with a condition that is watched."""
    watcher = (
        f"segment s = {condition}\ntrigger t {{ on enter s  do {{ join member }} }}"
        if both_ways
        else f"from new -> regular when {condition}"
    )
    return [each.name for each in checked_rules(f"{RULES}{TABLES}\n{watcher}").diagnostics]


@pytest.mark.parametrize(
    "condition",
    [
        'strategy.tone == "calm"',
        'looks.tone == "busy"',
        "looks.much >= a",
        "if looks.much > 1 then loyal else member",
        "moving.hourless > 3",
        "health >= 15",
        "mail * 2 - web < 3",
        "total == 5",
        "total + a > b",
        "mail >= a",
        "opens > 3",
        "opens / (count(visit) + 1) > 0.5",
        "count(visit this week) >= 2 and streak(visit) > 3",
        "sum(amount of purchase within 30d) > 100",
        "(since(visit) else 99d) > 30d",
        "since(visit) is present and since(visit) > 3d",
        "in_stage >= 3d",
        "age < 7d or loyal",
        "spring and weekday(now) == monday",
        "date(now) >= born + 14d",
        "renews is present and date(now) >= renews",
        "now >= met",
        "warmth >= warm",
        "warmth == warm",
        "keen and not member",
        "points { when loyal: 1  when mail > 3: 2 } >= 2",
        "(if loyal then mail else web) > 3",
        "if spring then opens > 2 else mail > 2",
        'stage == new and city == "x"',
        "seen(purchase) and count(purchase) > 2",
        "(last(amount of purchase) else 0) > 5",
        "largest(amount of purchase within 7d) is present",
        "tier is one of (basic, gold)",
        "bar > count(visit within 3d)",
        "moody > 0 and mail > 2",
    ],
)  # fmt: skip
@pytest.mark.parametrize("both_ways", [False, True], ids=["turning true", "both ways"])
def test_a_turn_is_known_beforehand(condition: str, both_ways: bool) -> None:  # noqa: FBT001
    assert problems(condition, both_ways=both_ways) == []


@pytest.mark.parametrize(
    "condition",
    [
        "idle > 3d",
        "not (idle > 3d)",
        "hour(now) >= 9",
        "days(in_stage) > 3",
        "in_stage > age",
        "mail > web",
        "mail == 3",
        "in_stage == 3d",
        "mail * web > 3",
        "mail + opens > 3",
        "moody + sour > 3",
        "moving.moving > 3",
        "moving.moving >= 3 or loyal",
        'hourly.tone == "day"',
        'lately.tone == "late"',
        "mail + looks.much > 3",
        "in_stage / 1d > looks.much",
        "count(visit within 3d) > 3 or (if loyal then idle else age) > 3d",
        "sqrt(mail) > 2",
        "points { when idle > 3d: 1 } >= 1",
    ],
)
def test_a_turn_is_not_known(condition: str) -> None:
    assert problems(condition, both_ways=False) == ["unwatchable"]
    assert problems(condition, both_ways=True) == ["unwatchable"]


@pytest.mark.parametrize(
    ("condition", "turns_true"),
    [
        ("mail + slow >= 3", True),
        ("health * 2 + slow > 3", True),
        ("3 <= mail + slow", True),
        ("mail + slow < 3", False),
        ("not (mail + slow >= 3)", False),
        ("10 - mail - slow > 3", False),
        ("10 - mail - slow < 3", True),
        ("mail - slow >= 3", False),
        ("points { when mail + slow > 3: 1 } >= 1", True),
        ("points { when mail + slow > 3: -1 } >= 0", False),
    ],
)
def test_several_half_lives_are_watched_where_time_leads_away(
    condition: str,
    turns_true: bool,  # noqa: FBT001
) -> None:
    assert (problems(condition, both_ways=False) == []) is turns_true
    assert problems(condition, both_ways=True) == ["unwatchable"]


def test_a_model_is_not_watched() -> None:
    model = "model risk = logistic { intercept -1  age / 1d: 0.1 }\n"
    found = checked_rules(f"{RULES}{model}from new -> regular when risk > 0.5").diagnostics
    assert [each.name for each in found] == ["unwatchable"]
    assert found[0].span is not None
    assert found[0].span.text == "risk > 0.5"


def test_the_remedy_helps() -> None:
    rules = f"{RULES}\nfrom new -> regular on any event when idle > 3d"
    assert checked_rules(rules).diagnostics == ()
