"""Whether predicted probabilities are what they say: Brier's score, and calibration."""

from __future__ import annotations

import numpy as np
from attrs import evolve, frozen
from numpy.typing import NDArray
from scipy.special import logit

from lifecycle_dsl.analysis.findings import Estimate
from lifecycle_dsl.analysis.statistics.clusters import (
    Floats,
    Ints,
    design_effect,
    mean,
    ratio,
    share,
)
from lifecycle_dsl.analysis.statistics.logistic import NotFoundError, logistic

Bools = NDArray[np.bool_]


@frozen
class Bin:
    """Rows whose predictions lie near one another."""

    low: float
    high: float
    """The least and the greatest prediction."""
    predicted: float
    observed: Estimate


def brier(happened: Bools, predicted: Floats, clusters: Ints, level: float) -> Estimate:
    """The mean squared distance of prediction and outcome; 0 is perfect.

    Brier, G. W. (1950): Verification of forecasts expressed in terms of probability.
    """
    return mean((predicted - happened) ** 2, clusters, level)


def skill(
    happened: Bools, predicted: Floats, reference: float, clusters: Ints, level: float
) -> Estimate:
    """Which share of Brier's score of a reference forecast is saved; 0 is no better than it."""
    distance = (predicted - happened) ** 2
    of_reference = np.asarray((reference - happened) ** 2, dtype=np.float64)
    return ratio(of_reference - distance, of_reference, clusters, level)


def observed_to_expected(
    happened: Bools, predicted: Floats, clusters: Ints, level: float
) -> Estimate:
    """How many it happened to, for each that was predicted; 1 is calibrated in the large."""
    found = ratio(happened.astype(np.float64), predicted, clusters, level)
    return evolve(found, low=None if found.low is None else max(0.0, found.low))


def slope(happened: Bools, predicted: Floats, clusters: Ints, level: float) -> Estimate:
    """By what the log odds would have to be multiplied; below 1 they say too much.

    Cox, D. R. (1958): Two further applications of a model for binary regression.
    """
    odds = logit(np.clip(predicted, 1e-12, 1 - 1e-12))
    if float(odds.std()) == 0:
        return Estimate(None, n=len(happened))
    try:
        found = logistic(odds[:, None], happened, clusters)
    except NotFoundError:
        return Estimate(None, n=len(happened))
    low, high = found.interval(1, level)
    return Estimate(float(found.weights[1]), low, high, len(happened))


def bins(happened: Bools, predicted: Floats, clusters: Ints, level: float) -> tuple[Bin, ...]:
    """The rows from the least to the greatest prediction in bins of about the same size.

    Ten at most, and fewer where they would hold less than ten of the rarer outcome between them.
    Intervals are Wilson's, of as many independent rows as the clusters are worth.
    """
    n = len(happened)
    rarer = int(min(happened.sum(), n - happened.sum()))
    count = max(1, min(10, rarer // 10))
    edges = np.unique(np.quantile(predicted, np.linspace(0, 1, count + 1)))
    places = np.clip(np.searchsorted(edges, predicted, side="left") - 1, 0, max(len(edges) - 2, 0))
    effect = design_effect(happened - predicted, clusters)
    found = []
    for place in np.unique(places):
        inside = places == place
        there = predicted[inside]
        found.append(
            Bin(
                float(there.min()),
                float(there.max()),
                float(there.mean()),
                share(happened[inside], effect, level),
            )
        )
    return tuple(found)
