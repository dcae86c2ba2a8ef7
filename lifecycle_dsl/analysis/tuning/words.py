"""The verdicts in sentences."""

from __future__ import annotations

from typing import assert_never

from lifecycle_dsl.analysis.findings import Estimate, count_of
from lifecycle_dsl.analysis.statistics.power import POWER
from lifecycle_dsl.analysis.tuning.candidates import Candidates
from lifecycle_dsl.analysis.tuning.choosing import Choice, Verdict


def told(choice: Choice, found: Candidates, least: int, since: str) -> str:
    """What to do, and why."""
    present = found.each[found.present].text
    best = found.each[choice.chosen].text if choice.chosen is not None else ""
    match choice.verdict:
        case Verdict.BETTER:
            return (
                f"Take {best} in place of {present}: {_rates(choice)}, {points(choice.later)} more"
                f" (p {p_text(choice.p)}), among those who came from {since} on and had no part in "
                "choosing it."
            )
        case Verdict.KEEP:
            return f"Keep {present}: no other value did better among those who came before {since}."
        case Verdict.UNCONFIRMED:
            return (
                f"Keep {present}: {best} did better among those who came before {since}, by "
                f"{points(choice.earlier)}, and it is not confirmed by those who came later: "
                f"{points(choice.later)}.{_more(choice)}"
            )
        case Verdict.UNCLEAR:
            return (
                f"The data do not suffice. The best of the others, {best}, differs from {present} "
                f"by {points(choice.whole)}, with the limits of all values together; "
                f"a difference of {100 * (choice.visible or 0):.1f} points would have shown "
                f"{POWER:.0%} of the time.{_more(choice)}"
            )
        case Verdict.TOO_FEW:
            return (
                "The data do not suffice: too few were reached and followed for the whole window. "
                f"It takes {least:,} under a value in each period, so about "
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


def p_text(p: float | None) -> str:
    """A p-value, not smaller than it can be told."""
    if p is None:
        return "unknown"
    return "< 0.0001" if p < 0.0001 else f"{p:.2g}"


def _rates(choice: Choice) -> str:
    assert choice.rates is not None  # noqa: S101 — whoever chose has seen both
    one, other = (100 * (rate.value or 0.0) for rate in choice.rates)
    return f"of those it reaches {one:.1f} % come to the goal, rather than {other:.1f} %"


def _more(choice: Choice) -> str:
    if choice.more is None:
        return ""
    return (
        f" If it is what it seems, about {count_of(choice.more, 'customer')} more would have to be "
        f"reached to show it {POWER:.0%} of the time."
    )
