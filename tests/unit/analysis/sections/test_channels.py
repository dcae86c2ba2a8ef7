"""`lcr report channels`: cost, credit and return, against sums over the log."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.stats import binom, bootstrap

from lifecycle_dsl.analysis.findings import Estimate, Section
from lifecycle_dsl.analysis.periods import Period
from lifecycle_dsl.analysis.reporting import Asked, section_of
from lifecycle_dsl.analysis.statistics.bootstrap import ratios
from lifecycle_dsl.arithmetic import HOLDOUT_SALT, bucket
from tests.unit.analysis.sections.test_triggers import by_name, lived, table
from tests.unit.analysis.written import SHOP, credit, held, history, rules, sent

COSTS = {"email": 0.01, "sms": 0.08, "push": 0.0}


def section(folder: Path, decisions: list[dict[str, Any]], **how: Any) -> Section:
    asked = how.pop("asked", Asked())
    with history(folder, decisions, **how) as told:
        return section_of(told, "channels", asked)


@pytest.mark.parametrize("seed", range(2))
def test_sums_are_those_of_a_naive_sum(tmp_path: Path, seed: int) -> None:
    decisions = lived(seed)
    found = section(tmp_path, decisions)
    messages: Counter[str] = Counter()
    people: defaultdict[str, set[str]] = defaultdict(set)
    share: defaultdict[str, float] = defaultdict(float)
    worth: defaultdict[str, float] = defaultdict(float)
    for each in decisions:
        if each["kind"] == "sent":
            messages[each["channel"]] += 1
            people[each["channel"]].add(each["customer"])
        if each["kind"] == "credit":
            share[each["channel"]] += each["share"]
            worth[each["channel"]] += each["worth"]
    rows = by_name(table(found, "By channel"))
    assert set(rows) == {("email",), ("sms",), ("all channels",), ("direct",)}
    for name in ("email", "sms"):
        count, customers, cost, conversions, brought, back = rows[name,]
        assert (count, customers) == (messages[name], len(people[name]))
        assert cost == pytest.approx(messages[name] * COSTS[name], abs=1e-9)
        assert conversions == pytest.approx(share[name], abs=1e-9)
        assert brought == pytest.approx(worth[name], abs=1e-6)
        assert isinstance(back, Estimate)
        assert back.value == pytest.approx(worth[name] / (messages[name] * COSTS[name]) - 1)
    assert rows["direct",][:3] == (None, None, None)
    assert rows["direct",][3] == pytest.approx(share["direct"])
    templates = table(found, "By template").rows
    assert sum(row[2] for row in templates) == sum(messages.values())  # type: ignore[misc]


def test_periods_and_triggers_add_up_to_the_channels(tmp_path: Path) -> None:
    found = section(tmp_path, lived(4), asked=Asked(by=Period.WEEK))
    whole = by_name(table(found, "By channel"))["all channels",]
    for title in ("By week", "By trigger"):
        rows = table(found, title).rows
        skipped = 1 if title == "By week" else 2
        for place in (0, 2, 3, 4):
            total = sum(row[skipped + place] for row in rows)  # type: ignore[misc]
            assert total == pytest.approx(whole[place])


def test_a_return_covers_the_truth_at_its_rate() -> None:
    """400 worlds of 150 customers whose messages cost 1 and bring 3 on the average, unevenly.

    The number that covers is compared with the binomial quantiles of a rate of 92 to 97 %: the
    percentile bootstrap of a skewed ratio is known to fall a little short.
    """
    chance = np.random.default_rng(5)
    covered = 0
    for _ in range(400):
        costs = chance.poisson(2, (150, 1)).astype(float)
        gains = costs * chance.exponential(3, (150, 1))
        (found,) = ratios(gains - costs, costs, 0.95)
        assert found.low is not None
        assert found.high is not None
        covered += found.low <= 2 <= found.high
    assert binom.ppf(1e-4, 400, 0.92) <= covered <= binom.ppf(1 - 1e-4, 400, 0.97)


def test_the_bootstrap_agrees_with_an_independent_one() -> None:
    """Against `scipy.stats.bootstrap` of the same ratio over the same customers."""
    chance = np.random.default_rng(11)
    costs = chance.poisson(3, 300).astype(float)
    gains = costs * 2 + chance.exponential(2, 300)
    (found,) = ratios((gains - costs)[:, None], costs[:, None], 0.9)

    def back(gain: Any, cost: Any, axis: int = -1) -> Any:
        return gain.sum(axis=axis) / cost.sum(axis=axis) - 1

    other = bootstrap(
        (gains, costs), back, paired=True, confidence_level=0.9, method="percentile", rng=1
    ).confidence_interval
    assert found.low == pytest.approx(other.low, abs=0.02)
    assert found.high == pytest.approx(other.high, abs=0.02)


def test_customers_in_clusters_give_the_same_interval_as_each_alone() -> None:
    """30,000 customers drawn alone by `scipy.stats.bootstrap`, and as 2,000 sums of 15."""
    chance = np.random.default_rng(2)
    costs = chance.poisson(2, 30_000).astype(float)
    gains = costs * chance.exponential(2, 30_000)
    spent = costs.reshape(2_000, 15).sum(1)[:, None]
    (found,) = ratios(gains.reshape(2_000, 15).sum(1)[:, None] - spent, spent, 0.95)
    ratio = gains.sum() / costs.sum()
    error = np.sqrt(((gains - ratio * costs) ** 2).sum()) / costs.sum()  # linearised
    assert found.high is not None
    assert found.low is not None
    assert (found.high - found.low) / 2 == pytest.approx(1.96 * error, rel=0.08)


def test_of_few_customers_no_interval_is_given(tmp_path: Path) -> None:
    decisions = [sent(str(n), 1) for n in range(3)] + [credit(str(n), 2, 5.0) for n in range(3)]
    back = by_name(table(section(tmp_path, decisions, until=60), "By channel"))["sms",][-1]
    assert isinstance(back, Estimate)
    assert back.value == pytest.approx(15 / 0.24 - 1)
    assert back.low is None


def test_a_channel_without_a_cost_has_no_return_and_says_so(tmp_path: Path) -> None:
    decisions = [sent("a", 1, "push"), credit("a", 2, 5.0, "push")]
    found = section(tmp_path, decisions, until=60)
    back = by_name(table(found, "By channel"))["push",][-1]
    assert isinstance(back, Estimate)
    assert back.value is None
    assert "No cost is declared for `push`, so no return is known there." in found.notes


def test_messages_whose_window_has_not_passed_are_counted(tmp_path: Path) -> None:
    found = section(tmp_path, [sent("a", 1), sent("a", 50), sent("b", 59)], until=60)
    assert found.censored.startswith("2 messages are younger")


def test_the_lift_of_a_channel_takes_both_arms_where_the_holdout_stands(tmp_path: Path) -> None:
    """Who was stopped before the holdout is in no arm; who was stopped behind it is in one."""
    may = [n for n in map(str, range(400)) if bucket(HOLDOUT_SALT, n) >= 2000][:6]
    out = [n for n in map(str, range(400)) if bucket(HOLDOUT_SALT, n) < 2000][:3]
    step = {"step": "send1", "channel": "sms"}
    decisions = [
        sent(may[0], 1),
        held(may[1], 1, "cap", **step),
        held(may[2], 1, "quiet", **step, until="2026-01-03T07:00:00Z"),
        held(may[3], 1, "consent", **step),
        held(may[4], 1, "already_running"),
        sent(may[5], 1, "email", "bill"),
        held(out[0], 1, "holdout", **step),
        held(out[1], 1, "consent", **step),
        held(out[2], 1, "holdout", step="send1", trigger="nudge"),
    ]
    rows = by_name(table(section(tmp_path, decisions, until=60), "Lift"))
    assert rows["any channel",][:2] == (3, 2)
    assert rows["sms",][:2] == (3, 1)
    assert ("email",) not in rows


def test_a_channel_with_the_customers_of_any_is_said_to_say_nothing_of_itself(
    tmp_path: Path,
) -> None:
    may = [n for n in map(str, range(400)) if bucket(HOLDOUT_SALT, n) >= 2000][:4]
    out = [n for n in map(str, range(400)) if bucket(HOLDOUT_SALT, n) < 2000][:2]
    by_sms = [
        *(sent(name, 1) for name in may),
        *(held(name, 1, "holdout", step="send1", channel="sms") for name in out),
    ]
    by_email = [
        sent(may[0], 2, "email", "wake_up"),
        held(out[0], 2, "holdout", "wake_up", step="send1", channel="email"),
    ]
    note = table(section(tmp_path, by_sms + by_email, until=60), "Lift").note
    assert note.startswith("A row is the lift of all messages together to the customers of its")
    assert "`sms` has the same customers as `any channel`" in note
    assert "`email`" not in note
    everywhere = [
        *by_sms,
        *(sent(name, 2, "email", "wake_up") for name in may),
        *(held(name, 2, "holdout", "wake_up", step="s", channel="email") for name in out),
    ]
    note = table(section(tmp_path, everywhere, until=60), "Lift").note
    assert "`email`, `sms` have the same customers as `any channel`" in note


def test_triggers_that_take_a_route_count_in_any_channel_alone(tmp_path: Path) -> None:
    text = SHOP.replace('send sms "nudge"', 'send best "nudge"')
    text += "route best { otherwise: sms, email }\n"
    may = next(n for n in map(str, range(400)) if bucket(HOLDOUT_SALT, n) >= 2000)
    out = next(n for n in map(str, range(400)) if bucket(HOLDOUT_SALT, n) < 2000)
    decisions = [sent(may, 1), held(out, 1, "holdout", step="send1")]
    rows = by_name(table(section(tmp_path, decisions, ruleset=rules(text), until=60), "Lift"))
    assert set(rows) == {("any channel",)}


def test_without_a_goal_only_costs_are_told(tmp_path: Path) -> None:
    text = "\n".join(line for line in SHOP.splitlines() if not line.startswith("attribution"))
    found = section(tmp_path, [sent("a", 1)], ruleset=rules(text))
    assert [column.title for column in table(found, "By channel").columns] == [
        "Channel",
        "Sent",
        "Customers",
        "Cost",
    ]
    assert any("No goal is known" in note for note in found.notes)


def test_an_empty_history_says_so(tmp_path: Path) -> None:
    found = section(tmp_path, [])
    assert found.headline == "0 messages went out."
    assert found.tables == ()


def test_the_report_does_not_depend_on_the_order_of_customers(tmp_path: Path) -> None:
    decisions = lived(6)
    customers = sorted({each["customer"] for each in decisions})
    random.Random(1).shuffle(customers)
    place = {name: number for number, name in enumerate(customers)}
    other = sorted(decisions, key=lambda each: place[each["customer"]])
    assert section(tmp_path, decisions) == section(tmp_path, other)


BOUGHT = """
channel banner
event click { campaign: text? }
attribution revenue {
  touch click as banner by campaign  touch sends
  conversion purchase worth amount  within 14d  model linear
}
attribution media { touch click as banner  conversion purchase worth 1  within 14d  model last }
"""


def test_a_template_has_the_return_of_its_own_messages(tmp_path: Path) -> None:
    """By hand: two messages cost 0.16 and get 6; of a transactional one nothing is asked."""
    decisions = [
        sent("a", 1) | {"template": "one"},
        sent("b", 1) | {"template": "one"},
        sent("b", 1) | {"template": "two"},
        sent("b", 1) | {"template": "bill", "transactional": True},
        credit("a", 2, 6.0, campaign="nudge", template="one"),
    ]
    rows = by_name(table(section(tmp_path, decisions, until=60), "Return by template"))
    assert {name: row[:-1] for name, row in rows.items()} == {
        ("one",): ("sms", 2, 2, 0.16, 1.0, 6.0),
        ("two",): ("sms", 1, 1, 0.08, 0.0, 0.0),
    }
    backs = {name: row[-1] for name, row in rows.items()}
    assert {name: getattr(back, "value", None) for name, back in backs.items()} == {
        ("one",): pytest.approx(6 / 0.16 - 1),
        ("two",): pytest.approx(-1),
    }
    untold = [{key: v for key, v in each.items() if key != "template"} for each in decisions[-1:]]
    found = section(tmp_path, [*decisions[:-1], *untold], until=60)
    assert "Return by template" not in [each.title for each in found.tables]


def test_bought_media_have_no_part_in_what_messages_bring(tmp_path: Path) -> None:
    """A channel that only clicks come by is none of ours, though `as` makes the rules declare it.

    By hand: two messages of 0.08 are credited with 6 of 36; the banner's 30 are not theirs.
    """
    kept = "\n".join(line for line in SHOP.splitlines() if not line.startswith("attribution"))
    decisions = [
        sent("a", 1),
        sent("b", 1),
        credit("a", 2, 30.0, "banner", share=0.5, campaign="x"),
        credit("a", 2, 6.0, "sms", share=0.5, campaign="nudge"),
    ]
    found = section(tmp_path, decisions, ruleset=rules(kept + BOUGHT), until=60)
    rows = by_name(table(found, "By channel: a conversion of `revenue`"))
    assert rows["banner",][:3] == (None, None, None)
    assert rows["banner",][3:5] == (0.5, 30.0)
    sms = rows["sms",]
    assert sms[:2] == (2, 2)
    assert sms[3:5] == (0.5, 6.0)
    assert isinstance(sms[-1], Estimate)
    assert sms[-1].value == pytest.approx(6 / 0.16 - 1)
    assert ("all channels",) not in rows
    assert found.headline.startswith(
        "2 messages cost 0.16 and are credited with 6.00 of `revenue`."
    )
    assert {row[0] for row in found.tables[1].rows} == {"nudge"}


def test_no_return_is_asked_of_messages_that_an_attribution_does_not_look_at(
    tmp_path: Path,
) -> None:
    kept = "\n".join(line for line in SHOP.splitlines() if not line.startswith("attribution"))
    bought = credit("a", 2, 1.0, "banner") | {"attribution": "media", "rule": "media"}
    found = section(
        tmp_path, [sent("a", 1), sent("b", 1), bought], ruleset=rules(kept + BOUGHT), until=60
    )
    back = by_name(table(found, "By channel: a conversion of `media`"))["sms",][-1]
    assert isinstance(back, Estimate)
    assert back.value is None
    assert "of `media`" not in found.headline
    assert any(note.startswith("`media` takes no message by `sms`") for note in found.notes)
