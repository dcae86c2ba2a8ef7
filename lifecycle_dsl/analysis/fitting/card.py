"""The card of a model: what it was fitted to, how good it is, what it must not be asked.

Written as JSON it is also what `lcr report model` compares with, which is why it holds the
distribution of every feature and of the likelihoods.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import msgspec
import numpy as np
from msgspec import Struct

from lifecycle_dsl.analysis.errors import AnalysisError
from lifecycle_dsl.analysis.findings import Estimate
from lifecycle_dsl.analysis.statistics.clusters import Floats

VERSION: Final = 1
_BINS: Final = 10
_BANDS: Final = 5


class Number(Struct, frozen=True):
    """An estimate with its interval."""

    value: float | None
    low: float | None
    high: float | None

    @classmethod
    def of(cls, found: Estimate) -> Number:
        """The same without its sample."""
        return cls(found.value, found.low, found.high)

    def estimate(self, n: int) -> Estimate:
        """With a sample."""
        return Estimate(self.value, self.low, self.high, n)


class Spread(Struct, frozen=True):
    """A distribution: counts of what lies up to each edge, and beyond the last."""

    edges: list[float]
    counts: list[int]

    @classmethod
    def of(cls, values: Floats, bins: int = _BINS) -> Spread:
        """Bins of about the same size; fewer where many values are the same."""
        quantiles = np.quantile(values, np.linspace(0, 1, bins + 1)[1:-1], method="inverted_cdf")
        edges = [float(each) for each in np.unique(quantiles)]
        if edges and edges[-1] >= float(values.max()):
            edges.pop()
        return cls(edges, cls(edges, []).count(values))

    def count(self, values: Floats) -> list[int]:
        """Other values in the same bins."""
        places = np.searchsorted(self.edges, values, side="left")
        return [int(each) for each in np.bincount(places, minlength=len(self.edges) + 1)]


def bands(predicted: Floats) -> Spread:
    """Likelihoods in bands of about the same size."""
    return Spread.of(predicted, _BANDS)


class Weighed(Struct, frozen=True):
    """A feature of the model."""

    text: str
    weight: float
    low: float
    high: float
    """The interval of the weight; it does not know that features were chosen."""
    mean: float
    deviation: float
    least: float
    greatest: float
    spread: Spread


class Rows(Struct, frozen=True):
    """The rows of one part."""

    begin: str
    end: str
    rows: int
    customers: int
    events: int

    @property
    def rate(self) -> float:
        """The base rate."""
        return self.events / self.rows if self.rows else 0.0


class Calibrated(Struct, frozen=True):
    """A bin of the calibration."""

    low: float
    high: float
    predicted: float
    observed: Number
    rows: int


class Scores(Struct, frozen=True):
    """How good the model is on the rows of a part."""

    area: Number
    brier: Number
    skill: Number
    observed_to_expected: Number
    slope: Number
    bins: list[Calibrated]


class Card(Struct, frozen=True, kw_only=True):
    """All of it."""

    version: int = VERSION
    model: str
    text: str
    """The model in the language; empty where there was no signal."""
    signal: bool
    lifecycle: str
    fingerprint: str
    """Of the rules it was fitted to."""
    goal: str
    within: int
    """Microseconds."""
    stages: list[str]
    once: bool
    each: int
    seed: int
    level: float
    begin: str
    end: str
    records: int
    customers: int
    too_short: int
    instants: int
    elsewhere: int
    fulfilled: int
    between: int
    train: Rows
    test: Rows
    intercept: float
    features: list[Weighed]
    on_test: Scores
    area_on_train: Number
    bands: Spread
    """Of the likelihoods of the rows it was fitted to."""
    left_out: list[tuple[str, str]]
    limits: list[str]


def written(card: Card) -> str:
    """A card as JSON."""
    return msgspec.json.format(msgspec.json.encode(card), indent=2).decode() + "\n"


def read(path: Path) -> Card:
    """A card from a file.

    Raises:
        AnalysisError: where it holds none.
        OSError: where it cannot be read.
    """
    try:
        return msgspec.json.decode(path.read_bytes(), type=Card)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise AnalysisError(
            f"{path} is no card such as `lcr fit --card` writes: {error}"
        ) from error
