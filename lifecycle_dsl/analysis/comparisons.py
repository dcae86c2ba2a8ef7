"""The lift over the holdout, as tables, charts and cautions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from attrs import frozen

from lifecycle_dsl.analysis.findings import (
    Axis,
    Bars,
    Estimate,
    Row,
    Series,
    Table,
    Unit,
    columns,
    count_of,
)
from lifecycle_dsl.analysis.goals import Goal
from lifecycle_dsl.analysis.lift import Followed
from lifecycle_dsl.analysis.statistics.differences import newcombe
from lifecycle_dsl.analysis.statistics.ratios import relative
from lifecycle_dsl.analysis.statistics.sample_ratio import ratio

WHOLE: Final = (
    "A held-out customer gets no marketing message at all, so a lift is that of all messages to "
    "these customers, not of one alone."
)

_WRITTEN_BEFORE: Final = 0.05
"""The share of those who may be messaged beyond which earlier messages have had a say."""


@frozen
class Lift:
    """What messages changed, for one name."""

    name: str
    followed: Followed
    difference: Estimate
    """Of the shares that convert."""
    relative: Estimate
    more_worth: Estimate
    p: float | None
    """Of the holdout's size against its declared share."""
    mismatched: bool

    @property
    def is_sound(self) -> bool:
        """Whether the arms are alike but for what is done to them from here on."""
        return not self.mismatched and not self.is_selected

    @property
    def is_selected(self) -> bool:
        """Whether earlier messages may have decided to whom it happened."""
        may = self.followed.messaged
        return may.written_before > _WRITTEN_BEFORE * may.n

    @property
    def is_told(self) -> bool:
        """Whether the interval of the difference leaves out 0."""
        low, high = self.difference.low, self.difference.high
        return low is not None and high is not None and (low > 0 or high < 0)


def lift_of(name: str, found: Followed, share: float, level: float) -> Lift:
    """The lift of one name; `share` is the holdout's."""
    may, held = found.messaged, found.held_out
    sizes = ratio((held.n, may.n), (share, 1 - share))
    one, other = (may.converted, may.n), (held.converted, held.n)
    return Lift(
        name,
        found,
        newcombe(one, other, level),
        relative(one, other, level),
        found.more_worth(level),
        sizes.p,
        sizes.mismatched,
    )


def lifts_of(found: Mapping[str, Followed], share: float, level: float) -> tuple[Lift, ...]:
    """The lifts of all names that have both arms."""
    return tuple(
        lift_of(name, each, share, level)
        for name, each in found.items()
        if each.messaged.n and each.held_out.n
    )


def lift_table(lifts: tuple[Lift, ...], of: str, goal: Goal, level: float) -> Table:
    """A row for each lift; `of` is what the names are of."""
    return Table(
        columns(
            of,
            ("May be messaged", Unit.COUNT),
            ("Held out", Unit.COUNT),
            ("Converted", Unit.SHARE),
            ("Held out, converted", Unit.SHARE),
            ("Lift", Unit.POINTS),
            ("Relative lift", Unit.CHANGE),
            ("Worth more each", Unit.MONEY),
            ("Sample ratio p", Unit.NUMBER),
            ("Arms comparable", Unit.TEXT),
        ),
        tuple(_row(each, level) for each in lifts),
        title=f"Lift over the holdout: {goal}",
        note=(
            "Lift is the difference of the two shares, in points; relative lift is by which part "
            "of the held-out share it is more. The p says how often a sound holdout is as far from "
            "its declared share as this one. Arms are comparable where its size is sound and "
            "hardly anybody had got marketing messages before."
        ),
    )


def _row(lift: Lift, level: float) -> Row:
    may, held = lift.followed.messaged, lift.followed.held_out
    return (
        lift.name,
        may.n,
        held.n,
        may.rate(level),
        held.rate(level),
        lift.difference,
        lift.relative,
        lift.more_worth,
        lift.p,
        "yes" if lift.is_sound else "no",
    )


def lift_chart(lifts: tuple[Lift, ...], of: str, goal: Goal) -> Bars:
    """The differences with their intervals; a name says where its difference is no lift."""
    return Bars(
        f"Lift over the holdout: {goal}",
        Axis(of, Unit.TEXT),
        Axis("difference of the shares that convert", Unit.POINTS),
        (
            Series(
                "lift",
                tuple(each.name if each.is_sound else f"{each.name} (no lift)" for each in lifts),
                tuple(each.difference.value for each in lifts),
                tuple(each.difference.low for each in lifts),
                tuple(each.difference.high for each in lifts),
            ),
        ),
    )


def cautions(lifts: tuple[Lift, ...], share: float, level: float) -> tuple[str, ...]:
    """What must be known to believe lifts."""
    found = [WHOLE]
    found += [
        f"`{each.name}`: {count_of(each.followed.held_out.n, 'customer')} of "
        f"{each.followed.held_out.n + each.followed.messaged.n:,} are held out, which does not go "
        f"with the declared {100 * share:g} %; its lift compares people who differ, so do not "
        "use it."
        for each in lifts
        if each.mismatched
    ]
    selected = [each for each in lifts if each.is_selected]
    if selected:
        listed = ", ".join(
            f"`{each.name}` ({each.followed.messaged.written_before:,} of "
            f"{each.followed.messaged.n:,})"
            for each in selected
        )
        found.append(
            f"Had got marketing messages before: {listed}. Those messages may have decided who "
            "came to it, and who is held out got none, so the two arms may be different people: "
            "these differences do not say what messages changed."
        )
    if len(lifts) > 1:
        found.append(
            f"{len(lifts)} lifts are looked at; where nothing was changed at all, about "
            f"{len(lifts) * (1 - level):.1g} of their intervals would leave out 0 by chance."
        )
    return tuple(found)


def lift_headline(lifts: tuple[Lift, ...], goal: Goal) -> str:
    """The lift that is surest to be one, in a sentence; of comparisons that are sound."""
    sound = [each for each in lifts if each.is_sound]
    if not sound:
        return f"No lift over the holdout is known of {goal.named}: no comparison is sound."
    told = [each for each in sound if each.is_told]
    if not told:
        return f"No lift over the holdout of {goal.named} is told apart from chance."
    best = max(told, key=lambda each: abs(each.difference.value or 0.0))  # the first of equal ones
    low, high = best.difference.low or 0.0, best.difference.high or 0.0
    return (
        f"Of those of `{best.name}`, messages changed the share that converts ({goal.named}) by "
        f"{100 * (best.difference.value or 0.0):+.1f} points "
        f"({100 * low:+.1f} to {100 * high:+.1f})."
    )
