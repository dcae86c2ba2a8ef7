"""Made happenings, and what a rule that hears them can read of their record."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce

from tests.generated.choices import Draw, composed, one_in, one_of, sampled_from
from tests.generated.conditions import changes, events, wheres
from tests.generated.vocabulary import EVENTS, Names

EVENTS_OF = {"acts": ("visit", "buy"), "visit, rate": ("visit", "rate"), "any event": EVENTS}
"""Events that a list names; a lone one names itself."""

VALUES_OF_ALL = ("value", "at", 'event.id else "no id"')
VALUES = {
    "ping": (),
    "visit": ('event.ref else "no ref"',),
    "buy": ('event.ref else "no ref"', "amount", "event.plan else free"),
    "rate": ("stars", 'event.note else "no note"', "good"),
    "note": (
        "took",
        "event.on_day else date(now)",
        "event.until else now",
        "took * 0.5",
        "event.words",
        "event.items",
    ),
}
"""What can be read of an event's own record, whatever is missing there."""

CONDITIONS_OF_ALL = ("value > 1", "at < now")
CONDITIONS = {
    "ping": (),
    "visit": ("event.ref is present",),
    "buy": ("event.ref is present", "amount > 10", "(event.plan else free) == pro"),
    "rate": ("stars >= credit", "good or vip", '(event.note else "") contains "x"'),
    "note": ("took >= 2h", "event.on_day is present", "(event.until else now) > now"),
}

EACH = {
    "visit": ("ref", "id"),
    "buy": ("ref", "plan", "id"),
    "acts": ("ref", "id"),
    "rate": ("note", "id"),
}
"""Lists of events, and fields whose values tell runs apart."""


@dataclass(frozen=True)
class Heard:
    """Happenings as written."""

    text: str
    events: tuple[str, ...] = ()
    """The events of which one's record is at hand; none where it may be a change."""

    def values(self) -> list[str]:
        """Values that read the record."""
        return self._of_each(VALUES_OF_ALL, VALUES)

    def conditions(self) -> list[str]:
        """Conditions that read the record."""
        return self._of_each(CONDITIONS_OF_ALL, CONDITIONS)

    def _of_each(self, of_all: tuple[str, ...], of_each: dict[str, tuple[str, ...]]) -> list[str]:
        if not self.events:
            return []
        shared = reduce(
            lambda left, right: [each for each in left if each in right],
            (list(of_each[event]) for event in self.events),
        )
        return [*of_all, *shared]


NO_RECORD = Heard("")
"""Where no record is at hand."""


@composed
def heard_events(draw: Draw) -> Heard:
    """Events, sometimes with a `where`."""
    if not draw(one_in(3)):
        named = draw(events)
        return Heard(named, EVENTS_OF.get(named, (named,)))
    event, where = draw(wheres)
    return Heard(f"{event} where {where}", (event,))


@composed
def heard(draw: Draw, names: Names) -> Heard:
    """Events or changes."""
    kind = draw(one_of("events", "events", "events", "changes", "changes", "both", "profile"))
    match kind:
        case "events":
            return draw(heard_events())
        case "changes":
            return Heard(draw(changes(names)))
        case "both":
            where = draw(one_of("", " where vip", " where credit > 1"))
            return Heard(f"{draw(events)}, {draw(changes(names))}, {draw(changes(names))}{where}")
        case _:
            return Heard(draw(one_of("profile", "profile, ping", "profile where vip")))


@composed
def heard_of_each(draw: Draw, field: str) -> Heard:
    """Events that all have a field."""
    named = draw(sampled_from([each for each, fields in EACH.items() if field in fields]))
    where = draw(one_of("", "", "", " where value > 1", f" where event.{field} is present"))
    return Heard(named + where, EVENTS_OF.get(named, (named,)))
