"""Happenings with groups and names resolved."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import field, frozen

if TYPE_CHECKING:
    from lifecycle_dsl.program.expressions import Expression


@frozen
class EnterStage:
    """Into one of these stages from outside them; being placed at the start is entering."""

    stages: tuple[str, ...]


@frozen
class LeaveStage:
    """Out of these stages to one outside them."""

    stages: tuple[str, ...]


@frozen
class EnterSegment:
    """The computed segment's condition, false before, is true."""

    segment: str


@frozen
class LeaveSegment:
    """The computed segment's condition, true before, is false."""

    segment: str


@frozen
class LevelRises:
    """To a higher rank; with `to`, from below that rank to it or above."""

    level: str
    to: int | None
    label: str | None = field(default=None, eq=False)
    """What `to` is called."""


@frozen
class LevelFalls:
    """To a lower rank; with `to`, from above that rank to it or below."""

    level: str
    to: int | None
    label: str | None = field(default=None, eq=False)


@frozen
class MessageSent:
    """A message of a channel or topic went out."""

    channel: str | None
    topic: str | None
    template: str | None


Change = (
    EnterStage | LeaveStage | EnterSegment | LeaveSegment | LevelRises | LevelFalls | MessageSent
)


@frozen
class Happenings:
    """A list of happenings under one filter."""

    events: tuple[str, ...]
    """Names of events, in declaration order; `any event` is all of them but `profile`."""
    changes: tuple[Change, ...] = ()
    where: Expression | None = None
    """A bool over the record's fields and traits; missing counts as false."""
