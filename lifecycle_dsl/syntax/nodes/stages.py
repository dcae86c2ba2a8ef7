"""Stages and how customers move between them."""

from attrs import frozen

from lifecycle_dsl.syntax.nodes.expressions import Expression, PointLine
from lifecycle_dsl.syntax.nodes.facts import Constant
from lifecycle_dsl.syntax.nodes.happenings import Dates, Happenings, Stages
from lifecycle_dsl.syntax.nodes.node import Declared, Name, Node, Path


@frozen(eq=False, repr=False)
class Placing(Node):
    """A line of `start`: the stage for new customers of whom the condition holds."""

    target: Name
    condition: Expression | None


@frozen(eq=False, repr=False)
class Start(Node):
    """Where customers begin; the first line that holds wins."""

    placings: tuple[Placing, ...]


@frozen(eq=False, repr=False)
class MoveOn(Node):
    """`on H [when C]`; a lone name may also be a trait that is a date."""

    happenings: Happenings
    condition: Expression | None


@frozen(eq=False, repr=False)
class MoveOnDates(Node):
    """`on 30d before contract_ends [when C]`."""

    dates: Dates
    condition: Expression | None


@frozen(eq=False, repr=False)
class MoveWhen(Node):
    """`when C`: the instant it becomes true."""

    condition: Expression


@frozen(eq=False, repr=False)
class MoveAtPoints(Node):
    """`at N points { ... }`."""

    bar: Constant
    lines: tuple[PointLine, ...]


@frozen(eq=False, repr=False)
class MoveAfter(Node):
    """`after D [without H] [when C]`; `micros` is D."""

    micros: int
    without: Happenings | None
    condition: Expression | None


Moving = MoveOn | MoveOnDates | MoveWhen | MoveAtPoints | MoveAfter


@frozen(eq=False, repr=False)
class Transition(Node):
    """A way out of a stage."""

    target: Name
    moving: Moving


@frozen(eq=False, repr=False)
class Stage(Node):
    """A stage (or several that share a body) and its transitions, in order."""

    names: tuple[Declared, ...]
    transitions: tuple[Transition, ...]
    braced: bool


@frozen(eq=False, repr=False)
class FromRule(Node):
    """A transition out of several stages."""

    stages: Stages
    target: Name
    moving: Moving


@frozen(eq=False, repr=False)
class Retired(Node):
    """`retired trial -> lead`: where people of a removed stage or step go."""

    old: Path
    new: Path
