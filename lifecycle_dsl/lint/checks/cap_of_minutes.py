"""Caps that count for minutes: `cap 3 per 7min`."""

from __future__ import annotations

from collections.abc import Iterator

from lifecycle_dsl.diagnostics import Diagnostic, warning
from lifecycle_dsl.lint.rules import Rules
from lifecycle_dsl.lint.wording import quote, span_of_time
from lifecycle_dsl.localtime import HOUR
from lifecycle_dsl.program.messages import Cap


def check(rules: Rules) -> Iterator[Diagnostic]:
    """Caps on marketing of less than an hour; those of transactional topics are limits of rate."""
    program = rules.program
    caps: list[Cap] = list(program.message_guards.caps)
    caps += [cap for channel in program.channels.values() for cap in channel.guards.caps]
    caps += [
        cap
        for topic in program.topics.values()
        if not topic.transactional
        for cap in topic.guards.caps
    ]
    for cap in caps:
        if isinstance(cap.per, int) and cap.per < HOUR:
            a_day = cap.count * (24 * HOUR // cap.per)
            yield warning(
                "cap-of-minutes",
                f"{quote(cap.span)} lets {a_day:,} messages a day through",
                cap.span,
                f"{span_of_time(cap.per)} later there is room again",
                help="is another unit meant? `d` is a day, `min` a minute",
            )
