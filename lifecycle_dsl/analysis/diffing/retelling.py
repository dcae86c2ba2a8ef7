"""What came of a replay, told for people; what is private is masked."""

from __future__ import annotations

from typing import Any, Final

import msgspec
from attrs import frozen

from lifecycle_dsl.analysis.diffing.divergence import Reasons
from lifecycle_dsl.analysis.diffing.logs import ANY_DECISION
from lifecycle_dsl.analysis.diffing.replaying import (
    Asked,
    Divergence,
    Replayed,
    fields_that_differ,
    head_of,
)
from lifecycle_dsl.analysis.diffing.stories import Example, stories
from lifecycle_dsl.analysis.diffing.words import moment
from lifecycle_dsl.engine.deadletters import REFUSALS
from lifecycle_dsl.engine.decisions import encode_decision
from lifecycle_dsl.engine.ruleset import RuleSet
from lifecycle_dsl.explaining.masking import MASK, masked
from lifecycle_dsl.localtime import format_instant
from lifecycle_dsl.program.program import Program

MOST_TOLD: Final = 15
"""Decisions of a story that are told: the last ones."""
_decode: Final = msgspec.json.Decoder(ANY_DECISION).decode


@frozen
class Told:
    """What to say of a replay."""

    found: Replayed
    is_reproduced: bool
    first: Divergence | None = None
    log: str = ""
    """The line of the log, and what stands there in the replay; empty where there is none."""
    replay: str = ""
    line: int | None = 1
    fields: tuple[str, ...] = ()
    """In which fields they differ."""
    story: tuple[tuple[str, str, str], ...] = ()
    """What was decided of the customer before: when, at which event, and what."""
    reasons: tuple[str, ...] = ()

    @property
    def customer(self) -> str:
        """Whose divergence it is."""
        return "" if self.first is None else self.first.customer

    @property
    def where(self) -> str:
        """The place in the log."""
        return "its end" if self.line is None else f"line {self.line}"

    @property
    def what(self) -> str:
        """In what both differ."""
        if self.first is None or self.first.log is None or self.first.replay is None:
            return ""
        shown = " and ".join(f"`{each}`" for each in self.fields)
        return f", in {shown}" if shown else ", which says the same in other bytes"

    @property
    def widest(self) -> int:
        """Characters of the longest event of the story."""
        return max((len(event) for _, event, _ in self.story), default=0)


def tell(ruleset: RuleSet, asked: Asked, found: Replayed, old: RuleSet | None = None) -> Told:
    """What to say of a replay; where it diverges, the input is read once more for the story.

    Raises:
        InputError, OSError: where the events cannot be read.
    """
    reasons = Reasons(ruleset, asked, found, old)
    of_rules = tuple(reasons.of_rules())
    if found.is_reproduced:
        head = b"" if found.head is None else found.head.line.text
        if head == head_of(ruleset):
            return Told(found, is_reproduced=True)
        in_head = tuple(fields_that_differ(head, head_of(ruleset)))
        both = (head.decode(), head_of(ruleset).decode())
        return Told(found, False, None, *both, fields=in_head, reasons=of_rules)
    first = found.divergences[0]
    story, instants = _story(ruleset, asked, first, found.end)
    log = None if first.log is None else first.log.text
    both = (_masked(ruleset.program, log), _masked(ruleset.program, first.replay))
    fields: list[str] = []
    if log is not None and first.replay is not None:
        fields = fields_that_differ(log, first.replay)
    return Told(
        found,
        False,
        first,
        *both,
        line=None if first.log is None else first.log.number,
        fields=tuple(fields),
        story=story,
        reasons=(*of_rules, *reasons.of_divergence(first, instants)),
    )


def _story(
    ruleset: RuleSet, asked: Asked, first: Divergence, end: int | None
) -> tuple[tuple[tuple[str, str, str], ...], frozenset[int]]:
    """What was decided of the customer before, and the instants of their records."""
    example = Example(first.customer, "")
    (story,) = stories([example], (ruleset, ruleset), asked.feed, end, asked.engine)
    told: list[tuple[str, str, str]] = []
    before = None
    for row in story.rows[: first.before][-MOST_TOLD:]:
        is_new, before = row.at != before, row.at
        when, event = (moment(format_instant(row.at)), row.event) if is_new else ("", "")
        told.append((when, event, row.old or ""))
    return tuple(told), story.records


def _masked(program: Program, line: bytes | None) -> str:
    """A decision as its log has it, without what is private."""
    if line is None:
        return ""
    try:
        decision: Any = _decode(line)
    except REFUSALS:
        return line.decode("utf-8", "replace")
    try:
        shown = masked(program, decision)
    except KeyError:  # of a trait that these rules do not have
        shown = msgspec.structs.replace(decision, value=MASK)
    return line.decode() if shown == decision else encode_decision(shown).decode()
