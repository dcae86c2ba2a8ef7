"""The least that would have been needed, as data.

A need says what must come or be so that a condition holds, everything else staying as it is. Where
there are several ways they stand together in `Either`, the cheapest first.
"""

from __future__ import annotations

from enum import Enum

from attrs import frozen

from lifecycle_dsl.program.expressions import Expression
from lifecycle_dsl.program.happenings import Happenings
from lifecycle_dsl.program.memory import MemoryTerm
from lifecycle_dsl.program.rules import OccursAbsence, OccursAfter, OccursSequence
from lifecycle_dsl.program.types import Type


@frozen
class Giver:
    """Records that would give what is missing."""

    events: tuple[str, ...]
    where: Expression | None
    gives: float
    """Each of them, as far as is known beforehand."""
    times: int
    """How many of them, if they come at once."""


@frozen
class Amount:
    """A value is short of a bar by so much; or above it, and must come down."""

    of: Expression
    missing: float | None
    """Rounded up to nine decimals; None where the value is private."""
    type: Type
    down: bool = False
    beyond: bool = False
    """Whether a little more than that is needed."""
    by: tuple[Giver, ...] = ()
    """The fewest records first."""


@frozen
class Records:
    """So many more entries of a memory term; a text of an unknown value each where `different`."""

    term: MemoryTerm
    count: int
    different: bool = False


@frozen
class Entry:
    """An entry of a memory term whose own value compares so with a bar."""

    term: MemoryTerm
    bar: float
    symbol: str


@frozen
class Happening:
    """Something must happen: a record, or a change."""

    happenings: Happenings


@frozen
class Pattern:
    """Records in a certain order, or one that another does not follow."""

    occurrence: OccursAbsence | OccursAfter | OccursSequence


@frozen
class Holding:
    """A condition must hold, and nothing is known that would make it."""

    condition: Expression


@frozen
class Hidden:
    """What cannot be told without telling something private."""


@frozen
class Fact:
    """A trait must have another value: one of these, or none of them where `negated`."""

    trait: str
    type: Type
    values: tuple[object, ...]
    negated: bool
    set_by: tuple[str, ...]
    """Events that set it, in file order; a `profile` always may."""


@frozen
class Joined:
    """The customer must have joined a segment, or not."""

    segment: str
    joined: bool
    by: tuple[str, ...]
    """Triggers whose steps do that."""


@frozen
class InStage:
    """The customer must be in one of these stages."""

    stages: tuple[str, ...]


@frozen
class Wait:
    """Nothing but time: from that instant on it is so, if no record comes."""

    at: int
    micros: int
    firm: bool = False
    """Whether it comes whatever happens, as days of the calendar do."""


@frozen
class Reach:
    """Points: these lines together reach the bar, at a record of these events or of any."""

    missing: float
    events: tuple[str, ...] | None
    """The records whose own line counts; None: any record."""
    lines: tuple[tuple[Expression | None, float, Need | None], ...]
    """Each with its condition, its points, and what it needs."""


@frozen
class Edit:
    """Only a change of the rules would help."""

    what: str


class Hopeless(Enum):
    """Why nothing would help."""

    ONCE = "once"
    HOLDOUT = "holdout"
    PAST = "past"
    """It has been so, and that cannot be undone."""


@frozen
class Never:
    """Nothing would help."""

    why: Hopeless


@frozen
class Arising:
    """Changes that come about as soon as a need is met."""

    happenings: Happenings
    need: Need


@frozen
class Every:
    """All of these."""

    needs: tuple[Need, ...]


@frozen
class Either:
    """One of these, the cheapest first."""

    needs: tuple[Need, ...]


Need = (
    Amount
    | Records
    | Entry
    | Happening
    | Pattern
    | Arising
    | Holding
    | Hidden
    | Fact
    | Joined
    | InStage
    | Wait
    | Reach
    | Edit
    | Never
    | Every
    | Either
)

_FAR = 10**9
Effort = tuple[int, int]


def effort(need: Need | None) -> Effort:
    """How much a need asks for: happenings first, then time; what is not known asks for most."""
    match need:
        case Wait(micros=micros):
            return 0, micros
        case Amount(by=by):
            return (by[0].times, 0) if by else (_FAR // 10, 0)
        case Records(count=count):
            return count, 0
        case Happening() | Entry() | Fact() | Joined():
            return 1, 0
        case Pattern(occurrence=OccursSequence(steps=steps)):
            return len(steps), 0
        case Pattern(occurrence=found):
            return 1, found.micros
        case InStage():
            return 2, 0
        case Reach(lines=lines, events=events):
            inner = _summed([each for _, _, each in lines if each is not None])
            return inner[0] + (events is not None), inner[1]
        case Arising(need=inner):
            return effort(inner)
        case Every(needs=needs):
            return _summed(needs)
        case Either(needs=needs):
            return min(map(effort, needs))
        case _:
            return _FAR, 0


def _summed(needs: list[Need] | tuple[Need, ...]) -> Effort:
    efforts = [effort(each) for each in needs]
    return sum(e[0] for e in efforts), max((e[1] for e in efforts), default=0)


def time_in(need: Need | None) -> int | None:
    """The instant up to which a need waits, whatever else it asks for."""
    inner = need.need if isinstance(need, Arising) else need
    parts = inner.needs if isinstance(inner, Every) else (inner,)
    return max((each.at for each in parts if isinstance(each, Wait)), default=None)


def every(needs: list[Need | None]) -> Need | None:
    """All of these together, what time brings first; None where one is not known."""
    flat: list[Need] = []
    for need in needs:
        if need is None:
            return None
        parts = need.needs if isinstance(need, Every) else (need,)
        flat += [each for each in parts if each not in flat]
    if any(isinstance(each, Never) for each in flat):
        return next(each for each in flat if isinstance(each, Never))
    waits = [each for each in flat if isinstance(each, Wait)]
    if waits:
        others = [each for each in flat if not isinstance(each, Wait)]
        flat = [max(waits, key=lambda each: each.at), *others]
    return flat[0] if len(flat) == 1 else Every(tuple(flat)) if flat else None


def either(needs: list[Need | None]) -> Need | None:
    """One of these, in the order of their effort; None where none is known."""
    flat: list[Need] = []
    for need in needs:
        parts = need.needs if isinstance(need, Either) else () if need is None else (need,)
        flat += [each for each in parts if each not in flat]
    hopeful = [each for each in flat if not isinstance(each, Never)] or flat
    ordered = sorted(hopeful, key=effort)
    return ordered[0] if len(ordered) == 1 else Either(tuple(ordered)) if ordered else None
