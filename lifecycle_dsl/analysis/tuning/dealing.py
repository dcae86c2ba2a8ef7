"""Thompson sampling for a split, without chance in the engine: percentages are a change of text.

Each arm gets a floor, and of what is left as much as it is probable that it is the best one. The
counts are of a replay, so that anybody who has the events gets the same percentages; the change is
written into the file, where it is reviewed like any other, and the engine goes on dealing by hash.
"""

from __future__ import annotations

from itertools import accumulate
from math import ceil
from typing import Final

from attrs import frozen

from lifecycle_dsl.analysis.errors import AnalysisError
from lifecycle_dsl.analysis.feed import Feed
from lifecycle_dsl.analysis.findings import (
    Axis,
    Bars,
    Section,
    Series,
    Table,
    Unit,
    columns,
    count_of,
)
from lifecycle_dsl.analysis.goals import Goal, with_goal
from lifecycle_dsl.analysis.statistics.posterior import credible, probabilities_best
from lifecycle_dsl.analysis.statistics.sample_ratio import Ratio, ratio
from lifecycle_dsl.analysis.tuning.comparing import followed
from lifecycle_dsl.analysis.tuning.reached import Groups, Reached
from lifecycle_dsl.analysis.tuning.replay import Lives, Question, replay
from lifecycle_dsl.arithmetic import BUCKETS, bucket, split_salt
from lifecycle_dsl.diagnostics.suggest import hint
from lifecycle_dsl.engine.ruleset import RuleSet
from lifecycle_dsl.localtime.durations import duration_literal
from lifecycle_dsl.program.program import Program
from lifecycle_dsl.program.steps import Split, all_steps

_SURE: Final = 0.999


@frozen
class Asked:
    """How to deal anew."""

    goal: Goal
    floor: float = 0.05
    """The share that every arm keeps."""
    least: int = 100
    """How many customers each arm needs before anything is changed."""
    level: float = 0.95
    since: int | None = None
    """Only who came to the split from here on counts."""
    workers: int | None = None


@frozen
class Dealt:
    """What was found of a split."""

    section: Section
    percents: tuple[str, ...] | None
    """What the arms should have; None where it should stay as it is."""
    begin: int
    end: int


@frozen
class Arm:
    """An arm: what it has, what came of it, what it should have."""

    number: int
    assigned: int
    n: int
    hits: int
    share: float
    best: float
    percent: int


def deal(ruleset: RuleSet, feed: Feed, name: str, asked: Asked) -> Dealt:
    """Replay history, and share customers out by what the arms brought.

    Raises:
        AnalysisError: where there is no such split, or the floor leaves nothing to share out.
        InputError, OSError: where the events cannot be read.
    """
    split = split_of(ruleset.program, name)
    if asked.floor * len(split.shares) > 1:
        raise AnalysisError(
            f"a floor of {100 * asked.floor:g} % for each of {len(split.shares)} arms is too much"
        )
    question = Question(
        rules=(with_goal(ruleset, asked.goal).sources,),
        feed=feed,
        reached=Reached(f"arm {name}"),
        goal=asked.goal.attribution,
        within=asked.goal.within,
        groups=Groups(),
        split=name,
    )
    lives = replay(question, asked.workers)
    arms = _arms(lives, split, asked)
    enough = min(arm.n for arm in arms) >= asked.least
    percents = tuple(str(arm.percent) for arm in arms)
    changes = any(arm.percent != 100 * arm.share for arm in arms)
    section = _section(lives, split, arms, asked, enough=enough)
    return Dealt(section, percents if enough and changes else None, lives.begin, lives.end)


def split_of(program: Program, name: str) -> Split:
    """The split of a name.

    Raises:
        AnalysisError: where there is none.
    """
    found = {
        step.name: step
        for trigger in program.triggers
        for step in all_steps(trigger.steps)
        if isinstance(step, Split)
    }
    if name not in found:
        raise AnalysisError(f"no split is called `{name}`{hint(name, found)}")
    return found[name]


def percents_of(probabilities: list[float], floor: float) -> list[int]:
    """Whole percents, 100 together: the largest remainders are rounded up.

    None is below the floor, unless there are too many of them for that.
    """
    least = min(ceil(100 * floor - 1e-9), 100 // len(probabilities))
    wanted = [least + (100 - least * len(probabilities)) * each for each in probabilities]
    whole = [int(each + 1e-9) for each in wanted]
    by_rest = sorted(range(len(wanted)), key=lambda at: (whole[at] - wanted[at], at))
    for place in by_rest[: 100 - sum(whole)]:
        whole[place] += 1
    return whole


def moved(old: list[int], new: list[int], places: list[int]) -> int:
    """How many of some places among the 10,000 change their arm."""
    ends = [list(accumulate(old)), list(accumulate(new))]

    def arm(place: int, of: list[int]) -> int:
        return next(number for number, end in enumerate(of) if place < end)

    return sum(1 for place in places if arm(place, ends[0]) != arm(place, ends[1]))


def _arms(lives: Lives, split: Split, asked: Asked) -> list[Arm]:
    who = followed(lives, asked.goal.within, 0).of(~lives.held_out)
    if asked.since is not None:
        who = who.of(lives.reached >= asked.since)
    counts = []
    for number in range(1, len(split.shares) + 1):
        label = str(number)
        place = lives.labels.index(label) if label in lives.labels else -2
        mine = who.of(lives.group == place)
        counts.append(tuple(int(each.sum()) for each in (mine.reached, mine.members, mine.hits)))
    best = probabilities_best([(hits, n) for _, n, hits in counts])
    percents = percents_of(best, asked.floor)
    return [
        Arm(number, assigned, n, hits, share.buckets / BUCKETS, probability, percent)
        for number, (share, (assigned, n, hits), probability, percent) in enumerate(
            zip(split.shares, counts, best, percents, strict=True), 1
        )
    ]


def _section(lives: Lives, split: Split, arms: list[Arm], asked: Asked, *, enough: bool) -> Section:
    dealt = ratio([arm.assigned for arm in arms], [arm.share for arm in arms])
    censored = sum(arm.assigned - arm.n for arm in arms)
    goal = asked.goal.success
    window = duration_literal(asked.goal.within)
    return Section(
        name=f"split {split.name}",
        title=f"The split `{split.name}`, dealt by what its arms brought",
        definition=(
            "Each customer counts in the arm that they were first dealt to, and succeeds if "
            f"{goal} comes within {window} of that; the held out are left out. An arm's "
            "probability of being the best is that of its Beta posterior, from a uniform prior; "
            f"it gets the floor of {100 * asked.floor:g} %, and that part of the rest."
        ),
        sample=count_of(sum(arm.assigned for arm in arms), "customer"),
        censored=(
            f"{count_of(censored, 'customer')} came to the split less than {window} before the end "
            "and are left out."
        ),
        headline=_headline(arms, asked, enough=enough),
        tables=(_table(arms, asked, enough=enough),),
        charts=(_chart(arms, asked),),
        notes=_notes(lives, split, arms, dealt, enough=enough),
    )


def _headline(arms: list[Arm], asked: Asked, *, enough: bool) -> str:
    if not enough:
        fewest = min(arm.n for arm in arms)
        return (
            f"The data do not suffice: an arm has {fewest:,} customers whose window has passed, "
            f"and each needs {asked.least:,}. The percentages stay."
        )
    best = max(arms, key=lambda arm: (arm.best, -arm.number))
    listed = ", ".join(f"{arm.percent} %" for arm in arms)
    return (
        f"Deal {listed} in place of {', '.join(f'{100 * arm.share:g} %' for arm in arms)}: "
        f"arm {best.number} is the best with a probability of "
        f"{'more than 99.9' if best.best > _SURE else f'{100 * best.best:.1f}'} %."
    )


def _table(arms: list[Arm], asked: Asked, *, enough: bool) -> Table:
    return Table(
        columns(
            "Arm",
            ("Assigned", Unit.COUNT),
            ("Window passed", Unit.COUNT),
            ("Succeeded", Unit.COUNT),
            ("Rate, posterior", Unit.SHARE),
            ("Best with", Unit.SHARE),
            ("Now", Unit.SHARE),
            ("To be", Unit.SHARE),
        ),
        tuple(
            (
                str(arm.number),
                arm.assigned,
                arm.n,
                arm.hits,
                credible(arm.hits, arm.n, asked.level),
                arm.best,
                arm.share,
                arm.percent / 100 if enough else None,
            )
            for arm in arms
        ),
    )


def _chart(arms: list[Arm], asked: Asked) -> Bars:
    found = [credible(arm.hits, arm.n, asked.level) for arm in arms]
    return Bars(
        "Rate of the goal by arm",
        Axis("arm", Unit.TEXT),
        Axis("rate", Unit.SHARE),
        (
            Series(
                "rate",
                tuple(f"arm {arm.number}" for arm in arms),
                tuple(each.value for each in found),
                tuple(each.low for each in found),
                tuple(each.high for each in found),
            ),
        ),
    )


def _notes(
    lives: Lives, split: Split, arms: list[Arm], dealt: Ratio, *, enough: bool
) -> tuple[str, ...]:
    notes = []
    if dealt.mismatched:
        notes.append(
            f"Sample-ratio mismatch: {', '.join(f'{arm.assigned:,}' for arm in arms)} customers "
            "came to the arms, which does not go with their percentages (p "
            f"{dealt.anytime_p:.1g}). Find out why before you use any of this."
        )
    if enough:
        notes.append(_who_moves(lives, split, arms))
    notes.append(
        "Arms are those that these rules deal. Where the percentages were changed during this "
        "history, say since when they stand (--since): before, other messages were really sent."
    )
    return tuple(notes)


def _who_moves(lives: Lives, split: Split, arms: list[Arm]) -> str:
    salt = split_salt(split.was or split.name)
    old = [share.buckets for share in split.shares]
    new = [arm.percent * 100 for arm in arms]
    share = moved(old, new, list(range(BUCKETS))) / BUCKETS
    here = moved(old, new, [bucket(salt, name) for name in lives.customers])
    return (
        "Customers stay in an arm by a hash of their name, arms lie one behind the other, and "
        f"moving the percentages moves {100 * share:g} % of all customers to another arm: "
        f"{here:,} of the {len(lives.customers):,} who came to the split so far."
    )
