"""Ways through the stages: the ways out of each, the main path, and which stages count as lost."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from attrs import frozen

from lifecycle_dsl.analysis.errors import AnalysisError
from lifecycle_dsl.analysis.history import History
from lifecycle_dsl.analysis.silence import comes_with_time
from lifecycle_dsl.analysis.statistics.survival import CENSORED, Leaving
from lifecycle_dsl.analysis.stays import SECOND, Flags, Floats, Ints, Stays, stays_of
from lifecycle_dsl.diagnostics.suggest import closest
from lifecycle_dsl.program.program import Program
from lifecycle_dsl.program.rules import After, OnDates, Transition, WhenTrue

_HOUR: Final = 3_600
_DAY: Final = 24 * _HOUR
_SPANS: Final = (
    *(60 * each for each in (1, 10, 30)),
    *(_HOUR * each for each in (1, 6)),
    *(_DAY * each for each in (1, 3, 7, 14, 30, 60, 90, 180, 365, 730, 1_825)),
)
"""Round horizons, in seconds."""
_FOLLOWED: Final = 0.25
"""The share that has to be followed up to a horizon."""
_FOLLOWED_IN_COHORTS: Final = 0.5
_LOOKED_AT: Final = 50_000
"""Customers who tell a horizon."""
FEWEST: Final = 10
"""How many have to be followed up to it."""


@frozen(eq=False)
class WaysOut:
    """How customers leave a stage in which they are for the first time."""

    stage: int
    targets: tuple[int, ...]
    """The causes of `leaving`: where they went, the commonest first."""
    leaving: Leaving
    followed: Floats
    """How long each could have been seen there at most, in seconds."""

    @property
    def n(self) -> int:
        """How many entered it."""
        return self.leaving.n

    @property
    def horizon(self) -> float:
        """Within which time its shares are told."""
        return horizon(self.followed)

    @property
    def cohort_horizon(self) -> float:
        """Within which time shares of cohorts are told: half of all were followed so long."""
        return horizon(self.followed, _FOLLOWED_IN_COHORTS)

    def cause(self, target: int) -> int:
        """The cause that leads to a stage."""
        return self.targets.index(target)


def ways_out(
    stays: Stays, chosen: Flags | Ints, stage: int, targets: Sequence[int] = ()
) -> WaysOut:
    """The ways of chosen stays, all in one stage; `targets` stand first among the causes."""
    following = stays.next[chosen]
    # One more than there are stages, so that NOBODY, which is -1, counts in the first place.
    counts = np.bincount(following + 1, minlength=len(stays.names) + 1)[1:]
    ranked = [int(each) for each in np.argsort(-counts, kind="stable") if counts[each]]
    causes = [*targets, *(each for each in ranked if each not in targets)]
    # One more than there are stages, so that NOBODY, which is -1, finds the last place.
    place = np.full(len(stays.names) + 1, CENSORED, dtype=np.int64)
    place[causes] = np.arange(len(causes))
    seconds = (stays.ended[chosen] - stays.entered[chosen]) / SECOND
    followed = (stays.end - stays.entered[chosen]) / SECOND
    return WaysOut(stage, tuple(causes), Leaving(seconds, place[following], len(causes)), followed)


def all_ways(history: History) -> dict[int, WaysOut]:
    """The ways out of every stage that anybody was in, found once."""
    found = history.kept.get("ways")
    if not isinstance(found, dict):
        stays = stays_of(history)
        found = {
            stage: ways_out(stays, stays.firsts_in(stage), stage) for stage in stays.stages_seen()
        }
        history.kept["ways"] = found
    return found


def horizon(followed: Floats, share: float = _FOLLOWED) -> float:
    """The longest round time for which a share was followed, and ten; else what there is."""
    if not len(followed):
        return 0.0
    # Customers stand in the order of a hash, so that the first ones are as good as drawn.
    followed = followed[:_LOOKED_AT]
    enough = max(min(FEWEST, len(followed)) / len(followed), share)
    longest = float(np.quantile(followed, 1 - enough, method="lower"))
    return float(max((span for span in _SPANS if span <= longest), default=longest))


def is_followed(followed: Floats, time: float) -> bool:
    """Whether enough of them were followed so long that their share within it can be told."""
    seen = int((followed >= time).sum())
    return seen >= max(min(FEWEST, len(followed)), _FOLLOWED * len(followed), 1)


def main_path(history: History, lost: Sequence[int]) -> tuple[int, ...]:
    """From where most begin, always on to where most go; silence and lost stages lead nowhere."""
    ways = all_ways(history)
    stays = stays_of(history)
    opening = stays.stage[stays.is_opening]
    if not len(opening):
        return ()
    path = [int(np.bincount(opening).argmax())]
    while path[-1] in ways:
        targets = onward(history, ways[path[-1]], (*path, *lost))
        if not targets:
            break
        path.append(targets[0])
    return tuple(path)


def onward(history: History, way: WaysOut, closed: Sequence[int]) -> list[int]:
    """Where a stage leads on to, the commonest first: not into closed stages, nor by silence."""
    program, names = history.ruleset.program, stays_of(history).names
    return [
        each
        for each in way.targets
        if each not in closed and not _only_by_time(program, names[way.stage], names[each])
    ]


def lost_stages(history: History, named: Sequence[str]) -> tuple[int, ...]:
    """The stages that count as lost: those named, else those that the rules make look so.

    Raises:
        AnalysisError: where a named one is no stage.
    """
    names = stays_of(history).names
    for name in named:
        if name not in names:
            nearest = closest(name, names)
            hint = f"; there is `{nearest}`" if nearest else ""
            raise AnalysisError(f"no stage is called `{name}`{hint}")
    return tuple(names.index(name) for name in named or looking_lost(history.ruleset.program))


def looking_lost(program: Program) -> list[str]:
    """Stages into which time alone leads, and out of which it does not.

    A customer falls into such a stage by silence, and only a record of theirs brings them back.
    """
    starts = {placing.target for placing in program.start}
    return [
        stage
        for stage in program.stages
        if stage not in starts
        and any(_by_time(each, program) for each in program.transitions if each.target == stage)
        and not any(
            _by_time(each, program) and each.target != stage
            for each in program.transitions
            if stage in each.sources
        )
    ]


def lost_in_words(history: History, lost: Sequence[int], named: Sequence[str]) -> str:
    """Which stages count as lost, and why."""
    names = stays_of(history).names
    if not lost:
        return (
            "No stage counts as lost: the rules have none into which time alone leads and out of "
            "which it does not; `--lost STAGE` names one."
        )
    listed = ", ".join(names[each] for each in lost)
    if named:
        return f"Lost is who is in {listed}, as was said."
    return f"Lost is who is in {listed}, into which time alone leads and out of which it does not."


def _only_by_time(program: Program, source: str, target: str) -> bool:
    """Whether the rules lead from one stage to another, and by silence alone."""
    lines = [each for each in program.transitions if source in each.sources]
    found = [_by_time(each, program) for each in lines if each.target == target]
    return bool(found) and all(found)


def _by_time(transition: Transition, program: Program) -> bool:
    """Whether silence can bring it about; a `when` such as a reached bar can need a record."""
    moving = transition.moving
    if isinstance(moving, WhenTrue):
        return comes_with_time(moving.condition, program)
    return isinstance(moving, After | OnDates)
