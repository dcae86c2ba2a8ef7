"""The verdicts in sentences."""

from __future__ import annotations

from typing import assert_never

from lifecycle_dsl.analysis.findings import Estimate, Unit, count_of
from lifecycle_dsl.analysis.rendering.words import number_text
from lifecycle_dsl.analysis.statistics.power import POWER
from lifecycle_dsl.analysis.tuning.candidates import Candidates
from lifecycle_dsl.analysis.tuning.choosing import Choice, Verdict
from lifecycle_dsl.analysis.tuning.objective import Objective


def told(
    choice: Choice,
    found: Candidates,
    least: int,
    since: str,
    objective: Objective = Objective.RATE,
) -> str:
    """What to do, and why."""
    text = points if objective is Objective.RATE else amount
    present = found.each[found.present].text
    best = found.each[choice.chosen].text if choice.chosen is not None else ""
    match choice.verdict:
        case Verdict.BETTER:
            return (
                f"Take {best} in place of {present}: {_rates(choice, objective)}, "
                f"{text(choice.later)} more"
                f" (p {p_text(choice.p)}), among those who came from {since} on and had no part in "
                "choosing it."
            )
        case Verdict.KEEP:
            return f"Keep {present}: no other value did better among those who came before {since}."
        case Verdict.UNCONFIRMED:
            return (
                f"Keep {present}: {best} did better among those who came before {since}, by "
                f"{text(choice.earlier)}, and it is not confirmed by those who came later: "
                f"{text(choice.later)}.{_more(choice)}"
            )
        case Verdict.UNCLEAR:
            return (
                f"The data do not suffice. The best of the others, {best}, differs from {present} "
                f"by {text(choice.whole)}, with the limits of all values together; "
                f"a difference of {_visible(choice, objective)} would have shown "
                f"{POWER:.0%} of the time.{_more(choice)}"
            )
        case Verdict.TOO_FEW:
            return (
                "The data do not suffice: too few were reached and followed for the whole window. "
                f"It takes {least:,}{_of_whom(objective)} under a value in each period, so about "
                f"{count_of(choice.more or 0, 'customer')} more."
            )
        case _:
            assert_never(choice.verdict)


def points(estimate: Estimate | None) -> str:
    """`2.1 points (0.4 to 3.9)`, of a difference of shares."""
    if estimate is None or estimate.value is None or estimate.low is None or estimate.high is None:
        return "nothing that is known"
    low, high = 100 * estimate.low, 100 * estimate.high
    return f"{100 * estimate.value:.1f} points ({low:.1f} to {high:.1f})"


def amount(estimate: Estimate | None) -> str:
    """`0.21 (0.04 to 0.39)`, of a difference of amounts."""
    if estimate is None or estimate.value is None or estimate.low is None or estimate.high is None:
        return "nothing that is known"
    value, low, high = map(_money, (estimate.value, estimate.low, estimate.high))
    return f"{value} ({low} to {high})"


def _money(value: float) -> str:
    """Two decimals, or as many as show what there is of a small amount."""
    return f"{value:,.2f}" if abs(value) >= 0.1 or not value else f"{value:.2g}"


def _visible(choice: Choice, objective: Objective) -> str:
    least = choice.visible or 0.0
    return f"{100 * least:.1f} points" if objective is Objective.RATE else _money(least)


def _of_whom(objective: Objective) -> str:
    return " of the held out" if objective is Objective.PROFIT else ""


def p_text(p: float | None) -> str:
    """A p-value, not smaller than it can be told."""
    if p is None:
        return "unknown"
    return number_text(p, Unit.P)


def _rates(choice: Choice, objective: Objective) -> str:
    assert choice.rates is not None  # noqa: S101 — whoever chose has seen both
    one, other = (rate.value or 0.0 for rate in choice.rates)
    match objective:
        case Objective.RATE:
            one, other = 100 * one, 100 * other
            return f"of those it reaches {one:.1f} % come to the goal, rather than {other:.1f} %"
        case Objective.WORTH:
            return f"whom it reaches is worth {_money(one)} on average, rather than {_money(other)}"
        case Objective.PROFIT:
            return (
                f"messages leave {_money(one)} of profit for each whom any value reaches, rather "
                f"than {_money(other)}"
            )
        case _:
            assert_never(objective)


def _more(choice: Choice) -> str:
    if choice.more is None:
        return ""
    return (
        f" If it is what it seems, about {count_of(choice.more, 'customer')} more would have to be "
        f"reached to show it {POWER:.0%} of the time."
    )
