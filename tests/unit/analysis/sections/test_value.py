"""`lcr report value` and `bottlenecks`, and what a run over events keeps for them."""

from __future__ import annotations

import json
import random
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.stats import bootstrap, t

import lifecycle_dsl as lcr
from lifecycle_dsl.analysis.conversions import goals
from lifecycle_dsl.analysis.errors import AnalysisError
from lifecycle_dsl.analysis.feed import Feed
from lifecycle_dsl.analysis.findings import Estimate, Section, Table
from lifecycle_dsl.analysis.goals import goal_of
from lifecycle_dsl.analysis.history import History
from lifecycle_dsl.analysis.periods import Period
from lifecycle_dsl.analysis.reporting import Asked, section_of
from lifecycle_dsl.analysis.worth import buyers, worth_of
from lifecycle_dsl.engine.decisions import Transition
from lifecycle_dsl.loading import load
from lifecycle_dsl.localtime import parse_instant
from tests.unit.analysis.cdnow import EVENTS
from tests.unit.analysis.sections.test_funnel import estimate, lives, table
from tests.unit.analysis.statistics.test_bgnbd import PUBLISHED
from tests.unit.analysis.written import BEGIN, SHOP, credit, history, rules
from tests.unit.transcripts import ROOT

RETAIL = ROOT / "rules" / "retail.lcr"


def of_cdnow(until: str, section: str = "value") -> Section:
    ruleset = load(RETAIL)
    with History(ruleset) as told:
        told.run(Feed(str(EVENTS), parse_instant(until)), goal_of("purchase worth amount", ruleset))
        return section_of(told, section, Asked())


def test_the_report_of_cdnow_has_the_published_fit() -> None:
    """Fader, Hardie and Lee (2005), table 2, and Fader and Hardie (2013): both from the report."""
    section = of_cdnow("1997-09-30T12:00:00Z")
    rows = {row[:2]: row[2] for row in table(section, "Parameters").rows}
    found = [estimate(rows["BG/NBD", name]).value for name in ("r", "alpha", "a", "b")]
    assert found == pytest.approx(PUBLISHED, rel=2e-4)
    assert rows["BG/NBD", "log likelihood"] == pytest.approx(-9_582.4292, abs=1e-3)
    money = [estimate(rows["Gamma-Gamma", name]).value for name in ("p", "q", "v")]
    assert money == pytest.approx((6.25, 3.74, 15.44), abs=0.006)


def test_worth_is_added_up_by_customer_and_path(tmp_path: Path) -> None:
    """Against a naive sum, and scipy's Student interval of the mean."""
    chance = random.Random(3)
    paths, credits_ = [], []
    totals: dict[str, float] = {}
    for place in range(60):
        long = place % 3 == 0
        paths.append(((0.0, "lead"), (5.0, "customer")) if long else ((0.0, "lead"),))
        totals[f"c{place}"] = 0.0
        for day in range(6, 6 + place % 4):
            worth = round(chance.uniform(1, 50), 2)
            totals[f"c{place}"] += worth
            halves = [
                credit(f"c{place}", day, worth / 2, channel, share=0.5)
                for channel in ("email", "sms")
            ]
            credits_.append((day, halves))
    credits_.sort(key=lambda each: each[0])
    decisions = [*lives(*paths), *(one for _, halves in credits_ for one in halves)]
    with history(tmp_path, decisions, until=40) as told:
        section = section_of(told, "value", Asked())
    rows = {row[0]: row for row in table(section, "Observed, by path").rows}
    brought = np.array([totals[f"c{place}"] for place in range(0, 60, 3)])
    row = rows["lead > customer"]
    assert row[1] == 20
    found = estimate(row[4])
    low, high = t.interval(0.95, 19, brought.mean(), brought.std(ddof=1) / np.sqrt(20))
    assert found.value == pytest.approx(brought.mean(), abs=1e-6)
    assert (found.low, found.high) == pytest.approx((low, high), abs=1e-6)
    drawn = bootstrap((brought,), np.mean, random_state=1, method="percentile").confidence_interval
    assert found.low == pytest.approx(drawn.low, rel=0.2)
    everybody = rows["all customers"]
    assert everybody[3] == sum(place % 4 for place in range(60))
    assert (estimate(everybody[4]).value or 0) * 60 == pytest.approx(sum(totals.values()))
    by_source = {row[0]: row for row in table(section, "Observed, by source").rows}
    assert set(by_source) == {"email"}


@pytest.mark.parametrize(("customers", "is_told"), [(9, False), (10, True)])
def test_the_first_time_is_not_told_of_fewer_than_ten(
    tmp_path: Path,
    customers: int,
    is_told: bool,  # noqa: FBT001
) -> None:
    decisions = [
        *lives(*[((0.0, "lead"),)] * customers),
        *(credit(f"c{place}", 1, 10.0 + place) for place in range(customers)),
    ]
    with history(tmp_path, decisions, until=200) as told:
        section = section_of(told, "value", Asked())
    (row, _) = table(section, "Observed, by path").rows
    found = estimate(row[5])
    assert found.n == customers
    assert [each is not None for each in (found.value, found.low, found.high)] == [is_told] * 3


def test_refunds_are_no_purchases(tmp_path: Path) -> None:
    """c0 buys twice and takes a day's back, c1 only gives back; by hand, in weeks."""
    decisions = [
        *lives(((0.0, "lead"),), ((0.0, "lead"),)),
        credit("c0", 7, 30.0),
        credit("c1", 8, -5.0),
        credit("c0", 14, 20.0),
        credit("c0", 14.5, -20.0),
        credit("c0", 21, -30.0),
    ]
    with history(tmp_path, decisions, until=28) as told:
        worth = worth_of(told, goals(told)[0])
        section = section_of(told, "value", Asked())
    found = buyers(worth)
    assert found.place.tolist() == [int(np.flatnonzero(worth.counts() == 4)[0])]
    past = found.purchases
    assert [each.tolist() for each in (past.again, past.last, past.seen)] == [[1], [1], [3]]
    assert found.mean.tolist() == [20.0]
    assert any(note.startswith("3 conversions of negative worth") for note in section.notes)
    everybody = table(section, "Observed, by path").rows[-1]
    assert estimate(everybody[4]).value == pytest.approx(-2.5)


def test_of_two_goals_each_is_named(tmp_path: Path) -> None:
    text = (
        SHOP + "attribution calm { touch sends  conversion visit worth 1  within 9d  model last }"
    )
    other = credit("c1", 3, 1.0) | {"attribution": "calm", "rule": "calm"}
    decisions = [*lives(((0.0, "lead"),), ((0.0, "lead"),)), credit("c0", 2, 10.0), other]
    with history(tmp_path, decisions, rules(text), until=40) as told:
        section = section_of(told, "value", Asked())
    assert section.headline == (
        "`revenue`: A customer has brought 5.00 (-58.53 to 68.53) so far. "
        "`calm`: A customer has brought 0.50 (-5.85 to 6.85) so far."
    )
    assert any(note.startswith("Nothing of `calm` is expected by BG/NBD") for note in section.notes)


EVENTS_OF_SHOP = """
lifecycle traced
event visit { campaign: text? }
event purchase { amount: money }
trait country: text?
score heat { half-life 7d  on visit: 1 }
level warmth = heat { warm >= 1  cold }
start { -> lead }
stage lead { -> customer on purchase }
stage customer
attribution revenue { touch visit  conversion purchase worth amount  within 14d  model linear }
"""


def written(
    folder: Path, seed: int, *, shuffled: bool = False
) -> tuple[Path, list[dict[str, Any]]]:
    chance = random.Random(seed)
    events = []
    for place in range(80):
        name = f"c{place}"
        first = chance.uniform(0, 50)
        profile: dict[str, Any] = {
            "type": "profile",
            "customer": name,
            "country": chance.choice(["nl", "de"]),
        }
        events.append((first, profile))
        day = first
        while (day := day + chance.expovariate(1 / 6)) < 100:
            if chance.random() < 0.3:
                event: dict[str, Any] = {
                    "type": "purchase",
                    "amount": round(chance.uniform(1, 60), 2),
                }
            else:
                event = {"type": "visit", "campaign": chance.choice(["a", "b"])}
            events.append((day, {**event, "customer": name}))
    events.sort(key=lambda each: each[0])
    if shuffled:
        events.sort(key=lambda each: each[1]["customer"])
    told = [{**event, "at": (BEGIN + timedelta(days=day)).isoformat()} for day, event in events]
    path = folder / "events.jsonl"
    path.write_text("".join(json.dumps(event) + "\n" for event in told), encoding="utf-8")
    return path, told


@pytest.mark.parametrize(("source", "fields"), [("country", "profile"), ("campaign", "visit")])
def test_a_source_is_a_trait_or_the_first_field(tmp_path: Path, source: str, fields: str) -> None:
    path, events = written(tmp_path, 1)
    expected: dict[str, str] = {}
    for event in events:
        if event["type"] == fields:
            expected.setdefault(event["customer"], event[source])
    with History(rules(EVENTS_OF_SHOP)) as told:
        told.run(Feed(str(path)), source=source)
        found = dict(told.ask("SELECT customer, origin FROM customers WHERE origin IS NOT NULL"))
        section = section_of(told, "value", Asked())
    assert found == expected
    names = {str(row[0]) for row in table(section, "Observed, by source").rows}
    assert names - {"(unknown)"} == {*expected.values(), "all customers"}


def test_a_source_that_is_none_is_said_to_be_none(tmp_path: Path) -> None:
    path, _ = written(tmp_path, 1)
    with (
        History(rules(EVENTS_OF_SHOP)) as told,
        pytest.raises(AnalysisError, match="called `contry`; there is `country`"),
    ):
        told.run(Feed(str(path)), source="contry")


def test_activity_and_states_are_those_of_the_engine(tmp_path: Path) -> None:
    """Against an engine that is stopped at each week's end, and a naive list of days."""
    path, events = written(tmp_path, 2)
    ruleset = rules(EVENTS_OF_SHOP)
    with History(ruleset) as told:
        told.run(Feed(str(path)), by=Period.WEEK)
        assert told.in_order
        days = set(told.ask("SELECT customer, day::VARCHAR FROM activity"))
        levels = set(told.ask("SELECT epoch_us(instant), customer, label FROM levels"))
        scores = {
            (at, name): value
            for at, name, value in told.ask("SELECT epoch_us(instant), customer, value FROM scores")
        }
    assert days == {(each["customer"], each["at"][:10]) for each in events}
    for instant in sorted({at for at, _, _ in levels}):
        engine = lcr.Engine(ruleset)
        for event in events:
            at = parse_instant(event["at"])
            assert at is not None
            if at < instant or (instant == max(each[0] for each in levels) and at <= instant):
                engine.process(event)
        for name in engine.customers():
            customer = engine.customer(name, instant)
            assert (instant, name, customer.levels["warmth"]) in levels
            assert scores[instant, name] == customer.scores["heat"]


def test_watching_changes_no_decision(tmp_path: Path) -> None:
    path, events = written(tmp_path, 3)
    ruleset = rules(EVENTS_OF_SHOP)
    engine = lcr.Engine(ruleset)
    plain = [one for event in events for one in engine.process(event)]
    plain += engine.advance(engine.clock or 0)
    with History(ruleset) as told:
        told.run(Feed(str(path)), by=Period.DAY)
        ((count,),) = told.ask("SELECT count(*) FROM decisions")
        moves = told.ask("SELECT customer, target FROM decisions WHERE kind = 'transition'")
    assert count == len(plain)
    expected = [(str(d.customer), d.to) for d in plain if isinstance(d, Transition)]
    assert sorted(moves) == sorted(expected)


def test_states_are_not_told_of_records_in_no_order(tmp_path: Path) -> None:
    path, _ = written(tmp_path, 4, shuffled=True)
    with History(rules(EVENTS_OF_SHOP)) as told:
        told.run(Feed(str(path)))
        assert not told.in_order
        assert told.ask("SELECT count(*) FROM levels") == [(0,)]
        section = section_of(told, "engagement", Asked())
    assert any("no order of time" in note for note in section.notes)


def bottled(better: float) -> list[dict[str, Any]]:
    """Leads of three months, of whom more of the second become customers."""
    chance = random.Random(5)
    paths = []
    for place in range(900):
        day = place / 10
        share = better if 31 <= day < 59 else 0.2
        path: tuple[tuple[float, str], ...] = ((day, "lead"),)
        paths.append((*path, (day + 2, "customer")) if chance.random() < share else path)
    bought = [
        credit(f"c{n}", path[1][0] + 1, 45.0 + n % 11) for n, path in enumerate(paths) if path[1:]
    ]
    return [*lives(*paths), *bought]


def test_a_planted_bottleneck_is_found_with_its_worth(tmp_path: Path) -> None:
    """800 leads at 20 % against a month at 60 %: about 900 · (0.6 - 0.32) more, 50 each."""
    with history(tmp_path, bottled(0.6), until=150) as told:
        section = section_of(told, "bottlenecks", Asked())
    (row,) = table(section, "If all did").rows
    assert row[:2] == ("lead", "customer")
    assert row[5] == "2026-02"
    more, each, worth = (estimate(cell) for cell in row[7:10])
    assert each.value == pytest.approx(50, abs=1)
    assert more.low is not None
    assert more.high is not None
    assert more.value is not None
    assert 100 < more.low < more.value < more.high < 900 * 0.4
    assert worth.value == pytest.approx((each.value or 0) * (more.value or 0))
    assert (worth.low, worth.high) == pytest.approx(
        ((each.low or 0) * more.low, (each.high or 0) * more.high)
    )


def test_no_bottleneck_is_made_up(tmp_path: Path) -> None:
    with history(tmp_path, bottled(0.2), until=150) as told:
        section = section_of(told, "bottlenecks", Asked())
    assert section.headline == "The data do not suffice to say that any stage could do better."
    assert [each.title for each in section.tables] == ["Where the data do not say so"]


def cells(found: Table) -> list[Estimate]:
    return [cell for row in found.rows for cell in row if isinstance(cell, Estimate)]


def test_the_same_events_make_the_same_report(tmp_path: Path) -> None:
    path, _ = written(tmp_path, 6)
    found = []
    for _ in range(2):
        with History(rules(EVENTS_OF_SHOP)) as told:
            told.run(Feed(str(path)), source="country")
            found.append([section_of(told, name, Asked()) for name in ("value", "engagement")])
    assert found[0] == found[1]
    assert all(cells(table_) for section in found[0] for table_ in section.tables)
