"""Checked attributions as lines of a program's text."""

from __future__ import annotations

from collections.abc import Iterator

from lifecycle_dsl.arithmetic import format_number
from lifecycle_dsl.localtime import duration_literal
from lifecycle_dsl.program import attributions as a
from lifecycle_dsl.program.expression_text import expression_text, happenings_text


def attribution_lines(attribution: a.Attribution) -> Iterator[str]:
    """An attribution."""
    was = "" if attribution.was is None else f" was {attribution.was}"
    yield f"attribution {attribution.name}{was}"
    for touch in attribution.touches:
        channel = "" if touch.channel is None else f" as {touch.channel}"
        campaign = "" if touch.campaign is None else f" by {expression_text(touch.campaign)}"
        yield f"  touch {happenings_text(touch.happenings)}{channel}{campaign}"
    if attribution.sends:
        yield "  touch sends"
    for conversion in attribution.conversions:
        worth = expression_text(conversion.worth)
        yield f"  conversion {happenings_text(conversion.happenings)} worth {worth}"
    yield f"  within {duration_literal(attribution.within)}"
    yield f"  model {model_text(attribution.model)}"


def model_text(model: a.CreditModel) -> str:
    """A model as a rule file writes it."""
    match model:
        case a.FirstTouch():
            return "first"
        case a.LastTouch():
            return "last"
        case a.EqualCredit():
            return "linear"
        case a.PositionCredit(first=first, middle=middle, last=last):
            return (
                f"position {'/'.join(format_number(each / 100) for each in (first, middle, last))}"
            )
        case a.TimeDecay(half_life=half_life):
            return f"time_decay half-life {duration_literal(half_life)}"
        case a.CustomCredit(weight=weight):
            return f"custom {expression_text(weight)}"
