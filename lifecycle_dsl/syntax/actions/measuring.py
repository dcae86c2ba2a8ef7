"""Attribution."""

from __future__ import annotations

from lifecycle_dsl.source import Span
from lifecycle_dsl.syntax import nodes as n
from lifecycle_dsl.syntax.actions.builder import Action, Builder, Parts, bare, micros, node


def _position(b: Builder, span: Span, parts: Parts) -> n.CreditPosition:
    return n.CreditPosition(span, *(b.plain(part).value for part in parts))


ACTIONS: dict[str, Action] = {
    "attribution": lambda b, span, parts: n.Attribution(span, parts[0], tuple(parts[1:])),
    "touch": node(n.Touch),
    "touch_sends": bare(n.TouchSends),
    "conversion": node(n.Conversion),
    "attribution_within": micros(n.AttributionWithin),
    "attribution_model": node(n.AttributionModel),
    "model_first": bare(n.CreditFirst),
    "model_last": bare(n.CreditLast),
    "model_linear": bare(n.CreditLinear),
    "model_position": _position,
    "model_time_decay": micros(n.CreditTimeDecay),
    "model_custom": node(n.CreditCustom),
}
