"""Caps that a tighter one always forestalls."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import frozen

from lifecycle_dsl.diagnostics import Diagnostic, warning
from lifecycle_dsl.lint.rules import Rules
from lifecycle_dsl.lint.wording import quote
from lifecycle_dsl.localtime import DAY
from lifecycle_dsl.program.memory import Period
from lifecycle_dsl.program.messages import Cap

_LONGEST_DAYS = {Period.DAY: 1, Period.WEEK: 7, Period.MONTH: 31, Period.YEAR: 366}
_INSIDE = {
    Period.DAY: {Period.DAY, Period.WEEK, Period.MONTH, Period.YEAR},
    Period.WEEK: {Period.WEEK},
    Period.MONTH: {Period.MONTH, Period.YEAR},
    Period.YEAR: {Period.YEAR},
}


@frozen
class _Counted:
    """A cap, and the channels whose messages it counts."""

    cap: Cap
    channels: frozenset[str]


def check(rules: Rules) -> Iterator[Diagnostic]:
    """Caps of channels and of the file that never stop a message themselves."""
    program = rules.program
    every = frozenset(program.channels)
    found = [
        _Counted(cap, frozenset((name,)))
        for name, channel in program.channels.items()
        for cap in channel.guards.caps
    ]
    found += [
        _Counted(cap, every if cap.channels is None else frozenset(cap.channels))
        for cap in program.message_guards.caps
    ]
    for at, each in enumerate(found):
        for other_at, other in enumerate(found):
            if other_at == at or not _forestalls(other, each):
                continue
            if _forestalls(each, other) and other_at > at:
                continue  # They are the same: the later one is told.
            yield warning(
                "cap-never-binds",
                f"{quote(each.cap.span)} never stops a message",
                each.cap.span,
                "what it would stop has been stopped before",
                secondary=[(other.cap.span, "this one is reached first")],
                help="take it out, or make it the tighter one",
            )
            break


def _forestalls(tight: _Counted, loose: _Counted) -> bool:
    """Whether one cap is always reached when the other is."""
    return (
        loose.channels <= tight.channels
        and tight.cap.count <= loose.cap.count
        and _spans(tight.cap.per, loose.cap.per)
    )


def _spans(longer: int | Period, shorter: int | Period) -> bool:
    """Whether each stretch of the second lies in one of the first."""
    match longer, shorter:
        case Period(), Period():
            return longer in _INSIDE[shorter]
        case int(), int():
            return shorter <= longer
        case int(), Period():
            # A local day may have 25 hours.
            return (_LONGEST_DAYS[shorter] + 1) * DAY <= longer
        case _:
            return False
