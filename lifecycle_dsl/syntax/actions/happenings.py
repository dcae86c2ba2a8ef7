"""What rules listen to."""

from __future__ import annotations

from lifecycle_dsl.source import Span
from lifecycle_dsl.syntax import nodes as n
from lifecycle_dsl.syntax.actions.builder import Action, Builder, Parts, bare, node, value


def _happenings(b: Builder, span: Span, parts: Parts) -> n.Happenings:
    return n.Happenings(span, tuple(parts[:-1]), parts[-1])


def _dates_shifted(b: Builder, span: Span, parts: Parts) -> n.ShiftedDates:
    *shifts, sign, trait, yearly = parts
    return n.ShiftedDates(
        span, tuple(sign * shift for shift in shifts), b.plain(trait), yearly is not None
    )


ACTIONS: dict[str, Action] = {
    "happenings": _happenings,
    "happening_named": node(n.NamedHappening),
    "happening_any": bare(n.AnyEvent),
    "happening_enter": node(n.Enter),
    "happening_leave": node(n.Leave),
    "happening_rises": node(n.Rises),
    "happening_falls": node(n.Falls),
    "happening_sent": node(n.SentMessage),
    "dates_shifted": _dates_shifted,
    "dates_yearly": lambda b, span, parts: n.YearlyDate(span, b.plain(parts[0])),
    "shift": lambda b, span, parts: b.plain(parts[0]).micros,
    "shift_before": value(-1),
    "shift_after": value(1),
    "stages_any": lambda b, span, parts: n.AnyStage(span, parts[0] or ()),
    "stages_named": node(n.NamedStages),
}
