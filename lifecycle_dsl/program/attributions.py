"""Checked attributions: what touches a customer, what converts them, and who gets the credit."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import field, frozen

from lifecycle_dsl.program.declarations import Declaration
from lifecycle_dsl.program.expressions import Expression
from lifecycle_dsl.program.happenings import Happenings
from lifecycle_dsl.source import Span

MOST_TOUCHES = 1_000
"""Touches that are kept of a customer for each attribution; the oldest leaves early."""
DIRECT = "direct"
"""What stands for a channel where a conversion has no touch."""


@frozen(kw_only=True)
class Touch:
    """Records that count as touches. Of the lines that match a record the first one counts."""

    span: Span = field(eq=False, repr=False)
    happenings: Happenings
    channel: str | None
    """None: the event's name stands for the channel."""
    campaign: Expression | None
    """A text over the record's fields; a touch may be of none."""


@frozen(kw_only=True)
class Conversion:
    """What is shared: at most one conversion for each line and step."""

    span: Span = field(eq=False, repr=False)
    happenings: Happenings
    worth: Expression
    """A number or money, never missing."""


@frozen
class FirstTouch:
    """All to the oldest touch."""


@frozen
class LastTouch:
    """All to the newest touch."""


@frozen
class EqualCredit:
    """The same to each touch."""


@frozen
class PositionCredit:
    """Hundredths of percents: to the first, to those between together, to the last."""

    first: int
    middle: int
    last: int


@frozen
class TimeDecay:
    """Half as much for each half-life, in microseconds, before the newest touch."""

    half_life: int


@frozen
class CustomCredit:
    """By weight; a weight below 0 is 0."""

    weight: Expression
    """A number that reads the fields `position`, `touches` (numbers) and `before` (a duration)."""


CreditModel = FirstTouch | LastTouch | EqualCredit | PositionCredit | TimeDecay | CustomCredit


@frozen(kw_only=True)
class Attribution(Declaration):
    """Who gets the credit for a conversion. Its lines are in the order of the file."""

    touches: tuple[Touch, ...]
    sends: bool
    """Whether the engine's own marketing messages are touches."""
    conversions: tuple[Conversion, ...]
    within: int
    """Microseconds: how young a touch must be."""
    model: CreditModel

    def heard(self) -> tuple[Happenings, ...]:
        """All that it listens to."""
        touches = (each.happenings for each in self.touches)
        return *touches, *(each.happenings for each in self.conversions)

    def expressions(self) -> Iterator[Expression]:
        """All that it reads, in order."""
        for touch in self.touches:
            yield from _there(touch.happenings.where, touch.campaign)
        for conversion in self.conversions:
            yield from _there(conversion.happenings.where, conversion.worth)
        if isinstance(self.model, CustomCredit):
            yield self.model.weight


def _there(*expressions: Expression | None) -> Iterator[Expression]:
    yield from (each for each in expressions if each is not None)
