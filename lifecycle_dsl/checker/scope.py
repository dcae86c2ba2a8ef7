"""What an expression may read at its place."""

from collections.abc import Mapping
from enum import Flag, auto

from attrs import field, frozen

from lifecycle_dsl.program.types import Field


class Reads(Flag):
    """Kinds of things to read."""

    NOTHING = 0
    RECORD = auto()
    """Fields of the record at hand."""
    TRAITS = auto()
    CLOCKS = auto()
    """`now`, `in_stage`, `age`, `idle`, `stage`, `previous_stage`, functions of local time."""
    STATE = auto()
    """Memory, lets, segments, params, tables and models (whatever these read)."""
    SCORES = auto()
    """Scores and levels."""
    FACTS = auto()
    """`sent`, `fired`, ... of tests and promises."""
    ALL = RECORD | TRAITS | CLOCKS | STATE | SCORES


@frozen
class Scope:
    """A place: what stands there, for the message, and what it may read."""

    place: str
    """In the user's words: "`start`", "a memory's `where`"."""
    reads: Reads
    fields: Mapping[str, Field] = field(factory=dict)
    """The fields that every event of the place has, `id`, `customer`, `at`, `value` among them."""
    some_fields: Mapping[str, str] = field(factory=dict)
    """Fields that only some of the events have, with one that lacks it: for the message."""
    missing_is_false: bool = False
    """A `where`: reading something missing is allowed, and makes it not hold."""
