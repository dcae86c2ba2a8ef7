"""The lint of what is shipped: the guide's faults are found, all else is clean."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from lifecycle_dsl.lint import lint
from lifecycle_dsl.lint.checks import CHECKS
from lifecycle_dsl.rulefiles import read_beside
from lifecycle_dsl.source import Source
from tests.generated.test_lint import failing, witnesses

ROOT = Path(__file__).parents[3]
PARITY = ROOT / "rules" / "email_marketing_parity.lcr"
SHIPPED = sorted(
    path for path in (*ROOT.glob("rules/*.lcr"), *ROOT.glob("examples/*/*.lcr")) if path != PARITY
)
FAULTS = {
    "fading runs per event, and idle scores never fade": [
        ("fades-by-event", 33, "`email_engagement` only fades when an event adds to it"),
        ("fades-by-event", 42, "`website_activity` only fades when an event adds to it"),
        ("fades-by-event", 51, "`product_engagement` only fades when an event adds to it"),
        ("fades-by-event", 60, "`purchase_behavior` only fades when an event adds to it"),
        ("fades-by-event", 69, "`social_engagement` only fades when an event adds to it"),
    ],
    "inactivity is never seen, as the event at hand is activity": [
        ("condition-never-holds", 96, "`(since(any event) else 0s) >= 30d` can never hold"),
    ],
    "seconds and counts multiply the same weights": [
        ("measure-among-counts", 45, "`session_duration` is measured"),
    ],
    "a prospect without a form reaches 4.5 of 5 points": [
        ("bar-just-missed", 108, "all other lines add to 4.5 of 5 points"),
    ],
    "a lead without a purchase reaches 5 of 8: dead lines": [
        ("points-never-matter", 117, "these 3 points never decide anything"),
        ("points-never-matter", 118, "these 2 points never decide anything"),
    ],
    "a prospect who buys stays a prospect": [
        ("event-comes-early", 105, "moves nobody, and in `lead` it does"),
    ],
    "advocate and win_back cannot be entered": [
        ("unreachable-stage", 151, "no customer can ever be in `advocate`"),
        ("unreachable-stage", 154, "no customer can ever be in `win_back`"),
    ],
    "churned cannot be left": [
        ("inescapable-stage", 153, "nobody ever leaves `churned`"),
    ],
    "a downgrade is listened to and not among what is summed": [
        ("event-not-counted", 101, "`downgrade` adds nothing to what is asked"),
    ],
    "the welcome repeats at every event in the stage, and so do the tips": [
        ("trigger-without-frequency", 160, "`welcome_new_customer` fires at every record"),
        ("trigger-without-frequency", 167, "`boost_user_engagement` fires at every record"),
    ],
    "people who unsubscribed are still mailed": [
        ("message-without-consent", 156, "nobody is asked whether they want `email`"),
    ],
    "frequency caps are stored and never read": [
        ("message-without-cap", 160, "nothing limits how often `welcome_new_customer` sends"),
        ("message-without-cap", 167, "nothing limits how often `boost_user_engagement` sends"),
    ],
    "metadata is kept and never read": [
        ("unused-declaration", 26, "the trait `acquisition_source` is never used"),
        ("unused-declaration", 26, "the trait `first_touchpoint` is never used"),
    ],
}
"""What the guide's list of faults has that rules can show: findings, lines, parts of messages.

Its other faults are not of rules: they cannot be written here (a misspelt condition, hours that
never open, the server's clock, random ids), or lie in data and in what is computed from decisions
(the value 0, the optimiser's averages, the funnel, touches without a window).
"""


def source(path: Path) -> Source:
    return Source(str(path), path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_shipped_rules_are_clean(path: Path) -> None:
    found = lint(source(path), read_beside(path)).diagnostics
    assert [f"{each.name}: {each.headline}" for each in found] == []


def test_what_lcr_new_writes_is_clean() -> None:
    starter = ROOT / "lifecycle_dsl" / "cli" / "starter" / "rules.lcr"
    text = starter.read_text(encoding="utf-8").replace("@NAME@", "mine")
    assert lint(Source("rules.lcr", text)).diagnostics == ()


@pytest.mark.parametrize("fault", FAULTS)
def test_every_fault_of_the_guide_that_rules_show_is_found(fault: str) -> None:
    found = found_in_parity()
    for name, line, part in FAULTS[fault]:
        assert [each for each in found if each[:2] == (name, line) and part in each[2]]


def test_nothing_else_is_found_in_the_guides_rules() -> None:
    expected = [(name, line) for faults in FAULTS.values() for name, line, _ in faults]
    assert sorted(each[:2] for each in found_in_parity()) == sorted(expected)


def found_in_parity() -> list[tuple[str, int, str]]:
    """Name, line and headline of each finding."""
    found = lint(source(PARITY)).diagnostics
    return [
        (each.name, each.span.source.position(each.span.start)[0], each.headline)
        for each in found
        if each.span is not None
    ]


def test_the_welcome_at_every_event_has_a_witness() -> None:
    text = PARITY.read_text(encoding="utf-8")
    tests = witnesses(lint(source(PARITY)).diagnostics)
    assert any("expect fired welcome_new_customer x 3" in test for test in tests)
    assert failing(text, tests) == []


@pytest.mark.parametrize("name", CHECKS)
def test_a_check_has_cases_that_find_something_and_their_witnesses_hold(name: str) -> None:
    from tests.caseformat.markdown import cases_in

    found_any = False
    for case in cases_in(ROOT / "tests" / "cases" / "lint" / f"{name}.md"):
        expected = next(fence.text for fence in case.fences if fence.kind == "linted")
        found_any |= f"[{name}]" in expected
        found = lint(case.source, case.read).diagnostics
        assert failing(case.source.text, witnesses(found)) == []
    assert found_any


def test_ten_thousand_lines_take_seconds() -> None:
    head = "lifecycle large\nevent visit, purchase\ntrait wants: bool = false\n"
    blocks = (
        f"score s{n} {{ half-life 14d  at least 0  on visit: 1  on purchase: {n % 7 + 2} }}\n"
        f"level l{n} = s{n} {{ high >= {n % 5 + 5.5}  low >= 1.5  none_{n} }}\n"
        f"stage a{n} {{\n  -> a{n + 1} at 5 points {{\n    when s{n} >= 3.5: 2\n"
        f"    when l{n} >= low: 2.5\n    on purchase: 3\n  }}\n  -> a715 when l{n} == high\n}}\n"
        f"trigger t{n} {{\n  on enter a{n}\n  in a{n}\n  when wants\n"
        f'  do {{ send email "m_{n}_{{l{n}}}"  wait 3d  send email "n_{n}" }}\n}}\n'
        for n in range(715)
    )
    text = f"{head}{''.join(blocks)}stage a715 {{ -> a0 on visit }}\nstart {{ -> a0 }}\n"
    text += "channel email { consent wants  cap 3 per 7d }\n"
    assert text.count("\n") > 9_900
    began = time.perf_counter()
    found = lint(Source("large.lcr", text)).diagnostics
    seconds = time.perf_counter() - began
    assert not any(each.severity.value == "error" for each in found)
    assert seconds < 60, "15 s on a machine that is not busy"


def test_the_reference_names_every_check() -> None:
    page = (ROOT / "grammar" / "REFERENCE.md").read_text(encoding="utf-8")
    section = page[page.index("\n# Checks\n") :].split("\n# ")[1]
    assert [name for name in CHECKS if f"`{name}`" not in section] == []
