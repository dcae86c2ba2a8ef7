"""Which features can be fitted at all, and on what scale; the others are left out with a word."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from attrs import frozen

from lifecycle_dsl.analysis.fitting.candidates import Feature
from lifecycle_dsl.analysis.fitting.sample import Sample
from lifecycle_dsl.analysis.statistics.clusters import Floats
from lifecycle_dsl.analysis.statistics.logistic import NotFoundError, logistic

LEAST: Final = 10
"""Rows that must differ from all others for a feature to say anything."""
_SAME: Final = 1e-6
"""The share of a feature's variance that others must leave for it to be one of its own."""


@frozen
class Able:
    """A feature that can be weighed."""

    feature: Feature
    place: int
    """Among the values that were read."""
    is_log: bool
    lopsided: str
    """Under which of its two values there is one outcome alone; empty where there are both."""

    def column(self, values: Floats) -> Floats:
        """What is weighed of some rows."""
        found = values[:, self.place]
        return np.log1p(found) if self.is_log else found


@frozen(eq=False)
class Screened:
    """Features that can be weighed; and the others, as texts with reasons."""

    able: tuple[Able, ...]
    left_out: tuple[tuple[str, str], ...]

    @property
    def texts(self) -> list[str]:
        """As they stand in the model."""
        return [each.feature.text for each in self.able]

    @property
    def held(self) -> list[int]:
        """The places of those whose weight must be held back."""
        return [place for place, each in enumerate(self.able) if each.lopsided]

    def columns(self, values: Floats) -> Floats:
        """The columns of some rows."""
        found = [each.column(values) for each in self.able]
        return np.column_stack(found) if found else np.zeros((len(values), 0))

    def only(self, chosen: Sequence[int]) -> Screened:
        """Some of the features."""
        return Screened(tuple(self.able[each] for each in chosen), self.left_out)


def screened(features: Sequence[Feature], train: Sample, *, scales: bool) -> Screened:
    """The features that vary, do not give the outcome away, and are not known from others.

    With `scales` each stands on the scale on which it says more.
    """
    left: list[tuple[str, str]] = []
    kept: list[Able] = []
    columns: list[Floats] = []
    for place, feature in enumerate(features):
        values = train.values[:, place]
        reason = _useless(values, train)
        if reason:
            left.append((feature.text, reason))
            continue
        log = scales and feature.may_take_log and _is_better_as_log(values, train)
        able = Able(feature.logarithm if log else feature, place, log, _lopsided(values, train))
        column = able.column(train.values)
        twin = _known_from(column, columns)
        if twin:
            names = " and ".join(f"`{kept[each].feature.text}`" for each in twin[:3])
            left.append((feature.text, f"known from {names}"))
            continue
        kept.append(able)
        columns.append(column)
    return Screened(tuple(kept), tuple(left))


def _useless(values: Floats, train: Sample) -> str:
    """Why a feature cannot be weighed; empty if it can."""
    known, counts = np.unique(values, return_counts=True)
    if len(known) == 1:
        return f"always {known[0]:g}"
    others = len(values) - int(counts.max())
    if others < LEAST:
        return f"always {known[counts.argmax()]:g} but in {others} of {len(values):,} rows"
    ones, zeros = values[train.happened], values[~train.happened]
    if len(ones) and len(zeros) and (ones.min() > zeros.max() or ones.max() < zeros.min()):
        return "it tells the outcome without exception; does it look at the goal itself?"
    return ""


def _lopsided(values: Floats, train: Sample) -> str:
    known = np.unique(values)
    for value in known if len(known) == 2 else ():
        inside = values == value
        n, events = int(inside.sum()), int(train.happened[inside].sum())
        if events in (0, n):
            what = "never" if events == 0 else "always"
            return f"where it is {value:g} it {what} happened ({events:,} of {n:,} rows)"
    return ""


def _is_better_as_log(values: Floats, train: Sample) -> bool:
    """Whether the logarithm alone makes what happened likelier than the value alone."""
    try:
        as_log = logistic(np.log1p(values)[:, None], train.happened, train.clusters).likelihood
    except NotFoundError:
        return False
    try:
        plain = logistic(values[:, None], train.happened, train.clusters).likelihood
    except NotFoundError:
        return True
    return as_log > plain


def _known_from(column: Floats, others: Sequence[Floats]) -> list[int]:
    """The columns that leave nothing of one; empty if they leave something."""
    if not others:
        return []
    design = np.column_stack(others)
    design = (design - design.mean(axis=0)) / design.std(axis=0)
    centred = (column - column.mean()) / column.std()
    weights, *_ = np.linalg.lstsq(design, centred, rcond=None)
    rest = centred - design @ weights
    if float(rest @ rest) / len(column) > _SAME:
        return []
    order = np.argsort(-np.abs(weights), kind="stable")
    return [int(each) for each in order if abs(weights[each]) > 0.01]
