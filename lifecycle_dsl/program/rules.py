"""Checked rules: the start, stages with their transitions, triggers and what they are on."""

from __future__ import annotations

from enum import Enum

from attrs import field, frozen

from lifecycle_dsl.program.declarations import Declaration
from lifecycle_dsl.program.expressions import Expression, PointLine
from lifecycle_dsl.program.happenings import Happenings
from lifecycle_dsl.program.steps import Step
from lifecycle_dsl.source import Span


@frozen(kw_only=True)
class Placing:
    """A line of the start; without a condition it holds."""

    span: Span = field(eq=False, repr=False)
    target: str
    condition: Expression | None


@frozen
class OnRecord:
    """At a record of one of these events."""

    happenings: Happenings


@frozen
class WhenTrue:
    """The instant the condition becomes true, and at any record at which it is."""

    condition: Expression


@frozen
class AtPoints:
    """At a record, when the sum of the lines reaches the bar (a forgiving `>=`)."""

    lines: tuple[PointLine, ...]
    reached: Expression
    """The comparison: `PointsSum >= bar`."""


@frozen
class After:
    """So long after entering, or after the later of that and the last of `without`."""

    micros: int
    without: Happenings | None


@frozen
class OnDates:
    """At the instants that a trait's date or time gives."""

    trait: str
    shifts: tuple[int, ...]
    """Microseconds, whole days where the trait is a date; (0,) for the date itself."""
    yearly: bool


Moving = OnRecord | WhenTrue | AtPoints | After | OnDates


@frozen(kw_only=True)
class Transition:
    """A way from some stages to another. Its place in `Program.transitions` is its order."""

    span: Span = field(eq=False, repr=False)
    rule: str
    """`FROM->TO#n`: FROM as written, n counted over the file."""
    sources: tuple[str, ...]
    """The stages it leads out of, in declaration order."""
    is_from_rule: bool
    target: str
    moving: Moving
    guard: Expression | None
    """`when C` beside another way of moving."""


@frozen(kw_only=True)
class Stage(Declaration):
    """A stage; `transitions` are its own and those of `from` rules, in the order of step 4."""

    transitions: tuple[Transition, ...]


@frozen
class OccursOn:
    """At each such happening."""

    happenings: Happenings


@frozen
class OccursAfter:
    """So long after the latest of: the last of `without`, the first record, entering `stages`."""

    micros: int
    without: Happenings


@frozen
class OccursAbsence:
    """So long after the last of `armed`, if none of `without` has come since."""

    armed: Happenings
    without: Happenings
    micros: int


@frozen
class OccursSequence:
    """At the last of the steps, where all came in their order within so long of the first."""

    steps: tuple[Happenings, ...]
    micros: int


@frozen
class OccursEvery:
    """At a local time of every day, of some weekdays, or of the first day of every month."""

    weekdays: frozenset[int] | None
    """0 for Monday; None for the first of the month."""
    time_of_day: int


@frozen
class OccursDates:
    """At the instants that a trait's date or time gives."""

    dates: OnDates
    time_of_day: int | None
    """The local time of the shifted day; None: 00:00 of a date, a time as it is."""


Occurrence = OccursOn | OccursAfter | OccursAbsence | OccursSequence | OccursEvery | OccursDates


def heard_by(occurrence: Occurrence) -> tuple[Happenings, ...]:
    """All that an occurrence listens to."""
    match occurrence:
        case OccursOn(happenings=happenings):
            return (happenings,)
        case OccursAfter(without=without):
            return (without,)
        case OccursAbsence(armed=armed, without=without):
            return armed, without
        case OccursSequence(steps=steps):
            return steps
        case OccursEvery() | OccursDates():
            return ()


@frozen
class Each:
    """`for each FIELD up to N`: one run, or arming, for each value of a text field."""

    field_name: str
    up_to: int


class Stay(Enum):
    """The period of `per stay`."""

    STAY = "stay"


@frozen
class Frequency:
    """At most `count` firings: ever, in a rolling span, in a local period, or in one stay."""

    count: int
    per: object
    """None, int microseconds, `memory.Period`, or `Stay.STAY` (since the stage was entered)."""
    reason: str
    """`once` or `at_most`."""


@frozen(kw_only=True)
class Trigger(Declaration):
    """A trigger. Its place in `Program.triggers` is its order among equal priorities."""

    title: str | None
    occurrence: Occurrence
    stages: tuple[str, ...] | None
    """`in STAGES`; None for any."""
    condition: Expression | None
    between: tuple[int, int] | None
    """Local times of day in microseconds; may wrap midnight."""
    frequencies: tuple[Frequency, ...]
    topic: str | None
    priority: int
    """1 to 9, 9 first."""
    draft: bool
    each: Each | None
    restart: bool
    exits: tuple[Happenings, ...]
    """What ends a run at once."""
    steps: tuple[Step, ...]
    former_steps: tuple[tuple[str, str], ...] = ()
    """Names that steps had before, each with the name it has now."""
