"""Models fitted by maximum likelihood: their parameters, and how sure what follows from them is.

Parameters are positive and fitted as logarithms. Their covariance is the inverse of the observed
information, and what is computed from them gets its interval from it by the delta method.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import exp
from statistics import NormalDist
from typing import Any, Final

import numpy as np
from attrs import frozen
from numpy.typing import NDArray
from scipy.optimize import minimize

from lifecycle_dsl.analysis.findings import Estimate

Floats = NDArray[np.float64]
Likelihood = Callable[[Floats], float]
"""The log likelihood of parameters, not of their logarithms."""

_STEP: Final = 1e-3
_POLISHED: Final = 3
_WILD: Final = 30.0
"""Standard error of a logarithm beyond which a parameter is not told by the data."""


class NotFittedError(Exception):
    """The data do not tell the parameters; the message says why."""


@frozen(eq=False)
class Fitted:
    """Parameters at the greatest likelihood."""

    names: tuple[str, ...]
    values: tuple[float, ...]
    log_likelihood: float
    covariance: Floats
    """Of the logarithms of the parameters."""
    n: int

    def parameter(self, name: str, level: float) -> Estimate:
        """A parameter with its interval, which is symmetric for the logarithm."""
        place = self.names.index(name)
        value = self.values[place]
        z = NormalDist().inv_cdf(0.5 + level / 2)
        reach = exp(min(z * float(np.sqrt(self.covariance[place, place])), 700.0))
        return Estimate(value, value / reach, value * reach, self.n)


def fit(likelihood: Likelihood, names: Sequence[str], start: Sequence[float], n: int) -> Fitted:
    """The parameters of the greatest likelihood, looked for from a start.

    Raises:
        NotFittedError: where there is none, or the data leave a parameter open.
    """

    def loss(logs: Floats) -> float:
        with np.errstate(all="ignore"):
            found = -likelihood(np.exp(logs)) / n
        return found if np.isfinite(found) else 1e10

    begin = np.log(np.asarray(start, dtype=np.float64))
    bounds = [(-12.0, 12.0)] * len(names)
    found: Any = minimize(
        loss, begin, method="L-BFGS-B", jac="3-point", bounds=bounds, options={"ftol": 1e-12}
    )
    if not np.isfinite(found.fun) or found.fun >= 1e9:
        raise NotFittedError("no parameters explain the data")
    if np.any(np.abs(found.x) > 11.5):
        raise NotFittedError("a parameter grows without bound, so customers hardly differ")
    top, curvature = _polished(loss, np.asarray(found.x, dtype=np.float64))
    information = curvature * n
    try:
        covariance = np.asarray(np.linalg.inv(information), dtype=np.float64)
    except np.linalg.LinAlgError as error:
        raise NotFittedError("the data leave a parameter open") from error
    variances = np.diag(covariance)
    if not np.all(np.isfinite(variances)) or np.any(variances <= 0) or np.any(variances > _WILD**2):
        raise NotFittedError("the data leave a parameter open")
    values = tuple(float(each) for each in np.exp(top))
    return Fitted(tuple(names), values, -loss(top) * n, covariance, n)


def following(
    models: Sequence[Fitted],
    function: Callable[..., list[Floats]],
    level: float,
    sizes: Sequence[int],
) -> list[Estimate]:
    """What follows from the parameters of models, which are the arguments of a function.

    It gives what follows for each customer of each group, whose means are told. Intervals are of
    the delta method, on the scale of logarithms: about the parameters, and about the customers
    that were drawn from a group.
    """

    def means(*parameters: Floats) -> Floats:
        return np.array([each.mean() for each in function(*parameters)])

    centre = [np.log(np.asarray(model.values)) for model in models]
    each = function(*(np.exp(logs) for logs in centre))
    values = np.array([some.mean() for some in each])
    variance = np.array(
        [
            some.var() / len(some) * (1 - len(some) / n) if len(some) else 0.0
            for some, n in zip(each, sizes, strict=True)
        ]
    )
    for place, model in enumerate(models):
        slopes = []
        for step in np.eye(len(model.values)) * _STEP:
            ends = []
            for sign in (1, -1):
                moved = [*centre]
                moved[place] = centre[place] + sign * step
                ends.append(means(*(np.exp(logs) for logs in moved)))
            slopes.append((ends[0] - ends[1]) / (2 * _STEP))
        slope = np.array(slopes)
        variance += np.einsum("ik,ij,jk->k", slope, model.covariance, slope)
    return [
        _estimate(float(value), float(spread), level, n)
        for value, spread, n in zip(values, variance, sizes, strict=True)
    ]


def _estimate(value: float, variance: float, level: float, n: int) -> Estimate:
    if not np.isfinite(value):
        return Estimate(None, n=n)
    if value <= 0 or not np.isfinite(variance) or variance < 0:
        return Estimate(value, n=n)
    reach = exp(min(NormalDist().inv_cdf(0.5 + level / 2) * variance**0.5 / value, 700.0))
    return Estimate(value, value / reach, value * reach, n)


def _polished(loss: Callable[[Floats], float], at: Floats) -> tuple[Floats, Floats]:
    """Newton's steps to where the loss is least, and its second derivatives there."""
    curvature = _hessian(loss, at)
    for _ in range(_POLISHED):
        steps = np.eye(len(at)) * _STEP
        slope = np.array([(loss(at + each) - loss(at - each)) / (2 * _STEP) for each in steps])
        try:
            nearer = at - np.linalg.solve(curvature, slope)
        except np.linalg.LinAlgError:
            break
        if not loss(nearer) < loss(at):
            break
        at, curvature = nearer, _hessian(loss, nearer)
    return at, curvature


def _hessian(function: Callable[[Floats], float], at: Floats) -> Floats:
    """Second differences, each over the four corners around."""
    count = len(at)
    found = np.zeros((count, count))
    steps = np.eye(count) * _STEP
    for i in range(count):
        for j in range(i, count):
            a, b = steps[i], steps[j]
            corners = function(at + a + b) - function(at + a - b)
            corners += function(at - a - b) - function(at - a + b)
            found[i, j] = found[j, i] = corners / (4 * _STEP**2)
    return found
