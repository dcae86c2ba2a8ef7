"""Who will buy again within 90 days: the fitted model against BG/NBD, on the same later rows.

    python main.py

BG/NBD (Fader, Hardie and Lee 2005: "Counting Your Customers" the Easy Way) is the usual model of
how often and until when customers buy. It sees the days of purchases alone, as the rules do here.
"""

from __future__ import annotations

import gzip
import json
import sys
from pathlib import Path

import numpy as np
from scipy.optimize import minimize
from scipy.special import gammaln

import lifecycle_dsl as lcr
from lifecycle_dsl.analysis.feed import Feed
from lifecycle_dsl.analysis.findings import Estimate
from lifecycle_dsl.analysis.fitting.fitting import Wish, fit
from lifecycle_dsl.analysis.fitting.sample import Population, Sample, halves, sampled
from lifecycle_dsl.analysis.goals import goal_of
from lifecycle_dsl.analysis.statistics import calibration
from lifecycle_dsl.analysis.statistics.discrimination import area
from lifecycle_dsl.localtime import parse_instant

ROOT = Path(__file__).parents[2]
RULES = ROOT / "rules" / "retail.lcr"
EVENTS = ROOT / "examples" / "01-cdnow" / "events.jsonl.gz"
DAY = 86_400_000_000
SPAN = 90
LEVEL = 0.95

Days = dict[str, list[int]]


def days_of_purchases() -> Days:
    """By customer: the instants of the days on which something was bought."""
    found: dict[str, set[int]] = {}
    with gzip.open(EVENTS, "rt", encoding="utf-8") as lines:
        for event in map(json.loads, lines):
            found.setdefault(event["customer"], set()).add(parse_instant(event["at"]))
    return {customer: sorted(days) for customer, days in found.items()}


def seen(days: list[int], at: int) -> tuple[float, float, float]:
    """Repeated purchases, when the last one was and how old the customer is; in days."""
    until = [day for day in days if day <= at]
    return len(until) - 1, (until[-1] - until[0]) / DAY, (at - until[0]) / DAY


def fitted(days: Days, cut: int) -> np.ndarray:
    """The likeliest r, alpha, a and b of what was known at an instant (equation 6)."""
    rows = [seen(each, cut) for each in days.values() if each[0] < cut]
    x, last, age = np.array(rows).T

    def loss(logarithms: np.ndarray) -> float:
        r, alpha, a, b = np.exp(logarithms)
        parts = gammaln(r + x) - gammaln(r) + r * np.log(alpha)
        parts += gammaln(a + b) + gammaln(b + x) - gammaln(b) - gammaln(a + b + x)
        gone = np.where(x > 0, np.log(a) - np.log(b + np.maximum(x, 1) - 1), -np.inf)
        gone = gone - (r + x) * np.log(alpha + last)
        parts += np.logaddexp(-(r + x) * np.log(alpha + age), gone)
        return -float(parts.sum())

    found = minimize(loss, [-1.0, 3.0, 0.0, 1.0], method="Nelder-Mead", options={"maxiter": 5_000})
    return np.exp(found.x)


def buys(parameters: np.ndarray, days: Days, rows: Sample) -> np.ndarray:
    """The chance of a purchase within the span after each row's instant."""
    r, alpha, a, b = parameters
    names = [rows.customers[place] for place in rows.clusters]
    known = [seen(days[name], int(at)) for name, at in zip(names, rows.at, strict=True)]
    x, last, age = np.array(known).T
    gone = a / (b + np.maximum(x, 1) - 1) * ((alpha + age) / (alpha + last)) ** (r + x)
    alive = 1 / (1 + np.where(x > 0, gone, 0))
    return alive * (1 - ((alpha + age) / (alpha + age + SPAN)) ** (r + x))


def told(found: Estimate) -> str:
    return f"{found.value:.2f} ({found.low:.2f} to {found.high:.2f})"


def main() -> None:
    ruleset = lcr.load(RULES)
    goal = goal_of(f"purchase within {SPAN}d", ruleset)
    population = Population(tuple(ruleset.program.stages), goal.within)
    feed = Feed(str(EVENTS))
    card = fit(ruleset, Wish("buys_again", goal, population), feed).card
    parts = halves(sampled(ruleset, goal, None, feed, population), goal.within, 0.3)
    days, test = days_of_purchases(), parts.test
    predicted = buys(fitted(days, parts.cut), days, test)
    rows = test.happened, predicted, test.clusters, LEVEL
    scores = card.on_test
    base = parts.train.events / len(parts.train)
    skill = calibration.skill(test.happened, predicted, base, test.clusters, LEVEL)
    expected = calibration.observed_to_expected(*rows)
    print(f"{len(test):,} later rows, of which {test.events} bought within {SPAN} days")
    print(f"{'':12}{'AUC':22}{'Brier skill':22}observed / expected")
    for name, three in (
        ("the model", (scores.area, scores.skill, scores.observed_to_expected)),
        ("BG/NBD", (area(*rows), skill, expected)),
    ):
        print(f"{name:12}" + "".join(f"{told(each):22}" for each in three).rstrip())


if __name__ == "__main__":
    sys.exit(main())
