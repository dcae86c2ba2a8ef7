"""Channels, topics, and everything that guards a message."""

from attrs import frozen

from lifecycle_dsl.syntax.nodes.expressions import Expression
from lifecycle_dsl.syntax.nodes.facts import Constant
from lifecycle_dsl.syntax.nodes.node import Declared, Name, Node
from lifecycle_dsl.syntax.nodes.triggers import Per


@frozen(eq=False, repr=False)
class Consent(Node):
    """`consent E`: messages go out only while it holds."""

    condition: Expression


@frozen(eq=False, repr=False)
class Cost(Node):
    """`cost 0.05`, of one message."""

    amount: Constant


@frozen(eq=False, repr=False)
class Transactional(Node):
    """`transactional`: passes consent, holdout, quiet hours and caps."""


@frozen(eq=False, repr=False)
class OwnCap(Node):
    """`cap 3 per 7d` of a channel or topic."""

    count: int
    per: Per


@frozen(eq=False, repr=False)
class Block(Node):
    """`block NAME when C`; the name is the reason in the log."""

    name: Name
    condition: Expression


@frozen(eq=False, repr=False)
class QuietHours(Node):
    """`quiet 21:00 to 08:00`, local, in microseconds since midnight."""

    start: int
    end: int


@frozen(eq=False, repr=False)
class QuietDays(Node):
    """`quiet on sunday`."""

    days: tuple[Name, ...]


@frozen(eq=False, repr=False)
class QuietSeason(Node):
    """`quiet during SEASON`."""

    season: Name


QuietTimes = QuietHours | QuietDays | QuietSeason


@frozen(eq=False, repr=False)
class Quiet(Node):
    """When messages wait."""

    times: QuietTimes


MessageRule = Consent | Cost | Transactional | OwnCap | Block | Quiet


@frozen(eq=False, repr=False)
class Channel(Node):
    """Channels that share their rules."""

    names: tuple[Declared, ...]
    rules: tuple[MessageRule, ...]
    braced: bool


@frozen(eq=False, repr=False)
class Topic(Node):
    """Topics that share their rules."""

    names: tuple[Declared, ...]
    rules: tuple[MessageRule, ...]
    braced: bool


@frozen(eq=False, repr=False)
class DateRange(Node):
    """Both days included; days since 1970-01-01."""

    first: int
    last: int


@frozen(eq=False, repr=False)
class Season(Node):
    """Named days of the calendar."""

    declared: Declared
    ranges: tuple[DateRange, ...]


@frozen(eq=False, repr=False)
class Cap(Node):
    """`cap push, in_app 3 per day`; `channels` is None for `all`."""

    channels: tuple[Name, ...] | None
    count: int
    per: Per


@frozen(eq=False, repr=False)
class Holdout(Node):
    """`holdout 5%`."""

    percent: float


@frozen(eq=False, repr=False)
class RouteLine(Node):
    """Stages and the channels for them, first choice first."""

    stages: tuple[Name, ...]
    channels: tuple[Name, ...]


@frozen(eq=False, repr=False)
class Preference(Node):
    """`email by email_engagement`."""

    channel: Name
    value: Expression


@frozen(eq=False, repr=False)
class Route(Node):
    """Which channel `send ROUTE` takes."""

    declared: Declared
    lines: tuple[RouteLine, ...]
    otherwise: tuple[Name, ...] | None
    preferences: tuple[Preference, ...]
