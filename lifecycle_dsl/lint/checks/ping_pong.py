"""Stages that throw a customer to and fro at one event."""

from __future__ import annotations

from collections.abc import Iterator

from lifecycle_dsl.diagnostics import Diagnostic, warning
from lifecycle_dsl.lint.moves import rests, sure_moves
from lifecycle_dsl.lint.rules import Rules
from lifecycle_dsl.lint.witnesses import record, witness


def check(rules: Rules) -> Iterator[Diagnostic]:
    """Pairs of stages that lead to each other on the same event, whatever else is so."""
    seen: set[frozenset[str]] = set()
    for stage in rules.reachable:
        for event, there in sure_moves(rules, stage).items():
            back = sure_moves(rules, there.target).get(event)
            pair = frozenset((stage, there.target))
            if back is None or back.target != stage or pair in seen:
                continue
            seen.add(pair)
            calm = rests(rules, stage) and rests(rules, there.target)
            happens = record(rules.program, event) if calm else None
            yield warning(
                "ping-pong",
                f"every `{event}` moves a customer between `{stage}` and `{there.target}`",
                there.span,
                f"out of `{stage}`",
                secondary=[(back.span, "and back")],
                help="ask for more on the way back, such as `when in_stage >= 1d`",
                notes=witness(
                    f"to {there.target} and back",
                    (
                        f"given stage {stage}",
                        happens,
                        f"expect stage {there.target}",
                        happens,
                        f"expect stage {stage}",
                    ),
                ),
            )
