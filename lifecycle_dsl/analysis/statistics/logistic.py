"""Logistic regression: weights by maximum likelihood, errors that know who is in which row."""

from __future__ import annotations

import warnings

import numpy as np
from attrs import frozen
from numpy.typing import NDArray
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

    def predict(self, columns: Floats) -> Floats:
        """Probabilities of rows."""
        return np.asarray(expit(self.weights[0] + columns @ self.weights[1:]), dtype=np.float64)


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
    # Back to the columns as they came: w / s for each, and the intercept without w * m / s.
    back = np.diag(np.concatenate([[1.0], 1 / scale]))
    back[0, 1:] = -centre / scale
    return Fit(back @ weights, back @ covariance @ back.T, float(found.llf))
