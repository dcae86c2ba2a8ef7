"""Checked guards of messages: consent, blocks, quiet times and caps of channels, topics and all."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import field, frozen

from lifecycle_dsl.localtime import DailyHours, Season, Weekdays
from lifecycle_dsl.program.declarations import Declaration
from lifecycle_dsl.program.expressions import Expression
from lifecycle_dsl.program.memory import Period
from lifecycle_dsl.source import Span

QuietTime = DailyHours | Weekdays | Season


@frozen(kw_only=True)
class Block:
    """Stops messages while its condition holds; the name is the reason."""

    span: Span = field(eq=False, repr=False)
    name: str
    condition: Expression


@frozen(kw_only=True)
class Cap:
    """At most so many messages in a rolling span or a local period."""

    span: Span = field(eq=False, repr=False)
    key: str
    """Its name in stored state, such as `channel email per 7d`."""
    count: int
    per: int | Period
    """Microseconds, or the period."""


@frozen(kw_only=True)
class JointCap(Cap):
    """A cap of the file: over some channels together, or over all."""

    channels: tuple[str, ...] | None
    """None for all."""


@frozen(kw_only=True)
class MessageGuards:
    """What a channel, a topic or the file asks of a message."""

    consent: Expression | None = None
    blocks: tuple[Block, ...] = ()
    quiet: tuple[QuietTime, ...] = ()
    caps: tuple[Cap, ...] = ()


@frozen(kw_only=True)
class Channel(Declaration):
    """A way to reach a customer."""

    guards: MessageGuards
    cost: float
    """Of one message, in the file's currency."""


@frozen(kw_only=True)
class Topic(Declaration):
    """What messages are about."""

    guards: MessageGuards
    transactional: bool
    """Whether its messages pass the consent, quiet times and caps of others, and the holdout."""


@frozen(kw_only=True)
class Route(Declaration):
    """Which channels a message may take, by stage, first choice first."""

    channels: Mapping[str, tuple[str, ...]]
    """By stage; every stage has a line."""
    preferences: tuple[tuple[str, Expression], ...]
    """Channels that go by a value, the highest first, among the places that they hold."""


@frozen(kw_only=True)
class FileGuards:
    """What the whole file asks of every message."""

    blocks: tuple[Block, ...] = ()
    quiet: tuple[QuietTime, ...] = ()
    caps: tuple[JointCap, ...] = ()
    holdout: int = 0
    """Of the 10,000 buckets of customers, how many are never messaged."""
