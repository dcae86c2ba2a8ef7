"""What checks look at: a sound rule set, its nodes, and what follows from both.

What several checks ask is worked out once, when the first asks: which stages customers can come to,
how long they can stay, who declares what.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property

from attrs import frozen

from lifecycle_dsl.lint.proving import Prover
from lifecycle_dsl.lint.ranges import EVERYTHING, Range
from lifecycle_dsl.lint.truth import Known, all_hold
from lifecycle_dsl.program import expressions as e
from lifecycle_dsl.program.program import Program
from lifecycle_dsl.program.rules import After, AtPoints, OnRecord, Transition, WhenTrue
from lifecycle_dsl.source import Source
from lifecycle_dsl.syntax.nodes.file import Declaration

PROFILE = "profile"
MOST_STAGES = 50
"""Of more stages it is not asked how long they last together."""


@frozen(eq=False, slots=False)
class Rules:
    """A rule set without errors."""

    program: Program
    declarations: tuple[Declaration, ...]
    main: Source
    """The file that is looked at; those it uses may serve others too."""
    templates: frozenset[str] | None = None
    """The names of the templates there are; None if nobody said."""
    proves: bool = True
    """Whether the solver is asked, where it is installed."""

    @cached_property
    def prover(self) -> Prover:
        """Who proves what intervals cannot tell."""
        return Prover(self.program, self.proves)

    @cached_property
    def anywhere(self) -> Known:
        """What is known of a customer in some stage.

        That nobody comes to a stage is told of the stage, and not again of all that hangs on it.
        """
        return self._known(frozenset(self.program.stages), EVERYTHING)

    @cached_property
    def _in_stages(self) -> dict[tuple[frozenset[str], bool], Known]:
        return {}

    def known_in(self, stages: Iterable[str] | None, *, timers: bool = False) -> Known:
        """What is known of a customer in one of some stages; None: in any.

        With `timers`, also at the instant at which time leads them out.
        """
        if stages is None:
            return self.anywhere
        chosen = frozenset(stages)
        key = chosen, timers
        if key not in self._in_stages:
            stays = [self.stays.get(stage) for stage in chosen]
            longest = max((stay for stay in stays if stay is not None), default=0)
            bound = EVERYTHING
            if None not in stays:
                bound = Range(0, longest, open_high=not timers)
            self._in_stages[key] = self._known(chosen, bound)
        return self._in_stages[key]

    def _known(self, stages: frozenset[str], stay: Range) -> Known:
        return Known(self.program, frozenset[object](stages), stay)

    @cached_property
    def stays(self) -> dict[str, int]:
        """How long customers can be in a stage at most, in microseconds, where time leads out."""
        return {
            stage: leaves.moving.micros
            for stage, leaves in self.time_limits.items()
            if isinstance(leaves.moving, After)
        }

    def longest_among(self, stages: Iterable[str]) -> int | None:
        """How long customers can be among some stages at most; None where there is no bound."""
        chosen, found = set(stages), dict[str, int]()
        if len(chosen) > MOST_STAGES or not chosen <= set(self.stays):
            return None

        def longest_from(stage: str, before: tuple[str, ...]) -> int | None:
            """From coming to a stage; None if one may come round again."""
            if stage in before:
                return None
            if stage not in found:
                most = 0
                for target in sorted({each.target for each in self.out_of(stage)} & chosen):
                    ahead = longest_from(target, (*before, stage))
                    if ahead is None:
                        return None
                    most = max(most, ahead)
                found[stage] = self.stays[stage] + most
            return found[stage]

        longest = 0
        for stage in sorted(chosen):
            whole = longest_from(stage, ())
            if whole is None:
                return None
            longest = max(longest, whole)
        return longest

    @cached_property
    def time_limits(self) -> dict[str, Transition]:
        """The transition that leads out of a stage after the shortest time, whatever happens."""
        found: dict[str, Transition] = {}
        for transition in self.program.transitions:
            moving = transition.moving
            if not isinstance(moving, After) or moving.without or transition.guard is not None:
                continue
            if transition.target in transition.sources:
                # Due in its own target it moves nobody, and is not due again in the same stay.
                continue
            for stage in transition.sources:
                before = found.get(stage)
                if before is None or _micros(before) > moving.micros:
                    found[stage] = transition
        return found

    @cached_property
    def reachable(self) -> dict[str, None]:
        """The stages that customers can come to, in the order of the file."""
        start = Known(self.program, frozenset())
        found: set[str] = set()
        for placing in self.program.start:
            if placing.condition is None:
                found.add(placing.target)
                break
            if start.truth(placing.condition) is not False:
                found.add(placing.target)
        waiting = sorted(found)
        while waiting:
            stage = waiting.pop()
            known = Known(self.program, frozenset((stage,)))
            for transition in self.program.stages[stage].transitions:
                if transition.target not in found and may_move(transition, known):
                    found.add(transition.target)
                    waiting.append(transition.target)
        return {stage: None for stage in self.program.stages if stage in found}

    def out_of(self, stage: str) -> Iterator[Transition]:
        """The transitions that lead out of a stage, in the order in which they are tried."""
        for transition in self.program.stages[stage].transitions:
            if transition.target != stage:
                yield transition


def _micros(transition: Transition) -> int:
    return transition.moving.micros if isinstance(transition.moving, After) else 0


def may_move(transition: Transition, known: Known) -> bool:
    """Whether a transition can ever move anybody of whom that is known."""
    return all_hold(known_at(transition, known), conditions_of(transition)) is not None


def known_at(transition: Transition, known: Known) -> Known:
    """What is known when the conditions of a transition are looked at."""
    if isinstance(transition.moving, OnRecord):
        return known.at_record(transition.moving.happenings.events)
    return known


def conditions_of(transition: Transition) -> tuple[e.Expression | None, ...]:
    """All that must hold when a transition moves."""
    match transition.moving:
        case OnRecord(happenings=happenings):
            return happenings.where, transition.guard
        case WhenTrue(condition=condition):
            return condition, transition.guard
        case AtPoints(reached=reached):
            return reached, transition.guard
        case _:
            return (transition.guard,)
