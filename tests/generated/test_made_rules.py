"""What is made is worth running: most rule sets are valid, and they decide much of every kind.

`pytest tests/generated/test_made_rules.py -s` prints the figures.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from hypothesis import given

from lifecycle_dsl.checker import check
from lifecycle_dsl.program.program import Program
from lifecycle_dsl.source import Source
from tests.generated.effort import effort
from tests.generated.made import seeds, text_and_stream
from tests.generated.streams import Record
from tests.reference import Reference

KINDS = {
    "transition", "fired", "sent", "held", "called", "joined", "quit", "changed", "arm", "left",
    "credit",
}  # fmt: skip
WAYS = {"start", "OnRecord", "WhenTrue", "AtPoints", "After", "OnDates"}
OCCURRENCES = {
    "OccursOn", "OccursAfter", "OccursAbsence", "OccursSequence", "OccursEvery", "OccursDates",
}  # fmt: skip
HELD = {
    f"held {reason}"
    for reason in (
        "hours", "once", "at_most", "already_running", "too_many", "draft", "bounced", "hushed",
        "consent", "holdout", "no_channel", "quiet", "quiet until", "cap",
    )
}  # fmt: skip
LEFT = {f"left {reason}" for reason in ("exit_on", "stage", "exit", "restart")}
CAME = {"came to an arm", "came to else", "came behind a wait"}
FURTHER = {"transactional", "draft", "each", "arm 1", "arm 2", "arm 3", "sent late", "displaced"}


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
        waiting: set[tuple[str, str, str]] = set()
        for decision in decisions:
            self.seen.update(labels_of(program, decision))
            run = decision["customer"], decision["rule"], decision.get("each", "")
            if "until" in decision:
                waiting.add(run)
            elif decision["kind"] == "sent" and run in waiting:
                waiting.remove(run)
                self.seen["sent late"] += 1
        self.seen["displaced"] += sum(c.displaced for c in reference.customers.values())

    def __str__(self) -> str:
        average = self.decisions / max(1, self.valid)
        head = f"{self.valid} of {self.made} valid, {average:.1f} decisions each"
        return "\n".join(
            [head, *(f"{count:7} {label}" for label, count in self.seen.most_common())]
        )


def labels_of(program: Program, decision: dict[str, Any]) -> list[str]:
    """What a decision is an example of."""
    kind = decision["kind"]
    labels = [kind, *(word for word in ("each", "draft") if word in decision)]
    match kind:
        case "transition":
            ways = {each.rule: type(each.moving).__name__ for each in program.transitions}
            labels.append(ways.get(decision["rule"], "start"))
        case "held":
            labels.append(f"held {decision['reason']}{' until' if 'until' in decision else ''}")
        case "left":
            labels.append(f"left {decision['reason']}")
        case "arm":
            labels.append(f"arm {decision['arm']}")
        case "sent" if decision["transactional"]:
            labels.append("transactional")
        case "called" if decision["data"].get("reason", "").startswith("came"):
            labels.append(decision["data"]["reason"])
        case "fired":
            [trigger] = [each for each in program.triggers if each.name == decision["rule"]]
            labels.append(type(trigger.occurrence).__name__)
        case _:
            pass
    return labels


def test_most_are_valid_and_decide_much() -> None:
    figures = Figures()

    @effort(200)
    @given(seeds)
    def make(seed: int) -> None:
        figures.take(*text_and_stream(seed))

    make()
    print(f"\n{figures}")  # noqa: T201 - shown by `-s`
    assert figures.valid > 0.8 * figures.made
    assert figures.silent == 0
    assert figures.decisions > 15 * figures.valid
    assert set(figures.seen) == KINDS | WAYS | OCCURRENCES | HELD | LEFT | CAME | FURTHER
