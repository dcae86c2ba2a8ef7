"""`lcr report attribution` against the engine's own models, and against naive paths."""

from __future__ import annotations

import json
import random
from collections import Counter, defaultdict
from fractions import Fraction
from itertools import pairwise, permutations
from pathlib import Path
from typing import Any

import pytest
from attrs import frozen

from lifecycle_dsl.analysis.feed import Feed
from lifecycle_dsl.analysis.findings import Estimate, Section, Table
from lifecycle_dsl.analysis.goals import goal_of
from lifecycle_dsl.analysis.history import History
from lifecycle_dsl.analysis.reporting import Asked, section_of
from lifecycle_dsl.engine.decisions import Credit, Transition, encode_lines
from lifecycle_dsl.engine.engine import Engine
from lifecycle_dsl.engine.ruleset import RuleSet
from tests.unit.analysis.written import credit, history, rules, sent

DAY = 86_400_000_000
START = 1_767_225_600_000_000
WITHIN = 5 * DAY
CHANNELS = {"click": "email", "ad": "ads", "sms": "text"}
RULES = """
lifecycle shop
event visit
event click, ad, sms { campaign: text? }
event order { total: money }
channel email, ads, text
attribution revenue {
  touch click as email by campaign  touch ad as ads  touch sms as text
  conversion order worth total
  within 5d
  model MODEL
}
start { -> lead }
stage lead { -> customer on order }
stage customer { -> lead after 9d }
"""


def shop(model: str = "linear") -> RuleSet:
    return rules(RULES.replace("MODEL", model))


def lived(seed: int, customers: int = 60) -> list[dict[str, Any]]:
    """Touches and orders of some customers; gaps are whole days, so that some are just as long."""
    chance = random.Random(seed)
    events: list[dict[str, Any]] = []
    for number in range(customers):
        now = START + chance.randrange(20) * DAY
        for _ in range(chance.randrange(1, 9)):
            now += chance.choice([0, 1, 1, 2, 5, 6]) * DAY
            kind = chance.choice(["click", "click", "ad", "sms", "order", "visit"])
            event: dict[str, Any] = {"type": kind, "customer": f"c{number}", "at": now}
            if kind == "order":
                event["total"] = chance.randrange(1, 100)
            elif kind != "visit" and chance.random() < 0.5:
                event["campaign"] = chance.choice(["spring", "sale"])
            events.append(event)
    return sorted(events, key=lambda each: each["at"])


def run(
    folder: Path, events: list[dict[str, Any]], ruleset: RuleSet, until: int | None = None
) -> History:
    path = folder / "events.jsonl"
    path.write_text("".join(json.dumps(each) + "\n" for each in events), encoding="utf-8")
    found = History(ruleset)
    found.run(Feed(str(path), until))
    return found


def told(found: History, asked: Asked | None = None) -> Section:
    with found:
        return section_of(found, "attribution", asked or Asked())


def table(section: Section, begin: str) -> Table:
    return next(each for each in section.tables if each.title.startswith(begin))


def values(found: Table, title: str) -> dict[tuple[str, ...], float]:
    """A column by the names of its rows."""
    place = [each.title for each in found.columns].index(title)
    names = sum(each.unit.value == "text" for each in found.columns)
    column = {}
    for row in found.rows:
        cell = row[place]
        assert isinstance(cell, Estimate)
        column[tuple(map(str, row[:names]))] = cell.value or 0.0
    return column


def credits_of(events: list[dict[str, Any]], model: str) -> list[Credit]:
    """What the engine itself gives under a model."""
    engine = Engine(shop(model))
    found = [decision for event in events for decision in engine.process(event)]
    return [each for each in found if isinstance(each, Credit)]


# ---- paths, the long way


@frozen
class Way:
    """A path: its channels and when its last touch was."""

    channels: tuple[str, ...]
    converts: bool
    newest: int


def ways(events: list[dict[str, Any]]) -> list[Way]:
    """All paths, by looking at every pair of a touch and an order."""
    by_customer: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    for event in events:
        by_customer[event["customer"]].append(event)
    found: list[Way] = []
    for own in by_customer.values():
        useful: set[int] = set()
        for place, event in enumerate(own):
            if event["type"] != "order":
                continue
            before = [
                at
                for at, each in enumerate(own[:place])
                if each["type"] in CHANNELS and event["at"] - each["at"] < WITHIN
            ]
            useful |= set(before)
            if before:
                found.append(_way([own[at] for at in before], converts=True))
        idle = [
            each for at, each in enumerate(own) if each["type"] in CHANNELS and at not in useful
        ]
        groups = [idle[:1]] if idle else []
        for earlier, later in pairwise(idle):
            if later["at"] - earlier["at"] >= WITHIN:
                groups.append([])
            groups[-1].append(later)
        found += [_way(group, converts=False) for group in groups]
    return found


def _way(touches: list[dict[str, Any]], *, converts: bool) -> Way:
    return Way(tuple(CHANNELS[each["type"]] for each in touches), converts, touches[-1]["at"])


def removal(found: list[Way], order: int) -> dict[str, float]:
    """Conversions by removal effect, by walking through a chain made of dictionaries."""
    steps: defaultdict[tuple[str, ...], Counter[Any]] = defaultdict(Counter)
    for way in found:
        state: tuple[str, ...] = ()
        for channel in way.channels:
            after = (*state, channel)[-order:]
            steps[state][after] += 1
            state = after
        steps[state]["bought" if way.converts else "gone"] += 1

    def rate(without: str | None) -> float:
        here: dict[Any, float] = {(): 1.0}
        bought = 0.0
        while sum(here.values()) > 1e-13:
            later: defaultdict[Any, float] = defaultdict(float)
            for state, people in here.items():
                whole = sum(steps[state].values())
                for after, count in steps[state].items():
                    if after == "bought":
                        bought += people * count / whole
                    elif after != "gone" and after[-1] != without:
                        later[after] += people * count / whole
            here = later
        return bought

    whole = rate(None)
    effects = {channel: 1 - rate(channel) / whole for channel in CHANNELS.values()}
    conversions = sum(way.converts for way in found)
    return {name: each / sum(effects.values()) * conversions for name, each in effects.items()}


def shapley(found: list[Way]) -> dict[str, float]:
    """Shapley values by their definition: what each channel adds, over all orders to come in."""

    def worth(channels: set[str]) -> int:
        return sum(way.converts and set(way.channels) <= channels for way in found)

    names = list(CHANNELS.values())
    orders = list(permutations(names))
    sums: Counter[str] = Counter()
    for order in orders:
        for place, name in enumerate(order):
            sums[name] += worth({*order[: place + 1]}) - worth({*order[:place]})
    return {name: float(Fraction(sums[name], len(orders))) for name in names}


# ---- tests


@pytest.mark.parametrize(
    ("title", "model"),
    [
        ("First", "first"),
        ("Last", "last"),
        ("Linear", "linear"),
        ("By position", "position 40/20/40"),
        ("Time decay", "time_decay half-life 7d"),
    ],
)
def test_rule_models_are_those_of_the_engine(tmp_path: Path, title: str, model: str) -> None:
    events = lived(1)
    section = told(run(tmp_path, events, shop(), until=events[-1]["at"] + WITHIN))
    expected: Counter[str] = Counter()
    for each in credits_of(events, model):
        if each.channel != "direct":
            expected[each.channel] += each.share  # type: ignore[assignment]
    found = values(table(section, "Rule models"), title)
    assert found == pytest.approx({(name,): share for name, share in expected.items()}, abs=1e-6)


@pytest.mark.parametrize("model", ["position 70/10/20", "time_decay half-life 1d"])
def test_models_side_by_side_take_the_rules_own_numbers(tmp_path: Path, model: str) -> None:
    events = lived(2)
    section = told(run(tmp_path, events, shop(model), until=events[-1]["at"] + WITHIN))
    title = "By position" if model.startswith("position") else "Time decay"
    side = values(table(section, "Rule models"), title)
    own = values(table(section, "By channel"), "Conversions")
    del own["direct",]
    assert side == pytest.approx(own, abs=1e-6)


@pytest.mark.parametrize("seed", range(3))
def test_markov_and_shapley_are_those_of_naive_paths(tmp_path: Path, seed: int) -> None:
    events, end = lived(seed), START + 25 * DAY
    section = told(run(tmp_path, events, shop(), until=end))
    every = ways([each for each in events if each["at"] <= end])
    known = [way for way in every if way.newest <= end - WITHIN]
    found = table(section, "Data-driven")
    for order in (1, 2, 3):
        expected = {(name,): each for name, each in removal(known, order).items()}
        assert values(found, f"Markov {order}") == pytest.approx(expected, abs=1e-6)
    expected = {(name,): each for name, each in shapley(known).items()}
    assert values(found, "Shapley") == pytest.approx(expected, abs=1e-6)
    nowhere = sum(not way.converts for way in known)
    assert f"{len(known):,} paths followed up, {nowhere} led nowhere" in section.sample
    late = len(every) - len(known)
    assert late > 5
    assert f"{late} paths have their last touch less than 5d before the end" in section.censored


def test_credits_add_up_to_the_conversions_by_channel_campaign_and_move(tmp_path: Path) -> None:
    events = lived(4)
    section = told(run(tmp_path, events, shop()))
    orders = [each for each in events if each["type"] == "order"]
    channels = table(section, "By channel")
    assert sum(values(channels, "Conversions").values()) == pytest.approx(len(orders))
    assert sum(values(channels, "Of all").values()) == pytest.approx(1)
    assert sum(values(channels, "Worth").values()) == pytest.approx(
        sum(each["total"] for each in orders)
    )
    direct = values(channels, "Conversions")["direct",]
    campaigns = table(section, "By campaign")
    assert sum(values(campaigns, "Conversions").values()) == pytest.approx(len(orders) - direct)
    assert {name for name, _ in values(campaigns, "Worth")} == {"spring", "sale", "–"}
    assert section.sample.startswith(f"`revenue`: {len(orders)} conversions of ")
    assert f"{round(direct)} of them direct" in section.sample


def test_a_move_has_the_conversions_that_came_with_it(tmp_path: Path) -> None:
    events = lived(5)
    engine = Engine(shop())
    expected: defaultdict[tuple[str, str], float] = defaultdict(float)
    moves: dict[str, Transition] = {}
    for each in (decision for event in events for decision in engine.process(event)):
        if isinstance(each, Transition):
            moves[each.customer] = each
        elif isinstance(each, Credit) and moves[each.customer].at == each.at:
            move = moves[each.customer]
            expected[f"{move.source} → {move.to}", each.channel] += each.share
    found = table(told(run(tmp_path, events, shop())), "By move")
    assert values(found, "Conversions") == pytest.approx(dict(expected), abs=1e-6)
    assert {move for move, _ in values(found, "Worth")} == {"lead → customer"}


def test_a_log_of_the_engines_own_messages_says_as_much_as_the_events(tmp_path: Path) -> None:
    text = RULES.replace("touch click as email by campaign  touch ad as ads  touch sms as text", "")
    text = (
        text.replace("conversion order", "touch sends conversion order")
        + """
    topic bills { transactional }
    trigger hello { on click  do { send email "hello" } }
    trigger wait { on ad  do { wait 1d  send text "later" } }
    trigger thanks { on order  do { send ads "thanks" } }
    trigger bill { on order  topic bills  do { send email "bill" } }
    """
    )
    ruleset = rules(text.replace("MODEL", "last"))
    events = lived(6)
    ran = run(tmp_path, events, ruleset)
    log = tmp_path / "decisions.jsonl"
    engine = Engine(ruleset)
    lines = [line for event in events for line in engine.process(event)]
    lines += engine.advance(events[-1]["at"])
    log.write_bytes(encode_lines(lines))
    read = History(ruleset)
    read.read_log(log, events[-1]["at"])
    one, other = told(ran), told(read)
    assert one.tables == other.tables
    assert {each.title.partition(":")[0] for each in one.tables} >= {
        "Rule models side by side",
        "Data-driven models side by side",
    }
    assert one.sample == other.sample
    told_of: defaultdict[tuple[str, ...], float] = defaultdict(float)
    for each in lines:
        if isinstance(each, Credit) and each.template is not None and each.campaign is not None:
            told_of[each.template, each.campaign, each.channel] += each.share
    assert {name for name, *_ in told_of} == {"hello", "later", "thanks"}
    assert values(table(one, "By template"), "Conversions") == pytest.approx(dict(told_of))


def test_of_one_channel_the_campaigns_are_compared(tmp_path: Path) -> None:
    one = RULES.replace("touch ad as ads  touch sms as text", "").replace("MODEL", "linear")
    events = lived(9)
    section = told(run(tmp_path, events, rules(one), until=events[-1]["at"] + WITHIN))
    side, own = table(section, "Rule models"), table(section, "By campaign")
    assert side.columns[0].title == "Campaign"
    assert values(side, "Linear") == pytest.approx(
        {(name,): share for (name, _), share in values(own, "Conversions").items()}, abs=1e-6
    )
    assert {name for (name,) in values(side, "Last")} == {"spring", "sale", "–"}
    assert section.charts[0].x.title == "campaign"


def test_beyond_sixteen_the_rest_goes_together(tmp_path: Path) -> None:
    one = RULES.replace("touch ad as ads  touch sms as text", "").replace("MODEL", "last")
    events = [
        {"type": kind, "customer": f"c{n}-{m}", "at": START + n * DAY, **more}
        for n in range(20)
        for m in range(n + 1)
        for kind, more in (("click", {"campaign": f"k{n:02}"}), ("order", {"total": 1}))
    ]
    section = told(run(tmp_path, events, rules(one), until=START + 40 * DAY))
    found = values(table(section, "Rule models"), "Last")
    assert len(found) == 17
    assert found["all others",] == 1 + 2 + 3 + 4
    assert found["k19",] == 20


def test_without_the_touches_of_those_who_did_not_convert_no_models_are_compared(
    tmp_path: Path,
) -> None:
    section = told(history(tmp_path, [credit("ann", 1, 5.0)], shop()))
    assert not any("models" in each.title for each in section.tables)
    assert any("run the report over EVENTS" in note for note in section.notes)


def test_a_masked_worth_stays_unknown(tmp_path: Path) -> None:
    decisions = [sent("ann", 0), credit("ann", 1, None), credit("ben", 1, 3.0, channel="email")]
    rows = table(told(history(tmp_path, decisions)), "By channel").rows
    worths = {row[0]: row[3] for row in rows}
    assert worths["sms"] == Estimate(None)
    assert isinstance(worths["email"], Estimate)
    assert worths["email"].value == 3.0


def test_two_conversions_of_one_step_are_two(tmp_path: Path) -> None:
    decisions = [
        credit("ann", 1, 1.0, share=0.5),
        credit("ann", 1, 1.0, share=0.5, channel="email"),
        credit("ann", 1, 5.0, share=0.333333333),
        credit("ann", 1, 10.0, share=0.666666667, channel="email"),
    ]
    section = told(history(tmp_path, decisions))
    assert section.sample.startswith("`revenue`: 2 conversions of 1 customer")


def test_a_goal_that_was_asked_for_is_told_alone(tmp_path: Path) -> None:
    events = lived(7)
    path = tmp_path / "events.jsonl"
    path.write_text("".join(json.dumps(each) + "\n" for each in events), encoding="utf-8")
    ruleset = shop()
    with History(ruleset) as found:
        found.run(Feed(str(path)), goal=goal_of("visit within 3d", ruleset))
        section = section_of(found, "attribution", Asked())
    visits = sum(each["type"] == "visit" for each in events)
    assert section.sample.startswith(f"visit: {visits} conversions")
    assert values(table(section, "By channel"), "Conversions") == {("direct",): visits}


def test_where_nothing_is_credited_it_says_so(tmp_path: Path) -> None:
    section = told(history(tmp_path, []))
    assert section.headline == "Nothing converted: revenue."
    text = RULES[: RULES.index("attribution")] + RULES[RULES.index("start {") :]
    section = told(history(tmp_path, [], rules(text)))
    assert section.headline == "Nothing is credited."
    assert any("declare an `attribution`" in note for note in section.notes)


def test_the_same_report_every_time(tmp_path: Path) -> None:
    events = lived(8)
    assert told(run(tmp_path, events, shop())) == told(run(tmp_path, events, shop()))
