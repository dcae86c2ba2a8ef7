"""From rules, events and a goal to a model and its card: the driver, to be read like a recipe."""

from __future__ import annotations

from typing import Final

import numpy as np
from attrs import frozen
from scipy.special import expit

from lifecycle_dsl.analysis.errors import AnalysisError
from lifecycle_dsl.analysis.feed import Feed
from lifecycle_dsl.analysis.fitting import candidates
from lifecycle_dsl.analysis.fitting.asked import asking, with_text
from lifecycle_dsl.analysis.fitting.card import (
    Calibrated,
    Card,
    Number,
    Rows,
    Scores,
    Spread,
    Weighed,
    bands,
)
from lifecycle_dsl.analysis.fitting.choosing import PER_FEATURE, Chosen, room, selected, weighed
from lifecycle_dsl.analysis.fitting.reading import replayed
from lifecycle_dsl.analysis.fitting.sample import (
    Halves,
    Population,
    Sample,
    halves,
    sampled,
)
from lifecycle_dsl.analysis.fitting.screening import screened
from lifecycle_dsl.analysis.fitting.weights import (
    AGREES,
    MARK,
    Placed,
    Rounded,
    block,
    placed,
    rounded,
)
from lifecycle_dsl.analysis.goals import Goal
from lifecycle_dsl.analysis.statistics import calibration
from lifecycle_dsl.analysis.statistics.clusters import Floats
from lifecycle_dsl.analysis.statistics.discrimination import area
from lifecycle_dsl.engine.ruleset import RuleSet
from lifecycle_dsl.localtime import format_duration, format_instant
from lifecycle_dsl.program.expressions import LetRead
from lifecycle_dsl.program.types import NUMBER

LEAST_TRAIN: Final = 20
"""Rows of the rarer outcome without which nothing is fitted."""
LEAST_TEST: Final = 10
"""And without which nothing is tested."""
BETWEEN: Final = (
    "Customers were looked at between records, at random instants of their lives: a rule that asks "
    "at a record asks about another moment, which the likelihood was not fitted to."
)
CAUSES: Final = (
    "It tells who does, not who would because of a message: messages that were really sent are "
    "part of what happened."
)
AT_RECORDS: Final = (
    "At a record `idle` is the time before it, and `since` of its own event is 0: read the model "
    "on a timer, such as `every day`, for what was fitted."
)
CHOSEN: Final = (
    "Features were chosen on the same rows as they were weighed on: their intervals are somewhat "
    "too narrow; the test on later rows is not touched by that."
)
_CHECKED: Final = "lcr_fit_model"


@frozen
class Wish:
    """What is to be fitted, and how."""

    name: str
    goal: Goal
    population: Population
    features: str | None = None
    """As they were listed; None for what the rules offer."""
    most: int = 8
    """Features of the model, if they are chosen from what the rules offer."""
    test_share: float = 0.3
    level: float = 0.95


@frozen(eq=False)
class Fitted:
    """A model and its card."""

    card: Card
    placed: Placed | None
    """The rules with the model; None where there is no signal."""


def fit(ruleset: RuleSet, wish: Wish, feed: Feed) -> Fitted:
    """Fit a model to earlier instants, test it with later ones, write it, and check what it says.

    Raises:
        AnalysisError: where the data do not suffice, with the numbers there are.
    """
    population = wish.population
    placed(ruleset, wish.name, block(wish.name, (), ("0",), ()))  # whether it may stand there
    offer = (
        candidates.offered(ruleset, wish.name, population.stages)
        if wish.features is None
        else candidates.chosen(ruleset, wish.features, wish.name, population.stages)
    )
    asked = asking(ruleset, [feature.text for feature in offer.features])
    sample = sampled(ruleset, wish.goal, asked, feed, population)
    parts = halves(sample, population.within, wish.test_share)
    _suffice(parts, sample)
    found = _chosen(offer, parts.train, wish)
    columns = found.screened.columns(sample.values)
    written = rounded(found.fit.weights, columns)
    card = _card(
        ruleset, wish, offer=offer, sample=sample, parts=parts, found=found, written=written
    )
    if not card.signal:
        return Fitted(card, None)
    _check(ruleset, card, sample, feed, _predicted(written, columns))
    return Fitted(card, placed(ruleset, wish.name, card.text))


def _chosen(offer: candidates.Offered, train: Sample, wish: Wish) -> Chosen:
    """The features that stand in the model, weighed."""
    able = screened(offer.features, train, scales=wish.features is None)
    most = room(train)
    if wish.features is None:
        able = selected(able, train, wish.population.seed, min(most, wish.most))
    elif len(able.able) > most:
        rarer = min(train.events, len(train) - train.events)
        raise AnalysisError(
            f"{len(able.able)} features need {PER_FEATURE * len(able.able)} rows of the "
            f"rarer outcome, and there are {rarer}: name at most {most}"
        )
    return weighed(able, train)


def _suffice(parts: Halves, sample: Sample) -> None:
    """There is enough of both outcomes in both parts.

    Raises:
        AnalysisError: where there is not.
    """
    for name, part, least in (
        ("fit to", parts.train, LEAST_TRAIN),
        ("test", parts.test, LEAST_TEST),
    ):
        other = len(part) - part.events
        if min(part.events, other) >= least:
            continue
        counts = sample.counts
        raise AnalysisError(
            f"the data do not suffice: the rows to {name} are {len(part):,}, of which it happened "
            f"in {part.events:,}; at least {least} in which it happened and {least} in which it "
            f"did not are needed. Of {counts.customers:,} customers {counts.too_short:,} were not "
            f"observed for long enough, {counts.instants:,} instants were looked at, "
            f"{counts.elsewhere + counts.fulfilled:,} of them at nobody at risk, and "
            f"{parts.between:,} lie between the parts"
        )


def _predicted(written: Rounded, columns: Floats) -> Floats:
    return np.asarray(expit(written.weights[0] + columns @ written.weights[1:]))


def _check(
    ruleset: RuleSet,
    card: Card,
    sample: Sample,
    feed: Feed,
    predicted: Floats,
) -> None:
    """The written model, compiled and run over the events, says what was fitted."""
    text = card.text.replace(f"model {card.model} ", f"model {_CHECKED} ", 1)
    rules = with_text(ruleset, f"\n{text}")
    span = rules.program.lets[_CHECKED].span
    instants: dict[str, list[int]] = {}
    for place, at in zip(sample.clusters, sample.at, strict=True):
        instants.setdefault(sample.customers[place], []).append(int(at))
    said = replayed(
        rules,
        feed,
        instants=instants,
        reads=[LetRead(span=span, type=NUMBER, let=_CHECKED)],
        end=sample.counts.end,
    )
    by_row = {(row.customer, row.at): row.values[0] for row in said.rows}
    names = [sample.customers[place] for place in sample.clusters]
    for name, at, wanted in zip(names, sample.at, predicted, strict=True):
        # INVARIANT: one meaning; what the engine computes is what was fitted and tested.
        assert abs(by_row[name, int(at)] - wanted) <= AGREES, (name, at)  # noqa: S101


def _card(
    ruleset: RuleSet,
    wish: Wish,
    *,
    offer: candidates.Offered,
    sample: Sample,
    parts: Halves,
    found: Chosen,
    written: Rounded,
) -> Card:
    train, test = parts.train, parts.test
    columns = found.screened.columns(train.values)
    on_train = _predicted(written, columns)
    on_test = _predicted(written, found.screened.columns(test.values))
    rows = _rows(train)
    scores = _scores(test, on_test, rows.rate, wish.level)
    texts = found.screened.texts
    low = scores.area.low
    signal = bool(texts) and low is not None and low > 0.5
    counts, population = sample.counts, wish.population
    comments = [
        f"{MARK}{_written(wish.goal)}; history up to {format_instant(counts.end)},",
        f"{MARK}{rows.rows:,} rows, base rate {rows.rate:.1%}, AUC {_said(scores.area)} later on.",
    ]
    return Card(
        model=wish.name,
        text=block(wish.name, texts, written.texts, comments) if signal else "",
        signal=signal,
        lifecycle=ruleset.lifecycle,
        fingerprint=ruleset.fingerprint,
        goal=_written(wish.goal),
        within=population.within,
        stages=list(population.stages),
        once=population.once,
        each=population.each,
        seed=population.seed,
        level=wish.level,
        begin=format_instant(counts.begin),
        end=format_instant(counts.end),
        records=counts.records,
        customers=counts.customers,
        too_short=counts.too_short,
        instants=counts.instants,
        elsewhere=counts.elsewhere,
        fulfilled=counts.fulfilled,
        between=parts.between,
        train=rows,
        test=_rows(test),
        intercept=float(written.weights[0]),
        features=[
            _weighed(
                text,
                float(written.weights[place + 1]),
                found.fit.interval(place + 1, wish.level),
                columns[:, place],
            )
            for place, text in enumerate(texts)
        ],
        on_test=scores,
        area_on_train=Number.of(area(train.happened, on_train, train.clusters, wish.level)),
        bands=bands(on_train),
        left_out=[
            *offer.passed_over,
            *found.screened.left_out,
            *found.left_out,
        ],
        limits=_limits(wish, parts, found),
    )


def _rows(part: Sample) -> Rows:
    return Rows(
        begin=format_instant(int(part.at.min())),
        end=format_instant(int(part.at.max())),
        rows=len(part),
        customers=len(np.unique(part.clusters)),
        events=part.events,
    )


def _weighed(text: str, weight: float, interval: tuple[float, float], column: Floats) -> Weighed:
    return Weighed(
        text=text,
        weight=weight,
        low=interval[0],
        high=interval[1],
        mean=float(column.mean()),
        deviation=float(column.std()),
        least=float(column.min()),
        greatest=float(column.max()),
        spread=Spread.of(column),
    )


def _scores(part: Sample, predicted: Floats, base: float, level: float) -> Scores:
    """How good likelihoods are on a part; skill is against the base rate that was known before."""
    given = part.happened, predicted, part.clusters, level
    return Scores(
        area=Number.of(area(*given)),
        brier=Number.of(calibration.brier(*given)),
        skill=Number.of(calibration.skill(part.happened, predicted, base, part.clusters, level)),
        observed_to_expected=Number.of(calibration.observed_to_expected(*given)),
        slope=Number.of(calibration.slope(*given)),
        bins=[
            Calibrated(
                low=each.low,
                high=each.high,
                predicted=each.predicted,
                observed=Number.of(each.observed),
                rows=each.observed.n or 0,
            )
            for each in calibration.bins(*given)
        ],
    )


def _limits(wish: Wish, parts: Halves, found: Chosen) -> list[str]:
    """What must be known before the model is used, one sentence each."""
    texts = " ".join(found.screened.texts)
    said = [BETWEEN, CAUSES]
    if "idle" in texts.split() or "since(" in texts:
        said.append(AT_RECORDS)
    if wish.features is None:
        said.append(CHOSEN)
    said += [
        f"`{each.feature.text}`: {each.lopsided}; its weight is held back, since no weight would "
        "be enough. If that is so by the rules, `--in` leaves such customers out."
        for each in found.screened.able
        if each.lopsided
    ]
    if len(np.unique(parts.train.clusters)) < len(parts.train):
        said.append("Rows of one customer are alike; all intervals take that into account.")
    return said


def _written(goal: Goal) -> str:
    """A goal as `--goal` takes it."""
    return f"{goal.what or goal.attribution} within {format_duration(goal.within)}"


def _said(number: Number) -> str:
    if number.value is None:
        return "unknown"
    if number.low is None or number.high is None:
        return f"{number.value:.2f}"
    return f"{number.value:.2f} ({number.low:.2f} to {number.high:.2f})"
