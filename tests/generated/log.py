"""A log of decisions, each with what it was made in: plain code that no pass shares.

A tick before each record keeps its customers' timers apart from it, so that whatever the record
decides is decided after it set its traits.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from importlib import resources
from typing import Any
from zoneinfo import ZoneInfo

from lifecycle_dsl.localtime import DailyHours, Season, Weekdays
from lifecycle_dsl.program.memory import Period
from lifecycle_dsl.program.messages import QuietTime
from tests.generated.made import Made, process, written
from tests.generated.streams import Record
from tests.generated.vocabulary import SWITCHES

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
ZONE = "zone"
UNKNOWN = object()


@dataclass(frozen=True)
class Line:
    """A decision, and how its customer was when it was made."""

    decision: dict[str, Any]
    at: int
    stage: str | None
    """Where a transition went."""
    switches: dict[str, bool]
    zone: ZoneInfo | None
    """None where both a profile and a step set it, which a log does not tell apart."""
    zones_change: bool
    """Whether customers may have zones of their own."""

    def __contains__(self, key: str) -> bool:
        return key in self.decision

    def __getitem__(self, key: str) -> Any:
        return self.decision[key]

    def get(self, key: str, otherwise: Any = None) -> Any:
        """A part of the decision that may not be there."""
        return self.decision.get(key, otherwise)

    @property
    def local(self) -> datetime:
        """The reading of the customer's clock."""
        assert self.zone is not None
        return (EPOCH + timedelta(microseconds=self.at)).astimezone(self.zone)


def micros(text: str) -> int:
    """An instant of a decision in microseconds."""
    return (datetime.fromisoformat(text) - EPOCH) // timedelta(microseconds=1)


@cache
def zone_called(name: object, otherwise: str) -> ZoneInfo:
    """A zone of the pinned package; the other one where there is none of that name."""
    for key in (name, otherwise):
        if isinstance(key, str):
            place = resources.files("tzdata.zoneinfo")
            for part in key.split("/"):
                place /= part
            if place.is_file():
                with place.open("rb") as file:
                    return ZoneInfo.from_file(file, key)
    raise LookupError(otherwise)


class Log:
    """What a stream decides, line by line."""

    def __init__(self, one: Made) -> None:
        self.made = one
        self.lines: list[Line] = []
        self._engine = one.engine()
        self._stages: dict[str, str] = {}
        self._traits: dict[str, dict[str, Any]] = {}
        for record in with_ticks_before(one.stream):
            self._take(record)

    def of(self, customer: str) -> list[Line]:
        """A customer's lines."""
        return [line for line in self.lines if line["customer"] == customer]

    @property
    def customers(self) -> list[str]:
        """Who there is."""
        return sorted(self._traits)

    def _take(self, record: Record) -> None:
        decisions = written(process(self._engine, record))
        if "customer" in record:
            self._traits[record["customer"]] = self._after_facts(record, decisions)
        for decision in decisions:
            self._write(decision)
        for name in self._traits:
            self._compare(name)

    def _after_facts(self, record: Record, decisions: list[dict[str, Any]]) -> dict[str, Any]:
        """Traits as a record left them: as they are now, with what steps changed undone."""
        traits = self._now(record["customer"])
        for trait in map(changed_trait, decisions):
            if trait in SWITCHES:
                traits[trait] = not traits[trait]
            elif trait == ZONE:
                traits[ZONE] = self._zone_before(record)
        return traits

    def _zone_before(self, record: Record) -> object:
        """The zone behind a record whose steps set it; only a profile sets it besides."""
        if ZONE in record:
            return UNKNOWN
        if record["customer"] in self._traits:
            return self._traits[record["customer"]][ZONE]
        return self.made.ruleset.program.traits[ZONE].default

    def _now(self, name: str) -> dict[str, Any]:
        traits = self._engine.customer(name).traits
        return {each: traits[each] for each in (*SWITCHES, ZONE) if each in traits}

    def _write(self, decision: dict[str, Any]) -> None:
        name = decision["customer"]
        traits = self._traits[name]
        if decision["kind"] == "transition":
            self._stages[name] = decision["to"]
        if changed_trait(decision) in traits:
            traits[decision["trait"]] = decision["value"]
        own = traits.get(ZONE)
        program = self.made.ruleset.program
        self.lines.append(
            Line(
                decision,
                micros(decision["at"]),
                self._stages.get(name),
                {each: traits[each] for each in SWITCHES},
                None if own is UNKNOWN else zone_called(own, program.timezone),
                ZONE in traits,
            )
        )

    def _compare(self, name: str) -> None:
        """Only records, and steps that say so, change traits."""
        now = self._now(name)
        known = self._traits[name]
        if known.get(ZONE) is UNKNOWN:
            known[ZONE] = now[ZONE]
        assert known == now, name


def changed_trait(decision: dict[str, Any]) -> str | None:
    """The trait that a decision changed; a draft changes nothing."""
    return None if "draft" in decision else decision.get("trait")


def with_ticks_before(stream: Iterable[Record]) -> list[Record]:
    """A tick at the instant of each record, before it."""
    found: list[Record] = []
    for record in stream:
        if record["type"] != "tick":
            found.append({"type": "tick", "at": record["at"]})
        found.append(record)
    return found


def lies_in(window: QuietTime, line: Line, *, unknown: bool = False) -> bool:
    """Whether the customer's clock was in a window; `unknown` where their zone is."""
    if line.zone is None:
        return unknown
    local = line.local
    match window:
        case DailyHours(start=start, end=end):
            seconds = (local.hour * 60 + local.minute) * 60 + local.second
            time_of_day = seconds * 1_000_000 + local.microsecond
            if start < end:
                return start <= time_of_day < end
            return time_of_day >= start or time_of_day < end
        case Weekdays(days=days):
            return local.weekday() in days
        case Season(ranges=ranges):
            day = (local.date() - date(1970, 1, 1)).days
            return any(first <= day <= last for first, last in ranges)


def most_within(span: int, lines: list[Line]) -> int:
    """How many lines the fullest span of so many microseconds holds, its end excluded."""
    return max(
        (
            sum(last.at - line.at < span for line in lines[: place + 1])
            for place, last in enumerate(lines)
        ),
        default=0,
    )


def most_in_a_period(period: Period, lines: list[Line]) -> int:
    """How many lines the fullest local period holds; periods never run backwards."""
    found: list[tuple[int, ...]] = []
    for line in lines:
        if line.zone is None:
            break
        found.append(max([period_of(period, line), *found[-1:]]))
    return max((found.count(each) for each in found), default=0)


def period_of(period: Period, line: Line) -> tuple[int, ...]:
    """The local period of a line, in a form that later ones exceed."""
    local = line.local
    match period:
        case Period.DAY:
            return local.year, local.month, local.day
        case Period.WEEK:
            return tuple(local.isocalendar())[:2]
        case Period.MONTH:
            return local.year, local.month
        case Period.YEAR:
            return (local.year,)
