"""A model in use: whether what comes in is what it was fitted to, and what it says still happens.

Customers are looked at as they were for the fit, over all that is observed. Rows whose outcome
cannot be known yet count for what comes in, and not for what came of it.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from lifecycle_dsl.analysis.errors import AnalysisError
from lifecycle_dsl.analysis.feed import Feed
from lifecycle_dsl.analysis.findings import Estimate
from lifecycle_dsl.analysis.fitting.asked import Asked, asking, with_text
from lifecycle_dsl.analysis.fitting.card import Card, Spread
from lifecycle_dsl.analysis.fitting.sample import Population, Sample, sampled
from lifecycle_dsl.analysis.goals import Goal
from lifecycle_dsl.analysis.periods import Period, name_of, start_of
from lifecycle_dsl.analysis.statistics import calibration
from lifecycle_dsl.analysis.statistics.clusters import Floats, design_effect, mean, share
from lifecycle_dsl.analysis.statistics.discrimination import area
from lifecycle_dsl.analysis.statistics.drift import Stability, stability
from lifecycle_dsl.engine.ruleset import RuleSet
from lifecycle_dsl.explaining.probe import all_read
from lifecycle_dsl.loading import CompileError
from lifecycle_dsl.localtime import parse_instant
from lifecycle_dsl.program.expressions import Apply
from lifecycle_dsl.program.types import NUMBER

SOME, MUCH = 0.1, 0.25
"""Stability indices from which a distribution has drifted, and from which it is another one."""
MARGIN: Final = 0.1
"""How far observed over expected may be from 1 before it matters."""
_LEAST_EACH: Final = 12
"""Instants of a customer's life, so that there are some in most periods."""
_LEAST: Final = 10
"""Rows of the rarer outcome below which an AUC of a period says nothing."""

_EPOCH: Final = datetime(1970, 1, 1)  # noqa: DTZ001 — periods are of UTC without a zone

Bools = NDArray[np.bool_]


@frozen(eq=False)
class Look:
    """What rows of one span of time say."""

    name: str
    rows: int
    known: int
    """Rows whose outcome is known."""
    predicted: Estimate
    observed: Estimate
    ratio: Estimate
    """Observed over expected."""
    brier: Estimate
    area: Estimate
    bands: tuple[float, ...]
    """The share of the rows in each band of likelihoods."""
    stability: Stability
    """Of the likelihoods."""


@frozen(eq=False)
class Watched:
    """A model over time."""

    card: Card
    goal: Goal
    level: float
    periods: tuple[Look, ...]
    whole: Look
    """Of all rows that are judged."""
    features: tuple[tuple[str, Stability], ...]
    is_new: bool
    """Whether the rows that are judged are of after the fit and its test."""
    same: bool
    """Whether the model of the rules is the card's."""
    sample: Sample
    unknown: int
    """Rows whose outcome cannot be known yet."""


def watch(
    ruleset: RuleSet, card: Card, goal: Goal, feed: Feed, *, by: Period, level: float
) -> Watched:
    """Look at a model of the rules over an input.

    Raises:
        AnalysisError: where the rules have no such model, or the card's features mean nothing
            in them.
    """
    asked = _asked(ruleset, card)
    sample = sampled(ruleset, goal, asked, feed, _population(ruleset, card, goal))
    if len(sample) == 0:
        raise AnalysisError("nobody was at risk at any instant that was looked at")
    known = sample.at + goal.within <= sample.counts.end
    fitted_until = parse_instant(card.end)
    assert fitted_until is not None  # noqa: S101 — `lcr fit` wrote it
    new = sample.at > fitted_until - card.within
    is_new = bool(new.any())
    judged = new if is_new else np.ones(len(sample), dtype=np.bool_)
    starts = (start_of(_EPOCH + timedelta(microseconds=int(at)), by) for at in sample.at)
    names = np.array([name_of(start, by) for start in starts])
    looker = _Looker(card, sample, known, level)
    return Watched(
        card=card,
        goal=goal,
        level=level,
        periods=tuple(looker.look(str(name), names == name) for name in np.unique(names)),
        whole=looker.look("judged", judged),
        features=tuple(
            (feature.text, looker.drift(feature.spread, sample.values[:, place + 1], judged))
            for place, feature in enumerate(card.features)
        ),
        is_new=is_new,
        same=_is_same(ruleset, card),
        sample=sample,
        unknown=int((~known).sum()),
    )


@frozen(eq=False)
class _Looker:
    """Looks at some of the rows."""

    card: Card
    sample: Sample
    known: Bools
    level: float

    def look(self, name: str, rows: Bools) -> Look:
        """What some rows say."""
        sample, level = self.sample, self.level
        every = sample.values[rows, 0]
        judged = rows & self.known
        happened, predicted = sample.happened[judged], sample.values[judged, 0]
        clusters = sample.clusters[judged]
        events = int(happened.sum())
        enough = min(events, len(happened) - events) >= _LEAST
        nothing = Estimate(None, n=len(happened))
        counts = np.array(self.card.bands.count(every), dtype=np.float64)
        return Look(
            name=name,
            rows=len(every),
            known=len(happened),
            predicted=mean(every, sample.clusters[rows], level),
            observed=share(happened, design_effect(happened - predicted, clusters), level),
            ratio=calibration.observed_to_expected(happened, predicted, clusters, level)
            if len(happened)
            else nothing,
            brier=calibration.brier(happened, predicted, clusters, level),
            area=area(happened, predicted, clusters, level) if enough else nothing,
            bands=tuple(float(each) for each in counts / max(1, len(every))),
            stability=self.drift(self.card.bands, sample.values[:, 0], rows),
        )

    def drift(self, before: Spread, values: Floats, rows: Bools) -> Stability:
        """A distribution against that of the fit."""
        customers = len(np.unique(self.sample.clusters[rows]))
        effect = max(1.0, int(rows.sum()) / max(1, customers))
        return stability(
            np.array(before.counts, dtype=np.float64),
            np.array(before.count(values[rows]), dtype=np.float64),
            self.level,
            effect,
        )


def reasons(watched: Watched) -> list[str]:
    """Why the model should be fitted anew, one clause each; empty if it need not be."""
    whole, found = watched.whole, []
    ratio, now, then = whole.ratio, whole.area, watched.card.on_test.area
    if ratio.low is not None and ratio.low > 1 + MARGIN:
        found.append("it happens more often than the likelihoods say")
    if ratio.high is not None and ratio.high < 1 - MARGIN:
        found.append("it happens less often than the likelihoods say")
    if now.high is not None and then.low is not None and now.high < then.low:
        found.append("it tells customers apart less well than when it was tested")
    return found


def changed(watched: Watched) -> list[str]:
    """What is distributed as it was not when the model was fitted."""
    found = []
    if drifted(watched.whole.stability) == MUCH:
        found.append("the likelihood")
    found += [f"`{text}`" for text, each in watched.features if drifted(each) == MUCH]
    return found


def drifted(found: Stability) -> float:
    """How far a distribution has drifted: 0, `SOME` or `MUCH`."""
    value = found.index.value
    if value is None or found.is_noise or value < SOME:
        return 0
    return MUCH if value >= MUCH else SOME


def _asked(ruleset: RuleSet, card: Card) -> Asked:
    """The model and the card's features, to be read."""
    name = card.model
    let = ruleset.program.lets.get(name)
    is_model = let is not None and any(
        isinstance(part, Apply) and part.operation.name == "logistic"
        for part in all_read(ruleset.program, let.value)
    )
    if let is None or not is_model:
        raise AnalysisError(f"the rules have no model called `{name}`")
    if let.value.type != NUMBER:
        raise AnalysisError(f"`{name}` is no likelihood")
    return asking(ruleset, [name, *(feature.text for feature in card.features)])


def _population(ruleset: RuleSet, card: Card, goal: Goal) -> Population:
    stages = tuple(stage for stage in card.stages if stage in ruleset.program.stages)
    if not stages:
        raise AnalysisError("none of the card's stages is one of these rules")
    return Population(
        stages=stages,
        within=goal.within,
        once=card.once,
        each=max(card.each, _LEAST_EACH),
        seed=card.seed,
        to_the_end=True,
    )


def _is_same(ruleset: RuleSet, card: Card) -> bool:
    """Whether the rules have the weights of the card."""
    if not card.text:
        return False
    other = f"lcr_fit_{card.model}"
    text = card.text.replace(f"model {card.model} ", f"model {other} ", 1)
    try:
        lets = with_text(ruleset, f"\n{text}").program.lets
    except CompileError:
        return False
    return lets[card.model].value == lets[other].value
