"""What is made is worth running: most rule sets are valid, and they decide much of every kind.

`pytest tests/generated/test_made_rules.py -s` prints the figures.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from hypothesis import given

from lifecycle_dsl.checker import check
from lifecycle_dsl.program.program import Program
from lifecycle_dsl.program.rules import OccursAfter
from lifecycle_dsl.source import Source
from tests.generated.effort import effort
from tests.generated.rules import rule_sets
from tests.generated.streams import Record, streams
from tests.reference import Reference

KINDS = {"transition", "fired", "sent", "held", "called", "joined", "quit", "changed"}
REASONS = {"hours", "once", "at_most"}
WAYS = {"start", "OnRecord", "WhenTrue", "AtPoints", "After", "OnDates"}


class Figures:
    """What came of all examples."""

    def __init__(self) -> None:
        self.made = 0
        self.valid = 0
        self.silent = 0
        self.seen: Counter[str] = Counter()

    @property
    def decisions(self) -> int:
        """How many decisions there were."""
        return sum(self.seen[kind] for kind in KINDS)

    def take(self, text: str, stream: list[Record]) -> None:
        """Run one example."""
        self.made += 1
        program = check(Source("made.lcr", text)).program
        if program is None:
            return
        self.valid += 1
        reference = Reference(program)
        decisions = [each for record in stream for each in reference.process(record)]
        self.silent += not decisions
        for decision in decisions:
            self.seen.update(labels_of(program, decision))

    def __str__(self) -> str:
        average = self.decisions / max(1, self.valid)
        head = f"{self.valid} of {self.made} valid, {average:.1f} decisions each"
        return "\n".join(
            [head, *(f"{count:7} {label}" for label, count in self.seen.most_common())]
        )


def labels_of(program: Program, decision: dict[str, Any]) -> list[str]:
    """What a decision is an example of."""
    labels = [decision["kind"]]
    if decision["kind"] == "transition":
        ways = {each.rule: type(each.moving).__name__ for each in program.transitions}
        labels.append(ways.get(decision["rule"], "start"))
    if decision["kind"] == "held":
        labels.append(decision["reason"])
    if decision["kind"] == "fired":
        [trigger] = [each for each in program.triggers if each.name == decision["rule"]]
        after = isinstance(trigger.occurrence, OccursAfter)
        labels.append("OccursAfter" if after else "OccursOn")
    return labels


def test_most_are_valid_and_decide_much() -> None:
    figures = Figures()

    @effort(200)
    @given(rule_sets(), streams())
    def make(text: str, stream: list[Record]) -> None:
        figures.take(text, stream)

    make()
    print(f"\n{figures}")  # noqa: T201 - shown by `-s`
    assert figures.valid > 0.8 * figures.made
    assert figures.silent == 0
    assert figures.decisions > 15 * figures.valid
    assert set(figures.seen) == KINDS | REASONS | WAYS | {"OccursAfter", "OccursOn"}
