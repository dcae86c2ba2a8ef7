"""What tests reach, and how that is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from lifecycle_dsl.loading import compile, load
from lifecycle_dsl.testing.coverage.boundaries import side
from lifecycle_dsl.testing.coverage.lcov import lcov
from lifecycle_dsl.testing.coverage.page import page
from lifecycle_dsl.testing.coverage.report import Coverage, coverage, listing
from lifecycle_dsl.testing.suites import suite

DAY = 86_400_000_000

RULES = """\
lifecycle shop
event visit, order { amount: number = 0 }
event help
trait ok: bool = false
score warmth { half-life 7d  on visit: 1 }
level heat = warmth { hot >= 10  warm >= 4  cold }
channel email { consent ok }
table tone (heat) -> word: text { row hot => "dear"  otherwise => "hello" }
start { -> a }
stage a {
  -> b when warmth >= 3 and ok
  -> c at 2 points {
    on order: 1
    when ok: 1
  }
}
stage b { -> a after 10d }
stage c
trigger t {
  on visit
  do {
    if ok { send email "x" { word: tone.word } } else { send email "y" }
    await within 5d { on help { send email "help" }  else { send email "late" } }
  }
}
"""


def reached(tests: str, rules: str = RULES) -> Coverage:
    one = suite("shop.lcr", compile(rules + tests, "shop.lcr"), measured=True)
    assert all(result.passed for result in one.run())
    assert one.meter is not None
    return coverage(one.meter.catalogue.items, one.meter.reached)


def missing(found: Coverage, kind: str) -> dict[str, tuple[str, ...]]:
    return {item.text: found.missing(item) for item in found.items if item.kind.value == kind}


def test_nothing_is_reached_without_tests() -> None:
    found = reached("")
    assert found.percent == 0
    assert missing(found, "conditions")["ok"] == ("true", "false")


def test_conditions_are_seen_one_way_or_both() -> None:
    found = reached('test "x" { on visit x 3  given ok true  on visit }')
    assert missing(found, "conditions")["warmth >= 3"] == ()
    once = reached('test "x" { on visit }')
    assert missing(once, "conditions")["warmth >= 3"] == ("true",)
    # What `and` does not look at is not reached.
    assert missing(once, "transitions")["-> b when warmth >= 3 and ok"] == ("taken",)


def test_what_an_expectation_computes_reaches_nothing() -> None:
    found = reached('test "x" { given stage c  expect heat < hot  expect not ok }')
    assert found.percent == 0


def test_moves_triggers_points_and_branches() -> None:
    found = reached('test "x" { given ok true  on visit  on help  on order }')
    assert missing(found, "transitions")["-> c at 2 points"] == ()
    assert missing(found, "triggers") == {"t": ()}
    assert missing(found, "points lines") == {"on order: 1": (), "when ok: 1": ()}
    branches = missing(found, "journey branches")
    assert ("else",) in branches.values()
    late = reached('test "x" { on visit  wait 5d }')
    assert missing(late, "journey branches")['on help { send email "help" }'] == ("taken",)


def test_a_bar_of_points_from_the_sides_that_there_are_sums_on() -> None:
    assert missing(reached(""), "boundaries")["at 2 points"] == ("below", "at")
    below = reached('test "x" { on order  expect stage a }')
    assert missing(below, "boundaries")["at 2 points"] == ("at",)
    both = reached('test "x" { on order  given ok true  on order  expect stage c }')
    assert missing(both, "boundaries")["at 2 points"] == ()
    more = RULES.replace("on order: 1", "on order: amount")
    assert "at 2 points" not in missing(reached("", more), "boundaries")


def test_the_first_record_counts_in_the_stage_where_it_finds_the_customer() -> None:
    rules = RULES.replace("-> c at 2 points", "-> c at 1 points")
    found = reached('test "x" { on order  expect stage c }', rules)
    assert missing(found, "points lines")["on order: 1"] == ()


def test_an_attribution_is_reached_by_credit_for_a_touch() -> None:
    rules = RULES + (
        "attribution sales { touch visit  conversion order worth 1  within 2d  model last }\n"
    )
    direct = reached('test "x" { on order }', rules)
    assert missing(direct, "attributions") == {"sales": ("credited a touch",)}
    assert "never credited a touch" in "\n".join(listing(direct))
    touched = reached('test "x" { on visit  on order }', rules)
    assert missing(touched, "attributions")["sales"] == ()


def test_rows_of_tables() -> None:
    found = reached('test "x" { given ok true, warmth 12  on visit }')
    assert missing(found, "table rows") == {'row hot => "dear"': (), "otherwise": ("used",)}
    assert "heat" not in missing(found, "conditions")
    cold = reached('test "x" { given ok true  on visit }')
    assert missing(cold, "table rows") == {'row hot => "dear"': ("used",), "otherwise": ()}


def test_thresholds_from_below_at_and_above() -> None:
    found = reached('test "x" { on visit x 2 }')
    assert missing(found, "boundaries")["warmth >= 3"] == ("at", "above")
    whole = reached('test "x" { on visit x 4 }')
    assert missing(whole, "boundaries")["warmth >= 3"] == ()


def test_durations_from_below_at_and_above() -> None:
    tests = 'test "x" { given stage b  wait 9d 1h  expect stage b %s }'
    rule = "-> a after 10d"
    assert missing(reached(tests.replace("9d 1h", "5d") % ""), "boundaries")[rule] == (
        "below",
        "at",
        "above",
    )
    assert missing(reached(tests.replace("9d 1h", "9d") % ""), "boundaries")[rule] == (
        "at",
        "above",
    )
    exact = tests.replace("9d 1h", "9d") % "wait 1d  expect stage a  wait 1d  expect stage a"
    assert missing(reached(exact), "boundaries")[rule] == ()


@pytest.mark.parametrize(
    ("value", "bar", "is_time", "expected"),
    [
        (2.0, 3.0, False, "below"),
        (1.9, 3.0, False, None),
        (3.0, 3.0, False, "at"),
        (4.0, 3.0, False, "above"),
        (90.0, 100.0, False, "below"),
        (89.0, 100.0, False, None),
        (0.4, 0.5, False, "below"),
        (0.39, 0.5, False, None),
        (6 * DAY, 7 * DAY, True, "below"),
        (27 * DAY, 30 * DAY, True, "below"),
        (26 * DAY, 30 * DAY, True, None),
        (None, 3.0, False, None),
    ],
)
def test_near_a_threshold(
    value: object,
    bar: float,
    is_time: bool,  # noqa: FBT001
    expected: str | None,
) -> None:
    assert side(value, bar, is_time=is_time) == expected


WAITING = """\
lifecycle shop
event visit
score warmth { half-life 7d  on visit: 4 }
level heat = warmth { hot >= 3  cold }
start { -> a }
stage a { -> b when in_stage >= 3d }
stage b { -> c when warmth < 1 }
stage c { -> a after 1d  -> d when in_stage >= 2d }
stage d
trigger t { on heat falls  do { join cool } }
segment cool
"""


def test_conditions_that_only_time_makes_true() -> None:
    found = reached('test "x" { on visit  wait 3d }', WAITING)
    assert missing(found, "conditions") == {
        "in_stage >= 3d": (),
        "hot >= 3": (),
        "warmth < 1": ("true",),
        "in_stage >= 2d": ("true", "false"),
    }
    assert missing(found, "boundaries")["in_stage >= 3d"] == ("above",)
    more = reached(
        'test "x" { on visit  wait 2d  wait 1d  wait 1h  expect stage b  wait 12d }', WAITING
    )
    assert missing(more, "conditions")["warmth < 1"] == ()
    assert missing(more, "boundaries")["in_stage >= 3d"] == ()


def test_what_was_foreseen_and_did_not_come_reaches_nothing() -> None:
    found = reached('test "x" { on visit  wait 14d  wait 1h  expect stage c  wait 9d }', WAITING)
    assert missing(found, "transitions")["-> a after 1d"] == ()
    assert missing(found, "conditions")["in_stage >= 2d"] == ("true",)
    # What an expectation or a look at the timers computes reaches nothing, at any time.
    told = reached(
        'test "x" { given stage c  expect in_stage < 2d  expect in_stage >= 0d }', WAITING
    )
    assert missing(told, "conditions")["in_stage >= 2d"] == ("true", "false")


def test_frequencies_from_below_at_and_above() -> None:
    rules = WAITING + "event ping  trigger often { on ping  at most 2 per 10d  do { join cool } }\n"

    def lacking(steps: str) -> tuple[str, ...]:
        return missing(reached(f'test "x" {{ {steps} }}', rules), "boundaries")["at most 2 per 10d"]

    assert lacking("on ping x 2") == ("below", "at", "above")
    assert lacking("on ping  wait 2d  on ping  wait 3d  on ping") == ("below", "at", "above")
    assert lacking("on ping  wait 2d  on ping  wait 7d  on ping") == ("at", "above")
    assert lacking("on ping  wait 2d  on ping  wait 8d  on ping") == ("below", "above")
    assert lacking("on ping x 2  wait 9d  on ping  wait 2d  on ping") == ("at",)


def test_a_level_tells_of_each_of_its_bars() -> None:
    found = reached('test "x" { given ok true, warmth 5  on visit }')
    assert missing(found, "conditions")["hot >= 10"] == ("true",)
    assert missing(found, "conditions")["warm >= 4"] == ("false",)


def test_the_listing_says_what_each_line_lacks() -> None:
    text = "\n".join(listing(reached('test "x" { on visit x 2 }')))
    assert "  11 |   -> b when warmth >= 3 and ok\n" in text
    assert "! `warmth >= 3` never true" in text
    assert "! `warmth >= 3`: never at it, just above" in text


def test_of_several_files_each_has_its_own_lines(tmp_path: Path) -> None:
    """The used one is shorter than the place of the last trigger in the other."""
    (tmp_path / "events.lcr").write_text("event visit\nstage a { -> b on visit }\n")
    rules = tmp_path / "shop.lcr"
    text = 'lifecycle shop\nuse "events.lcr"\nstart { -> a }\nstage b\nchannel email\n'
    rules.write_text(f'{text}{"#" * 99}\ntrigger t {{ on enter b  do {{ send email "x" }} }}\n')
    one = suite(str(rules), load(rules), measured=True)
    assert one.meter is not None
    lines = "\n".join(listing(coverage(one.meter.catalogue.items, one.meter.reached)))
    assert "2 | stage a { -> b on visit }\n    |   ! never taken" in lines
    assert "never fired" in lines


def test_lcov_and_html_speak_of_the_same_lines() -> None:
    found = reached('test "x" { on visit x 2 }')
    lines = lcov(found).splitlines()
    assert lines[:2] == ["TN:", "SF:shop.lcr"]
    assert "DA:11,1" in lines
    assert lines[-1] == "end_of_record"
    assert sum(line.startswith("BRDA:") for line in lines) == int(
        next(line for line in lines if line.startswith("BRF:"))[4:]
    )
    text = page(found, "A <title>")
    assert "A &lt;title&gt;" in text
    assert "`warmth &gt;= 3` never true" in text
    assert '<span class="part"><span class="at">11</span>   -&gt; b when warmth' in text
    assert '<span class="none"><span class="at">17</span> stage b { -&gt; a after 10d }' in text
    assert '<th scope="row"><a href="#file0">shop.lcr</a></th>' in text
