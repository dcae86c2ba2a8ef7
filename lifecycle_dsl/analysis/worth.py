"""What customers are worth: their conversions, where they come from, which way they went."""

from __future__ import annotations

from typing import Final

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from lifecycle_dsl.analysis import conversions
from lifecycle_dsl.analysis.goals import Goal
from lifecycle_dsl.analysis.history import History
from lifecycle_dsl.analysis.statistics.bgnbd import Purchases
from lifecycle_dsl.analysis.stays import Floats, Ints, Stays, stays_of
from lifecycle_dsl.localtime import DAY

WEEK: Final = 7 * DAY
UNKNOWN: Final = "(unknown)"
_STEPS: Final = 5
"""Stages of a path that are told apart."""
_CONVERSIONS: Final = """
    SELECT hash(customer) AS who, epoch_us(instant) AS instant, coalesce(worth, 0)::DOUBLE AS worth,
        worth IS NULL AS is_masked
    FROM conversions WHERE attribution = ?
"""
_ORIGINS: Final = """
    CREATE OR REPLACE TEMP TABLE origins AS
    SELECT hash(customer) AS who, coalesce(origin, ?) AS origin FROM customers
    WHERE EXISTS (SELECT 1 FROM customers WHERE origin IS NOT NULL)
"""
_CHANNELS: Final = """
    CREATE OR REPLACE TEMP TABLE origins AS
    SELECT hash(customer) AS who,
        arg_min(channel, (instant, -share, channel)) AS origin
    FROM decisions WHERE kind = 'credit' AND attribution = ? GROUP BY customer
"""
_ORIGIN_NAMES: Final = "SELECT DISTINCT origin::VARCHAR AS name FROM origins ORDER BY name"
_CODED: Final = """
    SELECT who, code FROM origins JOIN (
        SELECT origin, row_number() OVER (ORDER BY origin::VARCHAR) - 1 AS code
        FROM (SELECT DISTINCT origin FROM origins)
    ) USING (origin)
"""


@frozen(eq=False)
class Worth:
    """The conversions of one goal, by customer; customers stand in the order of `Stays`."""

    began: Ints
    """When each customer did, in microseconds."""
    who: Ints
    """Of each conversion: the place of its customer; ascending, and in order of time."""
    instant: Ints
    worth: Floats
    masked: int
    """Conversions whose worth is masked, and counts as 0."""
    strangers: int
    """Conversions of people whom the history does not place in any stage."""
    end: int

    @property
    def customers(self) -> int:
        """How many there are."""
        return len(self.began)

    @property
    def is_refund(self) -> NDArray[np.bool_]:
        """Of each conversion: whether it took worth back."""
        return np.asarray(self.worth < 0)

    def totals(self) -> Floats:
        """What each customer has brought until now."""
        return _sums(self.who, self.worth, self.customers)

    def counts(self) -> Ints:
        """How often each has converted."""
        return np.bincount(self.who, minlength=self.customers)

    def early(self, within: int) -> Floats:
        """What each customer brought within a time of their beginning."""
        soon = self.instant - self.began[self.who] <= within
        return _sums(self.who[soon], self.worth[soon], self.customers)


def _sums(who: Ints, worth: Floats, count: int) -> Floats:
    return np.bincount(who, worth, count).astype(np.float64)


def worth_of(history: History, goal: Goal) -> Worth:
    """The conversions of a goal, found once."""
    key = f"worth of {goal.attribution}"
    found = history.kept.get(key)
    if not isinstance(found, Worth):
        found = _worth(history, goal, stays_of(history))
        history.kept[key] = found
    return found


def _worth(history: History, goal: Goal, stays: Stays) -> Worth:
    conversions.gather(history)
    rows = history.connection.execute(_CONVERSIONS, [goal.attribution]).fetchnumpy()
    people = stays.who[stays.is_opening]
    who = np.asarray(rows["who"], dtype=np.uint64)
    place = _places(people, who)
    order = np.lexsort((np.asarray(rows["instant"]), place))
    order = order[place[order] >= 0]
    return Worth(
        began=stays.began[stays.is_opening],
        who=place[order],
        instant=np.asarray(rows["instant"]).astype(np.int64)[order],
        worth=np.asarray(rows["worth"], dtype=np.float64)[order],
        masked=int(np.asarray(rows["is_masked"]).sum()),
        strangers=int((place < 0).sum()),
        end=stays.end,
    )


def _places(people: NDArray[np.uint64], who: NDArray[np.uint64]) -> Ints:
    """Where each stands among people, who are sorted; -1 who does not."""
    if not len(people):
        return np.full(len(who), -1, dtype=np.int64)
    found = np.minimum(np.searchsorted(people, who), len(people) - 1)
    return np.where(people[found] == who, found, -1).astype(np.int64)


@frozen(eq=False)
class Groups:
    """Which group each customer is in."""

    names: tuple[str, ...]
    of: Ints
    """The place of each customer's group, or -1."""


@frozen(eq=False)
class Sources:
    """Where customers come from, and whether that was said."""

    groups: Groups
    said: bool


def sources(history: History, goal: Goal) -> tuple[Groups, bool]:
    """Where customers come from, and whether that was said by `--source`.

    Else it is the channel of their first conversion, which only those who converted have.
    """
    key = f"sources of {goal.attribution}"
    kept = history.kept.get(key)
    if not isinstance(kept, Sources):
        kept = _sources(history, goal)
        history.kept[key] = kept
    return kept.groups, kept.said


def _sources(history: History, goal: Goal) -> Sources:
    stays = stays_of(history)
    people = stays.who[stays.is_opening]
    history.ask(_ORIGINS, [UNKNOWN])
    ((said,),) = history.ask("SELECT count(*) > 0 FROM origins")
    if not said:
        history.ask(_CHANNELS, [goal.attribution])
    names = [name for (name,) in history.ask(_ORIGIN_NAMES)]
    found = history.connection.execute(_CODED).fetchnumpy()
    history.ask("DROP TABLE origins")
    place = _places(people, np.asarray(found["who"], dtype=np.uint64))
    of = np.full(len(people), -1, dtype=np.int64)
    of[place[place >= 0]] = np.asarray(found["code"])[place >= 0]
    return Sources(Groups(tuple(names), of), bool(said))


def paths(stays: Stays) -> Groups:
    """The stages that each customer entered, in order of first entry, as far as five."""
    first = stays.is_first
    person = stays.person[first]
    stage = stays.stage[first]
    begins = np.flatnonzero(np.diff(person, prepend=-1))
    step = np.arange(len(person)) - np.repeat(begins, np.diff([*begins, len(person)]))
    size = len(stays.names) + 1
    told = step < _STEPS
    # Each stage is a digit, so that a path is a number; doubles hold it exactly.
    weights = (stage[told] + 1) * float(size) ** step[told]
    codes = np.bincount(person[told], weights, stays.customers).astype(np.int64)
    longer = np.zeros(stays.customers, dtype=np.int64)
    longer[person[step >= _STEPS]] = 1
    found, of = np.unique(codes * 2 + longer, return_inverse=True)
    return Groups(tuple(_path(int(code), size, stays.names) for code in found), of.astype(np.int64))


def _path(code: int, size: int, names: tuple[str, ...]) -> str:
    rest, longer = divmod(code, 2)
    steps = []
    while rest:
        rest, digit = divmod(rest, size)
        steps.append(names[digit - 1])
    return " > ".join([*steps, *(["…"] if longer else [])])


@frozen(eq=False)
class Buyers:
    """Who converted, as BG/NBD and Gamma-Gamma take them; times are weeks."""

    place: Ints
    """Of each among all customers."""
    purchases: Purchases
    mean: Floats
    """What a repeat purchase was worth on average; 0 where there is none."""


def buyers(worth: Worth) -> Buyers:
    """Conversions of one customer and one UTC day are one purchase, as is usual in these models.

    Refunds are none.
    """
    bought = ~worth.is_refund
    whose, when, brought = worth.who[bought], worth.instant[bought], worth.worth[bought]
    day = when // DAY
    fresh = np.ones(len(day), dtype=bool)
    fresh[1:] = (whose[1:] != whose[:-1]) | (day[1:] != day[:-1])
    begins = np.flatnonzero(fresh)
    value = np.add.reduceat(brought, begins) if len(begins) else np.zeros(0)
    who, at = whose[begins], when[begins]
    opening = np.ones(len(who), dtype=bool)
    opening[1:] = who[1:] != who[:-1]
    firsts = np.flatnonzero(opening)
    counts = np.diff([*firsts, len(who)])
    again = (counts - 1).astype(np.float64)
    lasts = firsts + counts - 1
    total = np.add.reduceat(value, firsts) - value[firsts] if len(firsts) else np.zeros(0)
    return Buyers(
        who[firsts],
        Purchases(again, (at[lasts] - at[firsts]) / WEEK, (worth.end - at[firsts]) / WEEK),
        np.where(again > 0, total / np.maximum(again, 1.0), 0.0),
    )
