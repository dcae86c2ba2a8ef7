"""Triggers: what happens when, under which guards, in which steps."""

from attrs import frozen

from lifecycle_dsl.syntax.nodes.expressions import Expression, Text
from lifecycle_dsl.syntax.nodes.happenings import Dates, Happenings, Stages
from lifecycle_dsl.syntax.nodes.node import Declared, Name, Node, Path


@frozen(eq=False, repr=False)
class OccursOn(Node):
    """`on H`; a lone name may also be a trait that is a date."""

    happenings: Happenings


@frozen(eq=False, repr=False)
class OccursAbsence(Node):
    """`on A without B for D`; `micros` is D."""

    happenings: Happenings
    without: Happenings
    micros: int


@frozen(eq=False, repr=False)
class OccursSequence(Node):
    """`on A then B then C within D`; `micros` is D."""

    steps: tuple[Happenings, ...]
    micros: int


@frozen(eq=False, repr=False)
class OccursAfter(Node):
    """`after D without H`; `micros` is D."""

    micros: int
    without: Happenings


@frozen(eq=False, repr=False)
class OccursEvery(Node):
    """`every day`, `every month`, `every monday, thursday`."""

    periods: tuple[Name, ...]


@frozen(eq=False, repr=False)
class OccursDates(Node):
    """`on 60d, 30d before contract_ends`, `on birthday yearly`."""

    dates: Dates


Occurrence = OccursOn | OccursAbsence | OccursSequence | OccursAfter | OccursEvery | OccursDates


@frozen(eq=False, repr=False)
class GuardIn(Node):
    """`in STAGES`, held for the whole journey."""

    stages: Stages


@frozen(eq=False, repr=False)
class GuardWhen(Node):
    """`when C`."""

    condition: Expression


@frozen(eq=False, repr=False)
class GuardAt(Node):
    """`at 07:00`: the local time of a calendar occurrence, in microseconds."""

    micros: int


@frozen(eq=False, repr=False)
class GuardBetween(Node):
    """`between 09:00 and 17:00`, local, in microseconds since midnight."""

    start: int
    end: int


@frozen(eq=False, repr=False)
class GuardOnce(Node):
    """`once` in a customer's life."""


@frozen(eq=False, repr=False)
class PerDuration(Node):
    """`per 14d`, in microseconds."""

    micros: int


@frozen(eq=False, repr=False)
class PerPeriod(Node):
    """`per day|week|month|year|stay`."""

    period: Name


Per = PerDuration | PerPeriod


@frozen(eq=False, repr=False)
class GuardAtMost(Node):
    """`at most N [per D]`."""

    count: int
    per: Per | None


@frozen(eq=False, repr=False)
class GuardForEach(Node):
    """`for each FIELD [up to N]`."""

    field: Name
    up_to: int | None


@frozen(eq=False, repr=False)
class GuardTopic(Node):
    """`topic T`."""

    topic: Name


@frozen(eq=False, repr=False)
class GuardPriority(Node):
    """`priority 1..9`."""

    priority: float


@frozen(eq=False, repr=False)
class GuardDraft(Node):
    """`draft`: decides and logs, executes nothing."""


@frozen(eq=False, repr=False)
class GuardRestart(Node):
    """`restart`: a new firing takes the place of the running journey."""


Guard = (
    GuardIn
    | GuardWhen
    | GuardAt
    | GuardBetween
    | GuardOnce
    | GuardAtMost
    | GuardForEach
    | GuardTopic
    | GuardPriority
    | GuardDraft
    | GuardRestart
)


@frozen(eq=False, repr=False)
class ExitOn(Node):
    """`exit on H`: leaves the journey at once."""

    happenings: Happenings


@frozen(eq=False, repr=False)
class Entry(Node):
    """`key: value` of the data sent along."""

    key: Name
    value: Expression


@frozen(eq=False, repr=False)
class Data(Node):
    """`{ key: value, ... }`."""

    entries: tuple[Entry, ...]


@frozen(eq=False, repr=False)
class Send(Node):
    """`send CHANNEL|ROUTE TEMPLATE { ... }`."""

    target: Name
    template: Text | Path
    data: Data | None


@frozen(eq=False, repr=False)
class SetTrait(Node):
    """`set TRAIT = E`."""

    trait: Name
    value: Expression


@frozen(eq=False, repr=False)
class Join(Node):
    """`join SEGMENT`."""

    segment: Name


@frozen(eq=False, repr=False)
class Quit(Node):
    """`quit SEGMENT`."""

    segment: Name


@frozen(eq=False, repr=False)
class Wait(Node):
    """`wait D|E [as NAME [was NAME]]`."""

    duration: Expression
    label: Declared | None


@frozen(eq=False, repr=False)
class WaitUntil(Node):
    """`wait until T|E [as NAME]`."""

    until: Expression
    label: Declared | None


@frozen(eq=False, repr=False)
class Arm(Node):
    """`on H { ... }` of an `await`."""

    happenings: Happenings
    steps: "tuple[Step, ...]"


@frozen(eq=False, repr=False)
class AwaitWithin(Node):
    """`within D` of an `await`, in microseconds."""

    micros: int


@frozen(eq=False, repr=False)
class AwaitUntil(Node):
    """`until T|E` of an `await`."""

    until: Expression


@frozen(eq=False, repr=False)
class Await(Node):
    """`await H within D {…} else {…}`, or with arms; one arm and `single` for the short form.

    The short form may leave out its first block, where it is empty, before `else`.
    """

    arms: tuple[Arm, ...]
    ending: AwaitWithin | AwaitUntil | None
    label: Declared | None
    otherwise: "tuple[Step, ...] | None"
    single: bool


@frozen(eq=False, repr=False)
class If(Node):
    """`if C {…} else …`; `otherwise` of an `else if` is one `If`, and `chained` is true."""

    condition: Expression
    steps: "tuple[Step, ...]"
    otherwise: "tuple[Step, ...] | None"
    chained: bool


@frozen(eq=False, repr=False)
class SplitArm(Node):
    """`50%: {…}`."""

    percent: float
    steps: "tuple[Step, ...]"


@frozen(eq=False, repr=False)
class Split(Node):
    """`split NAME [was NAME] { P%: {…} … }`."""

    declared: Declared
    arms: tuple[SplitArm, ...]


@frozen(eq=False, repr=False)
class CallAction(Node):
    """`call ACTION {…}`."""

    action: Path
    data: Data | None


@frozen(eq=False, repr=False)
class Exit(Node):
    """`exit`: ends the journey."""


Step = Send | SetTrait | Join | Quit | Wait | WaitUntil | Await | If | Split | CallAction | Exit


@frozen(eq=False, repr=False)
class Trigger(Node):
    """A trigger: one occurrence, its guards, its ways out, its steps."""

    declared: Declared
    title: str | None
    occurrence: Occurrence
    guards: tuple[Guard, ...]
    exits: tuple[ExitOn, ...]
    steps: tuple[Step, ...]
