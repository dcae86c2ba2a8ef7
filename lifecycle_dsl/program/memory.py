"""Memory terms: the counters that rules read the customer's past from."""

from enum import Enum

from attrs import field, frozen

from lifecycle_dsl.program.happenings import Happenings
from lifecycle_dsl.program.types import Type
from lifecycle_dsl.source import Span


class Remembers(Enum):
    """What a term tells about its entries."""

    COUNT = "count"
    """How many; 0 if none."""
    SUM = "sum"
    """The field's values in whole millionths, added; 0 if none."""
    LARGEST = "largest"
    SMALLEST = "smallest"
    DISTINCT = "distinct"
    """How many different values; 0 if none."""
    MOST = "most"
    """The commonest value; of equally common ones the one seen last."""
    SINCE = "since"
    """The time since the last entry, a duration."""
    SEEN = "seen"
    """Whether there is one."""
    LAST = "last"
    """The field's value in the last entry that has one."""
    STREAK = "streak"
    """Local days in a row with an entry, up to today, or up to yesterday if none is today yet."""


class Period(Enum):
    """A span of the local calendar."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"


@frozen
class Rolling:
    """Entries younger than this many microseconds."""

    micros: int


@frozen
class Calendar:
    """Entries of the present local day, week, month or year."""

    period: Period


@frozen
class Ever:
    """All entries."""


Window = Rolling | Calendar | Ever


@frozen(kw_only=True, cache_hash=True)
class MemoryTerm:
    """One counter per customer. An entry whose field is missing is none."""

    span: Span = field(eq=False, repr=False)
    text: str
    """Canonical text, such as `count(purchase within 30d)`: the term's name in stored state."""
    remembers: Remembers
    happenings: Happenings
    """Its `where` reads fields of the record and constants only."""
    field_name: str | None
    """The field; None where none is needed or `by_day`."""
    by_day: bool
    """`distinct(day of H ...)`: the local day stands for the field."""
    window: Window
    keep: int
    """At most so many entries are kept; the oldest leaves early."""
    result: Type
