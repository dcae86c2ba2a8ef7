"""Conversions that are their own last touch, under `model last`."""

from __future__ import annotations

from collections.abc import Iterator

from lifecycle_dsl.diagnostics import Diagnostic, warning
from lifecycle_dsl.lint.rules import Rules
from lifecycle_dsl.lint.wording import listed
from lifecycle_dsl.program.attributions import Attribution, LastTouch


def check(rules: Rules) -> Iterator[Diagnostic]:
    """An event that is a touch and a conversion: the newest touch is then the record itself."""
    for attribution in rules.program.attributions.values():
        if isinstance(attribution.model, LastTouch):
            yield from _of(attribution)


def _of(attribution: Attribution) -> Iterator[Diagnostic]:
    touches = {
        event: touch
        for touch in reversed(attribution.touches)
        if touch.happenings.where is None
        for event in touch.happenings.events
    }
    for conversion in attribution.conversions:
        both = [event for event in conversion.happenings.events if event in touches]
        if both:
            yield warning(
                "conversion-credits-itself",
                f"under `model last` {listed(both)} {'gets' if len(both) == 1 else 'get'} all"
                " credit for what converts by it",
                conversion.span,
                "the record is a touch, and the newest one",
                help="leave the converting event out of the touches, or choose another model",
                secondary=[(touches[both[0]].span, "makes it a touch")],
            )
