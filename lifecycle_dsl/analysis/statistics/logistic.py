"""Logistic regression: weights by maximum likelihood, errors that know who is in which row."""

from __future__ import annotations

import warnings
from collections.abc import Sequence

import numpy as np
from attrs import frozen
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit
from statsmodels.discrete.discrete_model import Logit
from statsmodels.tools.sm_exceptions import (
    ConvergenceWarning,
    HessianInversionWarning,
    PerfectSeparationError,
    PerfectSeparationWarning,
)

from lifecycle_dsl.analysis.statistics.clusters import Floats, Ints, quantile

_MOST_STEPS = 100
_TOO_FAR = 30.0
"""Weights of a standard deviation beyond which the likelihood has no maximum."""


class NotFoundError(ArithmeticError):
    """The likelihood has no maximum: the columns tell the outcomes apart, or are too few."""


@frozen
class Fit:
    """Weights, the intercept first, and their covariance."""

    weights: Floats
    covariance: Floats
    likelihood: float
    """The logarithm of the likelihood."""

    def interval(self, place: int, level: float) -> tuple[float, float]:
        """The interval of a weight."""
        reach = quantile(level) * float(np.sqrt(self.covariance[place, place]))
        return float(self.weights[place]) - reach, float(self.weights[place]) + reach


def logistic(columns: Floats, happened: NDArray[np.bool_], clusters: Ints) -> Fit:
    """The weights under which what happened was likeliest, by Newton's method of statsmodels.

    Errors are robust for clusters (sandwich, Liang and Zeger 1986). The columns are brought to a
    mean of 0 and a standard deviation of 1 on the way, which changes nothing of the result.

    Raises:
        NotFoundError: where there is no such maximum.
    """
    centre = columns.mean(axis=0)
    scale = columns.std(axis=0)
    if happened.all() or not happened.any() or not np.all(scale > 0):
        raise NotFoundError
    design = np.column_stack([np.ones(len(columns)), (columns - centre) / scale])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        for stop in (ConvergenceWarning, HessianInversionWarning, PerfectSeparationWarning):
            warnings.simplefilter("error", stop)
        try:
            found = Logit(happened.astype(np.float64), design).fit(
                method="newton",
                maxiter=_MOST_STEPS,
                disp=0,
                cov_type="cluster",
                cov_kwds={"groups": clusters},
            )
        except (
            ConvergenceWarning,
            HessianInversionWarning,
            PerfectSeparationError,
            PerfectSeparationWarning,
            np.linalg.LinAlgError,
        ) as error:
            raise NotFoundError from error
    weights = np.asarray(found.params, dtype=np.float64)
    covariance = np.asarray(found.cov_params(), dtype=np.float64)
    if not np.all(np.isfinite(weights)) or np.abs(weights[1:]).max(initial=0) > _TOO_FAR:
        raise NotFoundError
    if not np.all(np.isfinite(covariance)):
        raise NotFoundError
    back = _back(centre, scale)
    return Fit(back @ weights, back @ covariance @ back.T, float(found.llf))


def held_back(
    columns: Floats, happened: NDArray[np.bool_], clusters: Ints, held: Sequence[int]
) -> Fit:
    """As `logistic`, where some columns of 0 and 1 have rows of one outcome alone under a value.

    The likelihood has no maximum there. The weights of these columns have a log-F(1, 1) prior, as
    half a row of each outcome would give (Greenland, S. and Mansournia, M. A. 2015: Penalization,
    bias reduction, and default priors in logistic and related categorical and survival
    regressions), which leaves odds ratios of 1/648 to 648 about as likely as not at 95 %.

    Raises:
        NotFoundError: where there is no maximum nevertheless.
    """
    centre, scale = columns.mean(axis=0), columns.std(axis=0)
    if happened.all() or not happened.any() or not np.all(scale > 0):
        raise NotFoundError
    design = np.column_stack([np.ones(len(columns)), (columns - centre) / scale])
    outcome = happened.astype(np.float64)
    places = np.array([place + 1 for place in held], dtype=np.int64)
    units = 1 / scale[list(held)]

    def loss(weights: Floats) -> tuple[float, Floats]:
        odds, own = design @ weights, weights[places] * units
        total = (np.logaddexp(0, odds) - odds * outcome).sum()
        total += (np.logaddexp(0, own) - own / 2).sum()
        slopes = design.T @ (expit(odds) - outcome)
        slopes[places] += (expit(own) - 0.5) * units
        return float(total), np.asarray(slopes)

    def bend(weights: Floats) -> Floats:
        odds, own = design @ weights, weights[places] * units
        curve = expit(odds) * (1 - expit(odds))
        found = (design * curve[:, None]).T @ design
        found[places, places] += expit(own) * (1 - expit(own)) * units**2
        return np.asarray(found)

    start = np.zeros(design.shape[1])
    found = minimize(loss, start, jac=True, hess=bend, method="trust-exact")
    weights = np.asarray(found.x, dtype=np.float64)
    if np.abs(loss(weights)[1]).max() > 1e-3 or np.abs(weights[1:]).max() > _TOO_FAR:
        raise NotFoundError
    odds = design @ weights
    scores = design * (outcome - expit(odds))[:, None]
    groups = np.unique(clusters, return_inverse=True)[1]
    count = int(groups.max()) + 1
    sums = np.zeros((count, design.shape[1]))
    np.add.at(sums, groups, scores)
    try:
        inverse = np.linalg.inv(bend(weights))
    except np.linalg.LinAlgError as error:
        raise NotFoundError from error
    # The rows that are all alike have no residuals to say how sure their weight is. The errors are
    # those of the curve, as much greater as the clusters make those of all other weights.
    robust = inverse @ (sums.T @ sums) @ inverse * count / max(1, count - 1)
    free = [place for place in range(len(weights)) if place not in places]
    effect = float(np.mean(np.diag(robust)[free] / np.diag(inverse)[free]))
    covariance = inverse * max(1.0, effect)
    back = _back(centre, scale)
    likelihood = -float((np.logaddexp(0, odds) - odds * outcome).sum())
    return Fit(back @ weights, back @ covariance @ back.T, likelihood)


def _back(centre: Floats, scale: Floats) -> Floats:
    """To the columns as they came: w / s for each, and the intercept without w * m / s."""
    found = np.diag(np.concatenate([[1.0], 1 / scale]))
    found[0, 1:] = -centre / scale
    return found
