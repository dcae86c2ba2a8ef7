"""Which columns are worth their weight: logistic regression with a penalty on its weights (L1).

The path of weights is found by coordinate descent on the quadratic that the likelihood looks like
(Friedman, Hastie and Tibshirani 2010, section 3), from the strongest penalty, which leaves none, to
a weak one. How strong it should be is found by cross-validation over customers.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from attrs import frozen
from numpy.typing import NDArray
from scipy.special import expit

from lifecycle_dsl.analysis.statistics.clusters import Floats, Ints

_STEPS: Final = 30
"""Penalties on the path, evenly on the scale of the logarithm."""
_WEAKEST: Final = 0.003
"""The weakest penalty, as a share of the strongest."""
_ROUNDS: Final = 25
_SWEEPS: Final = 200
_CLOSE: Final = 1e-6


@frozen
class Path:
    """Weights for each penalty, strongest first; columns have mean 0 and deviation 1."""

    penalties: Floats
    intercepts: Floats
    weights: Floats
    """By penalty, then by column."""

    def chosen(self, place: int) -> tuple[int, ...]:
        """The columns with a weight at a penalty."""
        return tuple(int(each) for each in np.flatnonzero(self.weights[place]))


@frozen
class Validated:
    """What cross-validation says of each penalty of a path."""

    loss: Floats
    """Mean log loss of rows that were not fitted to."""
    error: Floats
    """Its standard error over the folds."""

    @property
    def best(self) -> int:
        """The penalty of least loss."""
        return int(np.argmin(self.loss))

    @property
    def simplest(self) -> int:
        """The strongest penalty whose loss is within one standard error of the least."""
        enough = self.loss[self.best] + self.error[self.best]
        return int(np.flatnonzero(self.loss <= enough)[0])


def strongest(columns: Floats, happened: NDArray[np.bool_]) -> float:
    """The least penalty that leaves no weight."""
    slopes = np.abs(columns.T @ (happened - happened.mean())) / len(happened)
    return float(slopes.max(initial=0.0))


def path(columns: Floats, happened: NDArray[np.bool_], penalties: Floats) -> Path:
    """The weights for each penalty."""
    outcome = happened.astype(np.float64)
    share = float(np.clip(outcome.mean(), 1e-6, 1 - 1e-6))
    intercept = float(np.log(share / (1 - share)))
    weights = np.zeros(columns.shape[1])
    intercepts, found = [], []
    for penalty in penalties:
        intercept, weights = _weights(columns, outcome, float(penalty), intercept, weights)
        intercepts.append(intercept)
        found.append(weights)
    return Path(penalties, np.array(intercepts), np.array(found))


def penalties(columns: Floats, happened: NDArray[np.bool_]) -> Floats:
    """The penalties of a path."""
    top = strongest(columns, happened)
    return np.asarray(np.geomspace(top, top * _WEAKEST, _STEPS), dtype=np.float64)


def validated(
    columns: Floats, happened: NDArray[np.bool_], folds: Ints, steps: Floats
) -> Validated:
    """The loss of each penalty on the rows of each fold, fitted to the others."""
    losses = []
    sizes = []
    for fold in np.unique(folds):
        inside = folds == fold
        if inside.all() or happened[~inside].all() or not happened[~inside].any():
            continue
        fitted = path(columns[~inside], happened[~inside], steps)
        odds = fitted.intercepts[:, None] + fitted.weights @ columns[inside].T
        likely = np.logaddexp(0, odds) - odds * happened[inside]
        losses.append(likely.mean(axis=1))
        sizes.append(inside.sum())
    if len(losses) < 2:
        return Validated(np.zeros(len(steps)), np.zeros(len(steps)))
    table, weights = np.array(losses), np.array(sizes, dtype=np.float64)
    mean = np.average(table, axis=0, weights=weights)
    spread = np.average((table - mean) ** 2, axis=0, weights=weights) / (len(losses) - 1)
    return Validated(np.asarray(mean), np.sqrt(spread))


def _weights(
    columns: Floats, outcome: Floats, penalty: float, intercept: float, start: Floats
) -> tuple[float, Floats]:
    """The weights for one penalty: minimise the mean log loss plus penalty times their sizes."""
    n = len(outcome)
    weights = start.copy()
    for _ in range(_ROUNDS):
        odds = intercept + columns @ weights
        likely = expit(odds)
        curve = np.maximum(likely * (1 - likely), 1e-5)
        target = odds + (outcome - likely) / curve
        share = curve / n
        total = float(share.sum())
        centre = (share @ columns) / total
        middle = float(share @ target) / total
        # With the intercept solved for, all that is left is a small quadratic in the weights.
        gram = (columns * share[:, None]).T @ columns - total * np.outer(centre, centre)
        pull = columns.T @ (share * target) - total * centre * middle
        new = _descend(gram, pull, penalty, weights)
        moved = float(np.abs(new - weights).max(initial=0.0))
        weights = new
        was, intercept = intercept, middle - float(centre @ weights)
        if max(moved, abs(intercept - was)) < _CLOSE:
            break
    return intercept, weights


def _descend(gram: Floats, pull: Floats, penalty: float, start: Floats) -> Floats:
    """Coordinate after coordinate, each to its least, until none moves."""
    weights = start.copy()
    slopes = pull - gram @ weights
    curves = np.diag(gram)
    for _ in range(_SWEEPS):
        most = 0.0
        for place in range(len(weights)):
            if curves[place] <= 0:
                continue
            before = weights[place]
            wanted = slopes[place] + curves[place] * before
            after = np.sign(wanted) * max(abs(wanted) - penalty, 0.0) / curves[place]
            if after != before:
                weights[place] = after
                slopes -= gram[place] * (after - before)
                most = max(most, abs(after - before))
        if most < _CLOSE:
            break
    return weights
