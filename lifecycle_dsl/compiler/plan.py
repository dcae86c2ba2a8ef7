"""What can matter where: the transitions, triggers and watches of each stage and event.

What cannot matter is not in it: transitions of other stages, triggers on other events, points that
can never reach their bar at this event. `lcr check --emit plan` shows it.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, cached_property

from attrs import frozen

from lifecycle_dsl.compiler.falling import course
from lifecycle_dsl.compiler.layout import may_stay
from lifecycle_dsl.compiler.points import may_reach
from lifecycle_dsl.compiler.touches import Changed, Touched, changed_by, inputs
from lifecycle_dsl.program.expressions import Clock, Expression
from lifecycle_dsl.program.happenings import Happenings
from lifecycle_dsl.program.program import Program
from lifecycle_dsl.program.rules import (
    After,
    AtPoints,
    OccursAbsence,
    OccursAfter,
    OccursDates,
    OccursOn,
    OccursSequence,
    OnDates,
    OnRecord,
    Transition,
    Trigger,
    WhenTrue,
    heard_by,
)
from lifecycle_dsl.program.steps import Await, all_steps


@frozen
class LookedAt:
    """What the watched conditions of a stage read, each by itself."""

    always: tuple[Touched, ...]
    """Whatever becomes of it, the condition may be due sooner."""
    falling: frozenset[str]
    """The scores that matter only where they fall."""


class Plan:
    """The plan of one program; each part is worked out when it is asked for."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.movable = cache(self._movable)
        self.listening = cache(self._listening)
        self.changed_by = cache(self._changed_by)
        self._looked_at = cache(self._look_at)
        self._numbers = {t.rule: number for number, t in enumerate(program.transitions)}
        self._listeners: dict[str, list[Trigger]] = {}
        for trigger in program.triggers:
            if isinstance(trigger.occurrence, OccursOn):
                for event in trigger.occurrence.happenings.events:
                    self._listeners.setdefault(event, []).append(trigger)
        self._absences: dict[str, list[Trigger]] = {}
        self._sequences: dict[str, list[Trigger]] = {}
        for trigger in program.triggers:
            match trigger.occurrence:
                case OccursAbsence():
                    _by_event(self._absences, trigger)
                case OccursSequence():
                    _by_event(self._sequences, trigger)
                case _:
                    pass

    def number(self, transition: Transition) -> int:
        """A transition's place in the program."""
        return self._numbers[transition.rule]

    def _movable(self, stage: str, event: str) -> tuple[Transition, ...]:
        """The transitions that a record of the event can make hold, in order."""
        found = []
        for transition in self.program.stages[stage].transitions:
            if transition.target == stage:
                continue
            match transition.moving:
                case OnRecord(happenings=happenings) if event in happenings.events:
                    found.append(transition)
                case WhenTrue():
                    found.append(transition)
                case AtPoints() as moving if may_reach(moving, event):
                    found.append(transition)
                case _:
                    pass
        return tuple(found)

    def _listening(self, stage: str, event: str) -> tuple[Trigger, ...]:
        """The triggers on the event that can fire in the stage, in order."""
        return tuple(
            trigger
            for trigger in self._listeners.get(event, ())
            if trigger.stages is None or stage in trigger.stages
        )

    def absences(self, event: str) -> Sequence[Trigger]:
        """The triggers that the event arms or disarms, in order."""
        return self._absences.get(event, ())

    def sequences(self, event: str) -> Sequence[Trigger]:
        """The triggers on sequences in which the event is a step, in order."""
        return self._sequences.get(event, ())

    @cached_property
    def concerning_runs(self) -> frozenset[str]:
        """The events that runs listen to: those of `exit on` and of `await`."""
        return frozenset(
            event
            for trigger in self.program.triggers
            for happenings in heard_by_runs(trigger)
            for event in happenings.events
        )

    def _changed_by(self, event: str) -> Changed:
        return changed_by(self.program, event)

    @cached_property
    def _watched_conditions(self) -> tuple[Expression, ...]:
        """The conditions of the watched segments, and of the bars of the watched levels."""
        program = self.program
        segments = (s.condition for s in program.segments.values() if s.watched)
        levels = (level.reaches for level in program.levels.values() if level.watched)
        return (
            *(condition for condition in segments if condition is not None),
            *(reach for reaches in levels for reach in reaches),
        )

    @cached_property
    def watches_scores_fade(self) -> bool:
        """Whether all that is watched reads fading scores only, and goes one way with them."""
        conditions = self._watched_conditions
        return all(kind == "score" for kind, _ in self.watched) and all(
            course(self.program, each) is not None for each in conditions
        )

    @cached_property
    def watched(self) -> Touched:
        """What the watched segments and levels read."""
        return inputs(self.program, self._watched_conditions)

    def must_settle(self, stage: str, event: str) -> bool:
        """Whether a record of the event can make something else in the stage due sooner.

        Scores aside that do so only where they fall: see `falling`.
        """
        changed = self.changed_by(event)
        # Another zone moves every local midnight, another date what is due before it.
        if changed.matters_to(self._calendar):
            return True
        for transition in self.program.stages[stage].transitions:
            match transition.moving:
                case OnDates(trait=trait):
                    if changed.matters_to(frozenset({("trait", trait)})):
                        return True
                case _:
                    pass
        return any(changed.matters_to(read) for read in self._looked_at(stage).always)

    def falling(self, stage: str) -> frozenset[str]:
        """The scores whose fall at a record can make something in the stage due sooner."""
        return self._looked_at(stage).falling

    def _look_at(self, stage: str) -> LookedAt:
        whens = (
            transition.moving.condition
            for transition in self.program.stages[stage].transitions
            if isinstance(transition.moving, WhenTrue) and transition.target != stage
        )
        always: list[Touched] = []
        falling: set[str] = set()
        for condition in (*self._watched_conditions, *whens):
            read = inputs(self.program, [condition])
            if course(self.program, condition) is not None:
                falling |= {str(name) for kind, name in read if kind == "score"}
                read = frozenset(pair for pair in read if pair[0] != "score")
            always.append(read)
        return LookedAt(tuple(always), frozenset(falling))

    @cached_property
    def _calendar(self) -> Touched:
        """What moves timers of the calendar in every stage."""
        dates = (t.occurrence for t in self.program.triggers)
        traits = {each.dates.trait for each in dates if isinstance(each, OccursDates)}
        return frozenset(("trait", trait) for trait in (*traits, "zone"))

    def rearmed_after(self, happenings: Happenings, stage: str) -> tuple[int, ...]:
        """The deadlines in the stage that, once used up, such a happening sets anew."""
        spans = {
            t.moving.micros
            for t in self.program.stages[stage].transitions
            if isinstance(t.moving, After) and t.moving.without == happenings and may_stay(t)
        }
        spans |= {
            t.occurrence.micros
            for t in self.program.triggers
            if isinstance(t.occurrence, OccursAfter)
            and t.occurrence.without == happenings
            and stage in (t.stages or (stage,))
        }
        # An earlier deadline covers the later ones.
        return (min(spans),) if spans else ()

    @cached_property
    def reads_idle(self) -> bool:
        """Whether anything reads `idle`."""
        return f"clock={Clock.IDLE!r}" in repr(self.program)


def _by_event(found: dict[str, list[Trigger]], trigger: Trigger) -> None:
    events = {each for heard in heard_by(trigger.occurrence) for each in heard.events}
    for event in sorted(events):
        found.setdefault(event, []).append(trigger)


def heard_by_runs(trigger: Trigger) -> tuple[Happenings, ...]:
    """What ends the runs of a trigger or lets them go on."""
    awaits = (step for step in all_steps(trigger.steps) if isinstance(step, Await))
    return (*trigger.exits, *(arm.happenings for each in awaits for arm in each.arms))
