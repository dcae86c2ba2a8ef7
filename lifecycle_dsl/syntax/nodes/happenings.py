"""Happenings: what rules listen to, one list with one filter, everywhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from lifecycle_dsl.syntax.nodes.node import Name, Node

if TYPE_CHECKING:
    from lifecycle_dsl.syntax.nodes.expressions import Expression, Text


@frozen(eq=False, repr=False)
class NamedHappening(Node):
    """An event or a group of events; in a transition or trigger also a trait that is a date."""

    name: Name


@frozen(eq=False, repr=False)
class AnyEvent(Node):
    """`any event`: every record but `profile`."""


@frozen(eq=False, repr=False)
class Enter(Node):
    """`enter S`: a stage, a group of stages or a computed segment."""

    target: Name


@frozen(eq=False, repr=False)
class Leave(Node):
    """`leave S`: a stage, a group of stages or a computed segment."""

    target: Name


@frozen(eq=False, repr=False)
class Rises(Node):
    """`LEVEL rises [to L]`."""

    level: Name
    to: Name | None


@frozen(eq=False, repr=False)
class Falls(Node):
    """`LEVEL falls [to L]`."""

    level: Name
    to: Name | None


@frozen(eq=False, repr=False)
class SentMessage(Node):
    """`sent CHANNEL|TOPIC ["template"]`, of memory, tests and promises."""

    target: Name
    template: Text | None


Happening = NamedHappening | AnyEvent | Enter | Leave | Rises | Falls | SentMessage


@frozen(eq=False, repr=False)
class Happenings(Node):
    """A list of happenings under one `where`."""

    elements: tuple[Happening, ...]
    where: Expression | None


@frozen(eq=False, repr=False)
class ShiftedDates(Node):
    """`60d, 30d before contract_ends [yearly]`; shifts are in microseconds, negative before."""

    shifts: tuple[int, ...]
    trait: Name
    yearly: bool


@frozen(eq=False, repr=False)
class YearlyDate(Node):
    """`birthday yearly`."""

    trait: Name


Dates = ShiftedDates | YearlyDate


@frozen(eq=False, repr=False)
class AnyStage(Node):
    """`any [except a, b]`."""

    excepted: tuple[Name, ...]


@frozen(eq=False, repr=False)
class NamedStages(Node):
    """Stages and groups of stages by name."""

    names: tuple[Name, ...]


Stages = AnyStage | NamedStages
