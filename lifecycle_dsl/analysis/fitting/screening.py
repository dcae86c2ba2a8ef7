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


@frozen(eq=False)
class Screened:
    """Features that can be weighed, with their columns for any rows; and the others."""

    features: tuple[Feature, ...]
    places: tuple[int, ...]
    """Of each, its place among the values that were read."""
    logs: tuple[bool, ...]
    left_out: tuple[tuple[str, str], ...]
    """Texts with reasons."""

    def columns(self, values: Floats) -> Floats:
        """The columns of the features."""
        found = [
            np.log1p(values[:, place]) if log else values[:, place]
            for place, log in zip(self.places, self.logs, strict=True)
        ]
        return np.column_stack(found) if found else np.zeros((len(values), 0))

    def only(self, chosen: Sequence[int]) -> Screened:
        """Some of the features."""
        return Screened(
            tuple(self.features[each] for each in chosen),
            tuple(self.places[each] for each in chosen),
            tuple(self.logs[each] for each in chosen),
            self.left_out,
        )


def screened(features: Sequence[Feature], train: Sample, *, scales: bool) -> Screened:
    """The features that vary, do not give the outcome away, and are not known from others.

    With `scales` each stands on the scale on which it says more.
    """
    left: list[tuple[str, str]] = []
    kept: list[tuple[Feature, int, bool]] = []
    columns: list[Floats] = []
    for place, feature in enumerate(features):
        values = train.values[:, place]
        reason = _useless(values, train)
        if reason:
            left.append((feature.text, reason))
            continue
        log = scales and feature.may_take_log and _is_better_as_log(values, train)
        column = np.log1p(values) if log else values
        twin = _known_from(column, columns)
        if twin:
            names = " and ".join(f"`{kept[each][0].text}`" for each in twin[:3])
            left.append((feature.text, f"known from {names}"))
            continue
        kept.append((feature.logarithm if log else feature, place, log))
        columns.append(column)
    return Screened(
        tuple(feature for feature, _, _ in kept),
        tuple(place for _, place, _ in kept),
        tuple(log for _, _, log in kept),
        tuple(left),
    )


def _useless(values: Floats, train: Sample) -> str:
    """Why a feature cannot be weighed; empty if it can."""
    known, counts = np.unique(values, return_counts=True)
    if len(known) == 1:
        return f"always {known[0]:g}"
    others = len(values) - int(counts.max())
    if others < LEAST:
        return f"always {known[counts.argmax()]:g} but in {others} of {len(values):,} rows"
    if len(known) == 2:
        for value in known:
            inside = values == value
            n, events = int(inside.sum()), int(train.happened[inside].sum())
            if events in (0, n):
                what = "never" if events == 0 else "always"
                return f"where it is {value:g} it {what} happened ({events:,} of {n:,})"
        return ""
    ones, zeros = values[train.happened], values[~train.happened]
    if len(ones) and len(zeros) and (ones.min() > zeros.max() or ones.max() < zeros.min()):
        return "it tells the outcome without exception; does it look at the goal itself?"
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
