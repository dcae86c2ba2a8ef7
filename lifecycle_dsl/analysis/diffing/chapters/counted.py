"""What was decided how often, and how many customers gained or lost it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from attrs import frozen

from lifecycle_dsl.analysis.diffing.chapters.compared import COUNT, MOST_ROWS, Compared
from lifecycle_dsl.analysis.diffing.comparison import NEW, OLD
from lifecycle_dsl.analysis.diffing.deeds import Deed, Kind
from lifecycle_dsl.analysis.findings import Row, Section, Table, Unit, columns, count_of
from lifecycle_dsl.arithmetic import from_millionths

_HEADS: Final = [(title, COUNT) for title in ("Old", "New", "Gained", "Lost", "Other")]


@frozen
class _Told:
    """The columns that say what a deed of a kind is: their titles, and the deed's parts there."""

    kind: Kind
    titles: tuple[str, ...]
    places: tuple[int, ...]

    def row(self, deed: Deed) -> tuple[str, ...]:
        """What stands in the columns."""
        return tuple(str(deed[place]) for place in self.places)


@frozen
class _Topic:
    """A section about decisions of some kinds."""

    name: str
    title: str
    definition: str
    told: tuple[_Told, ...]


_MESSAGES: Final = _Told(Kind.SENT, ("Message", "Channel", "Trigger"), (3, 2, 1))
_CREDITS: Final = _Told(Kind.CREDIT, ("Attribution", "Channel"), (1, 2))
_TOPICS: Final = (
    _Topic(
        "held",
        "What was held",
        "Firings and messages that something stopped, by reason: of firings the first for each "
        "reason since the trigger last fired, of messages every one.",
        (_Told(Kind.HELD, ("Reason", "Trigger", "Channel"), (2, 1, 3)),),
    ),
    _Topic("fired", "Firings", "Firings of triggers.", (_Told(Kind.FIRED, ("Trigger",), (1,)),)),
    _Topic(
        "moves",
        "Moves",
        "Moves between stages; from – at the start.",
        (_Told(Kind.MOVED, ("From", "To"), (1, 2)),),
    ),
    _Topic(
        "calls",
        "Calls",
        "Calls of actions.",
        (_Told(Kind.CALLED, ("Action", "Trigger"), (2, 1)),),
    ),
    _Topic(
        "steps",
        "Segments, traits, splits and journeys",
        "What steps of journeys did besides, and runs that ended before their last step.",
        (
            _Told(Kind.JOINED, ("Joined",), (1,)),
            _Told(Kind.QUIT, ("Quit",), (1,)),
            _Told(Kind.CHANGED, ("Trait",), (1,)),
            _Told(Kind.ARM, ("Split", "Arm"), (1, 2)),
            _Told(Kind.LEFT, ("Left", "At", "Reason"), (1, 2, 3)),
        ),
    ),
    _Topic(
        "promises",
        "Promises",
        "Promises that were broken.",
        (_Told(Kind.BROKEN, ("Promise",), (1,)),),
    ),
)


def messages(it: Compared) -> Section | None:
    """Who gained or lost which message."""
    table = _table(it, _MESSAGES)
    if table is None:
        return None
    was, is_ = (side.messages.total() for side in it.found.sides)
    return it.section(
        "messages",
        "Messages",
        "Messages sent, by template, channel and trigger.",
        [table],
        headline=f"{count_of(is_, 'message')} {_beside(was, is_)}.",
    )


def _beside(was: int, is_: int) -> str:
    return "under both" if was == is_ else f"instead of {was:,}"


def counted(it: Compared) -> Iterator[Section]:
    """The sections of everything else, where somebody differs."""
    for topic in _TOPICS:
        tables = [table for each in topic.told if (table := _table(it, each)) is not None]
        if not tables:
            continue
        kinds = {each.kind for each in topic.told}
        was, is_ = (
            sum(n for deed, n in side.deeds.items() if deed[0] in kinds) for side in it.found.sides
        )
        yield it.section(
            topic.name,
            topic.title,
            topic.definition,
            tables,
            headline=f"{is_:,} {_beside(was, is_)}.",
        )


def credits_(it: Compared) -> Section | None:
    """What attributions credit to channels."""
    table = _table(it, _CREDITS)
    if table is None:
        return None
    worths = [side.worth for side in it.found.sides]
    rows: list[Row] = [
        (*key, *(from_millionths(each[key]) for each in worths))
        for key in sorted({*worths[OLD], *worths[NEW]})
        if worths[OLD][key] != worths[NEW][key]
    ]
    heads = columns("Attribution", "Channel", ("Worth old", Unit.MONEY), ("Worth new", Unit.MONEY))
    return it.section(
        "credits",
        "Attribution",
        "Credits of conversions to touches, and what those are worth.",
        [table, *([Table(heads, tuple(rows))] if rows else [])],
    )


def _table(it: Compared, told: _Told) -> Table | None:
    """What somebody has more often, less often or otherwise; what touches most customers first."""
    found = it.found
    touched = sorted(
        (deed for deed in found.balances if deed[0] is told.kind),
        key=lambda deed: (-sum(found.balances[deed].counts), told.row(deed)),
    )
    if not touched:
        return None
    rows: Sequence[Row] = [
        (
            *told.row(deed),
            *(side.deeds[deed] for side in found.sides),
            *found.balances[deed].counts,
        )
        for deed in touched[:MOST_ROWS]
    ]
    everything = {deed for side in found.sides for deed in side.deeds if deed[0] is told.kind}
    notes = []
    if len(touched) > MOST_ROWS:
        notes.append(f"{len(touched) - MOST_ROWS:,} more rows are left out.")
    if same := len(everything) - len(touched):
        notes.append(f"{same:,} more {'is' if same == 1 else 'are'} the same for everybody.")
    return Table(columns(*told.titles, *_HEADS), tuple(rows), note=" ".join(notes))
