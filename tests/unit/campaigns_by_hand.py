"""What `examples/06-campaigns/rules.lcr` says, once more as a plain program without the engine.

It knows nothing but the data: who was invited to what, when the first coupon of a campaign was
redeemed, when baskets were bought. From these it says which mails are due when, and then counts
the days that the cap looks at, one mail after the other.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from enum import IntEnum
from itertools import pairwise
from pathlib import Path
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

ZONE: Final = ZoneInfo("America/New_York")
UNTIL: Final = datetime(2018, 1, 1, tzinfo=ZONE).astimezone(UTC)
WEEK: Final = timedelta(days=7)
FORTNIGHT: Final = timedelta(days=14)
MONTH: Final = timedelta(days=28)
MORNING, NOON, NIGHT = time(8), time(12), time(21)
RANKS: Final = {"offer": 0, "last_call": 1, "miss": 2}


NEVER: Final = datetime.max.replace(tzinfo=UTC)


class Kind(IntEnum):
    """What a mail is due to: the timers of an instant come before its records."""

    TIMER = 0
    RECORD = 1


class Run(NamedTuple):
    """A household in a campaign; tuples sort as the engine starts them."""

    start: datetime
    household: str
    campaign: int
    ends: datetime


class Mail(NamedTuple):
    """A mail that is due; tuples sort as the engine handles them."""

    household: str
    at: datetime
    kind: Kind
    rank: int
    since: datetime
    campaign: int
    template: str


class Year(NamedTuple):
    """The facts: runs, the first redemption of each, and the instants of each one's baskets."""

    runs: list[Run]
    redeemed: dict[tuple[str, int], datetime]
    baskets: dict[str, list[datetime]]


def from_events(events: Iterable[dict[str, Any]]) -> Year:
    """The facts of an event file."""
    runs, redeemed, baskets = list[Run](), list[tuple[str, int, datetime]](), defaultdict(list)
    for event in events:
        household, at = event["customer"], datetime.fromisoformat(event["at"])
        match event["type"]:
            case "invitation":
                ends = datetime.fromisoformat(event["ends"])
                runs.append(Run(at, household, int(event["campaign"]), ends))
            case "redemption":
                redeemed.append((household, int(event["campaign"]), at))
            case _:
                baskets[household].append(at)
    return Year(sorted(runs), firsts(redeemed), baskets)


def from_tables(folder: Path, polars: Any) -> Year:
    """The facts of the parquet files; `polars` only opens them."""

    def rows(name: str) -> Iterator[tuple[Any, ...]]:
        return iter(polars.read_parquet(folder / f"{name}.parquet").rows())

    spans = {
        number: (instant(first.date(), MORNING), instant(last.date() + timedelta(1), time()))
        for number, _, first, last in rows("campaign_descriptions")
    }
    runs = [Run(spans[c][0], str(h), c, spans[c][1]) for c, h in rows("campaigns")]
    redeemed = [
        (str(household), campaign, instant(day.date(), NOON))
        for household, _, campaign, day in rows("coupon_redemptions")
    ]
    instants: dict[int, tuple[str, datetime]] = {}
    for household, _, basket, *_, at in rows("transactions"):
        instants[basket] = (str(household), at.replace(tzinfo=UTC))
    baskets = defaultdict(list)
    for household, at in instants.values():
        baskets[household].append(at)
    return Year(sorted(runs), firsts(redeemed), baskets)


def firsts(redeemed: Iterable[tuple[str, int, datetime]]) -> dict[tuple[str, int], datetime]:
    found: dict[tuple[str, int], datetime] = {}
    for household, campaign, at in redeemed:
        found[household, campaign] = min(at, found.get((household, campaign), at))
    return found


def instant(day: date, at: time) -> datetime:
    """A local time."""
    return datetime.combine(day, at, ZONE).astimezone(UTC)


def next_morning(at: datetime) -> datetime:
    """The next 08:00, now included."""
    day = at.astimezone(ZONE).date()
    return min(m for days in (0, 1) if (m := instant(day + timedelta(days), MORNING)) >= at)


def awake(at: datetime) -> datetime:
    """Now, or at night the next morning."""
    return at if MORNING <= at.astimezone(ZONE).time() < NIGHT else next_morning(at)


def silences(baskets: list[datetime]) -> list[datetime]:
    """When 28 days had passed without a basket."""
    times = [*sorted(baskets), NEVER]
    return [
        before + MONTH for before, behind in pairwise(times) if before + MONTH <= min(behind, UNTIL)
    ]


def of_run(run: Run, redeemed: datetime) -> Iterator[Mail]:
    """The mails of a household in a campaign, of which it redeems a coupon at an instant."""

    def mail(template: str, at: datetime, rank: str, kind: Kind) -> Mail:
        return Mail(run.household, at, kind, RANKS[rank], run.start, run.campaign, template)

    yield mail("announcement", run.start, "offer", Kind.RECORD)
    if redeemed < run.start + FORTNIGHT:
        yield mail("thank_you", redeemed, "offer", Kind.RECORD)
    else:
        yield mail("reminder", awake(run.start + FORTNIGHT), "offer", Kind.TIMER)
    if (last_call := next_morning(run.ends - timedelta(days=5))) <= redeemed:
        yield mail("last_call", last_call, "last_call", Kind.TIMER)


def of_silences(household: str, baskets: list[datetime]) -> Iterator[Mail]:
    """The mails of a household that stays away, one in 90 days at most."""
    last: datetime | None = None
    for at in silences(baskets):
        if last is None or at - last >= timedelta(days=90):
            last = at
            yield Mail(household, awake(at), Kind.TIMER, RANKS["miss"], at, 0, "we_miss_you")


def due(year: Year) -> list[Mail]:
    """All mails that want to go out, in the order in which they are handled."""
    mails = list[Mail]()
    for run in year.runs:
        mails += of_run(run, year.redeemed.get((run.household, run.campaign), NEVER))
    for household, baskets in year.baskets.items():
        mails += of_silences(household, baskets)
    return sorted(mail for mail in mails if mail.at <= UNTIL)


def capped(mails: list[Mail]) -> tuple[list[Mail], list[Mail]]:
    """The mails that go out and those that are held, by two in any seven days."""
    sent, held = list[Mail](), list[Mail]()
    gone = defaultdict[str, list[datetime]](list)
    for mail in mails:
        if sum(mail.at - at < WEEK for at in gone[mail.household]) < 2:
            gone[mail.household].append(mail.at)
            sent.append(mail)
        else:
            held.append(mail)
    return sent, held
