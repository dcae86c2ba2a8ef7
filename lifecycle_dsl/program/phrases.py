"""Lists, counts, dates and happenings in a few words, for pictures, pages and explanations."""

from __future__ import annotations

from typing import assert_never

from lifecycle_dsl.diagnostics.words import counted, listed
from lifecycle_dsl.localtime import duration_literal
from lifecycle_dsl.program import expressions as e
from lifecycle_dsl.program import happenings as h
from lifecycle_dsl.program.rules import OnDates

__all__ = ["change", "counted", "dates", "listed", "on_one_line", "shortened", "some_of"]


def some_of(names: list[str], most: int) -> list[str]:
    """As many names as may be told; the last then says how many others there are."""
    if len(names) <= most:
        return names
    return [*names[: most - 1], f"{len(names) - most + 1} others"]


def on_one_line(expression: e.Expression) -> str:
    """An expression as the rule file writes it, whatever lines it has there."""
    return " ".join(expression.span.text.split())


def shortened(text: str, longest: int) -> str:
    """A text with an end that says so if it is cut."""
    return text if len(text) <= longest else f"{text[: longest - 1].rstrip()}…"


def change(found: h.Change) -> str:
    """`entering lead`."""
    match found:
        case h.EnterStage(stages=stages):
            return f"entering {listed(stages)}"
        case h.LeaveStage(stages=stages):
            return f"leaving {listed(stages)}"
        case h.EnterSegment(segment=segment):
            return f"entering {segment}"
        case h.LeaveSegment(segment=segment):
            return f"leaving {segment}"
        case h.LevelRises(level=level, label=label):
            return f"{level} rising" + ("" if label is None else f" to {label}")
        case h.LevelFalls(level=level, label=label):
            return f"{level} falling" + ("" if label is None else f" to {label}")
        case h.MessageSent(channel=channel, topic=topic, template=template):
            target = channel if channel is not None else topic
            return f"{target} sent" if template is None else f'{target} "{template}" sent'
        case _:
            assert_never(found)


def dates(found: OnDates) -> str:
    """`birthday yearly`, `60d, 30d before contract_ends`."""
    yearly = " yearly" if found.yearly else ""
    if found.shifts == (0,):
        return f"{found.trait}{yearly}"
    shifts = ", ".join(duration_literal(abs(shift)) for shift in found.shifts)
    side = "after" if any(shift > 0 for shift in found.shifts) else "before"
    return f"{shifts} {side} {found.trait}{yearly}"
