"""Which features stand in the model, and their weights: few, and none that says nothing."""

from __future__ import annotations

from typing import Final

import numpy as np
from attrs import frozen

from lifecycle_dsl.analysis.fitting.instants import fold_of
from lifecycle_dsl.analysis.fitting.sample import Sample
from lifecycle_dsl.analysis.fitting.screening import Screened
from lifecycle_dsl.analysis.statistics.clusters import Floats
from lifecycle_dsl.analysis.statistics.logistic import (
    Fit,
    NotFoundError,
    held_back,
    logistic,
)
from lifecycle_dsl.analysis.statistics.penalised import path, penalties, validated

FOLDS: Final = 5
PER_FEATURE: Final = 10
"""Rows of the rarer outcome that each weight needs."""
MOST_ROWS: Final = 20_000
"""Rows that features are chosen on; the weights are fitted to all."""


@frozen(eq=False)
class Chosen:
    """Features with their weights, and those that were let go on the way."""

    screened: Screened
    fit: Fit
    left_out: tuple[tuple[str, str], ...]


def room(train: Sample) -> int:
    """How many features the rarer outcome can carry."""
    return min(train.events, len(train) - train.events) // PER_FEATURE


def selected(features: Screened, train: Sample, seed: int, most: int) -> Screened:
    """The features that a penalty leaves, as strong as cross-validation allows.

    The strongest penalty whose loss on other customers is within a standard error of the least;
    where that leaves none, that of the least loss. Never more features than `most`.
    """
    rows = _some(train)
    columns = features.columns(rows.values)
    scale = columns.std(axis=0)
    usable = np.flatnonzero(scale > 0)
    columns = (columns[:, usable] - columns[:, usable].mean(axis=0)) / scale[usable]
    if columns.shape[1] == 0 or rows.events in (0, len(rows)):
        return features.only(())
    steps = penalties(columns, rows.happened)
    if steps[0] <= 0:
        return features.only(())
    by_customer = np.array([fold_of(name, seed, FOLDS) for name in rows.customers], dtype=np.int64)
    checked = validated(columns, rows.happened, by_customer[rows.clusters], steps)
    whole = path(columns, rows.happened, steps)
    place = checked.simplest if whole.chosen(checked.simplest) else checked.best
    while place > 0 and len(whole.chosen(place)) > most:
        place -= 1
    return features.only([int(usable[each]) for each in whole.chosen(place)])


def weighed(features: Screened, train: Sample) -> Chosen:
    """The features with the weights that make what happened likeliest.

    A feature whose weight knows no end is let go, the one with the farthest first.
    """
    left: list[tuple[str, str]] = []
    while True:
        columns = features.columns(train.values)
        try:
            return Chosen(features, _fit(features, columns, train), tuple(left))
        except NotFoundError:
            if not features.able:
                raise
            worst = _farthest(columns, train)
            text = features.texts[worst]
            left.append((text, "no weight is enough for it: it tells some outcomes for sure"))
            kept = [each for each in range(len(features.able)) if each != worst]
            features = features.only(kept)


def _fit(features: Screened, columns: Floats, train: Sample) -> Fit:
    given = columns, train.happened, train.clusters
    return held_back(*given, features.held) if features.held else logistic(*given)


def _farthest(columns: Floats, train: Sample) -> int:
    """The column with the greatest weight under a weak penalty."""
    scale = columns.std(axis=0)
    standard = (columns - columns.mean(axis=0)) / np.where(scale > 0, scale, 1)
    found = path(standard, train.happened, penalties(standard, train.happened))
    return int(np.argmax(np.abs(found.weights[-1])))


def _some(train: Sample) -> Sample:
    """At most so many rows, all of those of some customers, evenly."""
    if len(train) <= MOST_ROWS:
        return train
    every = -(-len(train) // MOST_ROWS)
    return train.where(train.clusters % every == 0)
