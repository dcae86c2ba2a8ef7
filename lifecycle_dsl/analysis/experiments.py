"""Experiments: who was dealt to which arm when, and who converted, day by day.

A split deals its customers to arms, the holdout deals all customers to two. Whoever is in an arm is
there by a hash, so that arms are alike but for what is done to them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from math import fsum
from typing import Final

from attrs import frozen

from lifecycle_dsl.analysis import conversions, holdout
from lifecycle_dsl.analysis.goals import Goal
from lifecycle_dsl.analysis.history import History, instant_of
from lifecycle_dsl.analysis.statistics.sample_ratio import Ratio, anytime_p, ratio
from lifecycle_dsl.analysis.statistics.sequential import Moments
from lifecycle_dsl.arithmetic import BUCKETS
from lifecycle_dsl.program.steps import Split, all_steps

_PACE: Final = 28
"""Days whose pace is taken for that of the days to come."""
HELD, MESSAGED = "held out", "may be messaged"

_SPLITS: Final = """
    SELECT split AS name, arm::VARCHAR AS arm, decisions.customer, decisions.rowid AS place
    FROM decisions LEFT JOIN held_out ON held_out.customer = decisions.customer
    WHERE kind = 'arm' AND draft IS NOT TRUE AND held_out.customer IS NULL
"""
_HOLDOUT: Final = """
    SELECT '' AS name, CASE WHEN held_out.customer IS NULL THEN $messaged ELSE $held END AS arm,
        decisions.customer, decisions.rowid AS place
    FROM decisions LEFT JOIN held_out ON held_out.customer = decisions.customer
    WHERE draft IS NOT TRUE AND rule IN (SELECT unnest($marketing::VARCHAR[]))
        AND (kind = 'sent' OR kind = 'held' AND step IS NOT NULL
            AND reason IN ('holdout', 'no_channel', 'quiet', 'cap'))
"""
_DAYS: Final = """
    WITH starts AS ({starts}),
    firsts AS (
        SELECT name, arg_min(arm, place) AS arm, customer, min(place) AS place
        FROM starts GROUP BY name, customer
    ),
    placed AS (
        SELECT firsts.*, decisions.instant, decisions.instant + to_microseconds($within) AS until
        FROM firsts JOIN decisions ON decisions.rowid = firsts.place
    ),
    each AS (
        SELECT name, arm, placed.customer, date_trunc('day', placed.instant)::DATE AS day,
            until <= $end AS is_known, count(conversions.customer) > 0 AS converted,
            coalesce(bool_or(conversions.worth IS NULL), false) AS is_masked,
            sum(conversions.worth)::DOUBLE AS worth
        FROM placed LEFT JOIN conversions ON conversions.customer = placed.customer
            AND conversions.attribution = $goal
            AND conversions.place > placed.place AND conversions.instant < placed.until
        GROUP BY name, arm, placed.customer, placed.instant, until
    )
    SELECT name, arm, day::VARCHAR, count(*), count_if(is_known), count_if(is_known AND converted),
        bool_or(is_known AND converted AND is_masked),
        list(worth ORDER BY worth) FILTER (is_known AND converted AND worth IS NOT NULL)
    FROM each GROUP BY name, arm, day ORDER BY name, day, arm
"""


@frozen
class Day:
    """What came to an arm on a day."""

    assigned: int = 0
    n: int = 0
    """Of these, whose window has passed."""
    hits: int = 0
    worths: tuple[float, ...] = ()


@frozen
class Arm:
    """An arm as it stands at the end."""

    name: str
    share: float
    """As declared."""
    days: tuple[Day, ...]
    """For each day of the experiment."""
    is_masked: bool = False
    """Whether what conversions are worth is private."""

    @property
    def assigned(self) -> int:
        """All who were dealt to it."""
        return sum(day.assigned for day in self.days)

    @property
    def hits(self) -> int:
        """Who converted within their window, of those whose window has passed."""
        return sum(day.hits for day in self.days)

    @property
    def sample(self) -> Moments:
        """Of converting."""
        return Moments.of_share(self.hits, sum(day.n for day in self.days))

    @property
    def worth(self) -> Moments | None:
        """Of what a customer was worth; None where it is masked."""
        if self.is_masked:
            return None
        worths = [worth for day in self.days for worth in day.worths]
        n = sum(day.n for day in self.days)
        return Moments.of_sums(n, fsum(worths), fsum(worth * worth for worth in worths))


@frozen
class Experiment:
    """Arms that customers are dealt to."""

    title: str
    arms: tuple[Arm, ...]
    control: int
    """The place of the arm that others are compared with."""
    days: tuple[str, ...]
    """On which anybody came first to it, in order."""
    ratio: Ratio
    ratio_p: float
    """The least anytime p of the sample ratio on any day: it holds for all looks together."""
    changed: bool
    """Whether the history is of several versions of the rules."""
    pace: float
    """How many customers a day came to it in its last days."""


def experiments(history: History, goal: Goal) -> Iterator[Experiment]:
    """The splits of the rules that anybody came to, in the order of the file, and the holdout."""
    program = history.ruleset.program
    holdout.tell_apart(history)
    conversions.gather(history)
    by_split = _days(history, goal, _SPLITS, {})
    for trigger in sorted(program.triggers, key=lambda each: each.span.start):
        for step in all_steps(trigger.steps):
            if isinstance(step, Split) and step.name in by_split:
                shares = [each.buckets / BUCKETS for each in step.shares]
                names = [str(number) for number in range(1, len(shares) + 1)]
                found = by_split.pop(step.name)
                titles = [f"arm {name}" for name in names]
                yield _experiment(
                    history,
                    f"`{step.name}`",
                    found,
                    list(zip(names, titles, shares, strict=True)),
                    0,
                )
    share = holdout.share(history)
    marketing = [each.name for each in program.triggers if holdout.is_marketing(each, program)]
    if share and marketing:
        values = {"held": HELD, "messaged": MESSAGED, "marketing": marketing}
        dealt = _days(history, goal, _HOLDOUT, values).get("")
        if dealt is not None:
            arms = [(HELD, HELD, share), (MESSAGED, MESSAGED, 1 - share)]
            yield _experiment(history, "the holdout", dealt, arms, 0)


Found = dict[str, dict[str, tuple[Day, bool]]]
"""By arm and day: what came, and whether its worth is masked."""


def _days(
    history: History, goal: Goal, starts: str, values: Mapping[str, object]
) -> dict[str, Found]:
    query = _DAYS.format(starts=starts)
    known = {"end": instant_of(history.end), "within": goal.within, "goal": goal.attribution}
    found: dict[str, Found] = {}
    for name, arm, day, assigned, n, hits, is_masked, worths in history.ask(
        query, {**known, **values}
    ):
        of_arm = found.setdefault(name, {}).setdefault(arm, {})
        of_arm[day] = Day(assigned, n, hits, tuple(worths or ())), bool(is_masked)
    return found


def _experiment(
    history: History,
    title: str,
    found: Found,
    arms: Sequence[tuple[str, str, float]],
    control: int,
) -> Experiment:
    days = sorted({day for of_arm in found.values() for day in of_arm})
    made = tuple(
        Arm(
            name,
            share,
            tuple(found.get(key, {}).get(day, (Day(), False))[0] for day in days),
            any(is_masked for _, is_masked in found.get(key, {}).values()),
        )
        for key, name, share in arms
    )
    shares = [arm.share for arm in made]
    counts = [0] * len(made)
    least = 1.0
    for place in range(len(days)):
        counts = [sum_ + arm.days[place].assigned for sum_, arm in zip(counts, made, strict=True)]
        least = min(least, anytime_p(counts, shares))
    changed = len({head.fingerprint for head in history.heads}) > 1
    return Experiment(
        title,
        made,
        control,
        tuple(days),
        ratio(counts, shares),
        least,
        changed,
        _pace(made, days, history),
    )


def _pace(arms: Sequence[Arm], days: Sequence[str], history: History) -> float:
    """Customers a day, of the last weeks up to the end; of all days where there are fewer."""
    end = instant_of(history.end).date()
    ages = [(end - date.fromisoformat(day)).days for day in days]
    recent = sum(
        arm.days[place].assigned for arm in arms for place, age in enumerate(ages) if age < _PACE
    )
    return recent / max(min(max(ages, default=0), _PACE), 1)
