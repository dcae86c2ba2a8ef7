"""Checked steps of triggers: what they do, and where a run of them waits."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from attrs import field, frozen

from lifecycle_dsl.program.expressions import Expression
from lifecycle_dsl.program.happenings import Happenings
from lifecycle_dsl.source import Span

LONGEST_COMPUTED_WAIT = 10 * 365 * 86_400_000_000
"""The most that `wait E` waits, in microseconds: ten years."""


@frozen(kw_only=True)
class Send:
    """Sends a message by a channel or a route; `name` is the step's, such as `send1`."""

    span: Span = field(eq=False, repr=False)
    name: str
    channel: str | None
    """None where a route chooses."""
    route: str | None = None
    template: Expression
    data: tuple[tuple[str, Expression], ...]


@frozen(kw_only=True)
class SetTrait:
    """Sets a trait."""

    span: Span = field(eq=False, repr=False)
    trait: str
    value: Expression


@frozen(kw_only=True)
class Join:
    """Puts the customer into a segment."""

    span: Span = field(eq=False, repr=False)
    segment: str


@frozen(kw_only=True)
class Quit:
    """Takes the customer out of a segment."""

    span: Span = field(eq=False, repr=False)
    segment: str


@frozen(kw_only=True)
class Call:
    """Calls an action; `name` is the step's, such as `call1`."""

    span: Span = field(eq=False, repr=False)
    name: str
    action: str
    data: tuple[tuple[str, Expression], ...]


@frozen(kw_only=True)
class IfStep:
    """One of two lists of steps."""

    span: Span = field(eq=False, repr=False)
    condition: Expression
    steps: tuple[Step, ...]
    otherwise: tuple[Step, ...]


@frozen(kw_only=True)
class Wait:
    """Waits so long: a constant, or what the duration comes to when the step runs."""

    span: Span = field(eq=False, repr=False)
    name: str
    micros: int | None
    duration: Expression | None


@frozen(kw_only=True)
class WaitUntil:
    """Waits until the next such local time of day, or until an instant."""

    span: Span = field(eq=False, repr=False)
    name: str
    time_of_day: int | None
    """Microseconds after local midnight."""
    instant: Expression | None


@frozen(kw_only=True)
class Arm:
    """What an `await` goes on with at some happenings; its steps read their record's fields."""

    span: Span = field(eq=False, repr=False)
    happenings: Happenings
    steps: tuple[Step, ...]


@frozen(kw_only=True)
class Await:
    """Waits for the first of its arms, or so long, or until then, and then does `otherwise`.

    At most one says when; if none does, it waits as long as the run lasts.
    """

    span: Span = field(eq=False, repr=False)
    name: str
    arms: tuple[Arm, ...]
    micros: int | None
    time_of_day: int | None
    """Microseconds after local midnight."""
    instant: Expression | None
    otherwise: tuple[Step, ...]

    @property
    def ends(self) -> bool:
        """Whether time ends it."""
        return any(each is not None for each in (self.micros, self.time_of_day, self.instant))


@frozen(kw_only=True)
class Share:
    """An arm of a split, of so many of the 10,000 buckets."""

    span: Span = field(eq=False, repr=False)
    buckets: int
    steps: tuple[Step, ...]


@frozen(kw_only=True)
class Split:
    """One of several lists of steps, by the customer's bucket for the name it first had."""

    span: Span = field(eq=False, repr=False)
    name: str
    was: str | None = None
    shares: tuple[Share, ...]


@frozen(kw_only=True)
class Exit:
    """Ends the run."""

    span: Span = field(eq=False, repr=False)
    name: str


Step = Send | SetTrait | Join | Quit | Call | IfStep | Wait | WaitUntil | Await | Split | Exit


def inner_steps(step: Step) -> tuple[tuple[Step, ...], ...]:
    """The lists of steps inside a step, in the order of the file."""
    match step:
        case IfStep():
            return step.steps, step.otherwise
        case Await():
            return (*(arm.steps for arm in step.arms), step.otherwise)
        case Split():
            return tuple(share.steps for share in step.shares)
        case _:
            return ()


def all_steps(steps: Iterable[Step]) -> Iterator[Step]:
    """Steps and those inside them, in the order of the file."""
    waiting = list(steps)[::-1]
    while waiting:
        step = waiting.pop()
        yield step
        for inner in reversed(inner_steps(step)):
            waiting.extend(reversed(inner))


def step_expressions(step: Step) -> tuple[Expression, ...]:
    """What a step itself reads, in order; not what the steps inside it do."""
    match step:
        case Send(template=template, data=data):
            return template, *(value for _, value in data)
        case Call(data=data):
            return tuple(value for _, value in data)
        case SetTrait(value=value):
            return (value,)
        case IfStep(condition=condition):
            return (condition,)
        case Wait(duration=Expression() as duration):
            return (duration,)
        case WaitUntil(instant=Expression() as instant):
            return (instant,)
        case Await(arms=arms, instant=instant):
            wheres = (arm.happenings.where for arm in arms)
            return tuple(each for each in (instant, *wheres) if each is not None)
        case _:
            return ()
