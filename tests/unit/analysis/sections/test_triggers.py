"""`lcr report triggers`: its counts are those of a naive count over the log."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import msgspec
import pytest

import lifecycle_dsl as lcr
from lifecycle_dsl.analysis.findings import Estimate, Row, Section, Table
from lifecycle_dsl.analysis.reporting import Asked, section_of
from lifecycle_dsl.analysis.sections.triggers import NO_GOAL
from lifecycle_dsl.arithmetic import HOLDOUT_SALT, bucket
from tests.unit.analysis.written import BEGIN, SHOP, fired, held, history, rules, sent

ASKED: Final = Asked()


def lived(seed: int, customers: int = 120) -> list[dict[str, Any]]:
    """Decisions of the engine about made-up lives."""
    chance = random.Random(seed)
    events = []
    for place in range(customers):
        day = chance.uniform(0, 60)
        while day < 150:
            when = (BEGIN + timedelta(days=day)).isoformat()
            event: dict[str, Any] = {"customer": f"c{place}", "at": when}
            if chance.random() < 0.3:
                event |= {"type": "purchase", "amount": round(chance.lognormvariate(3, 1), 2)}
            else:
                event |= {"type": "visit", "page": chance.choice(["/", "/cart", "/hat"])}
            events.append((day, event))
            day += chance.choices([0.02, chance.expovariate(1 / 5), 70], [2, 7, 1])[0]
    events.sort(key=lambda pair: pair[0])
    engine = lcr.Engine(rules())
    decisions = [one for _, event in events for one in engine.process(event)]
    decisions += engine.advance(BEGIN + timedelta(days=150))
    return [msgspec.json.decode(lcr.encode_decision(one)) for one in decisions]


def table(section: Section, title: str) -> Table:
    (found,) = (each for each in section.tables if each.title.startswith(title))
    return found


def by_name(found: Table, keys: int = 1) -> dict[tuple[Any, ...], Row]:
    return {row[:keys]: row[keys:] for row in found.rows}


def value(cell: Any) -> float | None:
    assert isinstance(cell, Estimate)
    return cell.value


@pytest.mark.parametrize("seed", range(3))
def test_counts_are_those_of_a_naive_count(tmp_path: Path, seed: int) -> None:
    decisions = lived(seed)
    with history(tmp_path, decisions) as told:
        section = section_of(told, "triggers", ASKED)
    firings: Counter[str] = Counter()
    messages: Counter[str] = Counter()
    dropped: Counter[str] = Counter()
    people: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    stopped: Counter[tuple[str, str, str]] = Counter()
    left: Counter[tuple[str, str, str]] = Counter()
    for each in decisions:
        name = each["rule"]
        match each["kind"]:
            case "fired":
                firings[name] += 1
                people[name, "fired"].add(each["customer"])
            case "sent":
                messages[name] += 1
                people[name, "sent"].add(each["customer"])
            case "held":
                what = "firing stopped"
                if "step" in each:
                    what = "message waited" if "until" in each else "message dropped"
                stopped[name, each["reason"], what] += 1
                dropped[name] += what == "message dropped"
            case "left":
                left[name, each["step"], each["reason"]] += 1
            case _:
                pass
    assert firings
    assert messages
    assert stopped
    assert left
    became = by_name(table(section, "What became"))
    assert {name.removesuffix(" (draft)") for (name,) in became} == set(firings)
    for (title,), row in became.items():
        name = str(title).removesuffix(" (draft)")
        customers = len(people[name, "fired"])
        assert row[:4] == (firings[name], customers, messages[name], dropped[name])
        assert value(row[4]) == pytest.approx(len(people[name, "sent"]) / customers)
    why = by_name(table(section, "What stopped"), 3)
    assert {key: row[0] for key, row in why.items()} == dict(stopped)
    gone = by_name(table(section, "Who left"), 3)
    assert {key: row[0] for key, row in gone.items()} == dict(left)


def test_drafts_are_marked_and_what_never_fired_is_named(tmp_path: Path) -> None:
    with history(tmp_path, lived(0)) as told:
        section = section_of(told, "triggers", ASKED)
    assert ("tried (draft)",) in by_name(table(section, "What became"))
    assert "Never fired: `never`." in section.notes


def test_lift_is_given_to_marketing_alone(tmp_path: Path) -> None:
    with history(tmp_path, lived(1, 300)) as told:
        section = section_of(told, "triggers", ASKED)
    names = {name for (name,) in by_name(table(section, "Lift"))}
    assert names == {"welcome", "wake_up", "nudge"}
    converted = {name for (name,) in by_name(table(section, "Who converted"))}
    assert converted == {"welcome", "wake_up", "nudge", "bill", "tried"}


def test_without_a_holdout_it_says_so_and_gives_no_lift(tmp_path: Path) -> None:
    ruleset = rules(SHOP.replace("holdout 20%", ""))
    with history(tmp_path, [fired("a", 1), sent("a", 1)], ruleset, until=60) as told:
        section = section_of(told, "triggers", ASKED)
    assert not any(each.title.startswith("Lift") for each in section.tables)
    assert any("hold nobody out" in note for note in section.notes)


def test_without_a_goal_it_says_what_would_help(tmp_path: Path) -> None:
    text = "\n".join(line for line in SHOP.splitlines() if not line.startswith("attribution"))
    with history(tmp_path, [fired("a", 1)], rules(text)) as told:
        section = section_of(told, "triggers", ASKED)
    assert NO_GOAL in section.notes
    assert not any("convert" in each.title for each in section.tables)


def test_what_is_censored_is_counted(tmp_path: Path) -> None:
    with history(tmp_path, [fired("a", 1), fired("b", 50), fired("c", 55)], until=60) as told:
        section = section_of(told, "triggers", ASKED)
    assert section.censored.startswith("2 first firings are less than the goal's window")


def test_a_trigger_of_older_rules_stands_behind_the_others(tmp_path: Path) -> None:
    decisions = [fired("a", 1, "older"), fired("a", 2), held("a", 3, "cap", "older", step="send1")]
    with history(tmp_path, decisions, until=60) as told:
        section = section_of(told, "triggers", ASKED)
    assert [row[0] for row in table(section, "What became").rows] == ["nudge", "older"]


def test_an_empty_history_says_so(tmp_path: Path) -> None:
    with history(tmp_path, []) as told:
        section = section_of(told, "triggers", ASKED)
    assert section.headline == "No trigger fired."
    assert section.tables == ()


def test_of_two_goals_nobody_is_counted_twice_and_each_is_named(tmp_path: Path) -> None:
    """Three fired; a window of 14 days has not passed for one, one of 40 days for two."""
    text = (
        SHOP + "attribution calm { touch sends  conversion visit worth 1  within 40d  model last }"
    )
    may = [n for n in map(str, range(400)) if bucket(HOLDOUT_SALT, n) >= 2000]
    decisions = [fired(may[0], 1), fired(may[1], 30), fired(may[2], 55)]
    with history(tmp_path, decisions, rules(text), until=60) as told:
        section = section_of(told, "triggers", ASKED)
        experiments = section_of(told, "experiments", ASKED)
    assert section.censored.startswith(
        "1 first firing is less than the window of `revenue`, and 2 first firings are less than "
        "the window of `calm` before the end"
    )
    assert experiments.censored.startswith("Nobody")
    decisions += [sent(may[0], 1), sent(may[1], 30), sent(may[2], 55)]
    with history(tmp_path, decisions, rules(text), until=60) as told:
        experiments = section_of(told, "experiments", ASKED)
    assert experiments.censored.startswith(
        "1 customer came to the holdout less than the window of `revenue`, 2 customers came to "
        "the holdout less than the window of `calm` before the end;"
    )
    titles = [each.title for each in experiments.charts]
    assert len(set(titles)) == len(titles) == 2
