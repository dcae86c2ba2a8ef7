"""What is made as large as can be: the rate of the goal, its worth, or the profit of messages.

The rate and the worth are of one customer whom a value reaches. The profit is what messages bring
beyond what they cost, a customer whom any value reaches: only so does a price per message matter,
since who is not reached costs nothing. What messages bring is the worth of those who may be
messaged less that of those held out, who would have bought as well.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from lifecycle_dsl.analysis.errors import AnalysisError
from lifecycle_dsl.analysis.findings import Unit
from lifecycle_dsl.analysis.goals import Goal
from lifecycle_dsl.program.program import Program

_TEXT: Final = re.compile(r'"(?:[^"\\\r\n]|\\.)*"')
_WORTH: Final = re.compile(r"\bworth\b")


class Objective(StrEnum):
    """What values are compared by."""

    RATE = "rate"
    WORTH = "worth"
    PROFIT = "profit"

    @property
    def unit(self) -> Unit:
        """Of an estimate."""
        return Unit.SHARE if self is Objective.RATE else Unit.MONEY

    @property
    def difference(self) -> Unit:
        """Of a difference of two."""
        return Unit.POINTS if self is Objective.RATE else Unit.MONEY

    @property
    def head(self) -> str:
        """Of a column."""
        return _HEADS[self]

    @property
    def definition(self) -> str:
        """What is compared, in a sentence."""
        return _DEFINITIONS[self]


_HEADS: Final = {
    Objective.RATE: "Rate",
    Objective.WORTH: "Worth of one",
    Objective.PROFIT: "Profit",
}
_DEFINITIONS: Final = {
    Objective.RATE: "Values are compared by the rate of success of those they reach.",
    Objective.WORTH: (
        "Values are compared by what one customer whom they reach is worth in that time: the sum "
        "of all conversions, 0 where there is none."
    ),
    Objective.PROFIT: (
        "Values are compared by their profit, a customer whom any value reaches: the worth in that "
        "time of those who may be messaged, less that of those held out, less what the messages "
        "cost that the rules would send them in that time. Who is not reached brings nothing."
    ),
}


def check(objective: Objective, goal: Goal, program: Program) -> None:
    """Make sure that the rules and the goal say what is needed.

    Raises:
        AnalysisError: where the goal has no worth, or nobody is held out.
    """
    if objective is Objective.RATE:
        return
    if goal.what is not None and not _WORTH.search(_TEXT.sub("", goal.what)):
        raise AnalysisError(
            f"the goal `{goal.what}` says no worth; --objective {objective} takes one such as "
            "`purchase worth amount within 14d`"
        )
    if objective is Objective.PROFIT and not program.message_guards.holdout:
        raise AnalysisError(
            "--objective profit takes a `holdout` in the rules: without those who get no message "
            "nobody knows what messages bring"
        )


def prices(program: Program) -> Mapping[str, float]:
    """What a message costs, by channel."""
    return {name: channel.cost for name, channel in program.channels.items()}
