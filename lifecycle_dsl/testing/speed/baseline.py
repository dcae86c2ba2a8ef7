"""Figures kept in a file, and how later ones compare with them.

Two runs are compared by what a record takes beside a fixed piece of work that was timed along with
each, so that a slower or busier machine is not taken for slower rules.
"""

from __future__ import annotations

from pathlib import Path

import msgspec

from lifecycle_dsl.engine.ruleset import RuleSet
from lifecycle_dsl.testing.speed.figures import Throughput
from lifecycle_dsl.testing.speed.streams import Stream


class BaselineError(ValueError):
    """A file that holds no baseline."""


class Baseline(msgspec.Struct, frozen=True):
    """What is kept of a run."""

    lifecycle: str
    fingerprint: str
    stream: str
    """The digest of the records."""
    records: int
    events_per_second: float
    machine_seconds: float
    """What the fixed piece of work took."""

    def change(self, now: Baseline) -> float:
        """How much faster another run is, the machine left out: 0.1 is 10 %."""
        then = self.events_per_second * self.machine_seconds
        return now.events_per_second * now.machine_seconds / then - 1.0

    def machine_change(self, now: Baseline) -> float:
        """How much faster the machine is now."""
        return self.machine_seconds / now.machine_seconds - 1.0


def baseline(ruleset: RuleSet, stream: Stream, found: Throughput) -> Baseline:
    """What is to be kept of a run."""
    return Baseline(
        ruleset.lifecycle,
        ruleset.fingerprint,
        stream.digest,
        found.records,
        round(found.events_per_second, 1),
        round(found.machine, 6),
    )


def read_baseline(path: Path) -> Baseline:
    """What a file keeps.

    Raises:
        BaselineError: where it is something else.
        OSError: where it cannot be read.
    """
    try:
        found = msgspec.json.decode(path.read_bytes(), type=Baseline)
    except msgspec.DecodeError as error:
        raise BaselineError(f"it is no baseline of `lcr bench`: {error}") from error
    if not (found.events_per_second > 0 and found.machine_seconds > 0):
        raise BaselineError("it is no baseline of `lcr bench`: its figures are not positive")
    return found


def write_baseline(path: Path, kept: Baseline) -> None:
    """Keep a run in a file.

    Raises:
        OSError: where it cannot be written.
    """
    path.write_bytes(msgspec.json.format(msgspec.json.encode(kept), indent=2) + b"\n")
